//! One call: the message that is coming, what waits to be sent, and the windows of both directions.

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};

/// Bytes before each message: a flag for compression, and the length.
pub(crate) const PREFIX: usize = 5;

/// Why a message is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is compressed.
    Compressed,
    /// It is longer than the limit.
    TooLong,
}

/// Puts messages together out of pieces. A message is copied once, into memory of its own: it may be held long after the
/// buffer that it was read into has been used again.
#[derive(Default)]
pub struct Assembly {
    prefix: [u8; PREFIX],
    have: usize,
    body: BytesMut,
}

impl Assembly {
    /// Takes a piece; gives each message of at most `limit` bytes that it completes to `put`.
    ///
    /// # Errors
    /// [`Refused`], by the prefix of a message; nothing that follows can be read.
    pub fn take(&mut self, mut piece: &[u8], limit: usize, mut put: impl FnMut(Bytes)) -> Result<(), Refused> {
        loop {
            if self.have < PREFIX {
                let some = piece.len().min(PREFIX - self.have);
                self.prefix[self.have..self.have + some].copy_from_slice(&piece[..some]);
                self.have += some;
                piece = &piece[some..];
                if self.have < PREFIX {
                    return Ok(());
                }
            }
            let [flag, length @ ..] = self.prefix;
            let length = u32::from_be_bytes(length) as usize;
            if flag != 0 {
                return Err(Refused::Compressed);
            }
            if length > limit {
                return Err(Refused::TooLong);
            }
            if self.body.is_empty() && piece.len() >= length {
                put(Bytes::copy_from_slice(&piece[..length]));
                piece = &piece[length..];
            } else {
                let missing = length - self.body.len();
                self.body.reserve(missing);
                let some = piece.len().min(missing);
                self.body.extend_from_slice(&piece[..some]);
                piece = &piece[some..];
                if some < missing {
                    return Ok(());
                }
                put(std::mem::take(&mut self.body).freeze());
            }
            self.have = 0;
        }
    }

    /// True between messages.
    pub(crate) fn is_empty(&self) -> bool {
        self.have == 0
    }
}

/// A call.
pub(crate) struct Stream {
    /// Bytes that may still be sent.
    pub(crate) send_window: i64,
    /// Bytes that the peer may still send, and those that it has not been given anew.
    pub(crate) receive_window: i64,
    pub(crate) taken: u32,
    /// The peer gets no new window while its messages wait for others.
    pub(crate) held: bool,
    pub(crate) message: Assembly,
    /// The peer will send no more.
    pub(crate) peer_done: bool,
    /// Our headers are out.
    pub(crate) begun: bool,
    /// Messages, with their prefixes, that wait for a window.
    pub(crate) pending: VecDeque<Bytes>,
    /// The block that ends our side, once `pending` is out.
    pub(crate) end: Option<Bytes>,
}

impl Stream {
    pub(crate) fn new(send_window: i64, receive_window: i64, peer_done: bool) -> Self {
        Self {
            send_window,
            receive_window,
            taken: 0,
            held: false,
            message: Assembly::default(),
            peer_done,
            begun: false,
            pending: VecDeque::new(),
            end: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(messages: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for message in messages {
            bytes.push(0);
            bytes.extend((message.len() as u32).to_be_bytes());
            bytes.extend(*message);
        }
        bytes
    }

    #[test]
    fn messages_come_out_the_same_however_they_are_cut() {
        let messages: [&[u8]; 4] = [b"first", b"", b"the third is longer", b"4"];
        let bytes = framed(&messages);
        for size in 1..=bytes.len() {
            let mut assembly = Assembly::default();
            let mut got = Vec::new();
            for piece in bytes.chunks(size) {
                assembly.take(piece, 100, |message| got.push(message)).unwrap();
            }
            assert_eq!(got, messages, "in pieces of {size}");
            assert!(assembly.is_empty());
        }
    }

    #[test]
    fn a_long_or_compressed_message_is_refused_by_its_prefix() {
        let mut none = |_| panic!("no message");
        assert_eq!(
            Assembly::default().take(&[0, 0, 0, 0, 11], 10, &mut none),
            Err(Refused::TooLong)
        );
        assert_eq!(
            Assembly::default().take(&[1, 0, 0, 0, 1], 10, &mut none),
            Err(Refused::Compressed)
        );
    }
}
