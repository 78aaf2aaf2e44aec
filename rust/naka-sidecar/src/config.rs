//! Settings of a data plane. Sizes are bytes, times seconds. Python reads the command line and hands these over as JSON.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use naka_exchange::{History, HistoryLimits};
use serde::Deserialize;

use crate::address::Address;

/// Everything that a data plane is started with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where Envoy connects.
    pub ext_proc: Address,
    /// Metrics and health; absent for none.
    pub http: Option<Address>,
    /// `naka.v1.Detection`; absent for none.
    pub detection: Option<Address>,
    /// Audit file; absent for none.
    pub audit: Option<PathBuf>,
    /// A larger audit file is rotated.
    pub audit_max_bytes: u64,
    /// Rotated audit files that stay.
    pub audit_keep: u32,
    /// Records that may wait for the disk.
    pub audit_queue: usize,
    /// OTLP/gRPC endpoint of a collector, such as `http://127.0.0.1:4317`; absent for no export.
    pub otlp_endpoint: Option<String>,
    /// Threads that answer Envoy.
    pub workers: usize,
    /// Bodies up to this are buffered by Envoy.
    pub max_buffered_bytes: u64,
    /// Bodies over this are unscannable.
    pub max_body_bytes: u64,
    /// Bodies of all exchanges together.
    pub max_in_flight_bytes: u64,
    /// Time for a full-duplex body to come and be judged.
    pub body_deadline_s: f64,
    /// Time in which nothing comes of a streamed answer before it is cut off.
    pub stream_idle_s: f64,
    /// Time for which tokens of conversations that providers keep can still become values; 0 for not beyond their exchange.
    pub token_history_s: f64,
    /// Bytes of all these.
    pub token_history_bytes: usize,
    /// Bodies over this are judged on a thread of their own.
    pub inline_bytes: usize,
    /// Longest text of one Detection call.
    pub detection_max_bytes: usize,
    /// Time for running exchanges to end, once stopped.
    pub drain_s: f64,
    /// Permissions of UNIX sockets, such as 384 (0600).
    pub socket_mode: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            ext_proc: Address::Unix("/run/naka/ext_proc.sock".into()),
            http: None,
            detection: None,
            audit: None,
            audit_max_bytes: 256 << 20,
            audit_keep: 3,
            audit_queue: 8192,
            otlp_endpoint: None,
            workers: 1,
            max_buffered_bytes: 8 << 20,
            max_body_bytes: 64 << 20,
            max_in_flight_bytes: 256 << 20,
            body_deadline_s: 60.0,
            stream_idle_s: 600.0,
            token_history_s: 0.0,
            token_history_bytes: 16 << 20,
            inline_bytes: 256 << 10,
            detection_max_bytes: 1 << 20,
            drain_s: 10.0,
            socket_mode: 0o600,
        }
    }
}

/// A setting is wrong, or cannot be had. The message names it and says what to change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The JSON, or a value in it, cannot be read.
    Bad {
        /// What is wrong.
        why: String,
    },
    /// A listener cannot be bound.
    Listen {
        /// The setting: `ext_proc`, `http`, `detection`.
        setting: &'static str,
        /// Its value.
        address: String,
        /// What the system says.
        why: String,
    },
    /// The audit file cannot be opened.
    Audit {
        /// Its path.
        path: String,
        /// What the system says.
        why: String,
    },
    /// Threads or the exporter cannot be started.
    Start {
        /// What the system says.
        why: String,
    },
}

impl ConfigError {
    /// A name that never changes.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Bad { .. } => "config_invalid",
            Self::Listen { .. } => "config_address",
            Self::Audit { .. } => "config_audit",
            Self::Start { .. } => "config_start",
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad { why } => f.write_str(why),
            Self::Listen { setting, address, why } => write!(f, "{setting}: cannot listen on {address}: {why}"),
            Self::Audit { path, why } => write!(f, "audit: cannot open {path}: {why}"),
            Self::Start { why } => write!(f, "cannot start: {why}"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads and checks the JSON that the Python side writes.
    ///
    /// # Errors
    /// [`ConfigError::Bad`] naming the setting.
    pub fn from_json(json: &str) -> Result<Self, ConfigError> {
        let config: Self = serde_json::from_str(json).map_err(|error| ConfigError::Bad { why: error.to_string() })?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let bad = |why: &str| Err(ConfigError::Bad { why: why.to_owned() });
        if !(1..=64).contains(&self.workers) {
            return bad("workers: must be between 1 and 64");
        }
        if self.max_buffered_bytes > self.max_body_bytes {
            return bad("max_buffered_bytes: must not be over max_body_bytes");
        }
        if self.max_body_bytes > self.max_in_flight_bytes {
            return bad("max_body_bytes: must not be over max_in_flight_bytes, else such a body is never let in");
        }
        if self.max_body_bytes > u64::from(u32::MAX) {
            return bad("max_body_bytes: must be under 4 GiB");
        }
        if self.audit_queue == 0 {
            return bad("audit_queue: must be at least 1");
        }
        for (name, seconds) in [
            ("body_deadline_s", self.body_deadline_s),
            ("stream_idle_s", self.stream_idle_s),
            ("token_history_s", self.token_history_s),
            ("drain_s", self.drain_s),
        ] {
            if !(seconds.is_finite() && (0.0..=86_400.0).contains(&seconds)) {
                return Err(ConfigError::Bad {
                    why: format!("{name}: must be between 0 and 86400 seconds"),
                });
            }
        }
        Ok(())
    }

    pub(crate) fn body_deadline(&self) -> Duration {
        Duration::from_secs_f64(self.body_deadline_s)
    }

    pub(crate) fn token_history(&self) -> Option<History> {
        let ttl_ms = (self.token_history_s * 1000.0) as u64;
        let bytes = self.token_history_bytes;
        (ttl_ms > 0).then(|| History::new(HistoryLimits { ttl_ms, bytes }))
    }

    pub(crate) fn stream_idle(&self) -> Duration {
        Duration::from_secs_f64(self.stream_idle_s)
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs_f64(self.drain_s)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
