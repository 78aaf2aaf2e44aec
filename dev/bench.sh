#!/usr/bin/env bash
# Measures everything that docs/benchmarks.md tells, and writes that page. Takes about ten minutes on two cores.
# Pass --quick for a short run (the page is written all the same).
set -euo pipefail
cd "$(dirname "$0")/.."
. dev/lib.sh
quick=()
load=()
if [ "${1:-}" = --quick ]; then quick=(--quick); load=(--rounds 1 --seconds 2 --requests 20000); fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
need wrk wrk
need_file /usr/include/hs/hs.h libvectorscan-dev

step "core beside Vectorscan, meta::Regex and the oracle"
cargo run --quiet --release --locked -p naka-detect --features vectorscan --example bench_core -- "${quick[@]}" | tee "$out/core.jsonl"

step "Python to Python, beside Presidio"
if [ ! -e .venv-bench/.locked ] || [ requirements-bench.lock -nt .venv-bench/.locked ]; then
    uv venv --quiet --allow-existing --python .venv/bin/python .venv-bench
    uv pip install --quiet --python .venv-bench/bin/python --require-hashes -r requirements-bench.lock
    touch .venv-bench/.locked
fi
PYTHONPATH=python .venv-bench/bin/python tests/bench/presidio_peer.py | tee "$out/python.json"

step "through Envoy"
python tests/bench/load.py "${load[@]}" --json "$out/load.json"

step "streams through Envoy"
python tests/bench/streams.py "${quick[@]}" --json "$out/streams.json"

step "docs/benchmarks.md"
python tests/bench/page.py "$out" --output docs/benchmarks.md
