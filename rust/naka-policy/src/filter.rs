//! The `traffic` of a pack or rule, compiled: does it speak about this body?
//! Each list: empty = all; the value must fit one of the plain patterns (if there are any) and none of the `!` ones.

use crate::glob::Glob;
use crate::proto;
use crate::traffic::{Direction, Surface, Traffic};

/// Patterns for one field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    any_of: Vec<Glob>,
    none_of: Vec<Glob>,
}

impl Words {
    /// From canonical spellings; those that are no glob were refused by `compile` and by the canonical check.
    fn new(patterns: &[String]) -> Result<Self, &'static str> {
        let mut words = Self::default();
        for pattern in patterns {
            match pattern.strip_prefix('!') {
                Some(rest) => words.none_of.push(Glob::new(rest)?),
                None => words.any_of.push(Glob::new(pattern)?),
            }
        }
        Ok(words)
    }

    fn match_all(&self) -> bool {
        self.any_of.is_empty() && self.none_of.is_empty()
    }

    /// Not knowing the value counts as a match, for `!IN` too.
    fn matches(&self, value: Option<&str>) -> bool {
        let Some(value) = value else { return true };
        (self.any_of.is_empty() || self.any_of.iter().any(|glob| glob.matches(value)))
            && !self.none_of.iter().any(|glob| glob.matches(value))
    }
}

/// Which field kept a rule from speaking; for `explain`.
pub(crate) type Mismatch = &'static str;

/// A compiled `traffic`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    surfaces: u32,
    directions: u8,
    providers: Words,
    models: Words,
    regions: Words,
    purposes: Words,
    /// Nothing is asked: the common case, and one comparison.
    everything: bool,
}

impl Filter {
    pub(crate) fn new(source: Option<&proto::Traffic>) -> Result<Self, &'static str> {
        let empty = proto::Traffic::default();
        let source = source.unwrap_or(&empty);
        let mut filter = Self {
            surfaces: bits(&source.surfaces, |name| Surface::from_name(name).map(|s| 1 << s as u32))?,
            directions: bits(&source.directions, |name| {
                Direction::ALL
                    .into_iter()
                    .find(|d| d.name() == name)
                    .map(|d| 1 << d as u32)
            })? as u8,
            providers: Words::new(&source.providers)?,
            models: Words::new(&source.models)?,
            regions: Words::new(&source.regions)?,
            purposes: Words::new(&source.purposes)?,
            everything: false,
        };
        // a list that names `Unknown` beside others asks for no more than the others do: unknown always matches
        filter.everything = filter.surfaces == u32::MAX
            && filter.directions == u8::MAX
            && [&filter.providers, &filter.models, &filter.regions, &filter.purposes]
                .iter()
                .all(|w| w.match_all());
        Ok(filter)
    }

    pub(crate) fn matches(&self, traffic: &Traffic<'_>) -> bool {
        self.everything || self.mismatch(traffic).is_none()
    }

    /// The first field that does not fit.
    pub(crate) fn mismatch(&self, traffic: &Traffic<'_>) -> Option<Mismatch> {
        let surface = traffic.surface == Surface::Unknown || self.surfaces & (1 << traffic.surface as u32) != 0;
        let tests = [
            ("directions", self.directions & (1 << traffic.direction as u8) != 0),
            ("surfaces", surface),
            ("providers", self.providers.matches(traffic.provider)),
            ("models", self.models.matches(traffic.model)),
            ("regions", self.regions.matches(traffic.region)),
            ("purposes", self.purposes.matches(traffic.purpose)),
        ];
        tests.into_iter().find(|(_, fits)| !fits).map(|(field, _)| field)
    }
}

fn bits(names: &[String], bit: impl Fn(&str) -> Option<u32>) -> Result<u32, &'static str> {
    if names.is_empty() {
        return Ok(u32::MAX);
    }
    names
        .iter()
        .try_fold(0, |set, name| Ok(set | bit(name).ok_or("is no known name")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;

    fn traffic() -> Traffic<'static> {
        Traffic::unknown(Direction::Request, Surface::Chat, Date::new(2026, 11, 24).unwrap())
    }

    fn filter(change: impl FnOnce(&mut proto::Traffic)) -> Filter {
        let mut source = proto::Traffic::default();
        change(&mut source);
        Filter::new(Some(&source)).unwrap()
    }

    #[test]
    fn an_absent_filter_matches_everything() {
        assert!(Filter::new(None).unwrap().matches(&traffic()));
    }

    #[test]
    fn a_negated_region_matches_every_other_and_the_unknown_one() {
        let outside = filter(|t| t.regions = vec!["!in".into()]);
        assert!(outside.matches(&Traffic {
            region: Some("US"),
            ..traffic()
        }));
        assert!(outside.matches(&traffic()), "an unknown region counts as matching");
        assert_eq!(
            outside.mismatch(&Traffic {
                region: Some("IN"),
                ..traffic()
            }),
            Some("regions")
        );
    }

    #[test]
    fn a_negation_takes_away_from_the_plain_patterns() {
        let models = filter(|t| t.models = vec!["!gpt-4*".into(), "gpt-*".into()]);
        assert!(models.matches(&Traffic {
            model: Some("gpt-5"),
            ..traffic()
        }));
        assert!(!models.matches(&Traffic {
            model: Some("gpt-4o"),
            ..traffic()
        }));
        assert!(!models.matches(&Traffic {
            model: Some("o3"),
            ..traffic()
        }));
    }

    #[test]
    fn an_unknown_surface_matches_a_rule_for_any_surface() {
        let files = filter(|t| t.surfaces = vec!["Files".into()]);
        assert!(!files.matches(&traffic()));
        assert!(files.matches(&Traffic {
            surface: Surface::Unknown,
            ..traffic()
        }));
    }

    #[test]
    fn directions_are_told_apart() {
        let answers = filter(|t| t.directions = vec!["Response".into()]);
        assert!(!answers.matches(&traffic()));
        assert!(answers.matches(&Traffic {
            direction: Direction::Response,
            ..traffic()
        }));
    }
}
