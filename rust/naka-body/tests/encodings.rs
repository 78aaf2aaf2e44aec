//! Content encodings: what is undone, and what is refused before it costs anything.

use std::io::Write;

use naka_body::{BodyError, Limits, decode};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

fn bare_deflate(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

fn brotli(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*text, &mut packed, &Default::default()).unwrap();
    packed
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 3).unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;
const ALL: [(&str, Pack); 5] = [
    ("gzip", gzip),
    ("deflate", zlib),
    ("deflate", bare_deflate),
    ("br", brotli),
    ("zstd", zstd),
];

const TEXT: &[u8] = br#"{"messages":[{"role":"user","content":"mera aadhaar 5109 8027 4087 hai"}]}"#;

#[test]
fn every_encoding_is_undone() {
    for (name, pack) in ALL {
        assert_eq!(
            decode(name, &pack(TEXT), &Limits::default()).as_deref(),
            Ok(TEXT),
            "{name}"
        );
        assert_eq!(
            decode(name, &pack(b""), &Limits::default()).as_deref(),
            Ok(&b""[..]),
            "{name}"
        );
    }
    assert_eq!(decode("X-GZip", &gzip(TEXT), &Limits::default()).as_deref(), Ok(TEXT));
    assert_eq!(decode("", TEXT, &Limits::default()).as_deref(), Ok(TEXT));
}

#[test]
fn stacked_encodings_are_undone_last_first() {
    let packed = zstd(&gzip(TEXT));
    assert_eq!(
        decode("gzip, identity, zstd", &packed, &Limits::default()).as_deref(),
        Ok(TEXT)
    );
    assert_eq!(
        decode("zstd, gzip", &packed, &Limits::default()),
        Err(BodyError::BadEncoding)
    );
    let thrice = gzip(&packed);
    assert_eq!(
        decode("gzip, zstd, gzip", &thrice, &Limits::default()),
        Err(BodyError::TooManyEncodings)
    );
}

#[test]
fn gzip_in_several_members_is_one_body() {
    let mut packed = gzip(&TEXT[..20]);
    packed.extend(gzip(&TEXT[20..]));
    assert_eq!(decode("gzip", &packed, &Limits::default()).as_deref(), Ok(TEXT));
}

#[test]
fn a_cut_stream_is_refused() {
    let long: Vec<u8> = (0..5000u32).flat_map(u32::to_le_bytes).collect();
    for (name, pack) in ALL {
        let packed = pack(&long);
        for cut in [1, 2, packed.len() / 2, packed.len() - 1] {
            assert_eq!(
                decode(name, &packed[..cut], &Limits::default()),
                Err(BodyError::BadEncoding),
                "{name} {cut}"
            );
        }
    }
}

#[test]
fn bytes_behind_the_end_of_the_stream_are_refused() {
    for (name, pack) in ALL {
        let mut packed = pack(TEXT);
        packed.extend_from_slice(TEXT);
        assert_eq!(
            decode(name, &packed, &Limits::default()),
            Err(BodyError::BadEncoding),
            "{name}"
        );
    }
}

#[test]
fn a_bomb_is_refused_at_the_limit() {
    let zeros = vec![b' '; 4 << 20];
    for (name, pack) in ALL {
        assert_eq!(
            decode(name, &pack(&zeros), &Limits::default()),
            Err(BodyError::RatioTooHigh),
            "{name}"
        );
    }
    let limits = Limits {
        max_ratio: usize::MAX,
        max_decoded_bytes: 1 << 20,
        ..Limits::default()
    };
    for (name, pack) in ALL {
        assert_eq!(decode(name, &pack(&zeros), &limits), Err(BodyError::TooLarge), "{name}");
    }
    // Two layers of gzip: each is far below the ratio, both together are not.
    let twice = gzip(&gzip(&zeros));
    assert_eq!(
        decode("gzip, gzip", &twice, &Limits::default()),
        Err(BodyError::RatioTooHigh)
    );
}

#[test]
fn a_brotli_stream_that_asks_for_a_huge_window_is_refused() {
    let params = brotli::enc::BrotliEncoderParams {
        lgwin: 28,
        large_window: true,
        ..Default::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*TEXT, &mut packed, &params).unwrap();
    assert_eq!(decode("br", &packed, &Limits::default()), Err(BodyError::BadEncoding));
}

#[test]
fn a_zstd_frame_that_asks_for_a_huge_window_is_refused() {
    let mut writer = zstd::stream::Encoder::new(Vec::new(), 1).unwrap();
    writer.window_log(27).unwrap();
    writer.long_distance_matching(true).unwrap();
    writer.write_all(TEXT).unwrap();
    let packed = writer.finish().unwrap();
    assert_eq!(decode("zstd", &packed, &Limits::default()), Err(BodyError::BadEncoding));
}
