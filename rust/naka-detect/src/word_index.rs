//! The context words of a page, found once: most windows need not be read, since nothing in their blocks is about the
//! entity, and the others only from the first such word on.
//!
//! The index runs ahead of the engine by [`AHEAD`] bytes and keeps as much behind it as a window can reach. That it
//! misses no word which [`Lexicon::walk`] finds in a window is held by `tests/oracle.rs`.
//! Cost: about 3 ns a word, 10 ns more for one of ours; bounded memory.

use std::ops::Range;

use crate::custom::Customs;
use crate::dialogue;
use crate::heads;
use crate::lanes::{WordCarry, Worded};
use crate::lexicon::{EntitySet, Kind, LONGEST, Lexicon, Word, WordStream, ascii};
use crate::mask::{BLOCK, Classes, Leads, Masks};
use crate::ruleset::MAX_MATCH;
use crate::window;

/// Blocks that are kept.
const RING: usize = 32;
/// How far the index must be ahead of a block before candidates of that block are judged.
pub(crate) const AHEAD: usize = MAX_MATCH + window::AHEAD + 2 * BLOCK;
const _: () = assert!(
    AHEAD + MAX_MATCH + dialogue::BACK + 3 * BLOCK <= RING * BLOCK && window::BACK < dialogue::BACK,
    "the ring holds every window"
);
/// More events than this are dropped from the front when they are behind the ring.
const MAX_EVENTS: usize = 4096;

/// What the words of a stretch of text may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Gist {
    /// Entities that a word names or hints at.
    pub(crate) pro: EntitySet,
    /// Entities that a word speaks against.
    pub(crate) against: EntitySet,
    /// A word speaks against all numbers.
    pub(crate) counter: bool,
}

impl Gist {
    /// Says nothing.
    pub(crate) const NONE: Self = Self {
        pro: 0,
        against: 0,
        counter: false,
    };
    /// Says everything: nothing is known of the text.
    pub(crate) const ALL: Self = Self {
        pro: !0,
        against: !0,
        counter: true,
    };

    /// What one word says.
    pub(crate) const fn of(word: &Word) -> Self {
        Self {
            pro: word.names | word.hints,
            against: word.against,
            counter: word.counter > 0,
        }
    }

    /// Both.
    #[inline(always)]
    pub(crate) const fn with(self, other: Self) -> Self {
        Self {
            pro: self.pro | other.pro,
            against: self.against | other.against,
            counter: self.counter | other.counter,
        }
    }

    /// True when no word says anything for or against `entity`.
    pub(crate) const fn is_silent_on(&self, entity: u16) -> bool {
        !self.counter && (self.pro | self.against) & 1 << entity == 0
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Block {
    /// Number of the first event of this block or of a later one, counted from the start of the page.
    first: usize,
    gist: Gist,
    wanted: Wanted,
    classes: Classes,
}

/// Starts of words that somebody wants to see: the built-in lanes of words, the custom ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Wanted {
    pub(crate) lanes: u64,
    pub(crate) customs: u64,
}

/// Who wants to see words: the built-in lanes, and the custom ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seekers<'e> {
    pub(crate) lanes: &'e [Worded],
    pub(crate) customs: Option<&'e Customs>,
}

impl Seekers<'_> {
    /// Which of the ASCII words at `places` they want to see, except for the first of the lanes; `window` and `ends` as in
    /// [`Masks::passing`].
    #[inline(always)]
    fn wanted<M: Masks>(self, window: &[u8; heads::WINDOW], places: u64, ends: [u64; 2]) -> Wanted {
        let mut wanted = Wanted::default();
        for lane in self.lanes.iter().skip(1) {
            wanted.lanes |= heads::passing::<M>(window, places, ends, lane.heads());
        }
        if let Some(customs) = self.customs {
            wanted.customs = match customs.heads() {
                Some(heads) => heads::passing::<M>(window, places, ends, heads),
                None => places,
            };
        }
        wanted
    }
}

impl Block {
    /// Writes down what is said at `at`.
    #[inline(always)]
    fn note(&mut self, events: &mut Vec<u32>, at: usize, gist: Gist) {
        if gist != Gist::NONE {
            self.gist = self.gist.with(gist);
            events.push(at as u32);
        }
    }
}

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct WordIndex {
    blocks: [Block; RING],
    /// Where words begin that say something, in order.
    events: Vec<u32>,
    /// Events that were dropped.
    dropped: usize,
    /// Bytes heard: a multiple of the block, or the end.
    heard: usize,
    /// Where the stream stands: behind `heard` when a character reaches over.
    at: usize,
    before: Kind,
    carry: WordCarry,
    /// The last answer of [`Self::gist`], by its blocks.
    last: ((usize, usize), Gist),
    /// Entities that a word of the page names or hints at, so far.
    seen: EntitySet,
}

impl WordIndex {
    pub(crate) fn new() -> Self {
        Self {
            blocks: [Block::default(); RING],
            events: Vec::new(),
            dropped: 0,
            heard: 0,
            at: 0,
            before: Kind::Gap,
            carry: WordCarry::default(),
            last: ((0, 0), Gist::default()),
            seen: 0,
        }
    }

    /// Forgets the page.
    pub(crate) fn clear(&mut self) {
        self.events.clear();
        (self.dropped, self.heard, self.at, self.before) = (0, 0, 0, Kind::Gap);
        self.carry = WordCarry::default();
        self.last = ((0, 0), Gist::default());
        self.seen = 0;
    }

    /// Bytes heard so far.
    pub(crate) const fn heard(&self) -> usize {
        self.heard
    }

    /// Hears the block at [`Self::heard`]. `classes` are its own and those of the block behind it.
    #[inline(always)]
    pub(crate) fn hear<M: Masks>(
        &mut self,
        lexicon: &Lexicon,
        text: &[u8],
        classes: [&Classes; 2],
        leads: impl FnOnce() -> Leads,
        seekers: Seekers<'_>,
    ) {
        let base = self.heard;
        if self.events.len() >= MAX_EVENTS {
            self.drop_old(base);
        }
        let mut block = Block {
            first: self.dropped + self.events.len(),
            classes: *classes[0],
            ..Block::default()
        };
        let [now, next] = classes;
        let begins = self.carry.starts(now, leads);
        if now.high == 0 && next.high & 1 == 0 && self.at <= base {
            self.hear_ascii::<M>(lexicon, text, [now, next], begins, seekers, &mut block);
        } else {
            self.hear_any(lexicon, text, &mut block);
            // Words of other scripts have no length here: the lanes see them all.
            block.wanted = Wanted {
                lanes: begins,
                customs: begins,
            };
        }
        self.blocks[base / BLOCK % RING] = block;
        self.seen |= block.gist.pro;
        self.heard = base + BLOCK;
    }

    /// The classes of the block at `base`, and the starts of words in it that the lanes want to see.
    #[inline(always)]
    pub(crate) fn block(&self, base: usize) -> (Classes, Wanted) {
        let block = &self.blocks[base / BLOCK % RING];
        (block.classes, block.wanted)
    }

    #[cold]
    fn drop_old(&mut self, base: usize) {
        let oldest = (base / BLOCK).saturating_sub(RING - 1);
        let keep = self.blocks[oldest % RING].first.max(self.dropped);
        self.events.drain(..keep - self.dropped);
        self.dropped = keep;
    }

    #[inline(always)]
    fn hear_ascii<M: Masks>(
        &mut self,
        lexicon: &Lexicon,
        text: &[u8],
        [now, next]: [&Classes; 2],
        begins: u64,
        seekers: Seekers<'_>,
        block: &mut Block,
    ) {
        let base = self.heard;
        let cuts = ascii::cuts(text, base, now, self.before);
        let last = ascii::last_kind(now);
        let runs = [now, next].map(|classes| !(classes.alpha | classes.digit));
        let ends = [runs[0] | cuts, runs[1] | ascii::cuts(text, base + BLOCK, next, last)];
        let padded;
        let window = match text[base..].first_chunk() {
            Some(window) => window,
            None => {
                padded = heads::padded(&text[base..]);
                &padded
            }
        };
        block.wanted = seekers.wanted::<M>(window, begins, runs);
        let telling = lexicon.telling();
        let lane = seekers.lanes.first().map(|lane| (runs, lane.heads()));
        let (mut known, wanted) = telling.filter().passing_with::<M>(window, cuts, ends, lane);
        block.wanted.lanes |= wanted & begins;
        if next.high != 0 && ends[0] != 0 {
            // Where the last word ends is not known here when characters follow that a stream may leave out.
            known |= cuts & 1 << (BLOCK - 1 - ends[0].leading_zeros() as usize);
        }
        while known != 0 {
            let place = known.trailing_zeros() as usize;
            known &= known - 1;
            let len = heads::length(ends, place);
            if len < 2 * BLOCK - place && (place + len <= BLOCK || next.high == 0) {
                let gist = telling.gist(text, base + place, len, heads::raw(window, place));
                block.note(&mut self.events, base + place, gist);
            } else {
                self.hear_word(lexicon, text, base + place, block);
            }
        }
        self.at = base + BLOCK;
        self.before = last;
    }

    #[inline(never)]
    fn hear_any(&mut self, lexicon: &Lexicon, text: &[u8], block: &mut Block) {
        let limit = (self.heard + BLOCK).min(text.len());
        let mut stream = WordStream::from(text, self.at, self.before);
        while stream.next_word(limit) {
            self.hear_word(lexicon, text, stream.at, block);
        }
        (self.at, self.before) = (stream.at, stream.before);
    }

    /// Looks up the word that begins at `at`.
    #[inline(never)]
    fn hear_word(&mut self, lexicon: &Lexicon, text: &[u8], at: usize, block: &mut Block) {
        let mut folded = [0; LONGEST];
        let mut stream = WordStream::at_word(text, at);
        let len = stream.fold_word(&mut folded);
        let events = &mut self.events;
        lexicon.spellings_at(&folded, len, stream, |entry| {
            block.note(events, at, Gist::of(lexicon.spelled(entry.spelling)));
        });
    }

    /// What the words that begin in the blocks of `range` say: at least what those in `range` do.
    #[inline]
    pub(crate) fn gist(&mut self, range: Range<usize>) -> Gist {
        let blocks = (range.start / BLOCK, range.end.min(self.heard).div_ceil(BLOCK));
        if self.last.0 != blocks {
            let mut gist = Gist::default();
            for block in blocks.0..blocks.1 {
                gist = gist.with(self.blocks[block % RING].gist);
            }
            self.last = (blocks, gist);
        }
        self.last.1
    }

    /// The entities that some word of the page has named or hinted at.
    pub(crate) const fn seen(&self) -> EntitySet {
        self.seen
    }

    /// Where the first word in `range` begins that says something; there may be none at the second look.
    pub(crate) fn first_in(&self, range: Range<usize>) -> Option<usize> {
        if range.start >= self.heard {
            // The end of the text: its place in the ring is another block's, or an earlier page's.
            return None;
        }
        let from = self.blocks[range.start / BLOCK % RING].first - self.dropped;
        let mut starts = self.events[from..].iter().map(|&at| at as usize);
        starts.find(|&at| at >= range.start).filter(|&at| at < range.end)
    }
}
