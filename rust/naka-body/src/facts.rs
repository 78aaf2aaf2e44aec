//! What a body says about itself: the keys that decide how it is treated.

use std::fmt;

use crate::document::FieldId;

/// Facts of one body. A key that is there twice counts with its last value, as most readers have it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The model asked for, if it is there and looks like a model's name.
    pub model: Option<String>,
    /// Whether a stream is asked for: none if the key is missing or neither true nor false.
    pub stream: Option<bool>,
    /// The field with the caller's own id for its user, if there is one.
    pub user: Option<FieldId>,
    /// The provider's id of what this body is: an answer.
    pub id: Option<String>,
    /// The provider's id of the answer that this request goes on from.
    pub previous: Option<String>,
    /// The provider's id of the conversation that this body belongs to.
    pub conversation: Option<String>,
    /// Deciding keys (`model`, `stream`) that one object holds twice: readers differ on which counts.
    pub duplicate_deciding_keys: Vec<String>,
}

impl fmt::Debug for Facts {
    /// The model's name comes from the client: not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Facts {{ model: {}, stream: {:?}, duplicate_deciding_keys: {:?} }}",
            if self.model.is_some() { "given" } else { "none" },
            self.stream,
            self.duplicate_deciding_keys
        )
    }
}
