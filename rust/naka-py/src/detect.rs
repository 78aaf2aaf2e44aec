//! `Detector` and `Finding` for Python: a `str` or `bytes` in, findings with code-point and byte offsets out.
//! Cost: one crossing (~65 ns), no copy of ASCII text, one cached UTF-8 copy by CPython for other text.

use std::cell::RefCell;
use std::sync::Arc;

use naka_detect::{Detector as Core, Finding as CoreFinding, Flags, Scratch, Tier};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};

/// Below this many bytes a scan is shorter than two GIL hand-overs, so the GIL is kept.
const RELEASE_GIL_FROM: usize = 4096;

thread_local! {
    /// Buffers of this thread's scans; they grow to the largest text seen and are reused.
    static BUFFERS: RefCell<(Scratch, Vec<CoreFinding>)> = RefCell::new((Scratch::default(), Vec::new()));
}

/// One piece of personal data in a text: what and where, never the value itself.
#[pyclass(frozen, module = "naka")]
pub(crate) struct Finding {
    core: CoreFinding,
    points: (u32, u32),
    utf16: (u32, u32),
    detector: Arc<Core>,
}

#[pymethods]
impl Finding {
    /// Entity id, such as `IN_AADHAAR`.
    #[getter]
    fn entity(&self) -> &str {
        &self.detector.entity(self.core.entity).name
    }
    /// First code point of the finding.
    #[getter]
    fn start(&self) -> u32 {
        self.points.0
    }
    /// One past its last code point.
    #[getter]
    fn end(&self) -> u32 {
        self.points.1
    }
    /// First byte in the text's UTF-8 form.
    #[getter]
    fn byte_start(&self) -> u32 {
        self.core.start
    }
    /// One past its last byte.
    #[getter]
    fn byte_end(&self) -> u32 {
        self.core.end
    }
    /// (start, end) in UTF-16 units, as JavaScript and Java count.
    fn utf16(&self) -> (u32, u32) {
        self.utf16
    }
    /// 0..1.
    #[getter]
    fn confidence(&self) -> f64 {
        self.core.shown_confidence()
    }
    /// `certain`, `likely` or `possible`.
    #[getter]
    fn tier(&self) -> &'static str {
        self.core.tier().name()
    }
    /// The tier in the five-step names that other detectors use.
    #[getter]
    fn likelihood(&self) -> &'static str {
        self.core.tier().likelihood()
    }
    /// What spoke for and against it, such as `['format', 'checksum', 'context(+aadhaar)']`.
    #[getter]
    fn evidence(&self) -> Vec<String> {
        self.detector.evidence(&self.core)
    }
    /// The rule that found it, such as `in_aadhaar.grouped`.
    #[getter]
    fn rule(&self) -> &str {
        &self.detector.rules()[usize::from(self.core.rule.0)].name
    }
    /// True when it lies inside a larger true finding (a PAN in a GSTIN).
    #[getter]
    fn nested(&self) -> bool {
        self.core.flags.has(Flags::NESTED)
    }
    /// Properties beside the confidence: `nested heuristic minor natural_person business custom`.
    #[getter]
    fn flags(&self) -> Vec<&'static str> {
        [
            (Flags::NESTED, "nested"),
            (Flags::HEURISTIC, "heuristic"),
            (Flags::MINOR, "minor"),
            (Flags::NATURAL_PERSON, "natural_person"),
            (Flags::BUSINESS, "business"),
            (Flags::CUSTOM, "custom"),
        ]
        .into_iter()
        .filter(|(flag, _)| self.core.flags.has(*flag))
        .map(|(_, name)| name)
        .collect()
    }
    fn __repr__(&self) -> String {
        format!(
            "Finding({}, {}:{}, {:.2})",
            self.entity(),
            self.points.0,
            self.points.1,
            self.core.confidence
        )
    }
    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| {
            let other = other.get();
            self.core == other.core && self.entity() == other.entity()
        })
    }
    fn __hash__(&self) -> u64 {
        (u64::from(self.core.start) << 32 | u64::from(self.core.end)) ^ u64::from(self.core.entity.0) << 17
    }
}

/// The lowest confidence of each tier, from weak to strong.
pub(crate) fn tier_floors(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let floors = PyDict::new(py);
    for tier in Tier::ALL {
        // the shortest decimal that names the f32
        let floor: f64 = tier
            .floor()
            .to_string()
            .parse()
            .unwrap_or_else(|_| f64::from(tier.floor()));
        floors.set_item(tier.name(), floor)?;
    }
    Ok(floors)
}

/// Finds Indian personal data in text. Immutable; may be shared by threads.
#[pyclass(frozen, module = "naka")]
pub(crate) struct Detector {
    core: Arc<Core>,
}

#[pymethods]
impl Detector {
    /// With the built-in rules. Building it again costs nothing: the rule set is shared.
    #[new]
    fn new(py: Python<'_>) -> Self {
        Self {
            core: py.detach(|| Arc::clone(Core::shared())),
        }
    }

    /// Findings in `text`, sorted by start. `label` is the JSON key, column header or form label whose value the text is.
    ///
    /// `text` may be `bytes` (UTF-8, or anything: bytes that are not UTF-8 are scanned as they are); then `.start/.end` are
    /// byte offsets too.
    #[pyo3(signature = (text, label=None))]
    fn scan(&self, py: Python<'_>, text: &Bound<'_, PyAny>, label: Option<&str>) -> PyResult<Vec<Finding>> {
        if let Ok(text) = text.cast::<PyString>() {
            let text = text.to_str()?;
            Ok(self.run(py, text.as_bytes(), label, !text.is_ascii()))
        } else if let Ok(bytes) = text.cast::<PyBytes>() {
            Ok(self.run(py, bytes.as_bytes(), label, false))
        } else {
            Err(PyTypeError::new_err("text must be str or bytes"))
        }
    }

    /// Every entity it knows: dicts of id, description, groups, aliases, class.
    fn entities<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        self.core
            .entities()
            .iter()
            .map(|entity| {
                let row = PyDict::new(py);
                row.set_item("id", &entity.name)?;
                row.set_item("description", &entity.description)?;
                row.set_item("groups", &entity.groups)?;
                row.set_item("aliases", &entity.aliases)?;
                row.set_item("class", entity.class.name())?;
                Ok(row)
            })
            .collect()
    }
}

impl Detector {
    fn run(&self, py: Python<'_>, text: &[u8], label: Option<&str>, convert: bool) -> Vec<Finding> {
        let scan = || {
            BUFFERS.with_borrow_mut(|(scratch, found)| {
                found.clear();
                self.core.scan(text, label.map(str::as_bytes), scratch, found);
                if found.is_empty() {
                    Vec::new()
                } else {
                    self.convert(text, found, convert)
                }
            })
        };
        if text.len() >= RELEASE_GIL_FROM {
            py.detach(scan)
        } else {
            scan()
        }
    }

    /// Byte offsets to code points and UTF-16 units in one forward pass; findings are sorted by start, ends may interleave.
    fn convert(&self, text: &[u8], found: &[CoreFinding], convert: bool) -> Vec<Finding> {
        let mut cursor = Cursor::default();
        found
            .iter()
            .map(|&core| {
                let (points, utf16) = if convert {
                    cursor.advance(text, core.start as usize);
                    let mut end = cursor;
                    end.advance(text, core.end as usize);
                    ((cursor.points, end.points), (cursor.utf16, end.utf16))
                } else {
                    ((core.start, core.end), (core.start, core.end))
                };
                Finding {
                    core,
                    points,
                    utf16,
                    detector: Arc::clone(&self.core),
                }
            })
            .collect()
    }
}

/// A place in a text, counted three ways.
#[derive(Clone, Copy, Default)]
struct Cursor {
    byte: usize,
    points: u32,
    utf16: u32,
}

impl Cursor {
    fn advance(&mut self, text: &[u8], to: usize) {
        let (mut points, mut astral) = (0_u32, 0_u32);
        for &byte in &text[self.byte..to] {
            points += u32::from(byte & 0xC0 != 0x80);
            astral += u32::from(byte >= 0xF0);
        }
        self.byte = to;
        self.points += points;
        self.utf16 += points + astral;
    }
}
