//! JSON paths, written only when someone asks: the walk keeps one node per object, array and text inside a text.

use std::fmt::Write as _;

use crate::store::{Place, Store};

/// One step down from a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The node itself.
    Here,
    Key(Place),
    Item(u32),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    pub(crate) parent: u32,
    pub(crate) step: Step,
}

impl Node {
    /// The body itself; its own parent.
    pub(crate) const ROOT: Self = Self {
        parent: 0,
        step: Step::Here,
    };
}

/// Longest key that is shown.
const MAX_NAME: usize = 64;

pub(crate) fn render(store: &Store<'_>, node: u32, step: Step) -> String {
    let mut steps = Vec::with_capacity(8);
    steps.push(step);
    let mut at = node;
    while at != 0 {
        let node = store.nodes[at as usize];
        steps.push(node.step);
        at = node.parent;
    }
    let mut path = String::with_capacity(16 * steps.len());
    for step in steps.into_iter().rev() {
        match step {
            Step::Here => {}
            Step::Item(index) => {
                // Writing to a String does not fail.
                let _ = write!(path, "[{index}]");
            }
            Step::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name(store, key));
            }
        }
    }
    if path.is_empty() { "$".to_owned() } else { path }
}

fn name<'s>(store: &'s Store<'_>, key: Place) -> &'s str {
    let key = store.text(key);
    let plain = !key.is_empty()
        && key.len() <= MAX_NAME
        && key
            .iter()
            .all(|&byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if plain && store.words.contains(key) {
        std::str::from_utf8(key).unwrap_or("*")
    } else {
        "*"
    }
}
