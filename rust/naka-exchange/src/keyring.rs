//! Keys of tokens, derived for the provider that a request goes to. Memory only; never printed.

use std::fmt;

use naka_policy::{KeyError, Keys};

/// The master secret of one tenant; empty when there is none, and then Tokenize acts as Redact.
#[derive(Default)]
pub struct KeyRing {
    master: Vec<u8>,
    tenant: String,
    epoch: u64,
}

impl KeyRing {
    /// A ring over `master` (32 bytes and more).
    ///
    /// # Errors
    /// A secret that is too short, or a tenant whose name could be mistaken.
    pub fn new(master: Vec<u8>, tenant: &str, epoch: u64) -> Result<Self, KeyError> {
        Keys::derive(&master, tenant, "", epoch)?;
        Ok(Self {
            master,
            tenant: tenant.to_owned(),
            epoch,
        })
    }

    /// The keys for one provider. Cost: one HKDF, some microseconds; asked for only where a token is due.
    pub(crate) fn keys(&self, provider: &str) -> Keys {
        Keys::derive(&self.master, &self.tenant, provider, self.epoch).unwrap_or_default()
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.master.is_empty() {
            "KeyRing(none)"
        } else {
            "KeyRing(..)"
        })
    }
}
