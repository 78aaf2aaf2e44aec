//! Memory that a thread uses again for every job, so that a scan allocates nothing once warm.

use bytes::Bytes;
use naka_body::Route;
use naka_policy::{Judge, RuleSet};

use crate::outcome::Name;

/// One per thread.
#[derive(Default)]
pub struct Tools {
    pub(crate) judge: Judge,
    /// Route of the last method and path: calls of one application name few.
    route: Option<(Bytes, Bytes, Route<'static>)>,
    /// Host of the last authority, checked by the rules of that revision.
    host: Option<(Bytes, Name, Name)>,
    names: Vec<Name>,
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
}
