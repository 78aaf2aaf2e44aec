//! Keys of tokens: one per (tenant, provider, epoch), so that no two tenants or providers can compare tokens.
//! Memory only; this crate never reads or writes them.
//! Sources: RFC 5869 (HKDF), RFC 2104 (HMAC). docs/spec/bundle.md has test vectors.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::token;

/// Shortest master secret, in bytes.
pub(super) const MIN_MASTER_BYTES: usize = 32;

/// The key for one tenant's tokens at one provider, or none.
#[derive(Clone, Default)]
pub struct Keys(Option<Zeroizing<[u8; 32]>>);

/// A token that was made, and what tells its value from another one.
#[derive(Clone)]
pub struct Minted {
    /// `<IN_PAN:L4BUYRL7KMEMH>`
    pub token: Vec<u8>,
    /// The whole digest, of which the token shows 65 bits.
    pub(crate) mac: Zeroizing<[u8; 32]>,
    /// Its value may come back. Not so for card numbers: RBI lets nobody but issuers and networks keep them
    /// (CO.DPSS.POLC.No.S-516, 7 Sep 2021), and what is held to come back is kept.
    pub reversible: bool,
}

impl fmt::Debug for Minted {
    /// Nothing of the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Minted {{ reversible: {} }}", self.reversible)
    }
}

/// Why a key cannot be derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The master secret has fewer than 32 bytes.
    ShortMaster,
    /// A tenant or provider holds `|`, which would let two of them share a key.
    BadName,
}

impl KeyError {
    /// A name that never changes: logs, metrics and the Python layer use it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::ShortMaster => "key_short_master",
            Self::BadName => "key_bad_name",
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ShortMaster => "the master secret is too short; use 32 random bytes",
            Self::BadName => "a tenant or provider name must not hold `|`",
        })
    }
}

impl std::error::Error for KeyError {}

impl Keys {
    /// No key: Tokenize acts as Redact.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// HKDF-SHA-256 of the master with the info `token|tenant|provider|epoch` and no salt.
    pub fn derive(master: &[u8], tenant: &str, provider: &str, epoch: u64) -> Result<Self, KeyError> {
        if master.len() < MIN_MASTER_BYTES {
            return Err(KeyError::ShortMaster);
        }
        if tenant.contains('|') || provider.contains('|') {
            return Err(KeyError::BadName);
        }
        let mut key = Zeroizing::new([0; 32]);
        let info = format!("token|{tenant}|{provider}|{epoch}");
        Hkdf::<Sha256>::new(None, master)
            .expand(info.as_bytes(), &mut *key)
            .map_err(|_| KeyError::ShortMaster)?;
        Ok(Self(Some(key)))
    }

    /// True when tokens can be made.
    #[must_use]
    pub const fn available(&self) -> bool {
        self.0.is_some()
    }

    /// Appends the token of a normalised value; false, and nothing appended, without a key.
    pub fn token(&self, entity: &str, value: &[u8], out: &mut Vec<u8>) -> bool {
        let minted = self.mint(entity, value, true);
        out.extend_from_slice(minted.as_ref().map_or(b"", |minted| &minted.token));
        minted.is_some()
    }

    /// The token of a normalised value; `None` without a key. `reversible`: it may become its value again.
    #[must_use]
    pub fn mint(&self, entity: &str, value: &[u8], reversible: bool) -> Option<Minted> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0.as_ref()?[..]).ok()?;
        token::frame(entity, value, |part| mac.update(part));
        let mac = Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()));
        let mut minted = Minted {
            token: Vec::with_capacity(entity.len() + token::DIGEST_CHARS + 3),
            mac,
            reversible,
        };
        token::write(entity, &*minted.mac, &mut minted.token);
        Some(minted)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.available() { "Keys(..)" } else { "Keys(none)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(keys: &Keys, entity: &str, value: &[u8]) -> String {
        let mut out = Vec::new();
        assert!(keys.token(entity, value, &mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_token_depends_on_everything_that_names_its_key_and_value() {
        let master = [7; 32];
        let keys = Keys::derive(&master, "payments", "openai", 1).unwrap();
        let base = token(&keys, "IN_PAN", b"QWEPK4821M");
        assert_eq!(base, token(&keys, "IN_PAN", b"QWEPK4821M"));
        for (tenant, provider, epoch) in [
            ("web", "openai", 1),
            ("payments", "azure", 1),
            ("payments", "openai", 2),
        ] {
            assert_ne!(
                base,
                token(
                    &Keys::derive(&master, tenant, provider, epoch).unwrap(),
                    "IN_PAN",
                    b"QWEPK4821M"
                )
            );
        }
        assert_ne!(
            base,
            token(
                &Keys::derive(&[8; 32], "payments", "openai", 1).unwrap(),
                "IN_PAN",
                b"QWEPK4821M"
            )
        );
        assert_ne!(base, token(&keys, "IN_PAN", b"QWEPK4821N"));
    }

    #[test]
    fn lengths_keep_entity_and_value_apart() {
        let keys = Keys::derive(&[7; 32], "t", "p", 1).unwrap();
        let digest = |t: String| t[t.find(':').unwrap()..].to_owned();
        assert_ne!(digest(token(&keys, "AB", b"C")), digest(token(&keys, "A", b"BC")));
    }

    #[test]
    fn the_key_is_not_printed() {
        assert_eq!(
            format!("{:?}", Keys::derive(&[7; 32], "t", "p", 1).unwrap()),
            "Keys(..)"
        );
    }

    #[test]
    fn weak_or_ambiguous_input_is_refused() {
        assert_eq!(Keys::derive(&[7; 31], "t", "p", 1).unwrap_err(), KeyError::ShortMaster);
        assert_eq!(Keys::derive(&[7; 32], "a|b", "c", 1).unwrap_err(), KeyError::BadName);
        assert!(!Keys::none().token("IN_PAN", b"x", &mut Vec::new()));
    }
}
