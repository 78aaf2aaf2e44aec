//! Any bytes of a peer, in any pieces: no panic, no more is used than was given, and without answers, which end calls
//! early, the events do not depend on how the bytes were cut.
#![no_main]

use bytes::Buf;
use libfuzzer_sys::fuzz_target;
use naka_grpc::{Connection, Event, Settings};

const SETTINGS: Settings = Settings {
    metadata: "x-route",
    max_message: 1 << 16,
    stream_window: 1 << 16,
    connection_window: 1 << 17,
};

/// All events as text, and whether the peer was told to go.
fn run(input: &[u8], piece: usize, answer: bool) -> (String, bool) {
    let mut connection = Connection::new(SETTINGS);
    let (mut held, mut events, mut seen) = (Vec::new(), Vec::new(), String::new());
    for more in input.chunks(piece) {
        held.extend_from_slice(more);
        let used = connection.read(&held, &mut events);
        for event in events.drain(..) {
            seen += &format!("{event:?}\n");
            match event {
                _ if !answer => {}
                Event::Call { id, .. } => connection.begin(id),
                Event::Message { id, message } => {
                    connection.send(id, message.len(), |out| out.extend_from_slice(&message));
                    connection.hold(id, message.len() % 2 == 0);
                }
                Event::End { id } => connection.finish(id, 0, ""),
                Event::Gone { .. } => {}
            }
        }
        let out = connection.output();
        let length = out.len();
        out.advance(length);
        connection.more();
        match used {
            Ok(used) => drop(held.drain(..used)),
            Err(_) => return (seen, true),
        }
    }
    (seen, false)
}

fuzz_target!(|input: &[u8]| {
    let Some((&piece, rest)) = input.split_first() else {
        return;
    };
    let frames = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", rest].concat();
    let piece = usize::from(piece).max(1);
    run(&frames, piece, true);
    assert_eq!(run(&frames, piece, false), run(&frames, frames.len(), false));
});
