//! Which API a request speaks, and tables that must not load.

use naka_body::{ApiTables, Surface, TableError};

fn found(method: &str, path: &str) -> (&'static str, Surface, bool) {
    let route = ApiTables::shared().route(method, path);
    (route.api, route.surface, route.known)
}

#[test]
fn prefixes_queries_and_slashes_do_not_matter() {
    for path in [
        "/v1/chat/completions",
        "/v1/chat/completions/",
        "/v1/chat/completions?x=/v1/files",
        "/v1/chat/completions#x",
        "/openai/v1/chat/completions",
        "/team-a/gateway/v1/chat/completions",
        "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21",
        "/chat/completions",
    ] {
        assert_eq!(found("POST", path), ("openai.chat", Surface::Chat, true), "{path}");
    }
}

#[test]
fn the_method_counts() {
    assert_eq!(found("GET", "/v1/chat/completions").0, "openai.chat.stored");
    assert_eq!(found("PUT", "/v1/chat/completions").0, "unknown");
    assert_eq!(found("post", "/v1/chat/completions").0, "unknown");
    assert_eq!(
        found("DELETE", "/v1/models/ft:gpt-4o:acme::1"),
        ("openai.models", Surface::Models, true)
    );
}

#[test]
fn the_longest_pattern_wins() {
    assert_eq!(found("POST", "/v1/chat/completions/chatcmpl-1").0, "openai.chat.stored");
    assert_eq!(found("GET", "/v1/vector_stores/vs_1/files").1, Surface::VectorStores);
    assert_eq!(found("GET", "/v1/files/file-1/content").1, Surface::Files);
    assert_eq!(found("POST", "/v1/messages/batches").1, Surface::Batches);
}

#[test]
fn what_no_table_has_is_unknown() {
    for path in [
        "",
        "/",
        "/v1",
        "/v2/chats",
        "/v1/chat/completion",
        "/v1/Chat/completions",
        "*",
        "/completions",
    ] {
        assert_eq!(found("POST", path), ("unknown", Surface::Unknown, false), "{path}");
    }
    assert!(ApiTables::shared().by_id("openai.chat").is_some());
    assert!(ApiTables::shared().by_id("nothing").is_none());
}

#[test]
fn surfaces_have_the_names_that_packs_use() {
    let names: Vec<&str> = Surface::ALL.iter().map(|surface| surface.name()).collect();
    assert_eq!(
        names.join(" "),
        "Chat Responses Completions Embeddings Moderations Rerank Files Batches FineTuning Images Audio \
         VectorStores Assistants Mcp Realtime Models Unknown"
    );
}

const HEAD: &str = "id = \"t.x\"\nsurface = \"Chat\"\nsource = \"test\"\nchecked_on = 2026-11-24\n";

fn refused(rest: &str) -> Vec<&'static str> {
    let unknown = format!("[[api]]\n{}routes = []\n", HEAD.replace("t.x", "unknown"));
    let table = format!("[[api]]\n{HEAD}{rest}");
    let loaded = ApiTables::load(&[("unknown.toml", &unknown), ("x.toml", &table)]);
    loaded.err().unwrap_or_default().iter().map(TableError::code).collect()
}

#[test]
fn a_good_table_loads() {
    let table = r#"
        routes = ["POST /v1/x"]
        matches = ["POST /y/v1/x", "!GET /v1/x"]
        request = { text = ["a[*].b"], record = ["a[*]"] }
        [[api.example]]
        direction = "request"
        body = '{"a":[{"b":"text"}]}'
        fields = ["a[0].b = text"]
    "#;
    assert_eq!(refused(table), [""; 0]);
}

#[test]
fn a_wrong_table_does_not_load() {
    for (code, table) in [
        ("api_bad_file", "routes = 1"),
        ("api_bad_file", "routes = []\nrequest = { txt = [] }"),
        (
            "api_bad_file",
            "routes = []\nrequest = { opaque = { smell = [\"a\"] } }",
        ),
        ("api_bad_path", "routes = [\"/v1/x\"]"),
        ("api_bad_path", "routes = [\"POST v1/x\"]"),
        ("api_bad_path", "routes = [\"post /v1/x\"]"),
        ("api_bad_path", "routes = [\"POST /v1//x\"]"),
        ("api_bad_path", "routes = [\"POST /v1/{id\"]"),
        ("api_bad_path", "routes = []\nrequest = { text = [\"a..b\"] }"),
        ("api_bad_path", "routes = []\nrequest = { text = [\"a[0]\"] }"),
        ("api_bad_path", "routes = []\nrequest = { text = [\"a b\"] }"),
        (
            "api_path_conflict",
            "routes = []\nrequest = { text = [\"a.b\"], keep = [\"a.b\"] }",
        ),
        (
            "api_path_conflict",
            "routes = []\nrequest = { text = [\"a.*\"], keep = [\"a.b\"] }",
        ),
        ("api_duplicate", "routes = [\"POST /v1/x\", \"GET|POST /v1/x\"]"),
        ("api_example_failed", "routes = []\nmatches = [\"POST /v1/x\"]"),
        (
            "api_example_failed",
            "routes = [\"POST /v1/x\"]\nmatches = [\"!POST /v1/x\"]",
        ),
        (
            "api_example_failed",
            "routes = []\n[[api.example]]\ndirection = \"request\"\nbody = '{\"a\":\"b\"}'\nfields = []",
        ),
        (
            "api_example_failed",
            "routes = []\n[[api.example]]\ndirection = \"request\"\nbody = '[]'\nfields = []\nunscannable = [\"$ image\"]",
        ),
    ] {
        assert_eq!(refused(table), [code], "{table}");
    }
    let twice = format!("[[api]]\n{HEAD}routes = []\n[[api]]\n{HEAD}routes = []\n");
    let codes: Vec<&str> = ApiTables::load(&[("x.toml", &twice)])
        .unwrap_err()
        .iter()
        .map(TableError::code)
        .collect();
    assert_eq!(codes, ["api_duplicate", "api_bad_file"]);
}
