//! Where a match of a custom expression or keyword may begin and end.

use regex_syntax::hir::{Hir, HirKind, Look};

use crate::lanes::starts_word;

/// What an expression asks of its two ends, beyond the edges of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Edges {
    start: Side,
    end: Side,
}

/// Assertions at one end; all that are set must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Side {
    /// `\b`: unlike the edge of a word, `_` counts as a letter.
    boundary: bool,
    /// `^` or `$`: the text begins or ends here.
    text: bool,
    /// `(?m)^` or `(?m)$`: a line begins or ends here.
    line: bool,
}

/// An assertion that is not at an end of the expression, or one this engine does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Misplaced;

impl Edges {
    /// Takes the assertions off both ends of `hir`.
    pub(crate) fn split(hir: Hir) -> Result<(Self, Hir), Misplaced> {
        let mut edges = Self::default();
        let mut parts = match hir.into_kind() {
            HirKind::Concat(parts) => parts,
            kind => vec![rebuild(kind)],
        };
        while let Some(HirKind::Look(look)) = parts.first().map(Hir::kind) {
            edges.start.add(*look, Look::Start, Look::StartLF)?;
            parts.remove(0);
        }
        while let Some(HirKind::Look(look)) = parts.last().map(Hir::kind) {
            edges.end.add(*look, Look::End, Look::EndLF)?;
            parts.pop();
        }
        let rest = Hir::concat(parts);
        if rest.properties().look_set().is_empty() {
            Ok((edges, rest))
        } else {
            Err(Misplaced)
        }
    }

    /// True when a match may begin at `at`.
    pub(crate) fn open(self, text: &[u8], at: usize) -> bool {
        let first = text[at];
        let word = first.is_ascii_alphanumeric() || first >= 0x80;
        (!word || starts_word(text, at)) && self.start.holds(text, at, at == 0, at > 0 && text[at - 1] == b'\n')
    }

    /// True when a match may end at `at`, which is behind its last byte.
    pub(crate) fn close(self, text: &[u8], at: usize) -> bool {
        ends_word(text, at)
            && self.end.holds(
                text,
                at,
                at == text.len(),
                text.get(at).is_some_and(|&byte| byte == b'\n'),
            )
    }
}

impl Side {
    fn add(&mut self, look: Look, text: Look, line: Look) -> Result<(), Misplaced> {
        match look {
            Look::WordAscii => self.boundary = true,
            _ if look == text => self.text = true,
            _ if look == line => self.line = true,
            _ => return Err(Misplaced),
        }
        Ok(())
    }

    fn holds(self, text: &[u8], at: usize, text_ends: bool, line_ends: bool) -> bool {
        let word = |byte: Option<&u8>| byte.is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let before = at.checked_sub(1).and_then(|at| text.get(at));
        (!self.boundary || word(before) != word(text.get(at)))
            && (!self.text || text_ends)
            && (!self.line || text_ends || line_ends)
    }
}

/// True when no word goes on behind `at`: the mirror image of [`starts_word`]. Behind a Latin letter or digit any
/// character beyond ASCII may follow, since postpositions are glued on: `EMP-004821को`.
pub(crate) fn ends_word(text: &[u8], at: usize) -> bool {
    let last = text[at - 1];
    match text[at..] {
        [] => true,
        [next, ..] if next.is_ascii() => {
            !next.is_ascii_alphanumeric() || !(last.is_ascii_alphanumeric() || last >= 0x80)
        }
        [0xC2 | 0xE2 | 0xF0, ..] | [0xE0, 0xA5, 0xA4 | 0xA5, ..] => true,
        _ => last.is_ascii(),
    }
}

fn rebuild(kind: HirKind) -> Hir {
    match kind {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Repetition(repetition) => Hir::repetition(repetition),
        HirKind::Capture(capture) => Hir::capture(capture),
        HirKind::Concat(parts) => Hir::concat(parts),
        HirKind::Alternation(parts) => Hir::alternation(parts),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::parse;

    fn split(regex: &str) -> Result<(Edges, Hir), Misplaced> {
        Edges::split(parse(regex).expect("a regex"))
    }

    #[test]
    fn assertions_at_the_ends_are_taken_off() {
        for (regex, rest) in [
            (r"\bab\b", "ab"),
            ("^ab$", "ab"),
            (r"(?m)^\bab", "ab"),
            ("ab", "ab"),
            ("a|b", "a|b"),
        ] {
            let (_, hir) = split(regex).expect("at the ends");
            assert_eq!(hir, parse(rest).expect("a regex"), "{regex}");
        }
    }

    #[test]
    fn assertions_inside_are_refused() {
        for regex in [r"a\bb", r"(?:\ba|b)c", r"a(?:$|b)", r"\Bab", r"(?:^a)?b"] {
            assert_eq!(split(regex).map(|_| ()), Err(Misplaced), "{regex}");
        }
    }

    /// Whether a match between the two `|` may begin and end there.
    fn fits(regex: &str, marked: &str) -> (bool, bool) {
        let (edges, _) = split(regex).expect("at the ends");
        let start = marked.find('|').expect("a mark");
        let end = marked[start + 1..].find('|').expect("a mark") + start;
        let text = marked.replace('|', "");
        (edges.open(text.as_bytes(), start), edges.close(text.as_bytes(), end))
    }

    #[test]
    fn a_match_is_a_whole_word() {
        for (marked, expected) in [
            ("|EMP-1|", (true, true)),
            ("x|EMP-1|2", (false, false)),
            ("_|EMP-1|_", (true, true)),
            ("(|EMP-1|).", (true, true)),
            ("है|EMP-1|को", (true, true)),
            ("x|#1|", (true, true)),
            ("राम|राम|राम", (false, false)),
            ("“|राम|”।", (true, true)),
            ("1|राम|1", (false, false)),
        ] {
            assert_eq!(fits("x", marked), expected, "{marked}");
        }
    }

    #[test]
    fn assertions_narrow_the_edges() {
        assert_eq!(fits(r"\bx\b", "_|EMP-1|_"), (false, false));
        assert_eq!(fits(r"\bx\b", " |EMP-1|-"), (true, true));
        assert_eq!(fits("^x$", "|EMP-1|"), (true, true));
        assert_eq!(fits("^x$", "\n|EMP-1|\n"), (false, false));
        assert_eq!(fits("(?m)^x$", "\n|EMP-1|\n"), (true, true));
    }
}
