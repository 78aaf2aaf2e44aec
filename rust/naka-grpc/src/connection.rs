//! One connection: bytes of the peer become [`Event`]s, answers become bytes in [`Connection::output`].

use std::collections::VecDeque;

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::frame::{
    Code, ConnectionError, HEAD, Head, LONGEST, PREFACE, flag, kind, number, put_head, put_number, unpadded,
};
use crate::hpack::Decoder;
use crate::ids::Calls;
use crate::stream::{PREFIX, Refused, Stream};

/// What a connection is told at its start.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The field of a call's metadata that [`Event::Call`] shows, in lower case.
    pub metadata: &'static str,
    /// Longest message in bytes; a longer one ends its call with RESOURCE_EXHAUSTED.
    pub max_message: usize,
    /// Bytes that the peer may send on a call before we have read them.
    pub stream_window: u32,
    /// The same on the connection.
    pub connection_window: u32,
}

/// What the peer did, in its order.
#[derive(Debug)]
pub enum Event {
    /// It begins a call.
    Call {
        /// Names the call from here on.
        id: u32,
        /// Such as `/package.Service/Method`.
        path: Bytes,
        /// The value of [`Settings::metadata`].
        metadata: Option<Bytes>,
    },
    /// A message of a call.
    Message {
        /// Of the call.
        id: u32,
        /// Without its prefix.
        message: Bytes,
    },
    /// It will send no more messages on this call.
    End {
        /// Of the call.
        id: u32,
    },
    /// The call is over, by the peer or because of what it sent; answers to it go nowhere.
    Gone {
        /// Of the call.
        id: u32,
    },
}

/// Window that both ends begin with (RFC 9113, section 6.9.2), and the largest.
const FIRST_WINDOW: u32 = 65_535;
const LARGEST_WINDOW: i64 = 0x7fff_ffff;
/// Longest header block taken.
const BLOCK_BYTES: usize = 64 << 10;
/// Messages that wait are put into the output up to this, so that it does not hold a second copy of large ones.
const OUTPUT_BYTES: usize = 256 << 10;
/// Payload of the ping by which a shutdown learns that the peer has seen it.
const LAST_PING: [u8; 8] = *b"nakalast";

/// `:status: 200`, `content-type: application/grpc`.
const HEADERS: &[u8] = b"\x88\x0f\x10\x10application/grpc";
/// `grpc-status: 0`
const OK: &[u8] = b"\x00\x0bgrpc-status\x010";
/// `:status: 415`
const NO_GRPC: &[u8] = b"\x08\x03415";

/// gRPC's codes that are decided here. Source: grpc.io, "Status codes".
const UNIMPLEMENTED: u8 = 12;
const RESOURCE_EXHAUSTED: u8 = 8;
const INVALID_ARGUMENT: u8 = 3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Preface,
    Open,
    /// We have said that we go away, and wait until the peer has seen it.
    Leaving,
    /// Calls after this one are not taken.
    Left(u32),
}

/// A block that is not whole yet.
struct Block {
    stream: u32,
    end: bool,
    bytes: Vec<u8>,
}

/// One connection.
pub struct Connection {
    settings: Settings,
    phase: Phase,
    decoder: Decoder,
    block: Option<Block>,
    streams: Calls<Stream>,
    last: u32,
    /// Streams with pending messages or an end, in the order in which they came to be.
    waiting: VecDeque<u32>,
    send_window: i64,
    /// What the peer grants each new stream, and its longest frame.
    peer_window: i64,
    peer_longest: usize,
    receive_window: i64,
    taken: u32,
    out: BytesMut,
}

impl Connection {
    /// A connection on which the peer speaks first.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let mut out = BytesMut::with_capacity(4 << 10);
        put_head(&mut out, 6, kind::SETTINGS, 0, 0);
        out.put_u16(4); // SETTINGS_INITIAL_WINDOW_SIZE
        out.put_u32(settings.stream_window);
        put_number(
            &mut out,
            kind::WINDOW_UPDATE,
            0,
            settings.connection_window.saturating_sub(FIRST_WINDOW).max(1),
        );
        Self {
            settings,
            phase: Phase::Preface,
            decoder: Decoder::new(),
            block: None,
            streams: Calls::default(),
            last: 0,
            waiting: VecDeque::new(),
            send_window: i64::from(FIRST_WINDOW),
            peer_window: i64::from(FIRST_WINDOW),
            peer_longest: LONGEST,
            receive_window: i64::from(settings.connection_window.max(FIRST_WINDOW + 1)),
            taken: 0,
            out,
        }
    }

    /// Bytes for the peer. What was sent is to be taken off the front, and [`Connection::more`] be called.
    pub fn output(&mut self) -> &mut BytesMut {
        &mut self.out
    }

    /// True when all has been said: a shutdown is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Left(_)) && self.streams.is_empty()
    }

    /// Takes what the peer sent, and returns how much of it was used; the rest begins a frame, and is to come again with
    /// what follows it. 16,393 bytes are always enough for a frame.
    ///
    /// # Errors
    /// When the peer breaks the protocol: the output says so, and the connection is over.
    pub fn read(&mut self, input: &[u8], events: &mut Vec<Event>) -> Result<usize, ConnectionError> {
        let used = self.frames(input, events);
        if let Err(ConnectionError(code)) = &used {
            put_head(&mut self.out, 8, kind::GOAWAY, 0, 0);
            self.out.put_u32(self.last);
            self.out.put_u32(*code as u32);
        }
        used
    }

    fn frames(&mut self, input: &[u8], events: &mut Vec<Event>) -> Result<usize, ConnectionError> {
        let mut rest = input;
        if self.phase == Phase::Preface {
            if !PREFACE.starts_with(&rest[..rest.len().min(PREFACE.len())]) {
                return Err(ConnectionError(Code::Protocol));
            }
            if rest.len() < PREFACE.len() {
                return Ok(0);
            }
            rest = &rest[PREFACE.len()..];
            self.phase = Phase::Open;
        }
        while let Some(head) = Head::read(rest) {
            if head.length > LONGEST {
                return Err(ConnectionError(Code::FrameSize));
            }
            let Some(payload) = rest.get(HEAD..HEAD + head.length) else {
                break;
            };
            self.frame(&head, payload, events)?;
            rest = &rest[HEAD + head.length..];
        }
        Ok(input.len() - rest.len())
    }

    fn frame(&mut self, head: &Head, payload: &[u8], events: &mut Vec<Event>) -> Result<(), ConnectionError> {
        let protocol = Err(ConnectionError(Code::Protocol));
        if let Some(block) = &self.block
            && (head.kind != kind::CONTINUATION || head.stream != block.stream)
        {
            return protocol;
        }
        let of_connection = matches!(head.kind, kind::SETTINGS | kind::PING | kind::GOAWAY);
        if (head.kind <= kind::CONTINUATION && head.kind != kind::WINDOW_UPDATE) && of_connection != (head.stream == 0)
        {
            return protocol;
        }
        let exactly = |length| match payload.len() == length {
            true => Ok(()),
            false => Err(ConnectionError(Code::FrameSize)),
        };
        match head.kind {
            kind::DATA => self.data(head, payload, events),
            kind::HEADERS => {
                let fragment = unpadded(head, payload)?;
                self.fragment(head.stream, head.has(flag::END_STREAM), head, fragment, events)
            }
            kind::CONTINUATION => match self.block.as_ref().map(|block| block.end) {
                // an empty piece that ends nothing is of no use but to keep us busy
                Some(_) if payload.is_empty() && !head.has(flag::END_HEADERS) => {
                    Err(ConnectionError(Code::EnhanceYourCalm))
                }
                Some(end) => self.fragment(head.stream, end, head, payload, events),
                None => protocol,
            },
            kind::RST_STREAM => {
                exactly(4)?;
                if self.is_idle(head.stream) {
                    return protocol;
                }
                if self.streams.remove(&head.stream).is_some() {
                    events.push(Event::Gone { id: head.stream });
                }
                Ok(())
            }
            kind::SETTINGS => self.peer_settings(head, payload),
            kind::PING => {
                exactly(8)?;
                if !head.has(flag::ACK) {
                    put_head(&mut self.out, 8, kind::PING, flag::ACK, 0);
                    self.out.put_slice(payload);
                } else if payload == LAST_PING && self.phase == Phase::Leaving {
                    self.leave();
                }
                Ok(())
            }
            kind::WINDOW_UPDATE => {
                exactly(4)?;
                self.window(head.stream, i64::from(number(payload) & 0x7fff_ffff))
            }
            kind::PRIORITY => exactly(5),
            kind::PUSH_PROMISE => protocol,
            // GOAWAY: the peer opens no more calls, which need not be known; kinds that are not known are skipped
            _ => Ok(()),
        }
    }

    /// The peer has not begun this stream. After a shutdown it may have, without our taking it.
    fn is_idle(&self, id: u32) -> bool {
        id > self.last && !matches!(self.phase, Phase::Left(_))
    }

    fn peer_settings(&mut self, head: &Head, payload: &[u8]) -> Result<(), ConnectionError> {
        if !payload.len().is_multiple_of(6) || (head.has(flag::ACK) && !payload.is_empty()) {
            return Err(ConnectionError(Code::FrameSize));
        }
        if head.has(flag::ACK) {
            return Ok(());
        }
        for setting in payload.chunks_exact(6) {
            let value = number(&setting[2..]);
            match u16::from_be_bytes([setting[0], setting[1]]) {
                4 if i64::from(value) > LARGEST_WINDOW => return Err(ConnectionError(Code::FlowControl)),
                4 => {
                    let more = i64::from(value) - self.peer_window;
                    self.peer_window = i64::from(value);
                    for stream in self.streams.values_mut() {
                        stream.send_window += more;
                    }
                }
                5 if !(16_384..1 << 24).contains(&value) => return Err(ConnectionError(Code::Protocol)),
                5 => self.peer_longest = value as usize,
                _ => {}
            }
        }
        put_head(&mut self.out, 0, kind::SETTINGS, flag::ACK, 0);
        self.more();
        Ok(())
    }

    fn window(&mut self, stream: u32, more: i64) -> Result<(), ConnectionError> {
        let idle = self.is_idle(stream);
        let window = match stream {
            0 => &mut self.send_window,
            _ => match self.streams.get_mut(&stream) {
                Some(stream) => &mut stream.send_window,
                None if idle => return Err(ConnectionError(Code::Protocol)),
                None => return Ok(()), // one that has ended
            },
        };
        *window += more;
        match (more, *window) {
            (0, _) => Err(ConnectionError(Code::Protocol)),
            (_, window) if window > LARGEST_WINDOW => Err(ConnectionError(Code::FlowControl)),
            _ => {
                self.more();
                Ok(())
            }
        }
    }

    fn fragment(
        &mut self,
        stream: u32,
        end: bool,
        head: &Head,
        fragment: &[u8],
        events: &mut Vec<Event>,
    ) -> Result<(), ConnectionError> {
        match (self.block.take(), head.has(flag::END_HEADERS)) {
            (None, true) => self.headers(stream, end, fragment, events),
            (begun, whole) => {
                let mut block = begun.unwrap_or(Block {
                    stream,
                    end,
                    bytes: Vec::new(),
                });
                block.bytes.extend_from_slice(fragment);
                if block.bytes.len() > BLOCK_BYTES {
                    return Err(ConnectionError(Code::EnhanceYourCalm));
                }
                if whole {
                    return self.headers(stream, end, &block.bytes, events);
                }
                self.block = Some(block);
                Ok(())
            }
        }
    }

    fn headers(&mut self, id: u32, end: bool, block: &[u8], events: &mut Vec<Event>) -> Result<(), ConnectionError> {
        let wanted = self.settings.metadata.as_bytes();
        let (mut path, mut metadata, mut post, mut grpc) = (Bytes::new(), None, false, false);
        self.decoder
            .decode(block, |name, value| match &name[..] {
                b":path" => path = value.clone(),
                b":method" => post = value == "POST",
                b"content-type" => grpc = value.starts_with(b"application/grpc"),
                name if name == wanted => metadata = Some(value.clone()),
                _ => {}
            })
            .map_err(|_| ConnectionError(Code::Compression))?;
        if id.is_multiple_of(2) {
            return Err(ConnectionError(Code::Protocol));
        }
        if id <= self.last {
            // trailers of a call, which say nothing but that it ends; or of one that has ended
            if end {
                self.peer_ends(id, events);
            }
            return Ok(());
        }
        if let Phase::Left(last) = self.phase
            && id > last
        {
            return Ok(()); // the peer knows by now that it is not taken
        }
        self.last = id;
        let window = i64::from(self.settings.stream_window);
        self.streams.insert(id, Stream::new(self.peer_window, window, end));
        if !(post && grpc) {
            self.end(id, Bytes::from_static(NO_GRPC));
            return Ok(());
        }
        events.push(Event::Call { id, path, metadata });
        if end {
            events.push(Event::End { id });
        }
        Ok(())
    }

    fn data(&mut self, head: &Head, payload: &[u8], events: &mut Vec<Event>) -> Result<(), ConnectionError> {
        let id = head.stream;
        if self.is_idle(id) {
            return Err(ConnectionError(Code::Protocol));
        }
        let piece = unpadded(head, payload)?;
        let length = payload.len() as u32; // at most LONGEST
        self.receive_window -= i64::from(length);
        if self.receive_window < 0 {
            return Err(ConnectionError(Code::FlowControl));
        }
        // the connection's window is given back at once: what a call may send is bounded by its own
        self.taken += length;
        if self.taken >= self.settings.connection_window / 2 {
            put_number(&mut self.out, kind::WINDOW_UPDATE, 0, self.taken);
            self.receive_window += i64::from(std::mem::take(&mut self.taken));
        }
        let Some(stream) = self.streams.get_mut(&id) else {
            return Ok(()); // it has ended, and the peer did not know
        };
        if stream.peer_done {
            self.reset(id, Code::StreamClosed, events);
            return Ok(());
        }
        stream.receive_window -= i64::from(length);
        stream.taken += length;
        if stream.receive_window < 0 {
            self.reset(id, Code::FlowControl, events);
            return Ok(());
        }
        let taken = stream.message.take(piece, self.settings.max_message, |message| {
            events.push(Event::Message { id, message });
        });
        let end = head.has(flag::END_STREAM);
        stream.peer_done |= end;
        let torn = end && !stream.message.is_empty();
        match taken {
            Ok(()) if torn => self.refuse(id, INVALID_ARGUMENT, "a message without its end", events),
            Ok(()) if end => events.push(Event::End { id }),
            Ok(()) => self.give_window(id),
            Err(Refused::TooLong) => self.refuse(id, RESOURCE_EXHAUSTED, "a message over the limit", events),
            Err(Refused::Compressed) => self.refuse(id, UNIMPLEMENTED, "compression is not supported", events),
        }
        Ok(())
    }

    fn peer_ends(&mut self, id: u32, events: &mut Vec<Event>) {
        if let Some(stream) = self.streams.get_mut(&id)
            && !stream.peer_done
        {
            stream.peer_done = true;
            if stream.message.is_empty() {
                events.push(Event::End { id });
            } else {
                self.refuse(id, INVALID_ARGUMENT, "a message without its end", events);
            }
        }
    }

    fn refuse(&mut self, id: u32, code: u8, why: &str, events: &mut Vec<Event>) {
        events.push(Event::Gone { id });
        self.finish(id, code, why);
    }

    fn reset(&mut self, id: u32, code: Code, events: &mut Vec<Event>) {
        self.streams.remove(&id);
        put_number(&mut self.out, kind::RST_STREAM, id, code as u32);
        events.push(Event::Gone { id });
    }

    /// While a call is held, its peer gets no new window for it: at most the window's bytes come.
    pub fn hold(&mut self, id: u32, held: bool) {
        if let Some(stream) = self.streams.get_mut(&id)
            && stream.held != held
        {
            stream.held = held;
            self.give_window(id);
        }
    }

    fn give_window(&mut self, id: u32) {
        if let Some(stream) = self.streams.get_mut(&id)
            && !stream.held
            && !stream.peer_done
            && stream.taken >= self.settings.stream_window / 2
        {
            put_number(&mut self.out, kind::WINDOW_UPDATE, id, stream.taken);
            stream.receive_window += i64::from(std::mem::take(&mut stream.taken));
        }
    }

    /// Sends the headers of an answer, which some clients wait for before they send a message. [`Connection::send`] does it
    /// where it was not done.
    pub fn begin(&mut self, id: u32) {
        if let Some(stream) = self.streams.get_mut(&id)
            && !std::mem::replace(&mut stream.begun, true)
        {
            put_head(&mut self.out, HEADERS.len(), kind::HEADERS, flag::END_HEADERS, id);
            self.out.put_slice(HEADERS);
        }
    }

    /// Sends a message of `length` bytes, which `encode` appends. For a call that is gone, nothing is done.
    pub fn send(&mut self, id: u32, length: usize, encode: impl FnOnce(&mut BytesMut)) {
        self.begin(id);
        let Some(stream) = self.streams.get_mut(&id).filter(|stream| stream.end.is_none()) else {
            return;
        };
        let total = PREFIX + length;
        let fits = i64::try_from(total).is_ok_and(|total| total <= stream.send_window.min(self.send_window));
        let put = |out: &mut BytesMut| {
            out.put_u8(0);
            out.put_u32(u32::try_from(length).unwrap_or(u32::MAX)); // no message is that long
            encode(out);
        };
        if stream.pending.is_empty() && total <= self.peer_longest.min(OUTPUT_BYTES) && fits {
            put_head(&mut self.out, total, kind::DATA, 0, id);
            put(&mut self.out);
            stream.send_window -= total as i64;
            self.send_window -= total as i64;
        } else {
            let mut message = BytesMut::with_capacity(total);
            put(&mut message);
            if stream.pending.is_empty() {
                self.waiting.push_back(id);
            }
            stream.pending.push_back(message.freeze());
            self.more();
        }
    }

    /// Ends a call with a status. `message` is for people; gRPC's percent-encoding is done here.
    pub fn finish(&mut self, id: u32, code: u8, message: &str) {
        let Some(stream) = self.streams.get(&id) else { return };
        let mut block = BytesMut::new();
        if !stream.begun {
            block.put_slice(HEADERS);
        }
        if code == 0 {
            block.put_slice(OK);
        } else {
            put_field(&mut block, "grpc-status", code.to_string().as_bytes());
            put_field(&mut block, "grpc-message", percent(message).as_bytes());
        }
        self.end(id, block.freeze());
    }

    fn end(&mut self, id: u32, block: Bytes) {
        if let Some(stream) = self.streams.get_mut(&id) {
            stream.end = Some(block);
            if stream.pending.is_empty() {
                self.put_end(id);
            }
        }
    }

    /// The last frames of a call, all messages of which are out.
    fn put_end(&mut self, id: u32) {
        let Some(Stream {
            end: Some(block),
            peer_done,
            ..
        }) = self.streams.remove(&id)
        else {
            return;
        };
        let flags = flag::END_HEADERS | flag::END_STREAM;
        put_head(&mut self.out, block.len(), kind::HEADERS, flags, id);
        self.out.put_slice(&block);
        if !peer_done {
            // RFC 9113, section 8.1: the rest of the request is not needed
            put_number(&mut self.out, kind::RST_STREAM, id, Code::NoError as u32);
        }
    }

    /// Puts waiting messages into the output, as far as windows and room allow.
    pub fn more(&mut self) {
        for _ in 0..self.waiting.len() {
            let Some(id) = self.waiting.pop_front() else { return };
            let Some(stream) = self.streams.get_mut(&id) else {
                continue;
            };
            while let Some(message) = stream.pending.front_mut() {
                let room = OUTPUT_BYTES.saturating_sub(self.out.len()).min(self.peer_longest);
                let window = stream.send_window.min(self.send_window).max(0);
                let some = message
                    .len()
                    .min(room)
                    .min(usize::try_from(window).unwrap_or(usize::MAX));
                if some == 0 {
                    break;
                }
                put_head(&mut self.out, some, kind::DATA, 0, id);
                self.out.put_slice(&message[..some]);
                message.advance(some);
                stream.send_window -= some as i64;
                self.send_window -= some as i64;
                if message.is_empty() {
                    stream.pending.pop_front();
                }
            }
            if !stream.pending.is_empty() {
                self.waiting.push_back(id);
            } else if stream.end.is_some() {
                self.put_end(id);
            }
        }
    }

    /// Says that no more calls are taken; those under way go on. Calls that the peer has begun without knowing are taken.
    pub fn go_away(&mut self) {
        match self.phase {
            Phase::Preface => self.phase = Phase::Left(0),
            Phase::Open => {
                self.phase = Phase::Leaving;
                put_head(&mut self.out, 8, kind::GOAWAY, 0, 0);
                self.out.put_u32(0x7fff_ffff);
                self.out.put_u32(Code::NoError as u32);
                put_head(&mut self.out, 8, kind::PING, 0, 0);
                self.out.put_slice(&LAST_PING);
            }
            Phase::Leaving | Phase::Left(_) => {}
        }
    }

    fn leave(&mut self) {
        self.phase = Phase::Left(self.last);
        put_head(&mut self.out, 8, kind::GOAWAY, 0, 0);
        self.out.put_u32(self.last);
        self.out.put_u32(Code::NoError as u32);
    }
}

/// A literal that is not remembered, without Huffman code. Name and value are short: under 127 bytes each.
fn put_field(block: &mut BytesMut, name: &str, value: &[u8]) {
    block.put_u8(0);
    for text in [name.as_bytes(), value] {
        let text = &text[..text.len().min(126)];
        block.put_u8(text.len() as u8);
        block.put_slice(text);
    }
}

/// gRPC's encoding of a status message: printable ASCII but for the percent sign.
fn percent(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for byte in message.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
