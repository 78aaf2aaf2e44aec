//! The reader held against `serde_json`: the same texts are JSON, with the same tokens and values.

use proptest::prelude::*;
use serde_json::Value;

use super::{Failed, Ignore, Quoted, Sink, Syntax, decode, escape, parse};

/// Builds a tree out of the tokens, the way a reader would.
#[derive(Default)]
struct Tree<'t> {
    text: &'t [u8],
    open: Vec<(Value, Option<String>)>,
    key: Option<String>,
    root: Option<Value>,
    keys: usize,
}

impl Tree<'_> {
    fn add(&mut self, value: Value) {
        match self.open.last_mut() {
            None => self.root = Some(value),
            Some((Value::Array(items), _)) => items.push(value),
            Some((Value::Object(members), _)) => {
                members.insert(self.key.take().unwrap(), value);
            }
            Some(_) => unreachable!(),
        }
    }

    fn string_of(&self, quoted: Quoted) -> String {
        let raw = &self.text[quoted.start..quoted.end];
        let mut decoded = Vec::new();
        decode(raw, &mut decoded);
        assert_eq!(quoted.escaped, raw.contains(&b'\\'));
        if !quoted.escaped {
            assert_eq!(decoded, raw);
        }
        String::from_utf8(decoded).unwrap()
    }
}

impl Sink for Tree<'_> {
    type Error = ();
    fn open(&mut self, object: bool, at: usize) -> Result<(), ()> {
        assert_eq!(self.text[at], if object { b'{' } else { b'[' });
        let empty = if object {
            Value::Object(Default::default())
        } else {
            Value::Array(Vec::new())
        };
        let key = self.key.take();
        self.open.push((empty, key));
        Ok(())
    }
    fn close(&mut self, object: bool, end: usize) -> Result<(), ()> {
        assert_eq!(self.text[end - 1], if object { b'}' } else { b']' });
        let (value, key) = self.open.pop().unwrap();
        self.key = key;
        self.add(value);
        Ok(())
    }
    fn key(&mut self, key: Quoted) -> Result<(), ()> {
        self.keys += 1;
        self.key = Some(self.string_of(key));
        Ok(())
    }
    fn string(&mut self, value: Quoted) -> Result<(), ()> {
        let value = self.string_of(value);
        self.add(Value::String(value));
        Ok(())
    }
    fn number(&mut self, start: usize, end: usize) -> Result<(), ()> {
        self.add(serde_json::from_slice(&self.text[start..end]).unwrap());
        Ok(())
    }
    fn literal(&mut self, start: usize, end: usize) -> Result<(), ()> {
        self.add(serde_json::from_slice(&self.text[start..end]).unwrap());
        Ok(())
    }
}

fn read(text: &[u8]) -> Option<Value> {
    let mut tree = Tree {
        text,
        ..Tree::default()
    };
    parse(text, 128, &mut tree).ok()?;
    tree.root
}

/// Any JSON value, with strings that need escapes.
pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9f64).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[ -~\\n\\t\"\\\\/\u{0}-\u{1f}\u{966}-\u{96f}😀]{0,40}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn values_come_out_as_serde_json_wrote_them(value in any_value(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_vec_pretty(&value) } else { serde_json::to_vec(&value) }.unwrap();
        // Reading floats back is serde_json's own affair: both read the same text.
        prop_assert_eq!(read(&text), Some(serde_json::from_slice(&text).unwrap()));
    }

    #[test]
    fn one_changed_byte_is_accepted_by_both_or_neither(value in any_value(), at in any::<prop::sample::Index>(), byte in 0x20u8..0x7f) {
        let mut text = serde_json::to_vec(&value).unwrap();
        let at = at.index(text.len());
        if text[at].is_ascii() {
            text[at] = byte;
        }
        prop_assert_eq!(parse(&text, 128, &mut Ignore).is_ok(), accepted(&text), "{}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn json_like_text_is_accepted_by_both_or_neither(text in r#"([{}\[\],:" ]|\\|\\u|"[a-z]{0,3}"|-|0|1|[0-9]{1,3}|\.|e|E|\+|true|false|null|tru|[dD][89a-f][0-9]{2}|\n|\x01){0,24}"#) {
        prop_assert_eq!(parse(text.as_bytes(), 128, &mut Ignore).is_ok(), accepted(text.as_bytes()));
    }

    #[test]
    fn any_bytes_are_accepted_by_both_or_neither(text in prop::collection::vec(any::<u8>(), 0..64)) {
        prop_assert_eq!(parse(&text, 128, &mut Ignore).is_ok(), accepted(&text));
    }

    #[test]
    fn escaped_text_reads_back(text in any::<String>()) {
        let mut json = vec![b'"'];
        escape(text.as_bytes(), &mut json);
        json.push(b'"');
        prop_assert_eq!(read(&json), Some(Value::from(text)));
    }
}

/// By the grammar alone: lone surrogates and bytes that are not UTF-8 are let through, as in this crate.
fn accepted(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

#[test]
fn half_a_surrogate_pair_reads_as_the_replacement_character() {
    for (json, text) in [
        (r#""\ud83d\ude00""#, "😀"),
        (r#""a\ud83d""#, "a\u{fffd}"),
        (r#""\ude00b""#, "\u{fffd}b"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
        (r#""\uD83D x""#, "\u{fffd} x"),
        (r#""\u0000\u00e9\u0967""#, "\0é१"),
    ] {
        assert_eq!(read(json.as_bytes()), Some(Value::from(text)), "{json}");
    }
}

#[test]
fn depth_is_counted_and_not_recursed() {
    let deep = |depth: usize| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert_eq!(parse(&deep(128), 128, &mut Ignore), Ok(()));
    assert_eq!(
        parse(&deep(129), 128, &mut Ignore),
        Err(Failed::Syntax(Syntax::TooDeep))
    );
    assert_eq!(parse(&deep(1_000_000), usize::MAX, &mut Ignore), Ok(()));
}

#[test]
fn an_error_names_the_end_of_the_last_good_token() {
    for (text, after) in [
        (r#"{"a":1,}"#, 6),
        (r#"{"a" 1}"#, 0),
        (r#"{"a":01}"#, 5),
        (r#"{"a":"bc"#, 5),
        (r#"{"a":1} x"#, 7),
        (r#"["a\q"]"#, 1),
        ("[1,2", 4),
        ("", 0),
        ("'a'", 0),
    ] {
        let failed = Err(Failed::Syntax(Syntax::Wrong { after }));
        assert_eq!(parse(text.as_bytes(), 128, &mut Ignore), failed, "{text}");
    }
}

#[test]
fn every_duplicate_is_reported() {
    let text = br#"{"a":1,"a":{"a":2,"a":3}}"#;
    let mut tree = Tree {
        text,
        ..Tree::default()
    };
    parse(text, 128, &mut tree).unwrap();
    assert_eq!(tree.keys, 4);
}

#[test]
fn specials_are_found_at_every_place_of_a_block() {
    for length in 0..100 {
        for special in [&b"\\n"[..], b"\x1f", b"\""] {
            let mut text = vec![b'"'];
            text.extend(std::iter::repeat_n(b'x', length));
            text.extend_from_slice(special);
            text.extend_from_slice(b"yy\"");
            assert_eq!(parse(&text, 1, &mut Ignore).is_ok(), accepted(&text), "{length}");
        }
    }
}
