//! Streamed answers: what leaves, when, and what the record says.

mod support;

use naka_exchange::steps::{Input, State, next};
use naka_exchange::{BodyHead, BodyMode, Command, Coverage, Event, Reason, ResponseHead, Settings, Step};
use naka_policy::{Action, Direction};
use support::*;

fn streamed(content_type: &str) -> Event {
    Event::ResponseHeaders(ResponseHead {
        status: 200,
        body: BodyHead {
            content_type: content_type.to_owned().into(),
            ..BodyHead::default()
        },
    })
}

/// A shell whose answer has begun to stream.
fn flowing(rules: std::sync::Arc<naka_policy::RuleSet>) -> Shell {
    let mut shell = Shell::new(rules);
    shell.tell(chat());
    shell.tell(piece(said("hello"), true));
    let (edits, _, mode) = headers(shell.tell(streamed("text/event-stream")));
    let enforced = mode == BodyMode::FullDuplex;
    assert_eq!(edits.remove.contains(&"content-length"), enforced);
    assert_eq!(shell.exchange.flows(), enforced);
    shell
}

fn delta(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    format!(
        "data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":{text}}},\"finish_reason\":null}}]}}\n\n"
    )
}

fn arguments(text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    format!(
        "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":{text}}}}}]}}}}]}}\n\n"
    )
}

fn bytes(commands: &[Command]) -> Vec<u8> {
    sent(commands).unwrap_or_default()
}

/// Gives a stream in these pieces, and returns all that left.
fn through(shell: &mut Shell, pieces: &[&[u8]]) -> String {
    let mut out = Vec::new();
    for piece in pieces {
        out.extend(bytes(&shell.tell(answer_piece(piece.to_vec(), false))));
    }
    out.extend(bytes(&shell.tell(answer_piece("", true))));
    String::from_utf8(out).unwrap()
}

/// Text of the content, or of the arguments, of all events.
fn text(stream: &str, arguments: bool) -> String {
    let mut all = String::new();
    for data in stream.lines().filter_map(|line| line.strip_prefix("data: ")) {
        let Ok(event) = serde_json::from_str::<serde_json::Value>(data) else {
            continue;
        };
        let delta = &event["choices"][0]["delta"];
        let text = if arguments {
            &delta["tool_calls"][0]["function"]["arguments"]
        } else {
            &delta["content"]
        };
        all.push_str(text.as_str().unwrap_or_default());
    }
    all
}

#[test]
fn a_number_split_over_events_is_masked_and_no_event_is_added_or_removed() {
    let stream = [
        delta("mera aadhaar "),
        delta("5109"),
        delta(" 8027 40"),
        delta("87"),
        delta(" hai"),
        STOP.into(),
        DONE.into(),
    ]
    .concat();
    let mut shell = flowing(rules("Enforce", "Mask"));
    let got = through(&mut shell, &[stream.as_bytes()]);
    assert_eq!(text(&got, false), format!("mera aadhaar {MASKED} hai"));
    assert_eq!(got.matches("\n\n").count(), stream.matches("\n\n").count());
    assert!(got.starts_with(&delta("mera aadhaar ")) && got.ends_with(&[&delta(" hai"), STOP, DONE].concat()));
    let outcome = shell.outcomes.last().unwrap();
    assert_eq!(
        (outcome.direction, outcome.coverage),
        (Direction::Response, Coverage::Scanned)
    );
    assert_eq!(outcome.enforced, Action::Mask { keep_last: 4 });
    assert_eq!((outcome.entities.len(), outcome.entities[0].count), (1, 1));
    assert_eq!(
        outcome.paths.iter().map(|path| path.as_str()).collect::<Vec<_>>(),
        ["choices[0].delta.content"]
    );
    assert_eq!(outcome.bytes, stream.len() as u64);
    assert_eq!(shell.exchange.state(Direction::Response), State::Done);
    assert_eq!(shell.shared.budget.used(), 0);
}

#[test]
fn every_cut_of_the_text_and_of_the_bytes_gives_the_same_answer() {
    let said = format!("mera aadhaar {AADHAAR} hai, aur kya?");
    let cut = |at: usize| [delta(&said[..at]), delta(&said[at..]), STOP.into(), DONE.into()].concat();
    for at in 1..said.len() {
        let stream = cut(at);
        let mut shell = flowing(rules("Enforce", "Mask"));
        let got = through(&mut shell, &[stream.as_bytes()]);
        assert_eq!(text(&got, false), said.replace(AADHAAR, MASKED), "{at}");
    }
    let stream = cut(17);
    let whole = through(&mut flowing(rules("Enforce", "Mask")), &[stream.as_bytes()]);
    for size in [1, 2, 3, 7, 64] {
        let pieces: Vec<&[u8]> = stream.as_bytes().chunks(size).collect();
        assert_eq!(
            through(&mut flowing(rules("Enforce", "Mask")), &pieces),
            whole,
            "{size}"
        );
    }
    let letters: Vec<String> = said.chars().map(|letter| delta(&letter.to_string())).collect();
    let stream = [letters.concat(), STOP.into(), DONE.into()].concat();
    let got = through(&mut flowing(rules("Enforce", "Mask")), &[stream.as_bytes()]);
    assert_eq!(text(&got, false), said.replace(AADHAAR, MASKED));
}

#[test]
fn no_byte_of_a_masked_number_leaves_before_all_of_it_is_judged() {
    let mut shell = flowing(rules("Enforce", "Mask"));
    let mut out = Vec::new();
    for text in ["mera aadhaar ", "5109", " 8027", " 40", "87", " hai"] {
        out.extend(bytes(&shell.tell(answer_piece(delta(text), false))));
        let left = text_of(&out);
        assert!(!left.contains("5109") && !left.contains("8027"), "{left}");
    }
    out.extend(bytes(&shell.tell(answer_piece(STOP, false))));
    assert_eq!(
        text_of(&out),
        format!("mera aadhaar {MASKED} hai"),
        "the end of the choice lets all of it go"
    );
}

#[test]
fn a_number_split_over_parts_of_openrouters_reasoning_is_masked() {
    let part = |text: &str| {
        format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"reasoning_details\":[{{\"type\":\"reasoning.text\",\"text\":\"{text}\",\"index\":0}}]}}}}]}}\n\n"
        )
    };
    let mut shell = flowing(rules("Enforce", "Mask"));
    let got = through(
        &mut shell,
        &[[part("5109 80"), part("27 4087 hai"), DONE.into()].concat().as_bytes()],
    );
    assert!(got.contains("XXXX XXXX 4087") && !got.contains("5109"), "{got}");
}

#[test]
fn a_value_that_began_with_an_everyday_word_is_changed_from_there_on_and_counted() {
    let mut shell = flowing(rules_of(&[
        pack("Enforce", "Redact", "").replace("IN_AADHAAR", "EMAIL_ADDRESS")
    ]));
    let stream = [
        delta("we wrote to the"),
        delta("resa@example.in today"),
        STOP.into(),
        DONE.into(),
    ]
    .concat();
    let got = text(&through(&mut shell, &[stream.as_bytes()]), false);
    assert!(got.starts_with("we wrote to the") && !got.contains("resa@"), "{got}");
    let outcome = shell.outcomes.last().unwrap();
    assert_eq!(
        (outcome.coverage, outcome.reason),
        (Coverage::Partial, Some(Reason::Begun))
    );
}

fn text_of(out: &[u8]) -> String {
    text(std::str::from_utf8(out).unwrap(), false)
}

#[test]
fn events_without_findings_go_on_as_they_came_in_their_order() {
    let stream = [
        ": keep-alive\r\n\r\n",
        "event: x\r\ndata: {\"choices\" : [ {\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\n",
        &delta("hello "),
        &delta("wor\u{e4}ld"),
        "data: {\"choices\":[],\"usage\":{\"total_tokens\":12345678901}}\n\n",
        STOP,
        DONE,
    ]
    .concat();
    let got = through(&mut flowing(rules("Enforce", "Mask")), &[stream.as_bytes()]);
    assert_eq!(got, stream);
}

#[test]
fn in_shadow_every_piece_passes_at_once_and_what_would_be_is_on_record() {
    let stream = [
        delta("mera aadhaar 5109"),
        delta(" 8027 4087 hai"),
        STOP.into(),
        DONE.into(),
    ]
    .concat();
    let mut shell = flowing(rules("Shadow", "Mask"));
    for piece in stream.as_bytes().chunks(5) {
        let commands = shell.tell(answer_piece(piece.to_vec(), false));
        assert!(matches!(&commands[..], [Command::Body { replace: None, edits, .. }] if edits.is_empty()));
    }
    shell.tell(answer_piece("", true));
    let outcome = shell.outcomes.last().unwrap();
    assert_eq!(
        (outcome.enforced, outcome.would_be),
        (Action::Audit, Action::Mask { keep_last: 4 })
    );
    assert_eq!(outcome.coverage, Coverage::Scanned);
}

#[test]
fn tool_arguments_stay_json_however_they_are_cut() {
    let said = r#"{"note": "\u0906\u092a \"5109 8027 4087\"", "aadhaar": 510980274087, "n": 5}"#;
    for size in 1..said.len() {
        let letters: Vec<String> = said
            .as_bytes()
            .chunks(size)
            .map(|piece| arguments(std::str::from_utf8(piece).unwrap()))
            .collect();
        let stream = [letters.concat(), STOP.into(), DONE.into()].concat();
        let got = text(
            &through(&mut flowing(rules("Enforce", "Mask")), &[stream.as_bytes()]),
            true,
        );
        let parsed: serde_json::Value = serde_json::from_str(&got).unwrap_or_else(|why| panic!("{size} {why}: {got}"));
        assert_eq!(parsed["note"], "\u{906}\u{92a} \"XXXX XXXX 4087\"", "{size}");
        assert_eq!(parsed["aadhaar"], "XXXXXXXX4087", "{size}");
        assert_eq!(parsed["n"], 5);
    }
}

#[test]
fn a_block_ends_the_stream_with_the_providers_error_and_lets_nothing_of_it_go() {
    let mut shell = flowing(rules("Enforce", "Block"));
    let first = delta(&"words that say nothing. ".repeat(100));
    let mut out = bytes(&shell.tell(answer_piece(first, false)));
    let commands = shell.tell(answer_piece(
        [delta("aadhaar 5109 8027 4087 hai "), STOP.into()].concat(),
        false,
    ));
    assert!(matches!(commands.last(), Some(Command::Chunk { end: true, .. })));
    out.extend(bytes(&commands));
    let out = String::from_utf8(out).unwrap();
    assert!(!out.contains("5109"));
    let events: Vec<&str> = out.trim_end().split("\n\n").collect();
    let error = events[events.len() - 2].strip_prefix("data: ").unwrap();
    let error: serde_json::Value = serde_json::from_str(error).unwrap();
    assert_eq!(error["error"]["code"], "naka_blocked");
    assert!(error["error"]["message"].as_str().unwrap().contains("IN_AADHAAR"));
    assert_eq!(events.last(), Some(&"data: [DONE]"));
    assert_eq!(shell.exchange.state(Direction::Response), State::Ended);
    assert!(
        shell.tell(answer_piece(delta("more"), false)).is_empty(),
        "what follows is dropped"
    );
    assert!(shell.tell(answer_piece("", true)).is_empty());
    let outcome = shell.outcomes.last().unwrap();
    assert_eq!((outcome.enforced, outcome.rejected), (Action::Block, 403));
}

#[test]
fn a_client_that_goes_away_gets_nothing_that_waits() {
    let mut shell = flowing(rules("Enforce", "Mask"));
    shell.tell(answer_piece(delta("aadhaar 5109 80"), false));
    shell.commands.clear();
    shell.close();
    assert!(shell.commands.is_empty());
    let outcome = shell.outcomes.last().unwrap();
    assert_eq!(
        (outcome.coverage, outcome.reason),
        (Coverage::Partial, Some(Reason::Interrupted))
    );
    assert_eq!(shell.shared.budget.used(), 0);
}

#[test]
fn trailers_and_a_repeated_end_let_go_what_waits_once() {
    let mut shell = flowing(rules("Enforce", "Mask"));
    shell.tell(answer_piece(delta("aadhaar 5109 8027 4087"), false));
    let commands = shell.tell(Event::ResponseTrailers);
    assert_eq!(text_of(&bytes(&commands)), format!("aadhaar {MASKED}"));
    assert!(matches!(commands.last(), Some(Command::Trailers { .. })));
    assert!(matches!(&commands[0], Command::Chunk { end: false, .. }));

    let mut shell = flowing(rules("Enforce", "Mask"));
    shell.tell(answer_piece(delta("aadhaar 5109 8027 4087"), false));
    assert!(matches!(
        shell.tell(answer_piece("", true)).last(),
        Some(Command::Chunk { end: true, .. })
    ));
    assert!(shell.tell(answer_piece("", true)).is_empty());
    assert_eq!(
        shell
            .outcomes
            .iter()
            .filter(|outcome| outcome.direction == Direction::Response)
            .count(),
        1
    );
}

#[test]
fn an_event_without_its_last_line_end_is_read_too() {
    let mut shell = flowing(rules("Enforce", "Mask"));
    let stream = delta("aadhaar 5109 8027 4087");
    let got = through(&mut shell, &[stream.trim_end().as_bytes()]);
    assert_eq!(got, delta(&format!("aadhaar {MASKED}")).trim_end());
}

#[test]
fn an_event_over_the_limit_is_decided_by_the_policy() {
    let settings = Settings {
        max_event_bytes: 200,
        ..Settings::default()
    };
    for (handling, code) in [("Audit", None), ("Block", Some("naka_too_large"))] {
        let more = format!(r#""onUnscannable":"{handling}","#);
        let rules = rules_of(&[pack("Enforce", "Mask", &more)]);
        let mut shell = Shell::with(rules, shared(settings.clone(), 1 << 30));
        shell.tell(chat());
        shell.tell(piece(said("hello"), true));
        shell.tell(streamed("text/event-stream"));
        let stream = [delta("hello"), delta(&"x".repeat(300)), delta("bye")].concat();
        let got = through(&mut shell, &[stream.as_bytes()]);
        match code {
            None => assert_eq!(got, stream),
            Some(code) => assert!(
                got.contains(code) && !got.contains("xxx") && !got.contains("bye"),
                "{got}"
            ),
        }
        assert_eq!(shell.outcomes.last().unwrap().reason, Some(Reason::TooLarge));
    }
}

#[test]
fn channels_without_number_or_end_take_no_memory_without_end() {
    let mut shell = flowing(rules("Enforce", "Mask"));
    for index in 0..2000 {
        let event = delta("aadhaar 5109 80").replace("\"index\":0", &format!("\"index\":{index}"));
        shell.tell(answer_piece(event, false));
        assert!(shell.shared.budget.used() < 2 << 20, "{index}");
    }
    shell.tell(answer_piece("", true));
    assert_eq!(shell.outcomes.last().unwrap().reason, Some(Reason::Limits));
}

#[test]
fn a_stream_in_which_nothing_comes_for_too_long_is_cut_off() {
    let mut shell = flowing(rules("Enforce", "Mask"));
    shell.tell(answer_piece(delta("aadhaar 5109 80"), false));
    let mut step = Step::default();
    shell.exchange.expire(Direction::Response, &mut shell.tools, &mut step);
    let got = String::from_utf8(bytes(&step.commands)).unwrap();
    assert!(got.contains("naka_deadline") && !got.contains("5109"));
    assert_eq!(step.outcomes[0].reason, Some(Reason::Deadline));
    assert_eq!(shell.exchange.state(Direction::Response), State::Ended);
}

#[test]
fn a_stream_of_an_api_without_a_table_is_read_event_by_event_and_counted_as_partial() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    shell.tell(post("/v1/something", Some(20)));
    shell.tell(piece("{}", true));
    shell.tell(streamed("text/event-stream"));
    let stream = "data: {\"x\":\"aadhaar 5109 8027 4087\"}\n\ndata: aadhaar 5109 8027 4087\n\n";
    let got = through(&mut shell, &[stream.as_bytes()]);
    assert_eq!(got, stream.replace(AADHAAR, MASKED));
    let outcome = shell.outcomes.last().unwrap();
    assert_eq!(
        (outcome.coverage, outcome.reason),
        (Coverage::Partial, Some(Reason::Stream))
    );
}

#[test]
fn every_pair_of_a_streams_state_and_message_goes_by_the_table() {
    for state in [State::Flowing, State::Ended] {
        for input in Input::ALL {
            let mut shell = flowing(rules("Enforce", "Block"));
            if state == State::Ended {
                shell.tell(answer_piece(
                    [delta("aadhaar 5109 8027 4087"), STOP.into()].concat(),
                    false,
                ));
            }
            assert_eq!(shell.exchange.state(Direction::Response), state);
            let event = match input {
                Input::Head => streamed("text/event-stream"),
                Input::HeadOnly => continue, // the same message as Head, and as illegal
                Input::Chunk => answer_piece(" ", false),
                Input::LastChunk => answer_piece("", true),
                Input::Trailers => Event::ResponseTrailers,
                Input::Verdict | Input::Expired => continue,
            };
            let given = shell.give(event);
            let after = shell.exchange.state(Direction::Response);
            match next(state, input) {
                Some(states) => assert!(
                    given.is_ok() && states.contains(&after),
                    "{state:?} {input:?} {after:?}"
                ),
                None => assert!(given.is_err() && after == state, "{state:?} {input:?}"),
            }
        }
    }
}
