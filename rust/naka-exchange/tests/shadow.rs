//! What an exchange does while nothing is enforced: nothing but look.

mod support;

use bytes::Bytes;
use naka_exchange::{BodyMode, Command, Coverage, Event, Reason, Settings, Step};
use naka_policy::{Action, Direction};
use support::*;

/// Answers that change nothing: empty edits, no replacement, no rejection.
fn inert(commands: &[Command]) -> bool {
    commands.iter().all(|command| match command {
        Command::Headers { edits, .. } => edits.is_empty(),
        Command::Body { replace, edits, .. } => replace.is_none() && edits.is_empty(),
        Command::Trailers { .. } => true,
        Command::Chunk { .. } | Command::Reject(_) => false,
    })
}

#[test]
fn pieces_pass_at_once_and_what_would_be_done_is_recorded() {
    let mut shell = Shell::new(rules("Shadow", "Block"));
    let mut head = post_head("/v1/chat/completions", Some(100));
    head.accepts_encodings = true;
    let answers = shell.tell(Event::RequestHeaders(head));
    assert!(inert(&answers));
    assert!(matches!(
        answers[..],
        [Command::Headers {
            request_mode: BodyMode::Streamed,
            ..
        }]
    ));
    let body = said(AADHAAR);
    let (first, second) = body.split_at(70);
    for (part, end) in [(first, false), (second, true)] {
        let mut step = Step::default();
        shell
            .exchange
            .handle(piece(part.to_vec(), end), &mut shell.tools, &mut step)
            .unwrap();
        assert_eq!(step.commands.len(), 1, "answered before the scan");
        assert!(inert(&step.commands));
        assert_eq!(step.jobs.len(), usize::from(end));
        assert!(step.jobs.iter().all(|job| !job.attached()));
        shell.run(step);
    }
    let outcome = &shell.outcomes[0];
    assert_eq!(
        (outcome.enforced, outcome.would_be, outcome.rejected),
        (Action::Audit, Action::Block, 0)
    );
    assert_eq!(outcome.coverage, Coverage::Scanned);
    assert!(inert(&shell.tell(answer(None))));
    assert!(inert(&shell.tell(answer_piece("{}", true))));
    assert_eq!(shell.outcomes.len(), 2);
}

#[test]
fn nothing_is_refused_whatever_comes() {
    let block_all = pack(
        "Shadow",
        "Block",
        r#""onUnscannable":"Block","onUnknownRoute":"Block","failure":"Closed","fineTuning":{"onFinding":"Block","requireVerdict":true},"#,
    );
    let rules = rules_of(&[block_all]);
    let small = Settings {
        max_body_bytes: 100,
        max_buffered_bytes: 100,
        ..Settings::default()
    };
    let mut events = vec![
        get("/v1/../x?aadhaar=510980274087"),
        post("//v9/none", Some(10)),
        post("/v1/chat/completions", Some(1 << 40)),
    ];
    for (kind, encoding) in [
        ("multipart/form-data; boundary=x", ""),
        ("image/png", ""),
        ("application/json", "compress"),
    ] {
        let mut head = post_head("/v1/files", Some(50));
        head.body.content_type = Bytes::from_static(kind.as_bytes());
        head.body.content_encoding = Bytes::from_static(encoding.as_bytes());
        head.upgrade = true;
        events.push(Event::RequestHeaders(head));
    }
    for (at, event) in events.into_iter().enumerate() {
        let mut shell = Shell::with(std::sync::Arc::clone(&rules), shared(small.clone(), 10));
        assert!(inert(&shell.tell(event)), "{at}");
        assert_eq!(
            shell.outcomes.len(),
            usize::from(shell.exchange.state(Direction::Request) != naka_exchange::steps::State::Asked)
        );
    }
    // bodies: malformed, binary, too large, no room
    for body in [b"{\"a\":".to_vec(), vec![0, 159, 146, 150], vec![b'x'; 300]] {
        let mut shell = Shell::with(std::sync::Arc::clone(&rules), shared(small.clone(), 200));
        assert!(inert(&shell.tell(post("/v1/chat/completions", None))));
        assert!(inert(&shell.tell(piece(body.clone(), false))));
        assert!(inert(&shell.tell(piece(Bytes::new(), true))));
        shell.close();
        assert_eq!(shell.outcomes.len(), 1);
        assert_eq!(
            (shell.outcomes[0].enforced == Action::Block, shell.outcomes[0].would_be),
            (false, Action::Block)
        );
    }
}

#[test]
fn a_body_that_trailers_ended_is_judged_when_the_answer_begins() {
    let mut shell = Shell::new(rules("Shadow", "Mask"));
    shell.tell(post("/v1/chat/completions", None));
    shell.tell(piece(said(AADHAAR), false));
    assert!(inert(&shell.tell(answer(Some(2)))));
    assert_eq!(shell.outcomes[0].would_be, Action::Mask { keep_last: 4 });
    assert_eq!(shell.outcomes[0].coverage, Coverage::Partial);
}

#[test]
fn a_client_that_hangs_up_leaves_what_has_passed_in_the_record() {
    let mut shell = Shell::new(rules("Shadow", "Mask"));
    shell.tell(post("/v1/chat/completions", None));
    shell.tell(piece(said(AADHAAR), false));
    shell.close();
    assert_eq!(shell.outcomes[0].would_be, Action::Mask { keep_last: 4 });
    assert_eq!(shell.outcomes[0].reason, Some(Reason::Interrupted));
    shell.close();
    assert_eq!(shell.outcomes.len(), 1, "recorded once");
}
