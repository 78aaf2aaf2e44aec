//! The part of a channel's text that is still of use: what waits, and a little before it.

/// Bytes before what waits that are kept: a token that stands there is seen whole.
const BEFORE: u64 = 64;

#[derive(Default)]
pub(super) struct Window {
    text: Vec<u8>,
    /// Where it begins in the channel.
    base: u64,
}

impl Window {
    pub(super) fn push(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// Bytes of the channel so far.
    pub(super) fn end(&self) -> u64 {
        self.base + self.text.len() as u64
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Offset in [`Window::text`] of a place in the channel; the beginning for one that is gone.
    pub(super) fn at(&self, place: u64) -> usize {
        (place.saturating_sub(self.base) as usize).min(self.text.len())
    }

    /// The place in the channel of an offset in [`Window::text`].
    pub(super) fn place(&self, offset: usize) -> u64 {
        self.base + offset as u64
    }

    /// Lets go of what lies far before `kept`.
    pub(super) fn trim(&mut self, kept: u64) {
        let mut cut = self.at(kept.saturating_sub(BEFORE));
        // whole characters, so that what is left is text
        while cut > 0 && self.text.get(cut).is_some_and(|byte| byte & 0xc0 == 0x80) {
            cut -= 1;
        }
        // in steps, so that bytes are moved seldom
        if cut >= BEFORE as usize {
            self.text.drain(..cut);
            self.base += cut as u64;
        }
    }

    /// The JSON number around `start..end`.
    pub(super) fn number_around(&self, start: u64, end: u64) -> (u64, u64) {
        let part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
        let (start, end) = (self.at(start), self.at(end));
        let before = self.text[..start].iter().rev().take_while(|byte| part(byte)).count();
        let after = self.text[end..].iter().take_while(|byte| part(byte)).count();
        (self.place(start - before), self.place(end + after))
    }

    pub(super) fn memory(&self) -> usize {
        self.text.capacity()
    }
}
