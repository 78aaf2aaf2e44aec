//! Numbers that are spelled out digit by digit: `nine eight one…`, `double five`, `नौ आठ एक`.

/// Number words and their digits. Longer ones stand before those that they begin with.
const WORDS: &[(&str, u8)] = &[
    ("zero", 0),
    ("shunya", 0),
    ("sunya", 0),
    ("oh", 0),
    ("one", 1),
    ("ek", 1),
    ("two", 2),
    ("do", 2),
    ("three", 3),
    ("teen", 3),
    ("tin", 3),
    ("four", 4),
    ("chaar", 4),
    ("char", 4),
    ("five", 5),
    ("paanch", 5),
    ("panch", 5),
    ("six", 6),
    ("chhe", 6),
    ("chah", 6),
    ("che", 6),
    ("seven", 7),
    ("saat", 7),
    ("sat", 7),
    ("eight", 8),
    ("aath", 8),
    ("aat", 8),
    ("nine", 9),
    ("nau", 9),
    ("no", 9),
    ("शून्य", 0),
    ("एक", 1),
    ("दो", 2),
    ("दोन", 2),
    ("तीन", 3),
    ("चार", 4),
    ("पांच", 5),
    ("पाँच", 5),
    ("पाच", 5),
    ("छह", 6),
    ("छः", 6),
    ("छे", 6),
    ("सहा", 6),
    ("सात", 7),
    ("आठ", 8),
    ("नौ", 9),
    ("नऊ", 9),
    ("শূন্য", 0),
    ("এক", 1),
    ("দুই", 2),
    ("তিন", 3),
    ("চার", 4),
    ("পাঁচ", 5),
    ("ছয়", 6),
    ("সাত", 7),
    ("আট", 8),
    ("নয়", 9),
    ("பூஜ்யம்", 0),
    ("ஒன்று", 1),
    ("இரண்டு", 2),
    ("மூன்று", 3),
    ("நான்கு", 4),
    ("ஐந்து", 5),
    ("ஆறு", 6),
    ("ஏழு", 7),
    ("எட்டு", 8),
    ("ஒன்பது", 9),
    ("సున్నా", 0),
    ("ఒకటి", 1),
    ("రెండు", 2),
    ("మూడు", 3),
    ("నాలుగు", 4),
    ("ఐదు", 5),
    ("ఆరు", 6),
    ("ఏడు", 7),
    ("ఎనిమిది", 8),
    ("తొమ్మిది", 9),
];

/// Words that repeat the next digit.
const REPEATS: &[(&str, usize)] = &[("double", 2), ("triple", 3), ("डबल", 2), ("ट्रिपल", 3)];

/// Longest text that is read.
const REACH: usize = 400;

/// A mobile number in words that begins at `start`: ten digits, first 6 to 9, no more and none before.
pub(crate) fn mobile(text: &[u8], start: usize) -> Option<(usize, usize)> {
    if word_before(text, start).is_some_and(|word| digit(word).is_some() || repeat(word).is_some()) {
        return None;
    }
    let limit = (start + REACH).min(text.len());
    let (mut at, mut end, mut times) = (start, start, 1);
    let mut digits = [0u8; 10];
    let mut count = 0;
    loop {
        let length = text[at..limit]
            .iter()
            .take_while(|c| c.is_ascii_alphanumeric() || **c >= 0x80)
            .count();
        let word = &text[at..at + length];
        let value = match word {
            [figure @ b'0'..=b'9'] => Some(figure - b'0'),
            _ => digit(word),
        };
        match (repeat(word), value) {
            (Some(more), _) => times = more,
            (None, Some(value)) => {
                for _ in 0..times {
                    *digits.get_mut(count)? = value;
                    count += 1;
                }
                (times, end) = (1, at + length);
            }
            (None, None) => break,
        }
        at += length;
        let gap = text[at..limit]
            .iter()
            .take(4)
            .take_while(|c| matches!(c, b' ' | b',' | b'-'))
            .count();
        if gap == 0 || gap == 4 {
            break;
        }
        at += gap;
    }
    (count == 10 && digits[0] >= 6).then_some((start, end))
}

/// True when the words that begin at `start` may go on behind the end of the text.
pub(crate) fn goes_on(text: &[u8], start: usize) -> bool {
    let limit = start + REACH;
    let mut at = start;
    loop {
        let length = |belongs: fn(u8) -> bool| text[at..].iter().take_while(|&&c| belongs(c)).count();
        let word = length(|c| c.is_ascii_alphanumeric() || c >= 0x80);
        let end = at + word;
        if end >= text.len() {
            return at < limit;
        }
        let known = digit(&text[at..end]).is_some() || repeat(&text[at..end]).is_some();
        if !known && !matches!(text[at..end], [b'0'..=b'9']) {
            return false;
        }
        at = end;
        let gap = text[at..]
            .iter()
            .take_while(|c| matches!(c, b' ' | b',' | b'-'))
            .count();
        if at + gap >= text.len() {
            return gap < 4 && at < limit;
        }
        if gap == 0 || gap >= 4 || at >= limit {
            return false;
        }
        at += gap;
    }
}

fn digit(word: &[u8]) -> Option<u8> {
    WORDS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))
        .map(|&(_, digit)| digit)
}

fn repeat(word: &[u8]) -> Option<usize> {
    REPEATS
        .iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))
        .map(|&(_, times)| times)
}

/// The word that ends right before `start`, spaces and commas left out.
fn word_before(text: &[u8], start: usize) -> Option<&[u8]> {
    let gap = text[..start]
        .iter()
        .rev()
        .take(4)
        .take_while(|c| matches!(c, b' ' | b',' | b'-'))
        .count();
    let end = start - gap;
    let length = text[..end]
        .iter()
        .rev()
        .take(32)
        .take_while(|c| c.is_ascii_alphanumeric() || **c >= 0x80)
        .count();
    (gap > 0 && length > 0).then(|| &text[end - length..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_digits_in_words_are_a_mobile_number() {
        let of = |text: &str, start| mobile(text.as_bytes(), start).map(|(a, b)| text[a..b].to_owned());
        for text in [
            "nine eight one two three four double five seven zero",
            "nine, eight, one, two, three, four, five, six, seven, zero",
            "नौ आठ एक दो तीन चार पांच छह सात शून्य",
            "nau aath ek do teen chaar paanch chhe saat 0",
        ] {
            assert_eq!(of(text, 0).as_deref(), Some(text));
        }
        assert_eq!(
            of("nine eight one two three four five six seven zero please", 0)
                .unwrap()
                .len(),
            49
        );
        assert_eq!(of("one nine eight one two three four five six seven zero", 4), None);
        assert_eq!(of("nine eight one two three four five six seven", 0), None);
        assert_eq!(of("nine eight one two three four five six seven zero one", 0), None);
        assert_eq!(of("nine lives", 0), None);
    }
}
