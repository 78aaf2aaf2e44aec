//! The Huffman code of HPACK. Source: RFC 7541, appendix B. The code is canonical (codes of one length are given out in
//! the order of the symbols), so the lengths say all of it. Bit by bit: a peer sends most of its fields once, and refers
//! to its table from then on.

/// Bits of the code of each byte.
const LENGTHS: [u8; 256] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
    28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12,
    10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6,
    5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22,
    22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20,
    22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28,
    27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28,
    27, 27, 27, 27, 27, 26,
];
const LONGEST: usize = 30;

/// Codes of one length: the first of them, and where their symbols begin.
#[derive(Clone, Copy)]
struct Row {
    first: u32,
    count: u32,
    start: usize,
}

const fn rows() -> ([Row; LONGEST + 1], [u8; 256]) {
    let mut rows = [Row {
        first: 0,
        count: 0,
        start: 0,
    }; LONGEST + 1];
    let mut symbols = [0; 256];
    let (mut code, mut at, mut length) = (0_u32, 0, 1);
    while length <= LONGEST {
        code <<= 1;
        rows[length].first = code;
        rows[length].start = at;
        let mut symbol = 0;
        while symbol < 256 {
            if LENGTHS[symbol] as usize == length {
                symbols[at] = symbol as u8;
                at += 1;
                code += 1;
                rows[length].count += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    (rows, symbols)
}

static CODE: ([Row; LONGEST + 1], [u8; 256]) = rows();

/// Appends the bytes that `coded` stands for; `None` when it is no such code.
pub(crate) fn decode(coded: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let (rows, symbols) = &CODE;
    let (mut code, mut length) = (0_u32, 0);
    for byte in coded {
        for bit in (0..8).rev() {
            code = code << 1 | u32::from(byte >> bit & 1);
            length += 1;
            if length > LONGEST {
                return None; // the end-of-string symbol must not occur
            }
            let row = &rows[length];
            // a code below the first of its length is the beginning of a longer one
            if let Some(at) = code.checked_sub(row.first).filter(|at| *at < row.count) {
                out.push(symbols[row.start + at as usize]);
                (code, length) = (0, 0);
            }
        }
    }
    // padding is the beginning of the end-of-string symbol: ones, less than a byte
    (length < 8 && code == (1 << length) - 1).then_some(())
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn the_examples_of_the_standard_are_read() {
        // RFC 7541, C.4.1 and C.6.1
        for (coded, text) in [
            (
                &b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"[..],
                "www.example.com",
            ),
            (
                &b"\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0\x82\xa6\x2d\x1b\xff"[..],
                "Mon, 21 Oct 2013 20:13:21 GMT",
            ),
            (b"", ""),
        ] {
            let mut out = Vec::new();
            assert_eq!(decode(coded, &mut out), Some(()));
            assert_eq!(out, text.as_bytes());
        }
    }

    #[test]
    fn wrong_padding_and_the_end_of_string_are_refused() {
        for coded in [
            &b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xfe"[..],
            b"\xff\xff",
            b"\xff\xff\xff\xff",
            b"\x00",
        ] {
            assert_eq!(decode(coded, &mut Vec::new()), None, "{coded:x?}");
        }
    }
}
