//! How findings are told to people, the same at every edge: tier names, rounded confidence, evidence in words.
//! Words of the rule files, never of the text.

use crate::detector::Detector;
use crate::finding::{Evidence, Finding, Tier, WordId};

impl Tier {
    /// All, from weak to strong.
    pub const ALL: [Self; 3] = [Self::Possible, Self::Likely, Self::Certain];

    /// The lowest confidence of this tier.
    #[must_use]
    pub const fn floor(self) -> f32 {
        match self {
            Self::Possible => 0.30,
            Self::Likely => 0.60,
            Self::Certain => 0.90,
        }
    }

    /// The tier of a confidence; `None` for what is not reported.
    ///
    /// ```
    /// use naka_detect::Tier;
    /// assert_eq!(Tier::of(0.6), Some(Tier::Likely));
    /// assert_eq!(Tier::of(0.29), None);
    /// ```
    #[must_use]
    pub fn of(confidence: f32) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|tier| confidence >= tier.floor())
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }

    /// Its name among the five steps that other detectors use.
    #[must_use]
    pub const fn likelihood(self) -> &'static str {
        match self {
            Self::Possible => "POSSIBLE",
            Self::Likely => "LIKELY",
            Self::Certain => "VERY_LIKELY",
        }
    }
}

impl Finding {
    /// Its tier. What a scan returns has at least [`Tier::Possible`].
    #[must_use]
    pub fn tier(&self) -> Tier {
        Tier::of(self.confidence).unwrap_or(Tier::Possible)
    }

    /// The confidence to three decimals, which is more than it means: as f64 it would show as 0.9900000095.
    #[must_use]
    pub fn shown_confidence(&self) -> f64 {
        (f64::from(self.confidence) * 1000.0).round() / 1000.0
    }
}

impl Detector {
    /// What spoke for and against a finding, such as `format`, `checksum`, `context(+aadhaar)`.
    #[must_use]
    pub fn evidence(&self, finding: &Finding) -> Vec<String> {
        let plain = [
            (Evidence::FORMAT, "format"),
            (Evidence::CHECKSUM, "checksum"),
            (Evidence::REGISTRY, "registry"),
            (Evidence::PREFIX, "prefix"),
        ];
        let spoken = [
            (Evidence::CONTEXT, '+', finding.word),
            (Evidence::COUNTER_CONTEXT, '-', finding.counter_word),
        ];
        let word = |id: WordId| self.words().get(usize::from(id.0)).map_or("label", String::as_str);
        let plain = plain
            .into_iter()
            .filter(|(part, _)| finding.evidence.has(*part))
            .map(|(_, name)| name.to_owned());
        let spoken = spoken
            .into_iter()
            .filter(|(part, ..)| finding.evidence.has(*part))
            .map(|(_, sign, id)| format!("context({sign}{})", word(id)));
        plain.chain(spoken).collect()
    }
}
