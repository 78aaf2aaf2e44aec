//! What of one direction is judged: the fields of its document and, numbered behind them, the texts of its target.

use naka_body::{Document, FieldId};
use naka_policy::Text;

use crate::name::JsonPath;
use crate::target::TargetText;

/// All of it: conditions span the whole request.
pub(crate) struct Texts<'d, 'b> {
    /// The body, when it was read.
    pub(crate) document: Option<&'d Document<'b>>,
    target: Vec<TargetText>,
    fields: u32,
}

impl<'d, 'b> Texts<'d, 'b> {
    pub(crate) fn new(document: Option<&'d Document<'b>>, target: Vec<TargetText>) -> Self {
        Self {
            document,
            target,
            fields: document.map_or(0, |document| document.fields().len() as u32),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Text<'_>> {
        let fields = self.document.into_iter().flat_map(Document::fields).map(|field| Text {
            field: field.id.0,
            record: field.record,
            bytes: field.text,
            label: field.label,
        });
        let target = (self.fields..).zip(&self.target).map(|(field, text)| Text {
            field,
            record: naka_body::NO_RECORD,
            bytes: &text.text,
            label: (!text.label.is_empty()).then_some(text.label.as_slice()),
        });
        fields.chain(target)
    }

    /// True for a text of the path or query.
    pub(crate) fn is_target(&self, field: u32) -> bool {
        field >= self.fields
    }

    /// Where a text is, as the record says it.
    pub(crate) fn path(&self, field: u32) -> JsonPath {
        JsonPath::rendered(match self.document {
            Some(document) if field < self.fields => document.path(FieldId(field)),
            _ if self.target[(field - self.fields) as usize].query => "(query)".to_owned(),
            _ => "(path)".to_owned(),
        })
    }
}
