//! Where the packs in force let a value come back. Each of them must permit; so one more pack permits less or the same.

use std::sync::Arc;

use serde::Serialize;

use crate::glob::Glob;
use crate::settings::Restore;

/// A pack's `restore`, ready to be asked.
#[derive(Debug)]
pub(crate) struct PackRestore {
    settings: Restore,
    tools: Vec<Glob>,
    hosts: Vec<Glob>,
}

impl PackRestore {
    pub(crate) fn new(settings: Restore) -> Result<Self, &'static str> {
        let globs = |list: &[String]| {
            list.iter()
                .map(|pattern| Glob::new(pattern))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            tools: globs(&settings.tools)?,
            hosts: globs(&settings.allow_hosts)?,
            settings,
        })
    }
}

/// What all packs that speak about some traffic permit together. Without a pack nothing is permitted: nobody made tokens.
#[derive(Debug, Clone, Default)]
pub struct Permit {
    packs: Vec<Arc<PackRestore>>,
}

impl Permit {
    /// Adds the wishes of one more pack.
    pub(crate) fn join(&mut self, pack: &Arc<PackRestore>) {
        self.packs.push(Arc::clone(pack));
    }

    /// True when no pack speaks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packs.is_empty()
    }

    fn every(&self, permits: impl Fn(&PackRestore) -> bool) -> bool {
        !self.packs.is_empty() && self.packs.iter().all(|pack| permits(pack))
    }

    /// In plain text.
    #[must_use]
    pub fn text(&self) -> bool {
        self.every(|pack| pack.settings.text)
    }

    /// In the arguments of a call of this tool. One that has no name is permitted only where all are.
    #[must_use]
    pub fn tool(&self, name: Option<&str>) -> bool {
        let listed = |pack: &PackRestore| {
            pack.tools
                .iter()
                .any(|glob| name.map_or(glob.as_str() == "*", |name| glob.matches(name)))
        };
        self.every(|pack| pack.settings.tool_arguments && listed(pack))
    }

    /// Inside a URL, link target, address or attribute that leads to this host, if one is known.
    #[must_use]
    pub fn host(&self, host: Option<&str>) -> bool {
        let host = host.map(|host| host.trim_end_matches('.'));
        let listed = |pack: &PackRestore| host.is_some_and(|host| pack.hosts.iter().any(|glob| glob.matches(host)));
        self.every(|pack| pack.settings.urls || listed(pack))
    }

    /// For people.
    #[must_use]
    pub fn note(&self) -> PermitNote {
        let lists = |list: fn(&PackRestore) -> &Vec<String>| {
            let mut lists: Vec<Vec<String>> = self.packs.iter().map(|pack| list(pack).clone()).collect();
            lists.sort_unstable();
            lists.dedup();
            lists
        };
        PermitNote {
            text: self.text(),
            tool_arguments: self.every(|pack| pack.settings.tool_arguments),
            tools: lists(|pack| &pack.settings.tools),
            urls: self.every(|pack| pack.settings.urls),
            allow_hosts: lists(|pack| &pack.settings.allow_hosts),
        }
    }
}

/// A [`Permit`] as `naka policy explain` shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PermitNote {
    /// In plain text.
    pub text: bool,
    /// In the arguments of tool calls.
    pub tool_arguments: bool,
    /// The lists of the packs; a tool must be in each.
    pub tools: Vec<Vec<String>>,
    /// In every URL, link target, address and attribute.
    pub urls: bool,
    /// The lists of the packs; a host must be in each, but for those packs that permit every URL.
    pub allow_hosts: Vec<Vec<String>>,
}
