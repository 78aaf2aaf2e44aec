//! The TOML notation of API tables, as written in `apis/*.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::automaton::{Builder, Class, Fact, Mark, Stale};
use crate::document::Reason;
use crate::error::TableError;
use crate::route::{Direction, Surface};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) api: Vec<ApiEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiEntry {
    /// `provider.name`; a metric label, never reused.
    pub(super) id: String,
    pub(super) provider: Option<String>,
    pub(super) surface: Surface,
    /// Where the facts below were read.
    #[allow(dead_code)] // for people; required so that no table is without one
    source: String,
    #[allow(dead_code)]
    checked_on: toml::value::Datetime,
    /// `METHOD /path/{any}`; methods may be joined by `|`.
    pub(super) routes: Vec<String>,
    pub(super) request: Option<Paths>,
    pub(super) response: Option<Paths>,
    /// `METHOD /path` that must find this API, `!METHOD /path` that must not.
    #[serde(default)]
    pub(super) matches: Vec<String>,
    #[serde(default)]
    pub(super) example: Vec<Example>,
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

impl Paths {
    pub(super) fn compile(&self, table: &str) -> Result<Builder, TableError> {
        let mut builder = Builder::default();
        let mut add = |path: &str, mark: Mark| {
            let bad = |why| TableError::BadPath {
                table: table.into(),
                path: path.into(),
                why,
            };
            builder.add(path, mark).map_err(bad)
        };
        let classes = [
            (&self.text, Class::Text),
            (&self.free, Class::Free),
            (&self.audit, Class::Audit),
            (&self.url, Class::Url),
            (&self.keep, Class::Keep),
        ];
        for (paths, class) in classes {
            paths.iter().try_for_each(|path| add(path, Mark::Class(class)))?;
        }
        for (&reason, paths) in &self.opaque {
            paths
                .iter()
                .try_for_each(|path| add(path, Mark::Class(Class::Opaque(reason))))?;
        }
        self.record.iter().try_for_each(|path| add(path, Mark::Record))?;
        self.facts
            .iter()
            .try_for_each(|(&fact, path)| add(path, Mark::Fact(fact)))?;
        for stale in &self.stale {
            if !stale.scan {
                add(&stale.path, Mark::Class(Class::Copy))?;
            }
            let mark = Stale {
                only_if_moved: stale.when == When::Moved,
                empty_array: stale.becomes == Becomes::EmptyArray,
            };
            add(&stale.path, Mark::Stale(mark))?;
        }
        for path in &self.deciding {
            let bad = |why| TableError::BadPath {
                table: table.into(),
                path: path.clone(),
                why,
            };
            builder.add_deciding(path).map_err(bad)?;
        }
        Ok(builder)
    }

    /// The path at `index` among those added, for messages.
    pub(super) fn path(&self, index: usize) -> String {
        let classes = [&self.text, &self.free, &self.audit, &self.url, &self.keep];
        let plain = classes.into_iter().chain(self.opaque.values()).flatten();
        plain
            .chain(self.stale.iter().map(|stale| &stale.path))
            .nth(index)
            .cloned()
            .unwrap_or_default()
    }
}
