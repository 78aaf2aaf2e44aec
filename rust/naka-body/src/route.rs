//! Which API a request speaks, as far as method and path tell.

use crate::codec::Codec;
use crate::stream::{Form, LastWords};
use crate::tables::Api;
use crate::tables::errors::{ErrorShape, Problem, fill, quoted};
use crate::tables::paths::Pattern;
use crate::unnamed;

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
    pub(crate) pattern: Option<&'t Pattern>,
    pub(crate) table: &'t Api,
    pub(crate) words: &'t crate::tables::Words,
}

impl<'t> Route<'t> {
    /// How clients of this API expect errors.
    pub fn errors(&self) -> &'t ErrorShape {
        &self.table.errors
    }

    /// An answer of the model that refuses, in the words of `problem`; JSON. None where the API has none for
    /// this route.
    pub fn refusal(&self, problem: &Problem<'_>, model: &str) -> Option<String> {
        let template = self.table.refusal.as_deref()?;
        self.pattern.is_some_and(|pattern| pattern.refuses).then(|| {
            fill(template, |slot| match slot {
                "message" => Some(quoted(problem.message)),
                "model" => Some(quoted(model)),
                "decision" => Some(quoted(problem.decision)),
                _ => None,
            })
        })
    }

    /// The last events of a stream that is cut off, in the words of `problem`: the API's error, or with a model an ending
    /// of the model's that refuses, where the API has one. Nothing may follow them.
    pub fn stream_ending(&self, form: Form, problem: &Problem<'_>, last: &LastWords<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        let events = self.table.stream.ending(&self.table.errors, problem, last);
        form.write_last(&events, last.first, &mut out);
        out
    }

    /// How an answer of this content type is read event by event; `None` for one that is read whole.
    pub fn stream_form(&self, content_type: &str) -> Option<Form> {
        let array = self.pattern.is_some_and(|pattern| pattern.array);
        // lines of JSON are also what a file holds: only an API that streams them says that they are events
        Form::of(content_type).filter(|form| match form {
            Form::Sse | Form::Frames => true,
            Form::Lines => self.table.stream.known,
            Form::Array => array,
        })
    }

    /// True where the table of this API says what the events of a stream hold. Without that each event is read by itself,
    /// and what is split over two is not seen.
    pub fn knows_stream(&self) -> bool {
        self.table.stream.known
    }

    /// True for a query parameter that holds the caller's own key to this API: sent there on purpose, no one's data.
    ///
    /// ```
    /// use naka_body::ApiTables;
    /// let gemini = ApiTables::shared().route("POST", "/v1beta/models/m:generateContent");
    /// assert!(gemini.is_credential(b"key") && !gemini.is_credential(b"q"));
    /// assert!(!ApiTables::shared().route("POST", "/v1/messages").is_credential(b"key"));
    /// ```
    pub fn is_credential(&self, parameter: &[u8]) -> bool {
        self.table.credentials.iter().any(|name| name.as_bytes() == parameter)
    }

    /// The model that the path of this route names, where its API has it there and it looks like a model's name.
    ///
    /// ```
    /// use naka_body::ApiTables;
    /// let path = "/gw/model/anthropic.claude-v1%3A0/converse?x=1";
    /// let route = ApiTables::shared().route("POST", path);
    /// assert_eq!(route.model(path).as_deref(), Some("anthropic.claude-v1:0"));
    /// assert_eq!(ApiTables::shared().route("POST", "/v1/messages").model("/v1/messages"), None);
    /// ```
    pub fn model(&self, path: &str) -> Option<String> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let written = self.pattern?.model(path)?;
        let mut model = Vec::with_capacity(written.len());
        Codec::Percent.decode(written.as_bytes(), &mut model);
        unnamed::is_model_name(&model).then(|| String::from_utf8_lossy(&model).into_owned())
    }
}
