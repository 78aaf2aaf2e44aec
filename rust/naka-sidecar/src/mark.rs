//! The marks by which an answer lets a request, or the provider's answer, pass the guards around ext_proc
//! (docs/design/0003): `naka: {checked: true}` and `naka: {answered: true}` as dynamic metadata.
//!
//! Each exchange sends both, always the same, so they are kept as the bytes that leave and not as the maps of maps of
//! `google.protobuf.Struct`, for which [`Struct`] stands in the generated messages.

use std::sync::LazyLock;

use bytes::{Buf, BufMut, Bytes};
use prost::encoding::{DecodeContext, WireType};
use prost::{DecodeError, Message};
use prost_types::value::Kind;

/// Namespace and keys, as the guards ask for them (`naka.envoy.names`).
const NAMESPACE: &str = "naka";
const CHECKED: &str = "checked";
const ANSWERED: &str = "answered";

/// A `google.protobuf.Struct` as it is on the wire.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Struct(Bytes);

/// Lets a request go.
pub(crate) fn checked() -> Struct {
    static MARK: LazyLock<Struct> = LazyLock::new(|| mark(CHECKED));
    MARK.clone()
}

/// Lets the provider's answer go.
pub(crate) fn answered() -> Struct {
    static MARK: LazyLock<Struct> = LazyLock::new(|| mark(ANSWERED));
    MARK.clone()
}

fn mark(key: &str) -> Struct {
    let fields = |name: &str, kind| prost_types::Struct {
        fields: [(name.to_owned(), prost_types::Value { kind: Some(kind) })].into(),
    };
    let inner = fields(key, Kind::BoolValue(true));
    Struct(fields(NAMESPACE, Kind::StructValue(inner)).encode_to_vec().into())
}

impl Message for Struct {
    fn encode_raw(&self, out: &mut impl BufMut) {
        out.put_slice(&self.0);
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    /// Keeps the field as it came. Whoever reads it decodes the bytes as what they are.
    fn merge_field(
        &mut self,
        tag: u32,
        wire: WireType,
        from: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut field = Bytes::new();
        prost::encoding::bytes::merge(wire, &mut field, from, context)?;
        let mut all = Vec::from(self.0.as_ref());
        prost::encoding::bytes::encode(tag, &field, &mut all);
        self.0 = all.into();
        Ok(())
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_a_struct_that_says_so_and_is_read_back() {
        for (mark, key) in [(checked(), "checked"), (answered(), "answered")] {
            let bytes = mark.encode_to_vec();
            assert_eq!(bytes.len(), mark.encoded_len());
            assert_eq!(Struct::decode(&bytes[..]), Ok(mark));
            let read = prost_types::Struct::decode(&bytes[..]).unwrap();
            let Some(Kind::StructValue(inner)) = &read.fields["naka"].kind else {
                panic!("{read:?}");
            };
            assert_eq!(inner.fields[key].kind, Some(Kind::BoolValue(true)));
            assert_eq!((read.fields.len(), inner.fields.len()), (1, 1));
        }
    }

    #[test]
    fn a_field_that_breaks_off_is_refused() {
        assert!(Struct::decode(&[0x0a, 5, 1, 2][..]).is_err());
    }
}
