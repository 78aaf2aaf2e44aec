//! Generates the messages and services of `proto/` with protox, a protobuf compiler in Rust: no `protoc` needed.
//! Bodies become `Bytes`, so that a body is never copied between the socket and the scanner.

use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let files = [
        "envoy/service/ext_proc/v3/external_processor.proto",
        "naka/v1/detection.proto",
    ];
    println!("cargo::rerun-if-changed={}", root.display());
    let descriptors = protox::compile(files.map(|file| root.join(file)), [&root])?;
    std::fs::write(out.join("descriptors.bin"), prost::Message::encode_to_vec(&descriptors))?;
    tonic_prost_build::configure()
        .bytes(".")
        // no type of prost's own: what is sent of it never changes
        .extern_path(".google.protobuf.Struct", "crate::mark::Struct")
        .codec_path("crate::codec::SmallCodec")
        .emit_rerun_if_changed(false)
        .compile_fds(descriptors)?;
    Ok(())
}
