//! The audit record of one judged direction of an exchange.
//!
//! It cannot hold a value: every text in it is a [`Name`], which is made from configuration or checked by the
//! detector, or a [`JsonPath`], which naka-body renders with unknown keys hidden. Nothing else has a string type.

use naka_policy::{Action, Direction, Fates, Handling, Pair};

use crate::name::{DecisionId, JsonPath, Name};
use crate::trace::Trace;

/// How much of a direction was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// All of it.
    Scanned,
    /// Some parts could not be read.
    Partial,
    /// None of it could be read.
    Unscannable,
    /// It passed without us.
    Bypassed,
}

impl Coverage {
    /// Every value, in the order of its index.
    pub const ALL: [Self; 4] = [Self::Scanned, Self::Partial, Self::Unscannable, Self::Bypassed];

    /// The name in records and metric labels.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scanned => "scanned",
            Self::Partial => "partial",
            Self::Unscannable => "unscannable",
            Self::Bypassed => "bypassed",
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Why a direction was not read whole, or was answered by us.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Reason { $($(#[$doc])* $variant,)* }

        impl Reason {
            /// Every reason, in the order of its index.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in records, metric labels and error codes; never reused.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

reasons! {
    /// A path that is not in normal form.
    BadPath = "bad_path",
    /// Said to be JSON and is not.
    Malformed = "malformed",
    /// A key that decides (model, stream) occurs twice.
    DuplicateKey = "duplicate_key",
    /// Over the nesting, field or decoding limits.
    Limits = "limits",
    /// Over `max_body_bytes`.
    TooLarge = "too_large",
    /// A content encoding that nobody here can undo, or a broken one.
    Encoding = "encoding",
    /// An event stream whose form is not known: what is split over two events is not seen.
    Stream = "stream",
    /// Found by rules that are not judged while a stream runs, when the text had left.
    Late = "late",
    /// The everyday word that a value of a stream began with had left before the rest of it came.
    Begun = "begun",
    /// A multipart form.
    Multipart = "multipart",
    /// Images, sound, archives and other bytes that are no text.
    Binary = "binary",
    /// Parts inside a JSON body: images, token arrays, file ids.
    OpaqueParts = "opaque_parts",
    /// A request that its client has signed, and a value in it that was to be changed.
    Signed = "signed",
    /// The client leaves HTTP.
    Upgrade = "upgrade",
    /// No API table knows the path and the policy refuses such.
    UnknownRoute = "unknown_route",
    /// We asked for the body and Envoy went on without it.
    BodyNotSent = "body_not_sent",
    /// The budget on bytes in flight is spent.
    Overloaded = "overloaded",
    /// The body did not end, or was not judged, in time.
    Deadline = "deadline",
    /// The exchange ended before this half did.
    Interrupted = "interrupted",
    /// An error of our own.
    Internal = "internal",
}

/// What was found of one entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Such as `IN_AADHAAR`.
    pub entity: Name,
    /// How many clusters.
    pub count: u32,
    /// The highest confidence among them, 0..1.
    pub confidence: f32,
    /// The strongest enforced action among them.
    pub enforced: Action,
    /// The strongest action among them if every rule were enforced.
    pub would_be: Action,
}

/// One direction of one exchange, as the record keeps it. The shell adds time and latency.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Names the exchange.
    pub decision: DecisionId,
    /// Request or response.
    pub direction: Direction,
    /// The host that the client asked for.
    pub host: Name,
    /// Envoy's route, from its configuration.
    pub route: Option<Name>,
    /// The upstream of the policy folder that the host belongs to.
    pub upstream: Option<Name>,
    /// Entry of the API tables, such as `openai.chat`; `unknown` for the generic walk.
    pub api: &'static str,
    /// Such as `Chat`.
    pub surface: naka_policy::Surface,
    /// Such as `openai`.
    pub provider: Option<Name>,
    /// As the request named it.
    pub model: Option<Name>,
    /// Revision of the rules that decided.
    pub revision: Name,
    /// Rules that took part, as `pack/rule`.
    pub rules: Vec<Name>,
    /// Findings by entity.
    pub entities: Vec<Tally>,
    /// Where they were, at most `Settings::max_paths`.
    pub paths: Vec<JsonPath>,
    /// Paths left out.
    pub more_paths: u32,
    /// What became of tokens.
    pub tokens: Fates,
    /// What was done.
    pub enforced: Action,
    /// What would be done if every rule were enforced.
    pub would_be: Action,
    /// How much was read.
    pub coverage: Coverage,
    /// Why not all of it, or why it was refused.
    pub reason: Option<Reason>,
    /// Status of our own answer; 0 when the exchange went on.
    pub rejected: u16,
    /// Body bytes as they came.
    pub bytes: u64,
    /// The caller's trace, when the shell keeps traces.
    pub trace: Option<Trace>,
}

impl Outcome {
    /// Joins in what the policy does with what cannot be read, or is not known.
    pub(crate) fn handle(&mut self, pair: Pair<Handling>) {
        let action = |handling| match handling {
            Handling::Allow => Action::Allow,
            Handling::Audit => Action::Audit,
            Handling::Block => Action::Block,
        };
        self.enforced = self.enforced.join(action(pair.enforced));
        self.would_be = self.would_be.join(action(pair.would_be));
    }
}
