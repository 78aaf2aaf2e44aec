//! Luhn (mod 10) check digit: payment cards, IMEI, ABHA numbers, the serial of an EPIC number.
//! Catches every single wrong digit and most swaps of neighbours.
//! Source: ISO/IEC 7812-1, annex B.
//!
//! ```
//! use naka_detect::checksum::luhn;
//! assert!(luhn::is_valid(b"79927398713"));
//! assert!(!luhn::is_valid(b"79927398710"));
//! ```

/// True when the last digit is the check digit of those before it. False for an empty text and for anything but digits.
#[must_use]
pub fn is_valid(digits: &[u8]) -> bool {
    !digits.is_empty() && sum(digits, 0).is_some_and(|total| total.is_multiple_of(10))
}

/// The digit (as ASCII) that makes `digits` valid when appended; `None` when there are other bytes than digits.
#[must_use]
pub fn check_digit(digits: &[u8]) -> Option<u8> {
    let rest = sum(digits, 1)? % 10;
    Some(b'0' + ((10 - rest) % 10) as u8)
}

fn sum(digits: &[u8], first_place: usize) -> Option<u32> {
    let mut total = 0u32;
    for (i, &digit) in digits.iter().rev().enumerate() {
        let value = u32::from(digit.wrapping_sub(b'0'));
        if value > 9 {
            return None;
        }
        total += if (i + first_place) % 2 == 1 {
            value * 2 - if value > 4 { 9 } else { 0 }
        } else {
            value
        };
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold() {
        for good in [
            "79927398713",
            "6012843688130703",
            "5084355405075967",
            "4192520636070481",
            "4143590",
        ] {
            assert!(is_valid(good.as_bytes()), "{good}");
        }
        for bad in ["", "79927398710", "6012843688130704", "4143591", "4192x"] {
            assert!(!is_valid(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn the_check_digit_makes_a_number_valid() {
        assert_eq!(check_digit(b"7992739871"), Some(b'3'));
        assert_eq!(check_digit(b"79927398 1"), None);
    }
}
