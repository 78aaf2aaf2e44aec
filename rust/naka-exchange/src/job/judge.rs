//! From what a direction says to the verdict: what is decided is done, in the order of reasons that the parent tells.

use bytes::Bytes;
use naka_body::{Document, FieldId};
use naka_policy::{Action, Decision, Direction, Handling, Pair, Traffic};

use super::edits::Edits;
use super::texts::Texts;
use super::{Job, Verdict};
use crate::name::JsonPath;
use crate::outcome::{Coverage, Outcome, Reason};
use crate::reject::Reject;
use crate::tally;
use crate::tokens::overlook_tokens;
use crate::tools::Tools;

impl Job {
    /// Scans, decides, and does what was decided. `body` goes on as it came where nothing is changed.
    pub(super) fn judge(&self, texts: &Texts<'_, '_>, body: Bytes, mut outcome: Outcome, tools: &mut Tools) -> Verdict {
        let document = texts.document;
        let traffic = self.subject.traffic(self.direction, self.today, &self.rules);
        let mut decision = tools.judge.decide(&self.rules, &traffic, texts.iter());
        refuse_edits_of_target(&mut decision, texts);
        if let Some(document) = document {
            // empty for a request
            overlook_tokens(&mut decision, &self.tokens.tokens, |field| {
                document.field(FieldId(field)).text
            });
        }
        tally::fill(
            &mut outcome,
            &decision,
            &self.rules,
            &mut tools.rule_names,
            self.shared.settings.max_paths,
            |field| texts.path(field),
        );

        let mut reject = None;
        if let Some(reason) = document.and_then(|document| self.fault(document)) {
            (outcome.enforced, outcome.would_be, outcome.reason) = (Action::Block, Action::Block, Some(reason));
            reject = Some(self.refused(reason, None));
        }
        if self.attached && reject.is_none() && outcome.enforced == Action::Block {
            reject = Some(Box::new(Reject::blocked(
                &self.subject.route,
                self.refuses(document, &traffic).as_deref(),
                self.decision,
                self.direction,
                &outcome.entities,
                &outcome.paths,
            )));
        }
        if reject.is_none() && !traffic.known_route {
            reject = self.handle(
                self.rules.unknown_route(&traffic),
                Reason::UnknownRoute,
                None,
                &mut outcome,
            );
        }
        let mut edits = match document {
            Some(document) if reject.is_none() => self.edits(document, texts, &decision),
            _ => Edits::default(),
        };
        outcome.tokens = edits.fates;
        // Its clusters weigh as much as a body that is dense with findings; what is made from here on is large too.
        drop(decision);
        if reject.is_none()
            && let Some(document) = document
            && let Some((reason, path)) = self.opaque(document, &edits)
        {
            outcome.coverage = match document.coverage() {
                naka_body::Coverage::Unscannable => Coverage::Unscannable,
                _ => Coverage::Partial,
            };
            outcome.reason = Some(reason);
            reject = self.handle(self.rules.unscannable(&traffic), reason, path.as_ref(), &mut outcome);
        }
        let (mut changed, tokens) = (None, edits.tokens.take());
        if reject.is_none()
            && !edits.list.is_empty()
            && let Some(document) = document
        {
            match document.rewrite_with_numbers(edits.list, &edits.numbers) {
                Ok(bytes) => changed = Some(Bytes::from(bytes)),
                // what should have been hidden must not pass because of a fault of ours
                Err(_) => reject = Some(self.refused(Reason::Internal, None)),
            }
        }
        outcome.rejected = reject.as_ref().map_or(0, |reject| reject.status);
        Verdict {
            reject,
            changed: changed.is_some(),
            body: changed.unwrap_or(body),
            decoded: false,
            outcome,
            tokens,
        }
    }

    /// The model's name, when a block is to be an answer of the model: the policy says so, and no stream is awaited.
    fn refuses(&self, document: Option<&Document<'_>>, traffic: &Traffic<'_>) -> Option<String> {
        let plain = self.direction == Direction::Response || document?.facts().stream != Some(true);
        plain
            .then(|| self.subject.refusing_model(&self.rules, traffic))
            .flatten()
    }

    /// Faults of the call itself. Nothing is refused while nothing is enforced.
    fn fault(&self, document: &Document<'_>) -> Option<Reason> {
        if !self.attached || self.direction == Direction::Response {
            return None;
        }
        let malformed = document
            .unscannable()
            .iter()
            .any(|item| item.reason == naka_body::Reason::InvalidJson);
        if malformed {
            return Some(Reason::Malformed);
        }
        (!document.facts().duplicate_deciding_keys.is_empty()).then_some(Reason::DuplicateKey)
    }

    /// The first thing in a document that cannot be read, or cannot be changed though it should be.
    fn opaque(&self, document: &Document<'_>, edits: &Edits) -> Option<(Reason, Option<JsonPath>)> {
        if let Some(field) = edits.refused {
            let reason = if self.signed() {
                Reason::Signed
            } else {
                Reason::OpaqueParts
            };
            return Some((reason, Some(JsonPath::rendered(document.path(field)))));
        }
        let item = document.unscannable().first()?;
        let reason = match item.reason {
            naka_body::Reason::InvalidJson => Reason::Malformed,
            naka_body::Reason::Multipart => Reason::Multipart,
            naka_body::Reason::EventStream => Reason::Stream,
            naka_body::Reason::Binary => Reason::Binary,
            _ => Reason::OpaqueParts,
        };
        Some((reason, Some(JsonPath::rendered(document.unscannable_path(item)))))
    }

    /// Joins what the policy does with the unreadable, or the unknown, into the outcome.
    pub(super) fn handle(
        &self,
        pair: Pair<Handling>,
        reason: Reason,
        path: Option<&JsonPath>,
        outcome: &mut Outcome,
    ) -> Option<Box<Reject>> {
        outcome.handle(pair);
        if pair.enforced == Handling::Block && self.attached {
            outcome.reason = Some(reason);
            return Some(self.refused(reason, path));
        }
        None
    }
}

/// A path or query cannot be rewritten without asking for something else: what would be changed there is refused.
fn refuse_edits_of_target(decision: &mut Decision, texts: &Texts<'_, '_>) {
    let clusters = decision.clusters.iter_mut();
    for cluster in clusters.filter(|cluster| texts.is_target(cluster.field)) {
        for action in [&mut cluster.enforced, &mut cluster.would_be] {
            if action.edits() {
                *action = Action::Block;
            }
        }
    }
}
