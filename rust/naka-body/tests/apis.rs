//! Every API that is promised is there, and what tables can say beside paths: `like`, `both_cases`, `seal`, errors.

mod common;

use common::*;
use naka_body::{ApiTables, Direction, EditError, Problem, TableError};

/// Method and path, and the API that it is: with a version, behind a gateway's prefix, with a query.
#[test]
fn every_api_is_found_by_its_path_also_behind_a_prefix() {
    for (api, path) in [
        ("openai.chat", "/v1/chat/completions"),
        ("openai.responses", "/v1/responses"),
        ("openai.completions", "/v1/completions"),
        ("openai.embeddings", "/v1/embeddings"),
        ("openai.moderations", "/v1/moderations"),
        ("openai.conversations", "/v1/conversations"),
        ("openai.conversations", "/v1/conversations/conv_1/items"),
        ("openai.batches", "/v1/batches"),
        ("openai.audio", "/v1/audio/speech"),
        ("openai.images", "/v1/images/generations"),
        ("openai.vector_stores", "/v1/vector_stores/vs_1/search"),
        ("openai.assistants", "/v1/threads/thread_1/messages"),
        ("openai.chat", "/openai/deployments/d/chat/completions"),
        ("openai.completions", "/openai/deployments/d/completions"),
        ("openai.embeddings", "/openai/deployments/d/embeddings"),
        ("openai.images", "/openai/deployments/d/images/generations"),
        ("openai.responses", "/openai/responses"),
        ("openai.responses", "/openai/v1/responses"),
        ("openai.batches", "/openai/batches"),
        ("anthropic.messages", "/v1/messages"),
        ("anthropic.messages", "/v1/messages/count_tokens"),
        ("anthropic.batches", "/v1/messages/batches"),
        ("gemini.generate", "/v1beta/models/gemini-2.5-pro:generateContent"),
        ("gemini.generate", "/v1beta/models/gemini-2.5-pro:streamGenerateContent"),
        (
            "gemini.generate",
            "/v1/projects/p/locations/l/publishers/google/models/m:generateContent",
        ),
        ("gemini.embed", "/v1beta/models/m:embedContent"),
        ("cohere.chat", "/v2/chat"),
        ("cohere.chat.v1", "/v1/chat"),
        ("cohere.embed", "/v2/embed"),
        ("cohere.rerank", "/v2/rerank"),
        ("bedrock.converse", "/model/m/converse"),
        ("bedrock.converse", "/model/arn%3Aaws%3Abedrock%3Am/converse-stream"),
        ("bedrock.invoke", "/model/m/invoke"),
        ("mistral.fim", "/v1/fim/completions"),
        ("mistral.agents", "/v1/agents/completions"),
        ("mistral.ocr", "/v1/ocr"),
        ("mistral.batches", "/v1/batch/jobs"),
        ("vllm.batch", "/v1/chat/completions/batch"),
        ("ollama.chat", "/api/chat"),
        ("ollama.generate", "/api/generate"),
        ("ollama.embed", "/api/embed"),
        ("mcp.message", "/search/mcp"),
    ] {
        for prefix in ["", "/gateway", "/team-a/llm"] {
            let path = format!("{prefix}{path}?trace=1");
            let route = ApiTables::shared().route("POST", &path);
            assert_eq!((route.api, route.known), (api, true), "{path}");
        }
    }
    // At the root only: behind a prefix the name is too short to mean the same.
    for path in ["/tokenize", "/invocations", "/score"] {
        assert_eq!(ApiTables::shared().route("POST", path).api, "vllm.tools");
    }
}

const GEMINI: &str = "/v1beta/models/m:generateContent";

fn gemini(body: &str) -> naka_body::Document<'_> {
    let route = ApiTables::shared().route("POST", GEMINI);
    read(body.as_bytes(), Some("application/json"), route, Direction::Request)
}

#[test]
fn keys_of_both_spellings_may_stand_side_by_side() {
    let body = r#"{"contents":[{"parts":[{"functionCall":{"args":{"a":"one"}}},{"function_call":{"args":{"a":"two"}}}]}],
        "generation_config":{"stopSequences":["three"]},"generationConfig":{"stop_sequences":["four"]}}"#;
    let texts: Vec<String> = fields(&gemini(body))
        .into_iter()
        .filter(|field| !field.ends_with("=a"))
        .collect();
    assert_eq!(
        texts,
        [
            "contents[0].parts[0].functionCall.args.*=one",
            "contents[0].parts[1].function_call.args.*=two",
            "generation_config.stopSequences[0]=three",
            "generationConfig.stop_sequences[0]=four",
        ]
    );
}

#[test]
fn what_is_signed_is_scanned_and_not_rewritten_wherever_the_sign_stands() {
    for (part, editable) in [
        (r#"{"text":"PAN","thought":true}"#, false),
        (r#"{"thought":true,"text":"PAN"}"#, false),
        (r#"{"thought":false,"text":"PAN"}"#, true),
        (r#"{"text":"PAN"}"#, true),
    ] {
        let body = format!(r#"{{"contents":[{{"parts":[{part},{{"text":"after"}}]}}]}}"#);
        let document = gemini(&body);
        let found: Vec<_> = document.fields().map(|field| (field.text, field.editable)).collect();
        assert_eq!(found, [(&b"PAN"[..], editable), (b"after", true)], "{part}");
        let first = document.fields().next().unwrap().id;
        let edited = document.rewrite(vec![edit(first, 0, 3, b"XXX")]);
        assert_eq!(edited.is_ok(), editable);
        assert!(editable || edited == Err(EditError::NotEditable));
    }
}

#[test]
fn a_file_may_be_text_as_it_stands_or_in_base64() {
    let document = |data: &str| {
        let body = format!(
            r#"{{"messages":[{{"role":"user","content":[{{"type":"document","source":{{"data":"{data}"}}}}]}}]}}"#
        );
        let route = ApiTables::shared().route("POST", "/v1/messages");
        let document = read(body.as_bytes(), None, route, Direction::Request);
        let fields = document
            .fields()
            .map(|field| String::from_utf8_lossy(field.text).into_owned());
        (fields.collect::<Vec<_>>(), unscannable(&document))
    };
    let path = "messages[0].content[0].source.data";
    for (data, text) in [
        ("mera aadhaar 5109 8027 4087", "mera aadhaar 5109 8027 4087"),
        ("510980274087", "510980274087"),
        ("ABCPK1234F", "ABCPK1234F"),
        ("asha@example.in", "asha@example.in"),
        ("bWVyYSBhYWRoYWFyIDUxMDkgODAyNyA0MDg3", "mera aadhaar 5109 8027 4087"),
    ] {
        assert_eq!(document(data), (vec![text.to_owned()], vec![]), "{data}");
    }
    for (data, reason) in [
        ("iVBORw0KGgoAAAANSUhEUgAA", "image"),
        ("/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgG", "image"),
        ("UklGRgAAAABXRUJQVlA4IGZtdCA=", "image"),
        ("UklGRgAAAABXQVZFZm10IBAAAAA=", "audio"),
        ("JVBERi0xLjcKJeLjz9MKMSAwIG9iago8PC9UeXBl", "file"),
    ] {
        assert_eq!(document(data), (vec![], vec![format!("{path} {reason}")]), "{data}");
    }
}

fn problem(status: u16) -> Problem<'static> {
    Problem {
        status,
        code: "naka_blocked",
        message: "it holds \"IN_PAN\"",
        param: Some("messages[0].content"),
        decision: "0123",
    }
}

#[test]
fn each_api_writes_errors_as_its_clients_expect_them() {
    for (path, status, body, headers) in [
        (
            "/v1/chat/completions",
            403,
            r#"{"error":{"message":"it holds \"IN_PAN\"","type":"permission_error","param":"messages[0].content","code":"naka_blocked"}}"#,
            "x-request-id=0123",
        ),
        (
            "/v1/messages",
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"it holds \"IN_PAN\""},"request_id":"0123"}"#,
            "request-id=0123",
        ),
        ("/v2/chat", 400, r#"{"id":"0123","message":"it holds \"IN_PAN\""}"#, ""),
        (
            "/model/m/converse",
            403,
            r#"{"message":"it holds \"IN_PAN\""}"#,
            "x-amzn-errortype=AccessDeniedException x-amzn-requestid=0123",
        ),
        ("/api/chat", 403, r#"{"error":"it holds \"IN_PAN\""}"#, ""),
        (
            "/v1/ocr",
            403,
            r#"{"object":"error","message":"it holds \"IN_PAN\"","type":"permission_error","param":"messages[0].content","code":"naka_blocked"}"#,
            "",
        ),
        (
            "/anything",
            503,
            r#"{"error":{"message":"it holds \"IN_PAN\"","type":"server_error","param":"messages[0].content","code":"naka_blocked"}}"#,
            "x-request-id=0123",
        ),
    ] {
        let shape = ApiTables::shared().route("POST", path).errors();
        assert_eq!(shape.body(&problem(status)), body, "{path}");
        let shown: Vec<String> = shape
            .header_values(&problem(status))
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(shown.join(" "), headers, "{path}");
    }
}

#[test]
fn googles_errors_hold_the_status_as_a_number_and_as_a_name() {
    let shape = ApiTables::shared().route("POST", GEMINI).errors();
    let body: serde_json::Value = serde_json::from_str(&shape.body(&problem(403))).unwrap();
    assert_eq!(
        (&body["error"]["code"], &body["error"]["status"]),
        (&403.into(), &"PERMISSION_DENIED".into())
    );
    assert_eq!(body["error"]["details"][0]["reason"], "naka_blocked");
}

#[test]
fn every_error_shape_is_json_for_every_status_and_without_a_path() {
    for shape in ApiTables::shared().error_shapes() {
        for status in [400, 403, 404, 413, 502, 503, 504, 599] {
            let body = shape.body(&Problem {
                param: None,
                ..problem(status)
            });
            let parsed: serde_json::Value =
                serde_json::from_str(&body).unwrap_or_else(|why| panic!("{}: {why}", shape.id()));
            assert!(parsed.is_object() && !body.contains('$'), "{body}");
        }
    }
}

const HEAD: &str = "surface = \"Chat\"\nsource = \"test\"\nchecked_on = 2026-11-24\nroutes = []\n";

fn refused(tables: &str) -> Vec<&'static str> {
    let unknown = format!("[[api]]\nid = \"unknown\"\n{HEAD}");
    let loaded = ApiTables::load(&[("unknown.toml", &unknown), ("x.toml", tables)]);
    loaded.err().unwrap_or_default().iter().map(TableError::code).collect()
}

#[test]
fn a_table_is_like_one_that_exists_and_never_like_itself() {
    let table = |id: &str, like: &str| {
        format!(
            "[[api]]\nid = \"{id}\"\n{HEAD}[api.request]\ntext = [\"a\"]\nlike = [{{ api = \"{like}\", under = \"b[*]\" }}]\n"
        )
    };
    assert_eq!(refused(&table("x", "unknown")), [""; 0]);
    assert_eq!(refused(&table("x", "nothing")), ["api_bad_path"]);
    assert_eq!(refused(&table("x", "x")), ["api_bad_path"]);
    let pair = table("x", "y") + &table("y", "x");
    assert_eq!(refused(&pair), ["api_bad_path", "api_bad_path"]);
}

#[test]
fn a_wrong_error_shape_does_not_load() {
    let shape = |body: &str, kinds: &str| {
        format!(
            "[[error]]\nid = \"x\"\nsource = \"test\"\nchecked_on = 2026-11-24\nbody = '{body}'\nkinds = {{ {kinds} }}\n"
        )
    };
    assert_eq!(refused(&shape(r#"{"m":"$message"}"#, "400 = \"a\"")), [""; 0]);
    for (body, kinds) in [
        (r#"{"m":"$mesage"}"#, "400 = \"a\""),
        (r#"{"m":"$message""#, "400 = \"a\""),
        (r#"{"m":"$message"}"#, "403 = \"a\""),
        (r#"{"m":"$message"}"#, "400 = \"a\", x = \"b\""),
    ] {
        assert_eq!(refused(&shape(body, kinds)), ["api_bad_path"], "{body} {kinds}");
    }
    let api = format!("[[api]]\nid = \"x\"\nerrors = \"nobody\"\n{HEAD}");
    assert_eq!(refused(&api), ["api_bad_path"]);
}
