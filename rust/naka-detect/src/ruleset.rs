//! All rule files, compiled: entities, patterns, words and tables by index. Built once, immutable.

use std::collections::HashMap;

use regex_automata::util::syntax;
use regex_syntax::hir::Hir;

use crate::check::{Check, by_name};
use crate::custom::Lane;
use crate::data;
use crate::finding::{EntityId, RuleId, Tier};
use crate::lexicon::{EntitySet, Lexicon, Word};
use crate::neighbours::Neighbours;
use crate::normalize::Normal;
use crate::rule::{Anchor, Class, Holder, PatternFile, RuleFile, Scale, TableFile, WordFile, parse};
use crate::rule_error::RuleError;
use crate::span::{self, Ahead, Span};
use crate::table::Table;
use crate::values;
use crate::whole::WholeRule;

/// What is known about an entity, for people and for policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityInfo {
    /// Index of the entity.
    pub id: EntityId,
    /// Canonical name, such as `IN_AADHAAR`.
    pub name: String,
    /// One sentence.
    pub description: String,
    /// Groups that a policy may name as `group:<name>`.
    pub groups: Vec<String>,
    /// Names that other products use.
    pub aliases: Vec<String>,
    /// What a finding of it rests on.
    pub class: Class,
    /// Where its format is written down.
    pub source: String,
    /// When that was last read, as an ISO date.
    pub checked_on: String,
}

/// One pattern of one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInfo {
    /// Index of the pattern.
    pub id: RuleId,
    /// The entity it finds.
    pub entity: EntityId,
    /// `entity.pattern` in lower case, such as `in_aadhaar.grouped`.
    pub name: String,
    /// Where the engine looks for its matches.
    pub lane: Lane,
    /// Longest match, in folded bytes.
    pub max_len: usize,
    /// Automaton steps for a KiB of trial text, of custom rules only; 0 for others.
    pub steps_per_kib: u32,
}

/// A compiled pattern.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) entity: u16,
    /// The expression, ASCII only, with flags for Unicode off in front.
    pub(crate) regex: String,
    pub(crate) anchor: Anchor,
    pub(crate) neighbours: Neighbours,
    pub(crate) span: Option<Span>,
    /// What `span` reads behind the match.
    pub(crate) ahead: Option<Ahead>,
    pub(crate) check: Option<Check>,
    pub(crate) boost: Option<Check>,
    pub(crate) lookups: Vec<Lookup>,
    pub(crate) plain: Scale,
    pub(crate) known: Scale,
    /// Nothing is reported unless a word names the entity or hints at it.
    pub(crate) needs_word: bool,
}

impl Pattern {
    pub(crate) fn needs_compact(&self) -> bool {
        self.check.is_some() || self.boost.is_some() || self.lookups.iter().any(|l| l.key != Key::Handle)
    }
}

/// A table and the part of the match that is looked up.
#[derive(Debug)]
pub(crate) struct Lookup {
    pub(crate) table: usize,
    pub(crate) key: Key,
    pub(crate) need: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// This range of the compact match.
    Slice(usize, usize),
    /// What follows the last `@`.
    Handle,
    /// The first one to six letters or digits.
    Prefix,
}

/// A part of a match that is an entity of its own.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) entity: u16,
    pub(crate) span: PartSpan,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PartSpan {
    /// This range of the letters and digits.
    Slice(usize, usize),
    /// What precedes the `@`, when it is a mobile number.
    Mobile,
}

/// An entity as the judge needs it.
#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) holder: Holder,
    pub(crate) class: Class,
    pub(crate) nested_in: EntitySet,
    pub(crate) normal: Normal,
    pub(crate) is_age: bool,
    pub(crate) whole: Option<WholeRule>,
    pub(crate) parts: Vec<Part>,
    pub(crate) matches: Vec<String>,
    pub(crate) no_match: Vec<String>,
}

/// Everything compiled.
#[derive(Debug)]
pub(crate) struct RuleSet {
    pub(crate) infos: Vec<EntityInfo>,
    pub(crate) entities: Vec<Entity>,
    pub(crate) rules: Vec<RuleInfo>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) tables: Vec<Table>,
    pub(crate) lexicon: Lexicon,
    pub(crate) words: Vec<String>,
    /// Names of keys and columns whose values are whole fields or cells.
    pub(crate) keys: Lexicon,
    names: HashMap<String, EntityId>,
}

/// Longest match that a built-in pattern may have, in folded bytes.
pub(crate) const MAX_MATCH: usize = 512;
const MAX_ENTITIES: usize = 128;

impl RuleSet {
    /// Reads and compiles the rule files of this crate. All faults are told at once.
    pub(crate) fn builtin() -> Result<Self, Vec<RuleError>> {
        Self::build(data::RULES, data::WORDS, data::TABLES)
    }

    pub(crate) fn build(
        rules: &[(&str, &str)],
        words: &[(&str, &str)],
        tables: &[(&'static str, &str)],
    ) -> Result<Self, Vec<RuleError>> {
        let mut errors = Vec::new();
        let files: Vec<RuleFile> = rules
            .iter()
            .filter_map(|(name, text)| keep(parse(name, text), &mut errors))
            .collect();
        let lists: Vec<WordFile> = words
            .iter()
            .filter_map(|(name, text)| {
                keep(
                    toml::from_str(text).map_err(|e| RuleError::BadFile {
                        rule: (*name).to_owned(),
                        why: e.to_string(),
                    }),
                    &mut errors,
                )
            })
            .collect();
        let tables: Vec<Table> = tables
            .iter()
            .filter_map(|(name, csv)| {
                keep(
                    Table::read(name, csv).map_err(|why| RuleError::BadFile {
                        rule: (*name).to_owned(),
                        why,
                    }),
                    &mut errors,
                )
            })
            .collect();
        if files.len() > MAX_ENTITIES {
            errors.push(RuleError::TooLarge {
                rule: "rules".to_owned(),
                what: "the number of entities",
                limit: MAX_ENTITIES,
            });
        }
        let names = names(&files, &mut errors);
        let mut set = Self {
            infos: Vec::new(),
            entities: Vec::new(),
            rules: Vec::new(),
            patterns: Vec::new(),
            tables,
            lexicon: lexicon(&files, &lists).map_err(|e| vec![e])?,
            words: Vec::new(),
            keys: keys(&files, &lists).map_err(|e| vec![e])?,
            names,
        };
        for (index, file) in files.into_iter().enumerate() {
            set.add(index as u16, file, &mut errors);
        }
        set.words = set
            .lexicon
            .words()
            .iter()
            .map(|word| word.text.trim_end_matches(['$', '*']).to_owned())
            .collect();
        if errors.is_empty() { Ok(set) } else { Err(errors) }
    }

    pub(crate) fn entity_by_name(&self, name: &str) -> Option<EntityId> {
        self.names.get(name).copied()
    }

    fn add(&mut self, entity: u16, file: RuleFile, errors: &mut Vec<RuleError>) {
        let mut nested_in = 0;
        for outer in &file.nested_in {
            match self.names.get(outer) {
                Some(id) => nested_in |= 1 << id.0,
                None => errors.push(RuleError::UnknownName {
                    rule: file.id.clone(),
                    kind: "entity",
                    name: outer.clone(),
                }),
            }
        }
        let mut parts = Vec::new();
        for part in &file.part {
            let unknown = |kind, name: &str| RuleError::UnknownName {
                rule: file.id.clone(),
                kind,
                name: name.to_owned(),
            };
            let span = if part.span == "mobile" {
                Some(PartSpan::Mobile)
            } else {
                slice(&part.span).map(|(from, to)| PartSpan::Slice(from, to))
            };
            match (self.names.get(&part.entity), span) {
                (None, _) => errors.push(unknown("entity", &part.entity)),
                (_, None) => errors.push(unknown("span", &part.span)),
                (Some(id), Some(span)) => parts.push(Part { entity: id.0, span }),
            }
        }
        let first = RuleId(self.rules.len() as u16);
        for pattern in file.pattern {
            let name = format!("{}.{}", file.id.to_ascii_lowercase(), pattern.name);
            match self.compile(entity, &name, pattern) {
                Ok((pattern, max_len)) => {
                    let id = RuleId(self.rules.len() as u16);
                    self.rules.push(RuleInfo {
                        id,
                        entity: EntityId(entity),
                        name,
                        lane: pattern.anchor.lane(),

                        steps_per_kib: 0,
                        max_len,
                    });
                    self.patterns.push(pattern);
                }
                Err(error) => errors.push(error),
            }
        }
        let whole = file
            .whole
            .as_ref()
            .and_then(|whole| match values::by_name(&whole.value) {
                Some(value) if whole.confidence > 0.0 && whole.confidence <= 1.0 => Some(WholeRule {
                    value,
                    confidence: whole.confidence,
                    rule: first,
                }),
                Some(_) => {
                    errors.push(RuleError::BadConfidence { rule: file.id.clone() });
                    None
                }
                None => {
                    errors.push(RuleError::UnknownName {
                        rule: file.id.clone(),
                        kind: "value",
                        name: whole.value.clone(),
                    });
                    None
                }
            });
        self.entities.push(Entity {
            holder: file.holder,
            class: file.class,
            nested_in,
            normal: file.normal,
            is_age: file.is_age,
            whole,
            parts,
            matches: file.matches,
            no_match: file.no_match,
        });
        self.infos.push(EntityInfo {
            id: EntityId(entity),
            name: file.id,
            description: file.description,
            groups: file.groups,
            aliases: file.aliases,
            class: file.class,
            source: file.source,
            checked_on: file.checked_on.to_string(),
        });
    }

    fn compile(&self, entity: u16, rule: &str, file: PatternFile) -> Result<(Pattern, usize), RuleError> {
        let regex = bytes_only(&file.regex);
        let hir = check_regex(rule, &regex)?;
        let max_len = hir.properties().maximum_len().filter(|&n| n <= MAX_MATCH);
        let (Some(max_len), true) = (max_len, hir.properties().minimum_len().is_some_and(|n| n > 0)) else {
            return Err(RuleError::Unbounded { rule: rule.to_owned() });
        };
        let known = file.known.unwrap_or(file.confidence);
        if !(file.confidence.is_sound() && known.is_sound()) {
            return Err(RuleError::BadConfidence { rule: rule.to_owned() });
        }
        let named = |name: &Option<String>| match name {
            None => Ok(None),
            Some(name) => by_name(name).map(Some).ok_or_else(|| RuleError::UnknownName {
                rule: rule.to_owned(),
                kind: "check",
                name: name.clone(),
            }),
        };
        let pattern = Pattern {
            entity,
            regex,
            anchor: file.anchor,
            neighbours: file.neighbours,
            span: match &file.span {
                None => None,
                Some(name) => Some(span::by_name(name).ok_or_else(|| RuleError::UnknownName {
                    rule: rule.to_owned(),
                    kind: "span",
                    name: name.clone(),
                })?),
            },
            ahead: file.span.as_deref().and_then(span::ahead),
            check: named(&file.check)?,
            boost: named(&file.boost)?,
            lookups: file
                .table
                .iter()
                .map(|t| self.lookup(rule, t))
                .collect::<Result<_, _>>()?,
            needs_word: [file.confidence, known]
                .iter()
                .all(|scale| Tier::of(scale.bare).is_none()),
            plain: file.confidence,
            known,
        };
        Ok((pattern, max_len))
    }

    fn lookup(&self, rule: &str, file: &TableFile) -> Result<Lookup, RuleError> {
        let unknown = |kind, name: &str| RuleError::UnknownName {
            rule: rule.to_owned(),
            kind,
            name: name.to_owned(),
        };
        let table = self
            .tables
            .iter()
            .position(|t| t.name == file.name)
            .ok_or_else(|| unknown("table", &file.name))?;
        let key = match file.key.as_str() {
            "handle" => Key::Handle,
            "prefix" => Key::Prefix,
            range => slice(range)
                .map(|(from, to)| Key::Slice(from, to))
                .ok_or_else(|| unknown("table key", range))?,
        };
        Ok(Lookup {
            table,
            key,
            need: file.need,
        })
    }
}

/// Reads `"2..12"`.
fn slice(range: &str) -> Option<(usize, usize)> {
    let (from, to) = range.split_once("..")?;
    let (from, to) = (from.parse().ok()?, to.parse().ok()?);
    (from < to).then_some((from, to))
}

fn keep<T>(result: Result<T, RuleError>, errors: &mut Vec<RuleError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}

/// Canonical names and aliases; an alias may be named by one entity only.
fn names(files: &[RuleFile], errors: &mut Vec<RuleError>) -> HashMap<String, EntityId> {
    let mut names = HashMap::new();
    for (index, file) in files.iter().enumerate() {
        for name in std::iter::once(&file.id).chain(&file.aliases) {
            if names.insert(name.clone(), EntityId(index as u16)).is_some() {
                errors.push(RuleError::DuplicateId { rule: name.clone() });
            }
        }
    }
    names
}

/// The expression with every non-ASCII character written as its UTF-8 bytes, Unicode and UTF-8 checks off.
fn bytes_only(regex: &str) -> String {
    let mut out = String::with_capacity(regex.len() + 8);
    out.push_str("(?-u)");
    for c in regex.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            out.push_str("(?:");
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                out.push_str(&format!("\\x{byte:02X}"));
            }
            out.push(')');
        }
    }
    out
}

/// Syntax that all built-in patterns share: bytes, no Unicode classes, no invalid-UTF-8 check.
pub(crate) fn syntax_config() -> syntax::Config {
    syntax::Config::new().unicode(false).utf8(false)
}

fn check_regex(rule: &str, regex: &str) -> Result<Hir, RuleError> {
    let hir = syntax::parse_with(regex, &syntax_config()).map_err(|e| {
        let at = match &e {
            regex_syntax::Error::Parse(e) => e.span().start.offset,
            regex_syntax::Error::Translate(e) => e.span().start.offset,
            _ => 0,
        };
        RuleError::BadPattern {
            rule: rule.to_owned(),
            at,
            why: "not a regular expression this engine takes".to_owned(),
        }
    })?;
    if hir.properties().look_set().is_empty() {
        Ok(hir)
    } else {
        Err(RuleError::BadPattern {
            rule: rule.to_owned(),
            at: 0,
            why: "look-around (^ $ \\b) is not allowed; neighbours are checked by code".to_owned(),
        })
    }
}

/// The words that name entities which may be a whole field or cell, and the fillers.
fn keys(files: &[RuleFile], lists: &[WordFile]) -> Result<Lexicon, RuleError> {
    let mut words: Vec<Word> = Vec::new();
    let mut spelled = Vec::new();
    let mut add = |text: &String, names: EntitySet| {
        spelled.push((text.clone(), words.len() as u16));
        words.push(Word {
            text: text.clone(),
            names,
            filler: names == 0,
            ..Word::default()
        });
    };
    for (i, file) in files.iter().enumerate() {
        if let Some(whole) = &file.whole {
            let names = 1 << i.min(MAX_ENTITIES - 1);
            whole
                .keys
                .iter()
                .chain(&file.context.words)
                .for_each(|word| add(word, names));
        }
    }
    lists.iter().flat_map(|list| &list.filler).for_each(|word| add(word, 0));
    Lexicon::new(words, &spelled).map_err(|word| RuleError::BadWord {
        rule: "keys".to_owned(),
        word,
    })
}

/// Merges the words of all entities: a word that several entities use becomes one word with a set.
fn lexicon(files: &[RuleFile], lists: &[WordFile]) -> Result<Lexicon, RuleError> {
    let mut words: Vec<Word> = Vec::new();
    let mut spelled: Vec<(String, u16)> = Vec::new();
    let mut index: HashMap<String, u16> = HashMap::new();
    let mut word = |text: &str, set: &dyn Fn(&mut Word)| {
        let id = *index.entry(text.to_lowercase()).or_insert_with(|| {
            words.push(Word {
                text: text.to_owned(),
                ..Word::default()
            });
            spelled.push((text.to_owned(), (words.len() - 1) as u16));
            (words.len() - 1) as u16
        });
        set(&mut words[usize::from(id)]);
    };
    for (i, file) in files.iter().enumerate() {
        let own: EntitySet = 1 << i.min(MAX_ENTITIES - 1);
        let owns = file.class != Class::Heuristic && file.whole.is_none();
        file.context.words.iter().for_each(|w| {
            word(w, &|w| {
                w.names |= own;
                w.owns |= owns;
            });
        });
        file.context.hints.iter().for_each(|w| word(w, &|w| w.hints |= own));
        file.context.counter.iter().for_each(|w| word(w, &|w| w.against |= own));
    }
    for list in lists {
        list.counter_strong.iter().for_each(|w| word(w, &|w| w.counter = 100));
        list.counter_weak
            .iter()
            .for_each(|w| word(w, &|w| w.counter = w.counter.max(50)));
        list.filler.iter().for_each(|w| word(w, &|w| w.filler = true));
    }
    Lexicon::new(words, &spelled).map_err(|word| RuleError::BadWord {
        rule: "context".to_owned(),
        word,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
id = "T"
description = "test"
groups = []
class = "structure"
source = "none"
checked_on = 2026-11-24
match = ["ab123"]
[[pattern]]
name = "p"
regex = 'ab[0-9]{3}'
anchor = "digits"
neighbours = "token"
confidence = { bare = 0.5, context = 0.9, counter = 0.2 }
"#;

    fn codes(text: &str) -> Vec<&'static str> {
        match RuleSet::build(&[("t.toml", text)], &[], &[]) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(RuleError::code).collect(),
        }
    }

    #[test]
    fn a_sound_file_loads() {
        let set = RuleSet::build(&[("t.toml", GOOD)], &[], &[]).unwrap();
        assert_eq!((set.rules[0].name.as_str(), set.rules[0].max_len), ("t.p", 5));
        assert_eq!(set.entity_by_name("T"), Some(EntityId(0)));
    }

    #[test]
    fn every_fault_has_its_code_and_names_the_rule() {
        for (from, to, code) in [
            ("class = ", "klass = ", "rule_bad_file"),
            ("ab[0-9]{3}", "ab[0-9", "rule_bad_pattern"),
            ("ab[0-9]{3}", r"\bab", "rule_bad_pattern"),
            ("ab[0-9]{3}", "ab[0-9]+", "rule_unbounded"),
            ("ab[0-9]{3}", "a{0,3}", "rule_unbounded"),
            ("bare = 0.5", "bare = 0.95", "rule_bad_confidence"),
            (
                "neighbours = \"token\"",
                "neighbours = \"token\"\ncheck = \"md5\"",
                "rule_unknown_name",
            ),
            (
                "neighbours = \"token\"",
                "neighbours = \"token\"\ntable = [{name = \"x\", key = \"0..2\", need = true}]",
                "rule_unknown_name",
            ),
            ("match = ", "aliases = [\"T\"]\nmatch = ", "rule_duplicate_id"),
            ("match = ", "nested_in = [\"U\"]\nmatch = ", "rule_unknown_name"),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD, "{from}");
            assert_eq!(codes(&text), [code], "{from} -> {to}");
        }
    }

    #[test]
    fn letters_of_other_scripts_become_bytes() {
        assert_eq!(
            bytes_only("श्री?"),
            r"(?-u)(?:\xE0\xA4\xB6)(?:\xE0\xA5\x8D)(?:\xE0\xA4\xB0)(?:\xE0\xA5\x80)?"
        );
    }
}
