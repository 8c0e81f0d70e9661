//! Protocol Buffers, as far as the handshake needs them: an iterator over the fields of a message.
//!
//! <https://protobuf.dev/programming-guides/encoding/>

/// A field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'m> {
    /// A varint.
    Number(u64),
    /// Bytes, text, or a message.
    Bytes(&'m [u8]),
    /// Four or eight bytes.
    Fixed,
}

/// The fields of a message, in order. A malformed field is `None`, and the last one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'m>(&'m [u8]);

impl<'m> Fields<'m> {
    pub(super) const fn of(message: &'m [u8]) -> Self {
        Self(message)
    }

    fn field(&mut self) -> Option<(u64, Value<'m>)> {
        let key = varint(&mut self.0)?;
        let value = match key & 7 {
            0 => Value::Number(varint(&mut self.0)?),
            1 => self.skip(8)?,
            2 => {
                let length = usize::try_from(varint(&mut self.0)?).ok()?;
                let (value, rest) = self.0.split_at_checked(length)?;
                self.0 = rest;
                Value::Bytes(value)
            }
            5 => self.skip(4)?,
            _ => return None,
        };
        Some((key >> 3, value))
    }

    fn skip(&mut self, length: usize) -> Option<Value<'m>> {
        self.0 = self.0.get(length..)?;
        Some(Value::Fixed)
    }
}

impl<'m> Iterator for Fields<'m> {
    type Item = Option<(u64, Value<'m>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_none() {
            self.0 = &[];
        }
        Some(field)
    }
}

/// Reads a varint.
fn varint(message: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first()?;
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(message: &[u8]) -> Vec<Option<(u64, Value<'_>)>> {
        Fields::of(message).collect()
    }

    #[test]
    fn fields_of_every_kind_are_read() {
        let message = [&[8, 0x96, 1, 0x12, 2][..], b"ab", &[0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8]].concat();
        let expected = [(1, Value::Number(150)), (2, Value::Bytes(b"ab")), (3, Value::Fixed), (4, Value::Fixed)];
        assert_eq!(fields(&message), expected.map(Some));
        assert_eq!(fields(&[]), []);
        for cut in [1, 2, 4, 6, 8, 15] {
            assert_eq!(fields(&message[..cut]).last(), Some(&None), "{cut}");
        }
        assert_eq!(fields(&[0x0b, 0x08, 0x01]), [None], "groups are not supported");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_each_field_takes_some(message in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(fields(&message).len() <= message.len());
        }
    }
}
