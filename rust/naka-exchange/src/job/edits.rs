//! What a decision changes in a body: masks and types, the tokens of a request, the values of an answer.

use std::sync::Arc;

use naka_body::{Document, Edit, Field, FieldId, FieldKind};
use naka_policy::{Action, Added, Cluster, Decision, Direction, Fate, Fates, Keys, Tokens};

use super::Job;
use super::texts::Texts;
use crate::tokens::{Held, restore_fields};

/// The changes that a decision asks for.
#[derive(Default)]
pub(super) struct Edits {
    pub(super) list: Vec<Edit>,
    /// Strings that become numbers.
    pub(super) numbers: Vec<FieldId>,
    /// The first field that should change and must not.
    pub(super) refused: Option<FieldId>,
    pub(super) fates: Fates,
    /// What the request made.
    pub(super) tokens: Option<Arc<Held>>,
}

impl Job {
    pub(super) fn edits(&self, document: &Document<'_>, texts: &Texts<'_, '_>, decision: &Decision) -> Edits {
        let mut edits = Edits::default();
        let acted_on = |cluster: &&Cluster| !texts.is_target(cluster.field) && cluster.enforced.edits();
        let mut minted = self.mint(document, texts, decision, &mut edits).into_iter();
        edits
            .list
            .reserve_exact(decision.clusters.iter().filter(acted_on).count());
        let no_keys = Keys::none();
        for cluster in decision.clusters.iter().filter(acted_on) {
            let field = document.field(FieldId(cluster.field));
            if !self.may_edit(&field) {
                edits.refused.get_or_insert(field.id);
                continue;
            }
            let mut replacement = Vec::new();
            match cluster.enforced {
                Action::Tokenize => match minted.next().flatten() {
                    Some(token) => replacement = token,
                    None => self.rules.redact(cluster, &mut replacement),
                },
                _ => {
                    self.rules.transform(cluster, field.text, &no_keys, &mut replacement);
                }
            }
            let (start, end) = (cluster.start, cluster.end);
            edits.list.push(Edit {
                field: field.id,
                start,
                end,
                replacement,
            });
        }
        if self.direction == Direction::Response && self.attached {
            self.restore(document, &mut edits);
            self.keep(document);
        }
        edits
    }

    /// The tokens of the clusters that get one, in their order; `None` for one that must be redacted. All are made before
    /// the first is used: only then is it known which of them stand for one value alone.
    fn mint(
        &self,
        document: &Document<'_>,
        texts: &Texts<'_, '_>,
        decision: &Decision,
        edits: &mut Edits,
    ) -> Vec<Option<Vec<u8>>> {
        let due = |cluster: &&Cluster| {
            cluster.enforced == Action::Tokenize
                && !texts.is_target(cluster.field)
                && self.may_edit(&document.field(FieldId(cluster.field)))
        };
        let mut due = decision.clusters.iter().filter(due).peekable();
        let older = self.older(document);
        if due.peek().is_none() && older.is_empty() {
            return Vec::new();
        }
        // derived for tokens alone, for which it costs as much as the rest
        let keys = self.keys();
        let (mut tokens, limits) = (Tokens::default(), &self.shared.settings.tokens);
        let mut minted: Vec<Result<Vec<u8>, Fate>> = Vec::new();
        for cluster in due {
            let field = document.field(FieldId(cluster.field));
            let value = &field.text[cluster.start as usize..cluster.end as usize];
            let number = field.kind == FieldKind::Number && value.len() == field.text.len();
            minted.push(match self.rules.mint(decision, cluster, field.text, &keys) {
                None => Err(Fate::NoKey),
                Some(token) => match tokens.add(&token, value, number, limits) {
                    Added::Kept | Added::Collided => Ok(token.token),
                    Added::Full => Err(Fate::Full),
                },
            });
        }
        older.iter().for_each(|held| tokens.join(&held.tokens, limits));
        texts.iter().for_each(|text| tokens.note_typed(text.bytes));
        let held = Held::new(tokens, &self.shared.budget);
        let fate = |minted: &Result<Vec<u8>, Fate>| match (minted, &held) {
            (Err(fate), _) => *fate,
            (Ok(_), None) => Fate::Full,
            (Ok(token), Some(held)) if held.tokens.stands(token) => Fate::Made,
            (Ok(_), Some(_)) => Fate::Collision,
        };
        let used = |token: Result<Vec<u8>, Fate>| {
            let fate = fate(&token);
            edits.fates.add(fate);
            token.ok().filter(|_| fate == Fate::Made)
        };
        let minted = minted.into_iter().map(used).collect();
        edits.tokens = held.filter(|held| !held.tokens.is_empty());
        minted
    }

    /// The tokens of what a request goes on from, where such are kept.
    fn older(&self, document: &Document<'_>) -> Vec<Arc<Held>> {
        let (Some(history), Direction::Request, true) = (&self.shared.history, self.direction, self.attached) else {
            return Vec::new();
        };
        let facts = document.facts();
        let ids = [&facts.previous, &facts.conversation].into_iter().flatten();
        ids.filter_map(|id| history.get(self.provider(), id, self.decision.millis()))
            .collect()
    }

    /// Keeps the tokens of an exchange for what goes on from its answer.
    fn keep(&self, document: &Document<'_>) {
        if let (Some(history), false) = (&self.shared.history, self.tokens.tokens.is_empty()) {
            history.keep(self.provider(), document.facts(), &self.tokens, self.decision.millis());
        }
    }

    fn provider(&self) -> &str {
        let traffic = self.subject.traffic(self.direction, self.today, &self.rules);
        traffic.provider.unwrap_or("unknown")
    }

    /// Not what the provider or the client has signed.
    fn may_edit(&self, field: &Field<'_>) -> bool {
        field.editable && !self.signed()
    }

    fn keys(&self) -> Keys {
        self.shared.keys.keys(self.provider())
    }

    /// Adds what becomes of the tokens in an answer.
    fn restore(&self, document: &Document<'_>, edits: &mut Edits) {
        let permit = self
            .rules
            .permit(&self.subject.traffic(Direction::Response, self.today, &self.rules));
        let into = (&mut edits.list, Some(&mut edits.numbers));
        restore_fields(
            (&self.tokens.tokens, &permit, None),
            document,
            |_| true,
            into,
            &mut edits.fates,
        );
    }
}
