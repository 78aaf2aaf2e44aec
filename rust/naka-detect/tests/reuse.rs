//! What a thread's memory kept of an earlier text says nothing about the next one.

use naka_detect::{Detector, Finding, Scratch};

fn scan(text: &str, scratch: &mut Scratch) -> Vec<Finding> {
    let mut found = Vec::new();
    Detector::shared().scan(text.as_bytes(), None, scratch, &mut found);
    found
}

#[test]
fn a_number_at_the_end_of_a_text_of_any_length_is_judged_by_its_own_words() {
    let earlier = "mera aadhaar, my mobile number, order id, pan card, account no, card no: ".repeat(40);
    let mut scratch = Scratch::default();
    for number in [
        "5109 8027 4087",
        "9812345670",
        "QWEPK4821M",
        "4192520636070481",
        "q.mehta21@okaxis",
    ] {
        for before in 0..200 {
            let words = "card mobile pan aadhaar upi order ";
            let text = format!("{words}{}{number}", "x ".repeat(before / 2) + &" ".repeat(before % 2));
            scan(&earlier, &mut scratch);
            assert_eq!(
                scan(&text, &mut scratch),
                scan(&text, &mut Scratch::default()),
                "{} bytes",
                text.len()
            );
        }
    }
}
