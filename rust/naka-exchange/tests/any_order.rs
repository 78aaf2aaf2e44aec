//! Messages in any order: the machine refuses what may not come, ends each body once, gives back what it took of the
//! budget, and lets no planted number of an answer go while a rule hides it. The fuzz target `exchange` does it with any bytes.

mod support;

use naka_exchange::{BodyHead, Command, Event, RequestHead, ResponseHead};
use naka_policy::Direction;
use proptest::prelude::*;
use support::*;

const PATHS: [&str; 5] = [
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/messages",
    "/api/chat",
    "/v1beta/models/m:streamGenerateContent",
];
const TYPES: [&str; 5] = [
    "text/event-stream",
    "application/json",
    "application/x-ndjson",
    "application/vnd.amazon.eventstream",
    "image/png",
];
/// Pieces of bodies; the number is split over two of them.
const PIECES: [&str; 9] = [
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"aadhaar 5109 80\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"27 4087 hai\"}}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: [DONE]\n\n",
    "{\"message\":{\"content\":\"5109 8027 4087\"},\"done\":false}\n",
    "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"5109 8027 4087\"}]}}]}\n",
    "data: {\"choi",
    "\r",
    "",
];

#[derive(Debug, Clone, Copy)]
enum Op {
    RequestHead(bool),
    ResponseHead(usize, bool),
    Request(usize, bool),
    Response(usize, bool),
    RequestTrailers,
    ResponseTrailers,
    Expire(bool),
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        1 => any::<bool>().prop_map(Op::RequestHead),
        2 => (0..TYPES.len(), any::<bool>()).prop_map(|(kind, end)| Op::ResponseHead(kind, end)),
        2 => (0..PIECES.len(), any::<bool>()).prop_map(|(piece, end)| Op::Request(piece, end)),
        12 => (0..PIECES.len(), prop::bool::weighted(0.1)).prop_map(|(piece, end)| Op::Response(piece, end)),
        1 => Just(Op::RequestTrailers),
        1 => Just(Op::ResponseTrailers),
        1 => any::<bool>().prop_map(Op::Expire),
    ]
}

fn event(op: Op, path: &str) -> Option<Event> {
    Some(match op {
        Op::RequestHead(end) => Event::RequestHeaders(RequestHead {
            body: BodyHead {
                end,
                ..json_head(Some(30))
            },
            ..post_head(path, None)
        }),
        Op::ResponseHead(kind, end) => Event::ResponseHeaders(ResponseHead {
            status: 200,
            body: BodyHead {
                content_type: TYPES[kind].into(),
                end,
                ..BodyHead::default()
            },
        }),
        Op::Request(at, end) => piece(PIECES[at], end),
        Op::Response(at, end) => answer_piece(PIECES[at], end),
        Op::RequestTrailers => Event::RequestTrailers,
        Op::ResponseTrailers => Event::ResponseTrailers,
        Op::Expire(_) => return None,
    })
}

/// What a client makes of a stream: the texts of its events one behind the other. What is no JSON says nothing to it.
fn content(stream: &str) -> String {
    let lines = stream.replace("\r\n", "\n").replace('\r', "\n");
    let events = lines.split("\n\n").map(|event| {
        let data: Vec<&str> = event.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
        let data = data.join("\n");
        (
            data == "[DONE]",
            serde_json::from_str::<serde_json::Value>(&data).unwrap_or_default(),
        )
    });
    let mut content = String::new();
    for (last, event) in events {
        let choice = &event["choices"][0];
        content.push_str(choice["delta"]["content"].as_str().unwrap_or_default());
        if last || choice["finish_reason"].is_string() {
            content.push('|'); // what waits goes when its text ends: what comes behind is another text
        }
    }
    content
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn messages_in_any_order_break_no_promise(
        mode in prop::sample::select(vec![("Shadow", "Redact"), ("Enforce", "Redact"), ("Enforce", "Block")]),
        path in prop::sample::select(PATHS.to_vec()),
        begins in any::<bool>(),
        ops in prop::collection::vec(op(), 0..30),
    ) {
        let mut shell = Shell::new(rules(mode.0, mode.1));
        let mut ops = ops;
        if begins {
            ops.splice(0..0, [Op::RequestHead(true), Op::ResponseHead(0, false)]);
        }
        for op in ops {
            let before = shell.commands.len();
            match event(op, path) {
                Some(event) => {
                    if shell.give(event).is_err() {
                        prop_assert_eq!(shell.commands.len(), before, "an error changes nothing");
                        break;
                    }
                }
                None => {
                    let Op::Expire(answer) = op else { continue };
                    let direction = if answer { Direction::Response } else { Direction::Request };
                    let watched = shell.exchange.needs_watch(direction) || answer && shell.exchange.flows();
                    if watched {
                        let mut step = naka_exchange::Step::default();
                        shell.exchange.expire(direction, &mut shell.tools, &mut step);
                        shell.run(step);
                    }
                }
            }
            if shell.commands.iter().any(|command| matches!(command, Command::Reject(_))) {
                break;
            }
        }
        let (mut left, mut ends) = (Vec::new(), [0, 0]);
        for command in &shell.commands {
            if let Command::Chunk { direction, data, end } = command {
                ends[usize::from(*direction == Direction::Response)] += i32::from(*end);
                if *direction == Direction::Response {
                    left.extend_from_slice(data);
                }
            }
        }
        prop_assert!(ends.iter().all(|count| *count <= 1), "a body ends once");
        let rejects = shell.commands.iter().filter(|command| matches!(command, Command::Reject(_))).count();
        prop_assert!(rejects <= 1);
        shell.close();
        let shared = std::sync::Arc::clone(&shell.shared);
        drop(shell);
        prop_assert_eq!(shared.budget.used(), 0);
        if mode.0 == "Enforce" && path == "/v1/chat/completions" {
            let content = content(&String::from_utf8_lossy(&left));
            prop_assert!(!content.contains("aadhaar 5109 8027 4087"), "{}", content);
        }
    }
}
