//! The parts of a source that are copied field by field: words become numbers, what is left out is written out.

use crate::proto;
use crate::settings::{Durability, Handling, OnFinding};
use crate::source::{self, ActionName, Mode, UpstreamKind};

/// What a context word adds when the recogniser does not say.
const DEFAULT_BOOST: f64 = 0.3;

pub(super) fn mode(mode: Mode) -> i32 {
    let mode = match mode {
        Mode::Shadow => proto::Mode::Shadow,
        Mode::Enforce => proto::Mode::Enforce,
        Mode::Gated => proto::Mode::Gated,
    };
    mode as i32
}

pub(super) fn action(action: ActionName) -> proto::ActionKind {
    match action {
        ActionName::Allow => proto::ActionKind::Allow,
        ActionName::Audit => proto::ActionKind::Audit,
        ActionName::Mask => proto::ActionKind::Mask,
        ActionName::Tokenize => proto::ActionKind::Tokenize,
        ActionName::Redact => proto::ActionKind::Redact,
        ActionName::Block => proto::ActionKind::Block,
    }
}

pub(super) fn handling(handling: Option<Handling>) -> i32 {
    let handling = match handling.unwrap_or(Handling::Audit) {
        Handling::Allow => proto::Handling::Allow,
        Handling::Audit => proto::Handling::Audit,
        Handling::Block => proto::Handling::Block,
    };
    handling as i32
}

pub(super) fn fine_tuning(source: &source::FineTuning) -> proto::FineTuning {
    let on_finding = match source.on_finding.unwrap_or(OnFinding::Block) {
        OnFinding::Audit => proto::OnFinding::Audit,
        OnFinding::Redact => proto::OnFinding::Redact,
        OnFinding::Block => proto::OnFinding::Block,
    };
    proto::FineTuning {
        on_finding: on_finding as i32,
        require_verdict: source.require_verdict.unwrap_or(true),
    }
}

pub(super) fn restore(source: &source::Restore) -> proto::Restore {
    proto::Restore {
        text: source.text.unwrap_or(true),
        tool_arguments: source.tool_arguments.unwrap_or(true),
        tools: source.tools.clone().unwrap_or_else(|| vec!["*".into()]),
        urls: source.urls.unwrap_or(false),
        allow_hosts: lower(&source.allow_hosts),
    }
}

pub(super) fn ledger(source: &source::Ledger) -> proto::Ledger {
    let durability = match source.durability.unwrap_or(Durability::Async) {
        Durability::Async => proto::Durability::Async,
        Durability::Fsync => proto::Durability::Fsync,
        Durability::Acked => proto::Durability::Acked,
    };
    proto::Ledger {
        durability: durability as i32,
        full: source.full,
    }
}

pub(super) fn traffic(source: &source::Traffic) -> proto::Traffic {
    proto::Traffic {
        providers: lower(&source.providers),
        models: lower(&source.models),
        surfaces: source.surfaces.clone(),
        directions: source.directions.clone(),
        regions: lower(&source.regions),
        purposes: lower(&source.purposes),
    }
}

/// Globs ignore ASCII case and runs of `*`, so one spelling stands for all.
pub(super) fn lower(list: &[String]) -> Vec<String> {
    list.iter()
        .map(|word| {
            let mut word = word.to_ascii_lowercase();
            while word.contains("**") {
                word = word.replace("**", "*");
            }
            word
        })
        .collect()
}

pub(super) fn recognizer(source: &source::Recognizer) -> proto::Recognizer {
    let context = source.context.as_ref();
    let words = context.map(|context| context.words.clone()).unwrap_or_default();
    proto::Recognizer {
        entity: source.entity.clone(),
        patterns: (source.patterns.iter())
            .map(|p| proto::Pattern {
                regex: p.regex.clone(),
                confidence: p.confidence as f32,
            })
            .collect(),
        keywords: source.keywords.clone(),
        context_boost: if words.is_empty() {
            0.0
        } else {
            context.and_then(|context| context.boost).unwrap_or(DEFAULT_BOOST) as f32
        },
        context_words: words,
        checksum: source.checksum.clone().unwrap_or_default(),
        r#match: source.matches.clone(),
        no_match: source.no_match.clone(),
    }
}

pub(super) fn upstream(source: &source::Upstream) -> proto::Upstream {
    proto::Upstream {
        name: source.name.clone(),
        hosts: source.hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        provider: source.provider.to_ascii_lowercase(),
        api: source.api.to_ascii_lowercase(),
        region: source.region.to_ascii_uppercase(),
        account: source.account.clone(),
        contract_ref: source.contract_ref.clone(),
        path_prefix: source.path_prefix.clone(),
        kind: match source.kind.unwrap_or(UpstreamKind::Public) {
            UpstreamKind::Public => proto::UpstreamKind::Public,
            UpstreamKind::Local => proto::UpstreamKind::Local,
        } as i32,
    }
}
