//! Judging one direction: read, scan, decide, rewrite. Owns all that it needs, so the shell may run it on any thread.
//!
//! Order of reasons when several apply: the call's own fault (400) before the policy's block (403) before what cannot
//! be read; so a client always learns the first thing that it can mend.

use std::sync::Arc;

use bytes::Bytes;
use naka_body::{Document, FieldId};
use naka_policy::{Action, Date, Decision, Direction, FieldFindings, Handling, Keys, Pair, RuleSet};

use crate::budget::Lease;
use crate::event::BodyHead;
use crate::exchange::Shared;
use crate::media;
use crate::outcome::{Coverage, DecisionId, JsonPath, Name, Outcome, Reason};
use crate::reject::Reject;
use crate::subject::{Model, Subject, body_direction};
use crate::tally;
use crate::target::TargetText;
use crate::tools::{Span, Tools};

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
            Content::None => {
                let texts = self.target_texts();
                let decision = self.scan(None, &texts, tools);
                self.judge(None, &texts, decision, Bytes::new(), outcome)
            }
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
        let texts = self.target_texts();
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
            let name = Name::checked(model.as_bytes(), |text| tools.is_clean(&self.rules, text));
            outcome.model = Some(name.clone());
            let _ = self.subject.model.set(Model {
                raw: model.clone(),
                name,
            }); // one request, one model
        }
        if !whole {
            (outcome.coverage, outcome.reason) = (Coverage::Partial, Some(Reason::Interrupted));
        }
        let decision = self.scan(Some(&document), &texts, tools);
        let mut verdict = self.judge(Some(&document), &texts, decision, body, outcome);
        verdict.decoded = decoded;
        if self.decode && !verdict.changed && verdict.reject.is_none() {
            // the headers have left without the content encoding
            (verdict.body, verdict.changed) = (plain.clone(), true);
        }
        verdict
    }

    fn target_texts(&self) -> Vec<TargetText> {
        match self.direction {
            Direction::Request => self.subject.target().texts(),
            Direction::Response => Vec::new(),
        }
    }

    /// Scans fields and target texts in one go and decides over all of them: conditions span the whole request.
    fn scan(&self, document: Option<&Document<'_>>, texts: &[TargetText], tools: &mut Tools) -> Decision {
        let detector = self.rules.detector();
        tools.findings.clear();
        tools.spans.clear();
        let fields = document.map_or(0, |document| document.fields().len() as u32);
        let mut scan = |field: u32, record: u32, text: &[u8], label: Option<&[u8]>| {
            let start = tools.findings.len();
            detector.scan(text, label, &mut tools.scratch, &mut tools.findings);
            let end = tools.findings.len();
            if end > start {
                tools.spans.push(Span {
                    field,
                    record,
                    start,
                    end,
                });
            }
        };
        if let Some(document) = document {
            for field in document.fields() {
                scan(field.id.0, field.record, field.text, field.label);
            }
        }
        for (at, text) in (fields..).zip(texts) {
            scan(
                at,
                naka_body::NO_RECORD,
                &text.text,
                (!text.label.is_empty()).then_some(text.label.as_slice()),
            );
        }
        let found: Vec<FieldFindings<'_>> = tools
            .spans
            .iter()
            .map(|span| FieldFindings {
                field: span.field,
                record: span.record,
                text: text_of(document, texts, fields, span.field),
                findings: &tools.findings[span.start..span.end],
            })
            .collect();
        self.rules
            .decide(&self.subject.traffic(self.direction, self.today, &self.rules), &found)
    }

    fn judge(
        &self,
        document: Option<&Document<'_>>,
        texts: &[TargetText],
        mut decision: Decision,
        body: Bytes,
        mut outcome: Outcome,
    ) -> Verdict {
        let fields = document.map_or(0, |document| document.fields().len() as u32);
        refuse_edits_of_target(&mut decision, fields);
        let traffic = self.subject.traffic(self.direction, self.today, &self.rules);
        tally::fill(
            &mut outcome,
            &decision,
            &self.rules,
            self.shared.settings.max_paths,
            |field| path_of(document, texts, fields, field),
        );

        let mut reject = None;
        if let Some(reason) = document.and_then(|document| self.fault(document)) {
            (outcome.enforced, outcome.would_be, outcome.reason) = (Action::Block, Action::Block, Some(reason));
            reject = Some(Box::new(Reject::refused(self.decision, reason, None)));
        }
        if self.attached && reject.is_none() && outcome.enforced == Action::Block {
            reject = Some(Box::new(Reject::blocked(
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
        let edits = match document {
            Some(document) if reject.is_none() => self.edits(document, &decision, fields),
            _ => tally::Edits::default(),
        };
        if reject.is_none()
            && let Some(document) = document
            && let Some((reason, path)) = opaque(document, &edits)
        {
            outcome.coverage = match document.coverage() {
                naka_body::Coverage::Unscannable => Coverage::Unscannable,
                _ => Coverage::Partial,
            };
            outcome.reason = Some(reason);
            reject = self.handle(self.rules.unscannable(&traffic), reason, path.as_ref(), &mut outcome);
        }
        let mut changed = None;
        if reject.is_none()
            && !edits.list.is_empty()
            && let Some(document) = document
        {
            match document.rewrite(&edits.list) {
                Ok(bytes) => changed = Some(Bytes::from(bytes)),
                // what should have been hidden must not pass because of a fault of ours
                Err(_) => reject = Some(Box::new(Reject::refused(self.decision, Reason::Internal, None))),
            }
        }
        outcome.rejected = reject.as_ref().map_or(0, |reject| reject.status);
        Verdict {
            reject,
            changed: changed.is_some(),
            body: changed.unwrap_or(body),
            decoded: false,
            outcome,
        }
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

    fn edits(&self, document: &Document<'_>, decision: &Decision, fields: u32) -> tally::Edits {
        let mut edits = tally::Edits::default();
        let mut keys = None;
        for cluster in decision
            .clusters
            .iter()
            .filter(|cluster| cluster.field < fields && cluster.enforced.edits())
        {
            let field = document.field(FieldId(cluster.field));
            if field.editable {
                let mut replacement = Vec::new();
                let keys = keys.get_or_insert_with(|| self.keys());
                self.rules.transform(cluster, field.text, keys, &mut replacement);
                let (start, end) = (cluster.start, cluster.end);
                edits.list.push(naka_body::Edit {
                    field: field.id,
                    start,
                    end,
                    replacement,
                });
            } else {
                edits.refused.get_or_insert(field.id);
            }
        }
        edits
    }

    fn keys(&self) -> Keys {
        let traffic = self.subject.traffic(self.direction, self.today, &self.rules);
        self.shared.keys.keys(traffic.provider.unwrap_or("unknown"))
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
            || (reason == Reason::Overloaded && self.overload_closes)
            || (reason == Reason::Encoding && self.decode);
        if self.attached && always {
            let reject = Reject::refused(self.decision, reason, None);
            (outcome.enforced, outcome.would_be, outcome.rejected) = (Action::Block, Action::Block, reject.status);
            return Verdict {
                reject: Some(Box::new(reject)),
                body,
                changed: false,
                decoded: false,
                outcome,
            };
        }
        let texts = self.target_texts();
        let decision = self.scan(None, &texts, tools);
        let mut verdict = self.judge(None, &texts, decision, body, outcome);
        let asks = !matches!(reason, Reason::BodyNotSent | Reason::Overloaded | Reason::Interrupted);
        if asks && verdict.reject.is_none() {
            let traffic = self.subject.traffic(self.direction, self.today, &self.rules);
            verdict.reject = self.handle(self.rules.unscannable(&traffic), reason, None, &mut verdict.outcome);
            verdict.outcome.rejected = verdict.reject.as_ref().map_or(0, |reject| reject.status);
        }
        verdict
    }

    /// Joins what the policy does with the unreadable, or the unknown, into the outcome.
    fn handle(
        &self,
        pair: Pair<Handling>,
        reason: Reason,
        path: Option<&JsonPath>,
        outcome: &mut Outcome,
    ) -> Option<Box<Reject>> {
        let action = |handling| match handling {
            Handling::Allow => Action::Allow,
            Handling::Audit => Action::Audit,
            Handling::Block => Action::Block,
        };
        outcome.enforced = outcome.enforced.join(action(pair.enforced));
        outcome.would_be = outcome.would_be.join(action(pair.would_be));
        if pair.enforced == Handling::Block && self.attached {
            outcome.reason = Some(reason);
            return Some(Box::new(Reject::refused(self.decision, reason, path)));
        }
        None
    }

    fn blank(&self, tools: &mut Tools) -> Outcome {
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

/// A path or query cannot be rewritten without asking for something else: what would be changed there is refused.
fn refuse_edits_of_target(decision: &mut Decision, fields: u32) {
    for cluster in decision.clusters.iter_mut().filter(|cluster| cluster.field >= fields) {
        for action in [&mut cluster.enforced, &mut cluster.would_be] {
            if action.edits() {
                *action = Action::Block;
            }
        }
    }
}

fn text_of<'a>(document: Option<&'a Document<'_>>, texts: &'a [TargetText], fields: u32, field: u32) -> &'a [u8] {
    match document {
        Some(document) if field < fields => document.field(FieldId(field)).text,
        _ => &texts[(field - fields) as usize].text,
    }
}

fn path_of(document: Option<&Document<'_>>, texts: &[TargetText], fields: u32, field: u32) -> JsonPath {
    match document {
        Some(document) if field < fields => JsonPath::rendered(document.path(FieldId(field))),
        _ if texts[(field - fields) as usize].query => JsonPath::rendered("(query)".to_owned()),
        _ => JsonPath::rendered("(path)".to_owned()),
    }
}

/// The first thing in a document that cannot be read, or cannot be changed though it should be.
fn opaque(document: &Document<'_>, edits: &tally::Edits) -> Option<(Reason, Option<JsonPath>)> {
    if let Some(field) = edits.refused {
        return Some((Reason::OpaqueParts, Some(JsonPath::rendered(document.path(field)))));
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

fn reason_of(error: naka_body::BodyError) -> Reason {
    match error {
        naka_body::BodyError::UnknownEncoding | naka_body::BodyError::BadEncoding => Reason::Encoding,
        naka_body::BodyError::TooLarge => Reason::TooLarge,
        _ => Reason::Limits,
    }
}
