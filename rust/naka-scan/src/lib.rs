//! Files outside of an exchange: text, JSON, JSON lines and CSV come in as blocks of bytes; findings with their place and,
//! on request, a cleaned copy go out. Memory is bounded by one block, whatever the size of the file or of its lines.
//!
//! Pure: no files, clocks, threads or logging; the caller reads and writes. One [`FileScanner`] per file.
//!
//! ```
//! use naka_policy::{Date, RuleSet, Workload, compile};
//! use naka_scan::{FileScanner, Kind};
//!
//! let source = r#"{"packs": [{"kind": "PolicyPack", "name": "p", "namespace": "n", "rules":
//!     [{"id": "aadhaar", "entities": ["IN_AADHAAR"], "action": "Mask", "mask": {"keepLast": 4}, "mode": "Enforce"}]}]}"#;
//! let bundle = compile(source).unwrap();
//! let workload = Workload { namespace: Some("n".into()), ..Workload::default() };
//! let rules = RuleSet::load(&bundle.bytes, &workload).unwrap();
//! let mut scanner = FileScanner::new(rules.into(), Kind::Text, Date::parse("2026-11-24").unwrap(), true);
//! let step = scanner.feed(b"aadhaar 5109 8027 4087", 0, true);
//! assert_eq!(step.findings.len(), 1);
//! assert_eq!(step.cleaned, b"aadhaar XXXX XXXX 4087");
//! ```

mod csv;
mod json;
mod scanner;
mod step;
mod text;

pub use scanner::{FileScanner, Kind};
pub use step::{FileFinding, Step, Unread};
