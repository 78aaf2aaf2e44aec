//! One HTTP exchange as a state machine: events in, commands out. Pure: no sockets, threads, clocks, files or logging.
//!
//! [`Exchange`] takes the messages of one call ([`Event`]), answers them ([`Command`]), and gives out work ([`Job`]) that
//! the shell runs on a thread of its choice. Each judged direction ends in one [`Outcome`], which cannot hold a value.
//! [`steps::STEPS`] is the table of legal steps.

mod budget;
mod command;
mod event;
mod exchange;
mod half;
mod held;
mod history;
mod job;
mod keyring;
mod media;
mod name;
mod outcome;
mod reject;
mod settings;
pub mod steps;
mod stream;
mod subject;
mod tally;
mod target;
mod tokens;
mod tools;
mod trace;

pub use budget::{Budget, Lease};
pub use command::{BodyMode, CHUNK_BYTES, Command, HeaderEdits};
pub use event::{BodyHead, Event, Piece, RequestHead, ResponseHead};
pub use exchange::{Exchange, Shared, Step};
pub use history::{History, HistoryLimits};
pub use job::{Job, Verdict};
pub use keyring::KeyRing;
pub use name::{DecisionId, JsonPath, Name};
pub use outcome::{Coverage, Outcome, Reason, Tally};
pub use reject::Reject;
pub use settings::Settings;
pub use steps::OutOfOrder;
pub use tools::Tools;
pub use trace::Trace;
