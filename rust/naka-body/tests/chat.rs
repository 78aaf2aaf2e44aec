//! Chat completions as clients send them and servers answer: what is found, and what an edit makes of it.

mod common;

use common::{edit, fields, replaced, replacing, request, response, unscannable};
use naka_body::{Coverage, EditError, FieldKind, NO_RECORD};

#[test]
fn every_role_is_read_and_records_count_messages() {
    let body = br#"{"model":"gpt-4o","messages":[
        {"role":"developer","content":"d"},{"role":"system","content":"s"},{"role":"user","content":"u"},
        {"role":"assistant","content":null,"refusal":"no"},{"role":"tool","tool_call_id":"call_1","content":"t"},
        {"role":"function","name":"f","content":"x"}],"user":"asha@example.in"}"#;
    let document = request(body);
    assert_eq!(
        fields(&document),
        [
            "messages[0].content=d",
            "messages[1].content=s",
            "messages[2].content=u",
            "messages[3].refusal=no",
            "messages[4].content=t",
            "messages[5].name=f",
            "messages[5].content=x",
            "user=asha@example.in",
        ]
    );
    let records: Vec<u32> = document.fields().map(|field| field.record).collect();
    assert_eq!(records, [0, 1, 2, 3, 4, 5, 5, NO_RECORD]);
    assert_eq!(document.coverage(), Coverage::Scanned);
    assert_eq!(document.facts().model.as_deref(), Some("gpt-4o"));
    assert_eq!(document.facts().stream, None);
    assert_eq!(document.facts().user, document.fields().last().map(|field| field.id));
}

#[test]
fn tool_arguments_are_edited_through_both_layers_of_escapes() {
    // The inner text spells १ as an escape and a quote; the outer one escapes all of it again.
    let body = r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"call_1","type":"function","function":{"name":"kyc","arguments":"{\"no\\u0074e\": \"say \\\"5109 8027 4087\\\" \\u0967\\ud83d\\ude00\", \"aadhaar\": 510980274087, \"list\": [\"5109 8027 4087\"], \"deep\": \"{\\\"pan\\\": \\\"5109 8027 4087\\\"}\"}"}}]}]}"#;
    let document = request(body.as_bytes());
    let label = |text: &str| {
        let found: Vec<_> = document
            .fields()
            .filter(|field| field.kind != FieldKind::Key && field.text == text.as_bytes())
            .map(|field| String::from_utf8_lossy(field.label.unwrap()).into_owned())
            .collect();
        found
    };
    assert_eq!(label("say \"5109 8027 4087\" १😀"), ["note"]);
    assert_eq!(label("5109 8027 4087"), ["list", "pan"]);
    assert_eq!(label("510980274087"), ["aadhaar"]);

    let after = replaced(&document, "5109 8027 4087", "<\"\\é");
    // Inner escapes outside of the edit stay as they were written.
    let wanted = body
        .replace(r#"\"say \\\"5109 8027 4087\\\""#, r#"\"say \\\"<\\\"\\\\é\\\""#)
        .replace(r#"[\"5109 8027 4087\"]"#, r#"[\"<\\\"\\\\é\"]"#)
        .replace(
            r#"{\\\"pan\\\": \\\"5109 8027 4087\\\"}"#,
            r#"{\\\"pan\\\": \\\"<\\\\\\\"\\\\\\\\é\\\"}"#,
        );
    assert_eq!(after, wanted);
    let after = replaced(&document, "510980274087", "XXXXXXXX4087");
    assert_eq!(after, body.replace("510980274087", r#"\"XXXXXXXX4087\""#));
}

#[test]
fn arguments_that_are_no_json_are_text() {
    let body =
        br#"{"messages":[{"role":"assistant","function_call":{"name":"f","arguments":"{\"pan\": \"ABCPK1234F"}}]}"#;
    assert_eq!(
        fields(&request(body)),
        ["messages[0].function_call.arguments={\"pan\": \"ABCPK1234F"]
    );
}

#[test]
fn arguments_that_are_an_object_are_walked() {
    let body = br#"{"messages":[{"role":"assistant","tool_calls":[{"function":{"arguments":{"type":"ABCPK1234F","id":5109}}}]}]}"#;
    assert_eq!(
        fields(&request(body)),
        [
            "messages[0].tool_calls[0].function.arguments.type=ABCPK1234F",
            "messages[0].tool_calls[0].function.arguments.id=5109",
        ]
    );
}

#[test]
fn keys_in_the_users_data_are_fields_that_paths_do_not_show() {
    let body = br#"{"messages":[{"content":"{\"ABCPK1234F\": {\"5109 8027 4087\": 1}}"}]}"#;
    let document = request(body);
    assert_eq!(
        fields(&document),
        [
            "messages[0].content.*=ABCPK1234F",
            "messages[0].content.*.*=5109 8027 4087",
            "messages[0].content.*.*=1",
        ]
    );
    let after = replaced(&document, "5109 8027 4087", "[IN_AADHAAR]");
    assert_eq!(
        after,
        String::from_utf8_lossy(body).replace("5109 8027 4087", "[IN_AADHAAR]")
    );
}

#[test]
fn split_surrogates_and_nul_escapes_do_not_stop_the_scan() {
    let body =
        br#"{"messages":[{"role":"user","content":"cut \ud83d here\u0000 5109 8027 4087 \ude00 \ud83d\ude00"}]}"#;
    let document = request(body);
    assert_eq!(document.coverage(), Coverage::Scanned);
    assert_eq!(
        document.fields().next().unwrap().text,
        "cut \u{fffd} here\0 5109 8027 4087 \u{fffd} 😀".as_bytes()
    );
    let after = replaced(&document, "5109 8027 4087", "[IN_AADHAAR]");
    assert_eq!(
        after,
        String::from_utf8_lossy(body).replace("5109 8027 4087", "[IN_AADHAAR]")
    );
}

#[test]
fn text_files_in_data_urls_are_read_and_written_back_as_base64() {
    // "pan ABCPK1234F", its slash-free base64, once with an escaped slash in the media type.
    let body = r#"{"messages":[{"content":[{"type":"file","file":{"filename":"a.txt","file_data":"data:text\/plain;base64,cGFuIEFCQ1BLMTIzNEY="}}]}]}"#;
    let document = request(body.as_bytes());
    assert_eq!(
        fields(&document)[1],
        "messages[0].content[0].file.file_data=pan ABCPK1234F"
    );
    assert_eq!(document.coverage(), Coverage::Scanned);
    let after = replaced(&document, "ABCPK1234F", "[IN_PAN]");
    assert_eq!(after, body.replace("cGFuIEFCQ1BLMTIzNEY=", "cGFuIFtJTl9QQU5d"));

    let json = r#"{"messages":[{"content":[{"type":"file","file":{"file_data":"data:application/json;base64,eyJwYW4iOiAiQUJDUEsxMjM0RiJ9"}}]}]}"#;
    let document = request(json.as_bytes());
    assert_eq!(
        fields(&document),
        [
            "messages[0].content[0].file.file_data.*=pan",
            "messages[0].content[0].file.file_data.*=ABCPK1234F"
        ]
    );
    let after = replaced(&document, "ABCPK1234F", "[IN_PAN]");
    assert_eq!(
        after,
        json.replace("eyJwYW4iOiAiQUJDUEsxMjM0RiJ9", "eyJwYW4iOiAiW0lOX1BBTl0ifQ==")
    );
}

#[test]
fn percent_encoded_data_urls_are_text_too() {
    let body = br#"{"messages":[{"content":[{"image_url":{"url":"data:text/plain,pan%20ABCPK1234F%0a"}}]}]}"#;
    let document = request(body);
    assert_eq!(document.fields().next().unwrap().text, b"pan ABCPK1234F\n");
    let after = replaced(&document, "ABCPK1234F", "a b");
    assert_eq!(after, String::from_utf8_lossy(body).replace("ABCPK1234F", "a%20b"));
}

#[test]
fn pictures_sound_files_and_references_are_unscannable_with_their_path() {
    let blob = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAf".repeat(9);
    let body = format!(
        r#"{{"messages":[{{"content":[
        {{"type":"image_url","image_url":{{"url":"data:image/png;base64,{blob}"}}}},
        {{"type":"image_url","image_url":"https://cdn.example/a.png"}},
        {{"type":"input_audio","input_audio":{{"data":"{blob}","format":"wav"}}}},
        {{"type":"file","file":{{"file_data":"{blob}"}}}},
        {{"type":"file","file":{{"file_data":"data:application/pdf;base64,JVBERi0xLjcNAAECAw=="}}}},
        {{"type":"file","file":{{"file_id":"file-1"}}}},
        {{"type":"text","text":"{blob}"}},
        {{"type":"x","x_new":"{blob}"}}]}}],"x_prompt":[{}]}}"#,
        vec!["1024"; 40].join(",")
    );
    let document = request(body.as_bytes());
    assert_eq!(
        unscannable(&document),
        [
            "messages[0].content[0].image_url.url image",
            "messages[0].content[1].image_url remote_url",
            "messages[0].content[2].input_audio.data audio",
            "messages[0].content[3].file.file_data image",
            "messages[0].content[4].file.file_data file",
            "messages[0].content[5].file.file_id file_id",
            "messages[0].content[6].text image",
            "messages[0].content[7].* image",
            "* token_array",
        ]
    );
    assert_eq!(
        fields(&document),
        [
            "messages[0].content[1].image_url=https://cdn.example/a.png",
            "messages[0].content[7].*=x_new",
            "*=x_prompt",
        ]
    );
    assert_eq!(document.coverage(), Coverage::Partial);
}

#[test]
fn long_text_without_spaces_is_not_taken_for_base64() {
    let words = "5109802740875109802740875109-8027-4087".repeat(20);
    let body = format!(r#"{{"messages":[{{"content":"{words}"}}]}}"#);
    assert_eq!(request(body.as_bytes()).coverage(), Coverage::Scanned);
}

#[test]
fn lists_of_numbers_are_fields_vectors_are_not_and_tokens_are_reported() {
    let numbers = |number: &str, count: usize| vec![number; count].join(",");
    let body = format!(
        r#"{{"metadata":{{"phones":[{}],"ages":[{}],"vector":[{}]}},"x":[{},510980274087,{}]}}"#,
        numbers("9876543210", 20),
        numbers("31", 20),
        numbers("-0.0125", 2000),
        numbers("31", 15),
        numbers("31", 16),
    );
    let document = request(body.as_bytes());
    let count = |text: &[u8]| document.fields().filter(|field| field.text == text).count();
    assert_eq!((count(b"9876543210"), count(b"-0.0125")), (20, 0));
    // Twenty ages, and fifteen small numbers before the long one; those after it are a run.
    assert_eq!((count(b"31"), count(b"510980274087")), (35, 1));
    assert_eq!(unscannable(&document), ["* token_array"]);
}

#[test]
fn ids_and_settings_are_left_alone_only_if_they_look_it() {
    let body = br#"{"model":"gpt 5109 8027 4087","seed":510980274087,"messages":[
        {"role":"user","tool_call_id":"510980274087","content":"a"}],
        "logit_bias":{"50256":-100,"5109 8027 4087":1},"stream_options":{"include_usage":true,"n":510980274087}}"#;
    let document = request(body);
    let shown: Vec<_> = document
        .fields()
        .map(|field| (document.path(field.id), field.editable))
        .collect();
    let shown: Vec<_> = shown.iter().map(|(path, editable)| (&**path, *editable)).collect();
    assert_eq!(
        shown,
        [
            ("model", false),
            ("messages[0].tool_call_id", false),
            ("messages[0].content", true),
            ("logit_bias.*", false),
            ("stream_options.n", false),
        ]
    );
    assert_eq!(document.facts().model, None);
    let refused = document.rewrite(vec![edit(document.fields().next().unwrap().id, 0, 3, b"x")]);
    assert_eq!(refused, Err(EditError::NotEditable));
}

#[test]
fn all_duplicates_are_read_and_deciding_ones_are_named() {
    let body = br#"{"model":"a","stream":false,"mod\u0065l":"b","messages":[{"content":"one","content":"two"}],"stream":true,"messages":[],"seed":1,"seed":2}"#;
    let document = request(body);
    assert_eq!(
        fields(&document),
        ["messages[0].content=one", "messages[0].content=two"]
    );
    let facts = document.facts();
    assert_eq!(facts.duplicate_deciding_keys, ["model", "stream"]);
    assert_eq!((facts.model.as_deref(), facts.stream), (Some("b"), Some(true)));
}

const ANSWER: &str = r#"{"id":"chatcmpl-9","object":"chat.completion","created":1790000000,"model":"gpt-4o-2024-08-06","choices":[
 {"index":0,"message":{"role":"assistant","content":"PAN ABCPK1234F, see [1]","refusal":null,
   "annotations":[{"type":"url_citation","url_citation":{"title":"about ABCPK1234F","url":"https://a.example","start_index":17,"end_index":20}}],
   "reasoning_content":"hm","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"pan\":\"ABCPK1234F\"}"}}],
   "audio":{"id":"audio_1","data":"UklGRg==","transcript":"said"}},
  "logprobs":{"content":[{"token":"PAN","bytes":[80,65,78],"logprob":-0.1,"top_logprobs":[]}],"refusal":null},"finish_reason":"stop"},
 {"index":1,"message":{"role":"assistant","content":"nothing"},"logprobs":{"content":[]},"finish_reason":"stop"}],
 "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3},"system_fingerprint":"fp_1"}"#;

#[test]
fn an_answers_copies_go_with_the_choice_that_is_edited() {
    let document = response(ANSWER.as_bytes());
    assert_eq!(
        fields(&document),
        [
            "choices[0].message.content=PAN ABCPK1234F, see [1]",
            "choices[0].message.annotations[0].url_citation.title=about ABCPK1234F",
            "choices[0].message.annotations[0].url_citation.url=https://a.example",
            "choices[0].message.reasoning_content=hm",
            "choices[0].message.tool_calls[0].function.arguments.*=pan",
            "choices[0].message.tool_calls[0].function.arguments.*=ABCPK1234F",
            "choices[0].message.audio.transcript=said",
            "choices[1].message.content=nothing",
        ]
    );
    assert_eq!(unscannable(&document), ["choices[0].message.audio.data audio"]);

    // A new length: positions in the text are wrong now, so annotations go as well.
    let after: serde_json::Value = serde_json::from_str(&replaced(&document, "ABCPK1234F", "[IN_PAN]")).unwrap();
    let mut wanted: serde_json::Value = serde_json::from_str(&ANSWER.replace("ABCPK1234F", "[IN_PAN]")).unwrap();
    wanted["choices"][0]["logprobs"] = serde_json::Value::Null;
    wanted["choices"][0]["message"]["annotations"] = serde_json::json!([]);
    assert_eq!(after, wanted);

    // The same length: annotations stay, masked as well.
    let after: serde_json::Value = serde_json::from_str(&replaced(&document, "ABCPK1234F", "XXXXXX234F")).unwrap();
    let mut wanted: serde_json::Value = serde_json::from_str(&ANSWER.replace("ABCPK1234F", "XXXXXX234F")).unwrap();
    wanted["choices"][0]["logprobs"] = serde_json::Value::Null;
    assert_eq!(after, wanted);

    // The other choice: this one keeps all.
    let after = replaced(&document, "nothing", "something");
    assert_eq!(
        after,
        ANSWER
            .replace("nothing", "something")
            .replace(r#"{"content":[]}"#, "null")
    );
}

#[test]
fn edits_are_checked_before_anything_is_written() {
    let body = r#"{"messages":[{"content":"a\u0967b१c"}]}"#;
    let document = request(body.as_bytes());
    let id = document.fields().next().unwrap().id;
    let one = |start, end, text: &[u8]| document.rewrite(vec![edit(id, start, end, text)]);
    assert_eq!(one(2, 3, b"x"), Err(EditError::SplitsCharacter)); // inside the escape
    assert_eq!(one(4, 6, b"x"), Err(EditError::SplitsCharacter)); // inside the character
    assert_eq!(one(0, 10, b"x"), Err(EditError::OutOfRange));
    assert_eq!(one(0, 1, b"\xff"), Err(EditError::NotUtf8));
    assert_eq!(
        document.rewrite(vec![edit(naka_body::FieldId(9), 0, 0, b"")]),
        Err(EditError::OutOfRange)
    );
    let overlapping = vec![edit(id, 0, 4, b"x"), edit(id, 1, 5, b"y")];
    assert_eq!(document.rewrite(overlapping), Err(EditError::Overlap));
    let touching = vec![edit(id, 4, 5, b"y"), edit(id, 0, 4, b"x"), edit(id, 9, 9, b"\n")];
    assert_eq!(
        document.rewrite(touching).unwrap(),
        "{\"messages\":[{\"content\":\"xy१c\\n\"}]}".as_bytes()
    );
}

#[test]
fn edits_in_a_key_and_its_value_both_land() {
    let body = br#"{"metadata":{"5109 8027 4087":"5109 8027 4087"}}"#;
    let document = request(body);
    let edits = replacing(&document, b"5109 8027 4087", b"X");
    assert_eq!(document.rewrite(edits).unwrap(), br#"{"metadata":{"X":"X"}}"#);
}
