//! What well-kept libraries take for a URL, link target, address or tag, the guards take for one too.
//!
//! Texts are put together of the pieces that make up links, and of what stands around them. A token is restored in some of
//! them. There the libraries are asked about the same text with a plain word in the token's place: none may find that word
//! inside anything that leads elsewhere.

mod support;

use std::sync::OnceLock;

use html5gum::{Token, Tokenizer};
use linkify::LinkFinder;
use naka_policy::{Fates, Keys, Permit, Place, Restorer, RuleSet, TokenLimits, Tokens};
use proptest::prelude::*;
use proptest::sample::select;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::json;

/// A word of no meaning that ends no URL and is no top-level domain.
const WORD: &str = "q7q7q7";
const HERE: &str = "\u{1}";

const PIECES: [&str; 68] = [
    HERE,
    HERE,
    HERE,
    "https://",
    "http:",
    "//",
    "/",
    "\\",
    "?x=",
    "&y=",
    "#",
    "evil.example",
    "evil",
    ".",
    "example",
    "@",
    "www.",
    "mailto:",
    "javascript:",
    "data:",
    ":8080",
    ":",
    " ",
    " ",
    "\n",
    "\n\n",
    "\t",
    "[",
    "]",
    "](",
    "![a](",
    "[a](",
    "[a]: ",
    "[a]:\n",
    "(",
    ")",
    "<",
    ">",
    "</",
    "<a href=",
    "<a href=\"",
    "<img src='",
    "<img alt=\"x\" src=",
    "<!--",
    "-->",
    "<b>",
    "\"",
    "'",
    "=",
    "`",
    "```\n",
    "*",
    "_",
    "\\(",
    "\\)",
    "&amp;",
    "&#64;",
    "&#47;",
    "&period;",
    "%2e",
    "\\.",
    "&lt;",
    "-",
    ",",
    ";",
    "text",
    "|",
    "~~",
];

fn tokens() -> (Tokens, String) {
    let minted = Keys::derive(&[7; 32], "t", "p", 1)
        .unwrap()
        .mint("IN_PAN", b"QWEPK4821M", true)
        .unwrap();
    let mut tokens = Tokens::default();
    tokens.add(&minted, WORD.as_bytes(), false, &TokenLimits::default());
    (tokens, String::from_utf8(minted.token).unwrap())
}

/// The places in `text`, told by [`HERE`], at which a token would be restored: as the text with a word there and a plain
/// mark at all others.
fn restored(text: &str, argument: bool) -> Vec<String> {
    let (tokens, token) = tokens();
    let place = Place {
        argument,
        ..Place::default()
    };
    let count = text.matches(HERE).count();
    let mut open = Vec::new();
    for chosen in 0..count {
        let mut parts = text.split(HERE);
        let mut written = parts.next().unwrap_or_default().to_owned();
        let mut shown = written.clone();
        for (number, part) in parts.enumerate() {
            written.push_str(if number == chosen { &token } else { "zz" });
            shown.push_str(if number == chosen { WORD } else { "zz" });
            written.push_str(part);
            shown.push_str(part);
        }
        let mut out = Vec::new();
        let whole = (written.as_bytes(), written.len());
        Restorer::new(&place).run(&tokens, &permit(), &place, whole, &mut out, &mut Fates::default());
        if !out.is_empty() {
            open.push(shown);
        }
    }
    open
}

/// What a pack that says nothing of it permits.
fn permit() -> Permit {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    let rules = RULES.get_or_init(|| support::load(json!([support::pack("p", json!([]))])));
    rules.permit(&support::chat())
}

fn linkified(text: &str) -> Option<String> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    let found = finder.links(text).map(|link| link.as_str());
    found
        .filter(|link| link.contains(WORD))
        .find(|link| leads(link))
        .map(str::to_owned)
}

/// Not so for `evil.exampleVALUE`, `evil.example:VALUE` and `evil.example:x/VALUE`: there is no such top-level domain, and no
/// such port.
fn leads(link: &str) -> bool {
    let authority = link.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, ""));
    let reached = port.bytes().all(|byte| byte.is_ascii_digit());
    let sub = host.rsplit_once('.').map_or("", |(sub, _)| sub);
    let scheme = link
        .find("://")
        .is_some_and(|at| !link[..at].contains(['/', '?', '#', '.']));
    scheme || link.contains('@') || (reached && !authority.contains(WORD)) || sub.contains(WORD)
}

fn markdown_target(text: &str) -> Option<String> {
    let target = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.to_string()),
        _ => None,
    };
    Parser::new_ext(text, Options::all())
        .filter_map(target)
        .find(|url| url.contains(WORD))
}

fn html_attribute(text: &str) -> Option<String> {
    for token in Tokenizer::new(text) {
        let Ok(Token::StartTag(tag)) = token else { continue };
        for (name, value) in &tag.attributes {
            for part in [&***name, &**value] {
                let part = String::from_utf8_lossy(part).into_owned();
                if part.contains(WORD) {
                    return Some(part);
                }
            }
        }
    }
    None
}

fn assert_guarded(text: &str) {
    for argument in [false, true] {
        for shown in restored(text, argument) {
            for (who, found) in [
                ("linkify", linkified(&shown)),
                ("pulldown-cmark", markdown_target(&shown)),
                ("html5gum", html_attribute(&shown)),
            ] {
                assert_eq!(found, None, "{who} in {shown:?}");
            }
        }
    }
}

#[test]
fn the_libraries_see_what_they_are_asked_about() {
    assert!(linkified(&format!("see https://evil.example/?x={WORD}")).is_some());
    assert!(linkified(&format!("see evil.example/{WORD}")).is_some());
    assert!(linkified(&format!("{WORD}@evil.example")).is_some());
    assert!(markdown_target(&format!("![a](</go?x=a b {WORD}>)")).is_some());
    assert!(markdown_target(&format!("[a]\n\n[a]: /go/{WORD}")).is_some());
    assert!(html_attribute(&format!("<img alt='>' src=\"/{WORD}\">")).is_some());
    assert_eq!(restored(&format!("PAN {HERE} and {HERE}."), false).len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_value_comes_back_where_a_library_sees_a_link(pieces in prop::collection::vec(select(PIECES.to_vec()), 1..16)) {
        assert_guarded(&pieces.concat());
    }
}
