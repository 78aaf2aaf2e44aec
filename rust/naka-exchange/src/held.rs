//! Body bytes of one half while they wait for the verdict.
//! A body that came in one piece is not copied; one in many pieces is copied once, into its final place.

use bytes::Bytes;

#[derive(Default)]
pub(crate) enum Held {
    #[default]
    Nothing,
    One(Bytes),
    Many(Vec<u8>),
}

impl Held {
    /// Appends a piece. `expected` is the announced length, already checked against the limits: room for it is
    /// taken at once, so that a large body does not move while it grows.
    pub(crate) fn push(&mut self, piece: Bytes, expected: usize) {
        if piece.is_empty() {
            return;
        }
        *self = match std::mem::take(self) {
            Self::Nothing => Self::One(piece),
            Self::One(first) => {
                let mut all = Vec::with_capacity(expected.max(first.len() + piece.len()));
                all.extend_from_slice(&first);
                all.extend_from_slice(&piece);
                Self::Many(all)
            }
            Self::Many(mut all) => {
                all.extend_from_slice(&piece);
                Self::Many(all)
            }
        };
    }

    /// All of it; nothing stays.
    pub(crate) fn take(&mut self) -> Bytes {
        match std::mem::take(self) {
            Self::Nothing => Bytes::new(),
            Self::One(piece) => piece,
            Self::Many(all) => Bytes::from(all),
        }
    }
}
