//! Tokens of conversations that the provider keeps: a client that names an earlier answer (`previous_response_id`) or a
//! conversation does not send its history, so its request does not make the tokens anew that the answer may hold.
//!
//! Off unless configured: with it, values outlive their exchange, in memory alone, for a while that is set. Bounded by time and bytes; the
//! oldest go first. Asked only by calls that name such an id. One map for the tenant of this process, keyed by provider and id.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use naka_body::Facts;

use crate::tokens::Held;

/// How long and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryLimits {
    /// Milliseconds that tokens are kept behind the last answer of their conversation.
    pub ttl_ms: u64,
    /// Bytes of all tokens and values.
    pub bytes: usize,
}

/// The tokens of the conversations of late.
pub struct History {
    limits: HistoryLimits,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    kept: HashMap<Box<str>, Kept>,
    /// When which ends, by the number of its putting, in this order; of one that was put anew, the old end may stay a while.
    ends: VecDeque<(u64, u64, Box<str>)>,
    /// Puttings so far.
    puts: u64,
    bytes: usize,
}

struct Kept {
    held: Arc<Held>,
    /// Number of its putting.
    put: u64,
    bytes: usize,
}

impl History {
    /// An empty one.
    #[must_use]
    pub fn new(limits: HistoryLimits) -> Self {
        Self {
            limits,
            inner: Mutex::default(),
        }
    }

    /// Conversations that are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().kept.len()
    }

    /// True when none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, provider: &str, id: &str, now_ms: u64) -> Option<Arc<Held>> {
        let mut inner = self.lock();
        inner.expire(now_ms);
        inner.kept.get(&*key(provider, id)).map(|kept| Arc::clone(&kept.held))
    }

    /// Keeps what an exchange holds for what goes on from an answer that says its id in `facts`; false when it does not.
    pub(crate) fn keep(&self, provider: &str, facts: &Facts, held: &Arc<Held>, now_ms: u64) -> bool {
        let mut ids = [&facts.id, &facts.conversation].into_iter().flatten().peekable();
        let named = ids.peek().is_some();
        ids.for_each(|id| self.put(provider, id, held, now_ms));
        named
    }

    fn put(&self, provider: &str, id: &str, held: &Arc<Held>, now_ms: u64) {
        let key = key(provider, id);
        let bytes = held.tokens.bytes() + 2 * key.len() + size_of::<Kept>();
        let until_ms = now_ms.saturating_add(self.limits.ttl_ms);
        let mut inner = self.lock();
        inner.expire(now_ms);
        inner.remove(&key);
        while inner.bytes + bytes > self.limits.bytes {
            let Some((_, put, oldest)) = inner.ends.pop_front() else {
                return;
            };
            inner.end(put, &oldest);
        }
        inner.forget_old_ends();
        inner.bytes += bytes;
        inner.puts += 1;
        let (held, put) = (Arc::clone(held), inner.puts);
        inner.ends.push_back((until_ms, put, key.clone()));
        inner.kept.insert(key, Kept { held, put, bytes });
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        // nothing here panics half way
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn expire(&mut self, now_ms: u64) {
        while self.ends.front().is_some_and(|&(until, ..)| until <= now_ms) {
            let Some((_, put, key)) = self.ends.pop_front() else {
                return;
            };
            self.end(put, &key);
        }
    }

    /// What was put then ends, but if it was put anew since: then it ends later.
    fn end(&mut self, put: u64, key: &str) {
        if self.kept.get(key).is_some_and(|kept| kept.put == put) {
            self.remove(key);
        }
    }

    /// A conversation that goes on all the time must not leave an end behind for each of its answers.
    fn forget_old_ends(&mut self) {
        if self.ends.len() > 2 * self.kept.len() + 64 {
            let kept = &self.kept;
            self.ends
                .retain(|(_, put, key)| kept.get(key).is_some_and(|kept| kept.put == *put));
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(kept) = self.kept.remove(key) {
            self.bytes -= kept.bytes;
        }
    }
}

/// No provider's name holds a line end.
fn key(provider: &str, id: &str) -> Box<str> {
    format!("{provider}\n{id}").into()
}

impl fmt::Debug for History {
    /// No ids: they are somebody's conversations.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "History {{ kept: {} }}", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(bytes: usize) -> History {
        History::new(HistoryLimits { ttl_ms: 10, bytes })
    }

    #[test]
    fn what_is_kept_ends_with_its_time_and_begins_anew_when_it_is_put_again() {
        let (history, held) = (history(1 << 20), Held::none());
        history.put("openai", "a", &held, 0);
        history.put("openai", "b", &held, 5);
        history.put("openai", "a", &held, 8);
        assert!(history.get("openai", "a", 12).is_some() && history.get("openai", "b", 12).is_some());
        assert!(history.get("aws", "a", 12).is_none());
        assert!(history.get("openai", "b", 15).is_none());
        assert!(history.get("openai", "a", 17).is_some());
        assert!(history.get("openai", "a", 18).is_none());
        assert!(history.is_empty() && history.lock().bytes == 0 && history.lock().ends.is_empty());
    }

    #[test]
    fn a_conversation_that_goes_on_leaves_no_ends_behind_and_is_not_the_oldest() {
        let (held, one) = (Held::none(), size_of::<Kept>() + 2 * "p\na".len());
        let history = history(2 * one);
        for _ in 0..1000 {
            history.put("p", "a", &held, 0);
        }
        assert!(history.lock().ends.len() <= 70);
        let history = self::history(2 * one);
        for (id, now) in [("a", 0), ("b", 1), ("a", 2), ("c", 3)] {
            history.put("p", id, &held, now);
        }
        let kept = |id| history.get("p", id, 4).is_some();
        assert!(kept("a") && !kept("b") && kept("c"));
    }

    #[test]
    fn the_oldest_go_when_room_is_needed_and_what_is_too_large_is_not_kept() {
        let held = Held::none();
        let one = size_of::<Kept>() + 2 * "p\na".len();
        let history = history(2 * one);
        for id in ["a", "b", "c"] {
            history.put("p", id, &held, 0);
        }
        assert!(
            history.get("p", "a", 1).is_none()
                && history.get("p", "b", 1).is_some()
                && history.get("p", "c", 1).is_some()
        );
        let history = self::history(one - 1);
        history.put("p", "a", &held, 0);
        assert!(history.is_empty());
    }
}
