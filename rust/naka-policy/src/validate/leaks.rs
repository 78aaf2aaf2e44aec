//! A pack is read by many eyes, kept in Git and quoted in reports: it may not hold identity, bank or card values.
//! Every text of the bundle is scanned; the answer names the place and the entity, never the value.

use naka_detect::{Detector, EntityId, Finding, Scratch, Tier};

use crate::names;
use crate::problem::Problems;
use crate::proto;

/// Groups whose values a pack may not hold. Contact data may stand in an exemption (a support desk's address).
const GROUPS: [&str; 3] = ["group:identity", "group:bank", "group:card"];

/// Reports every text that holds such a value, from `likely` on.
pub(crate) fn leaks(bundle: &proto::Bundle, detector: &Detector, problems: &mut Problems) {
    let refused = names::resolve(detector, &GROUPS.map(str::to_owned));
    let mut scan = Scan {
        detector,
        refused,
        scratch: Scratch::default(),
        found: Vec::new(),
        problems,
    };
    for (i, pack) in bundle.packs.iter().enumerate() {
        scan.pack(pack, &format!("packs[{i}]"));
    }
    for (i, upstream) in bundle.upstreams.iter().enumerate() {
        let at = format!("upstreams[{i}]");
        scan.text(&upstream.name, || format!("{at}.name"));
        scan.texts(&upstream.hosts, &format!("{at}.hosts"));
        scan.text(&upstream.provider, || format!("{at}.provider"));
        scan.text(&upstream.api, || format!("{at}.api"));
        scan.text(&upstream.account, || format!("{at}.account"));
        scan.text(&upstream.contract_ref, || format!("{at}.contractRef"));
        scan.text(&upstream.path_prefix, || format!("{at}.pathPrefix"));
    }
}

struct Scan<'a> {
    detector: &'a Detector,
    refused: Vec<EntityId>,
    scratch: Scratch,
    found: Vec<Finding>,
    problems: &'a mut Problems,
}

impl Scan<'_> {
    fn pack(&mut self, pack: &proto::Pack, at: &str) {
        self.text(&pack.name, || format!("{at}.name"));
        self.text(&pack.namespace, || format!("{at}.namespace"));
        self.texts(&pack.resolved, &format!("{at}.resolved"));
        for (selector, field) in [
            (&pack.namespace_selector, "namespaceSelector"),
            (&pack.workload_selector, "workloadSelector"),
        ] {
            for requirement in selector.iter().flat_map(|selector| &selector.requirements) {
                self.text(&requirement.key, || format!("{at}.{field}"));
                for value in &requirement.values {
                    self.text(value, || format!("{at}.{field}"));
                }
            }
        }
        self.traffic(pack.traffic.as_ref(), at);
        for (i, rule) in pack.rules.iter().enumerate() {
            let at = format!("{at}.rules[{i}]");
            self.text(&rule.id, || format!("{at}.id"));
            self.texts(&rule.entities, &format!("{at}.entities"));
            self.traffic(rule.traffic.as_ref(), &at);
            self.text(&rule.clause, || format!("{at}.clause"));
            self.text(&rule.origin, || format!("{at}.origin"));
        }
        for (i, recognizer) in pack.recognizers.iter().enumerate() {
            let at = format!("{at}.recognizers[{i}]");
            self.text(&recognizer.entity, || format!("{at}.entity"));
            for (j, pattern) in recognizer.patterns.iter().enumerate() {
                self.text(&pattern.regex, || format!("{at}.patterns[{j}].regex"));
            }
            self.texts(&recognizer.keywords, &format!("{at}.keywords"));
            self.texts(&recognizer.context_words, &format!("{at}.context.words"));
            self.texts(&recognizer.r#match, &format!("{at}.match"));
            self.texts(&recognizer.no_match, &format!("{at}.noMatch"));
        }
        for (i, exemption) in pack.exemptions.iter().enumerate() {
            let at = format!("{at}.exemptions[{i}]");
            self.text(&exemption.id, || format!("{at}.id"));
            self.text(&exemption.matches, || format!("{at}.matches"));
            // a value with its dots and brackets escaped is still that value
            let plain: String = exemption.matches.chars().filter(|&c| c != '\\').collect();
            if plain != exemption.matches {
                self.text(&plain, || format!("{at}.matches"));
            }
            self.text(&exemption.reason, || format!("{at}.reason"));
        }
        if let Some(restore) = &pack.restore {
            self.texts(&restore.tools, &format!("{at}.restore.tools"));
            self.texts(&restore.allow_hosts, &format!("{at}.restore.allowHosts"));
        }
    }

    fn traffic(&mut self, traffic: Option<&proto::Traffic>, at: &str) {
        let Some(traffic) = traffic else { return };
        for (field, list) in [
            ("providers", &traffic.providers),
            ("models", &traffic.models),
            ("regions", &traffic.regions),
            ("purposes", &traffic.purposes),
        ] {
            self.texts(list, &format!("{at}.traffic.{field}"));
        }
    }

    fn texts(&mut self, list: &[String], at: &str) {
        for (i, text) in list.iter().enumerate() {
            self.text(text, || format!("{at}[{i}]"));
        }
    }

    fn text(&mut self, text: &str, at: impl Fn() -> String) {
        self.found.clear();
        self.detector
            .scan(text.as_bytes(), None, &mut self.scratch, &mut self.found);
        let refused = self
            .found
            .iter()
            .find(|finding| finding.tier() >= Tier::Likely && self.refused.binary_search(&finding.entity).is_ok());
        if let Some(finding) = refused {
            let entity = &self.detector.entity(finding.entity).name;
            let message =
                format!("holds a value that looks like {entity}; remove it (an exemption can name its sha256)");
            self.problems.add("policy_holds_value", at(), message);
        }
    }
}
