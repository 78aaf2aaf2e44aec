//! The server half of gRPC over HTTP/2, for one peer that is known (Envoy, over a socket of its own): bytes in, calls out;
//! answers in, bytes out. No sockets, threads or clocks.
//!
//! It exists for its cost. General servers give each stream a task, a channel and a dozen of allocations; here a message of
//! a call is a slice of what was read, and its answer is written behind the others into one buffer, so a burst of messages
//! costs one read and one write. Left out, because this peer does not need it: other methods than POST, server push,
//! priorities, compression of messages, trailers with metadata, encoding with HPACK's dynamic table.
//!
//! Source: RFC 9113 (HTTP/2), RFC 7541 (HPACK), github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md.

mod connection;
mod frame;
mod hpack;
mod huffman;
mod ids;
mod stream;

pub use connection::{Connection, Event, Settings};
pub use frame::ConnectionError;
pub use ids::{Calls, IdHasher};
pub use stream::{Assembly, Refused};
