//! Criterion groups over the texts of `texts`. For comparisons with other engines see the example `bench_core`.

mod texts;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use naka_detect::{Detector, Scratch};

const SIZE: usize = 256 << 10;

fn scan(c: &mut Criterion) {
    let detector = Detector::shared();
    let mut run = |group: &str, name: &str, bytes: &[u8]| {
        let mut group = c.benchmark_group(group);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let (mut scratch, mut found) = (Scratch::default(), Vec::new());
        group.bench_function(name, |b| {
            b.iter(|| {
                found.clear();
                for piece in bytes.chunks(16 << 10) {
                    detector.scan(piece, None, &mut scratch, &mut found);
                }
                found.len()
            });
        });
        group.finish();
    };
    for text in texts::all(SIZE) {
        run(text.name, "core", &text.bytes);
    }
    for (name, bytes) in texts::worst(SIZE) {
        run("worst", name, &bytes);
    }
}

criterion_group!(benches, scan);
criterion_main!(benches);
