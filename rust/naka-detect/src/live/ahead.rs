//! How far what a candidate rests on lies behind it, and whether all of it is there: only then is it judged for good.
//! Each answer errs on the side of waiting.

use crate::columns;
use crate::dialogue;
use crate::ruleset::Pattern;
use crate::span::Labelled;
use crate::values;
use crate::window;

/// Most bytes that a neighbour may be read on: a run of 24 and what stands around it.
const NEIGHBOUR: usize = 26;
/// A row of a table that goes on further than this behind a value is not waited for.
const ROW: usize = 512;

/// True when what touches a match that ends at `end` is there.
pub(super) fn neighbours(text: &[u8], end: usize) -> bool {
    text.len() > end + NEIGHBOUR
        || text.get(end + 1..).is_some_and(|rest| {
            rest.iter().any(|c| !c.is_ascii_alphanumeric()) // `5109 8027 4087 12/`: what stands behind the next group
        })
}

/// True when the words that may speak about a value at `start..end` are there.
pub(crate) fn words(text: &[u8], start: usize, end: usize) -> bool {
    window::after_is_known(text, end) && (text.len() > start + ROW || !columns::may_become_row(text, start))
}

/// The same for a candidate of `pattern`, which words need not be asked about when they cannot change it.
pub(super) fn all(pattern: &Pattern, text: &[u8], start: usize, end: usize) -> bool {
    let flat = pattern.plain.is_flat() && pattern.known.is_flat() && !pattern.needs_word;
    neighbours(text, end) && (flat || words(text, start, end))
}

/// What stands behind a label that ends at `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// No value, for good or so far: none has begun.
    None,
    /// A value, or what may become one, begins here; more text may change it.
    Open(usize),
    /// There is one, or several may be, between these places.
    Known(usize, usize),
}

/// Looks behind a label.
pub(super) fn value(kind: Labelled, text: &[u8], end: usize) -> Value {
    let direct = values::behind(text, end);
    if let Some((at, marked)) = direct {
        if reads(kind, text, at) > text.len() {
            return Value::Open(at);
        }
        let found = match kind {
            Labelled::Secret => values::secret(text, at, marked),
            Labelled::Age => values::age(text, at),
            Labelled::ShortDate => values::short_date(text, at),
            Labelled::Expiry => values::expiry(text, at),
            Labelled::Gender => values::gender(text, at),
            Labelled::FamilyId => values::family_id(text, at),
        };
        if let Some((from, to)) = found {
            return Value::Known(from, to);
        }
    }
    // In the answer to the question that the label stands in.
    let Some(answer) = dialogue::answer(text, end) else {
        return Value::None;
    };
    let beyond = if text.get(answer.end) == Some(&b'\n') { 32 } else { 160 };
    if text.len() < answer.end + beyond {
        Value::Open(answer.start)
    } else {
        Value::Known(answer.start, answer.end + beyond)
    }
}

/// One past the last byte that decides about a value of `kind` at `at`, in this text or beyond its end.
fn reads(kind: Labelled, text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let run = |belongs: fn(&u8) -> bool| at + rest.iter().take(121).take_while(|c| belongs(c)).count() + 1;
    let digit = rest.first().is_some_and(u8::is_ascii_digit);
    match kind {
        Labelled::Secret => run(|c| c.is_ascii_graphic() && !matches!(c, b'"' | b'\'' | b'<' | b'|')),
        Labelled::FamilyId => run(u8::is_ascii_alphanumeric).min(at + 10),
        Labelled::Age if digit => at + 32,
        Labelled::ShortDate if digit => at + 12,
        Labelled::Expiry if digit => at + 14,
        Labelled::Gender => {
            let may = |word: &&&str| {
                let shared = rest.len().min(word.len());
                rest[..shared].eq_ignore_ascii_case(&word.as_bytes()[..shared])
            };
            let longest = values::GENDERS.iter().filter(may).map(|word| word.len()).max();
            at + longest.map_or(1, |length| length + 1)
        }
        Labelled::Age | Labelled::ShortDate | Labelled::Expiry => at + 1,
    }
}
