//! Every code has its row in the documentation, and the documented table loads.

use naka_body::{ApiTables, BodyError, EditError, Reason};

const BAD_INPUT: &str = include_str!("../../../docs/reference/bad-input.md");
const BODIES: &str = include_str!("../../../docs/concepts/bodies.md");

#[test]
fn every_code_is_on_the_page_about_bad_input() {
    let bodies = BodyError::ALL.map(BodyError::code);
    let edits = EditError::ALL.map(EditError::code);
    let reasons = Reason::ALL.map(Reason::code);
    for code in bodies.into_iter().chain(edits).chain(reasons) {
        assert!(
            BAD_INPUT.contains(&format!("`{code}`")),
            "{code} is not in docs/reference/bad-input.md"
        );
    }
}

#[test]
fn the_example_of_a_table_loads() {
    let table = BODIES
        .split("```toml")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    let chat = include_str!("../apis/openai_chat.toml");
    let unknown = include_str!("../apis/unknown.toml");
    let files = [
        ("openai_chat.toml", chat),
        ("unknown.toml", unknown),
        ("acme.toml", table),
    ];
    let tables = ApiTables::load(&files).unwrap();
    assert_eq!(tables.route("POST", "/acme/chat").api, "acme.chat");
}
