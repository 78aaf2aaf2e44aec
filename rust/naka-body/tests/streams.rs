//! Frames keep their bytes wherever the stream is cut; events name their channels.

use naka_body::stream::{Channel, Ends, Event, Form, Frame, SplitError, Splitter};
use naka_body::{ApiTables, Edit, Limits, Route};
use proptest::prelude::*;

fn frames(form: Form, chunks: &[&[u8]]) -> Vec<Frame> {
    let mut splitter = Splitter::new(form, 1 << 20);
    let mut frames = Vec::new();
    for chunk in chunks {
        splitter.push(chunk);
        while let Some(frame) = splitter.next().unwrap() {
            frames.push(frame);
        }
    }
    frames.extend(splitter.finish());
    assert_eq!(splitter.held(), 0);
    frames
}

/// What a reader of events sees: name and data of those that have data.
fn said(frames: &[Frame]) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    frames
        .iter()
        .filter(|frame| !frame.payload().is_empty())
        .map(|frame| (text(frame.name().unwrap_or_default()), text(frame.payload())))
        .collect()
}

fn joined(frames: &[Frame]) -> Vec<u8> {
    frames.iter().flat_map(|frame| frame.raw().to_vec()).collect()
}

const STREAMS: &[&str] = &[
    "data: one\n\ndata: two\n\n",
    "event: a\r\ndata: one\r\ndata: more\r\n\r\n: comment\r\n\r\nid: 7\r\ndata:two\r\n\r\n",
    "event: a\rdata: one\r\rdata: two\r\r",
    "\u{feff}data: one\n\n\n\nretry: 10\n\ndata: two\n\n",
    "data: one\r\n\ndata: two\n\r\n",
    "data: {\"a\":\ndata: 1}\n\ndata\n\ndata: [DONE]\n\n",
    "data: no end",
    "\r\rdata: x\r\n\r\n",
];

#[test]
fn a_stream_of_events_cut_anywhere_gives_the_same_events_and_all_its_bytes() {
    for stream in STREAMS {
        let bytes = stream.as_bytes();
        let whole = frames(Form::Sse, &[bytes]);
        assert_eq!(joined(&whole), bytes, "{stream:?}");
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        let mut cuts: Vec<Vec<&[u8]>> = (0..=bytes.len()).map(|at| vec![&bytes[..at], &bytes[at..]]).collect();
        cuts.push(single);
        for cut in cuts {
            let cut = frames(Form::Sse, &cut);
            assert_eq!(joined(&cut), bytes, "{stream:?}");
            assert_eq!(said(&cut), said(&whole), "{stream:?}");
        }
    }
}

#[test]
fn an_event_is_what_the_standard_says() {
    let got = |stream: &str| said(&frames(Form::Sse, &[stream.as_bytes()]));
    let pair = |name: &str, data: &str| (name.to_owned(), data.to_owned());
    assert_eq!(got(STREAMS[0]), [pair("", "one"), pair("", "two")]);
    assert_eq!(got(STREAMS[1]), [pair("a", "one\nmore"), pair("", "two")]);
    assert_eq!(got(STREAMS[2]), [pair("a", "one"), pair("", "two")]);
    assert_eq!(got(STREAMS[3]), [pair("", "one"), pair("", "two")]);
    assert_eq!(got(STREAMS[4]), [pair("", "one"), pair("", "two")]);
    assert_eq!(got(STREAMS[5]), [pair("", "{\"a\":\n1}"), pair("", "[DONE]")]);
    assert_eq!(got("data:  two spaces\n\n"), [pair("", " two spaces")]);
}

#[test]
fn an_event_that_ended_leaves_without_the_next_byte() {
    for (stream, count) in [
        ("data: x\n\n", 1),
        ("data: x\r\n\r\n", 1),
        ("data: x\r\r", 1),
        ("data: x\r", 0),
    ] {
        let mut splitter = Splitter::new(Form::Sse, 100);
        splitter.push(stream.as_bytes());
        let mut got = 0;
        while splitter.next().unwrap().is_some() {
            got += 1;
        }
        assert_eq!(got, count, "{stream:?}");
    }
}

#[test]
fn an_event_over_the_limit_is_refused_and_its_bytes_are_kept() {
    let mut splitter = Splitter::new(Form::Sse, 16);
    splitter.push(b"data: x\n\n");
    assert!(splitter.next().unwrap().is_some());
    splitter.push(b"data: 0123456789abcdef");
    assert_eq!(splitter.next().unwrap_err(), SplitError::TooLarge);
    assert_eq!(splitter.rest(), b"data: 0123456789abcdef");
}

#[test]
fn lines_of_json_are_events_too() {
    let stream = b"{\"a\":1}\n\r\n {\"b\":2} \r\n{\"c\":3}";
    for size in 1..stream.len() {
        let chunks: Vec<&[u8]> = stream.chunks(size).collect();
        let frames = frames(Form::Lines, &chunks);
        assert_eq!(joined(&frames), stream);
        let payloads: Vec<String> = said(&frames).into_iter().map(|(_, data)| data).collect();
        assert_eq!(payloads, ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"]);
    }
}

fn chat() -> Route<'static> {
    ApiTables::shared().route("POST", "/v1/chat/completions")
}

fn event(data: &str) -> Frame {
    frames(Form::Sse, &[format!("data: {data}\n\n").as_bytes()]).remove(0)
}

/// Channels and texts of the pieces of an event.
fn pieces(frame: &Frame) -> Vec<(Channel, String)> {
    let event = Event::read(frame, &chat(), &Limits::default()).unwrap();
    let text = |piece: &naka_body::stream::Piece| {
        String::from_utf8_lossy(event.document().field(piece.field).text).into_owned()
    };
    event
        .pieces()
        .iter()
        .map(|piece| (piece.channel, text(piece)))
        .collect()
}

#[test]
fn choices_and_tool_calls_are_channels_of_their_own() {
    let of = |index: u32, delta: &str| {
        let frame = event(&format!(r#"{{"choices":[{{"delta":{delta},"index":{index}}}]}}"#));
        let mut pieces = pieces(&frame);
        assert_eq!(pieces.len(), 1, "{delta}");
        pieces.remove(0)
    };
    let (first, text) = of(0, r#"{"content":"{\"a\": 1}"}"#);
    assert_eq!(text, "{\"a\": 1}", "a piece is one field, whatever it looks like");
    assert_eq!(of(0, r#"{"role":"assistant","content":" "}"#).0, first);
    let others = [
        of(1, r#"{"content":"x"}"#),
        of(0, r#"{"refusal":"x"}"#),
        of(0, r#"{"reasoning_content":"x"}"#),
        of(0, r#"{"tool_calls":[{"index":0,"function":{"arguments":"x"}}]}"#),
        of(0, r#"{"tool_calls":[{"index":1,"function":{"arguments":"x"}}]}"#),
        of(0, r#"{"function_call":{"arguments":"x"}}"#),
        of(0, r#"{"something_new":"x"}"#),
        of(0, r#"{"something_else":"x"}"#),
    ];
    let mut all: Vec<Channel> = others.iter().map(|(channel, _)| *channel).collect();
    all.push(first);
    for (at, one) in all.iter().enumerate() {
        assert_eq!(all.iter().position(|other| other == one), Some(at), "{at}");
    }
}

#[test]
fn a_finish_reason_ends_the_channels_of_its_choice() {
    let content = |index: u32| {
        let frame = event(&format!(
            r#"{{"choices":[{{"index":{index},"delta":{{"content":"x"}}}}]}}"#
        ));
        pieces(&frame)[0].0
    };
    let ends = |data: &str| {
        let frame = event(data);
        let event = Event::read(&frame, &chat(), &Limits::default()).unwrap();
        [0, 1].map(|index| event.ends().iter().any(|ends| ends.covers(&content(index))))
    };
    assert_eq!(
        ends(r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#),
        [false, true]
    );
    assert_eq!(
        ends(r#"{"choices":[{"index":1,"delta":{},"finish_reason":null}]}"#),
        [false, false]
    );
    assert_eq!(ends("[DONE]"), [true, true]);
    assert!(Ends::ALL.covers(&content(7)));
}

#[test]
fn an_edit_of_a_piece_changes_nothing_else() {
    let frame = frames(
        Form::Sse,
        &["id: 1\r\ndata: {\"choices\" : [{\"index\":0,\"delta\":{\"content\":\"PAN \\u0041\"},\"logprobs\":{\"content\":[{\"token\":\"A\"}]}}],\ndata:  \"x\":1.0e0}\r\n\r\n".as_bytes()],
    )
    .remove(0);
    let event = Event::read(&frame, &chat(), &Limits::default()).unwrap();
    let field = event.pieces()[0].field;
    let edit = Edit {
        field,
        start: 4,
        end: 5,
        replacement: b"X\"".to_vec(),
    };
    let changed = frame.rewrite(&chat(), &Limits::default(), vec![edit]).unwrap();
    let wanted = "id: 1\r\ndata: {\"choices\" : [{\"index\":0,\"delta\":{\"content\":\"PAN X\\\"\"},\"logprobs\":null}],\ndata:  \"x\":1.0e0}\r\n\r\n";
    assert_eq!(String::from_utf8(changed).unwrap(), wanted);
}

/// Bytes that mean something to one of the forms, in any order.
fn telling() -> impl Strategy<Value = Vec<u8>> {
    let tokens: Vec<&'static [u8]> = vec![
        b"data: ",
        b"data:",
        b"event: x",
        b":",
        b"id: 7",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b"\"",
        b"\\",
        b"{\"a\":1}",
        b"\xef\xbb\xbf",
        b"\xe0\xa4",
        b" ",
        b"[DONE]",
        b"\0\0\0\x10\0\0\0\0",
        b"\xff",
    ];
    prop::collection::vec(prop::sample::select(tokens), 0..24).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn any_bytes_cut_anywhere_are_the_same_frames(stream in telling(), cuts in prop::collection::vec(1..9usize, 1..40)) {
        for form in [Form::Sse, Form::Lines, Form::Array, Form::Frames] {
            let split = |sizes: &[usize]| {
                let mut splitter = Splitter::new(form, 1 << 20);
                let (mut found, mut rest, mut sizes) = (Vec::new(), &stream[..], sizes.iter().cycle());
                while !rest.is_empty() {
                    let (chunk, behind) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
                    rest = behind;
                    splitter.push(chunk);
                    loop {
                        match splitter.next() {
                            Ok(Some(frame)) => found.push(frame),
                            Ok(None) => break,
                            Err(error) => return Err(error),
                        }
                    }
                }
                found.extend(splitter.finish());
                Ok(found)
            };
            match (split(&cuts), split(&[stream.len().max(1)])) {
                (Ok(cut), Ok(whole)) => {
                    prop_assert_eq!(joined(&cut), stream.clone());
                    prop_assert_eq!(joined(&whole), stream.clone());
                    prop_assert_eq!(said(&cut), said(&whole));
                }
                (cut, whole) => prop_assert_eq!(cut.is_err(), whole.is_err()),
            }
        }
    }
}
