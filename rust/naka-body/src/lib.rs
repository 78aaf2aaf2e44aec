//! Bodies of LLM calls: text fields out, edits back in.
//!
//! [`ApiTables::route`] says which API a request speaks, [`Document::read`] names every piece of text in its body (the
//! paths that the API's table knows, and every other string, number and key), [`Document::rewrite`] writes edits back and
//! leaves all other bytes as they are. [`decode`] undoes content encodings before that.
//!
//! Knows no entities and no policy: what cannot be read is reported as [`Unscannable`], for the policy to decide.
//! Pure: no sockets, clocks, files, threads or logging; no byte of a body in an error or a `Debug` form.

mod codec;
mod decode;
mod document;
mod error;
mod facts;
mod json;
mod limits;
mod media;
mod path;
mod plain;
mod rewrite;
mod route;
mod shape;
mod store;
pub mod stream;
mod tables;
mod unnamed;
mod walk;

pub use decode::decode;
pub use document::{Coverage, Document, Edit, Field, FieldId, FieldKind, NO_RECORD, Reason, Tool, Unscannable};
pub use error::{BodyError, EditError, TableError};
pub use facts::Facts;
pub use limits::Limits;
pub use route::{Direction, Route, Surface};
pub use tables::errors::{ErrorShape, Problem};
pub use tables::{ApiInfo, ApiTables};
