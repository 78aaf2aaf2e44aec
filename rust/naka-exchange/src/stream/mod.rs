//! A streamed answer: events in, the bytes that may go on out.
//!
//! An event leaves unchanged as soon as nothing in it can still become part of a finding and no event before it waits;
//! else it waits, whole, until its channels' next pieces or their end. Events keep their order, so what comes behind one
//! that waits waits with it: clients read some of them by place (`…done` after its deltas). No event is added or removed.
//! While nothing is enforced nothing waits: bytes pass as they come, and are read behind.
//!
//! What is not judged while the stream runs (`Detector::stream_judged`) is scanned for behind it, and only recorded.

mod channel;
mod queue;
mod restore;
mod window;

use std::sync::Arc;

use naka_body::stream::{Call, Event, Form, Frame, LastWords, SplitError, Splitter};
use naka_body::{Edit, Field, Problem};
use naka_detect::{ChannelFinding, Detector, Finding, Progress};
use naka_policy::{
    Action, Date, Decision, Direction, Fates, FieldFindings, Handling, Keys, Pair, Permit, RuleSet, Text, Traffic,
};

use self::channel::{Channel, PieceEdit};
use self::queue::Queue;
use self::restore::{Restoring, Value};
use crate::exchange::Shared;
use crate::name::{DecisionId, JsonPath};
use crate::outcome::{Coverage, Outcome, Reason};
use crate::reject::Reject;
use crate::subject::Subject;
use crate::tally;
use crate::tokens::{Held, overlook_tokens, restore_fields};
use crate::tools::Tools;

/// Texts that go on at once; with more, all are judged by what is there. Each event looks through them.
const MAX_CHANNELS: usize = 256;

/// What a stream is judged by; all of it is the exchange's.
pub(crate) struct Judging {
    pub(crate) subject: Arc<Subject>,
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) decision: DecisionId,
    pub(crate) today: Date,
    /// Something may be enforced, or restored: events wait, and may be changed.
    pub(crate) holds: bool,
    /// What the request made, and where it may come back.
    pub(crate) tokens: Arc<Held>,
    pub(crate) permit: Permit,
}

/// One streamed answer.
pub(crate) struct Flow {
    judging: Judging,
    form: Form,
    splitter: Splitter,
    channels: Vec<Channel>,
    queue: Queue,
    /// The tools that are called; no name for one that was given two.
    calls: Vec<(Call, Option<String>)>,
    /// Its tokens are kept for what goes on from it.
    kept: bool,
    /// The record so far.
    pub(crate) outcome: Outcome,
    /// Why the stream is cut off: told to the client instead of what is left.
    cut: Option<Cut>,
    /// What is left passes unread.
    unread: bool,
    /// Something has left.
    sent: bool,
    /// Too many texts go on at once.
    crowded: bool,
}

/// Why a stream ends before its end.
enum Cut {
    Blocked,
    Refused(Reason, Option<JsonPath>),
}

/// Bytes of a tool's name: no API takes one of more than 256.
const MAX_NAME: usize = 1024;
/// Calls of tools whose names are kept; one without a name is restored only where every tool is.
const MAX_CALLS: usize = 256;

/// What a piece of a stream led to.
#[derive(Default)]
pub(crate) struct Released {
    /// The bytes that go on.
    pub(crate) bytes: Vec<u8>,
    /// The last ones: the stream was cut off.
    pub(crate) cut: bool,
}

impl Flow {
    pub(crate) fn new(judging: Judging, form: Form, mut outcome: Outcome) -> Self {
        if !judging.subject.route.knows_stream() {
            // each event is read by itself: what is split over two is not seen
            (outcome.coverage, outcome.reason) = (Coverage::Partial, Some(Reason::Stream));
        }
        let splitter = Splitter::new(form, judging.shared.settings.max_event_bytes);
        Self {
            judging,
            form,
            splitter,
            channels: Vec::new(),
            queue: Queue::default(),
            calls: Vec::new(),
            kept: false,
            outcome,
            cut: None,
            unread: false,
            sent: false,
            crowded: false,
        }
    }

    /// Takes bytes as they came; `end` says that no more do.
    pub(crate) fn feed(&mut self, bytes: &[u8], end: bool, tools: &mut Tools) -> Released {
        let mut released = Released::default();
        if self.unread {
            released.bytes = bytes.to_vec();
            return released;
        }
        self.splitter.push(bytes);
        loop {
            match self.splitter.next() {
                Ok(Some(frame)) => self.event(frame, tools),
                Ok(None) => break,
                Err(error) => {
                    let reason = match error {
                        SplitError::TooLarge => Reason::TooLarge,
                        SplitError::Broken => Reason::Malformed,
                    };
                    self.unreadable(reason, None);
                    self.unread = self.cut.is_none();
                    break;
                }
            }
            if self.cut.is_some() {
                break;
            }
        }
        if self.unread {
            self.end_channels(|_| true, tools);
            self.write(&mut released.bytes);
            released.bytes.extend_from_slice(&self.splitter.rest());
            return self.end(released);
        }
        if end && self.cut.is_none() {
            if let Some(frame) = self.splitter.finish() {
                self.event(frame, tools);
            }
            self.end_channels(|_| true, tools);
        }
        if self.cut.is_none() && self.queue.bytes() > self.judging.shared.settings.max_waiting_bytes {
            // a text that waits for more while others run on: judged by what is there
            self.end_channels(|_| true, tools);
            self.partial(Reason::Limits);
        }
        self.write(&mut released.bytes);
        self.end(released)
    }

    /// The time of the stream is over.
    pub(crate) fn expire(&mut self) -> Released {
        self.cut = Some(Cut::Refused(Reason::Deadline, None));
        self.partial(Reason::Deadline);
        self.end(Released::default())
    }

    /// Events that need not wait any more.
    fn write(&mut self, out: &mut Vec<u8>) {
        let Judging { subject, shared, .. } = &self.judging;
        if self.cut.is_none() && self.queue.pop(&subject.route, &shared.settings.body, out).is_err() {
            // what should have been hidden must not pass because of a fault of ours
            self.cut = Some(Cut::Refused(Reason::Internal, None));
        }
    }

    /// Adds the last events when the stream is cut off; what waits goes nowhere.
    fn end(&mut self, mut released: Released) -> Released {
        let Some(cut) = &self.cut else {
            self.sent |= !released.bytes.is_empty();
            return released;
        };
        let Judging { subject, decision, .. } = &self.judging;
        let reject = match cut {
            Cut::Blocked => Reject::blocked(
                &subject.route,
                None,
                *decision,
                Direction::Response,
                &self.outcome.entities,
                &self.outcome.paths,
            ),
            Cut::Refused(reason, path) => Reject::refused(subject.route.errors(), *decision, *reason, path.as_ref()),
        };
        let problem = Problem {
            status: reject.status,
            code: reject.details,
            message: &reject.message,
            param: reject.param.as_deref(),
            decision: &decision.to_string(),
        };
        let refusal = matches!(cut, Cut::Blocked).then(|| self.refusing_model()).flatten();
        let last = LastWords {
            model: refusal.as_deref(),
            sequence: self.queue.sequence(),
            first: !self.sent && released.bytes.is_empty(),
        };
        let ending = subject.route.stream_ending(self.form, &problem, &last);
        released.bytes.extend_from_slice(&ending);
        released.cut = true;
        self.outcome.rejected = reject.status;
        self.outcome.enforced = Action::Block;
        self.outcome.would_be = Action::Block;
        self.queue = Queue::default();
        self.channels = Vec::new();
        released
    }

    /// The model's name, when the policy wants a block to be an answer that refuses.
    fn refusing_model(&self) -> Option<String> {
        let Judging {
            subject, rules, today, ..
        } = &self.judging;
        let traffic = subject.traffic(Direction::Response, *today, rules);
        let model = subject.model.get().map_or("unknown", |model| model.name.as_str());
        (rules.block_style(&traffic) == naka_policy::BlockStyle::Refusal).then(|| model.to_owned())
    }

    /// No room is left for what waits: by the policy all of it passes unread, or the stream is cut off.
    pub(crate) fn overload(&mut self, closes: bool, tools: &mut Tools) -> Released {
        let mut released = Released::default();
        self.partial(Reason::Overloaded);
        if closes && self.judging.holds {
            self.cut = Some(Cut::Refused(Reason::Overloaded, None));
        } else {
            self.unread = true;
            self.end_channels(|_| true, tools);
            self.write(&mut released.bytes);
            released.bytes.extend_from_slice(&self.splitter.rest());
        }
        self.end(released)
    }

    /// Bytes held.
    pub(crate) fn held(&self) -> u64 {
        let channels: usize = self.channels.iter().map(Channel::memory).sum();
        (self.splitter.held() + self.queue.bytes() + channels) as u64
    }

    fn event(&mut self, frame: Frame, tools: &mut Tools) {
        let Judging { subject, shared, .. } = &self.judging;
        let (subject, shared) = (Arc::clone(subject), Arc::clone(shared));
        let number = self.queue.next_number();
        let event = match Event::read(&frame, &subject.route, &shared.settings.body) {
            Ok(event) => event,
            Err(_) => {
                self.unreadable(Reason::Limits, None);
                self.hold(number, frame, 0, Vec::new(), None);
                return;
            }
        };
        let mut edits = Vec::new();
        if event.document().fields().len() > event.pieces().len() {
            edits = self.alone(&event, tools);
        }
        if let Some(item) = event.document().unscannable().first() {
            let path = JsonPath::rendered(event.document().unscannable_path(item));
            self.unreadable(Reason::OpaqueParts, Some(path));
        }
        if !event.unread().is_empty() {
            self.unreadable(Reason::OpaqueParts, None);
        }
        if !self.judging.tokens.tokens.is_empty() {
            self.name_calls(&event);
        }
        self.keep(&event);
        if event.pieces().is_empty() && event.ends().is_empty() {
            let sequence = event.sequence();
            drop(event);
            self.hold(number, frame, 0, edits, sequence);
            return;
        }
        let ends = event.ends().to_vec();
        // the event waits for each of its pieces; what these find goes to it
        let mut progress = Vec::with_capacity(event.pieces().len());
        let mut waits = 0;
        for piece in event.pieces() {
            if self.channels.len() >= MAX_CHANNELS && !self.channels.iter().any(|channel| channel.id == piece.channel) {
                self.crowded = true;
            }
            let field = event.document().field(piece.field);
            let index = self.channel(&event, piece);
            let taken = self.channels[index].push(
                (number, piece.field),
                field.text,
                self.judging.holds,
                self.judging.rules.detector(),
                tools.judge.scratch(),
            );
            match taken {
                Some(step) => {
                    waits += u32::from(self.judging.holds);
                    progress.push((index, step));
                }
                None => self.unreadable(Reason::OpaqueParts, None),
            }
        }
        let sequence = event.sequence();
        drop(event);
        self.hold(number, frame, waits, edits, sequence);
        for (index, step) in progress {
            let released_to = self.settle(index, step, false, tools);
            let Self { channels, queue, .. } = self;
            channels[index].release(released_to, false, |event| queue.free(event));
            self.behind(index, false, tools);
        }
        for end in ends {
            self.end_channels(|channel| end.covers(&channel.id), tools);
        }
        if std::mem::take(&mut self.crowded) {
            self.end_channels(|_| true, tools);
            self.partial(Reason::Limits);
        }
    }

    fn hold(&mut self, number: u64, frame: Frame, waits: u32, edits: Vec<Edit>, sequence: Option<u32>) {
        if self.judging.holds {
            self.queue.push(number, frame, waits, edits, sequence);
        } else {
            self.queue.skip();
        }
    }

    fn channel(&mut self, event: &Event<'_>, piece: &naka_body::stream::Piece) -> usize {
        if let Some(index) = self.channels.iter().position(|channel| channel.id == piece.channel) {
            return index;
        }
        let path = JsonPath::rendered(event.document().path(piece.field));
        let restores = self.judging.holds && !self.judging.tokens.tokens.is_empty();
        self.channels.push(Channel::new(piece, path, restores));
        self.channels.len() - 1
    }

    /// Judges the fields of an event that are no pieces: all of their text is here.
    fn alone(&mut self, event: &Event<'_>, tools: &mut Tools) -> Vec<Edit> {
        let document = event.document();
        let texts = document
            .fields()
            .filter(|field| !event.is_piece(field.id) && !event.is_unread(field.id))
            .map(|field| Text {
                field: field.id.0,
                record: field.record,
                bytes: field.text,
                label: field.label,
            });
        let Judging {
            subject, rules, today, ..
        } = &self.judging;
        let (rules, traffic) = (Arc::clone(rules), subject.traffic(Direction::Response, *today, rules));
        let detector = Arc::clone(rules.detector());
        let judged = |finding: &Finding| detector.stream_judged(finding.rule);
        let (mut decision, others) = tools.judge.decide_parted(&rules, &traffic, texts, judged);
        let tokens = &self.judging.tokens.tokens;
        overlook_tokens(&mut decision, tokens, |field| {
            document.field(naka_body::FieldId(field)).text
        });
        let mut edits = Vec::new();
        let mut refused = None;
        for cluster in decision.clusters.iter().filter(|cluster| cluster.enforced.edits()) {
            let field = document.field(naka_body::FieldId(cluster.field));
            if !field.editable {
                refused.get_or_insert(field.id);
                continue;
            }
            let mut replacement = Vec::new();
            rules.transform(cluster, field.text, &Keys::none(), &mut replacement);
            edits.push(Edit {
                field: field.id,
                start: cluster.start,
                end: cluster.end,
                replacement,
            });
        }
        if self.judging.holds && !tokens.is_empty() {
            let mut fates = Fates::default();
            let whole = |field: &Field<'_>| !event.is_piece(field.id);
            let call = self.calls.iter().find(|(call, _)| *call == event.call());
            let call = call.and_then(|(_, name)| name.as_deref());
            let by = (tokens, &self.judging.permit, call);
            restore_fields(by, document, whole, (&mut edits, None), &mut fates);
            if !event.is_copy() {
                self.outcome.tokens.join(&fates);
            }
        }
        let path = |field: u32| JsonPath::rendered(document.path(naka_body::FieldId(field)));
        if event.is_copy() {
            self.tell_new(decision, path, tools);
        } else {
            self.tell(&decision, false, path, tools);
            self.tell(&others, true, path, tools);
        }
        if let Some(field) = refused {
            self.unreadable(Reason::OpaqueParts, Some(path(field.0)));
        }
        edits
    }

    /// Decides on what became final in a channel, and writes it into the pieces that wait.
    fn found(&mut self, index: usize, found: &[ChannelFinding], tools: &mut Tools) {
        if found.is_empty() {
            return;
        }
        let channel = &self.channels[index];
        let window = &channel.window;
        let findings: Vec<Finding> = found
            .iter()
            .map(|found| Finding {
                start: window.at(found.start) as u32,
                end: window.at(found.end) as u32,
                ..found.finding
            })
            .collect();
        let Judging {
            subject,
            rules,
            today,
            holds,
            ..
        } = &self.judging;
        let traffic = subject.traffic(Direction::Response, *today, rules);
        let field = FieldFindings {
            field: 0,
            record: 0,
            text: window.text(),
            findings: &findings,
        };
        let mut decision = rules.decide(&traffic, &[field]);
        overlook_tokens(&mut decision, &self.judging.tokens.tokens, |_| window.text());
        let mut edits = Vec::new();
        let mut masked = Vec::new();
        let mut sealed = false;
        for cluster in decision
            .clusters
            .iter()
            .filter(|cluster| *holds && cluster.enforced.edits())
        {
            if channel.id.is_sealed() {
                sealed = true;
                continue;
            }
            let mut replacement = Vec::new();
            rules.transform(cluster, window.text(), &Keys::none(), &mut replacement);
            let place = |offset: u32| window.place(offset as usize);
            channel.replace(place(cluster.start), place(cluster.end), replacement, &mut edits);
            masked.push((place(cluster.start), place(cluster.end)));
        }
        let path = channel.path.clone();
        self.queue.edit(edits);
        if let Some(restoring) = &mut self.channels[index].restoring {
            masked.into_iter().for_each(|(start, end)| restoring.mask(start, end));
        }
        self.tell(&decision, false, |_| path.clone(), tools);
        if sealed {
            self.unreadable(Reason::OpaqueParts, Some(path));
        }
    }

    /// Does what became due in a channel: what was found is decided on, and tokens become values. Returns up to where its
    /// text may be released.
    fn settle(&mut self, index: usize, step: Progress, ended: bool, tools: &mut Tools) -> u64 {
        let held = Arc::clone(&self.judging.tokens);
        let (limit, due) = self.channels[index].due(&held.tokens, step, ended);
        if self.judging.holds && due.iter().any(|found| found.is_cut) {
            self.partial(Reason::Begun);
        }
        self.found(index, &due, tools);
        let channel = &mut self.channels[index];
        let Some(mut restoring) = channel.restoring.take() else {
            return limit;
        };
        let name = self.calls.iter().find(|(call, _)| call.has(&channel.id));
        let tool = name.and_then(|(_, name)| name.as_deref());
        let mut fates = Fates::default();
        let by = (&held.tokens, &self.judging.permit);
        let mut values = restoring.run(by, tool, &channel.window, limit, &mut fates);
        if channel.id.is_sealed() {
            Restoring::seal(&mut values, &mut fates);
        }
        let mut edits = Vec::new();
        for Value { start, end, value } in values {
            channel.replace(start, end, value, &mut edits);
        }
        channel.restoring = Some(restoring);
        self.queue.edit(edits);
        self.outcome.tokens.join(&fates);
        limit
    }

    /// Keeps the tokens of the exchange for what goes on from this answer, once it says its id.
    fn keep(&mut self, event: &Event<'_>) {
        let Judging {
            subject,
            rules,
            shared,
            decision,
            today,
            tokens,
            ..
        } = &self.judging;
        let (Some(history), false, false) = (&shared.history, self.kept, tokens.tokens.is_empty()) else {
            return;
        };
        let facts = event.document().facts();
        let traffic = subject.traffic(Direction::Response, *today, rules);
        for id in [&facts.id, &facts.conversation].into_iter().flatten() {
            history.put(traffic.provider.unwrap_or("unknown"), id, tokens, decision.millis());
            self.kept = true;
        }
    }

    /// Takes note of the tools that an event names.
    fn name_calls(&mut self, event: &Event<'_>) {
        for (call, name) in event.tools() {
            let sound = |name: &&str| (1..=MAX_NAME).contains(&name.len());
            let name = std::str::from_utf8(name).ok().filter(sound);
            let room = self.calls.len() < MAX_CALLS;
            match self.calls.iter_mut().find(|(known, _)| *known == call) {
                Some((_, known)) if known.as_deref() == name || name.is_none() => {}
                Some((_, known)) => *known = None,
                None if room => self.calls.push((call, name.map(str::to_owned))),
                None => {}
            }
        }
    }

    /// Nothing more comes for these channels.
    fn end_channels(&mut self, ended: impl Fn(&Channel) -> bool, tools: &mut Tools) {
        let mut index = 0;
        while index < self.channels.len() {
            if !ended(&self.channels[index]) {
                index += 1;
                continue;
            }
            let detector = Arc::clone(self.judging.rules.detector());
            let step = self.channels[index].finish(&detector, tools.judge.scratch());
            let released_to = self.settle(index, step, true, tools);
            let Self { channels, queue, .. } = self;
            channels[index].release(released_to, true, |event| queue.free(event));
            self.behind(index, true, tools);
            self.channels.swap_remove(index);
        }
    }

    /// The rules that are not judged while the stream runs.
    fn behind(&mut self, index: usize, ended: bool, tools: &mut Tools) {
        let Self { channels, judging, .. } = self;
        let Judging {
            subject, rules, today, ..
        } = judging;
        let traffic = subject.traffic(Direction::Response, *today, rules);
        let detector: &Detector = rules.detector();
        let mut decision = None;
        channels[index].judge_behind(ended, detector, tools.judge.scratch(), |text, findings| {
            let field = FieldFindings {
                field: 0,
                record: 0,
                text: text.as_bytes(),
                findings,
            };
            decision = Some(rules.decide(&traffic, &[field]));
        });
        if let Some(decision) = decision {
            let path = channels[index].path.clone();
            self.tell(&decision, true, |_| path.clone(), tools);
        }
    }

    /// Adds a decision to the record. `late`: of what has left already, so that all that can be done is to record it.
    fn tell(&mut self, decision: &Decision, late: bool, path: impl Fn(u32) -> JsonPath, tools: &mut Tools) {
        if decision.clusters.is_empty() {
            return;
        }
        let mut decision = decision.clone();
        if late {
            let acts = |cluster: &naka_policy::Cluster| cluster.enforced.edits() || cluster.enforced == Action::Block;
            if decision.clusters.iter().any(acts) {
                self.partial(Reason::Late);
            }
            for cluster in &mut decision.clusters {
                if acts(cluster) {
                    cluster.enforced = Action::Audit;
                }
            }
        }
        tally::fill(
            &mut self.outcome,
            &decision,
            &self.judging.rules,
            &mut tools.rule_names,
            self.judging.shared.settings.max_paths,
            path,
        );
        self.paths_once();
        if !late {
            self.block_if(decision.enforced);
        }
    }

    /// Events name the same few paths again and again.
    fn paths_once(&mut self) {
        let paths = &mut self.outcome.paths;
        for at in (1..paths.len()).rev() {
            if paths[..at].contains(&paths[at]) {
                paths.remove(at);
            }
        }
    }

    /// Adds what was not told when the pieces came that an event says again.
    fn tell_new(&mut self, mut decision: Decision, path: impl Fn(u32) -> JsonPath, tools: &mut Tools) {
        let action = decision.enforced;
        let names = &mut tools.rule_names;
        names.follow(&self.judging.rules);
        decision.clusters.retain(|cluster| {
            let entity = names.entity(&self.judging.rules, cluster.entity);
            !self.outcome.entities.iter().any(|tally| tally.entity == entity)
        });
        self.tell(&decision, false, path, tools);
        self.block_if(action);
    }

    fn block_if(&mut self, action: Action) {
        if self.judging.holds && action == Action::Block && self.cut.is_none() {
            self.cut = Some(Cut::Blocked);
        }
    }

    fn partial(&mut self, reason: Reason) {
        if self.outcome.coverage == Coverage::Scanned {
            self.outcome.coverage = Coverage::Partial;
        }
        self.outcome.reason.get_or_insert(reason);
    }

    /// Something in the stream cannot be read, or not be changed: the policy says whether it goes on.
    fn unreadable(&mut self, reason: Reason, path: Option<JsonPath>) {
        let Judging {
            subject, rules, today, ..
        } = &self.judging;
        let traffic: Traffic<'_> = subject.traffic(Direction::Response, *today, rules);
        let Pair { enforced, would_be } = rules.unscannable(&traffic);
        let action = |handling| match handling {
            Handling::Allow => Action::Allow,
            Handling::Audit => Action::Audit,
            Handling::Block => Action::Block,
        };
        self.outcome.enforced = self.outcome.enforced.join(action(enforced));
        self.outcome.would_be = self.outcome.would_be.join(action(would_be));
        self.partial(reason);
        if self.judging.holds && enforced == Handling::Block && self.cut.is_none() {
            self.cut = Some(Cut::Refused(reason, path));
        }
    }
}
