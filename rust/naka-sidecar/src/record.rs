//! One audit event as a line of JSON. The fields are documented in `docs/reference/audit-event.md`.
//! An event is made of an [`Outcome`], which cannot hold a value.
//!
//! Written field by field, because each call leaves two of them: nearly all of a line is names that need no escape, which
//! a serializer looks for byte by byte.

use std::io::Write as _;
use std::time::Duration;

use naka_exchange::{JsonPath, Name, Outcome, Tally};
use naka_policy::Fates;

use crate::clock::rfc3339;

/// A record on its way to the writer.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) outcome: Outcome,
    /// Since 1970.
    pub(crate) time: Duration,
    /// From the last byte that was waited for to the answer.
    pub(crate) latency: Duration,
}

impl Record {
    /// Appends the line with its end.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let outcome = &self.outcome;
        let mut line = Object::new(out);
        line.number("version", 1);
        line.plain("time", &rfc3339(self.time));
        line.key("decision");
        let _ = write!(line.out, "\"{}\"", outcome.decision); // a Vec takes all
        line.text("direction", outcome.direction.name());
        line.text("host", outcome.host.as_str());
        line.name("route", outcome.route.as_ref());
        line.name("upstream", outcome.upstream.as_ref());
        line.text("api", outcome.api);
        line.text("surface", outcome.surface.name());
        line.name("provider", outcome.provider.as_ref());
        line.name("model", outcome.model.as_ref());
        line.text("revision", outcome.revision.as_str());
        line.text("action", outcome.enforced.name());
        line.text("wouldBe", outcome.would_be.name());
        line.text("coverage", outcome.coverage.name());
        if let Some(reason) = outcome.reason {
            line.text("reason", reason.name());
        }
        line.list("rules", &outcome.rules, |rule, out| text(rule.as_str(), out));
        line.list("entities", &outcome.entities, entity);
        line.list("paths", &outcome.paths, |path, out| text(JsonPath::as_str(path), out));
        line.counted("morePaths", outcome.more_paths);
        line.fates("tokens", &outcome.tokens);
        line.counted("status", outcome.rejected.into());
        line.number("bytes", outcome.bytes);
        line.number("latencyUs", u64::try_from(self.latency.as_micros()).unwrap_or(u64::MAX));
        line.end();
        out.push(b'\n');
    }
}

fn entity(tally: &Tally, out: &mut Vec<u8>) {
    let mut item = Object::new(out);
    item.text("entity", tally.entity.as_str());
    item.number("count", tally.count.into());
    item.key("confidence");
    // two digits: a reader compares it with thresholds, not with a float's tail
    let _ = write!(item.out, "{:?}", (f64::from(tally.confidence) * 100.0).round() / 100.0); // a Vec takes all
    item.text("action", tally.enforced.name());
    item.text("wouldBe", tally.would_be.name());
    item.end();
}

/// The line that stands where records were lost.
pub(crate) fn gap(time: Duration, lost: u64, out: &mut Vec<u8>) {
    let mut line = Object::new(out);
    line.number("version", 1);
    line.plain("time", &rfc3339(time));
    line.number("gap", lost);
    line.end();
    out.push(b'\n');
}

/// An object that is being written. Keys are constants that need no escape.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    separator: u8,
}

impl<'o> Object<'o> {
    fn new(out: &'o mut Vec<u8>) -> Self {
        Self { out, separator: b'{' }
    }

    fn key(&mut self, key: &'static str) {
        self.out.extend_from_slice(&[self.separator, b'"']);
        self.separator = b',';
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn text(&mut self, key: &'static str, value: &str) {
        self.key(key);
        text(value, self.out);
    }

    /// `value` needs no escape.
    fn plain(&mut self, key: &'static str, value: &[u8]) {
        self.key(key);
        quoted(value, self.out);
    }

    fn name(&mut self, key: &'static str, value: Option<&Name>) {
        if let Some(value) = value {
            self.text(key, value.as_str());
        }
    }

    fn number(&mut self, key: &'static str, value: u64) {
        self.key(key);
        let _ = write!(self.out, "{value}"); // a Vec takes all
    }

    /// Absent when zero.
    fn counted(&mut self, key: &'static str, value: u32) {
        if value != 0 {
            self.number(key, value.into());
        }
    }

    /// Absent when all are zero.
    fn fates(&mut self, key: &'static str, fates: &Fates) {
        if fates.iter().next().is_some() {
            self.key(key);
            let mut counts = Object::new(self.out);
            for (fate, count) in fates.iter() {
                counts.number(fate.name(), count.into());
            }
            counts.end();
        }
    }

    /// Absent when empty.
    fn list<T>(&mut self, key: &'static str, items: &[T], put: impl Fn(&T, &mut Vec<u8>)) {
        if items.is_empty() {
            return;
        }
        self.key(key);
        for (at, item) in items.iter().enumerate() {
            self.out.push(if at == 0 { b'[' } else { b',' });
            put(item, self.out);
        }
        self.out.push(b']');
    }

    fn end(self) {
        self.out.push(b'}');
    }
}

fn text(value: &str, out: &mut Vec<u8>) {
    // no early end, so that many bytes are looked at at once
    let escapes = |found, byte: &u8| found | (*byte < b' ') | (*byte == b'"') | (*byte == b'\\');
    if value.as_bytes().iter().fold(false, escapes) {
        let _ = serde_json::to_writer(out, value); // a Vec takes all, and a text always serialises
    } else {
        quoted(value.as_bytes(), out);
    }
}

fn quoted(plain: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(plain);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use naka_exchange::{Coverage, DecisionId, Reason};
    use naka_policy::{Action, Direction, Fate, Surface};
    use serde_json::{Value, json};

    use super::*;

    fn read(write: impl FnOnce(&mut Vec<u8>)) -> Value {
        let mut out = Vec::new();
        write(&mut out);
        assert_eq!(out.pop(), Some(b'\n'));
        assert!(!out.contains(&b'\n'), "one line");
        serde_json::from_slice(&out).unwrap()
    }

    fn record() -> Record {
        let outcome = Outcome {
            decision: DecisionId(*b"\x01\x92\xab\xcd\xef\x01\x72\x34\x80\x00\x00\x00\x00\x00\x00\xff"),
            direction: Direction::Response,
            host: Name::configured("api.example"),
            route: None,
            upstream: None,
            api: "openai.chat",
            surface: Surface::Chat,
            provider: None,
            model: None,
            revision: Name::configured("c0ffee"),
            rules: Vec::new(),
            entities: Vec::new(),
            paths: Vec::new(),
            more_paths: 0,
            tokens: Fates::default(),
            enforced: Action::Allow,
            would_be: Action::Allow,
            coverage: Coverage::Scanned,
            reason: None,
            rejected: 0,
            bytes: 0,
            trace: None,
        };
        Record {
            outcome,
            time: Duration::from_millis(1_795_509_000_123),
            latency: Duration::from_nanos(256_999),
        }
    }

    #[test]
    fn what_has_no_value_is_absent() {
        let expected = json!({
            "version": 1, "time": "2026-11-24T08:30:00.123Z", "decision": "0192abcd-ef01-7234-8000-0000000000ff",
            "direction": "Response", "host": "api.example", "api": "openai.chat", "surface": "Chat",
            "revision": "c0ffee", "action": "Allow", "wouldBe": "Allow", "coverage": "scanned", "bytes": 0,
            "latencyUs": 256,
        });
        assert_eq!(read(|out| record().write(out)), expected);
    }

    #[test]
    fn every_field_is_written_and_names_are_escaped() {
        let mut record = record();
        let odd = "a \"quoted\" \\ name\nof two lines, नाका";
        let tally = |confidence| Tally {
            entity: Name::configured("IN_PAN"),
            count: 2,
            confidence,
            enforced: Action::Mask { keep_last: 4 },
            would_be: Action::Block,
        };
        let outcome = &mut record.outcome;
        (outcome.route, outcome.upstream) = (Some(Name::configured(odd)), Some(Name::configured("up")));
        (outcome.provider, outcome.model) = (Some(Name::configured("openai")), Some(Name::configured("gpt-4o")));
        outcome.rules = vec![Name::configured("p:one"), Name::configured(odd)];
        outcome.entities = vec![tally(0.994), tally(1.0), tally(0.6)];
        (outcome.more_paths, outcome.rejected, outcome.bytes) = (3, 403, u64::MAX);
        (outcome.coverage, outcome.reason) = (Coverage::Partial, Some(Reason::Malformed));
        outcome.tokens.add(Fate::Restored);
        outcome.tokens.add(Fate::Url);
        outcome.tokens.add(Fate::Url);
        let line = read(|out| record.write(out));
        for (field, expected) in [
            ("route", json!(odd)),
            ("upstream", json!("up")),
            ("provider", json!("openai")),
            ("model", json!("gpt-4o")),
            ("rules", json!(["p:one", odd])),
            ("morePaths", json!(3)),
            ("tokens", json!({"restored": 1, "url": 2})),
            ("status", json!(403)),
            ("bytes", json!(u64::MAX)),
            ("coverage", json!("partial")),
            ("reason", json!("malformed")),
        ] {
            assert_eq!(line[field], expected, "{field}");
        }
        let entity = json!({"entity": "IN_PAN", "count": 2, "confidence": 0.99, "action": "Mask", "wouldBe": "Block"});
        assert_eq!(line["entities"][0], entity);
        assert_eq!(line["entities"][1]["confidence"], json!(1.0));
        assert_eq!(line["entities"][2]["confidence"], json!(0.6));
    }

    #[test]
    fn a_gap_tells_how_many_lines_are_missing() {
        let line = read(|out| gap(Duration::ZERO, 7, out));
        assert_eq!(
            line,
            json!({"version": 1, "time": "1970-01-01T00:00:00.000Z", "gap": 7})
        );
    }
}
