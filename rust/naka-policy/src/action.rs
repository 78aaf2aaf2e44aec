//! What is done with a finding, and the one way in which two opinions become one.
//!
//! `Block > Redact > {Tokenize, Mask(k)} > Audit > Allow`. The join is commutative, associative, idempotent and
//! monotone (`tests/join.rs`): the order of packs and rules never matters, and one more opinion never weakens
//! the outcome. No I/O; two bytes, `Copy`.

use serde::Serialize;

/// What is done with a finding. Ordered by [`Action::at_least`], not by `Ord`: Tokenize and Mask are side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(tag = "action")]
pub enum Action {
    /// No objection: passes unchanged.
    #[default]
    Allow,
    /// Passes unchanged and is recorded.
    Audit,
    /// Letters and digits become `X`, the shape stays.
    #[serde(rename_all = "camelCase")]
    Mask {
        /// How many of the last letters and digits stay.
        keep_last: u8,
    },
    /// Replaced by a token; the same value gives the same token.
    Tokenize,
    /// Replaced by its type: `[IN_PAN]`.
    Redact,
    /// The whole request or answer is refused.
    Block,
}

impl Action {
    /// The weakest action that is at least as strict as both.
    ///
    /// ```
    /// use naka_policy::Action::{Audit, Mask, Redact, Tokenize};
    /// assert_eq!(Audit.join(Tokenize), Tokenize);
    /// assert_eq!(Mask { keep_last: 4 }.join(Mask { keep_last: 0 }), Mask { keep_last: 0 });
    /// assert_eq!(Mask { keep_last: 4 }.join(Tokenize), Redact);
    /// ```
    #[must_use]
    pub const fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Mask { keep_last: a }, Self::Mask { keep_last: b }) => Self::Mask {
                keep_last: if a < b { a } else { b },
            },
            // A token lets the value come back and a mask shows its end: doing either would break the other's promise.
            (Self::Mask { .. }, Self::Tokenize) | (Self::Tokenize, Self::Mask { .. }) => Self::Redact,
            _ if self.rank() >= other.rank() => self,
            _ => other,
        }
    }

    /// True when `self` is as strict as `other` or stricter.
    #[must_use]
    pub fn at_least(self, other: Self) -> bool {
        self.join(other) == self
    }

    /// True when the text is changed by it.
    #[must_use]
    pub const fn edits(self) -> bool {
        matches!(self, Self::Mask { .. } | Self::Tokenize | Self::Redact)
    }

    /// The name used in packs, metrics and audit records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Audit => "Audit",
            Self::Mask { .. } => "Mask",
            Self::Tokenize => "Tokenize",
            Self::Redact => "Redact",
            Self::Block => "Block",
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Audit => 1,
            Self::Mask { .. } | Self::Tokenize => 2,
            Self::Redact => 3,
            Self::Block => 4,
        }
    }
}
