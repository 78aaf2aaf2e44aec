//! The data plane: ext_proc and Detection over tonic. The only crate with sockets, clocks and files.
