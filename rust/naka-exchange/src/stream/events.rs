//! One event: its pieces go to their channels, and it waits for them in the queue.

use std::sync::Arc;

use naka_body::Edit;
use naka_body::stream::{Event, Frame};
use naka_policy::Direction;

use super::channel::Channel;
use super::{Flow, Judging};
use crate::name::JsonPath;
use crate::outcome::Reason;
use crate::tools::Tools;

/// Texts that go on at once; with more, all are judged by what is there. Each event looks through them.
const MAX_CHANNELS: usize = 256;

/// Bytes of a tool's name: no API takes one of more than 256.
const MAX_NAME: usize = 1024;

/// Calls of tools whose names are kept; one without a name is restored only where every tool is.
const MAX_CALLS: usize = 256;

impl Flow {
    pub(super) fn event(&mut self, frame: Frame, tools: &mut Tools) {
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
        let (mut waits, mut crowded) = (0, false);
        for piece in event.pieces() {
            if self.channels.len() >= MAX_CHANNELS && !self.channels.iter().any(|channel| channel.id == piece.channel) {
                crowded = true;
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
        if crowded {
            self.end_channels(|_| true, tools);
            self.partial(Reason::Limits);
        }
    }

    pub(super) fn hold(&mut self, number: u64, frame: Frame, waits: u32, edits: Vec<Edit>, sequence: Option<u32>) {
        if self.judging.holds {
            self.queue.push(number, frame, waits, edits, sequence);
        } else {
            self.queue.skip();
        }
    }

    pub(super) fn channel(&mut self, event: &Event<'_>, piece: &naka_body::stream::Piece) -> usize {
        if let Some(index) = self.channels.iter().position(|channel| channel.id == piece.channel) {
            return index;
        }
        let path = JsonPath::rendered(event.document().path(piece.field));
        let restores = self.judging.holds && !self.judging.tokens.tokens.is_empty();
        self.channels.push(Channel::new(piece, path, restores));
        self.channels.len() - 1
    }

    /// Keeps the tokens of the exchange for what goes on from this answer, once it says its id.
    pub(super) fn keep(&mut self, event: &Event<'_>) {
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
        let provider = subject.traffic(Direction::Response, *today, rules).provider;
        let facts = event.document().facts();
        self.kept = history.keep(provider.unwrap_or("unknown"), facts, tokens, decision.millis());
    }

    /// Takes note of the tools that an event names.
    pub(super) fn name_calls(&mut self, event: &Event<'_>) {
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
    pub(super) fn end_channels(&mut self, ended: impl Fn(&Channel) -> bool, tools: &mut Tools) {
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
}
