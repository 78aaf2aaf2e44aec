//! How large custom recognisers may become.
//! Measured reasons: `docs/concepts/engine.md`.

/// Longest match of an expression, in bytes. Longer matches are cut there, or not found.
pub const MAX_MATCH: usize = 1024;
/// Most bytes before the first `@` of a match, for expressions whose matches all hold one.
pub const MAX_LOCAL: usize = 64;
/// Longest expression, in bytes.
pub const MAX_REGEX: usize = 2_000;
/// Largest automaton of one expression, in bytes: states times the width of a row.
pub const MAX_RULE_MEMORY: usize = 256 << 10;
/// Largest intermediate form of one expression, in bytes.
pub const MAX_NFA_MEMORY: usize = 256 << 10;
/// Most visits of states while one expression is compiled: about 10 ms.
pub const MAX_RULE_WORK: usize = 1 << 20;
/// All automata and keyword tables of a detector together, in bytes.
pub const MAX_MEMORY: usize = 32 << 20;
/// Most recognisers of a detector.
pub const MAX_RECOGNIZERS: usize = 2_000;
/// Most expressions of a detector.
pub const MAX_PATTERNS: usize = 5_000;
/// Most keywords of a detector, those from files included. Inside a pack the policy compiler allows 5,000.
pub const MAX_KEYWORDS: usize = 100_000;
/// Most bytes of all keywords of a detector.
pub const MAX_KEYWORD_BYTES: usize = 4 << 20;
/// Longest keyword, in bytes.
pub const MAX_KEYWORD: usize = 200;
/// Most context words of a recogniser.
pub const MAX_CONTEXT_WORDS: usize = 200;
/// Confidence of a keyword without context.
pub const KEYWORD_CONFIDENCE: f32 = 0.8;
/// Automaton steps of one expression for each byte of the trial text. Prose costs an ordinary expression
/// 0.01 to 0.2 steps a byte; `[a-z ]+x` needs 60.
pub const MAX_STEPS_PER_BYTE: f32 = 2.0;
/// The same for all expressions of a detector together: about 50 MB/s.
pub const MAX_TOTAL_STEPS_PER_BYTE: f32 = 16.0;
