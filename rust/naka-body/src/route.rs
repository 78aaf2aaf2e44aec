//! Which API a request speaks, as far as method and path tell.

use crate::tables::Api;

/// What kind of service a route is. Packs name these in `traffic.surfaces`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
#[non_exhaustive]
#[allow(missing_docs)] // the names are the documentation: each is an API family
pub enum Surface {
    Chat,
    Responses,
    Completions,
    Embeddings,
    Moderations,
    Rerank,
    Files,
    Batches,
    FineTuning,
    Images,
    Audio,
    VectorStores,
    Assistants,
    Mcp,
    Realtime,
    Models,
    Unknown,
}

impl Surface {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 17] = [
        Self::Chat,
        Self::Responses,
        Self::Completions,
        Self::Embeddings,
        Self::Moderations,
        Self::Rerank,
        Self::Files,
        Self::Batches,
        Self::FineTuning,
        Self::Images,
        Self::Audio,
        Self::VectorStores,
        Self::Assistants,
        Self::Mcp,
        Self::Realtime,
        Self::Models,
        Self::Unknown,
    ];

    /// The name that packs, events and metrics use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Chat => "Chat",
            Self::Responses => "Responses",
            Self::Completions => "Completions",
            Self::Embeddings => "Embeddings",
            Self::Moderations => "Moderations",
            Self::Rerank => "Rerank",
            Self::Files => "Files",
            Self::Batches => "Batches",
            Self::FineTuning => "FineTuning",
            Self::Images => "Images",
            Self::Audio => "Audio",
            Self::VectorStores => "VectorStores",
            Self::Assistants => "Assistants",
            Self::Mcp => "Mcp",
            Self::Realtime => "Realtime",
            Self::Models => "Models",
            Self::Unknown => "Unknown",
        }
    }
}

/// Which way a body goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From the application to the provider.
    Request,
    /// From the provider to the application.
    Response,
}

/// The API of one exchange. Made by [`ApiTables::route`](crate::ApiTables::route); cheap to copy.
#[derive(Debug, Clone, Copy)]
pub struct Route<'t> {
    /// Id of the API table, `openai.chat`; `unknown` without one. Bounded: fit for a metric label.
    pub api: &'t str,
    /// Who defined this API, `openai`. The upstream may be another that speaks it.
    pub provider: Option<&'t str>,
    /// What kind of service it is.
    pub surface: Surface,
    /// False where no table knows method and path: the policy's `onUnknownRoute` decides.
    pub known: bool,
    pub(crate) table: &'t Api,
    pub(crate) words: &'t crate::tables::Words,
}
