//! Context words as one table. Words of all entities and languages, the counter words and the fillers are
//! compiled together; a window is read as a stream of lower-case words, each asked for once.
//!
//! A word never matches in the middle of another one. The right side is closed for Latin words; Indic words take suffixes (`आधारचा`, `ఆధార్లో`), so theirs is open unless the list ends
//! the word with `$`. A Latin stem ends with `*`.
//! Cost: about 2 ns a byte of window; no allocation.

pub(crate) mod ascii;
mod firsts;
mod hits;
mod slots;
mod stream;
mod telling;

pub(crate) use firsts::Entry;
pub(crate) use hits::Hits;
pub(crate) use stream::{Kind, LONGEST, WordStream};

use firsts::Firsts;
use hits::{Event, Events, Hit};
use stream::fold_words;
use telling::Telling;

use crate::word_index::Gist;

/// A set of entities, by index; at most 128 of them.
pub(crate) type EntitySet = u128;

/// What a word says about an identifier beside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// The spelling in the rule file.
    pub(crate) text: String,
    /// Entities that the word names.
    pub(crate) names: EntitySet,
    /// It names a number: no other number beside it is meant.
    pub(crate) owns: bool,
    /// Entities that the word hints at.
    pub(crate) hints: EntitySet,
    /// Entities that the word speaks against.
    pub(crate) against: EntitySet,
    /// 0, or how strongly the word speaks against all numbers that have no name of their own beside them.
    pub(crate) counter: u8,
    /// Stands between a label and its value without meaning (`no`, `is`, `number`, `नंबर`).
    pub(crate) filler: bool,
}

impl Word {
    /// False for mere fillers.
    pub(crate) const fn tells(&self) -> bool {
        self.names | self.hints | self.against != 0 || self.counter > 0
    }
}

#[derive(Debug)]
struct Spelling {
    word: u16,
    bytes: u8,
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
    firsts: Firsts,
    telling: Telling,
}

impl Lexicon {
    /// Compiles the words. Each entry of `spelled` is a spelling and the index of its word.
    /// Spellings of several words also match glued together (`panno`, `mobileno`).
    pub(crate) fn new(words: Vec<Word>, spelled: &[(String, u16)]) -> Result<Self, String> {
        let mut streams: Vec<(Vec<u8>, bool)> = Vec::new();
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
            let mut add = |stream: Vec<u8>| {
                spellings.push(Spelling {
                    word: *word,
                    bytes: stream.len() as u8,
                });
                streams.push((stream, open));
            };
            if count > 1 && folded.len() > 5 {
                add(folded.iter().copied().filter(|&c| c != b' ').collect());
            }
            add(folded[1..].to_vec());
        }
        let firsts = Firsts::new(&streams);
        let says = |spelling: &Spelling| Gist::of(&words[usize::from(spelling.word)]);
        let spelled = streams.iter().zip(&spellings);
        let telling = Telling::new(spelled.map(|((stream, open), spelling)| (&stream[..], *open, says(spelling))));
        Ok(Self {
            words,
            spellings,
            firsts,
            telling,
        })
    }

    pub(crate) fn word(&self, id: u16) -> &Word {
        &self.words[usize::from(id)]
    }

    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    /// Adds the hits of `window` to `hits`; word counts go on from what `hits` holds.
    pub(crate) fn walk(&self, window: &[u8], hits: &mut Hits) {
        let mut events = Events::new();
        let count = if window.is_ascii() {
            ascii::walk(self, window, &mut events)
        } else {
            self.read(window, &mut events)
        };
        self.tell(&mut events, count, hits);
    }

    /// Writes down the spellings in a window and returns how many words it has, fillers too.
    fn read(&self, window: &[u8], events: &mut Events) -> u8 {
        let mut stream = WordStream::new(window);
        let mut word = [0; LONGEST];
        let mut count = 0u8;
        while stream.next_word(window.len()) {
            let len = stream.fold_word(&mut word);
            self.spellings_at(&word, len, stream, |entry| {
                events.push(Event::at(count, entry.words, entry.spelling));
            });
            count = count.saturating_add(1);
        }
        count
    }

    /// Calls `found` for each spelling that begins with the first `len` bytes of `word`, which is folded; `after` stands
    /// behind it.
    pub(crate) fn spellings_at(
        &self,
        word: &[u8; LONGEST],
        len: usize,
        after: WordStream<'_>,
        found: impl FnMut(&Entry),
    ) {
        self.firsts.find(word, len, after, found);
    }

    /// All that the words of `text` say.
    pub(crate) fn gist(&self, text: &[u8]) -> Gist {
        let mut hits = Hits::new();
        self.walk(text, &mut hits);
        let said = |gist: Gist, hit: &Hit| gist.with(Gist::of(self.word(hit.word)));
        hits.as_slice().iter().fold(Gist::NONE, said)
    }

    /// What words may say at a glance.
    pub(crate) const fn telling(&self) -> &Telling {
        &self.telling
    }

    /// The word of a spelling.
    pub(crate) fn spelled(&self, spelling: u16) -> &Word {
        self.word(self.spellings[usize::from(spelling)].word)
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
            if word.tells() {
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

/// True for words whose end may carry a suffix: those that end in an Indic script.
fn opens(text: &str) -> bool {
    text.chars().next_back().is_some_and(|c| !c.is_ascii()) && text.chars().count() >= 3
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

    /// The walk without the table: each spelling is compared at each word.
    fn plain_walk(lexicon: &Lexicon, spelled: &[&str], window: &[u8]) -> Hits {
        let folded = fold_words(window);
        let words: Vec<&[u8]> = folded.split(|&c| c == b' ').skip(1).collect();
        let mut events = Events::new();
        for first in 0..words.len() {
            let mut spelling = 0;
            for text in spelled {
                let stem = text.trim_end_matches(['$', '*']);
                let open = text.ends_with('*') || (opens(stem) && !text.ends_with('$'));
                let own = fold_words(stem.as_bytes());
                let own: Vec<&[u8]> = own.split(|&c| c == b' ').skip(1).collect();
                let glued = own.concat();
                let mut try_one = |own: &[&[u8]]| {
                    let last = own.len() - 1;
                    let fits = |(i, own): (usize, &&[u8])| {
                        let found = words.get(first + i);
                        found.is_some_and(|found| found == own || (i == last && open && found.starts_with(own)))
                    };
                    if own.iter().enumerate().all(fits) {
                        events.push(Event {
                            last: (first + last) as u8,
                            first: first as u8,
                            spelling,
                        });
                    }
                    spelling += 1;
                };
                if own.len() > 1 && glued.len() + own.len() > 5 {
                    try_one(&[&glued]);
                }
                try_one(&own);
            }
        }
        let mut hits = Hits::new();
        lexicon.tell(&mut events, words.len() as u8, &mut hits);
        hits
    }

    proptest::proptest! {
        #[test]
        fn the_table_finds_what_comparing_finds(
            pieces in proptest::collection::vec(
                proptest::prop_oneof![
                    proptest::sample::select(vec![
                        "pan", "PAN", "panNo", "pan_no", "aadhaar", "aadhaarcard", "आधार", "आधारचा", "फ़ोन", "फोन", "बिल",
                        "order", "order id", "orderId", "26as", "form 16", "form16", "no", "No.", "u\u{200d}id", "ac",
                        "acno", "a/c", "PANCard", "PANno", "stemming", "stem", "st", "s", "for", "forms", "accountHolderNo", "AccountHolderNo", "1pan", "pan1", "क्\u{200d}ष",
                    ]).prop_map(str::to_owned),
                    "[ a-zA-Z0-9_.-]{0,5}",
                    "[ क-ह\u{93c}\u{200d}।]{0,3}",
                ],
                0..10,
            )
        ) {
            use proptest::prelude::*;
            let spelled = [
                "pan", "pan no", "aadha*", "आधार", "बिल$", "no", "order", "order id", "26as", "form 16", "फ़ोन", "ac",
                "ac no", "a/c", "uid", "st*", "क्ष", "order st*", "accountholderno", "for*",
            ];
            let lexicon = lexicon(&spelled);
            let text = pieces.concat();
            let mut window = &text.as_bytes()[..text.len().min(160)];
            while std::str::from_utf8(window).is_err() {
                window = &window[..window.len() - 1];
            }
            let mut hits = Hits::new();
            lexicon.walk(window, &mut hits);
            let plain = plain_walk(&lexicon, &spelled, window);
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
