//! How field paths are written: `messages[*].content[*].text`; `*` as a key stands for any key.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(Box<[u8]>),
    AnyKey,
    Item,
}

/// `likeThis` as `like_this`; none where they are the same.
pub(super) fn snake_case(key: &[u8]) -> Option<Box<[u8]>> {
    if !key.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let mut snake = Vec::with_capacity(key.len() + 4);
    for byte in key {
        if byte.is_ascii_uppercase() {
            snake.push(b'_');
        }
        snake.push(byte.to_ascii_lowercase());
    }
    Some(snake.into())
}

/// The steps of a path.
pub(super) fn steps(path: &str) -> Result<Vec<Step>, &'static str> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, mut items) = part.split_at(part.find('[').unwrap_or(part.len()));
        match key {
            "" => return Err("a key is missing"),
            "*" => steps.push(Step::AnyKey),
            _ if key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-') =>
            {
                steps.push(Step::Key(key.as_bytes().into()));
            }
            _ => return Err("a key is made of letters, digits, `_` and `-`"),
        }
        while !items.is_empty() {
            items = items.strip_prefix("[*]").ok_or("only `[*]` may stand in brackets")?;
            steps.push(Step::Item);
        }
    }
    Ok(steps)
}
