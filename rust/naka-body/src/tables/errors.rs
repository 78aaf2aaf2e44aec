//! How providers write their errors, so that official clients raise what their users handle already. Data in
//! `apis/errors.toml`.

use super::file::ErrorEntry;
use crate::error::TableError;
use crate::json;

/// What went wrong, in no provider's words.
#[derive(Debug, Clone, Copy)]
pub struct Problem<'p> {
    /// HTTP status.
    pub status: u16,
    /// A name for machines that never changes.
    pub code: &'p str,
    /// For people. Names kinds and paths, never values.
    pub message: &'p str,
    /// JSON path of what is at fault, if there is one.
    pub param: Option<&'p str>,
    /// Id of the exchange.
    pub decision: &'p str,
}

/// One provider's way to write an error.
#[derive(Debug)]
pub struct ErrorShape {
    id: String,
    source: String,
    checked_on: String,
    template: String,
    kinds: Vec<(u16, String)>,
    headers: Vec<(String, String)>,
}

/// What may stand in a template, in quotes and with `$`.
const SLOTS: [&str; 8] = [
    "message", "kind", "param", "code", "status", "decision", "model", "sequence",
];

/// A template with its slots filled: `value` gives JSON, none for null.
pub(crate) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len() + 256);
    let mut rest = template;
    while let Some(at) = rest.find("\"$") {
        let name = &rest[at + 2..];
        let ends = |slot: &&&str| name.strip_prefix(**slot).is_some_and(|end| end.starts_with('"'));
        let Some(slot) = SLOTS.iter().find(ends) else { break };
        out.push_str(&rest[..at]);
        out.push_str(value(slot).as_deref().unwrap_or("null"));
        rest = &name[slot.len() + 1..];
    }
    out.push_str(rest);
    out
}

/// A template that is JSON once it is filled, and names no slot that does not exist.
pub(super) fn is_sound(filled: &str) -> bool {
    !filled.contains("\"$") && json::parse(filled.as_bytes(), 32, &mut json::Ignore).is_ok()
}

/// A JSON string with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = vec![b'"'];
    json::escape(text.as_bytes(), &mut quoted);
    quoted.push(b'"');
    String::from_utf8_lossy(&quoted).into_owned()
}

impl ErrorShape {
    pub(super) fn new(entry: &ErrorEntry) -> Result<Self, TableError> {
        let bad = |path: &str, why| TableError::BadPath {
            table: entry.id.clone(),
            path: path.to_owned(),
            why,
        };
        let kinds = entry.kinds.iter().map(|(status, kind)| match status.parse() {
            Ok(status) => Ok((status, kind.clone())),
            Err(_) => Err(bad(status, "a status is a number")),
        });
        let shape = Self {
            id: entry.id.clone(),
            source: entry.source.clone(),
            checked_on: entry.checked_on.to_string(),
            template: entry.body.trim().to_owned(),
            kinds: kinds.collect::<Result<_, _>>()?,
            headers: entry.headers.clone().into_iter().collect(),
        };
        if !shape.kinds.iter().any(|&(status, _)| status == 400) {
            return Err(bad(
                "kinds",
                "there must be a kind for 400: it stands for every status without one",
            ));
        }
        let problem = Problem {
            status: 400,
            code: "naka_test",
            message: "a \"message\" \u{1}",
            param: None,
            decision: "d",
        };
        if !is_sound(&shape.body(&problem)) {
            return Err(bad(
                "body",
                "a body is JSON, and its slots are those of the documentation",
            ));
        }
        Ok(shape)
    }

    /// Its name in the tables.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Where it was read, and when.
    pub fn source(&self) -> (&str, &str) {
        (&self.source, &self.checked_on)
    }

    /// The body with its slots: JSON with strings like `"$message"`.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Statuses and what stands for `$kind` at each.
    pub fn kinds(&self) -> impl Iterator<Item = (u16, &str)> {
        self.kinds.iter().map(|(status, kind)| (*status, &**kind))
    }

    /// What stands for `$kind`: that of 400 for a status without its own.
    pub fn kind(&self, status: u16) -> &str {
        let of = |wanted: u16| self.kinds().find(|&(own, _)| own == wanted);
        of(status).or_else(|| of(400)).map_or("", |(_, kind)| kind)
    }

    /// Names and templates of headers that go with the body.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The body of an error; JSON.
    pub fn body(&self, problem: &Problem<'_>) -> String {
        fill(&self.template, |slot| match slot {
            "status" => Some(problem.status.to_string()),
            slot => self.value(slot, problem).map(quoted),
        })
    }

    /// The headers that go with it.
    pub fn header_values(&self, problem: &Problem<'_>) -> impl Iterator<Item = (&str, String)> {
        self.headers().map(|(name, template)| {
            let value = template.strip_prefix('$').and_then(|slot| self.value(slot, problem));
            (name, value.unwrap_or(template).to_owned())
        })
    }

    pub(super) fn value<'a>(&'a self, slot: &str, problem: &Problem<'a>) -> Option<&'a str> {
        match slot {
            "message" => Some(problem.message),
            "kind" => Some(self.kind(problem.status)),
            "param" => problem.param,
            "code" => Some(problem.code),
            "decision" => Some(problem.decision),
            _ => None,
        }
    }
}
