//! Texts out of the fuzzer's bytes, for all targets of this crate.

use std::sync::LazyLock;

/// Every example and context word of the rule files: bytes drawn one by one seldom make a check digit.
pub static PIECES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../rules");
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = files.map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut pieces = Vec::new();
    for file in files {
        let rule: toml::Table = std::fs::read_to_string(file).expect("readable").parse().expect("TOML");
        let words = rule.get("context").and_then(|context| context.get("words"));
        for list in [rule.get("match"), rule.get("no_match"), words] {
            let list = list.and_then(toml::Value::as_array).into_iter().flatten();
            pieces.extend(list.filter_map(toml::Value::as_str).map(str::to_owned));
        }
    }
    assert!(pieces.len() > 500, "the examples of the rules");
    pieces
});

/// At most `most` bytes: those given as they are, or, when the first says so, as a recipe: pieces of rule files between bytes.
pub fn text(input: &[u8], most: usize) -> Vec<u8> {
    let Some((&how, rest)) = input.split_first() else {
        return Vec::new();
    };
    let mut text = Vec::new();
    if how & 1 == 0 {
        text.extend_from_slice(rest);
    } else {
        for step in rest.chunks_exact(4) {
            let piece = &PIECES[usize::from(u16::from_le_bytes([step[0], step[1]])) % PIECES.len()];
            match step[2] & 7 {
                0 => text.extend(piece.bytes().map(|byte| if byte == b' ' { b'-' } else { byte })),
                1 => text.extend(piece.bytes().filter(|&byte| byte != b' ' && byte != b'-')),
                2 => text.extend(piece.to_uppercase().bytes()),
                3 => text.extend(piece.chars().flat_map(|c| in_devanagari(c).to_string().into_bytes())),
                4 => text.extend(&piece.as_bytes()[..usize::from(step[3]) % (piece.len() + 1)]),
                _ => text.extend(piece.bytes()),
            }
            text.push(step[3]);
        }
    }
    text.truncate(most);
    text
}

fn in_devanagari(c: char) -> char {
    c.to_digit(10)
        .and_then(|digit| char::from_u32(0x966 + digit))
        .unwrap_or(c)
}
