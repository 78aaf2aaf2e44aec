//! The literals that every match of an expression begins with, ASCII letters in lower case.
//! A pattern with such prefixes needs to be tried only where the word table finds one of them.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Most prefixes of one pattern.
const MAX_PREFIXES: usize = 256;
/// Longer prefixes are cut: what they would save is not worth the table.
const MAX_LENGTH: usize = 16;
/// Shortest prefix that is worth a table entry.
const MIN_LENGTH: usize = 2;

/// A prefix; `whole` while it is all that its branch has read so far.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Prefix {
    bytes: Vec<u8>,
    whole: bool,
}

impl Prefix {
    const NONE: Self = Self {
        bytes: Vec::new(),
        whole: true,
    };
}

/// The prefixes of `hir`, each two bytes or longer and the start of a word; `None` when there is a
/// match that begins otherwise, or there are too many.
pub(crate) fn prefixes(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    let mut found: Vec<Vec<u8>> = read(hir).into_iter().map(|prefix| prefix.bytes).collect();
    let fits =
        |prefix: &Vec<u8>| prefix.len() >= MIN_LENGTH && (prefix[0].is_ascii_alphanumeric() || prefix[0] >= 0xC0);
    if found.is_empty() || !found.iter().all(fits) {
        return None;
    }
    found.sort_unstable();
    // What another prefix begins is covered by that one.
    found.dedup_by(|longer, shorter| longer.starts_with(shorter));
    Some(found)
}

/// Never more than [`MAX_PREFIXES`]: where there would be, the list stops growing and is cut.
fn read(hir: &Hir) -> Vec<Prefix> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Prefix::NONE],
        HirKind::Literal(literal) => {
            let whole = literal.0.len() <= MAX_LENGTH;
            let bytes = literal.0[..literal.0.len().min(MAX_LENGTH)].to_ascii_lowercase();
            vec![Prefix { bytes, whole }]
        }
        HirKind::Class(class) => of_class(class),
        HirKind::Capture(capture) => read(&capture.sub),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(read(branch));
            }
            tidy(all)
        }
        HirKind::Concat(parts) => parts.iter().fold(vec![Prefix::NONE], |all, part| {
            if all.iter().any(|prefix| prefix.whole) {
                join(&all, &read(part))
            } else {
                all
            }
        }),
        HirKind::Repetition(repetition) => {
            let sub = read(&repetition.sub);
            let times = repetition.min.clamp(1, MAX_LENGTH as u32);
            let mut all = (1..times).fold(sub.clone(), |all, _| join(&all, &sub));
            if repetition.max != Some(times) {
                all.iter_mut().for_each(|prefix| prefix.whole = false);
            }
            if repetition.min == 0 {
                all.push(Prefix::NONE);
            }
            tidy(all)
        }
    }
}

fn of_class(class: &Class) -> Vec<Prefix> {
    let unknown = vec![Prefix {
        bytes: Vec::new(),
        whole: false,
    }];
    let mut bytes = Vec::new();
    match class {
        Class::Bytes(class) => {
            for range in class.iter() {
                bytes.extend((range.start()..=range.end()).map(|byte| vec![byte.to_ascii_lowercase()]));
            }
        }
        Class::Unicode(class) => {
            for range in class.iter() {
                let (from, to) = (range.start() as u32, range.end() as u32);
                if to - from > 64 {
                    return unknown;
                }
                let chars = (from..=to).filter_map(char::from_u32);
                bytes.extend(chars.map(|c| c.to_string().to_ascii_lowercase().into_bytes()));
            }
        }
    }
    bytes.sort_unstable();
    bytes.dedup();
    // Digits and letters at large are no literals.
    if bytes.len() > 9 {
        return unknown;
    }
    bytes.into_iter().map(|bytes| Prefix { bytes, whole: true }).collect()
}

/// Each whole prefix of `all`, followed by each of `next`; where that would be too many, `all` as it is.
fn join(all: &[Prefix], next: &[Prefix]) -> Vec<Prefix> {
    let whole = all.iter().filter(|prefix| prefix.whole).count();
    if all.len() - whole + whole * next.len() > MAX_PREFIXES {
        return all
            .iter()
            .map(|prefix| Prefix {
                whole: false,
                ..prefix.clone()
            })
            .collect();
    }
    let mut out = Vec::with_capacity(all.len());
    for prefix in all {
        if !prefix.whole {
            out.push(prefix.clone());
            continue;
        }
        for rest in next {
            let mut bytes = prefix.bytes.clone();
            bytes.extend_from_slice(&rest.bytes);
            let whole = rest.whole && bytes.len() <= MAX_LENGTH;
            bytes.truncate(MAX_LENGTH);
            out.push(Prefix { bytes, whole });
        }
    }
    tidy(out)
}

fn tidy(mut all: Vec<Prefix>) -> Vec<Prefix> {
    all.sort_unstable();
    all.dedup();
    if all.len() > MAX_PREFIXES {
        vec![Prefix {
            bytes: Vec::new(),
            whole: false,
        }]
    } else {
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::automaton::parse;
    use super::*;

    fn of(regex: &str) -> Option<Vec<String>> {
        let prefixes = prefixes(&parse(regex).expect("a regex"))?;
        Some(
            prefixes
                .into_iter()
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .collect(),
        )
    }

    fn list(words: &[&str]) -> Option<Vec<String>> {
        Some(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn literals_alternations_and_case() {
        assert_eq!(of("EMP-[0-9]{6}"), list(&["emp-"]));
        assert_eq!(of("(?i)(?:mr|dr)[.] [a-z]{2,9}"), list(&["dr. ", "mr. "]));
        assert_eq!(of(r"\bACME[A-Z]{2}[0-9]{3,8}"), list(&["acme"]));
        assert_eq!(of("(?:Sh?ri|Smt)[.]"), list(&["shri.", "smt.", "sri."]));
        assert_eq!(of("ab{2,3}c"), list(&["abb"]));
        assert_eq!(of("project +blue[a-z]*"), list(&["project "]));
    }

    #[test]
    fn optional_parts_are_left_out_and_kept() {
        assert_eq!(of("ab(?:cd)?ef"), list(&["abcdef", "abef"]));
        assert_eq!(of("ab(?:cd)*ef"), list(&["abcd", "abef"]));
        assert_eq!(of("(?:xy)?ab"), list(&["ab", "xyab"]));
    }

    #[test]
    fn what_another_prefix_begins_is_covered() {
        assert_eq!(of("ab|abc|abd"), list(&["ab"]));
    }

    #[test]
    fn patterns_without_a_literal_start_have_none() {
        for regex in ["[A-Z]{3}/x", "a?[0-9]x", ".*secret", "[0-9]{4}", "-abc", "a[0-9]", "x?"] {
            assert_eq!(of(regex), None, "{regex}");
        }
    }

    #[test]
    fn large_expressions_end_quickly() {
        assert_eq!(of("[a-i]{1,16}x"), None);
        assert!(of("(?:[ab][cd]){20}").is_some_and(|all| all.len() <= MAX_PREFIXES));
        assert_eq!(of("(?:(?:(?:a{0,9}){0,9}){0,9}){0,9}b"), None);
    }
}
