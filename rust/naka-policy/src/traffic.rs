//! What is known about an exchange beside its text. A field that is not known counts as matching every rule:
//! not knowing must never let data pass that a rule would have stopped.

use crate::date::Date;

/// Which way a body travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the application to the provider.
    Request,
    /// From the provider to the application.
    Response,
}

impl Direction {
    /// Every direction, in the order of the names in packs.
    pub const ALL: [Self; 2] = [Self::Request, Self::Response];

    /// The name used in packs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "Request",
            Self::Response => "Response",
        }
    }
}

macro_rules! surfaces {
    ($($name:ident),+ $(,)?) => {
        /// What kind of API a call uses. `Unknown` counts as matching every surface that a pack names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs)] // the names are those of the providers' API families
        pub enum Surface { $($name),+ }

        impl Surface {
            /// Every surface.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The name used in packs.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name)),+ }
            }
        }
    };
}

surfaces! {
    Chat, Responses, Completions, Embeddings, Moderations, Rerank, Files, Batches, FineTuning, Images, Audio,
    VectorStores, Assistants, Mcp, Realtime, Models, Unknown,
}

impl Surface {
    /// The surface of that name, as packs and `naka-body` spell it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.name() == name)
    }

    /// True for files and jobs that train a model.
    #[must_use]
    pub const fn trains(self) -> bool {
        matches!(self, Self::Files | Self::FineTuning)
    }
}

/// One body's circumstances. `None` = not known, which counts as matching.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic<'a> {
    /// Which way the body travels.
    pub direction: Direction,
    /// What kind of API it belongs to.
    pub surface: Surface,
    /// Provider of the upstream, such as `openai`.
    pub provider: Option<&'a str>,
    /// Model that the request names.
    pub model: Option<&'a str>,
    /// Region of the upstream as two capitals, such as `IN`.
    pub region: Option<&'a str>,
    /// Purpose from the route's or workload's configuration; never from a client header.
    pub purpose: Option<&'a str>,
    /// The current day, for `effectiveFrom` and `expires`.
    pub today: Date,
    /// False when no API table knows the path, or no upstream the host.
    pub known_route: bool,
}

impl Traffic<'_> {
    /// A body about which only direction, surface and day are known.
    #[must_use]
    pub const fn unknown(direction: Direction, surface: Surface, today: Date) -> Self {
        Self {
            direction,
            surface,
            provider: None,
            model: None,
            region: None,
            purpose: None,
            today,
            known_route: true,
        }
    }
}
