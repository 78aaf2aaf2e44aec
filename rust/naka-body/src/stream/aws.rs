//! Amazon's binary event stream: frames with lengths, headers, a payload and two check sums, read and written by
//! `aws-smithy-eventstream`. Source: Smithy specification, "Amazon Event Stream".
//! An event `chunk` holds the event of the model's vendor in base64: `{"bytes": "…"}`.

use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};

use super::frame::{Payload, SplitError};
use crate::codec::Alphabet;
use crate::json::{self, Quoted, Sink};

/// Two lengths and the check sum over them.
const PRELUDE: usize = 12;
/// Largest frame of the specification: 128 KiB of headers and 24 MiB of payload.
const MAX_FRAME: usize = (128 << 10) + (24 << 20) + PRELUDE + 4;

/// Length of the first frame of `pending`, when all of it is there.
pub(super) fn end(pending: &[u8]) -> Result<Option<usize>, SplitError> {
    let Some(length) = pending.first_chunk::<4>() else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*length) as usize;
    if !(PRELUDE + 4..=MAX_FRAME).contains(&length) {
        return Err(SplitError::Broken);
    }
    Ok((pending.len() >= length).then_some(length))
}

/// What a whole frame says.
pub(super) fn payload(raw: &[u8]) -> Result<Payload, SplitError> {
    let message = read_message_from(raw).map_err(|_| SplitError::Broken)?;
    let header = |name: &str| {
        let mut found = message.headers().iter().filter(|header| header.name().as_str() == name);
        found.next().and_then(|header| header.value().as_string().ok())
    };
    let name = [":event-type", ":exception-type", ":error-code"]
        .iter()
        .find_map(|name| header(name));
    let name = name.map_or_else(Vec::new, |name| name.as_str().as_bytes().to_vec());
    let payload = message.payload();
    if name == b"chunk"
        && let Some((start, end)) = bytes_of(payload)
        && let Some(inner) = Alphabet::of(&payload[start..end]).decode(&payload[start..end])
    {
        // the vendor's own event names itself
        return Ok(Payload::Binary {
            inner,
            at: Some((start, end)),
            name: Vec::new(),
        });
    }
    Ok(Payload::Binary {
        inner: payload.to_vec(),
        at: None,
        name,
    })
}

/// The frame with another payload: same headers, new lengths and check sums.
pub(super) fn with_payload(raw: &[u8], at: Option<(usize, usize)>, payload: &[u8], out: &mut Vec<u8>) {
    // it was read before
    let Ok(message) = read_message_from(raw) else { return };
    let mut whole = payload.to_vec();
    if let Some((start, end)) = at {
        let outer = message.payload();
        whole = outer[..start].to_vec();
        whole.extend_from_slice(data_encoding::BASE64.encode(payload).as_bytes());
        whole.extend_from_slice(&outer[end..]);
    }
    write(&Message::new_from_parts(message.headers().to_vec(), whole), out);
}

/// An exception, as the service would send it.
pub(super) fn write_exception(payload: &[u8], out: &mut Vec<u8>) {
    let header = |name: &'static str, value: &'static str| Header::new(name, HeaderValue::String(value.into()));
    let message = Message::new(payload.to_vec())
        .add_header(header(":exception-type", "validationException"))
        .add_header(header(":content-type", "application/json"))
        .add_header(header(":message-type", "exception"));
    write(&message, out);
}

/// Headers and payload came from a frame within the limits, so this does not fail; nothing is sent if it did.
fn write(message: &Message, out: &mut Vec<u8>) {
    let before = out.len();
    if write_message_to(message, out).is_err() {
        out.truncate(before);
    }
}

/// Where the value of `bytes` stands in `{"bytes": "…"}`.
fn bytes_of(payload: &[u8]) -> Option<(usize, usize)> {
    let mut find = Find {
        payload,
        depth: 0,
        named: false,
        found: None,
    };
    json::parse(payload, 8, &mut find).ok()?;
    find.found
}

struct Find<'p> {
    payload: &'p [u8],
    depth: usize,
    named: bool,
    found: Option<(usize, usize)>,
}

impl Sink for Find<'_> {
    type Error = std::convert::Infallible;

    fn open(&mut self, _: bool, _: usize) -> Result<(), Self::Error> {
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self, _: bool, _: usize) -> Result<(), Self::Error> {
        self.depth -= 1;
        Ok(())
    }

    fn key(&mut self, key: Quoted) -> Result<(), Self::Error> {
        self.named = self.depth == 1 && self.payload[key.start..key.end] == *b"bytes";
        Ok(())
    }

    fn string(&mut self, value: Quoted) -> Result<(), Self::Error> {
        if std::mem::take(&mut self.named) && !value.escaped {
            self.found = Some((value.start, value.end));
        }
        Ok(())
    }

    fn number(&mut self, _: usize, _: usize) -> Result<(), Self::Error> {
        Ok(())
    }

    fn literal(&mut self, _: usize, _: usize) -> Result<(), Self::Error> {
        Ok(())
    }
}
