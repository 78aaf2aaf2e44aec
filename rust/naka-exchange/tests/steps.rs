//! Every (state, input) pair, on the table and on a real exchange.

mod support;

use naka_exchange::steps::{Input, STEPS, State, diagram, next};
use naka_exchange::{Event, Step};
use naka_policy::Direction;
use support::*;

#[test]
fn no_pair_has_two_rows_and_every_state_is_reached() {
    for (at, step) in STEPS.iter().enumerate() {
        assert!(
            !STEPS[..at]
                .iter()
                .any(|other| other.from == step.from && other.input == step.input),
            "{step:?}"
        );
        assert!(!step.to.is_empty());
    }
    for state in State::ALL {
        assert!(
            state == State::Head || STEPS.iter().any(|step| step.to.contains(&state)),
            "{state:?}"
        );
    }
}

/// An exchange whose request half stands in `state`, by full-duplex under enforcement. `None` for a state in which this
/// shell never rests.
fn standing(state: State) -> Option<Shell> {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    match state {
        State::Head => {}
        State::Asked => drop(shell.tell(post("/v1/chat/completions", None))),
        State::Body => {
            shell.tell(post("/v1/chat/completions", None));
            shell.tell(piece("{", false));
        }
        State::Judging => {
            shell.tell(post("/v1/chat/completions", None));
            let mut step = Step::default();
            shell
                .exchange
                .handle(piece("{}", true), &mut shell.tools, &mut step)
                .unwrap();
            assert_eq!(step.jobs.len(), 1);
        }
        State::Passing => {
            let mut head = post_head("/v1/files", None);
            head.body.content_type = "multipart/form-data; boundary=x".into();
            shell = Shell::new(rules_of(&[pack(
                "Enforce",
                "Audit",
                r#""fineTuning":{"onFinding":"Audit","requireVerdict":false},"#,
            )]));
            shell.tell(Event::RequestHeaders(head));
        }
        // only answers are streams: tests/streams.rs walks their rows
        State::Flowing | State::Ended => return None,
        State::Done => drop(shell.tell(get("/v1/models"))),
    }
    assert_eq!(shell.exchange.state(Direction::Request), state);
    Some(shell)
}

fn event(input: Input) -> Option<Event> {
    Some(match input {
        Input::Head => chat(),
        Input::HeadOnly => get("/v1/models"),
        Input::Chunk => piece(" ", false),
        Input::LastChunk => piece("", true),
        Input::Trailers => Event::RequestTrailers,
        Input::Verdict | Input::Expired => return None,
    })
}

#[test]
fn every_pair_of_state_and_message_goes_by_the_table() {
    let mut walked = 0;
    for state in State::ALL {
        for input in Input::ALL {
            let (Some(mut shell), Some(event)) = (standing(state), event(input)) else {
                continue;
            };
            walked += 1;
            let given = shell.give(event);
            let after = shell.exchange.state(Direction::Request);
            match next(state, input) {
                Some(states) => {
                    // an attached job is settled at once, so a step may have been two
                    let settled = states.contains(&State::Judging) && after == State::Done;
                    assert!(
                        given.is_ok() && (states.contains(&after) || settled),
                        "{state:?} {input:?} -> {after:?}"
                    );
                }
                None => {
                    let error = given.expect_err("illegal");
                    assert_eq!((error.state, error.input), (state, input));
                    assert_eq!(error.code(), "out_of_order");
                    assert_eq!(after, state, "an error changes nothing");
                    assert!(shell.commands.is_empty());
                }
            }
        }
    }
    assert_eq!(walked, (State::ALL.len() - 2) * 5);
}

#[test]
fn an_expired_half_is_done_wherever_it_waited() {
    for state in State::ALL {
        let Some(mut shell) = standing(state) else { continue };
        let mut step = Step::default();
        shell.exchange.expire(Direction::Request, &mut shell.tools, &mut step);
        let waited = matches!(state, State::Asked | State::Body | State::Judging);
        assert_eq!(step.commands.len(), usize::from(waited), "{state:?}");
        assert_eq!(step.outcomes.len(), usize::from(waited));
        let after = shell.exchange.state(Direction::Request);
        assert_eq!(after, if waited { State::Done } else { state });
    }
}

#[test]
fn an_answer_before_its_request_is_out_of_order() {
    let mut shell = Shell::new(rules("Enforce", "Mask"));
    assert!(shell.give(answer(Some(2))).is_err());
    assert!(shell.give(answer_piece("x", true)).is_err());
    assert!(shell.give(Event::ResponseTrailers).is_err());
    assert!(shell.commands.is_empty());
}

/// `NAKA_GOLDEN=rewrite` writes the diagram into the page.
#[test]
fn the_diagram_in_the_docs_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/concepts/exchange.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (start, end) = ("```mermaid\n", "```\n");
    let from = page.find(start).unwrap() + start.len();
    let to = from + page[from..].find(end).unwrap();
    if std::env::var("NAKA_GOLDEN").is_ok_and(|value| value == "rewrite") {
        std::fs::write(path, format!("{}{}{}", &page[..from], diagram(), &page[to..])).unwrap();
        return;
    }
    assert_eq!(&page[from..to], diagram(), "run `make golden`");
}
