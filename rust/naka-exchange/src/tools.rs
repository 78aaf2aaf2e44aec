//! Memory that a thread uses again for every job, so that a scan allocates nothing once warm.

use bytes::Bytes;
use naka_body::Route;
use naka_detect::EntityId;
use naka_policy::{Judge, RuleRef, RuleSet};

use crate::name::Name;

/// One per thread.
#[derive(Default)]
pub struct Tools {
    pub(crate) judge: Judge,
    /// Route of the last method and path: calls of one application name few.
    route: Option<(Bytes, Bytes, Route<'static>)>,
    /// Host of the last authority, checked by the rules of that revision.
    host: Option<(Bytes, Name, Name)>,
    /// The last model that was fit for the record as it was named, under the rules of that revision.
    model: Option<(Name, Name)>,
    names: Vec<Name>,
    pub(crate) rule_names: RuleNames,
}

/// Names of the rules and entities of one revision, each made when it is first needed.
#[derive(Default)]
pub(crate) struct RuleNames {
    revision: String,
    rules: Vec<Option<Name>>,
    entities: Vec<Option<Name>>,
}

impl RuleNames {
    /// Forgets the names of another revision.
    pub(crate) fn follow(&mut self, rules: &RuleSet) {
        if self.revision != rules.revision() {
            *self = Self {
                revision: rules.revision().to_owned(),
                ..Self::default()
            };
        }
    }

    /// `pack:rule`
    pub(crate) fn rule(&mut self, rules: &RuleSet, rule: RuleRef) -> Name {
        kept(&mut self.rules, rule.0, || {
            let rule = rules.rule(rule);
            Name::configured(&format!("{}:{}", rule.pack, rule.id))
        })
    }

    /// Such as `IN_AADHAAR`
    pub(crate) fn entity(&mut self, rules: &RuleSet, entity: EntityId) -> Name {
        kept(&mut self.entities, entity.0, || {
            Name::configured(&rules.detector().entity(entity).name)
        })
    }
}

fn kept(names: &mut Vec<Option<Name>>, at: u16, make: impl FnOnce() -> Name) -> Name {
    let at = usize::from(at);
    if names.len() <= at {
        names.resize(at + 1, None);
    }
    names[at].get_or_insert_with(make).clone()
}

/// Names kept by a thread; revisions, routes and providers come to a handful.
const NAMES: usize = 16;

impl Tools {
    /// A name out of configuration, shared with the records before.
    pub(crate) fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.iter().find(|name| name.as_str() == text) {
            return name.clone();
        }
        if self.names.len() == NAMES {
            self.names.clear();
        }
        let name = Name::configured(text);
        self.names.push(name.clone());
        name
    }

    /// The route of a call; `find` is asked when it is another than the last one.
    pub(crate) fn route(
        &mut self,
        method: &Bytes,
        path: Bytes,
        find: impl FnOnce() -> Route<'static>,
    ) -> Route<'static> {
        match &self.route {
            Some((known_method, known_path, route)) if known_method == method && *known_path == path => *route,
            _ => {
                let route = find();
                // copies: a slice would keep the whole message it came in
                self.route = Some((Bytes::copy_from_slice(method), Bytes::copy_from_slice(&path), route));
                route
            }
        }
    }

    /// The host of an authority, fit for the record.
    pub(crate) fn host(&mut self, rules: &RuleSet, host: &[u8]) -> Name {
        if let Some((known, revision, name)) = &self.host
            && known == host
            && revision.as_str() == rules.revision()
        {
            return name.clone();
        }
        let name = Name::host(host, |text| self.judge.is_clean(rules, text));
        let revision = self.name(rules.revision());
        self.host = Some((Bytes::copy_from_slice(host), revision, name.clone()));
        name
    }

    /// A model that a client named, fit for the record. One that is withheld is remembered by nobody.
    pub(crate) fn model(&mut self, rules: &RuleSet, raw: &str) -> Name {
        if let Some((name, revision)) = &self.model
            && name.as_str() == raw
            && revision.as_str() == rules.revision()
        {
            return name.clone();
        }
        let name = Name::checked(raw.as_bytes(), |text| self.judge.is_clean(rules, text));
        if name.as_str() == raw {
            self.model = Some((name.clone(), self.name(rules.revision())));
        }
        name
    }
}
