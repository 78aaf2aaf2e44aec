//! Words of running text, with what their letters look like.

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// `Ramesh`, `McDonald`.
    Capital,
    /// `RAMESH`, two letters or more.
    Caps,
    /// `R` or `R.`.
    Initial,
    /// `ramesh`.
    Lower,
    /// A word beyond ASCII.
    Script,
    /// Digits, or digits with letters and signs: `302`, `12/4-B`.
    Number,
    /// Anything else.
    Other,
}

/// A word: bytes `start..end` of the text, without spaces and commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) look: Look,
    /// What stands right before it beside a space: a comma ends a name and divides an address.
    pub(crate) after_comma: bool,
}

/// The words of `start..end`, at spaces and commas.
pub(crate) fn tokens(text: &[u8], start: usize, end: usize) -> impl Iterator<Item = Token> + '_ {
    let mut at = start;
    std::iter::from_fn(move || {
        let mut after_comma = false;
        while at < end && matches!(text[at], b' ' | b',' | b'\t' | b'\n' | b'\r') {
            after_comma |= text[at] == b',';
            at += 1;
        }
        if at >= end {
            return None;
        }
        let from = at;
        while at < end && !matches!(text[at], b' ' | b',' | b'\t' | b'\n' | b'\r') {
            at += 1;
        }
        let look = look(&text[from..at]);
        Some(Token {
            start: from,
            end: at,
            look,
            after_comma,
        })
    })
}

fn look(word: &[u8]) -> Look {
    let bare = word.strip_suffix(b".").unwrap_or(word);
    let letters = |c: &u8| c.is_ascii_alphabetic() || matches!(c, b'\'' | b'-' | b'.');
    match bare {
        [] => Look::Other,
        _ if bare.iter().any(u8::is_ascii_digit) && bare[0].is_ascii_alphanumeric() | (bare[0] == b'#') => Look::Number,
        [first, ..] if *first >= 0x80 => Look::Script,
        [one] if one.is_ascii_uppercase() => Look::Initial,
        // `P.V.`, `K.S`
        _ if bare.len() <= 5 && bare.contains(&b'.') && bare.iter().all(|c| c.is_ascii_uppercase() || *c == b'.') => {
            Look::Initial
        }
        _ if !bare.iter().all(letters) => Look::Other,
        _ if bare.iter().all(|c| !c.is_ascii_lowercase()) && bare[0].is_ascii_uppercase() => Look::Caps,
        [first, ..] if first.is_ascii_uppercase() => Look::Capital,
        [first, ..] if first.is_ascii_lowercase() => Look::Lower,
        _ => Look::Other,
    }
}

/// `text` in lower case equals `word`.
pub(crate) fn is(text: &[u8], word: &str) -> bool {
    text.eq_ignore_ascii_case(word.as_bytes())
}

/// A list of words in lower case.
#[derive(Debug)]
pub(crate) struct WordList {
    words: &'static [&'static str],
    /// Of the words of each length the lower bits of their first bytes, which case does not change.
    firsts: [u32; Self::LENGTHS],
}

impl WordList {
    const LENGTHS: usize = 32;

    pub(crate) const fn new(words: &'static [&'static str]) -> Self {
        let (mut firsts, mut i) = ([0; Self::LENGTHS], 0);
        while i < words.len() {
            let word = words[i].as_bytes();
            firsts[word.len() % Self::LENGTHS] |= 1 << (word[0] & 31);
            i += 1;
        }
        Self { words, firsts }
    }

    /// True for one of them, in any case.
    pub(crate) fn holds(&self, text: &[u8]) -> bool {
        let Some(first) = text.first() else { return false };
        self.firsts[text.len() % Self::LENGTHS] >> (first & 31) & 1 != 0 && self.words.iter().any(|word| is(text, word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_their_letters() {
        let text = "Ramesh KUMAR P.V. k S 12/4-B #302 रमेश a@b".as_bytes();
        let looks: Vec<Look> = tokens(text, 0, text.len()).map(|t| t.look).collect();
        use Look::*;
        assert_eq!(
            looks,
            [Capital, Caps, Initial, Lower, Initial, Number, Number, Script, Other]
        );
    }

    #[test]
    fn commas_are_remembered() {
        let text = b"a, b c";
        let commas: Vec<bool> = tokens(text, 0, text.len()).map(|t| t.after_comma).collect();
        assert_eq!(commas, [false, true, false]);
    }
}
