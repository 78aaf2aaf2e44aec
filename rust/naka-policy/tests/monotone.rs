//! Nothing that is added weakens a decision; a shadow rule or pack changes nothing that is enforced; order is nothing.
//! Decisions are compared byte by byte, for added findings may join clusters.

#[path = "support/random.rs"]
mod random;
mod support;

use naka_policy::{Action, Decision, Failure, Handling, RuleSet, Traffic};
use proptest::prelude::*;
use random::{HOSTS, TEXTS, TOOLS, exemption, named, pack, recognizer, rule, traffic};
use serde_json::{Value, json};
use support::{compile, decide, load, today};

/// (enforced, would-be) for each byte of each text.
fn by_byte(decision: &Decision) -> Vec<Vec<(Action, Action)>> {
    let mut bytes: Vec<_> = TEXTS
        .iter()
        .map(|text| vec![(Action::Allow, Action::Allow); text.len()])
        .collect();
    for cluster in &decision.clusters {
        let text = &mut bytes[cluster.field as usize];
        for (enforced, _) in &mut text[cluster.start as usize..cluster.end as usize] {
            *enforced = enforced.join(cluster.enforced);
        }
        let (start, end) = cluster.would_be_span;
        for (_, would_be) in &mut text[start as usize..end as usize] {
            *would_be = would_be.join(cluster.would_be);
        }
    }
    bytes
}

fn assert_no_weaker(before: &RuleSet, after: &RuleSet, traffic: &Traffic<'_>) -> Result<(), TestCaseError> {
    let (old, new) = (decide(before, traffic, &TEXTS), decide(after, traffic, &TEXTS));
    prop_assert!(new.enforced.at_least(old.enforced) && new.would_be.at_least(old.would_be));
    for (text, (old, new)) in TEXTS.iter().zip(by_byte(&old).iter().zip(by_byte(&new))) {
        for (at, (old, new)) in old.iter().zip(new).enumerate() {
            prop_assert!(new.0.at_least(old.0), "enforced {old:?} -> {new:?} at {at} of {text}");
            prop_assert!(new.1.at_least(old.1), "would be {old:?} -> {new:?} at {at} of {text}");
        }
    }
    for ask in [RuleSet::unscannable, RuleSet::unknown_route] {
        let (old, new) = (ask(before, traffic), ask(after, traffic));
        prop_assert!(new.enforced >= old.enforced && new.would_be >= old.would_be);
    }
    let (old, new) = (before.fine_tuning(traffic), after.fine_tuning(traffic));
    prop_assert!(new.enforced.on_finding >= old.enforced.on_finding);
    prop_assert!(new.enforced.require_verdict >= old.enforced.require_verdict);
    let (old, new) = (before.ledger(traffic), after.ledger(traffic));
    prop_assert!(new.durability >= old.durability && new.full >= old.full);
    let (old, new) = (before.permit(traffic), after.permit(traffic));
    // without a pack there are no tokens that could come back
    if !old.is_empty() {
        prop_assert!(old.text() >= new.text() && old.tool(None) >= new.tool(None) && old.host(None) >= new.host(None));
        prop_assert!(TOOLS.iter().all(|tool| old.tool(Some(tool)) >= new.tool(Some(tool))));
        prop_assert!(HOSTS.iter().all(|host| old.host(Some(host)) >= new.host(Some(host))));
    }
    prop_assert!(after.failure() >= before.failure() && after.enforces() >= before.enforces());
    Ok(())
}

/// What is enforced: text, span, name, action.
fn enforced(decision: &Decision) -> Vec<(u32, u32, u32, u16, Action)> {
    let acting = decision
        .clusters
        .iter()
        .filter(|cluster| cluster.enforced != Action::Allow);
    acting
        .map(|c| (c.field, c.start, c.end, c.entity.0, c.enforced))
        .collect()
}

fn in_shadow(mut pack: Value) -> Value {
    pack["mode"] = json!("Shadow");
    for rule in pack["rules"].as_array_mut().unwrap() {
        rule["mode"] = json!("Gated");
    }
    pack
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128,
        failure_persistence: None,
 ..ProptestConfig::default() })]

    #[test]
    fn one_more_pack_weakens_nothing(packs in prop::collection::vec(pack(), 0..3), more in pack(), traffic in traffic()) {
        let before = load(named(packs.clone()));
        let after = load(named(packs.into_iter().chain([more]).collect()));
        assert_no_weaker(&before, &after, &traffic)?;
    }

    #[test]
    fn one_more_rule_weakens_nothing(packs in prop::collection::vec(pack(), 1..3), more in rule(), traffic in traffic()) {
        let before = load(named(packs.clone()));
        let mut after = packs;
        after[0]["rules"].as_array_mut().unwrap().push(more);
        assert_no_weaker(&before, &load(named(after)), &traffic)?;
    }

    #[test]
    fn one_more_recogniser_weakens_nothing(
        packs in prop::collection::vec(pack(), 1..3), more in recognizer(), traffic in traffic(),
    ) {
        let before = load(named(packs.clone()));
        let mut after = packs;
        after[0]["recognizers"].as_array_mut().unwrap().push(more);
        assert_no_weaker(&before, &load(named(after)), &traffic)?;
    }

    #[test]
    fn another_packs_exemption_weakens_nothing(mine in pack(), mut theirs in pack(), more in exemption(), traffic in traffic()) {
        // against my pack alone: theirs may only take back what theirs added
        let alone = load(named(vec![mine.clone()]));
        theirs["exemptions"].as_array_mut().unwrap().push(more);
        assert_no_weaker(&alone, &load(named(vec![mine, theirs])), &traffic)?;
    }

    #[test]
    fn a_shadow_rule_or_pack_changes_nothing_that_is_enforced(
        packs in prop::collection::vec(pack(), 1..3), more in rule(), shadow in pack(), traffic in traffic(),
    ) {
        let before = load(named(packs.clone()));
        let mut after = packs;
        let mut more = more;
        more["mode"] = json!("Shadow");
        after[0]["rules"].as_array_mut().unwrap().push(more);
        after.push(in_shadow(shadow));
        let after = load(named(after));
        let (old, new) = (decide(&before, &traffic, &TEXTS), decide(&after, &traffic, &TEXTS));
        // names of custom entities are numbered by recogniser, so entities are compared by name
        let name = |rules: &RuleSet, list: Vec<(u32, u32, u32, u16, Action)>| -> Vec<_> {
            list.into_iter()
                .map(|(f, s, e, id, a)| (f, s, e, rules.detector().entity(naka_detect::EntityId(id)).name.clone(), a))
                .collect()
        };
        prop_assert_eq!(name(&before, enforced(&old)), name(&after, enforced(&new)));
        prop_assert_eq!(old.enforced, new.enforced);
        prop_assert_eq!(before.failure(), after.failure());
        prop_assert_eq!(before.enforces(), after.enforces());
        prop_assert_eq!(before.unscannable(&traffic).enforced, after.unscannable(&traffic).enforced);
        prop_assert_eq!(before.unknown_route(&traffic).enforced, after.unknown_route(&traffic).enforced);
        prop_assert_eq!(before.ledger(&traffic), after.ledger(&traffic));
    }

    #[test]
    fn the_order_of_packs_rules_and_lists_does_not_matter(
        packs in prop::collection::vec(pack(), 1..4), seed in any::<u64>(),
    ) {
        let packs = named(packs);
        let mut shuffled = packs.clone();
        shuffle(&mut shuffled, &mut seed.max(1));
        prop_assert_eq!(compile(packs).revision, compile(shuffled).revision);
    }

    #[test]
    fn would_be_is_never_weaker_than_enforced(packs in prop::collection::vec(pack(), 1..3), traffic in traffic()) {
        let rules = load(named(packs));
        let decision = decide(&rules, &traffic, &TEXTS);
        prop_assert!(decision.would_be.at_least(decision.enforced));
        for cluster in &decision.clusters {
            prop_assert!(cluster.would_be.at_least(cluster.enforced));
            prop_assert!(cluster.start < cluster.end);
        }
        for pair in decision.clusters.windows(2) {
            prop_assert!(pair[0].field < pair[1].field || pair[0].end <= pair[1].start, "clusters do not overlap");
        }
        prop_assert!(rules.unscannable(&traffic).would_be >= rules.unscannable(&traffic).enforced);
    }
}

/// Reorders every list of the source.
fn shuffle(value: &mut Value, seed: &mut u64) {
    match value {
        Value::Array(list) => {
            list.iter_mut().for_each(|item| shuffle(item, seed));
            for i in (1..list.len()).rev() {
                *seed ^= *seed << 13;
                *seed ^= *seed >> 7;
                *seed ^= *seed << 17;
                list.swap(i, (*seed % (i as u64 + 1)) as usize);
            }
        }
        Value::Object(fields) => fields.values_mut().for_each(|field| shuffle(field, seed)),
        _ => {}
    }
}

#[test]
fn where_only_shadow_packs_are_selected_nothing_is_enforced() {
    let strict = json!({
        "kind": "PolicyPack", "name": "p", "mode": "Shadow", "failure": "Closed", "onUnscannable": "Block",
        "onUnknownRoute": "Block", "ledger": {"durability": "acked"},
        "rules": [{"id": "r", "entities": ["IN_PAN"], "action": "Block", "mode": "Shadow"}],
    });
    let rules = load(json!([strict]));
    let traffic = Traffic::unknown(naka_policy::Direction::Request, naka_policy::Surface::Files, today());
    assert!(!rules.enforces() && !rules.enforces_on(&traffic));
    assert_eq!(rules.failure(), Failure::Open);
    let unscannable = rules.unscannable(&traffic);
    assert_eq!(
        (unscannable.enforced, unscannable.would_be),
        (Handling::Allow, Handling::Block)
    );
    assert_eq!(rules.unknown_route(&traffic).enforced, Handling::Allow);
    assert_eq!(rules.ledger(&traffic).durability, naka_policy::Durability::Async);
}
