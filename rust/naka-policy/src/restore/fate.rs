//! What became of tokens, for counters and records.

macro_rules! fates {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// What became of a token, or of a value that was to become one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fate { $($(#[$doc])* $variant,)* }

        impl Fate {
            /// Every fate, in the order of its index.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in records and metric labels; never reused.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

fates! {
    /// A value of the request was replaced by a token.
    Made = "made",
    /// No key was there: redacted.
    NoKey = "no_key",
    /// Two values of the request came to one token: both redacted.
    Collision = "collision",
    /// The exchange holds as many tokens as it may: redacted.
    Full = "full",
    /// A token of the answer became its value again.
    Restored = "restored",
    /// It stays: no pack of this exchange made it.
    Foreign = "foreign",
    /// It stays: the client wrote it itself.
    Typed = "typed",
    /// It stays: its value must never come back (cards).
    Irreversible = "irreversible",
    /// It stays: `restore.text` is false.
    Text = "text",
    /// It stays: `restore.toolArguments` is false, or the tool is not in `restore.tools`.
    Tool = "tool",
    /// It stays: it is part of a URL.
    Url = "url",
    /// It stays: it is part of the target of a link or image.
    Link = "link",
    /// It stays: it is part of an e-mail address.
    Email = "email",
    /// It stays: it is inside an HTML tag.
    Attribute = "attribute",
    /// It stays: what holds it was masked, or may not be changed.
    Sealed = "sealed",
}

/// Counts by [`Fate`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fates([u32; Fate::ALL.len()]);

impl Fates {
    /// Counts one more.
    pub fn add(&mut self, fate: Fate) {
        let count = &mut self.0[fate as usize];
        *count = count.saturating_add(1);
    }

    /// How many had this fate.
    #[must_use]
    pub fn count(&self, fate: Fate) -> u32 {
        self.0[fate as usize]
    }

    /// Those that are not zero.
    pub fn iter(&self) -> impl Iterator<Item = (Fate, u32)> + '_ {
        let all = Fate::ALL.iter().map(|&fate| (fate, self.count(fate)));
        all.filter(|&(_, count)| count > 0)
    }

    /// One that was to be restored stays after all: [`Fate::Sealed`].
    pub fn sealed(&mut self) {
        self.0[Fate::Restored as usize] = self.count(Fate::Restored).saturating_sub(1);
        self.add(Fate::Sealed);
    }

    /// Adds the counts of another.
    pub fn join(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
    }
}
