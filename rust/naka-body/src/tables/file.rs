//! The TOML notation of API tables, as written in `apis/*.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::automaton::{Builder, Class, Fact, Mark, Stale};
use crate::document::Reason;
use crate::error::TableError;
use crate::route::{Direction, Surface};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct File {
    pub(super) api: Vec<ApiEntry>,
    pub(super) error: Vec<ErrorEntry>,
}

/// How a provider writes its errors; see [`super::errors`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ErrorEntry {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) checked_on: toml::value::Datetime,
    /// JSON with `"$message"`, `"$kind"`, `"$param"`, `"$code"`, `"$status"` and `"$decision"` for what is put in.
    pub(super) body: String,
    /// Status to what stands for `$kind`.
    pub(super) kinds: BTreeMap<String, String>,
    /// Sent beside the body; the same names may stand in them.
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiEntry {
    /// `provider.name`; a metric label, never reused.
    pub(super) id: String,
    pub(super) provider: Option<String>,
    pub(super) surface: Surface,
    /// Where the facts below were read.
    pub(super) source: String,
    pub(super) checked_on: toml::value::Datetime,
    /// How its clients expect errors: the id of an `[[error]]`.
    #[serde(default = "openai")]
    pub(super) errors: String,
    pub(super) refusal: Option<Refusal>,
    /// Query parameters that hold the caller's own key to this API.
    #[serde(default)]
    pub(super) credentials: Vec<String>,
    /// `METHOD /path/{any}`; methods may be joined by `|`.
    pub(super) routes: Vec<String>,
    pub(super) request: Option<Paths>,
    pub(super) response: Option<Paths>,
    pub(super) stream: Option<StreamEntry>,
    /// `METHOD /path` that must find this API, `!METHOD /path` that must not.
    #[serde(default)]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) example: Vec<Example>,
}

/// An answer of the model that refuses.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refusal {
    /// Those of the table's routes that give such answers, and not as a stream.
    pub(super) routes: Vec<String>,
    /// JSON with `"$message"`, `"$model"` and `"$decision"`.
    pub(super) body: String,
}

/// The events of a streamed answer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StreamEntry {
    /// The table whose stream this is; then nothing else is said.
    pub(super) like: Option<String>,
    /// What stands in an event, beside channels: as in `[api.response]`.
    pub(super) paths: Paths,
    /// Where an event says its own name; else the form of the stream does.
    pub(super) name: Option<String>,
    /// Payloads that are no JSON and end the stream.
    pub(super) done: Vec<String>,
    /// Numbers that tell choices, tool calls and blocks apart, in this order within one object. A list's items without one
    /// are told apart by position.
    pub(super) index: Vec<String>,
    /// The number of the event, counted up from event to event.
    pub(super) sequence: Option<String>,
    pub(super) channel: Vec<ChannelEntry>,
    /// A path whose value is a string or `true`, or the name of an event and a colon: the channels under the same indices
    /// have ended; with `*` behind the colon all of them.
    pub(super) ends: Vec<String>,
    /// Names of events that say again what pieces have said: changed alike, not counted twice.
    pub(super) copies: Vec<String>,
    /// Names of events whose pieces are no text.
    pub(super) binary: Vec<String>,
    /// Routes of the table whose answer in JSON is an array of events.
    pub(super) array: Vec<String>,
    /// The events that end a stream by an error; by the API's error as one event unless told.
    pub(super) error: Vec<LastEvent>,
    /// The events that end it as a model that refuses; as by an error where there are none.
    pub(super) refusal: Vec<LastEvent>,
}

/// One of the events that end a stream in the provider's place. Its data has the slots of errors and refusals.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LastEvent {
    #[serde(default)]
    pub(super) event: String,
    /// JSON, or a payload of `done`.
    pub(super) data: String,
}

/// A text that comes in pieces.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelEntry {
    /// `path`, or `event: path` where the same path holds other texts in other events. `.*` at its end: every string that
    /// no path names, each key a text of its own.
    pub(super) delta: Vec<String>,
    /// The text is JSON, cut anywhere.
    #[serde(default)]
    pub(super) json: bool,
    /// The provider signs the text: scanned, never rewritten.
    #[serde(default)]
    pub(super) sealed: bool,
    /// The text is what a tool is called with; where the tool's name stands, in this or an earlier event.
    pub(super) tool: Option<String>,
    /// Indices that part its texts; all of them unless told.
    pub(super) depth: Option<u8>,
}

/// Most servers speak OpenAI's.
fn openai() -> String {
    "openai".to_owned()
}

/// Field paths of one direction; classes are those of [`Class`].
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Paths {
    text: Vec<String>,
    free: Vec<String>,
    audit: Vec<String>,
    url: Vec<String>,
    keep: Vec<String>,
    opaque: BTreeMap<Reason, Vec<String>>,
    record: Vec<String>,
    deciding: Vec<String>,
    facts: BTreeMap<Fact, String>,
    stale: Vec<StaleEntry>,
    /// A string or `true` here says that the object around it is signed: it is scanned, never rewritten.
    seal: Vec<String>,
    /// Calls of tools: where their names and their arguments stand, in one object.
    tools: Vec<ToolEntry>,
    /// A key `likeThis` may also be written `like_this`.
    both_cases: bool,
    /// Paths of other tables, which hold here too.
    like: Vec<Like>,
}

/// The paths of another table, at the top of this body or under one of its paths.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Like {
    api: String,
    /// Which of its two bodies; this one's direction unless told.
    direction: Option<Direction>,
    #[serde(default)]
    under: String,
}

/// `name` and `arguments` differ in their last key only.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolEntry {
    name: String,
    arguments: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StaleEntry {
    path: String,
    /// Scanned as well (true), or only a copy of what is scanned elsewhere (false).
    scan: bool,
    becomes: Becomes,
    when: When,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Becomes {
    Null,
    EmptyArray,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    Changed,
    Moved,
}

/// A body and how it must be read, or the table does not load.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    pub(super) direction: Direction,
    pub(super) body: String,
    /// `path = text`, in document order; `path ~ text` for one that must not be rewritten.
    pub(super) fields: Vec<String>,
    /// `path reason`, in document order.
    #[serde(default)]
    pub(super) unscannable: Vec<String>,
}

/// Tables inside tables, at most: a table that is like itself would never end.
const MAX_LIKE: usize = 4;

impl Paths {
    /// `others`: all tables, for [`Paths::like`].
    pub(super) fn compile(
        &self,
        table: &str,
        direction: Direction,
        others: &[ApiEntry],
    ) -> Result<Builder, TableError> {
        let mut into = Into {
            builder: Builder::new(self.both_cases),
            table,
            others,
            records: true,
        };
        self.add(&mut into, direction, "", 0)?;
        Ok(into.builder)
    }

    fn add(&self, into: &mut Into<'_>, direction: Direction, under: &str, depth: usize) -> Result<(), TableError> {
        let classes = [
            (&self.text, Class::Text),
            (&self.free, Class::Free),
            (&self.audit, Class::Audit),
            (&self.url, Class::Url),
            (&self.keep, Class::Keep),
        ];
        for (paths, class) in classes {
            into.all(under, paths, Mark::Class(class))?;
        }
        for (&reason, paths) in &self.opaque {
            into.all(under, paths, Mark::Class(Class::Opaque(reason)))?;
        }
        into.all(under, &self.seal, Mark::Seal)?;
        for tool in &self.tools {
            let object = |path: &str| {
                path.rsplit_once('.')
                    .map_or(String::new(), |(object, _)| object.to_owned())
            };
            if tool.arguments.iter().any(|path| object(path) != object(&tool.name)) {
                return Err(into.bad(&tool.name, "a tool's name and arguments stand in one object"));
            }
            into.all(under, std::slice::from_ref(&tool.name), Mark::ToolName)?;
            into.all(under, &tool.arguments, Mark::ToolArguments)?;
        }
        for stale in &self.stale {
            let path = std::slice::from_ref(&stale.path);
            if !stale.scan {
                into.all(under, path, Mark::Class(Class::Copy))?;
            }
            let mark = Stale {
                only_if_moved: stale.when == When::Moved,
                empty_array: stale.becomes == Becomes::EmptyArray,
            };
            into.all(under, path, Mark::Stale(mark))?;
        }
        // The messages of a call inside a batch are no records of their own where each call is one.
        if into.records {
            into.all(under, &self.record, Mark::Record)?;
            into.records = self.record.is_empty();
        }
        if under.is_empty() {
            for (&fact, path) in &self.facts {
                into.all("", std::slice::from_ref(path), Mark::Fact(fact))?;
            }
            for path in &self.deciding {
                into.builder.add_deciding(path).map_err(|why| into.bad(path, why))?;
            }
        }
        for like in &self.like {
            let other = into.others.iter().find(|other| other.id == like.api);
            let other = other.filter(|_| depth < MAX_LIKE);
            let other =
                other.ok_or_else(|| into.bad(&like.api, "`like` names a table that exists, and not in a circle"))?;
            let direction = like.direction.unwrap_or(direction);
            let paths = match direction {
                Direction::Request => &other.request,
                Direction::Response => &other.response,
            };
            if let Some(paths) = paths {
                paths.add(into, direction, &joined(under, &like.under), depth + 1)?;
            }
        }
        Ok(())
    }
}

/// Where compiled paths go.
struct Into<'t> {
    builder: Builder,
    table: &'t str,
    others: &'t [ApiEntry],
    /// No table further out has records.
    records: bool,
}

impl Into<'_> {
    fn all(&mut self, under: &str, paths: &[String], mark: Mark) -> Result<(), TableError> {
        paths.iter().try_for_each(|path| {
            let path = joined(under, path);
            self.builder.add(&path, mark).map_err(|why| self.bad(&path, why))
        })
    }

    fn bad(&self, path: &str, why: &'static str) -> TableError {
        TableError::BadPath {
            table: self.table.to_owned(),
            path: path.to_owned(),
            why,
        }
    }
}

fn joined(under: &str, path: &str) -> String {
    match (under, path) {
        ("", path) => path.to_owned(),
        (under, "") => under.to_owned(),
        (under, path) => format!("{under}.{path}"),
    }
}
