//! Why a policy was refused. All problems are reported at once; none quotes a value that could be personal data.

use serde::Serialize;

/// One thing that is wrong, where, and what to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyProblem {
    /// Stable name: logs, metrics, tests and the Python layer use it. docs/reference/policy-problems.md lists them.
    pub code: &'static str,
    /// Where, in the source JSON (`packs[0].rules[2].entities[1]`) or the bundle; empty = the whole.
    pub path: String,
    /// For people; says what to change.
    pub message: String,
}

impl std::fmt::Display for PolicyProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "{}", self.message),
            path => write!(f, "{path}: {}", self.message),
        }
    }
}

impl std::error::Error for PolicyProblem {}

/// Collects problems while walking a document; `at` is the path of the part being read.
#[derive(Debug, Default)]
pub(crate) struct Problems(Vec<PolicyProblem>);

impl Problems {
    pub(crate) fn add(&mut self, code: &'static str, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(PolicyProblem {
            code,
            path: path.into(),
            message: message.into(),
        });
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_list(self) -> Vec<PolicyProblem> {
        self.0
    }

    pub(crate) fn into_result<T>(self, value: T) -> Result<T, Vec<PolicyProblem>> {
        if self.0.is_empty() { Ok(value) } else { Err(self.0) }
    }
}

/// `text` in back quotes when it looks like a name; else a description, for it may be a value typed in the wrong place.
pub(crate) fn shown(text: &str) -> String {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let name = text.len() <= 64
        && digits < 4
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-:.*!/".contains(&b));
    if name {
        format!("`{text}`")
    } else {
        format!("this text of {} bytes", text.len())
    }
}
