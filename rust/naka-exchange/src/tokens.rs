//! The tokens that a request made, kept until its answer has passed. They live as long as the exchange, count against the
//! budget of the process, and are wiped when it ends.

use std::sync::{Arc, OnceLock};

use naka_policy::Tokens;

use crate::budget::{Budget, Lease};

/// Tokens and the room that they take.
pub(crate) struct Held {
    pub(crate) tokens: Tokens,
    _lease: Option<Lease>,
}

impl Held {
    /// No tokens. One for all exchanges: nothing is ever put into it.
    pub(crate) fn none() -> Arc<Self> {
        static NONE: OnceLock<Arc<Held>> = OnceLock::new();
        let none = NONE.get_or_init(|| {
            Arc::new(Self {
                tokens: Tokens::default(),
                _lease: None,
            })
        });
        Arc::clone(none)
    }

    /// `None` when the budget has no room for them.
    pub(crate) fn new(tokens: Tokens, budget: &Arc<Budget>) -> Option<Arc<Self>> {
        let mut lease = Lease::new(Arc::clone(budget));
        let fits = lease.cover(tokens.bytes() as u64);
        fits.then(|| {
            Arc::new(Self {
                tokens,
                _lease: Some(lease),
            })
        })
    }
}
