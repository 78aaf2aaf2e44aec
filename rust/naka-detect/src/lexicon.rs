//! Context words as one automaton. Words of all entities and languages, the counter words and the fillers are
//! compiled together; a window is folded into a stream of lower-case words and walked once.
//!
//! The stream makes many spellings one: `PAN No.`, `pan_no`, `panNo`, `pan-no` and `PAN  NO` are all ` pan no`.
//! Word starts are written as a space, so a word never matches in the middle of another one. The right side is
//! closed for Latin words; Indic words take suffixes (`आधारचा`, `ఆధార్లో`), so theirs is open unless the list ends
//! the word with `$`. A Latin stem ends with `*`.
//! Cost: about 3 ns a byte of window; no allocation.

use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use aho_corasick::{Anchored, MatchKind};

/// A set of entities, by index; at most 128 of them.
pub(crate) type EntitySet = u128;

/// What a word says about an identifier beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// The spelling in the rule file.
    pub(crate) text: String,
    /// Entities that the word names.
    pub(crate) names: EntitySet,
    /// Entities that the word hints at.
    pub(crate) hints: EntitySet,
    /// Entities that the word speaks against.
    pub(crate) against: EntitySet,
    /// 0, or how strongly the word speaks against all numbers that have no name of their own beside them.
    pub(crate) counter: u8,
    /// Stands between a label and its value without meaning (`no`, `is`, `number`, `नंबर`).
    pub(crate) filler: bool,
}

#[derive(Debug)]
struct Spelling {
    word: u16,
    words: u8,
    bytes: u8,
    open: bool,
}

/// One word found in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Index into [`Lexicon::words`].
    pub(crate) word: u16,
    /// First and last word of the hit, counted from the window's start over the words that are not fillers.
    first: u8,
    last: u8,
    bytes: u8,
    /// Words that are not fillers up to the end of the hit.
    solid: u8,
}

/// The hits of one window; what does not fit is dropped, the nearest to the value are kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hits {
    items: [Hit; Self::MAX],
    len: usize,
    /// Words that are not fillers in the whole window.
    pub(crate) solid: u8,
}

impl Hits {
    const MAX: usize = 16;

    pub(crate) const fn new() -> Self {
        let none = Hit {
            word: 0,
            first: 0,
            last: 0,
            bytes: 0,
            solid: 0,
        };
        Self {
            items: [none; Self::MAX],
            len: 0,
            solid: 0,
        }
    }

    pub(crate) fn as_slice(&self) -> &[Hit] {
        &self.items[..self.len]
    }

    /// Words that are not fillers between the hit and the end of the window.
    pub(crate) fn gap_after(&self, hit: &Hit) -> u8 {
        self.solid.saturating_sub(hit.solid)
    }

    /// Words that are not fillers between the start of the window and the hit.
    pub(crate) fn gap_before(&self, hit: &Hit) -> u8 {
        hit.solid.saturating_sub(hit.last - hit.first + 1)
    }

    fn push(&mut self, hit: Hit) {
        // A longer spelling covers a shorter one: in `order id` the word `order` says nothing of its own.
        for old in self.as_slice() {
            if old.first <= hit.first
                && old.last >= hit.last
                && (old.last - old.first > hit.last - hit.first || old.bytes > hit.bytes)
            {
                return;
            }
        }
        let mut kept = 0;
        for i in 0..self.len {
            let old = self.items[i];
            let covered = hit.first <= old.first
                && hit.last >= old.last
                && (hit.last - hit.first > old.last - old.first || hit.bytes > old.bytes);
            if !covered {
                self.items[kept] = old;
                kept += 1;
            }
        }
        self.len = kept;
        if self.len == Self::MAX {
            self.items.copy_within(1.., 0);
            self.len -= 1;
        }
        self.items[self.len] = hit;
        self.len += 1;
    }
}

/// What a label ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    Word(u16),
    /// Nothing but fillers.
    Filler,
    Unknown,
}

/// The compiled words.
#[derive(Debug)]
pub(crate) struct Lexicon {
    words: Vec<Word>,
    spellings: Vec<Spelling>,
    automaton: NFA,
    /// Which words may begin a spelling.
    first: Box<FirstWords>,
}

impl Lexicon {
    /// Compiles the words. Each entry of `spelled` is a spelling and the index of its word.
    /// Spellings of several words also match glued together (`panno`, `mobileno`).
    pub(crate) fn new(words: Vec<Word>, spelled: &[(String, u16)]) -> Result<Self, String> {
        let mut patterns: Vec<Vec<u8>> = Vec::new();
        let mut spellings = Vec::new();
        for (spelling, word) in spelled {
            let text = spelling.trim_end_matches(['$', '*']);
            let open = if spelling.ends_with('$') {
                false
            } else {
                spelling.ends_with('*') || opens(text)
            };
            let folded = fold_words(text.as_bytes());
            let count = folded.iter().filter(|&&c| c == b' ').count();
            if count == 0 || folded.len() > 120 {
                return Err(spelling.clone());
            }
            let mut add = |pattern: Vec<u8>, words: usize| {
                spellings.push(Spelling {
                    word: *word,
                    words: words as u8,
                    bytes: pattern.len() as u8,
                    open,
                });
                patterns.push(pattern);
            };
            if count > 1 && folded.len() > 5 {
                let glued: Vec<u8> = std::iter::once(b' ')
                    .chain(folded.iter().copied().filter(|&c| c != b' '))
                    .collect();
                add(glued, 1);
            }
            add(folded, count);
        }
        let automaton = NFA::builder()
            .match_kind(MatchKind::Standard)
            .build(&patterns)
            .map_err(|e| e.to_string())?;
        let mut first = Box::new(FirstWords::NONE);
        for (pattern, spelling) in patterns.iter().zip(&spellings) {
            first.add(pattern, spelling.open);
        }
        Ok(Self {
            words,
            spellings,
            automaton,
            first,
        })
    }

    pub(crate) fn word(&self, id: u16) -> &Word {
        &self.words[usize::from(id)]
    }

    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// Adds the hits of `window` to `hits`; word counts go on from what `hits` holds.
    ///
    /// Spellings begin where words begin, so the automaton runs anchored at those words only that some spelling
    /// begins with; `tests::the_filter_changes_nothing` holds that against running over every byte.
    pub(crate) fn walk(&self, window: &[u8], hits: &mut Hits) {
        let mut words = WordStream::new(window);
        let mut index = 0u8; // words begun, fillers too
        while words.next_word() {
            index = index.saturating_add(1);
            if self.first.has(&window[words.at..]) {
                return self.walk_on(words, index, hits);
            }
        }
        hits.solid = hits.solid.saturating_add(index); // none of our words
    }

    /// The walk from the first word that may be one of ours.
    #[inline(never)]
    fn walk_on(&self, mut words: WordStream<'_>, mut index: u8, hits: &mut Hits) {
        let mut events = Events::new();
        self.go_on_from(words, index, &mut events);
        while words.next_word() {
            index = index.saturating_add(1);
            if self.first.has(&words.text[words.at..]) {
                self.go_on_from(words, index, &mut events);
            }
        }
        self.tell(&mut events, index, hits);
    }

    /// Runs the automaton from the word that `words` stands at, the `index`-th of its window.
    fn go_on_from(&self, mut words: WordStream<'_>, mut index: u8, events: &mut Events) {
        let Ok(start) = self.automaton.start_state(Anchored::Yes) else {
            return;
        };
        let mut state = self.automaton.next_state(Anchored::Yes, start, b' ');
        words.started = true; // its start is read
        let mut read = 1u8;
        while let Some(piece) = words.next_piece() {
            let byte = match piece {
                Piece::Start => {
                    index = index.saturating_add(1);
                    b' '
                }
                Piece::Byte(byte) => byte,
            };
            state = self.automaton.next_state(Anchored::Yes, state, byte);
            read = read.saturating_add(1);
            if self.automaton.is_special(state) {
                if self.automaton.is_dead(state) {
                    return;
                }
                if self.automaton.is_match(state) {
                    let at_end = words.at_word_end();
                    for i in 0..self.automaton.match_len(state) {
                        let id = self.automaton.match_pattern(state, i).as_usize();
                        let spelling = &self.spellings[id];
                        // The automaton also tells the spellings that end here and begin later: their own words do.
                        if spelling.bytes == read && (spelling.open || at_end) {
                            events.push(Event {
                                at: words.at as u8,
                                last: index - 1,
                                first: index - spelling.words,
                                spelling: id as u16,
                            });
                        }
                    }
                }
            }
        }
    }

    /// Turns the spellings found in a window of `count` words into hits, in the order in which they end.
    fn tell(&self, events: &mut Events, count: u8, hits: &mut Hits) {
        let mut uncounted = 0u8; // fillers so far
        let mut filler_until = 0u8; // the word index up to which fillers reach
        let before = hits.solid;
        for event in events.in_order() {
            let spelling = &self.spellings[usize::from(event.spelling)];
            let word = &self.words[usize::from(spelling.word)];
            if word.filler {
                // Each filler word is uncounted once.
                uncounted += (event.last + 1).saturating_sub(filler_until.max(event.first));
                filler_until = event.last + 1;
            }
            if word.names | word.hints | word.against != 0 || word.counter > 0 {
                hits.push(Hit {
                    word: spelling.word,
                    first: event.first,
                    last: event.last,
                    bytes: spelling.bytes,
                    solid: before.saturating_add(event.last + 1).saturating_sub(uncounted),
                });
            }
        }
        hits.solid = before.saturating_add(count).saturating_sub(uncounted);
    }

    /// The word that `text` ends with, fillers left out: `pan no` of `my_pan_no`.
    pub(crate) fn last(&self, text: &[u8]) -> Last {
        let mut hits = Hits::new();
        self.walk(text, &mut hits);
        match hits.as_slice().iter().rev().find(|hit| hits.gap_after(hit) == 0) {
            Some(hit) => Last::Word(hit.word),
            None if hits.solid == 0 => Last::Filler,
            None => Last::Unknown,
        }
    }
}

/// A spelling found in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    /// Where it ends, in bytes of the window.
    at: u8,
    /// Its first and last word.
    first: u8,
    last: u8,
    spelling: u16,
}

/// The spellings found in one window; of more than fit, the last ones are dropped.
struct Events {
    items: [Event; Self::MAX],
    len: usize,
}

impl Events {
    const MAX: usize = 96;

    const fn new() -> Self {
        Self {
            items: [Event {
                at: 0,
                first: 0,
                last: 0,
                spelling: 0,
            }; Self::MAX],
            len: 0,
        }
    }

    fn push(&mut self, event: Event) {
        if self.len < Self::MAX {
            self.items[self.len] = event;
            self.len += 1;
        }
    }

    /// By end, then the longest first.
    fn in_order(&mut self) -> &[Event] {
        let items = &mut self.items[..self.len];
        if items.len() > 1 {
            items.sort_unstable();
        }
        items
    }
}

/// The first words of all spellings, by a hash of up to four bytes.
#[derive(Debug)]
struct FirstWords {
    bits: [u64; 1024],
}

impl FirstWords {
    const NONE: Self = Self { bits: [0; 1024] };

    /// The bit of a word's first four bytes, in lower case and zero behind its end.
    const fn place(key: u32) -> (usize, u64) {
        let hash = key.wrapping_mul(0x9E37_79B1) >> 16;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }

    fn set(&mut self, key: u32) {
        let (at, bit) = Self::place(key);
        self.bits[at] |= bit;
    }

    /// Adds the first word of a pattern, which begins with a space.
    fn add(&mut self, pattern: &[u8], open: bool) {
        let word = pattern[1..].split(|&c| c == b' ').next().unwrap_or_default();
        let mut key = [0; 4];
        let len = word.len().min(4);
        key[..len].copy_from_slice(&word[..len]);
        self.set(u32::from_le_bytes(key));
        // A stem of fewer than four letters that ends the pattern may go on.
        if open && len == word.len() && pattern.len() == 1 + word.len() {
            self.extend(key, len);
        }
    }

    fn extend(&mut self, key: [u8; 4], len: usize) {
        if len == 4 {
            return;
        }
        for byte in (b'a'..=b'z').chain(b'0'..=b'9').chain(0x80..=0xFF) {
            let mut key = key;
            key[len] = byte;
            self.set(u32::from_le_bytes(key));
            self.extend(key, len + 1);
        }
    }

    /// True when the word at the start of `text` may begin a spelling.
    #[inline]
    fn has(&self, text: &[u8]) -> bool {
        const HIGH: u32 = 0x8080_8080;
        if let Some(&first) = text.first_chunk::<4>()
            && u32::from_le_bytes(first) & HIGH == 0
        {
            let key = u32::from_le_bytes(first);
            // The high bit of each byte that is a small letter; no byte is above 0x7F, so nothing carries over.
            let letters = ((key | HIGH) - 0x6161_6161) & !(key + 0x0505_0505) & HIGH;
            let count = (!letters & HIGH).trailing_zeros() / 8; // small letters in front, 4 when all are
            if count == 4 {
                return self.holds(key);
            }
            if count > 0 && !first[count as usize].is_ascii_alphanumeric() {
                return self.holds(key & ((1 << (8 * count)) - 1)); // a short word
            }
        }
        self.has_mixed(text)
    }

    fn holds(&self, key: u32) -> bool {
        let (at, bit) = Self::place(key);
        self.bits[at] & bit != 0
    }

    /// Cuts inside the four bytes (a hump, a digit, a nukta) are found by trying the shorter words too.
    fn has_mixed(&self, text: &[u8]) -> bool {
        let mut key = [0u8; 4];
        let mut plain = true;
        for (i, slot) in key.iter_mut().enumerate() {
            match text.get(i) {
                Some(&c) if c.is_ascii_lowercase() => *slot = c,
                Some(&c) if c.is_ascii_uppercase() => {
                    plain &= i == 0;
                    *slot = c | 0x20;
                }
                Some(&c) if c.is_ascii_digit() || c >= 0x80 => {
                    plain = plain && c >= 0x80 && text[0] >= 0x80;
                    *slot = c;
                }
                _ => break,
            }
        }
        let key = u32::from_le_bytes(key);
        self.holds(key)
            || (!plain && (self.holds(key & 0xFF) || self.holds(key & 0xFFFF) || self.holds(key & 0xFF_FFFF)))
    }
}

/// True for words whose end may carry a suffix: those that end in an Indic script.
fn opens(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| !c.is_ascii()) && text.chars().count() >= 3
}

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

enum Piece {
    /// A word begins.
    Start,
    /// One lower-cased byte of it.
    Byte(u8),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Gap,
    Lower,
    Upper,
    Digit,
    High,
}

/// Cuts text into words: at anything but letters, digits and non-ASCII bytes, at camelCase humps, and between
/// letters and digits. Zero-width joiners and nuktas inside words are dropped, so that both spellings of फ़ोन agree.
#[derive(Clone, Copy)]
struct WordStream<'t> {
    text: &'t [u8],
    at: usize,
    before: Kind,
    started: bool,
}

impl<'t> WordStream<'t> {
    fn new(text: &'t [u8]) -> Self {
        Self {
            text,
            at: 0,
            before: Kind::Gap,
            started: false,
        }
    }

    fn next_piece(&mut self) -> Option<Piece> {
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

    /// Goes to the start of the next word; false at the end. The word's first byte is at `self.at`.
    fn next_word(&mut self) -> bool {
        if self.started {
            // step over the first byte of the word before
            self.started = false;
            self.before = self.kind_at(self.at).0;
            self.at += 1;
        }
        while self.at < self.text.len() {
            let byte = self.text[self.at];
            if byte.is_ascii_lowercase() && self.before == Kind::Lower {
                self.at += 1; // the middle of a word: most bytes
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
    fn at_word_end(&self) -> bool {
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
                [0xE2, 0x80..=0x82, _, ..]
                | [0xE0, 0xA5, 0xA4 | 0xA5, ..]
                | [0xE3, 0x80, _, ..]
                | [0xEF, 0xBC, 0x80..=0xA0, ..] => (Kind::Gap, 3),
                [0xC2, 0x80..=0xBF, ..] | [0xD8, 0x8C | 0x9B, ..] | [0xD8, 0x9F, ..] => (Kind::Gap, 2),
                [0xF0, _, _, _, ..] => (Kind::Gap, 4),
                _ => (Kind::High, 0),
            },
            _ => (Kind::Gap, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::strategy::Strategy;

    fn fold(text: &str) -> String {
        String::from_utf8(fold_words(text.as_bytes())).unwrap()
    }

    fn lexicon(spelled: &[&str]) -> Lexicon {
        let words = spelled
            .iter()
            .map(|text| Word {
                text: (*text).to_owned(),
                names: 1,
                filler: *text == "no",
                ..Word::default()
            })
            .collect();
        let list: Vec<_> = spelled
            .iter()
            .enumerate()
            .map(|(i, text)| ((*text).to_owned(), i as u16))
            .collect();
        Lexicon::new(words, &list).unwrap()
    }

    fn found(lexicon: &Lexicon, text: &str) -> Vec<String> {
        let mut hits = Hits::new();
        lexicon.walk(text.as_bytes(), &mut hits);
        hits.as_slice()
            .iter()
            .map(|hit| lexicon.word(hit.word).text.clone())
            .collect()
    }

    #[test]
    fn one_stream_for_many_spellings() {
        for text in ["PAN No.", "pan_no", "panNo", "PAN-NO", " pan   no "] {
            assert_eq!(fold(text), " pan no", "{text}");
        }
        assert_eq!(fold("custMobNo"), " cust mob no");
        assert_eq!(fold("PANCard IFSCode form16"), " pan card ifs code form 16");
        assert_eq!(fold("PANno UPIs"), " panno upis");
        assert_eq!(fold("फ़ोन नंबर। ok"), " फोन नंबर ok");
    }

    /// The walk without the filter: the automaton runs over every byte.
    fn plain_walk(lexicon: &Lexicon, window: &[u8]) -> Hits {
        let mut hits = Hits::new();
        let mut events = Events::new();
        let mut words = WordStream::new(window);
        let mut state = lexicon.automaton.start_state(Anchored::No).unwrap();
        let mut index = 0u8;
        while let Some(piece) = words.next_piece() {
            let byte = match piece {
                Piece::Start => {
                    index += 1;
                    b' '
                }
                Piece::Byte(byte) => byte,
            };
            state = lexicon.automaton.next_state(Anchored::No, state, byte);
            if byte != b' ' && lexicon.automaton.is_match(state) {
                for i in 0..lexicon.automaton.match_len(state) {
                    let id = lexicon.automaton.match_pattern(state, i).as_usize();
                    let spelling = &lexicon.spellings[id];
                    if spelling.open || words.at_word_end() {
                        let first = index - spelling.words;
                        events.push(Event {
                            at: words.at as u8,
                            first,
                            last: index - 1,
                            spelling: id as u16,
                        });
                    }
                }
            }
        }
        lexicon.tell(&mut events, index, &mut hits);
        hits
    }

    proptest::proptest! {
        #[test]
        fn the_filter_changes_nothing(
            pieces in proptest::collection::vec(
                proptest::prop_oneof![
                    proptest::sample::select(vec![
                        "pan", "PAN", "panNo", "pan_no", "aadhaar", "aadhaarcard", "आधार", "आधारचा", "फ़ोन", "फोन", "बिल",
                        "order", "order id", "orderId", "26as", "form 16", "form16", "no", "No.", "u\u{200d}id", "ac",
                        "acno", "a/c", "PANCard", "PANno", "stemming", "stem", "st", "1pan", "pan1", "क्\u{200d}ष",
                    ]).prop_map(str::to_owned),
                    "[ a-zA-Z0-9_.-]{0,5}",
                    "[ क-ह\u{93c}\u{200d}।]{0,3}",
                ],
                0..10,
            )
        ) {
            use proptest::prelude::*;
            let lexicon = lexicon(&[
                "pan", "pan no", "aadha*", "आधार", "बिल$", "no", "order", "order id", "26as", "form 16", "फ़ोन", "ac",
                "ac no", "a/c", "uid", "st*", "क्ष",
            ]);
            let text = pieces.concat();
            let mut window = &text.as_bytes()[..text.len().min(160)];
            while std::str::from_utf8(window).is_err() {
                window = &window[..window.len() - 1];
            }
            let mut hits = Hits::new();
            lexicon.walk(window, &mut hits);
            let plain = plain_walk(&lexicon, window);
            prop_assert_eq!(hits.as_slice(), plain.as_slice());
            prop_assert_eq!(hits.solid, plain.solid);
        }
    }

    #[test]
    fn a_word_ends_where_its_script_says() {
        let lexicon = lexicon(&["pan", "aadha*", "आधार", "बिल$", "no"]);
        assert_eq!(found(&lexicon, "Pan India company"), ["pan"]);
        assert_eq!(found(&lexicon, "panel japan"), [""; 0]);
        assert_eq!(found(&lexicon, "aadhaarcard"), ["aadha*"]);
        assert_eq!(found(&lexicon, "आधारचा बिलकुल"), ["आधार"]);
        assert_eq!(found(&lexicon, "बिल"), ["बिल$"]);
    }

    #[test]
    fn a_longer_spelling_covers_a_shorter_one() {
        let lexicon = lexicon(&["order", "order id", "id"]);
        assert_eq!(found(&lexicon, "my order id is"), ["order id"]);
        assert_eq!(found(&lexicon, "my orderId is"), ["order id"]);
        assert_eq!(found(&lexicon, "my orderid is"), ["order id"]);
    }

    #[test]
    fn fillers_do_not_count_as_distance() {
        let lexicon = lexicon(&["pan", "no"]);
        let mut hits = Hits::new();
        lexicon.walk(b"pan no no great", &mut hits);
        let pan = hits.as_slice()[0];
        assert_eq!(hits.gap_after(&pan), 1);
    }

    #[test]
    fn the_last_word_of_a_label_is_recognised() {
        let lexicon = lexicon(&["pan", "pan no"]);
        assert_eq!(lexicon.last(b"PAN"), Last::Word(0));
        assert_eq!(lexicon.last(b"MY_PAN_NO"), Last::Word(1));
        assert_eq!(lexicon.last(b"japan"), Last::Unknown);
        assert_eq!(lexicon.last(b"pan x"), Last::Unknown);
    }
}
