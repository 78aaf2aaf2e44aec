//! Our own answers to the client, in the shape of the provider's errors, so that official clients raise the
//! exceptions their users already handle. They name entities and JSON paths, never values. The shapes are data
//! (`naka-body/apis/errors.toml`); the route says which one.
//!
//! | status | when | retried by official clients |
//! | --- | --- | --- |
//! | 200 | the policy refuses it, and wants an answer of the model that says so (`blockStyle: refusal`) | no |
//! | 400 | the call itself is at fault: path, malformed JSON, a deciding key twice; the body did not end in time | no |
//! | 403 | the policy refuses it | no |
//! | 413 | the body is over the limit and the policy refuses what cannot be read | no |
//! | 503 | no room now | yes, after a second |
//!
//! Clients retry 408, 409, 429 and 5xx, and only some obey `x-should-retry`: so none of these but 503 is used.
//! Source: openai-python `_base_client.py`, cohere-python `core/http_client.py`, python-genai `_api_client.py`.

use bytes::Bytes;
use naka_body::{ErrorShape, Problem, Route};

use crate::name::{DecisionId, JsonPath};
use crate::outcome::{Reason, Tally};
use naka_policy::{Action, Direction};

/// An answer that ends the exchange.
#[derive(Debug, Clone)]
pub struct Reject {
    /// HTTP status.
    pub status: u16,
    /// JSON.
    pub body: Vec<u8>,
    /// For people; part of the body.
    pub message: String,
    /// JSON path of what is at fault.
    pub param: Option<String>,
    /// What the provider's clients look for beside the body.
    pub headers: Vec<(&'static str, Bytes)>,
    /// For Envoy's access log; a constant.
    pub details: &'static str,
    /// The client may send the same again.
    pub retry: bool,
    /// Names the exchange in `x-naka-decision`.
    pub decision: DecisionId,
}

impl Reject {
    /// The policy blocks what was found: 403, naming up to three entities with the path of each. With `refusal` (the
    /// model's name) 200 and an answer of the model that refuses, where the API has one.
    #[must_use]
    pub fn blocked(
        route: &Route<'static>,
        refusal: Option<&str>,
        decision: DecisionId,
        direction: Direction,
        found: &[Tally],
        paths: &[JsonPath],
    ) -> Self {
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
        let shape = route.errors();
        let mut reject = Self::new(shape, decision, 403, "naka_blocked", &message, paths.first().copied());
        if let Some(model) = refusal {
            let id = decision.to_string();
            let message = format!("{message} Decision: {id}.");
            let problem = problem(200, "naka_blocked", &message, None, &id);
            if let Some(body) = route.refusal(&problem, model) {
                (reject.status, reject.body) = (200, body.into_bytes());
            }
        }
        reject
    }

    /// The policy refuses what cannot be read, or the call itself is at fault.
    #[must_use]
    pub fn refused(shape: &'static ErrorShape, decision: DecisionId, reason: Reason, path: Option<&JsonPath>) -> Self {
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
                400,
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
        Self::new(shape, decision, status, details, &message, path.map(JsonPath::as_str))
    }

    /// What it says, for another form than its body.
    pub(crate) fn problem<'p>(&'p self, decision: &'p str) -> Problem<'p> {
        problem(
            self.status,
            self.details,
            &self.message,
            self.param.as_deref(),
            decision,
        )
    }

    fn new(
        shape: &'static ErrorShape,
        decision: DecisionId,
        status: u16,
        code: &'static str,
        message: &str,
        param: Option<&str>,
    ) -> Self {
        let id = decision.to_string();
        let message = format!("{message} Decision: {id}.");
        let problem = problem(status, code, &message, param, &id);
        Self {
            status,
            body: shape.body(&problem).into_bytes(),
            headers: shape
                .header_values(&problem)
                .map(|(name, value)| (name, Bytes::from(value)))
                .collect(),
            message,
            param: param.map(str::to_owned),
            details: code,
            retry: status == 503,
            decision,
        }
    }
}

fn problem<'p>(status: u16, code: &'p str, message: &'p str, param: Option<&'p str>, decision: &'p str) -> Problem<'p> {
    Problem {
        status,
        code,
        message,
        param,
        decision,
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
