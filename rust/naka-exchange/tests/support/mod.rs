//! Rules, messages and a small shell for the tests of an exchange.
#![allow(dead_code, unreachable_pub)] // each test file uses its part

use std::sync::Arc;

use bytes::Bytes;
use naka_exchange::{
    BodyHead, BodyMode, Budget, Command, DecisionId, Event, Exchange, HeaderEdits, History, KeyRing, OutOfOrder,
    Outcome, Piece, RequestHead, ResponseHead, Settings, Shared, Step, Tools,
};
use naka_policy::{Date, RuleSet, Workload, compile};

/// A valid Aadhaar number of entities.md, and its mask.
pub const AADHAAR: &str = "5109 8027 4087";
pub const MASKED: &str = "XXXX XXXX 4087";

/// A pack with one rule for Aadhaar and settings of its own.
pub fn pack(mode: &str, action: &str, more: &str) -> String {
    let mask = if action == "Mask" {
        r#""mask":{"keepLast":4},"#
    } else {
        ""
    };
    format!(
        r#"{{"kind":"PolicyPack","name":"p","namespace":"","mode":"{mode}","traffic":{{}},{more}
            "rules":[{{"id":"aadhaar","entities":["IN_AADHAAR"],"action":"{action}",{mask}"mode":"{mode}"}}]}}"#
    )
}

pub fn rules_of(packs: &[String]) -> Arc<RuleSet> {
    let source = format!(r#"{{"packs":[{}],"upstreams":[]}}"#, packs.join(","));
    let compiled = compile(&source).unwrap_or_else(|problems| panic!("{problems:?}"));
    Arc::new(RuleSet::load(&compiled.bytes, &Workload::default()).unwrap_or_else(|problems| panic!("{problems:?}")))
}

pub fn rules(mode: &str, action: &str) -> Arc<RuleSet> {
    rules_of(&[pack(mode, action, "")])
}

pub fn shared(settings: Settings, budget: u64) -> Arc<Shared> {
    shared_with(settings, budget, KeyRing::default(), None)
}

/// The same with a tenant's key, so that tokens are made.
pub fn keyed(tenant: &str, settings: Settings, history: Option<History>) -> Arc<Shared> {
    shared_with(
        settings,
        1 << 30,
        KeyRing::new(vec![7; 32], tenant, 1).unwrap(),
        history,
    )
}

fn shared_with(settings: Settings, budget: u64, keys: KeyRing, history: Option<History>) -> Arc<Shared> {
    Arc::new(Shared {
        settings,
        budget: Budget::new(budget),
        tables: naka_body::ApiTables::shared(),
        keys,
        history,
    })
}

/// The last events of a streamed chat.
pub const STOP: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
pub const DONE: &str = "data: [DONE]\n\n";

/// An exchange with everything that a shell does around it, in one thread.
pub struct Shell {
    pub exchange: Exchange,
    pub tools: Tools,
    pub commands: Vec<Command>,
    pub outcomes: Vec<Outcome>,
    pub shared: Arc<Shared>,
}

impl Shell {
    pub fn new(rules: Arc<RuleSet>) -> Self {
        Self::with(rules, shared(Settings::default(), 1 << 30))
    }

    pub fn with(rules: Arc<RuleSet>, shared: Arc<Shared>) -> Self {
        let today = Date::new(2026, 11, 24).unwrap();
        let exchange = Exchange::new(Arc::clone(&shared), rules, DecisionId([7; 16]), today);
        Self {
            exchange,
            tools: Tools::default(),
            commands: Vec::new(),
            outcomes: Vec::new(),
            shared,
        }
    }

    /// Gives one event and does all that it asks for.
    pub fn give(&mut self, event: Event) -> Result<(), OutOfOrder> {
        let mut step = Step::default();
        self.exchange.handle(event, &mut self.tools, &mut step)?;
        self.run(step);
        Ok(())
    }

    /// Gives one event and returns the answers to it.
    pub fn tell(&mut self, event: Event) -> Vec<Command> {
        let before = self.commands.len();
        self.give(event).unwrap();
        self.commands.drain(before..).collect()
    }

    pub fn run(&mut self, mut step: Step) {
        self.commands.append(&mut step.commands);
        self.outcomes.append(&mut step.outcomes);
        for job in std::mem::take(&mut step.jobs) {
            let attached = job.attached();
            let verdict = job.run(&mut self.tools);
            if attached {
                self.exchange.settle(verdict, &mut step);
                self.commands.append(&mut step.commands);
                self.outcomes.append(&mut step.outcomes);
            } else {
                self.outcomes.push(verdict.into_outcome());
            }
        }
    }

    pub fn close(&mut self) {
        let mut step = Step::default();
        self.exchange.close(&mut step);
        self.run(step);
    }
}

pub fn post(path: &str, content_length: Option<u64>) -> Event {
    Event::RequestHeaders(post_head(path, content_length))
}

pub fn post_head(path: &str, content_length: Option<u64>) -> RequestHead {
    RequestHead {
        method: Bytes::from_static(b"POST"),
        path: Bytes::copy_from_slice(path.as_bytes()),
        authority: Bytes::from_static(b"127.0.0.1:8080"),
        body: json_head(content_length),
        ..RequestHead::default()
    }
}

pub fn json_head(content_length: Option<u64>) -> BodyHead {
    BodyHead {
        content_type: Bytes::from_static(b"application/json"),
        content_length,
        ..BodyHead::default()
    }
}

pub fn get(path: &str) -> Event {
    let mut head = post_head(path, None);
    head.method = Bytes::from_static(b"GET");
    head.body = BodyHead {
        end: true,
        ..BodyHead::default()
    };
    Event::RequestHeaders(head)
}

pub fn chat() -> Event {
    post("/v1/chat/completions", Some(100))
}

pub fn answer(content_length: Option<u64>) -> Event {
    Event::ResponseHeaders(ResponseHead {
        status: 200,
        body: json_head(content_length),
    })
}

pub fn piece(data: impl Into<Bytes>, end: bool) -> Event {
    Event::RequestBody(Piece { data: data.into(), end })
}

pub fn answer_piece(data: impl Into<Bytes>, end: bool) -> Event {
    Event::ResponseBody(Piece { data: data.into(), end })
}

/// A chat request that says `text`.
pub fn said(text: &str) -> Vec<u8> {
    format!(r#"{{"model":"gpt-4o","messages":[{{"role":"user","content":"{text}"}}]}}"#).into_bytes()
}

/// The body that goes on, of a list of answers to full-duplex or buffered messages; `None` where it stays as it came.
pub fn sent(commands: &[Command]) -> Option<Vec<u8>> {
    let mut body = None;
    for command in commands {
        match command {
            Command::Chunk { data, .. } => body.get_or_insert_with(Vec::new).extend_from_slice(data),
            Command::Body {
                replace: Some(data), ..
            } => body = Some(data.to_vec()),
            _ => {}
        }
    }
    body
}

pub fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// The single answer to headers.
pub fn headers(commands: Vec<Command>) -> (HeaderEdits, BodyMode, BodyMode) {
    let mut commands = commands.into_iter();
    match (commands.next(), commands.next()) {
        (
            Some(Command::Headers {
                edits,
                request_mode,
                response_mode,
                ..
            }),
            None,
        ) => (edits, request_mode, response_mode),
        other => panic!("{other:?}"),
    }
}

pub fn rejected(commands: &[Command]) -> (u16, String, bool) {
    match commands {
        [Command::Reject(reject)] => (
            reject.status,
            String::from_utf8(reject.body.clone()).unwrap(),
            reject.retry,
        ),
        other => panic!("{other:?}"),
    }
}
