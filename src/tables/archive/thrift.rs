//! Thrift's compact protocol, as far as Parquet's headers need it: bytes to a tree of bounded size.
//!
//! A decoder that allocates a list by its claimed length, as Polars' does, aborts on a hostile one. Here each value of a
//! list is at least one byte of input, and field numbers must ascend, so that no field can be given twice and be read
//! differently by the next decoder.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// The deepest nesting of structures and lists.
const DEPTH: u32 = 16;

/// The most values of a tree: twice as many as the footer of an export of fifty million rows has.
const VALUES: usize = 4_000_000;

/// The bytes are not valid Thrift, or not of the expected type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value<'b> {
    /// An integer of 16, 32 or 64 bits.
    Integer(i64),
    /// Bytes, or text.
    Bytes(&'b [u8]),
    /// A list or set.
    List(Vec<Value<'b>>),
    /// A structure: its fields by ascending number.
    Structure(Vec<(i64, Value<'b>)>),
    /// A type that no header needs.
    Other,
}

/// Reads a structure from the start of `bytes`, and returns the rest.
pub(super) fn read(bytes: &[u8]) -> Result<(Value<'_>, &[u8]), Malformed> {
    let mut reader = Reader { rest: bytes, left: VALUES };
    Ok((reader.value(kind::STRUCTURE, DEPTH)?, reader.rest))
}

impl<'b> Value<'b> {
    /// Returns a field of a structure, if it is there.
    pub(super) fn field(&self, number: i64) -> Option<&Self> {
        let Self::Structure(fields) = self else { return None };
        fields.iter().find(|(known, _)| *known == number).map(|(_, value)| value)
    }

    /// Returns an integer field.
    pub(super) fn integer(&self, number: i64) -> Result<Option<i64>, Malformed> {
        match self.field(number) {
            None => Ok(None),
            Some(Self::Integer(value)) => Ok(Some(*value)),
            Some(_) => Err(Malformed),
        }
    }

    /// Returns a text field; empty if it is absent.
    pub(super) fn text(&self, number: i64) -> Result<String, Malformed> {
        match self.field(number) {
            None => Ok(String::new()),
            Some(Self::Bytes(bytes)) => String::from_utf8(bytes.to_vec()).map_err(|_| Malformed),
            Some(_) => Err(Malformed),
        }
    }

    /// Returns the items of a list field; none if it is absent.
    pub(super) fn list(&self, number: i64) -> Result<&[Self], Malformed> {
        match self.field(number) {
            None => Ok(&[]),
            Some(Self::List(items)) => Ok(items),
            Some(_) => Err(Malformed),
        }
    }
}

/// The types of fields and items.
mod kind {
    pub(super) const STRUCTURE: u8 = 12;
}

struct Reader<'b> {
    rest: &'b [u8],
    /// How many more values may be read.
    left: usize,
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, Malformed> {
        let (first, rest) = self.rest.split_first().ok_or(Malformed)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Malformed)
    }

    fn integer(&mut self) -> Result<i64, Malformed> {
        let zigzag = self.varint()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    fn length(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.varint()?).map_err(|_| Malformed)
    }

    fn value(&mut self, kind: u8, depth: u32) -> Result<Value<'b>, Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        self.left = self.left.checked_sub(1).ok_or(Malformed)?;
        match kind {
            // The type of a boolean field is its value.
            1 | 2 => Ok(Value::Other),
            3 => self.byte().map(|_| Value::Other),
            4 => self.integer().and_then(|value| {
                i16::try_from(value).map(|value| Value::Integer(value.into())).map_err(|_| Malformed)
            }),
            5 => self.integer().and_then(|value| {
                i32::try_from(value).map(|value| Value::Integer(value.into())).map_err(|_| Malformed)
            }),
            6 => self.integer().map(Value::Integer),
            7 => self.take(8).map(|_| Value::Other),
            8 => {
                let length = self.length()?;
                self.take(length).map(Value::Bytes)
            }
            9 | 10 => self.list(depth),
            11 => self.map(depth),
            kind::STRUCTURE => self.structure(depth),
            13 => self.take(16).map(|_| Value::Other),
            _ => Err(Malformed),
        }
    }

    fn structure(&mut self, depth: u32) -> Result<Value<'b>, Malformed> {
        let mut fields = Vec::new();
        let mut before = 0_i64;
        loop {
            let header = self.byte()?;
            let (step, kind) = (header >> 4, header & 0x0f);
            if kind == 0 {
                return Ok(Value::Structure(fields));
            }
            let number = if step == 0 { self.integer()? } else { before + i64::from(step) };
            if !(before + 1..=i64::from(i16::MAX)).contains(&number) {
                return Err(Malformed);
            }
            before = number;
            fields.push((number, self.value(kind, depth)?));
        }
    }

    fn list(&mut self, depth: u32) -> Result<Value<'b>, Malformed> {
        let header = self.byte()?;
        let count = if header >> 4 == 15 { self.length()? } else { usize::from(header >> 4) };
        if count > self.rest.len() {
            return Err(Malformed);
        }
        (0..count).map(|_| self.item(header & 0x0f, depth)).collect::<Result<_, _>>().map(Value::List)
    }

    fn map(&mut self, depth: u32) -> Result<Value<'b>, Malformed> {
        let count = self.length()?;
        if count > self.rest.len() {
            return Err(Malformed);
        }
        let kinds = if count == 0 { 0 } else { self.byte()? };
        for _ in 0..count {
            self.item(kinds >> 4, depth)?;
            self.item(kinds & 0x0f, depth)?;
        }
        Ok(Value::Other)
    }

    /// An item of a list or map, in which a boolean is a byte.
    fn item(&mut self, kind: u8, depth: u32) -> Result<Value<'b>, Malformed> {
        self.value(if matches!(kind, 1 | 2) { 3 } else { kind }, depth)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_found_by_number() {
        // 1: i32 -3; 2: true; 4: list of two binaries; 5: structure { 1: i64 300 }; 20: binary "k".
        let bytes = [
            0x15, 0x05, 0x11, 0x29, 0x28, 0x01, b'a', 0x02, b'b', b'c', 0x1c, 0x16, 0xd8, 0x04, 0x00, 0x08, 0x28, 0x01,
            b'k', 0x00, 0xff,
        ];
        let (value, rest) = read(&bytes).unwrap();
        assert_eq!((value.integer(1), value.text(20).unwrap().as_str(), rest), (Ok(Some(-3)), "k", &[0xff][..]));
        assert_eq!(value.list(4).unwrap(), [Value::Bytes(b"a"), Value::Bytes(b"bc")]);
        assert_eq!(value.field(5).unwrap().integer(1), Ok(Some(300)));
        assert_eq!((value.integer(3), value.integer(20)), (Ok(None), Err(Malformed)));
    }

    #[test]
    fn deep_nesting_long_lists_and_repeated_fields_are_refused() {
        assert_eq!(read(&[0x1c; 100_000]), Err(Malformed));
        assert_eq!(read(&[0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0x00]), Err(Malformed));
        assert_eq!(read(&[0x15, 0x02, 0x05, 0x02, 0x04, 0x00]), Err(Malformed), "field 1 twice");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok((_, rest)) = read(&bytes) {
                prop_assert!(rest.len() < bytes.len());
            }
        }
    }
}
