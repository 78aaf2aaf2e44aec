//! What replaces a cluster's text: a mask, its type, or a token. One way: [`crate::restore`] brings values back.
//! Text is bytes of any content; offsets are the cluster's, in the text that was judged.

mod keys;
mod mask;
pub mod token;

pub use keys::{KeyError, Keys, Minted};
pub use mask::mask;

use naka_detect::{Detector, EntityInfo, Finding};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::action::Action;
use crate::ruleset::Cluster;

/// What [`transform`] did; for counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applied {
    /// The text stays: the action edits nothing, or the value is masked already.
    Unchanged,
    /// `XXXX XXXX 4087`.
    Masked,
    /// `[IN_PAN]`.
    Redacted,
    /// `<IN_PAN:…>`.
    Tokenized,
    /// Tokenize without keys: acts as Redact, and is counted.
    RedactedWithoutKeys,
}

/// Appends to `out` what stands in the place of `cluster`, by its enforced action.
/// `text` is the whole text of the cluster's field. Appends the text itself when it stays.
///
/// Cost: a mask is one pass over the span; a token is the detector's normalisation and one HMAC (two SHA-256 blocks
/// for the usual value).
pub(crate) fn transform(
    detector: &Detector,
    cluster: &Cluster,
    text: &[u8],
    keys: &Keys,
    out: &mut Vec<u8>,
) -> Applied {
    let span = &text[cluster.start as usize..cluster.end as usize];
    let entity = detector.entity(cluster.entity);
    match cluster.enforced {
        Action::Mask { .. } if is_masked_form(entity) => unchanged(span, out),
        Action::Mask { .. } if secret(entity) => {
            mask::hide(span, out);
            Applied::Masked
        }
        Action::Mask { keep_last } => {
            mask::mask(span, keep_last, out);
            Applied::Masked
        }
        // decided against already; kept here too, because this is the last line before the wire
        Action::Tokenize if secret(entity) => redacted(entity, out),
        Action::Tokenize => match mint(detector, cluster, text, keys, true) {
            Some(minted) => {
                out.extend_from_slice(&minted.token);
                Applied::Tokenized
            }
            None => {
                redacted(entity, out);
                Applied::RedactedWithoutKeys
            }
        },
        Action::Redact => redacted(entity, out),
        Action::Allow | Action::Audit | Action::Block => unchanged(span, out),
    }
}

/// The token of a cluster's value; `None` without a key, and for values that must not become one.
pub(crate) fn mint(
    detector: &Detector,
    cluster: &Cluster,
    text: &[u8],
    keys: &Keys,
    reversible: bool,
) -> Option<Minted> {
    let entity = detector.entity(cluster.entity);
    if secret(entity) || !keys.available() {
        return None;
    }
    let mut value = Zeroizing::new(Vec::with_capacity(64));
    detector.normalized(&whole(cluster), text, &mut value);
    keys.mint(&entity.name, &value, reversible)
}

/// A finding that spans the whole cluster: what a token of a cluster of several findings stands for.
fn whole(cluster: &Cluster) -> Finding {
    Finding {
        start: cluster.start,
        end: cluster.end,
        ..cluster.label
    }
}

fn unchanged(span: &[u8], out: &mut Vec<u8>) -> Applied {
    out.extend_from_slice(span);
    Applied::Unchanged
}

pub(crate) fn redacted(entity: &EntityInfo, out: &mut Vec<u8>) -> Applied {
    out.push(b'[');
    out.extend_from_slice(entity.name.as_bytes());
    out.push(b']');
    Applied::Redacted
}

/// Values that unlock something: never tokenised (a token would let them come back), never shown in part.
/// CVV, OTP, PIN, passwords, API keys.
pub(crate) fn secret(entity: &EntityInfo) -> bool {
    const NAMES: [&str; 6] = ["CARD_CVV", "OTP_CODE", "CARD_PIN", "PASSWORD", "API_KEY", "JWT"];
    entity.groups.iter().any(|group| group == "credential") || NAMES.contains(&entity.name.as_str())
}

/// Card numbers and what belongs to them: a token stands for one, and never becomes it again.
pub(crate) fn irreversible(entity: &EntityInfo) -> bool {
    secret(entity) || entity.groups.iter().any(|group| group == "card")
}

/// `IN_AADHAAR_MASKED`: someone masked it before; informational, and never masked again.
pub(crate) fn is_masked_form(entity: &EntityInfo) -> bool {
    entity.name.ends_with("_MASKED")
}
