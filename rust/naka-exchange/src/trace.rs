//! The caller's place in a distributed trace, so that a record can be shown as a part of it.
//! Source: W3C Trace Context (Recommendation, 2021), section 3.2 "Traceparent Header".

/// What a `traceparent` header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trace {
    /// Names the trace; not all zero.
    pub trace_id: [u8; 16],
    /// Names the caller's span; not all zero.
    pub parent_id: [u8; 8],
    /// The caller records this trace.
    pub sampled: bool,
}

impl Trace {
    /// Reads the header; `None` for one that is malformed, as the standard asks. Versions after 00 may say more, which is
    /// not read.
    #[must_use]
    pub fn parse(header: &[u8]) -> Option<Self> {
        let (fields, rest) = header.split_at_checked(55)?;
        let [version] = hex(&fields[..2])?;
        let dashes = [fields[2], fields[35], fields[52]] == *b"---";
        let known = match version {
            0 => rest.is_empty(),
            0xff => false,
            _ => rest.is_empty() || rest[0] == b'-',
        };
        let (trace_id, parent_id): ([u8; 16], [u8; 8]) = (hex(&fields[3..35])?, hex(&fields[36..52])?);
        let [flags] = hex(&fields[53..55])?;
        let named = trace_id != [0; 16] && parent_id != [0; 8];
        (dashes && known && named).then_some(Self {
            trace_id,
            parent_id,
            sampled: flags & 1 == 1,
        })
    }
}

/// Lower-case hexadecimal, as the standard has it.
fn hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard_is_read() {
        let trace = Trace::parse(b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assert_eq!(
            trace,
            Some(Trace {
                trace_id: 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes(),
                parent_id: 0xb7ad_6b71_6920_3331_u64.to_be_bytes(),
                sampled: true,
            })
        );
        let unsampled = Trace::parse(b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-fe");
        assert!(unsampled.is_some_and(|trace| !trace.sampled));
        let later = Trace::parse(b"01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more");
        assert!(later.is_some());
    }

    #[test]
    fn a_malformed_header_is_no_trace() {
        for header in [
            "",
            "00",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ] {
            assert_eq!(Trace::parse(header.as_bytes()), None, "{header}");
        }
    }
}
