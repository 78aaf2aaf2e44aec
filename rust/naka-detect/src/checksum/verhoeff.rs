//! Verhoeff check digit: the last digit of an Aadhaar number and of an Aadhaar virtual id.
//! Catches every single wrong digit and every swap of two neighbours.
//! Takes ASCII digits only; fold other scripts first.
//! Source: J. Verhoeff, *Error Detecting Decimal Codes*, 1969.
//! Cost: two table reads per digit.
//!
//! ```
//! use naka_detect::checksum::verhoeff;
//! assert!(verhoeff::is_valid(b"510980274087"));
//! assert!(!verhoeff::is_valid(b"510980274088"));
//! ```

/// Multiplication in the dihedral group D5, row times column.
const D: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// The position-dependent permutation, repeating every eight places.
const P: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

/// The inverse of each element of D5.
const INVERSE: [u8; 10] = [0, 4, 3, 2, 1, 5, 6, 7, 8, 9];

/// True when the last digit is the check digit of those before it. False for an empty text and for anything but digits.
#[must_use]
pub fn is_valid(digits: &[u8]) -> bool {
    !digits.is_empty() && sum(digits, 0) == Some(0)
}

/// The digit (as ASCII) that makes `digits` valid when appended; `None` when there are other bytes than digits.
#[must_use]
pub fn check_digit(digits: &[u8]) -> Option<u8> {
    Some(b'0' + INVERSE[usize::from(sum(digits, 1)?)])
}

fn sum(digits: &[u8], first_place: usize) -> Option<u8> {
    let mut c = 0u8;
    for (i, &digit) in digits.iter().rev().enumerate() {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        c = D[usize::from(c)][usize::from(P[(i + first_place) % 8][usize::from(value)])];
    }
    Some(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_hold() {
        for good in ["2363", "123451", "510980274087", "6020487676986351"] {
            assert!(is_valid(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            "123456",
            "510980274088",
            "510982074087",
            "6020487676986352",
            "51098027408x",
        ] {
            assert!(!is_valid(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn the_check_digit_makes_a_number_valid() {
        assert_eq!(check_digit(b"51098027408"), Some(b'7'));
        assert_eq!(check_digit(b"5109802740x"), None);
    }

    #[test]
    fn every_wrong_digit_and_every_swap_of_neighbours_is_caught() {
        let good = *b"510980274087";
        for i in 0..good.len() {
            for wrong in b'0'..=b'9' {
                let mut bad = good;
                bad[i] = wrong;
                assert_eq!(is_valid(&bad), bad == good);
            }
            if i > 0 && good[i] != good[i - 1] {
                let mut bad = good;
                bad.swap(i, i - 1);
                assert!(!is_valid(&bad));
            }
        }
    }
}
