//! What is found in the texts of a stream, and what becomes of it: in events alone, in channels, and behind them.

use std::sync::Arc;

use naka_body::stream::Event;
use naka_body::{Edit, Field};
use naka_detect::{ChannelFinding, Detector, Finding, Progress};
use naka_policy::{Direction, Fates, FieldFindings, Keys, Text};

use super::restore::{Restoring, Value};
use super::{Flow, Judging};
use crate::name::JsonPath;
use crate::outcome::Reason;
use crate::tokens::{overlook_tokens, restore_fields};
use crate::tools::Tools;

impl Flow {
    /// Judges the fields of an event that are no pieces: all of their text is here.
    pub(super) fn alone(&mut self, event: &Event<'_>, tools: &mut Tools) -> Vec<Edit> {
        let document = event.document();
        let texts = document
            .fields()
            .filter(|field| !event.is_piece(field.id) && !event.is_unread(field.id))
            .map(|field| Text {
                field: field.id.0,
                record: field.record,
                bytes: field.text,
                label: field.label,
            });
        let Judging {
            subject, rules, today, ..
        } = &self.judging;
        let (rules, traffic) = (Arc::clone(rules), subject.traffic(Direction::Response, *today, rules));
        let detector = Arc::clone(rules.detector());
        let judged = |finding: &Finding| detector.stream_judged(finding.rule);
        let (mut decision, others) = tools.judge.decide_parted(&rules, &traffic, texts, judged);
        let tokens = &self.judging.tokens.tokens;
        overlook_tokens(&mut decision, tokens, |field| {
            document.field(naka_body::FieldId(field)).text
        });
        let mut edits = Vec::new();
        let mut refused = None;
        for cluster in decision.clusters.iter().filter(|cluster| cluster.enforced.edits()) {
            let field = document.field(naka_body::FieldId(cluster.field));
            if !field.editable {
                refused.get_or_insert(field.id);
                continue;
            }
            let mut replacement = Vec::new();
            rules.transform(cluster, field.text, &Keys::none(), &mut replacement);
            edits.push(Edit {
                field: field.id,
                start: cluster.start,
                end: cluster.end,
                replacement,
            });
        }
        if self.judging.holds && !tokens.is_empty() {
            let mut fates = Fates::default();
            let whole = |field: &Field<'_>| !event.is_piece(field.id);
            let call = self.calls.iter().find(|(call, _)| *call == event.call());
            let call = call.and_then(|(_, name)| name.as_deref());
            let by = (tokens, &self.judging.permit, call);
            restore_fields(by, document, whole, (&mut edits, None), &mut fates);
            if !event.is_copy() {
                self.outcome.tokens.join(&fates);
            }
        }
        let path = |field: u32| JsonPath::rendered(document.path(naka_body::FieldId(field)));
        if event.is_copy() {
            self.tell_new(decision, path, tools);
        } else {
            self.tell(&decision, false, path, tools);
            self.tell(&others, true, path, tools);
        }
        if let Some(field) = refused {
            self.unreadable(Reason::OpaqueParts, Some(path(field.0)));
        }
        edits
    }

    /// Decides on what became final in a channel, and writes it into the pieces that wait.
    pub(super) fn found(&mut self, index: usize, found: &[ChannelFinding], tools: &mut Tools) {
        if found.is_empty() {
            return;
        }
        let channel = &self.channels[index];
        let window = &channel.window;
        let findings: Vec<Finding> = found
            .iter()
            .map(|found| Finding {
                start: window.at(found.start) as u32,
                end: window.at(found.end) as u32,
                ..found.finding
            })
            .collect();
        let Judging {
            subject,
            rules,
            today,
            holds,
            ..
        } = &self.judging;
        let traffic = subject.traffic(Direction::Response, *today, rules);
        let field = FieldFindings {
            field: 0,
            record: 0,
            text: window.text(),
            findings: &findings,
        };
        let mut decision = rules.decide(&traffic, &[field]);
        overlook_tokens(&mut decision, &self.judging.tokens.tokens, |_| window.text());
        let mut edits = Vec::new();
        let mut masked = Vec::new();
        let mut sealed = false;
        for cluster in decision
            .clusters
            .iter()
            .filter(|cluster| *holds && cluster.enforced.edits())
        {
            if channel.id.is_sealed() {
                sealed = true;
                continue;
            }
            let mut replacement = Vec::new();
            rules.transform(cluster, window.text(), &Keys::none(), &mut replacement);
            let place = |offset: u32| window.place(offset as usize);
            channel.replace(place(cluster.start), place(cluster.end), replacement, &mut edits);
            masked.push((place(cluster.start), place(cluster.end)));
        }
        let path = channel.path.clone();
        self.queue.edit(edits);
        if let Some(restoring) = &mut self.channels[index].restoring {
            masked.into_iter().for_each(|(start, end)| restoring.mask(start, end));
        }
        self.tell(&decision, false, |_| path.clone(), tools);
        if sealed {
            self.unreadable(Reason::OpaqueParts, Some(path));
        }
    }

    /// Does what became due in a channel: what was found is decided on, and tokens become values. Returns up to where its
    /// text may be released.
    pub(super) fn settle(&mut self, index: usize, step: Progress, ended: bool, tools: &mut Tools) -> u64 {
        let held = Arc::clone(&self.judging.tokens);
        let (limit, due) = self.channels[index].due(&held.tokens, step, ended);
        if self.judging.holds && due.iter().any(|found| found.is_cut) {
            self.partial(Reason::Begun);
        }
        self.found(index, &due, tools);
        let channel = &mut self.channels[index];
        let Some(mut restoring) = channel.restoring.take() else {
            return limit;
        };
        let name = self.calls.iter().find(|(call, _)| call.has(&channel.id));
        let tool = name.and_then(|(_, name)| name.as_deref());
        let mut fates = Fates::default();
        let by = (&held.tokens, &self.judging.permit);
        let mut values = restoring.run(by, tool, &channel.window, limit, &mut fates);
        if channel.id.is_sealed() {
            Restoring::seal(&mut values, &mut fates);
        }
        let mut edits = Vec::new();
        for Value { start, end, value } in values {
            channel.replace(start, end, value, &mut edits);
        }
        channel.restoring = Some(restoring);
        self.queue.edit(edits);
        self.outcome.tokens.join(&fates);
        limit
    }

    /// The rules that are not judged while the stream runs.
    pub(super) fn behind(&mut self, index: usize, ended: bool, tools: &mut Tools) {
        let Self { channels, judging, .. } = self;
        let Judging {
            subject, rules, today, ..
        } = judging;
        let traffic = subject.traffic(Direction::Response, *today, rules);
        let detector: &Detector = rules.detector();
        let mut decision = None;
        channels[index].judge_behind(ended, detector, tools.judge.scratch(), |text, findings| {
            let field = FieldFindings {
                field: 0,
                record: 0,
                text: text.as_bytes(),
                findings,
            };
            decision = Some(rules.decide(&traffic, &[field]));
        });
        if let Some(decision) = decision {
            let path = channels[index].path.clone();
            self.tell(&decision, true, |_| path.clone(), tools);
        }
    }
}
