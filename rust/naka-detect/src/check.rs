//! The functions a rule may name in `check` (must hold) and `boost` (adds evidence).
//! Each takes the match without separators and in upper case; pure, no allocation.

use crate::checksum::{luhn, mod36, verhoeff};

/// A named test of a match.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Check {
    pub(crate) test: fn(&Compact) -> bool,
    /// True for check digits: a match that holds one carries `Evidence::CHECKSUM`.
    pub(crate) arithmetic: bool,
}

/// A match without separators, upper case: what check digits and tables are computed on.
#[derive(Debug)]
pub(crate) struct Compact {
    bytes: [u8; Self::MAX],
    len: usize,
}

impl Compact {
    const MAX: usize = 64;

    /// Keeps letters and digits; `None` when there are more than 64 of them.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        let mut compact = Self {
            bytes: [0; Self::MAX],
            len: 0,
        };
        for &c in text {
            if c.is_ascii_alphanumeric() {
                *compact.bytes.get_mut(compact.len)? = c.to_ascii_uppercase();
                compact.len += 1;
            }
        }
        Some(compact)
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The function of that name.
pub(crate) fn by_name(name: &str) -> Option<Check> {
    let digit = |test| Check { test, arithmetic: true };
    let shape = |test| Check {
        test,
        arithmetic: false,
    };
    Some(match name {
        "verhoeff" => digit(|c| verhoeff::is_valid(c.as_slice())),
        "aadhaar_spread" => digit(|c| c.as_slice().len() == 12 && verhoeff::is_valid(c.as_slice())),
        "luhn" => digit(|c| luhn::is_valid(c.as_slice())),
        "gstin" => digit(|c| mod36::is_valid(c.as_slice())),
        "card" => digit(|c| is_card(c.as_slice())),
        "pan_serial" => shape(|c| c.as_slice().get(5..9).is_some_and(|serial| serial != b"0000")),
        "varied" => shape(|c| is_varied(c.as_slice())),
        "account_length" => shape(|c| (9..=18).contains(&c.as_slice().len()) && is_varied(c.as_slice())),
        "utr_length" => shape(|c| matches!(c.as_slice().len(), 16 | 22)),
        "luhn_digits" => digit(|c| c.as_slice().get(3..).is_some_and(luhn::is_valid)),
        "plate_number" => shape(|c| !c.as_slice().ends_with(b"0000")),
        "ration_length" => shape(|c| (10..=16).contains(&c.as_slice().len()) && is_varied(c.as_slice())),
        "landline" => shape(|c| is_landline(c.as_slice())),
        "eight" => shape(|c| c.as_slice().len() == 8),
        "twelve" => shape(|c| c.as_slice().len() == 12),
        _ => return None,
    })
}

/// Luhn, and more than two different digits: `0000 0000 0000 0000` holds Luhn too.
fn is_card(digits: &[u8]) -> bool {
    let seen = digits.iter().fold(0u16, |set, &d| set | 1 << (d & 15));
    seen.count_ones() > 2 && luhn::is_valid(digits)
}

/// Ten digits without the zero of trunk calls.
fn is_landline(digits: &[u8]) -> bool {
    digits.strip_prefix(b"0").unwrap_or(digits).len() == 10
}

/// More than one different character: `111111111` is a placeholder, not a number that anyone has.
fn is_varied(value: &[u8]) -> bool {
    value.iter().any(|c| *c != value[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(name: &str, text: &str) -> bool {
        (by_name(name).unwrap().test)(&Compact::new(text.as_bytes()).unwrap())
    }

    #[test]
    fn separators_and_case_do_not_matter() {
        assert!(holds("verhoeff", "5109 8027-4087"));
        assert!(holds("gstin", "27 qwepk4821m 1zu"));
        assert!(holds("pan_serial", "qwepk 4821 m"));
        assert!(!holds("pan_serial", "QWEPK0000M"));
        assert!(holds("card", "4192 5206 3607 0481"));
        assert!(!holds("card", "0000 0000 0000 0000"));
    }

    #[test]
    fn placeholders_and_wrong_lengths_are_told() {
        assert!(holds("varied", "100000001"));
        assert!(!holds("varied", "111-111-111"));
        assert!(holds("account_length", "5020 0048 2133 77"));
        assert!(!holds("account_length", "5020 0048"));
        assert!(!holds("account_length", "5020 0048 2133 7714 821"));
        assert!(holds("utr_length", "SBIN324123456789"));
        assert!(!holds("utr_length", "SBIN3241234567891"));
        assert!(holds("landline", "02223456789") && holds("landline", "2223456789"));
        assert!(!holds("landline", "0222345678"));
    }

    #[test]
    fn an_unknown_name_is_told() {
        assert!(by_name("md5").is_none());
        assert!(Compact::new(&[b'1'; 65]).is_none());
    }
}
