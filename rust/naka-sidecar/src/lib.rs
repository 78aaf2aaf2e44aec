//! The data plane: ext_proc and Detection over tonic. The only crate with sockets, clocks and files.
//!
//! [`Sidecar`] runs it; [`Config`] says how. What happens to a request is decided in `naka-exchange` and below; here its
//! messages are converted, its work is put on threads, and its records are kept.

mod address;
mod audit;
mod bound;
mod clock;
mod codec;
mod config;
mod convert;
mod detection;
mod ext_proc;
mod grpc;
mod heap;
mod http;
pub mod mark;
mod metrics;
pub mod pb;
mod plane;
mod process;
mod prometheus;
mod record;
mod run;
mod server;
mod services;
mod socket;
mod stats;
mod telemetry;
mod workers;

pub use address::Address;
pub use bound::Addresses;
pub use config::{Config, ConfigError};
pub use naka_exchange::KeyRing;
pub use server::{Applied, Sidecar};
pub use stats::Stats;
