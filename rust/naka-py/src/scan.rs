//! `FileScanner` for Python: blocks of a file in, located findings and cleaned bytes out. The GIL is released while it scans.

use std::sync::{Arc, Mutex, PoisonError};

use naka_policy::{Date, RuleSet, Workload};
use naka_scan::{FileScanner as Core, Kind, Step};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::policy::policy_error;

/// Rules that a folder's files are scanned with; built once, shared by all scanners.
#[pyclass(frozen, module = "naka")]
pub(crate) struct FileRules {
    rules: Arc<RuleSet>,
}

#[pymethods]
impl FileRules {
    /// Loads a compiled bundle; every pack in it counts for `namespace`.
    #[new]
    fn new(py: Python<'_>, bundle: &[u8], namespace: &str) -> PyResult<Self> {
        let workload = Workload {
            namespace: Some(namespace.into()),
            ..Workload::default()
        };
        let rules = py
            .detach(|| RuleSet::load(bundle, &workload))
            .map_err(|problems| policy_error(py, &problems))?;
        Ok(Self { rules: Arc::new(rules) })
    }
}

/// One finding: (entity, tier, confidence, evidence, rule, start, end, place, action), offsets in the block.
type Row = (
    String,
    &'static str,
    f64,
    Vec<String>,
    String,
    usize,
    usize,
    String,
    &'static str,
);

/// One block: findings, (offset, reason) of what was not read, consumed, keep_from, cleaned bytes.
type Answer<'py> = (Vec<Row>, Vec<(usize, &'static str)>, usize, usize, Bound<'py, PyBytes>);

/// Scans one file block by block.
#[pyclass(frozen, module = "naka")]
pub(crate) struct FileScanner {
    rules: Arc<RuleSet>,
    core: Mutex<Core>,
}

#[pymethods]
impl FileScanner {
    /// `kind`: `text`, `json`, `jsonl`, or the one byte between the cells of a CSV file, such as `,`.
    /// `today`: ISO date for the rules. `clean`: make the cleaned copy too.
    #[new]
    fn new(rules: &FileRules, kind: &str, today: &str, clean: bool) -> PyResult<Self> {
        let kind = match kind {
            "text" => Kind::Text,
            "json" => Kind::Json,
            "jsonl" => Kind::JsonLines,
            _ => match kind.as_bytes() {
                &[delimiter] if !matches!(delimiter, b'"' | b'\r' | b'\n') => Kind::Csv { delimiter },
                _ => return Err(PyValueError::new_err("kind must be text, json, jsonl or a delimiter")),
            },
        };
        let today = Date::parse(today).ok_or_else(|| PyValueError::new_err("today must be a date like 2026-11-24"))?;
        let core = Mutex::new(Core::new(Arc::clone(&rules.rules), kind, today, clean));
        Ok(Self {
            rules: Arc::clone(&rules.rules),
            core,
        })
    }

    /// Takes the next block; see `naka_scan::FileScanner::feed`.
    fn feed<'py>(&self, py: Python<'py>, block: &[u8], start: usize, last: bool) -> PyResult<Answer<'py>> {
        if start > block.len() {
            return Err(PyValueError::new_err("start lies behind the block"));
        }
        let step = py.detach(|| {
            self.core
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .feed(block, start, last)
        });
        let rows = step.findings.iter().map(|found| self.row(found)).collect();
        let Step {
            unread,
            consumed,
            keep_from,
            cleaned,
            ..
        } = step;
        let unread = unread.into_iter().map(|part| (part.at, part.reason)).collect();
        Ok((rows, unread, consumed, keep_from, PyBytes::new(py, &cleaned)))
    }
}

impl FileScanner {
    fn row(&self, found: &naka_scan::FileFinding) -> Row {
        let detector = self.rules.detector();
        let core = &found.finding;
        (
            detector.entity(core.entity).name.clone(),
            core.tier().name(),
            core.shown_confidence(),
            detector.evidence(core),
            detector.rules()[usize::from(core.rule.0)].name.clone(),
            found.span.start,
            found.span.end,
            found.place.clone(),
            found.action.name(),
        )
    }
}
