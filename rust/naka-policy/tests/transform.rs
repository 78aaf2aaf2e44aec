//! Properties of masks and tokens on any bytes.

use naka_policy::{Keys, mask, token};
use proptest::prelude::*;

fn masked(text: &[u8], keep_last: u8) -> Vec<u8> {
    let mut out = Vec::new();
    mask(text, keep_last, &mut out);
    out
}

proptest! {
    #[test]
    fn masking_twice_is_masking_once(text in prop::collection::vec(any::<u8>(), 0..80), keep_last in 0_u8..12) {
        let once = masked(&text, keep_last);
        prop_assert_eq!(&masked(&once, keep_last), &once);
    }

    #[test]
    fn a_mask_keeps_characters_in_number_and_separators_in_place(text in "[a-zA-Z0-9 @./+-]{0,40}|\\PC{0,20}", keep_last in 0_u8..12) {
        let once = String::from_utf8(masked(text.as_bytes(), keep_last)).unwrap();
        prop_assert_eq!(once.chars().count(), text.chars().count());
        let hidden = once.chars().zip(text.chars()).filter(|(new, old)| new != old).count();
        let letters = text.chars().filter(|c| !c.is_whitespace() && (!c.is_ascii() || c.is_ascii_alphanumeric())).count();
        prop_assert!(hidden <= letters);
        for (new, old) in once.chars().zip(text.chars()) {
            prop_assert!(new == old || new == 'X');
        }
    }

    #[test]
    fn a_mask_shows_at_most_half_and_at_most_keep_last(digits in "[0-9]{1,30}", keep_last in 0_u8..40) {
        let once = String::from_utf8(masked(digits.as_bytes(), keep_last)).unwrap();
        let shown = once.chars().filter(char::is_ascii_digit).count();
        prop_assert!(shown <= usize::from(keep_last) && shown <= digits.len() / 2);
        prop_assert!(digits.ends_with(&once[once.len() - shown..]));
    }

    #[test]
    fn a_token_has_its_shape_for_any_value(value in prop::collection::vec(any::<u8>(), 0..80), entity in "[A-Z][A-Z0-9_]{1,63}") {
        let keys = Keys::derive(&[1; 32], "t", "p", 0).unwrap();
        let mut out = b"before ".to_vec();
        prop_assert!(keys.token(&entity, &value, &mut out));
        out.extend_from_slice(b" after");
        let spans: Vec<_> = token::spans(&out, |name| name == entity).collect();
        prop_assert_eq!(spans, vec![7..7 + entity.len() + token::DIGEST_CHARS + 3]);
    }

    #[test]
    fn looking_for_tokens_never_panics(text in prop::collection::vec(prop::sample::select(b"<>:A2IN_".to_vec()), 0..60)) {
        for span in token::spans(&text, |_| true) {
            prop_assert!(text[span.start] == b'<' && text[span.end - 1] == b'>');
        }
    }
}
