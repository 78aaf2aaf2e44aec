//! What a pack says about an entity of its own.

/// An entity defined by a policy pack. Several recognisers may define the same entity.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recognizer {
    /// Name of the entity: capital letters, digits and `_`. Not a built-in name or alias.
    pub entity: String,
    /// Expressions.
    pub patterns: Vec<CustomPattern>,
    /// Whole words or phrases.
    pub keywords: Vec<String>,
    /// Words nearby that make a match more likely.
    pub context: Option<CustomContext>,
    /// Name of a check that every match must pass, such as `verhoeff` or `luhn`.
    pub checksum: Option<String>,
    /// Texts in which the entity must be found.
    pub match_: Vec<String>,
    /// Texts in which it must not be found.
    pub no_match: Vec<String>,
}

/// One expression of a recogniser.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomPattern {
    /// The expression; see [`crate::custom`] for what it may hold.
    pub regex: String,
    /// 0..=1, the confidence of a match without context.
    pub confidence: f32,
}

/// Words around a match.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomContext {
    /// Words or phrases, before or after the match or in the label of its value.
    pub words: Vec<String>,
    /// 0..=1, added to the confidence when one of the words is there.
    pub boost: f32,
}
