//! Generated messages and services; see `proto/`.
#![allow(missing_docs, clippy::all, unreachable_pub)]

/// Envoy's packages, nested as the generated code refers to them.
pub mod envoy {
    /// `envoy.service`
    pub mod service {
        /// `envoy.service.ext_proc`
        pub mod ext_proc {
            /// `envoy.service.ext_proc.v3`
            pub mod v3 {
                tonic::include_proto!("envoy.service.ext_proc.v3");
            }
        }
    }
    /// `envoy.config`
    pub mod config {
        /// `envoy.config.core`
        pub mod core {
            /// `envoy.config.core.v3`
            pub mod v3 {
                tonic::include_proto!("envoy.config.core.v3");
            }
        }
    }
    /// `envoy.extensions`
    pub mod extensions {
        /// `envoy.extensions.filters`
        pub mod filters {
            /// `envoy.extensions.filters.http`
            pub mod http {
                /// `envoy.extensions.filters.http.ext_proc`
                pub mod ext_proc {
                    /// `envoy.extensions.filters.http.ext_proc.v3`
                    pub mod v3 {
                        tonic::include_proto!("envoy.extensions.filters.http.ext_proc.v3");
                    }
                }
            }
        }
    }
    /// `envoy.type`
    pub mod r#type {
        /// `envoy.type.v3`
        pub mod v3 {
            tonic::include_proto!("envoy.r#type.v3");
        }
    }
}

/// `naka`
pub mod naka {
    /// `naka.v1`
    pub mod v1 {
        tonic::include_proto!("naka.v1");
    }
}

/// Descriptors of all of it, for reflection.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
