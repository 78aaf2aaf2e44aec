//! Text as a stream of lower-case words. It makes many spellings one: `PAN No.`, `pan_no`, `panNo`, `pan-no` and
//! `PAN  NO` are all ` pan no`.

/// The word stream of a text as bytes: each word with a space before it.
pub(crate) fn fold_words(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let mut words = WordStream::new(text);
    while let Some(piece) = words.next_piece() {
        out.push(match piece {
            Piece::Start => b' ',
            Piece::Byte(byte) => byte,
        });
    }
    out
}

pub(super) enum Piece {
    /// A word begins.
    Start,
    /// One lower-cased byte of it.
    Byte(u8),
}

/// What a byte is to a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Kind {
    #[default]
    Gap,
    Lower,
    Upper,
    Digit,
    High,
}

/// Cuts text into words: at anything but letters, digits and non-ASCII bytes, at camelCase humps, and between
/// letters and digits. Zero-width joiners and nuktas inside words are dropped, so that both spellings of फ़ोन agree.
#[derive(Clone, Copy)]
pub(crate) struct WordStream<'t> {
    text: &'t [u8],
    pub(crate) at: usize,
    pub(crate) before: Kind,
    /// The start of the word at `at` is told.
    started: bool,
}

/// The letter of an Indic script, or what is left of one, that `text` begins with behind another: the middle of a word.
/// The stream would come to the same, byte by byte.
#[inline(always)]
fn middle(text: &[u8]) -> Option<&[u8]> {
    match *text {
        [0x80..=0xBF, ..] => Some(&text[..1]),
        [0xE0, 0xA5, 0xA4 | 0xA5, ..] => None, // a danda
        [0xE0, 0x80..=0xBF, 0x80..=0xBF, ..] => Some(&text[..3]),
        _ => None,
    }
}

/// Devanagari, Bengali, Gurmukhi and Odia write some letters with a dot or without.
const fn is_nukta(letter: &[u8]) -> bool {
    matches!(letter, [0xE0, 0xA4 | 0xA6 | 0xA8 | 0xAC, 0xBC])
}

/// Longer words are cut when they are folded; no spelling is as long.
pub(crate) const LONGEST: usize = 128;

impl<'t> WordStream<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self::from(text, 0, Kind::Gap)
    }

    /// From `at` on, behind a byte of the kind `before`.
    pub(crate) fn from(text: &'t [u8], at: usize, before: Kind) -> Self {
        Self {
            text,
            at,
            before,
            started: false,
        }
    }

    /// From `at` on, behind the last byte of an ASCII word.
    pub(super) fn behind(text: &'t [u8], at: usize) -> Self {
        let mut stream = Self::from(text, at - 1, Kind::Gap);
        stream.before = stream.kind_at(at - 1).0;
        stream.at = at;
        stream
    }

    /// From `at` on, where a word begins.
    pub(crate) fn at_word(text: &'t [u8], at: usize) -> Self {
        Self {
            text,
            at,
            before: Kind::Gap,
            started: true,
        }
    }

    pub(super) fn next_piece(&mut self) -> Option<Piece> {
        while self.at < self.text.len() {
            let (kind, skip) = self.kind_at(self.at);
            if skip > 0 {
                self.at += skip;
                if kind == Kind::Gap {
                    self.before = Kind::Gap;
                }
                continue;
            }
            if kind == Kind::Gap {
                self.before = Kind::Gap;
                self.at += 1;
                continue;
            }
            if !self.started && self.cuts_before(kind) {
                self.started = true;
                return Some(Piece::Start);
            }
            self.started = false;
            self.before = kind;
            let byte = self.text[self.at].to_ascii_lowercase();
            self.at += 1;
            return Some(Piece::Byte(byte));
        }
        None
    }

    /// Goes to the start of the next word before `limit`; false when there is none. The word's first byte is at `self.at`.
    pub(crate) fn next_word(&mut self, limit: usize) -> bool {
        if self.started {
            // step over the first byte of the word before
            self.started = false;
            self.before = self.kind_at(self.at).0;
            self.at += 1;
        }
        while self.at < limit {
            let byte = self.text[self.at];
            if byte.is_ascii_lowercase() && self.before == Kind::Lower {
                self.at += 1; // the middle of a word: most bytes
                continue;
            }
            if self.before == Kind::High
                && let Some(letter) = middle(&self.text[self.at..])
            {
                self.at += letter.len();
                continue;
            }
            let (kind, skip) = self.kind_at(self.at);
            if skip > 0 || kind == Kind::Gap {
                self.at += skip.max(1);
                if kind == Kind::Gap {
                    self.before = Kind::Gap;
                }
                continue;
            }
            if self.cuts_before(kind) {
                self.started = true;
                return true;
            }
            self.before = kind;
            self.at += 1;
        }
        false
    }

    /// Folds the word that begins at `self.at` into `out` and goes behind it; its length.
    pub(crate) fn fold_word(&mut self, out: &mut [u8; LONGEST]) -> usize {
        let mut len = 0;
        loop {
            while self.before == Kind::High
                && let Some(letter) = middle(&self.text[self.at..])
                && len + letter.len() <= LONGEST
            {
                if !is_nukta(letter) {
                    out[len..len + letter.len()].copy_from_slice(letter);
                    len += letter.len();
                }
                self.at += letter.len();
            }
            while self.before == Kind::Lower && len < LONGEST {
                match self.text.get(self.at) {
                    Some(&byte) if byte.is_ascii_lowercase() => out[len] = byte,
                    _ => break,
                }
                len += 1;
                self.at += 1;
            }
            match self.next_piece() {
                Some(Piece::Byte(byte)) if len < LONGEST => {
                    out[len] = byte;
                    len += 1;
                }
                Some(Piece::Byte(_)) => {}
                Some(Piece::Start) => {
                    self.started = false; // to be told again
                    return len;
                }
                None => return len,
            }
        }
    }

    fn cuts_before(&self, kind: Kind) -> bool {
        match (self.before, kind) {
            (Kind::Gap, _) | (Kind::Lower, Kind::Upper) => true,
            // `PANCard` is `PAN Card`, but `PANno` and `UPIs` are one word.
            (Kind::Upper, Kind::Upper) => {
                let rest = &self.text[self.at + 1..];
                rest.len() >= 3 && rest[..3].iter().all(u8::is_ascii_lowercase)
            }
            (Kind::Upper, Kind::Lower) => false,
            (before, now) => before != now && !(before == Kind::Lower && now == Kind::Lower),
        }
    }

    /// True when the byte just given was the last of its word.
    pub(super) fn at_word_end(&self) -> bool {
        let mut at = self.at;
        while at < self.text.len() {
            let (kind, skip) = self.kind_at(at);
            if kind == Kind::Gap {
                return true;
            }
            if skip == 0 {
                let probe = Self {
                    text: self.text,
                    at,
                    before: self.before,
                    started: false,
                };
                return probe.cuts_before(kind);
            }
            at += skip;
        }
        true
    }

    /// The kind of the byte at `at`, and how many bytes to leave out (0 = none).
    fn kind_at(&self, at: usize) -> (Kind, usize) {
        let c = self.text[at];
        match c {
            b'a'..=b'z' => (Kind::Lower, 0),
            b'A'..=b'Z' => (Kind::Upper, 0),
            b'0'..=b'9' => (Kind::Digit, 0),
            0x80.. => match &self.text[at..] {
                // zero-width (non-)joiner, nuktas of Devanagari, Bengali, Gurmukhi and Odia
                [0xE2, 0x80, 0x8C | 0x8D, ..] | [0xE0, 0xA4 | 0xA6 | 0xA8 | 0xAC, 0xBC, ..] => (Kind::High, 3),
                // general punctuation, danda, ideographic stops, full-width colon
                [0xE2, 0x80..=0x82, 0x80..=0xBF, ..]
                | [0xE0, 0xA5, 0xA4 | 0xA5, ..]
                | [0xE3, 0x80, 0x80..=0xBF, ..]
                | [0xEF, 0xBC, 0x80..=0xA0, ..] => (Kind::Gap, 3),
                [0xC2, 0x80..=0xBF, ..] | [0xD8, 0x8C | 0x9B, ..] | [0xD8, 0x9F, ..] => (Kind::Gap, 2),
                // emoji; a byte that only looks like the start of one swallows no letters
                [0xF0, 0x80..=0xBF, 0x80..=0xBF, 0x80..=0xBF, ..] => (Kind::Gap, 4),
                _ => (Kind::High, 0),
            },
            _ => (Kind::Gap, 0),
        }
    }
}
