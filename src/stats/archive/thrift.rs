//! Thrift's compact protocol, as far as Parquet's headers need it: a walk that keeps nothing, with limits.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

/// How deeply what nobody asks for may be nested.
const DEPTH: u32 = 16;

/// Types of values, as fields and lists have them.
pub(super) mod kind {
    pub(in super::super) const BINARY: u8 = 8;
    pub(in super::super) const LIST: u8 = 9;
    pub(in super::super) const STRUCT: u8 = 12;
    pub(in super::super) const I32: u8 = 5;
    pub(in super::super) const I64: u8 = 6;
}

/// What was read is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// A place in a buffer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Walk<'b> {
    rest: &'b [u8],
}

impl<'b> Walk<'b> {
    pub(super) const fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes come after.
    pub(super) const fn left(&self) -> usize {
        self.rest.len()
    }

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

    /// A whole number of any width.
    pub(super) fn integer(&mut self) -> Result<i64, Malformed> {
        let zigzag = self.varint()?;
        Ok((zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed())
    }

    /// Bytes, or text.
    pub(super) fn binary(&mut self) -> Result<&'b [u8], Malformed> {
        let length = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
        self.take(length)
    }

    /// The type of a list's items, and how many there are; at most as many as bytes are left.
    pub(super) fn list(&mut self) -> Result<(u8, usize), Malformed> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => usize::try_from(self.varint()?).map_err(|_| Malformed)?,
            few => usize::from(few),
        };
        if count > self.left() { Err(Malformed) } else { Ok((header & 0x0f, count)) }
    }

    /// Walks over a structure. `field` is given the number and type of each field, and says whether it has read it.
    pub(super) fn structure(
        &mut self,
        mut field: impl FnMut(&mut Self, i64, u8) -> Result<bool, Malformed>,
    ) -> Result<(), Malformed> {
        let mut number = 0_i64;
        while let Some((next, kind)) = self.field(number)? {
            number = next;
            if !field(self, number, kind)? {
                self.skip(kind, DEPTH)?;
            }
        }
        Ok(())
    }

    /// The next field's number and type; `None` at the end of the structure.
    fn field(&mut self, before: i64) -> Result<Option<(i64, u8)>, Malformed> {
        let header = self.byte()?;
        let (step, kind) = (header >> 4, header & 0x0f);
        if kind == 0 {
            return Ok(None);
        }
        let number = if step == 0 { self.integer()? } else { before.checked_add(i64::from(step)).ok_or(Malformed)? };
        Ok(Some((number, kind)))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        match kind {
            // Of a field, a boolean's value is its type.
            1 | 2 => Ok(()),
            3 => self.byte().map(drop),
            4..=6 => self.varint().map(drop),
            7 => self.take(8).map(drop),
            kind::BINARY => self.binary().map(drop),
            kind::LIST | 10 => {
                let (item, count) = self.list()?;
                (0..count).try_for_each(|_| self.skip_item(item, depth))
            }
            11 => {
                let count = usize::try_from(self.varint()?).map_err(|_| Malformed)?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                // Each entry is a byte at least, so that this ends with the buffer.
                (0..count).try_for_each(|_| {
                    self.skip_item(kinds >> 4, depth)?;
                    self.skip_item(kinds & 0x0f, depth)
                })
            }
            kind::STRUCT => {
                let mut number = 0;
                while let Some((next, kind)) = self.field(number)? {
                    number = next;
                    self.skip(kind, depth)?;
                }
                Ok(())
            }
            13 => self.take(16).map(drop),
            _ => Err(Malformed),
        }
    }

    /// An item of a list or map, where a boolean is a byte.
    fn skip_item(&mut self, kind: u8, depth: u32) -> Result<(), Malformed> {
        if matches!(kind, 1 | 2) { self.byte().map(drop) } else { self.skip(kind, depth) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_asked_for_is_read_and_the_rest_passed_over() {
        // 1: i32 -3; 2: true; 4: list of two binaries; 5: struct { 1: i64 300 }; 20: binary "k".
        let bytes = [
            0x15, 0x05, 0x11, 0x29, 0x28, 0x01, b'a', 0x02, b'b', b'c', 0x1c, 0x16, 0xd8, 0x04, 0x00, 0x08, 0x28, 0x01,
            b'k', 0x00, 0xff,
        ];
        let (mut number, mut key) = (None, None);
        let mut walk = Walk::new(&bytes);
        walk.structure(|walk, field, kind| {
            match (field, kind) {
                (1, kind::I32) => number = Some(walk.integer()?),
                (20, kind::BINARY) => key = Some(walk.binary()?),
                _ => return Ok(false),
            }
            Ok(true)
        })
        .unwrap();
        assert_eq!((number, key, walk.left()), (Some(-3), Some(&b"k"[..]), 1));
    }

    #[test]
    fn nesting_has_an_end() {
        let mut walk = Walk::new(&[0x1c; 100_000]);
        assert_eq!(walk.structure(|_, _, _| Ok(false)), Err(Malformed));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut walk = Walk::new(&bytes);
            let _ = walk.structure(|_, _, _| Ok(false));
            prop_assert!(walk.left() <= bytes.len());
        }
    }
}
