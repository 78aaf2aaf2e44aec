//! Any stream cut anywhere: its frames are its bytes, the same as without the cut, and an edit of a piece reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use naka_body::stream::{Event, Form, Frame, Splitter};
use naka_body::{ApiTables, Edit, Limits};

/// One route for each way to write a stream.
const ROUTES: [(&str, Form); 6] = [
    ("/v1/chat/completions", Form::Sse),
    ("/v1/responses", Form::Sse),
    ("/v1/messages", Form::Sse),
    ("/api/chat", Form::Lines),
    ("/v1beta/models/m:streamGenerateContent", Form::Array),
    ("/model/m/invoke-with-response-stream", Form::Frames),
];

fn frames(form: Form, chunks: impl Iterator<Item = impl AsRef<[u8]>>) -> Option<Vec<Frame>> {
    let mut splitter = Splitter::new(form, 1 << 20);
    let mut frames = Vec::new();
    for chunk in chunks {
        splitter.push(chunk.as_ref());
        while let Some(frame) = splitter.next().ok()? {
            frames.push(frame);
        }
    }
    frames.extend(splitter.finish());
    Some(frames)
}

fuzz_target!(|input: &[u8]| {
    let Some((&[which, size], stream)) = input.split_first_chunk::<2>() else {
        return;
    };
    let (path, form) = ROUTES[usize::from(which) % ROUTES.len()];
    let cut = frames(form, stream.chunks(usize::from(size).max(1)));
    let whole = frames(form, [stream].iter());
    assert_eq!(cut.is_some(), whole.is_some());
    let (Some(cut), Some(whole)) = (cut, whole) else { return };
    let bytes: Vec<u8> = cut.iter().flat_map(|frame| frame.raw().to_vec()).collect();
    assert_eq!(bytes, stream);
    let said = |frames: &[Frame]| -> Vec<Vec<u8>> {
        let payloads = frames.iter().map(|frame| frame.payload().to_vec());
        payloads.filter(|payload| !payload.is_empty()).collect()
    };
    assert_eq!(said(&cut), said(&whole));

    let route = ApiTables::shared().route("POST", path);
    let limits = Limits {
        max_fields: 2000,
        ..Limits::default()
    };
    for frame in &cut {
        let Ok(event) = Event::read(frame, &route, &limits) else { continue };
        let editable = |piece: &&naka_body::stream::Piece| !piece.channel.is_sealed();
        let Some(piece) = event.pieces().iter().find(editable) else { continue };
        let field = event.document().field(piece.field);
        if !field.editable {
            continue;
        }
        let edit = Edit {
            field: field.id,
            start: 0,
            end: field.text.len() as u32,
            replacement: b"a\"\n\\b".to_vec(),
        };
        let changed = frame.rewrite(&route, &limits, vec![edit]).expect("a whole field may be replaced");
        let again = frames(form, [changed].iter()).expect("what was written can be cut");
        let read = again.iter().filter_map(|frame| Event::read(frame, &route, &limits).ok());
        let texts: Vec<Vec<u8>> = read
            .flat_map(|event| {
                let texts = event.pieces().iter().map(|piece| event.document().field(piece.field).text.to_vec());
                texts.collect::<Vec<_>>()
            })
            .collect();
        assert!(texts.iter().any(|text| text == b"a\"\n\\b"), "the edit reads back");
    }
});
