//! Limits on everything that a client sizes.

/// Limits for one body. The defaults hold for an LLM gateway; all are inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open brackets at once, in the body and in each JSON text inside a string.
    pub max_depth: usize,
    /// Strings, numbers, keys, objects and arrays that are kept, in the body and in all that is inside its strings.
    /// One takes at most 64 bytes of memory.
    pub max_fields: usize,
    /// Texts inside texts (JSON in a string, a `data:` URL): the body is layer 0. Deeper ones are scanned as plain text.
    pub max_layers: usize,
    /// Bytes of a body, and of what it unpacks to.
    pub max_decoded_bytes: usize,
    /// Bytes unpacked for each packed byte. Looked at from 1 MiB of output on, for small bodies harm nobody.
    pub max_ratio: usize,
    /// Content encodings on top of each other.
    pub max_encodings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_depth: 128,
            max_fields: 200_000,
            max_layers: 4,
            max_decoded_bytes: 64 << 20,
            max_ratio: 200,
            max_encodings: 2,
        }
    }
}
