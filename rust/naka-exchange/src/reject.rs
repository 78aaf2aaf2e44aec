//! Our own answers to the client, in the shape of the provider's errors, so that official clients raise the
//! exceptions their users already handle. They name entities and JSON paths, never values.
//!
//! | status | when | retried by official clients |
//! | --- | --- | --- |
//! | 400 | the call itself is at fault: path, malformed JSON, a deciding key twice | no |
//! | 403 | the policy refuses it | no |
//! | 408 | the body did not end in time | no: `x-should-retry: false` |
//! | 413 | the body is over the limit and the policy refuses what cannot be read | no |
//! | 503 | no room now | yes, after a second |
//!
//! Source: openai-python `_base_client.py` (retries 408, 409, 429, 5xx; obeys `x-should-retry`), `_exceptions.py`.

use crate::outcome::{DecisionId, JsonPath, Reason, Tally};
use naka_policy::{Action, Direction};

/// An answer that ends the exchange.
#[derive(Debug, Clone)]
pub struct Reject {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
    /// For Envoy's access log; a constant.
    pub details: &'static str,
    /// The client may send the same again.
    pub retry: bool,
    /// Names the exchange in `x-naka-decision`.
    pub decision: DecisionId,
}

impl Reject {
    /// The policy blocks what was found: 403, naming up to three entities with the path of each.
    #[must_use]
    pub fn blocked(decision: DecisionId, direction: Direction, found: &[Tally], paths: &[JsonPath]) -> Self {
        let entities: Vec<&str> = found
            .iter()
            .filter(|tally| matches!(tally.enforced, Action::Block))
            .map(|tally| tally.entity.as_str())
            .collect();
        let paths: Vec<&str> = paths.iter().map(JsonPath::as_str).collect();
        let what = match direction {
            Direction::Request => "request",
            Direction::Response => "answer",
        };
        let mut message = format!(
            "The policy in force does not let this {what} pass: it holds {}",
            listed(&entities)
        );
        if !paths.is_empty() {
            message.push_str(&format!(" at {}", listed(&paths)));
        }
        message.push('.');
        Self::new(decision, 403, "naka_blocked", &message, paths.first().copied())
    }

    /// The policy refuses what cannot be read, or the call itself is at fault.
    #[must_use]
    pub fn refused(decision: DecisionId, reason: Reason, path: Option<&JsonPath>) -> Self {
        let (status, details, message) = match reason {
            Reason::BadPath => (400, "naka_bad_path", "The path is not in normal form."),
            Reason::Malformed => (400, "naka_malformed", "The body is not the JSON that it says it is."),
            Reason::DuplicateKey => (
                400,
                "naka_duplicate_key",
                "A key that decides how the call is read occurs twice.",
            ),
            Reason::TooLarge => (
                413,
                "naka_too_large",
                "The body is larger than what can be checked, and the policy in force does not let it pass unchecked.",
            ),
            Reason::Deadline => (
                408,
                "naka_deadline",
                "The body did not end, or could not be checked, in time.",
            ),
            Reason::Overloaded => (503, "naka_overloaded", "No room to check this call now. Try again."),
            Reason::Internal => (
                503,
                "naka_internal",
                "The check of this call failed, so it was not let through.",
            ),
            Reason::UnknownRoute => (
                403,
                "naka_unknown_route",
                "The policy in force does not let calls to unknown routes pass.",
            ),
            _ => (
                403,
                "naka_unscannable",
                "The policy in force does not let content pass that cannot be checked.",
            ),
        };
        let message = format!("{message} Reason: {}.", reason.name());
        Self::new(decision, status, details, &message, path.map(JsonPath::as_str))
    }

    fn new(decision: DecisionId, status: u16, code: &'static str, message: &str, param: Option<&str>) -> Self {
        let kind = match status {
            503 => "server_error",
            403 => "permission_error",
            _ => "invalid_request_error",
        };
        let mut body = String::with_capacity(256);
        body.push_str("{\"error\":{\"message\":");
        push_json(&mut body, &format!("{message} Decision: {decision}."));
        body.push_str(",\"type\":");
        push_json(&mut body, kind);
        body.push_str(",\"param\":");
        match param {
            Some(param) => push_json(&mut body, param),
            None => body.push_str("null"),
        }
        body.push_str(",\"code\":");
        push_json(&mut body, code);
        body.push_str("}}");
        Self {
            status,
            body: body.into_bytes(),
            details: code,
            retry: status == 503,
            decision,
        }
    }
}

/// At most three, then a count.
fn listed(names: &[&str]) -> String {
    match names.len() {
        0 => "personal data".to_owned(),
        1..=3 => names.join(", "),
        more => format!("{} and {} more", names[..3].join(", "), more - 3),
    }
}

/// A JSON string with its quotes.
pub(crate) fn push_json(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}
