//! Any body and any edits: refused, or written so that the fields read back as edited and all else stays.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naka_body::{ApiTables, Coverage, Direction, Document, Edit, FieldId, FieldKind, Limits};

fuzz_target!(|input: &[u8]| {
    let Some((plan, body)) = input.split_at_checked(16) else {
        return;
    };
    let route = ApiTables::shared().route("POST", "/x");
    let limits = Limits {
        max_fields: 5000,
        ..Limits::default()
    };
    let read = |body| Document::read(body, Some("application/json"), &route, Direction::Request, &limits);
    let Ok(document) = read(body) else { return };

    // Edits as the input says, most of them wrong.
    let wild: Vec<Edit> = plan
        .chunks_exact(4)
        .map(|bytes| Edit {
            field: FieldId(u32::from(bytes[0] & 15)),
            start: u32::from(bytes[1] & 31),
            end: u32::from(bytes[2] & 31),
            replacement: vec![bytes[3]; usize::from(bytes[3] & 7)],
        })
        .collect();
    if let Ok(after) = document.rewrite(wild) {
        if document.coverage() == Coverage::Scanned && serde_json::from_slice::<serde_json::Value>(body).is_ok() {
            serde_json::from_slice::<serde_json::Value>(&after).unwrap();
        }
    }

    // One field as a whole, by a text that nothing takes for anything else.
    let chosen = usize::from(plan[0]) % document.fields().len().max(1);
    let Some(field) = document.fields().nth(chosen).filter(|field| field.editable) else {
        return;
    };
    let edit = Edit {
        field: field.id,
        start: 0,
        end: field.text.len() as u32,
        replacement: "\"q\\é\n".into(),
    };
    let after = document.rewrite(vec![edit.clone()]).unwrap();
    if document.coverage() != Coverage::Scanned || field.kind == FieldKind::Key {
        return;
    }
    let Ok(again) = read(&after) else { return };
    assert_eq!(again.fields().len(), document.fields().len());
    for (old, new) in document.fields().zip(again.fields()) {
        if old.id == edit.field {
            assert_eq!(new.text, edit.replacement);
        } else {
            assert_eq!(new.text, old.text);
        }
    }
});
