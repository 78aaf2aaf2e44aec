#!/usr/bin/env bash
# Every test of the project, on a machine that has Python 3.11+, Rust and Debian's apt. Streams its progress.
set -euo pipefail
cd "$(dirname "$0")/.."
. dev/lib.sh

step "crates, Python packages and the Node clients of the wire tests"
cargo fetch --locked --quiet
make --no-print-directory .venv/.locked .venv/.node

step "release build of the extension module"
make --no-print-directory build

step "lints and types"
dev/check.sh

step "Rust tests"
cargo test --workspace --locked --quiet

step "Python, wire and documentation tests"
pytest -q --durations=15 tests
