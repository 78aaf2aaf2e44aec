//! Turns `proto/naka/v1/policy.proto` into Rust types. No protoc: protox is a compiler in Rust.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = std::path::PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?).join("../../proto");
    let file = root.join("naka/v1/policy.proto");
    println!("cargo:rerun-if-changed={}", file.display());
    println!("cargo:rustc-check-cfg=cfg(fuzzing)"); // set by cargo-fuzz
    let descriptors = protox::compile([&file], [&root])?;
    prost_build::Config::new().compile_fds(descriptors)?;
    Ok(())
}
