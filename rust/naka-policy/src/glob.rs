//! `gpt-*`: names with `*` (any run) and `?` (any one character), ASCII case ignored.
//! Compiled once at load; a match allocates nothing. Time is at most pattern x name; [`MAX_NAME`] bounds the name.

/// Longest pattern that a pack may hold, in bytes.
pub(crate) const MAX_PATTERN: usize = 128;
/// Only this many bytes of a name are compared: models and providers are shorter, and the name comes from the client.
const MAX_NAME: usize = 256;

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Box<[u8]>);

impl Glob {
    /// Lower-cases, and makes `**` and `*`-`*` one. Returns why the pattern is refused otherwise.
    pub(crate) fn new(pattern: &str) -> Result<Self, &'static str> {
        if pattern.is_empty() {
            return Err("is empty");
        }
        if pattern.len() > MAX_PATTERN {
            return Err("is longer than 128 bytes");
        }
        if pattern.bytes().any(|b| b.is_ascii_control() || b == b' ') {
            return Err("holds a space or control character");
        }
        if pattern.bytes().any(|b| b"[]{}\\!|".contains(&b)) {
            return Err("may hold `*` and `?` as wildcards, and no [ ] { } \\ | or inner !");
        }
        let mut bytes = pattern.to_ascii_lowercase().into_bytes();
        bytes.dedup_by(|a, b| *a == b'*' && *b == b'*');
        Ok(Self(bytes.into()))
    }

    /// The canonical spelling.
    pub(crate) fn as_str(&self) -> &str {
        // it came from a str, and only ASCII bytes were changed or dropped
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// True when the whole of `name` fits.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let (pattern, name) = (&*self.0, &name.as_bytes()[..name.len().min(MAX_NAME)]);
        let (mut p, mut n) = (0, 0);
        let mut retry: Option<(usize, usize)> = None; // after the last `*`, and where its run may end next
        while n < name.len() {
            match pattern.get(p) {
                Some(b'*') => {
                    p += 1;
                    retry = Some((p, n));
                }
                Some(b'?') => {
                    p += 1;
                    n += character_len(name, n);
                }
                Some(&b) if b == name[n].to_ascii_lowercase() => {
                    p += 1;
                    n += 1;
                }
                _ => match retry {
                    Some((after, end)) => {
                        p = after;
                        n = end + 1;
                        retry = Some((after, n));
                    }
                    None => return false,
                },
            }
        }
        pattern[p..].iter().all(|&b| b == b'*')
    }
}

fn character_len(name: &[u8], at: usize) -> usize {
    1 + name[at + 1..].iter().take_while(|&&b| b & 0xC0 == 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn stars_and_question_marks_stand_for_any_text() {
        for (pattern, name, fits) in [
            ("gpt-*", "gpt-4o-mini", true),
            ("gpt-*", "GPT-4o", true),
            ("gpt-*", "o3", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("gpt-?", "gpt-4", true),
            ("gpt-?", "gpt-", false),
            ("म?डल", "मXडल", true),
            ("?", "म", true),
            ("openai", "openai", true),
            ("openai", "openai2", false),
        ] {
            assert_eq!(Glob::new(pattern).unwrap().matches(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn spellings_of_one_pattern_are_one() {
        assert_eq!(Glob::new("GPT-***").unwrap().as_str(), "gpt-*");
    }

    #[test]
    fn what_is_no_glob_is_refused() {
        for pattern in ["", "gpt 4", "gpt-[45]", "{a,b}", "a!b", "a\u{7}", &"x".repeat(129)] {
            assert!(Glob::new(pattern).is_err(), "{pattern:?}");
        }
    }

    #[test]
    fn a_crafted_pattern_and_name_stay_cheap() {
        let pattern = Glob::new(&"a*".repeat(60)).unwrap();
        assert!(!pattern.matches(&format!("{}b", "b".repeat(1_000_000))));
    }
}
