//! One multi-pattern regex, as a careful programmer would write it: find, judge, go on behind an accepted match or one
//! byte further.

use naka_detect::Detector;
use naka_detect::peer::{Peer, PeerPattern};
use regex_automata::util::syntax;
use regex_automata::{Input, meta};

/// All patterns in one `meta::Regex`.
pub(crate) struct Meta {
    regex: meta::Regex,
}

impl Meta {
    /// Compiles the patterns.
    pub(crate) fn new(patterns: &[PeerPattern]) -> Self {
        let regexes: Vec<&str> = patterns.iter().map(|pattern| pattern.regex.as_str()).collect();
        let config = meta::Config::new()
            .nfa_size_limit(Some(1 << 28))
            .hybrid_cache_capacity(1 << 26)
            .utf8_empty(false);
        let syntax = syntax::Config::new().unicode(false).utf8(false);
        let regex = meta::Regex::builder()
            .configure(config)
            .syntax(syntax)
            .build_many(&regexes);
        Self {
            regex: regex.expect("the patterns compile"),
        }
    }

    /// Findings of one text: the first pattern that matches at each place, judged by our judge.
    pub(crate) fn findings(&self, detector: &Detector, peer: &mut Peer, text: &[u8]) -> usize {
        peer.scan(detector, text, |text, out| {
            let mut at = 0;
            while let Some(found) = self.regex.find(Input::new(text).range(at..)) {
                out.push((found.pattern().as_usize() as u16, found.start(), found.end()));
                at = found.end().max(found.start() + 1);
            }
        })
    }
}
