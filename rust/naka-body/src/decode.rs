//! Content encodings undone: gzip, deflate, br and zstd, also on top of each other.
//!
//! Output is made in pieces and counted as it comes, so that a bomb costs at most what the limits allow.
//! Source for names and order: RFC 9110 section 8.4; window of zstd: RFC 9659.

use std::io::{BufRead, Read};

use brotli::enc::StandardAlloc;
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::{BodyError, Limits};

/// Output from which on the ratio counts.
const SMALL: usize = 1 << 20;

/// Largest zstd window that an HTTP reader must accept: 8 MiB.
const ZSTD_WINDOW_LOG: u32 = 23;

/// Undoes `encoding`, the value of a `content-encoding` header; several encodings are listed in the order they were put on.
///
/// ```
/// use naka_body::{BodyError, Limits, decode};
/// assert_eq!(decode("identity", b"as it is", &Limits::default()), Ok(b"as it is".to_vec()));
/// assert_eq!(decode("gzip", b"not gzip", &Limits::default()), Err(BodyError::BadEncoding));
/// assert_eq!(decode("lzma", b"", &Limits::default()), Err(BodyError::UnknownEncoding));
/// ```
pub fn decode(encoding: &str, bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, BodyError> {
    let names = encoding.split(',').map(str::trim).filter(|name| !name.is_empty());
    let codings = names.filter_map(|name| Coding::named(name).transpose());
    let mut codings: Vec<Coding> = codings.collect::<Result<_, _>>()?;
    if codings.len() > limits.max_encodings {
        return Err(BodyError::TooManyEncodings);
    }
    // Ratios multiply over layers: all are held against what came over the wire.
    let budget = Budget {
        packed: bytes.len(),
        limits,
    };
    let Some(outermost) = codings.pop() else {
        budget.check(bytes.len())?;
        return Ok(bytes.to_vec());
    };
    let mut text = outermost.undo(bytes, &budget)?;
    while let Some(coding) = codings.pop() {
        text = coding.undo(&text, &budget)?;
    }
    Ok(text)
}

#[derive(Debug, Clone, Copy)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

impl Coding {
    /// None for identity.
    fn named(name: &str) -> Result<Option<Self>, BodyError> {
        match &*name.to_ascii_lowercase() {
            "gzip" | "x-gzip" => Ok(Some(Self::Gzip)),
            "deflate" => Ok(Some(Self::Deflate)),
            "br" => Ok(Some(Self::Brotli)),
            "zstd" => Ok(Some(Self::Zstd)),
            "identity" => Ok(None),
            _ => Err(BodyError::UnknownEncoding),
        }
    }

    fn undo(self, bytes: &[u8], budget: &Budget<'_>) -> Result<Vec<u8>, BodyError> {
        match self {
            Self::Gzip => drain(MultiGzDecoder::new(bytes), budget),
            Self::Deflate => deflate(bytes, budget),
            Self::Brotli => brotli(bytes, budget),
            Self::Zstd => {
                let mut reader = zstd::stream::read::Decoder::with_buffer(bytes).map_err(|_| BodyError::BadEncoding)?;
                reader
                    .window_log_max(ZSTD_WINDOW_LOG)
                    .map_err(|_| BodyError::BadEncoding)?;
                drain(reader, budget)
            }
        }
    }
}

/// RFC 9110 means zlib's format; some clients send the bare stream, and servers take both.
fn deflate(bytes: &[u8], budget: &Budget<'_>) -> Result<Vec<u8>, BodyError> {
    let mut zlib = ZlibDecoder::new(bytes);
    match drain(&mut zlib, budget) {
        Ok(text) if nothing_left(zlib.into_inner()) => Ok(text),
        Ok(_) | Err(BodyError::BadEncoding) => {
            let mut bare = DeflateDecoder::new(bytes);
            let text = drain(&mut bare, budget)?;
            if nothing_left(bare.into_inner()) {
                Ok(text)
            } else {
                Err(BodyError::BadEncoding)
            }
        }
        Err(why) => Err(why),
    }
}

/// Not by `brotli::Decompressor`: it accepts windows of 1 GiB, which RFC 7932 does not have, and bytes behind the end.
fn brotli(bytes: &[u8], budget: &Budget<'_>) -> Result<Vec<u8>, BodyError> {
    let alloc = StandardAlloc::default;
    let mut state = BrotliState::new_strict(alloc(), alloc(), alloc());
    let (mut text, mut piece) = (Vec::new(), [0; 16 << 10]);
    let (mut left, mut at, mut total) = (bytes.len(), 0, 0);
    loop {
        let (mut room, mut count) = (piece.len(), 0);
        let result = BrotliDecompressStream(
            &mut left, &mut at, bytes, &mut room, &mut count, &mut piece, &mut total, &mut state,
        );
        budget.check(text.len() + count)?;
        text.extend_from_slice(&piece[..count]);
        match result {
            BrotliResult::ResultSuccess if left == 0 => return Ok(text),
            BrotliResult::NeedsMoreOutput => {}
            _ => return Err(BodyError::BadEncoding),
        }
    }
}

/// Bytes behind the end of the stream would pass unseen.
fn nothing_left(mut rest: impl BufRead) -> bool {
    rest.fill_buf().is_ok_and(<[u8]>::is_empty)
}

struct Budget<'l> {
    /// Bytes that came over the wire.
    packed: usize,
    limits: &'l Limits,
}

impl Budget<'_> {
    fn check(&self, unpacked: usize) -> Result<(), BodyError> {
        if unpacked > self.limits.max_decoded_bytes {
            Err(BodyError::TooLarge)
        } else if unpacked > SMALL && unpacked / self.limits.max_ratio.max(1) > self.packed {
            Err(BodyError::RatioTooHigh)
        } else {
            Ok(())
        }
    }
}

fn drain(mut reader: impl Read, budget: &Budget<'_>) -> Result<Vec<u8>, BodyError> {
    let mut text = Vec::new();
    let mut piece = [0; 16 << 10];
    loop {
        match reader.read(&mut piece) {
            Ok(0) => return Ok(text),
            Ok(count) => {
                budget.check(text.len() + count)?;
                text.extend_from_slice(&piece[..count]);
            }
            Err(why) if why.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return Err(BodyError::BadEncoding),
        }
    }
}
