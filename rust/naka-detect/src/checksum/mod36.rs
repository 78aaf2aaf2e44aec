//! The 15th character of a GSTIN: Luhn in base 36 over the fourteen before it.
//! Source: GST Network, structure of GSTIN; the same arithmetic as python-stdnum's `in_.gstin`.
//!
//! ```
//! use naka_detect::checksum::mod36;
//! assert!(mod36::is_valid(b"27QWEPK4821M1ZU"));
//! assert!(!mod36::is_valid(b"27QWEPK4821M1ZV"));
//! ```

/// True when the last character is the check character of those before it. Letters of either case count.
#[must_use]
pub fn is_valid(text: &[u8]) -> bool {
    match text.split_last() {
        Some((&last, rest)) if !rest.is_empty() => check_character(rest) == Some(last.to_ascii_uppercase()),
        _ => false,
    }
}

/// The check character (upper case) of `text`; `None` when there are other bytes than letters and digits.
#[must_use]
pub fn check_character(text: &[u8]) -> Option<u8> {
    let mut total = 0u32;
    for (i, &c) in text.iter().enumerate() {
        let product = value(c)? * if i % 2 == 0 { 1 } else { 2 };
        total += product / 36 + product % 36;
    }
    let check = ((36 - total % 36) % 36) as u8;
    Some(if check < 10 { b'0' + check } else { b'A' + check - 10 })
}

fn value(c: u8) -> Option<u32> {
    (c as char).to_digit(36)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_hold_and_their_neighbours_do_not() {
        for good in [
            "27QWEPK4821M1ZU",
            "38ZXCFT7093D2ZY",
            "09LKJCV5566BAZY",
            "27qwepk4821m1zu",
        ] {
            assert!(is_valid(good.as_bytes()), "{good}");
        }
        for bad in ["", "U", "27QWEPK4821M1ZV", "27QWEPK4821M1Z-"] {
            assert!(!is_valid(bad.as_bytes()), "{bad}");
        }
        assert_eq!(check_character(b"27QWEPK4821M1Z"), Some(b'U'));
    }
}
