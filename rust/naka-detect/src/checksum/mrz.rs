//! Check digits of a machine-readable zone: weights 7, 3, 1 repeated, sum modulo 10; `<` counts 0, letters 10 to 35.
//! Source: ICAO Doc 9303, part 3, section 4.9, and part 4 for the two-line passport form.

/// The check digit (0 to 9) of a field; `None` when a byte cannot stand in a machine-readable zone.
#[must_use]
pub fn check_digit(field: &[u8]) -> Option<u8> {
    let mut total = 0u32;
    for (i, &c) in field.iter().enumerate() {
        let value = match c {
            b'0'..=b'9' => u32::from(c - b'0'),
            b'A'..=b'Z' => u32::from(c - b'A') + 10,
            b'<' => 0,
            _ => return None,
        };
        total += value * [7, 3, 1][i % 3];
    }
    Some((total % 10) as u8)
}

/// True when the second line (44 characters) of a passport's zone holds its four check digits:
/// document number, birth date, expiry date and the composite. An empty optional field may have `<` as its digit.
#[must_use]
pub fn passport_line_is_valid(line: &[u8]) -> bool {
    if line.len() != 44 {
        return false;
    }
    let holds = |field: &[u8], digit: u8| check_digit(field) == Some(digit.wrapping_sub(b'0'));
    let optional = line[42] == b'<' && line[28..42].iter().all(|&c| c == b'<') || holds(&line[28..42], line[42]);
    let mut composite = [0u8; 39];
    composite[..10].copy_from_slice(&line[..10]);
    composite[10..17].copy_from_slice(&line[13..20]);
    composite[17..].copy_from_slice(&line[21..43]);
    holds(&line[..9], line[9])
        && holds(&line[13..19], line[19])
        && holds(&line[21..27], line[27])
        && optional
        && holds(&composite, line[43])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specimen_of_icao_doc_9303_holds() {
        let line = b"L898902C36UTO7408122F1204159ZE184226B<<<<<10";
        assert!(passport_line_is_valid(line));
        for i in [0, 9, 15, 19, 23, 27, 30, 43] {
            let mut bad = *line;
            bad[i] = if bad[i] == b'7' { b'8' } else { b'7' };
            assert!(!passport_line_is_valid(&bad), "changed byte {i}");
        }
        assert!(!passport_line_is_valid(&line[..43]));
    }

    #[test]
    fn bytes_outside_the_alphabet_have_no_check_digit() {
        assert_eq!(check_digit(b"AB2134<<<"), Some(5));
        assert_eq!(check_digit(b"ab2134"), None);
    }
}
