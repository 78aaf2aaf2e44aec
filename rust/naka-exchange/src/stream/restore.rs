//! The tokens of one channel of a stream, back to values. What may still become one waits like what may become a finding;
//! what is released is gone over once, from left to right, as a text that is whole.

use std::collections::VecDeque;

use naka_policy::{Fates, Permit, Place, Restored, Restorer, Tokens, live_token_from};

use super::window::Window;

/// A channel's part in restoring.
pub(super) struct Restoring {
    restorer: Restorer,
    argument: bool,
    /// The channel's text has been gone over up to here.
    to: u64,
    /// Quotes of JSON behind it: a string of it is a text by itself.
    quotes: VecDeque<u64>,
    /// What is masked behind it.
    masked: Vec<(u64, u64)>,
}

/// A span of the channel's text, and the value that comes in its place.
pub(super) struct Value {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) value: Vec<u8>,
}

impl Restoring {
    pub(super) fn new(argument: bool) -> Self {
        let place = Place {
            argument,
            ..Place::default()
        };
        Self {
            restorer: Restorer::new(&place),
            argument,
            to: 0,
            quotes: VecDeque::new(),
            masked: Vec::new(),
        }
    }

    pub(super) fn quote(&mut self, at: u64) {
        self.quotes.push_back(at);
    }

    pub(super) fn mask(&mut self, start: u64, end: u64) {
        self.masked.push((start, end));
    }

    /// How far the text may be released, of which all before `released` is final.
    pub(super) fn limit(&self, tokens: &Tokens, window: &Window, released: u64) -> u64 {
        let from = window.at(self.to);
        let text = &window.text()[from..];
        let limit = window.at(released).saturating_sub(from).min(text.len());
        self.to
            .max(window.place(from + live_token_from(tokens, text, limit, false)))
    }

    /// Goes over the text up to `limit`.
    pub(super) fn run(
        &mut self,
        (tokens, permit): (&Tokens, &Permit),
        tool: Option<&str>,
        window: &Window,
        limit: u64,
        fates: &mut Fates,
    ) -> Vec<Value> {
        let place = Place {
            argument: self.argument,
            tool,
            ..Place::default()
        };
        let (mut values, mut found) = (Vec::new(), Vec::new());
        while self.to < limit {
            let quote = self.quotes.front().copied().filter(|&quote| quote < limit);
            let until = quote.unwrap_or(limit);
            let (from, end) = (window.at(self.to), window.at(until));
            let text = &window.text()[from..];
            self.restorer
                .run(tokens, permit, &place, (text, end - from), &mut found, fates);
            values.extend(found.drain(..).map(|Restored { start, end, value, .. }| Value {
                start: window.place(from + start),
                end: window.place(from + end),
                value,
            }));
            self.to = until;
            if quote.is_some() {
                self.quotes.pop_front();
                self.restorer.leaf();
                self.to += 1;
            }
        }
        values.retain(|value| {
            let masked = self
                .masked
                .iter()
                .any(|&(start, end)| start < value.end && value.start < end);
            if masked {
                fates.sealed();
            }
            !masked
        });
        self.masked.retain(|&(_, end)| end > self.to);
        values
    }

    /// Nothing of a channel that is signed may change.
    pub(super) fn seal(values: &mut Vec<Value>, fates: &mut Fates) {
        values.drain(..).for_each(|_| fates.sealed());
    }

    /// Bytes of memory beside its own.
    pub(super) fn memory(&self) -> usize {
        self.quotes.capacity() * size_of::<u64>() + self.masked.capacity() * size_of::<(u64, u64)>() + 1024
    }
}
