//! Why a rule file or a custom recogniser was refused.

use std::fmt;

/// Why a rule file was refused. Each message names the rule and says what to change.
/// No message holds text that was scanned; examples are named by their number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleError {
    /// The file is not TOML, or a field is missing, misspelt or of the wrong type.
    BadFile {
        /// File name.
        rule: String,
        /// What the reader says, with line and column.
        why: String,
    },
    /// A pattern is not a regular expression this engine takes.
    BadPattern {
        /// Entity and pattern.
        rule: String,
        /// Byte offset into the pattern.
        at: usize,
        /// What is wrong there.
        why: String,
    },
    /// A pattern can match without an upper bound, or can match nothing.
    Unbounded {
        /// Entity and pattern.
        rule: String,
    },
    /// A check, table, anchor or key that does not exist.
    UnknownName {
        /// Entity and pattern.
        rule: String,
        /// What kind of name it is.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// Two rules, or a rule and an alias, share an id.
    DuplicateId {
        /// The id.
        rule: String,
    },
    /// A confidence is not between 0 and 1, or context would lower it.
    BadConfidence {
        /// Entity and pattern.
        rule: String,
    },
    /// A context word holds no letter, or is longer than 120 bytes.
    BadWord {
        /// The entity or word list.
        rule: String,
        /// The word.
        word: String,
    },
    /// One of the rule's own `match` examples is not found.
    ExampleMissed {
        /// Entity.
        rule: String,
        /// Its place in the list, from 0.
        example: usize,
    },
    /// One of the rule's own `no_match` examples is found.
    ExampleMatched {
        /// Entity.
        rule: String,
        /// Its place in the list, from 0.
        example: usize,
    },
    /// A size or count over its limit.
    TooLarge {
        /// Entity and pattern, or recogniser.
        rule: String,
        /// What is too large.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The name of a custom entity is not made of capital letters, digits and `_`, at most 64.
    BadName {
        /// The name.
        rule: String,
    },
    /// A keyword is too short, too long, or does not begin with a letter or digit.
    BadKeyword {
        /// The recogniser's keyword list.
        rule: String,
        /// Its place in the list, from 0. The keyword itself may be a secret.
        index: usize,
        /// Most bytes of a keyword.
        limit: usize,
    },
    /// An expression needs too many steps on the trial text.
    TooSlow {
        /// Entity and pattern, or `recognizers` for all together.
        rule: String,
        /// Steps a byte.
        steps: u32,
        /// Most steps a byte.
        limit: u32,
    },
    /// The rules could not be compiled together.
    NotCompiled {
        /// The part that failed.
        rule: String,
        /// Why.
        why: String,
    },
}

impl RuleError {
    /// A name that never changes: logs, metrics and the Python layer use it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadFile { .. } => "rule_bad_file",
            Self::BadPattern { .. } => "rule_bad_pattern",
            Self::Unbounded { .. } => "rule_unbounded",
            Self::UnknownName { .. } => "rule_unknown_name",
            Self::DuplicateId { .. } => "rule_duplicate_id",
            Self::BadConfidence { .. } => "rule_bad_confidence",
            Self::BadWord { .. } => "rule_bad_word",
            Self::ExampleMissed { .. } => "rule_example_missed",
            Self::ExampleMatched { .. } => "rule_example_matched",
            Self::TooLarge { .. } => "rule_too_large",
            Self::BadName { .. } => "rule_bad_name",
            Self::BadKeyword { .. } => "rule_bad_keyword",
            Self::TooSlow { .. } => "rule_too_slow",
            Self::NotCompiled { .. } => "rule_not_compiled",
        }
    }

    /// The rule, pattern or recogniser that is wrong.
    #[must_use]
    pub fn rule(&self) -> &str {
        match self {
            Self::BadFile { rule, .. }
            | Self::BadPattern { rule, .. }
            | Self::Unbounded { rule }
            | Self::UnknownName { rule, .. }
            | Self::DuplicateId { rule }
            | Self::BadConfidence { rule }
            | Self::BadWord { rule, .. }
            | Self::ExampleMissed { rule, .. }
            | Self::ExampleMatched { rule, .. }
            | Self::TooLarge { rule, .. }
            | Self::BadName { rule }
            | Self::BadKeyword { rule, .. }
            | Self::TooSlow { rule, .. }
            | Self::NotCompiled { rule, .. } => rule,
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadFile { rule, why } => write!(f, "{rule}: cannot be read: {why}"),
            Self::BadPattern { rule, at, why } => write!(f, "{rule}: the pattern is wrong at byte {at}: {why}"),
            Self::Unbounded { rule } => write!(
                f,
                "{rule}: the pattern must match at least one byte and have a longest match; replace * and + by {{m,n}}"
            ),
            Self::UnknownName { rule, kind, name } => write!(
                f,
                "{rule}: there is no {kind} named {name:?}; use one of those in the documentation"
            ),
            Self::DuplicateId { rule } => write!(
                f,
                "{rule}: this id or alias is taken by another rule; choose another one"
            ),
            Self::BadConfidence { rule } => write!(
                f,
                "{rule}: confidences lie between 0 and 1, with counter <= bare <= context"
            ),
            Self::BadWord { rule, word } => write!(
                f,
                "{rule}: the word {word:?} needs at least one letter or digit and at most 120 bytes"
            ),
            Self::ExampleMissed { rule, example } => write!(
                f,
                "{rule}: match example {example} is not found; correct the pattern or the example"
            ),
            Self::ExampleMatched { rule, example } => write!(
                f,
                "{rule}: no_match example {example} is found; narrow the pattern or correct the example"
            ),
            Self::TooLarge { rule, what, limit } => {
                write!(f, "{rule}: {what} is over the limit of {limit}; split or shorten it")
            }
            Self::BadName { rule } => {
                write!(
                    f,
                    "{rule:?}: an entity's name is 1 to 64 capital letters, digits and _, the first a letter"
                )
            }
            Self::BadKeyword { rule, index, limit } => write!(
                f,
                "{rule}: keyword {index} must have 2 to {limit} bytes and begin with a letter or digit"
            ),
            Self::TooSlow { rule, steps, limit } => write!(
                f,
                "{rule}: needs {steps} steps a byte, over the limit of {limit}; begin with a fixed word, or bound + and * by {{m,n}}"
            ),
            Self::NotCompiled { rule, why } => write!(f, "{rule}: cannot be compiled: {why}"),
        }
    }
}

impl std::error::Error for RuleError {}
