#!/usr/bin/env bash
# Runs every fuzz target under rust/*/fuzz for FUZZ_SECONDS each (60 unless told). A finding, or an input that takes 20 s, ends the run with its path.
# libFuzzer's instrumentation needs nightly flags: RUSTC_BOOTSTRAP lets the stable compiler take them where no nightly is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
. dev/lib.sh
seconds=${FUZZ_SECONDS:-60}
need clang clang
rustup toolchain list 2>/dev/null | grep -q nightly && toolchain=+nightly || { toolchain=""; export RUSTC_BOOTSTRAP=1; }

ran=0
for crate in rust/*/fuzz; do
    for target in $(sed -nE '/^\[\[bin\]\]/,/^path/ s/^name = "(.*)"/\1/p' "$crate/Cargo.toml"); do
        step "$(basename "$(dirname "$crate")"): $target for ${seconds}s"
        cargo $toolchain fuzz run --fuzz-dir "$crate" "$target" -- -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
        ran=$((ran + 1))
    done
done
[ "$ran" -gt 0 ] || { echo "no fuzz target found" >&2; exit 1; }
step "$ran targets, no finding"
