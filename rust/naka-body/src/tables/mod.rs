//! API tables: which routes there are and where text lives in their bodies. Data in `apis/*.toml`, compiled at load.
//!
//! A new provider is a new file there. A table whose own examples are read differently does not load.

pub(crate) mod automaton;
mod check;
pub(crate) mod errors;
mod file;
mod info;
mod notation;
pub(crate) mod paths;
pub(crate) mod stream;
mod words;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::error::TableError;
use crate::route::{Direction, Route, Surface};
use automaton::Automaton;
use errors::ErrorShape;
use file::Paths;
pub use info::ApiInfo;
use paths::Pattern;
use stream::StreamTable;
pub(crate) use words::Words;

/// Built-in tables: file name and text.
const FILES: &[(&str, &str)] = &[
    ("openai_chat.toml", include_str!("../../apis/openai_chat.toml")),
    (
        "openai_responses.toml",
        include_str!("../../apis/openai_responses.toml"),
    ),
    ("openai_texts.toml", include_str!("../../apis/openai_texts.toml")),
    (
        "openai_assistants.toml",
        include_str!("../../apis/openai_assistants.toml"),
    ),
    ("anthropic.toml", include_str!("../../apis/anthropic.toml")),
    ("gemini.toml", include_str!("../../apis/gemini.toml")),
    ("cohere.toml", include_str!("../../apis/cohere.toml")),
    ("bedrock.toml", include_str!("../../apis/bedrock.toml")),
    ("others.toml", include_str!("../../apis/others.toml")),
    ("ollama.toml", include_str!("../../apis/ollama.toml")),
    ("mcp.toml", include_str!("../../apis/mcp.toml")),
    ("routes.toml", include_str!("../../apis/routes.toml")),
    ("unknown.toml", include_str!("../../apis/unknown.toml")),
];

/// Shapes of errors, there for every set of tables.
const ERRORS: (&str, &str) = ("errors.toml", include_str!("../../apis/errors.toml"));

/// Id of the table for routes that no other table has.
const UNKNOWN: &str = "unknown";

/// One API of one provider.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) id: String,
    pub(crate) provider: Option<String>,
    pub(crate) surface: Surface,
    pub(crate) source: String,
    pub(crate) checked_on: String,
    /// As they are written in the table.
    pub(crate) routes: Vec<String>,
    pub(crate) errors: Arc<ErrorShape>,
    pub(crate) credentials: Vec<String>,
    pub(crate) refusal: Option<String>,
    /// It names paths of a body, so that more is known of it than its surface.
    pub(crate) has_paths: bool,
    pub(crate) request: Automaton,
    pub(crate) response: Automaton,
    pub(crate) stream: StreamTable,
}

impl Api {
    pub(crate) fn paths(&self, direction: Direction) -> &Automaton {
        match direction {
            Direction::Request => &self.request,
            Direction::Response => &self.response,
        }
    }
}

/// All API tables. Immutable.
///
/// ```
/// use naka_body::{ApiTables, Surface};
/// let route = ApiTables::shared().route("POST", "/team-a/v1/chat/completions?trace=1");
/// assert_eq!((route.api, route.surface, route.known), ("openai.chat", Surface::Chat, true));
/// assert!(!ApiTables::shared().route("POST", "/v1/something").known);
/// ```
#[derive(Debug)]
pub struct ApiTables {
    apis: Vec<Api>,
    unknown: usize,
    /// Patterns with the API each leads to.
    routes: Vec<(Pattern, usize)>,
    /// Routes by the name of their last segment, and those that end in any.
    by_last_name: HashMap<String, Vec<usize>>,
    unnamed_last: Vec<usize>,
    words: Words,
    errors: Vec<Arc<ErrorShape>>,
}

impl ApiTables {
    /// The built-in tables, compiled once for the process.
    pub fn shared() -> &'static Self {
        static TABLES: OnceLock<ApiTables> = OnceLock::new();
        TABLES.get_or_init(|| match Self::builtin() {
            Ok(tables) => tables,
            // They are part of this crate and loaded by its unit tests.
            Err(errors) => unreachable!("built-in API tables: {errors:?}"),
        })
    }

    /// Compiles the built-in tables and runs their examples.
    pub fn builtin() -> Result<Self, Vec<TableError>> {
        Self::load(FILES)
    }

    /// Compiles tables given as (file name, TOML text) and runs their examples. One of them must have the id `unknown`.
    pub fn load(files: &[(&str, &str)]) -> Result<Self, Vec<TableError>> {
        let mut tables = Self {
            apis: Vec::new(),
            unknown: 0,
            routes: Vec::new(),
            by_last_name: HashMap::new(),
            unnamed_last: Vec::new(),
            words: Words::default(),
            errors: Vec::new(),
        };
        let mut errors = Vec::new();
        let mut entries = Vec::new();
        for &(name, text) in [ERRORS].iter().chain(files) {
            match toml::from_str::<file::File>(text) {
                Ok(file) => {
                    entries.extend(file.api);
                    for entry in &file.error {
                        match ErrorShape::new(entry) {
                            Ok(shape) => tables.errors.push(Arc::new(shape)),
                            Err(why) => errors.push(why),
                        }
                    }
                }
                Err(why) => errors.push(TableError::BadFile {
                    table: name.to_owned(),
                    why: why.to_string(),
                }),
            }
        }
        for entry in &entries {
            if let Err(why) = tables.add(entry, &entries) {
                errors.push(why);
            }
        }
        match tables.apis.iter().position(|api| api.id == UNKNOWN) {
            Some(unknown) => tables.unknown = unknown,
            None => errors.push(TableError::BadFile {
                table: UNKNOWN.to_owned(),
                why: "there must be one API with the id \"unknown\"".to_owned(),
            }),
        }
        if errors.is_empty() {
            entries
                .iter()
                .for_each(|entry| check::examples(&tables, entry, &mut errors));
        }
        if errors.is_empty() { Ok(tables) } else { Err(errors) }
    }

    fn add(&mut self, entry: &file::ApiEntry, all: &[file::ApiEntry]) -> Result<(), TableError> {
        if self.apis.iter().any(|api| api.id == entry.id) {
            return Err(TableError::Duplicate {
                table: entry.id.clone(),
                what: "this id".to_owned(),
            });
        }
        for route in &entry.routes {
            let bad = |why| TableError::BadPath {
                table: entry.id.clone(),
                path: route.clone(),
                why,
            };
            let mut pattern = Pattern::new(route).map_err(bad)?;
            if self.routes.iter().any(|(other, _)| other.same(&pattern)) {
                return Err(TableError::Duplicate {
                    table: entry.id.clone(),
                    what: route.clone(),
                });
            }
            match pattern.last_name() {
                Some(name) => self
                    .by_last_name
                    .entry(name.to_owned())
                    .or_default()
                    .push(self.routes.len()),
                None => self.unnamed_last.push(self.routes.len()),
            }
            pattern.array = entry.stream.as_ref().is_some_and(|stream| stream.array.contains(route));
            pattern.refuses = entry
                .refusal
                .as_ref()
                .is_some_and(|refusal| refusal.routes.contains(route));
            self.routes.push((pattern, self.apis.len()));
        }
        let sound = |refusal: &file::Refusal| {
            errors::is_sound(&errors::fill(&refusal.body, |_| Some("\"x\"".to_owned())))
                && refusal.routes.iter().all(|route| entry.routes.contains(route))
        };
        if entry.refusal.as_ref().is_some_and(|refusal| !sound(refusal)) {
            return Err(TableError::BadPath {
                table: entry.id.clone(),
                path: "refusal".to_owned(),
                why: "a refusal is JSON with the slots of the documentation, and is for routes of its table",
            });
        }
        let errors = self.errors.iter().find(|shape| shape.id() == entry.errors);
        let errors = Arc::clone(errors.ok_or_else(|| TableError::BadPath {
            table: entry.id.clone(),
            path: entry.errors.clone(),
            why: "`errors` is the id of an [[error]]",
        })?);
        let api = Api {
            source: entry.source.clone(),
            checked_on: entry.checked_on.to_string(),
            routes: entry.routes.clone(),
            credentials: entry.credentials.clone(),
            refusal: entry.refusal.as_ref().map(|refusal| refusal.body.trim().to_owned()),
            has_paths: entry.request.is_some() || entry.response.is_some(),
            errors,
            request: self.automaton(entry, Direction::Request, all)?,
            response: self.automaton(entry, Direction::Response, all)?,
            stream: StreamTable::compile(entry, all, &mut self.words)?,
            id: entry.id.clone(),
            provider: entry.provider.clone(),
            surface: entry.surface,
        };
        self.apis.push(api);
        Ok(())
    }

    fn automaton(
        &mut self,
        entry: &file::ApiEntry,
        direction: Direction,
        all: &[file::ApiEntry],
    ) -> Result<Automaton, TableError> {
        let none = Paths::default();
        let paths = match direction {
            Direction::Request => &entry.request,
            Direction::Response => &entry.response,
        };
        let builder = paths.as_ref().unwrap_or(&none).compile(&entry.id, direction, all)?;
        self.words.extend(builder.words());
        builder.build().map_err(|index| TableError::Conflict {
            table: entry.id.clone(),
            path: builder.path(index),
        })
    }

    /// The API of a request. `path` is as in HTTP/2's `:path`: the query is ignored, a gateway's prefix too.
    pub fn route(&self, method: &str, path: &str) -> Route<'_> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let last = segments.last().copied().unwrap_or_default();
        // Only those that end like this path are compared as a whole.
        let named = self
            .by_last_name
            .get(last)
            .into_iter()
            .flatten()
            .chain(&self.unnamed_last);
        let found = named
            .map(|&route| &self.routes[route])
            .filter(|(pattern, _)| pattern.matches(method, &segments));
        let best = found.max_by_key(|(pattern, _)| pattern.weight());
        Route {
            pattern: best.map(|(pattern, _)| pattern),
            ..self.make_route(best.map_or(self.unknown, |&(_, api)| api), best.is_some())
        }
    }

    /// The API with this id, for tests and offline scans.
    pub fn by_id(&self, id: &str) -> Option<Route<'_>> {
        let api = self.apis.iter().position(|api| api.id == id)?;
        Some(self.make_route(api, api != self.unknown))
    }

    fn make_route(&self, api: usize, known: bool) -> Route<'_> {
        let table = &self.apis[api];
        let (api, provider, surface) = (&*table.id, table.provider.as_deref(), table.surface);
        Route {
            api,
            provider,
            surface,
            known,
            pattern: None,
            table,
            words: &self.words,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_load_and_their_examples_hold() {
        assert_eq!(ApiTables::builtin().err(), None);
    }
}
