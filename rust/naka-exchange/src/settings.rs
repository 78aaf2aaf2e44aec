//! Limits of the data plane, in bytes and counts. The shell reads them from its configuration.

/// What a client may make an exchange hold.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bodies of at most this many bytes are buffered by Envoy; larger ones, or of unknown length, are held here.
    /// Envoy's buffer and the gRPC message limit must lie above it.
    pub max_buffered_bytes: u64,
    /// A held body over this is unscannable (`too_large`).
    pub max_body_bytes: u64,
    /// Limits inside a body.
    pub body: naka_body::Limits,
    /// Tokens of one exchange; values beyond are redacted.
    pub tokens: naka_policy::TokenLimits,
    /// A larger event of a stream is unscannable (`too_large`).
    pub max_event_bytes: usize,
    /// Events of one stream that wait, in bytes; over it, what waits is judged by what is there (`limits`).
    pub max_waiting_bytes: usize,
    /// At most this many JSON paths in one outcome; further ones are counted.
    pub max_paths: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_buffered_bytes: 8 << 20,
            max_body_bytes: 64 << 20,
            body: naka_body::Limits::default(),
            tokens: naka_policy::TokenLimits::default(),
            max_event_bytes: 8 << 20,
            max_waiting_bytes: 16 << 20,
            max_paths: 32,
        }
    }
}
