//! The canonical value of a finding: what tokens, tags and exemptions are computed from.
//! `5109 8027 4087`, `5109-8027-4087` and `५१०९ ८०२७ ४०८७` give the same bytes.

use serde::Deserialize;

/// How the value of an entity is made canonical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Normal {
    /// Letters and digits only, upper case.
    #[default]
    Compact,
    /// Ten digits of a national number, without `+91`, `0091`, `91` or `0`.
    Phone,
    /// ASCII lower case, no spaces: e-mail and UPI addresses.
    Lower,
    /// Words in lower case, one space between them: names and postal addresses.
    Words,
    /// As it stands: secrets.
    Exact,
}

/// Appends the canonical form of a folded value to `out`.
pub(crate) fn normalize(how: Normal, folded: &[u8], out: &mut Vec<u8>) {
    match how {
        Normal::Exact => out.extend_from_slice(folded),
        Normal::Lower => out.extend(
            folded
                .iter()
                .filter(|c| !c.is_ascii_whitespace())
                .map(u8::to_ascii_lowercase),
        ),
        Normal::Compact => out.extend(
            folded
                .iter()
                .filter(|c| c.is_ascii_alphanumeric() || **c >= 0x80)
                .map(u8::to_ascii_uppercase),
        ),
        Normal::Words => {
            let from = out.len();
            for word in folded
                .split(|c| c.is_ascii_whitespace() || matches!(c, b',' | b';'))
                .filter(|w| !w.is_empty())
            {
                if out.len() > from {
                    out.push(b' ');
                }
                out.extend(word.iter().map(u8::to_ascii_lowercase));
            }
        }
        Normal::Phone => {
            let digits: Vec<u8> = folded.iter().copied().filter(u8::is_ascii_digit).collect();
            let national = [&b"0091"[..], b"91", b"0"]
                .iter()
                .find_map(|p| digits.strip_prefix(*p).filter(|rest| rest.len() == 10));
            out.extend_from_slice(national.unwrap_or(&digits));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(how: Normal, text: &str) -> String {
        let mut out = Vec::new();
        normalize(how, text.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn spellings_of_one_value_agree() {
        for text in ["5109 8027 4087", "5109-8027-4087", "510980274087"] {
            assert_eq!(of(Normal::Compact, text), "510980274087");
        }
        for text in [
            "+91 98123 45670",
            "09812345670",
            "0091-9812345670",
            "9812345670",
            "(+91) 98123-45670",
            "919812345670",
        ] {
            assert_eq!(of(Normal::Phone, text), "9812345670", "{text}");
        }
        assert_eq!(of(Normal::Phone, "9112345670"), "9112345670");
        assert_eq!(of(Normal::Lower, "Q.Mehta21@OkAxis"), "q.mehta21@okaxis");
        assert_eq!(of(Normal::Words, " Flat 4,  MG Road "), "flat 4 mg road");
        assert_eq!(of(Normal::Exact, "Ab c"), "Ab c");
    }
}
