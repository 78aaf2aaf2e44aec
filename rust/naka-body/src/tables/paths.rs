//! Route patterns: `POST|GET /v1/files/{id}/content`.

/// Method and path of one route.
#[derive(Debug)]
pub(crate) struct Pattern {
    methods: Vec<String>,
    segments: Vec<Segment>,
    /// Its API has an answer that refuses, for this route too.
    pub(crate) refuses: bool,
    /// Its answer in JSON is an array of events.
    pub(crate) array: bool,
}

#[derive(Debug, PartialEq, Eq)]
enum Segment {
    Exact(String),
    /// `{any}`, or `{any}:verb` with its suffix; `{model}` tells the model.
    Any {
        suffix: String,
        model: bool,
    },
}

impl Segment {
    fn matches(&self, segment: &str) -> bool {
        match self {
            Self::Exact(name) => name == segment,
            Self::Any { suffix, .. } => segment.len() > suffix.len() && segment.ends_with(&**suffix),
        }
    }
}

impl Pattern {
    pub(super) fn new(route: &str) -> Result<Self, &'static str> {
        let (methods, path) = route.split_once(' ').ok_or("a route is `METHOD /path`")?;
        let methods: Vec<String> = methods.split('|').map(str::to_owned).collect();
        if !methods
            .iter()
            .all(|method| !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase()))
        {
            return Err("a method is in capital letters");
        }
        let path = path.strip_prefix('/').ok_or("a path starts with `/`")?;
        let segments = path.split('/').map(|segment| match segment.split_once('}') {
            _ if segment.is_empty() => Err("a segment is empty"),
            Some((any, suffix)) if any.starts_with('{') => Ok(Segment::Any {
                suffix: suffix.to_owned(),
                model: any == "{model",
            }),
            None if !segment.contains('{') => Ok(Segment::Exact(segment.to_owned())),
            _ => Err("a segment is a name, `{any}` or `{any}:name`"),
        });
        Ok(Self {
            refuses: false,
            array: false,
            methods,
            segments: segments.collect::<Result<_, _>>()?,
        })
    }

    /// The last segments of the path must match. A lone segment must be the whole path: `/score` is too short a name
    /// to mean the same behind any prefix.
    pub(super) fn matches(&self, method: &str, path: &[&str]) -> bool {
        let Some(prefix) = path.len().checked_sub(self.segments.len()) else {
            return false;
        };
        (prefix == 0 || self.segments.len() > 1)
            && self.methods.iter().any(|own| own == method)
            && self
                .segments
                .iter()
                .zip(&path[prefix..])
                .rev()
                .all(|(own, segment)| own.matches(segment))
    }

    /// What a path that matches has in the place of `{model}`.
    pub(crate) fn model<'p>(&self, path: &'p str) -> Option<&'p str> {
        let own = self.segments.iter().rev();
        let segments = path.rsplit('/').filter(|segment| !segment.is_empty());
        own.zip(segments).find_map(|(own, segment)| match own {
            Segment::Any { suffix, model: true } => segment.strip_suffix(&**suffix),
            _ => None,
        })
    }

    /// None if the last segment may be any.
    pub(super) fn last_name(&self) -> Option<&str> {
        match self.segments.last()? {
            Segment::Exact(name) => Some(name),
            Segment::Any { .. } => None,
        }
    }

    /// Which of several matching patterns wins: the longest, then the one with the most names.
    pub(super) fn weight(&self) -> (usize, usize) {
        let names = self
            .segments
            .iter()
            .filter(|segment| matches!(segment, Segment::Exact(_)))
            .count();
        (self.segments.len(), names)
    }

    /// Matches the same paths for a common method.
    pub(super) fn same(&self, other: &Self) -> bool {
        let same = |(one, other): (&Segment, &Segment)| match (one, other) {
            (Segment::Any { suffix, .. }, Segment::Any { suffix: same, .. }) => suffix == same,
            (one, other) => one == other,
        };
        self.segments.len() == other.segments.len()
            && self.segments.iter().zip(&other.segments).all(same)
            && self.methods.iter().any(|method| other.methods.contains(method))
    }
}
