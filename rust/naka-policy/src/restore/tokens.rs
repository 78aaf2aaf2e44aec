//! The tokens of one exchange: made while its request is transformed, asked while its answer is restored, gone with it.
//!
//! Bounded by count and bytes. Values are wiped from memory when it is dropped and shown by no `Debug`. A token is a
//! keyed digest of its value, so the same conversation makes the same tokens again at any replica: nothing is stored.

use std::collections::HashMap;
use std::fmt;

use zeroize::Zeroizing;

use super::shape::{self, Read};
use crate::transform::Minted;

/// What an exchange may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLimits {
    /// Tokens.
    pub count: usize,
    /// Bytes of their values and of themselves.
    pub bytes: usize,
}

impl Default for TokenLimits {
    fn default() -> Self {
        Self {
            count: 4096,
            bytes: 256 << 10,
        }
    }
}

/// What became of a token that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It stands for its value from now on.
    Kept,
    /// It stands for another value of this exchange already: neither may be tokenised.
    Collided,
    /// There is no room: the value must be redacted.
    Full,
}

/// The tokens of one exchange.
#[derive(Default)]
pub struct Tokens {
    /// By name and digest in lower case.
    keys: HashMap<Box<[u8]>, u32>,
    entries: Vec<Entry>,
    bytes: usize,
}

#[derive(Clone)]
pub(super) struct Entry {
    /// As it is written: `<IN_PAN:L4BUYRL7KMEMH>`.
    pub(super) token: Box<[u8]>,
    /// The whole digest, which tells two values with one token apart.
    mac: Zeroizing<[u8; 32]>,
    /// The value as it was written first; `None` for one that must not come back.
    pub(super) value: Option<Zeroizing<Box<[u8]>>>,
    /// It was a JSON number wherever it stood.
    pub(super) number: bool,
    /// The client's own text holds it: it stays as it is.
    pub(super) typed: bool,
    collided: bool,
}

impl Tokens {
    /// Keeps a token and the value that it stands for, as it was written. `number`: it was a number of a JSON body.
    pub fn add(&mut self, minted: &Minted, value: &[u8], number: bool, limits: &TokenLimits) -> Added {
        let key = minted.token[1..minted.token.len() - 1].to_ascii_lowercase();
        if let Some(&at) = self.keys.get(&*key) {
            let entry = &mut self.entries[at as usize];
            // two names that differ in their case alone could be taken for each other: as bad as one digest for two values
            if entry.mac != minted.mac || *entry.token != *minted.token {
                entry.collided = true;
                entry.value = None;
            }
            if !minted.reversible {
                entry.value = None;
            }
            entry.number &= number;
            return if entry.collided { Added::Collided } else { Added::Kept };
        }
        let kept = if minted.reversible { value.len() } else { 0 };
        let bytes = self.bytes + key.len() + minted.token.len() + kept;
        if self.entries.len() >= limits.count || bytes > limits.bytes {
            return Added::Full;
        }
        self.bytes = bytes;
        self.keys.insert(key.into(), self.entries.len() as u32);
        self.entries.push(Entry {
            token: minted.token.as_slice().into(),
            mac: minted.mac.clone(),
            value: minted.reversible.then(|| Zeroizing::new(value.into())),
            number,
            typed: false,
            collided: false,
        });
        Added::Kept
    }

    /// Adds the tokens of an earlier exchange of the same conversation, as far as there is room. What the client wrote itself
    /// then is still its own.
    pub fn join(&mut self, older: &Self, limits: &TokenLimits) {
        for (key, &at) in &older.keys {
            let entry = &older.entries[at as usize];
            if let Some(&at) = self.keys.get(key) {
                let known = &mut self.entries[at as usize];
                known.typed |= entry.typed;
                if known.mac != entry.mac {
                    known.value = None;
                }
                continue;
            }
            let value = entry.value.as_ref().map_or(0, |value| value.len());
            let bytes = self.bytes + key.len() + entry.token.len() + value;
            if self.entries.len() < limits.count && bytes <= limits.bytes {
                self.bytes = bytes;
                self.keys.insert(key.clone(), self.entries.len() as u32);
                self.entries.push(entry.clone());
            }
        }
    }

    /// True when this token may stand in a text of the request: it is kept, and stands for one value.
    #[must_use]
    pub fn stands(&self, token: &[u8]) -> bool {
        let key = token
            .get(1..token.len().saturating_sub(1))
            .unwrap_or_default()
            .to_ascii_lowercase();
        self.keys.get(&*key).is_some_and(|&at| {
            let entry = &self.entries[at as usize];
            !entry.collided && *entry.token == *token
        })
    }

    /// Takes note of the tokens that stand in `text`, the client's own: none of them will be restored.
    pub fn note_typed(&mut self, text: &[u8]) {
        let mut from = 0;
        while let Some(at) = text[from..]
            .iter()
            .position(|&byte| shape::may_open(byte))
            .map(|at| from + at)
        {
            from = at + 1;
            if let Read::Token(shape) = shape::read(text, at)
                && let Some(&at) = self.keys.get(shape.key.as_bytes())
            {
                self.entries[at as usize].typed = true;
                from = shape.end;
            }
        }
    }

    /// True when nothing can come back.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Bytes of their values and of themselves.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, key: &[u8]) -> Option<&Entry> {
        self.keys.get(key).map(|&at| &self.entries[at as usize])
    }

    /// Whether some token's key begins like this.
    pub(super) fn begins(&self, front: &[u8]) -> bool {
        self.keys.keys().any(|key| key.starts_with(front))
    }
}

impl fmt::Debug for Tokens {
    /// Never a value, nor a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tokens {{ count: {}, bytes: {} }}", self.entries.len(), self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minted(token: &str, mac: u8, reversible: bool) -> Minted {
        Minted {
            token: token.as_bytes().to_vec(),
            mac: Zeroizing::new([mac; 32]),
            reversible,
        }
    }

    const ONE: &str = "<IN_PAN:L4BUYRL7KMEMH>";
    const TWO: &str = "<IN_PAN:L4BUYRL7KMEMI>";

    #[test]
    fn two_values_with_one_token_are_both_refused() {
        let (mut tokens, limits) = (Tokens::default(), TokenLimits::default());
        assert_eq!(tokens.add(&minted(ONE, 1, true), b"a", false, &limits), Added::Kept);
        assert_eq!(tokens.add(&minted(ONE, 1, true), b"a", false, &limits), Added::Kept);
        assert!(tokens.stands(ONE.as_bytes()));
        assert_eq!(tokens.add(&minted(ONE, 2, true), b"b", false, &limits), Added::Collided);
        assert_eq!(tokens.add(&minted(ONE, 1, true), b"a", false, &limits), Added::Collided);
        assert!(!tokens.stands(ONE.as_bytes()));
        assert!(tokens.get(b"in_pan:l4buyrl7kmemh").unwrap().value.is_none());
    }

    #[test]
    fn the_bounds_hold_for_count_and_bytes() {
        let mut tokens = Tokens::default();
        let few = TokenLimits { count: 1, bytes: 1000 };
        assert_eq!(tokens.add(&minted(ONE, 1, true), b"a", false, &few), Added::Kept);
        assert_eq!(tokens.add(&minted(TWO, 2, true), b"b", false, &few), Added::Full);
        assert_eq!(tokens.add(&minted(ONE, 1, true), b"a", false, &few), Added::Kept);
        let small = TokenLimits {
            count: 9,
            bytes: tokens.bytes() + 50,
        };
        assert_eq!(
            tokens.add(&minted(TWO, 2, true), &[b'x'; 50], false, &small),
            Added::Full
        );
        assert!(!tokens.stands(TWO.as_bytes()));
    }

    #[test]
    fn an_older_exchange_adds_what_is_not_there_and_keeps_what_was_typed() {
        let limits = TokenLimits::default();
        let (mut older, mut tokens) = (Tokens::default(), Tokens::default());
        older.add(&minted(ONE, 1, true), b"a", false, &limits);
        older.add(&minted(TWO, 2, true), b"b", false, &limits);
        older.note_typed(TWO.as_bytes());
        tokens.add(&minted(ONE, 3, true), b"c", false, &limits);
        tokens.join(&older, &limits);
        let entry = |key: &str| tokens.get(key.as_bytes()).unwrap();
        assert!(entry("in_pan:l4buyrl7kmemh").value.is_none(), "two values, one token");
        assert!(entry("in_pan:l4buyrl7kmemi").typed && entry("in_pan:l4buyrl7kmemi").value.is_some());
        let mut full = Tokens::default();
        full.join(&older, &TokenLimits { count: 1, bytes: 1000 });
        assert_eq!(full.len(), 1);
    }

    #[test]
    fn a_debug_form_shows_neither_value_nor_token() {
        let mut tokens = Tokens::default();
        tokens.add(&minted(ONE, 1, true), b"QWEPK4821M", false, &TokenLimits::default());
        assert_eq!(format!("{tokens:?}"), "Tokens { count: 1, bytes: 52 }");
    }

    #[test]
    fn a_value_that_must_not_come_back_is_not_even_held() {
        let (mut tokens, limits) = (Tokens::default(), TokenLimits::default());
        tokens.add(&minted(ONE, 1, false), b"6012843688130703", false, &limits);
        assert!(tokens.stands(ONE.as_bytes()));
        assert!(tokens.get(b"in_pan:l4buyrl7kmemh").unwrap().value.is_none());
    }
}
