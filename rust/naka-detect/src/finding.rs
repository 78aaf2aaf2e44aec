//! What a scan returns. A finding holds positions and evidence, never the matched text,
//! so printing, logging or counting findings cannot leak personal data.

/// An entity of the rule set that made the finding: an index into `Detector::entities()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub u16);

/// A pattern of a rule file or of a custom recogniser: an index into `Detector::rules()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u16);

/// A context word: an index into `Detector::words()`. [`WordId::NONE`] when there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WordId(pub u16);

impl WordId {
    /// No word took part.
    pub const NONE: Self = Self(u16::MAX);
}

/// What spoke for and against a finding: a set of the constants below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Evidence(pub u8);

impl Evidence {
    /// The shape of the identifier fits.
    pub const FORMAT: Self = Self(1);
    /// Its check digit holds.
    pub const CHECKSUM: Self = Self(2);
    /// A state, bank, handle or issuer code is in the table.
    pub const REGISTRY: Self = Self(4);
    /// A word, JSON key or form label nearby names the entity.
    pub const CONTEXT: Self = Self(8);
    /// A word nearby names something else (order, invoice, amount).
    pub const COUNTER_CONTEXT: Self = Self(16);
    /// A prefix such as `+91` or a glued label.
    pub const PREFIX: Self = Self(32);

    /// True when every constant in `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The union of both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Properties of a finding beside its confidence: a set of the constants below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// Lies inside a larger true finding (PAN in GSTIN, phone in UPI id).
    pub const NESTED: Self = Self(1);
    /// Made by a name, address or spelled-digits heuristic.
    pub const HEURISTIC: Self = Self(2);
    /// The person is under 18 (DPDP Act section 9).
    pub const MINOR: Self = Self(4);
    /// Certainly a natural person's identifier (PAN with 4th letter P).
    pub const NATURAL_PERSON: Self = Self(8);
    /// Certainly a business's identifier (PAN with 4th letter C, F, ...).
    pub const BUSINESS: Self = Self(16);
    /// Made by a custom recogniser of a pack.
    pub const CUSTOM: Self = Self(32);

    /// True when every constant in `other` is set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// The union of both sets.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// One piece of personal data in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// What it is.
    pub entity: EntityId,
    /// Which pattern found it.
    pub rule: RuleId,
    /// First byte in the original text.
    pub start: u32,
    /// One past the last byte in the original text; always on a character boundary of valid UTF-8.
    pub end: u32,
    /// 0..=1, the only stored number. The tier follows from it: [`Tier::of`].
    pub confidence: f32,
    /// What spoke for and against it.
    pub evidence: Evidence,
    /// Properties beside the confidence.
    pub flags: Flags,
    /// The context word that spoke for it.
    pub word: WordId,
    /// The context word that spoke against it.
    pub counter_word: WordId,
}

/// Confidence bands. What lies below [`Tier::Possible`] is not reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// 0.30 and more: built-in packs audit it. The floors are in [`Tier::floor`].
    Possible,
    /// 0.60 and more: built-in packs enforce from here.
    Likely,
    /// 0.90 and more.
    Certain,
}
