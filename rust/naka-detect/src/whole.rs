//! Values that are a whole field or a whole cell, by its key or column alone: ages, passwords, names and the like,
//! which no pattern can propose because nothing in them is telling.
//!
//! A key names an entity when its last word does (`nominee_age`), for guesses when nothing else is in it (`name`, not
//! `product_name`). Cost: one look at the label of a scan that has one; cells only of tables at the top of the page, or in which something else was found.

use crate::columns::{self, Columns};
use crate::context::Page;
use crate::finding::{EntityId, Evidence, Finding, RuleId, WordId};
use crate::lexicon::Hits;
use crate::rule::Class;
use crate::ruleset::RuleSet;
use crate::values::Whole;

/// How an entity is found as a whole value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WholeRule {
    pub(crate) value: Whole,
    pub(crate) confidence: f32,
    /// The pattern that answers for the finding.
    pub(crate) rule: RuleId,
}

/// Longest whole value, and most rows of a table that are read for them.
const VALUE: usize = 200;
const ROWS: usize = 100_000;
/// Most columns of a table whose cells are read: each reads the table once.
const NAMED: usize = 16;

impl RuleSet {
    /// Adds what the scan's label, and the columns of tables in the page, say of whole values.
    /// `tops` is memory that is reused from one scan to the next.
    pub(crate) fn whole_values(&self, page: &Page<'_>, tops: &mut Vec<usize>, findings: &mut Vec<Finding>) {
        if !page.label.is_empty()
            && page.text.len() <= VALUE
            && let Some(entity) = self.named_by(&page.label[..page.label.len().min(128)])
        {
            let from = page.text.len() - page.text.trim_ascii_start().len();
            self.add_whole(page.text, from, page.text.trim_ascii_end().len(), entity, findings);
        }
        let mut known = Columns::new();
        tops.clear();
        tops.extend(
            findings
                .iter()
                .filter_map(|f| Some(known.cell(page.text, f.start as usize)?.top)),
        );
        // A table at the top of a page is read even when nothing was found in it.
        if !page.text.is_empty() {
            tops.push(0);
        }
        tops.sort_unstable();
        tops.dedup();
        for &table in tops.iter() {
            let mut named = 0;
            columns::names(page.text, table, |name| {
                let start = name.start;
                if named < NAMED
                    && let Some(entity) = self.named_by(&page.text[name])
                {
                    named += 1;
                    columns::below(page.text, start, ROWS, |from, to| {
                        self.add_whole(page.text, from, to, entity, findings);
                    });
                }
            });
        }
    }

    /// The entity that a key names.
    fn named_by(&self, key: &[u8]) -> Option<u16> {
        let mut hits = Hits::new();
        self.keys.walk(key, &mut hits);
        let hit = hits.as_slice().last().filter(|hit| hits.gap_after(hit) == 0)?;
        let entity = self.keys.word(hit.word).names.trailing_zeros() as u16;
        let guess = self.entities[usize::from(entity)].class == Class::Heuristic;
        (!guess || hits.gap_before(hit) == 0).then_some(entity)
    }

    fn add_whole(&self, text: &[u8], start: usize, end: usize, entity: u16, findings: &mut Vec<Finding>) {
        let Some(rule) = self.entities[usize::from(entity)].whole else {
            return;
        };
        if start >= end || end - start > VALUE {
            return;
        }
        if let Some((from, to)) = (rule.value)(&text[..end], start, end) {
            findings.push(Finding {
                entity: EntityId(entity),
                rule: rule.rule,
                start: from as u32,
                end: to as u32,
                confidence: rule.confidence,
                evidence: Evidence::FORMAT.with(Evidence::CONTEXT),
                flags: self.flags(entity, None).with(self.minor(entity, &text[from..to])),
                word: WordId::NONE,
                counter_word: WordId::NONE,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Detector, Scratch};

    #[test]
    fn a_table_of_many_named_columns_is_read_a_few_times_only() {
        let header = vec!["age"; 900].join(",");
        let row = vec!["34"; 900].join(",");
        let text = format!("{header}\n{}", format!("{row}\n").repeat(40));
        let detector = Detector::builtin().unwrap();
        let mut found = Vec::new();
        detector.scan(text.as_bytes(), None, &mut Scratch::default(), &mut found);
        assert_eq!(found.len(), 16 * 40);
    }
}
