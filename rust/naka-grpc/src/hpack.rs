//! Decoding of header blocks. Source: RFC 7541. Our own blocks are constants that use no table, so nothing encodes.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::huffman;

/// Size of the dynamic table, as RFC 7541 section 4.1 counts it: the protocol's default, which is never raised.
const TABLE_BYTES: usize = 4096;
/// What an entry counts beside its bytes.
const ENTRY_BYTES: usize = 32;
/// Longest name or value taken.
const TEXT_BYTES: usize = 64 << 10;

/// RFC 7541, appendix A.
static STATIC: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// A header block is no such thing; the connection cannot go on, for the tables of the two ends differ now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadBlock;

/// A connection's decoder, which remembers fields from block to block.
pub(crate) struct Decoder {
    table: VecDeque<(Bytes, Bytes)>,
    bytes: usize,
    limit: usize,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self {
            table: VecDeque::new(),
            bytes: 0,
            limit: TABLE_BYTES,
        }
    }

    /// Gives each field of a block to `see`.
    pub(crate) fn decode(&mut self, mut block: &[u8], mut see: impl FnMut(&Bytes, &Bytes)) -> Result<(), BadBlock> {
        while let Some(&first) = block.first() {
            match first {
                // indexed field
                0x80.. => {
                    let index = integer(&mut block, 7)?;
                    let (name, value) = self.field(index)?;
                    see(&name, &value);
                }
                // literal, to be remembered
                0x40.. => {
                    let (name, value) = self.literal(&mut block, 6)?;
                    see(&name, &value);
                    self.remember(name, value);
                }
                // new size of the table
                0x20.. => {
                    let limit = integer(&mut block, 5)?;
                    if limit > TABLE_BYTES {
                        return Err(BadBlock);
                    }
                    self.limit = limit;
                    self.shrink(0);
                }
                // literal, not to be remembered
                _ => {
                    let (name, value) = self.literal(&mut block, 4)?;
                    see(&name, &value);
                }
            }
        }
        Ok(())
    }

    fn field(&self, index: usize) -> Result<(Bytes, Bytes), BadBlock> {
        let at = index.checked_sub(1).ok_or(BadBlock)?;
        match STATIC.get(at) {
            Some((name, value)) => Ok((
                Bytes::from_static(name.as_bytes()),
                Bytes::from_static(value.as_bytes()),
            )),
            None => self.table.get(at - STATIC.len()).cloned().ok_or(BadBlock),
        }
    }

    fn literal(&self, block: &mut &[u8], prefix: u8) -> Result<(Bytes, Bytes), BadBlock> {
        let name = match integer(block, prefix)? {
            0 => text(block)?,
            index => self.field(index)?.0,
        };
        Ok((name, text(block)?))
    }

    fn remember(&mut self, name: Bytes, value: Bytes) {
        let bytes = name.len() + value.len() + ENTRY_BYTES;
        self.shrink(bytes);
        if bytes <= self.limit {
            self.bytes += bytes;
            self.table.push_front((name, value));
        }
    }

    /// Forgets the oldest entries until `more` bytes fit.
    fn shrink(&mut self, more: usize) {
        while self.bytes + more > self.limit {
            let Some((name, value)) = self.table.pop_back() else {
                return;
            };
            self.bytes -= name.len() + value.len() + ENTRY_BYTES;
        }
    }
}

/// RFC 7541, section 5.1.
fn integer(block: &mut &[u8], prefix: u8) -> Result<usize, BadBlock> {
    let (first, mut rest) = block.split_first().ok_or(BadBlock)?;
    let most = (1_usize << prefix) - 1;
    let mut value = usize::from(*first) & most;
    if value == most {
        for shift in [0, 7, 14] {
            let (byte, after) = rest.split_first().ok_or(BadBlock)?;
            rest = after;
            value += usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                *block = rest;
                return Ok(value);
            }
        }
        return Err(BadBlock); // over two million
    }
    *block = rest;
    Ok(value)
}

/// RFC 7541, section 5.2. A copy: an entry outlives its block.
fn text(block: &mut &[u8]) -> Result<Bytes, BadBlock> {
    let coded = block.first().ok_or(BadBlock)? & 0x80 != 0;
    let length = integer(block, 7)?;
    let (raw, rest) = block.split_at_checked(length).ok_or(BadBlock)?;
    *block = rest;
    if !coded {
        return Ok(Bytes::copy_from_slice(raw));
    }
    let mut out = Vec::with_capacity(length * 2);
    huffman::decode(raw, &mut out).ok_or(BadBlock)?;
    if out.len() > TEXT_BYTES {
        return Err(BadBlock);
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(decoder: &mut Decoder, block: &[u8]) -> Result<Vec<String>, BadBlock> {
        let mut seen = Vec::new();
        let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
        decoder.decode(block, |name, value| {
            seen.push(format!("{}: {}", text(name), text(value)))
        })?;
        Ok(seen)
    }

    /// RFC 7541, C.4: three requests on one connection, with Huffman codes.
    #[test]
    fn the_requests_of_the_standard_are_read() {
        let mut decoder = Decoder::new();
        let first = b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff";
        let common = [
            ":method: GET",
            ":scheme: http",
            ":path: /",
            ":authority: www.example.com",
        ];
        assert_eq!(fields(&mut decoder, first).unwrap(), common);
        let second = b"\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf";
        let seen = fields(&mut decoder, second).unwrap();
        assert_eq!(
            (&seen[..4], &seen[4][..]),
            (&common.map(str::to_owned)[..], "cache-control: no-cache")
        );
        let third = b"\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf";
        let seen = fields(&mut decoder, third).unwrap();
        assert_eq!(seen[3..], [":authority: www.example.com", "custom-key: custom-value"]);
        assert_eq!((decoder.table.len(), decoder.bytes), (3, 164));
    }

    #[test]
    fn the_table_keeps_to_its_size() {
        let mut decoder = Decoder::new();
        let mut block = vec![0x40, 1, b'a', 0x7f, 0x80, 0x1f];
        block.extend([b'x'; 4095]); // with the name and 32 bytes more than the table takes
        assert_eq!(fields(&mut decoder, &block).unwrap().len(), 1);
        assert_eq!((decoder.table.len(), decoder.bytes), (0, 0));
        assert!(fields(&mut decoder, b"\x40\x01a\x01b").is_ok());
        assert_eq!(decoder.bytes, 34);
        assert_eq!(
            fields(&mut decoder, b"\x20\xbe"),
            Err(BadBlock),
            "a table of no bytes holds nothing"
        );
    }

    #[test]
    fn what_is_no_block_is_refused() {
        for block in [
            &b"\x80"[..],
            b"\xff\xff\xff\xff\xff",
            b"\xbe",
            b"\x40\x05a",
            b"\x3f\xe2\x1f",
            b"\x00\x81\x00\x00",
        ] {
            assert_eq!(fields(&mut Decoder::new(), block), Err(BadBlock), "{block:x?}");
        }
    }
}
