//! What is found, changed and not read in the bodies of official clients: the files in `tests/fixtures`, each beside
//! what is expected of it (`NAME.expected.toml`, rewritten by `make golden`).
//!
//! What is planted in the fixtures must be gone from what goes on, however it was written, whatever is expected.

mod support;

use std::path::{Path, PathBuf};

use bytes::Bytes;
use naka_body::{ApiTables, Document, Limits};
use naka_exchange::{BodyHead, Event, Outcome, Piece, ResponseHead, Settings};
use naka_policy::Direction;
use serde::{Deserialize, Serialize};
use support::*;

/// Planted in every fixture; synthetic, with valid check digits.
const PLANTED: [&str; 3] = ["ABCPK1234L", "5109 8027 4087", "510980274087"];

#[derive(Deserialize)]
struct Fixture {
    method: String,
    path: String,
    #[serde(default)]
    stays: Vec<String>,
    request: Option<Part>,
    response: Option<Part>,
}

#[derive(Deserialize)]
struct Part {
    content_type: String,
    body: String,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Expected {
    request: Option<Half>,
    response: Option<Half>,
}

/// What is expected of one direction.
#[derive(Debug, PartialEq, Deserialize, Serialize)]
struct Half {
    api: String,
    model: Option<String>,
    coverage: String,
    reason: Option<String>,
    /// `IN_PAN 2`
    findings: Vec<String>,
    /// Where, once each.
    paths: Vec<String>,
    unscannable: Vec<String>,
    /// What goes on, if it is not what came.
    body: Option<String>,
}

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| !path.to_string_lossy().ends_with(".expected.toml"));
    files.sort();
    files
}

fn redacting() -> Shell {
    let rule = r#"{"kind":"PolicyPack","name":"p","namespace":"","mode":"Enforce","traffic":{},
        "rules":[{"id":"r","entities":["IN_PAN","IN_AADHAAR"],"action":"Redact","mode":"Enforce"}]}"#;
    let settings = Settings {
        max_paths: 1000,
        ..Settings::default()
    };
    Shell::with(rules_of(&[rule.to_owned()]), shared(settings, 1 << 30))
}

fn head(part: &Part, encoding: &str, bytes: usize) -> BodyHead {
    BodyHead {
        content_type: Bytes::from(part.content_type.clone().into_bytes()),
        content_encoding: Bytes::copy_from_slice(encoding.as_bytes()),
        content_length: Some(bytes as u64),
        end: false,
    }
}

/// Runs a fixture, its request in `encoding`. What went on in each direction, and the records.
fn run(fixture: &Fixture, encoding: &str) -> ([Option<Vec<u8>>; 2], Vec<Outcome>) {
    let mut shell = redacting();
    let mut went = [None, None];
    let mut request = post_head(&fixture.path, None);
    request.method = Bytes::from(fixture.method.clone().into_bytes());
    match &fixture.request {
        None => {
            request.body.end = true;
            shell.tell(Event::RequestHeaders(request));
        }
        Some(part) => {
            let body = encoded(part.body.as_bytes(), encoding);
            request.body = head(part, encoding, body.len());
            shell.tell(Event::RequestHeaders(request));
            if shell.exchange.state(Direction::Request) == naka_exchange::steps::State::Asked {
                went[0] = sent(&shell.tell(piece(body, true)));
            }
        }
    }
    if let Some(part) = &fixture.response {
        let head = head(part, "", part.body.len());
        shell.tell(Event::ResponseHeaders(ResponseHead {
            status: 200,
            body: head,
        }));
        use naka_exchange::steps::State;
        if matches!(shell.exchange.state(Direction::Response), State::Asked | State::Flowing) {
            let data = Bytes::copy_from_slice(part.body.as_bytes());
            went[1] = sent(&shell.tell(Event::ResponseBody(Piece { data, end: true })));
        }
    }
    (went, shell.outcomes)
}

fn encoded(body: &[u8], encoding: &str) -> Vec<u8> {
    use std::io::Write;
    if encoding != "gzip" {
        return body.to_vec();
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(body).unwrap();
    gzip.finish().unwrap()
}

fn document<'b>(fixture: &Fixture, body: &'b [u8], content_type: &str, direction: Direction) -> Option<Document<'b>> {
    let route = ApiTables::shared().route(&fixture.method, &fixture.path);
    let direction = match direction {
        Direction::Request => naka_body::Direction::Request,
        Direction::Response => naka_body::Direction::Response,
    };
    Document::read(body, Some(content_type), &route, direction, &Limits::default()).ok()
}

fn half(fixture: &Fixture, part: &Part, outcome: &Outcome, went: Option<&Vec<u8>>) -> Half {
    let read = document(fixture, part.body.as_bytes(), &part.content_type, outcome.direction).unwrap();
    let unscannable = read.unscannable().iter();
    Half {
        api: outcome.api.to_owned(),
        model: outcome.model.as_ref().map(|model| model.as_str().to_owned()),
        coverage: outcome.coverage.name().to_owned(),
        reason: outcome.reason.map(|reason| reason.name().to_owned()),
        findings: outcome
            .entities
            .iter()
            .map(|tally| format!("{} {}", tally.entity.as_str(), tally.count))
            .collect(),
        paths: outcome.paths.iter().map(|path| path.as_str().to_owned()).collect(),
        unscannable: unscannable
            .map(|item| format!("{} {}", read.unscannable_path(item), item.reason.code()))
            .collect(),
        body: went.map(|body| String::from_utf8(body.clone()).unwrap()),
    }
}

/// Nothing that is planted is left in a body that went on, but where it must stay.
fn holds_nothing(fixture: &Fixture, part: &Part, direction: Direction, went: &[u8]) {
    let Some(document) = document(fixture, went, &part.content_type, direction) else {
        return;
    };
    for field in document.fields() {
        let text = String::from_utf8_lossy(field.text);
        let stays = fixture.stays.contains(&document.path(field.id));
        let planted = PLANTED.iter().any(|value| text.contains(value));
        assert_eq!(
            planted,
            stays && planted,
            "{} of {}",
            document.path(field.id),
            fixture.path
        );
        assert!(!stays || !field.editable);
    }
}

#[test]
fn every_fixture_is_read_and_changed_as_expected() {
    let rewrite = std::env::var("NAKA_GOLDEN").is_ok_and(|how| how == "rewrite");
    let files = fixtures();
    assert!(files.len() > 60, "{} fixtures", files.len());
    for path in files {
        let fixture: Fixture = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let ([request, response], outcomes) = run(&fixture, "");
        let of = |direction| outcomes.iter().find(|outcome| outcome.direction == direction);
        let expected_of = |part: &Option<Part>, direction, went: &Option<Vec<u8>>| {
            let (part, outcome) = (part.as_ref()?, of(direction)?);
            holds_nothing(
                &fixture,
                part,
                direction,
                went.as_deref().unwrap_or(part.body.as_bytes()),
            );
            Some(half(&fixture, part, outcome, went.as_ref()))
        };
        let found = Expected {
            request: expected_of(&fixture.request, Direction::Request, &request),
            response: expected_of(&fixture.response, Direction::Response, &response),
        };
        let beside = path.with_extension("expected.toml");
        if rewrite {
            let text = toml::to_string_pretty(&found).unwrap();
            std::fs::write(&beside, format!("# Made by `make golden`.\n{text}")).unwrap();
        }
        let expected: Expected = toml::from_str(&std::fs::read_to_string(&beside).unwrap()).unwrap();
        assert_eq!(found, expected, "{}", path.display());
    }
}

#[test]
fn a_request_in_gzip_is_read_as_the_plain_one_and_goes_on_plain() {
    for path in fixtures() {
        let fixture: Fixture = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let Some(part) = &fixture.request else { continue };
        let (plain, records) = run(&fixture, "");
        let (zipped, others) = run(&fixture, "gzip");
        let shown = |outcomes: &[Outcome]| {
            let first = &outcomes[0];
            (first.coverage, first.reason, first.paths.len(), first.entities.len())
        };
        assert_eq!(shown(&records), shown(&others), "{}", path.display());
        if plain[0].is_some() {
            assert_eq!(zipped[0], plain[0], "{}", path.display());
        } else {
            // Unchanged, it goes as it came.
            let came = encoded(part.body.as_bytes(), "gzip");
            assert!(
                zipped[0].as_ref().is_none_or(|went| *went == came),
                "{}",
                path.display()
            );
        }
    }
}
