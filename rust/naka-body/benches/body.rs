//! Reading and rewriting chat bodies, beside what `serde_json` takes to make a tree of the same bytes.
//!
//! `cargo bench -p naka-body`. Each group prints bytes per second of body.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use naka_body::{ApiTables, Direction, Document, Edit, Limits};

const PROSE: &str = "The customer called about the delayed refund and asked that we ring back before noon on Friday. ";
const HINDI: &str = "ग्राहक ने देरी से मिले रिफंड के बारे में फ़ोन किया और शुक्रवार दोपहर से पहले कॉल करने को कहा। ";

fn chat(contents: &[String]) -> Vec<u8> {
    let roles = ["system", "user", "assistant"];
    let messages = contents.iter().zip(roles.iter().cycle());
    let messages: Vec<_> = messages
        .map(|(content, role)| serde_json::json!({"role": role, "content": content}))
        .collect();
    serde_json::to_vec(&serde_json::json!({
        "model": "gpt-4o", "stream": true, "temperature": 0.2, "messages": messages,
    }))
    .unwrap()
}

/// Bodies by name. `lines` has an escape for each line of eighty characters, as pasted text and code have.
fn bodies() -> Vec<(String, Vec<u8>)> {
    let mut bodies = Vec::new();
    for (size, parts) in [(1 << 10, 2), (16 << 10, 8), (256 << 10, 32)] {
        let each = size / parts;
        let prose = PROSE.repeat(each / PROSE.len() + 1);
        bodies.push((format!("prose/{size}"), chat(&vec![prose[..each].to_owned(); parts])));
    }
    let part = 8 << 10;
    let lines: String = PROSE
        .repeat(90)
        .as_bytes()
        .chunks(80)
        .flat_map(|line| [line, b"\n\""].concat())
        .map(char::from)
        .collect();
    bodies.push(("lines/262144".to_owned(), chat(&vec![lines[..part].to_owned(); 32])));
    let hindi: String = HINDI.chars().cycle().take(part / 3).collect();
    bodies.push(("devanagari/262144".to_owned(), chat(&vec![hindi; 32])));
    let rows: Vec<_> = (0..1200)
        .map(|row| serde_json::json!({"id": row, "name": "Asha Rao", "city": "Pune", "balance": 1200.5, "open": true}))
        .collect();
    let rows = serde_json::Value::from(rows);
    bodies.push((
        "tool_result/json".to_owned(),
        chat(&[rows.to_string(), PROSE.to_owned()]),
    ));
    let structured = serde_json::json!({"model": "gpt-4o", "messages": [], "metadata": {"rows": rows}});
    bodies.push(("object/json".to_owned(), serde_json::to_vec(&structured).unwrap()));
    bodies
}

fn read(body: &[u8]) -> Document<'_> {
    let route = ApiTables::shared().route("POST", "/v1/chat/completions");
    Document::read(
        body,
        Some("application/json"),
        &route,
        Direction::Request,
        &Limits::default(),
    )
    .unwrap()
}

fn body(criterion: &mut Criterion) {
    let bodies = bodies();
    let mut group = criterion.benchmark_group("read");
    for (name, body) in &bodies {
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::new("naka", name), body, |bencher, body| {
            bencher.iter(|| black_box(read(body).fields().len()));
        });
        group.bench_with_input(BenchmarkId::new("serde_json", name), body, |bencher, body| {
            bencher.iter(|| black_box(serde_json::from_slice::<serde_json::Value>(body).unwrap()));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("rewrite");
    for (name, body) in &bodies {
        let document = read(body);
        // One edit in each kibibyte of body, at the start of fields.
        let step = (document.fields().len() * 1024 / body.len()).max(1);
        let editable = document
            .fields()
            .filter(|field| field.editable && field.text.len() >= 8);
        let edits: Vec<Edit> = editable
            .step_by(step)
            .map(|field| Edit {
                field: field.id,
                start: 0,
                end: 3,
                replacement: b"[IN_PAN]".to_vec(),
            })
            .collect();
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::new("naka", name), &edits, |bencher, edits| {
            bencher.iter(|| black_box(document.rewrite(edits.clone()).unwrap()));
        });
    }
    group.finish();

    let mut group = criterion.benchmark_group("route");
    for path in [
        "/v1/chat/completions",
        "/gateway/openai/v1/files/file-1/content?x=1",
        "/nothing/here",
    ] {
        group.bench_function(path, |bencher| {
            bencher.iter(|| black_box(ApiTables::shared().route("POST", path).known))
        });
    }
    group.finish();
}

criterion_group!(benches, body);
criterion_main!(benches);
