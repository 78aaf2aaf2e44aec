//! Any messages in any order, in every state: the machine refuses what may not come, ends each body once, gives back all
//! it took of the budget, and lets no planted number of an answer go while a rule hides it.
#![no_main]

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use naka_exchange::{
    BodyHead, Budget, Command, DecisionId, Event, Exchange, KeyRing, Piece, RequestHead, ResponseHead, Settings, Shared,
    Step, Tools,
};
use naka_policy::{Date, Direction, RuleSet, Workload, compile};

const NUMBER: &str = "5109 8027 4087";
const PATHS: [&str; 6] = [
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/messages",
    "/api/chat",
    "/v1beta/models/m:streamGenerateContent",
    "/model/m/converse-stream",
];
const TYPES: [&str; 5] = [
    "application/json",
    "text/event-stream",
    "application/x-ndjson",
    "application/vnd.amazon.eventstream",
    "image/png",
];

fn rules(which: u8) -> Arc<RuleSet> {
    static RULES: OnceLock<Vec<Arc<RuleSet>>> = OnceLock::new();
    let all = RULES.get_or_init(|| {
        [("Shadow", "Redact"), ("Enforce", "Redact"), ("Enforce", "Block")]
            .map(|(mode, action)| {
                let source = format!(
                    r#"{{"packs":[{{"kind":"PolicyPack","name":"p","namespace":"","mode":"{mode}","traffic":{{}},
                    "rules":[{{"id":"r","entities":["IN_AADHAAR"],"action":"{action}","mode":"{mode}"}}]}}],"upstreams":[]}}"#
                );
                let bytes = compile(&source).expect("the pack compiles").bytes;
                Arc::new(RuleSet::load(&bytes, &Workload::default()).expect("it loads"))
            })
            .into()
    });
    Arc::clone(&all[usize::from(which) % all.len()])
}

/// The next event of the plan: a kind, a length, and so many bytes.
fn event(plan: &mut &[u8], path: &'static str) -> Option<Event> {
    let (&[kind, length], rest) = plan.split_first_chunk::<2>()?;
    *plan = rest;
    let take = usize::from(length).min(plan.len());
    let head = |kind: u8| BodyHead {
        content_type: Bytes::from_static(TYPES[usize::from(kind >> 4) % TYPES.len()].as_bytes()),
        content_encoding: Bytes::from_static(if length & 64 == 0 { b"" } else { b"gzip" }),
        content_length: (length & 1 == 0).then_some(u64::from(length)),
        end: length & 128 != 0,
    };
    Some(match kind & 15 {
        0 | 1 => Event::RequestHeaders(RequestHead {
            method: Bytes::from_static(b"POST"),
            path: Bytes::from_static(path.as_bytes()),
            authority: Bytes::from_static(b"h"),
            body: head(0),
            ..RequestHead::default()
        }),
        2 | 3 => Event::ResponseHeaders(ResponseHead {
            status: 200,
            body: head(kind),
        }),
        4 => Event::RequestTrailers,
        5 => Event::ResponseTrailers,
        kind => {
            let data = match kind {
                6 => Bytes::from_static(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"aadhaar 5109 80\"}}]}\n\n"),
                7 => Bytes::from_static(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"27 4087 hai\"}}]}\n\n"),
                _ => {
                    let (data, rest) = plan.split_at(take);
                    *plan = rest;
                    Bytes::copy_from_slice(data)
                }
            };
            let end = length & 32 != 0;
            if kind & 1 == 0 || kind == 7 {
                Event::ResponseBody(Piece { data, end })
            } else {
                Event::RequestBody(Piece { data, end })
            }
        }
    })
}

fuzz_target!(|input: &[u8]| {
    let Some((&[which, path], mut plan)) = input.split_first_chunk::<2>() else {
        return;
    };
    let shared = Arc::new(Shared {
        settings: Settings {
            max_event_bytes: 1024,
            max_waiting_bytes: 4096,
            ..Settings::default()
        },
        budget: Budget::new(1 << 20),
        tables: naka_body::ApiTables::shared(),
        keys: KeyRing::default(),
        history: None,
    });
    let today = Date::new(2026, 11, 24).expect("a day");
    let mut exchange = Exchange::new(Arc::clone(&shared), rules(which), DecisionId([7; 16]), today);
    let (mut tools, mut ends, mut left, mut rejected) = (Tools::default(), [0, 0], Vec::new(), false);
    let mut take = |step: &mut Step, ends: &mut [i32; 2]| {
        for command in step.commands.drain(..) {
            assert!(!rejected, "nothing follows an answer of our own");
            match command {
                Command::Chunk { direction, data, end } => {
                    ends[usize::from(direction == Direction::Response)] += i32::from(end);
                    if direction == Direction::Response {
                        left.extend_from_slice(&data);
                    }
                }
                Command::Reject(_) => rejected = true,
                _ => {}
            }
        }
        rejected
    };
    while let Some(event) = event(&mut plan, PATHS[usize::from(path) % PATHS.len()]) {
        let mut step = Step::default();
        if exchange.handle(event, &mut tools, &mut step).is_err() {
            assert!(step.commands.is_empty() && step.jobs.is_empty());
            break;
        }
        let jobs = std::mem::take(&mut step.jobs);
        let mut over = take(&mut step, &mut ends);
        for job in jobs {
            let attached = job.attached();
            let verdict = job.run(&mut tools);
            if attached && !over {
                exchange.settle(verdict, &mut step);
                over = take(&mut step, &mut ends);
            }
        }
        if over {
            break;
        }
    }
    assert!(ends.iter().all(|count| *count <= 1), "a body ends once");
    let mut step = Step::default();
    exchange.close(&mut step);
    drop((exchange, step));
    assert_eq!(shared.budget.used(), 0);
    if which % 3 != 0 && !left.is_empty() {
        // only where the events above stand by themselves: bytes of the fuzzer's may put them anywhere
        let text = String::from_utf8_lossy(&left);
        assert!(!text.contains(&format!("\"aadhaar {NUMBER}")), "{}", text.len());
    }
});
