//! Judging one direction: read, scan, decide, rewrite. Owns all that it needs, so the shell may run it on any thread.
//!
//! Order of reasons when several apply: the call's own fault (400) before the policy's block (403) before what cannot
//! be read; so a client always learns the first thing that it can mend.

mod edits;
mod judge;
mod texts;

use std::sync::Arc;

use bytes::Bytes;
use naka_body::Document;
use naka_policy::{Action, Date, Direction, Fates, RuleSet};

use self::texts::Texts;
use crate::budget::Lease;
use crate::event::BodyHead;
use crate::exchange::Shared;
use crate::media;
use crate::name::{DecisionId, JsonPath};
use crate::outcome::{Coverage, Outcome, Reason};
use crate::reject::Reject;
use crate::subject::{Subject, body_direction};
use crate::tokens::Held;
use crate::tools::Tools;

/// What there is to judge beside the target.
pub(crate) enum Content {
    /// Nothing: the message has no body.
    None,
    /// The body, or (`whole` is false) what came of it.
    Held { body: Bytes, whole: bool },
    /// A body that will not be read.
    Unread(Reason),
}

/// A direction to be judged.
pub struct Job {
    pub(crate) direction: Direction,
    pub(crate) content: Content,
    pub(crate) attached: bool,
    /// Something may be enforced on this direction; if not, an attached job is there to restore tokens.
    pub(crate) enforced: bool,
    /// What the budget does not allow is refused (enforced `failure: Closed`), else it passes.
    pub(crate) overload_closes: bool,
    pub(crate) head: BodyHead,
    pub(crate) bytes: u64,
    pub(crate) decode: bool,
    /// Given back to the budget when the job is dropped.
    pub(crate) _lease: Lease,
    pub(crate) decision: DecisionId,
    pub(crate) today: Date,
    pub(crate) subject: Arc<Subject>,
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) shared: Arc<Shared>,
    /// What the request made; empty for the request itself.
    pub(crate) tokens: Arc<Held>,
}

/// What a job came to.
pub struct Verdict {
    pub(crate) reject: Option<Box<Reject>>,
    /// What goes on in place of what came.
    pub(crate) body: Bytes,
    /// The body is not what came.
    pub(crate) changed: bool,
    /// A content encoding was undone.
    pub(crate) decoded: bool,
    pub(crate) outcome: Outcome,
    /// What the request made, for the answer.
    pub(crate) tokens: Option<Arc<Held>>,
}

impl Verdict {
    /// The record alone: all that a detached job leaves.
    #[must_use]
    pub fn into_outcome(self) -> Outcome {
        self.outcome
    }
}

impl Job {
    /// True when an answer to Envoy waits for the verdict.
    #[must_use]
    pub fn attached(&self) -> bool {
        self.attached
    }

    /// Bytes to be read: what the shell needs to choose a thread.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match &self.content {
            Content::Held { body, .. } => body.len(),
            Content::None | Content::Unread(_) => 0,
        }
    }

    /// Judges.
    #[must_use]
    pub fn run(mut self, tools: &mut Tools) -> Verdict {
        let outcome = self.blank(tools);
        match std::mem::replace(&mut self.content, Content::None) {
            Content::Unread(reason) => self.unread(reason, Bytes::new(), outcome, tools),
            Content::None => self.judge(&self.texts(None), Bytes::new(), outcome, tools),
            Content::Held { body, whole } => self.held(body, whole, outcome, tools),
        }
    }

    fn held(&mut self, body: Bytes, whole: bool, mut outcome: Outcome, tools: &mut Tools) -> Verdict {
        let mut plain = body.clone();
        let mut decoded = false;
        if media::is_encoded(&self.head.content_encoding) {
            let encoding = std::str::from_utf8(&self.head.content_encoding).unwrap_or_default();
            match naka_body::decode(encoding, &body, &self.shared.settings.body) {
                Ok(bytes) => (plain, decoded) = (bytes.into(), true),
                Err(error) => return self.unread(reason_of(error), body, outcome, tools),
            }
        }
        let content_type = std::str::from_utf8(&self.head.content_type).ok();
        let direction = body_direction(self.direction);
        let document = match Document::read(
            &plain,
            content_type,
            &self.subject.route,
            direction,
            &self.shared.settings.body,
        ) {
            Ok(document) => document,
            Err(error) => return self.unread(reason_of(error), body, outcome, tools),
        };
        if self.direction == Direction::Request
            && let Some(model) = &document.facts().model
        {
            self.subject.name_model(model.clone(), &self.rules, tools);
            outcome.model = self.subject.model.get().map(|model| model.name.clone());
        }
        if !whole {
            (outcome.coverage, outcome.reason) = (Coverage::Partial, Some(Reason::Interrupted));
        }
        let mut verdict = self.judge(&self.texts(Some(&document)), body, outcome, tools);
        verdict.decoded = decoded;
        if self.decode && !verdict.changed && verdict.reject.is_none() {
            // the headers have left without the content encoding
            (verdict.body, verdict.changed) = (plain.clone(), true);
        }
        verdict
    }

    /// What is judged: the document, and a request's target.
    fn texts<'d, 'b>(&self, document: Option<&'d Document<'b>>) -> Texts<'d, 'b> {
        let target = match self.direction {
            Direction::Request => {
                let mut texts = self.subject.target().texts();
                texts.retain(|text| !text.query || !self.subject.route.is_credential(&text.label));
                texts
            }
            Direction::Response => Vec::new(),
        };
        Texts::new(document, target)
    }

    /// A body that is not read, or a limit that was passed.
    fn unread(&mut self, reason: Reason, body: Bytes, mut outcome: Outcome, tools: &mut Tools) -> Verdict {
        outcome.coverage = match reason {
            Reason::BodyNotSent | Reason::Overloaded => Coverage::Bypassed,
            _ => Coverage::Unscannable,
        };
        outcome.reason = Some(reason);
        // these are refused by no pack's wish
        let always = matches!(reason, Reason::BadPath | Reason::Deadline | Reason::Internal)
            || (reason == Reason::Overloaded && self.overload_closes && self.enforced)
            || (reason == Reason::Encoding && self.decode);
        if self.attached && always {
            let reject = self.refused(reason, None);
            (outcome.enforced, outcome.would_be, outcome.rejected) = (Action::Block, Action::Block, reject.status);
            return Verdict {
                reject: Some(reject),
                body,
                changed: false,
                decoded: false,
                outcome,
                tokens: None,
            };
        }
        let mut verdict = self.judge(&self.texts(None), body, outcome, tools);
        let asks = !matches!(reason, Reason::BodyNotSent | Reason::Overloaded | Reason::Interrupted);
        if asks && verdict.reject.is_none() {
            let traffic = self.subject.traffic(self.direction, self.today, &self.rules);
            verdict.reject = self.handle(self.rules.unscannable(&traffic), reason, None, &mut verdict.outcome);
            verdict.outcome.rejected = verdict.reject.as_ref().map_or(0, |reject| reject.status);
        }
        verdict
    }

    /// A request that its client has signed: its body goes on as it came, or not at all.
    fn signed(&self) -> bool {
        self.direction == Direction::Request && self.subject.head.signed
    }

    /// A refusal as the clients of this API expect it.
    fn refused(&self, reason: Reason, path: Option<&JsonPath>) -> Box<Reject> {
        Box::new(Reject::refused(
            self.subject.route.errors(),
            self.decision,
            reason,
            path,
        ))
    }

    pub(crate) fn blank(&self, tools: &mut Tools) -> Outcome {
        let subject = &self.subject;
        let upstream = subject.upstream(&self.rules);
        Outcome {
            decision: self.decision,
            direction: self.direction,
            host: subject.host.clone(),
            route: subject.head.route.as_deref().map(|name| tools.name(name)),
            upstream: upstream.map(|upstream| tools.name(&upstream.name)),
            api: subject.route.api,
            surface: subject.surface,
            provider: upstream
                .map(|upstream| upstream.provider.as_str())
                .or(subject.route.provider)
                .map(|name| tools.name(name)),
            model: subject.model.get().map(|model| model.name.clone()),
            revision: tools.name(self.rules.revision()),
            rules: Vec::new(),
            entities: Vec::new(),
            paths: Vec::new(),
            more_paths: 0,
            tokens: Fates::default(),
            enforced: Action::Allow,
            would_be: Action::Allow,
            coverage: Coverage::Scanned,
            reason: None,
            rejected: 0,
            bytes: self.bytes,
            trace: subject.head.trace,
        }
    }
}

fn reason_of(error: naka_body::BodyError) -> Reason {
    match error {
        naka_body::BodyError::UnknownEncoding | naka_body::BodyError::BadEncoding => Reason::Encoding,
        naka_body::BodyError::TooLarge => Reason::TooLarge,
        _ => Reason::Limits,
    }
}
