#!/usr/bin/env bash
# Formatting, lints, types, import direction, licences. Everything must pass; nothing is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. dev/lib.sh

step "ruff"
ruff check .
ruff format --check .
step "mypy (strict)"
mypy
step "import direction"
lint-imports
step "rustfmt"
cargo fmt --all --check
step "clippy"
cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step "licences, bans, sources of the Rust dependencies"
cargo-deny --log-level error check bans licenses sources
