//! Names of people: what follows an honorific, a label or a relation marker, and pairs of well-known names.
//! The honorific or label is not part of the span. A guess, never certain.

use super::tokens::{Look, Token, WordList, tokens};

/// Most words of a name.
const MAX_WORDS: usize = 4;

/// Words that end a name or show that none is there.
static STOP: WordList = WordList::new(&[
    "is",
    "was",
    "has",
    "had",
    "and",
    "or",
    "the",
    "of",
    "at",
    "for",
    "aur",
    "hai",
    "hain",
    "hu",
    "hoon",
    "ji",
    "ka",
    "ki",
    "ke",
    "ne",
    "ko",
    "se",
    "from",
    "with",
    "who",
    "will",
    "would",
    "phone",
    "mobile",
    "mob",
    "email",
    "mail",
    "dob",
    "age",
    "address",
    "pan",
    "aadhaar",
    "aadhar",
    "account",
    "acct",
    "a/c",
    "no",
    "no.",
    "number",
    "s/o",
    "d/o",
    "w/o",
    "c/o",
    "h/o",
    "son",
    "daughter",
    "wife",
    "husband",
    "my",
    "mera",
    "meri",
    "your",
    "his",
    "her",
    "please",
    "kindly",
    "sir",
    "madam",
    "dear",
    "not",
    "n/a",
    "na",
    "nil",
    "none",
    "null",
    "unknown",
    "required",
    "i",
    "am",
    "to",
    "in",
    "on",
    "by",
    "as",
    "you",
    "we",
    "he",
    "she",
    "it",
    "this",
    "that",
    "pls",
    "plz",
    "se",
    "bol",
    "bola",
    "called",
    "said",
    "says",
    "called",
    "have",
    "need",
    "want",
    "date",
    "gender",
    "male",
    "female",
    "ifsc",
    "upi",
    "id",
    "gst",
    "gstin",
    "passport",
    "voter",
    "kyc",
    "dated",
    "resident",
    "r/o",
    "aged",
    "born",
    "holding",
    "having",
    "status",
    "type",
    "है",
    "हैं",
    "हूं",
    "हूँ",
    "और",
    "का",
    "की",
    "के",
    "ने",
    "को",
    "से",
    "में",
    "जी",
    "पुत्र",
    "पुत्री",
    "पत्नी",
    "आहे",
    "आणि",
    "मोबाइल",
    "आधार",
    "पैन",
    "নম্বর",
    "এবং",
    "மற்றும்",
    "ఉంది",
    "છે",
    "ಮತ್ತು",
    "ਹੈ",
    "ہے",
]);

/// Words that stand after an honorific or a label without being a name.
static NO_NAME: WordList = WordList::new(&[
    "chairman",
    "president",
    "speaker",
    "minister",
    "judge",
    "officer",
    "manager",
    "director",
    "secretary",
    "customer",
    "team",
    "bank",
    "india",
    "limited",
    "ltd",
    "pvt",
    "private",
    "company",
    "services",
    "technologies",
    "solutions",
    "test",
    "user",
    "admin",
    "sample",
    "example",
    "enter",
    "full",
    "first",
    "last",
    "field",
    "value",
    "string",
    "text",
    "true",
    "false",
    "krishna",
    "ram",
    "ganesh",
]);

/// Capitalised words after an honorific or a label; words of Indic scripts.
pub(crate) fn name(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    take(text, start, end, |token, _| {
        matches!(token.look, Look::Capital | Look::Caps | Look::Initial | Look::Script)
    })
}

/// The same, and lower case: `mera naam rahul sharma hai`.
pub(crate) fn name_any_case(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    take(text, start, end, |token, word| {
        let lower = token.look == Look::Lower && word.len() >= 3 && word.iter().all(u8::is_ascii_alphabetic);
        lower || matches!(token.look, Look::Capital | Look::Caps | Look::Initial | Look::Script)
    })
}

fn take(text: &[u8], start: usize, end: usize, belongs: impl Fn(&Token, &[u8]) -> bool) -> Option<(usize, usize)> {
    let mut from = None;
    let mut until = start;
    let mut words = 0;
    let mut letters = 0;
    for token in tokens(text, start, end) {
        let raw = &text[token.start..token.end];
        let word = trim(raw);
        if words == MAX_WORDS || (token.after_comma && words > 0) || word.is_empty() {
            break;
        }
        if STOP.holds(word) || !belongs(&token, word) {
            break;
        }
        if words == 0 && NO_NAME.holds(word) {
            return None;
        }
        from = from.or(Some(token.start));
        until = token.start + word.len();
        words += 1;
        if token.look != Look::Initial {
            letters += if token.look == Look::Script {
                word.len() / 3
            } else {
                word.len()
            };
        }
        // Punctuation after a word ends the name, except the dot of an initial.
        let tail = &raw[word.len()..];
        if !(tail.is_empty() || tail == b"." && matches!(token.look, Look::Initial)) {
            break;
        }
    }
    let from = from?;
    (letters >= if words == 1 { 3 } else { 2 }).then_some((from, until))
}

/// Without punctuation at its end.
fn trim(word: &[u8]) -> &[u8] {
    let mut end = word.len();
    while end > 0
        && matches!(
            word[end - 1],
            b'.' | b';' | b':' | b')' | b'(' | b'!' | b'?' | b'"' | b'\'' | b'-'
        )
    {
        end -= 1;
    }
    let word = &word[..end];
    word.strip_suffix("।".as_bytes()).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(text: &str, how: crate::span::Span) -> Option<&str> {
        how(text.as_bytes(), 0, text.len()).map(|(a, b)| &text[a..b])
    }

    #[test]
    fn a_name_ends_where_its_words_end() {
        for (text, expected) in [
            ("Ramesh Kumar called us", Some("Ramesh Kumar")),
            ("P.V. Menon, Kochi", Some("P.V. Menon")),
            ("T. Subramaniam.", Some("T. Subramaniam")),
            ("RAMESH KUMAR", Some("RAMESH KUMAR")),
            ("रमेश शर्मा को", Some("रमेश शर्मा")),
            ("Chairman of the board", None),
            ("required field", None),
            ("Ram", None),
        ] {
            assert_eq!(taken(text, name), expected, "{text}");
        }
        assert_eq!(taken("rahul sharma hai", name_any_case), Some("rahul sharma"));
        assert_eq!(taken("rahul sharma hai", name), None);
    }
}
