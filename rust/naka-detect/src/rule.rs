//! The form of a rule file: one TOML per entity under `rules/`, read once when the detector is built.
//! Shape only; names of checks and tables are resolved in `ruleset.rs`.

use serde::Deserialize;

use crate::custom::Lane;
use crate::neighbours::Neighbours;
use crate::normalize::Normal;
use crate::rule_error::RuleError;

/// One rule file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    /// Canonical entity id.
    pub(crate) id: String,
    /// One sentence for people.
    pub(crate) description: String,
    pub(crate) groups: Vec<String>,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    pub(crate) class: Class,
    /// Official document or data that the format comes from.
    pub(crate) source: String,
    pub(crate) checked_on: toml::value::Datetime,
    /// Whose identifier it is.
    #[serde(default)]
    pub(crate) holder: Holder,
    /// Texts in which the entity must be found, at tier possible or better.
    #[serde(rename = "match")]
    pub(crate) matches: Vec<String>,
    /// Texts in which it must not be found at all.
    #[serde(default)]
    pub(crate) no_match: Vec<String>,
    /// Entities inside which this one is a true part (PAN in GSTIN) and is reported beside the larger one.
    #[serde(default)]
    pub(crate) nested_in: Vec<String>,
    /// True: the value is an age in years, and tells a person under 18.
    #[serde(default)]
    pub(crate) is_age: bool,
    /// How it is found as the whole value of a key or column that one of its words names.
    pub(crate) whole: Option<WholeFile>,
    /// How its values are made canonical.
    #[serde(default)]
    pub(crate) normal: Normal,
    #[serde(default)]
    pub(crate) part: Vec<PartFile>,
    #[serde(default)]
    pub(crate) pattern: Vec<PatternFile>,
    #[serde(default)]
    pub(crate) context: ContextFile,
}

/// What an entity rests on; the accuracy report and the documentation group by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Class {
    /// A check digit.
    Checksum,
    /// A public list of codes.
    Registry,
    /// Its shape.
    Structure,
    /// A label beside it; without one it is not reported.
    Label,
    /// Words and layout; never certain.
    Heuristic,
    /// Already masked text; informational.
    Masked,
    /// Defined by a policy pack.
    #[serde(skip)]
    Custom,
}

impl Class {
    /// The name that rule files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::Registry => "registry",
            Self::Structure => "structure",
            Self::Label => "label",
            Self::Heuristic => "heuristic",
            Self::Masked => "masked",
            Self::Custom => "custom",
        }
    }
}

/// Whose identifier a rule finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Holder {
    /// Cannot be told from the value.
    #[default]
    Unknown,
    Person,
    Business,
    /// By the fourth letter of the PAN at this place of the compact value.
    Pan,
    PanInGstin,
}

/// A whole field or cell.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WholeFile {
    /// A function that says whether a text is one.
    pub(crate) value: String,
    pub(crate) confidence: f32,
    /// Names of keys and columns, beside the words of the context.
    #[serde(default)]
    pub(crate) keys: Vec<String>,
}

/// One shape of the entity.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PatternFile {
    pub(crate) name: String,
    /// Regular expression over folded bytes; Unicode off, no look-around, longest match counts.
    pub(crate) regex: String,
    pub(crate) anchor: Anchor,
    pub(crate) neighbours: Neighbours,
    /// A function that leads from the match to the value.
    pub(crate) span: Option<String>,
    /// A test that must hold.
    pub(crate) check: Option<String>,
    /// A test that adds evidence.
    pub(crate) boost: Option<String>,
    #[serde(default)]
    pub(crate) table: Vec<TableFile>,
    pub(crate) confidence: Scale,
    /// In place of `confidence` when `boost` holds or a table that is not needed lists the code.
    pub(crate) known: Option<Scale>,
}

/// A part of the match that is looked up in a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableFile {
    pub(crate) name: String,
    /// `"0..2"` of the letters and digits of the match, `"prefix"` for their beginning, or `"handle"` for what follows the `@`.
    pub(crate) key: String,
    /// True: an unlisted code refuses the match. False: a listed one is evidence.
    pub(crate) need: bool,
}

/// A part of every match that is an entity of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartFile {
    pub(crate) entity: String,
    /// `"2..12"` of the letters and digits, or `"mobile"`: what precedes the `@`, when it is a mobile number.
    pub(crate) span: String,
}

/// How the engine proposes starts of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub(crate) enum Anchor {
    /// Every match holds a run of at least three digits.
    Digits,
    /// Every match starts with a group of one to three digits or hex digits and one separator, and has four groups or more.
    Groups,
    /// Every match holds an `@`.
    At,
    /// Every match starts with a word or prefix out of a list, where a word starts; a start inside a word is refused.
    Words,
}

impl Anchor {
    pub(crate) const fn lane(self) -> Lane {
        match self {
            Self::Digits => Lane::Digits,
            Self::Groups => Lane::Groups,
            Self::At => Lane::At,
            Self::Words => Lane::Words,
        }
    }
}

/// Confidence by what the surroundings say. A value of 0 is never reported.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scale {
    /// Nothing is said.
    pub(crate) bare: f32,
    /// A word for it wins.
    pub(crate) context: f32,
    /// A word against it wins.
    pub(crate) counter: f32,
}

impl Scale {
    pub(crate) fn is_sound(&self) -> bool {
        0.0 <= self.counter && self.counter <= self.bare && self.bare <= self.context && self.context <= 1.0
    }

    /// True when the surroundings cannot change the confidence.
    pub(crate) fn is_flat(&self) -> bool {
        self.counter == self.context
    }
}

/// Words around an entity, all languages together.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContextFile {
    /// Names of the entity.
    #[serde(default)]
    pub(crate) words: Vec<String>,
    /// Words that suggest it.
    #[serde(default)]
    pub(crate) hints: Vec<String>,
    /// Words that speak against it, beyond the common list.
    #[serde(default)]
    pub(crate) counter: Vec<String>,
}

/// The common word lists, `rules/words/*.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordFile {
    /// Name something else for certain: `order id`, `invoice no`.
    #[serde(default)]
    pub(crate) counter_strong: Vec<String>,
    /// May name something else: `order`, `bill`.
    #[serde(default)]
    pub(crate) counter_weak: Vec<String>,
    /// Mean nothing between a label and its value.
    #[serde(default)]
    pub(crate) filler: Vec<String>,
}

/// Reads one rule file.
pub(crate) fn parse(file: &str, text: &str) -> Result<RuleFile, RuleError> {
    toml::from_str(text).map_err(|e| RuleError::BadFile {
        rule: file.to_owned(),
        why: e.to_string(),
    })
}
