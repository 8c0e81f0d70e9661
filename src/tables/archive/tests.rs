//! Files whose claims are false.

use std::io::Cursor;

use super::*;

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A field whose number is `step` more than that of the one before.
fn field(step: u8, kind: u8, value: &[u8]) -> Vec<u8> {
    [&[step << 4 | kind], value].concat()
}

fn number(step: u8, kind: u8, value: i64) -> Vec<u8> {
    field(step, kind, &varint(((value << 1) ^ (value >> 63)).cast_unsigned()))
}

fn name(step: u8, text: &str) -> Vec<u8> {
    field(step, 8, &[varint(text.len() as u64), text.as_bytes().to_vec()].concat())
}

fn list(step: u8, items: &[Vec<u8>]) -> Vec<u8> {
    field(step, 9, &[vec![(items.len() as u8) << 4 | 12], items.concat()].concat())
}

fn structure(fields: &[Vec<u8>]) -> Vec<u8> {
    [fields.concat(), vec![0]].concat()
}

/// The claims of a file with one column.
#[derive(Clone, Copy)]
struct Claims {
    rows: i64,
    page_values: i64,
    decompressed: i64,
    body: i64,
    children: i64,
    compressed: i64,
}

const SOUND: Claims = Claims { rows: 3, page_values: 3, decompressed: 8, body: 2, children: 0, compressed: 0 };

fn file(claims: Claims) -> Cursor<Vec<u8>> {
    let inner = structure(&[number(1, 5, claims.page_values)]);
    let page = structure(&[
        number(1, 5, 0),
        number(1, 5, claims.decompressed),
        number(1, 5, claims.body),
        field(2, 12, &inner),
    ]);
    let length = if claims.compressed == 0 { page.len() as i64 + 2 } else { claims.compressed };
    let meta = structure(&[number(5, 6, claims.rows), number(2, 6, length), number(2, 6, 4)]);
    let chunk = structure(&[field(3, 12, &meta)]);
    let group = structure(&[list(1, &[chunk]), number(2, 6, claims.rows)]);
    let root = structure(&[name(4, "root"), number(1, 5, 1)]);
    let column = structure(&[name(4, "outcome"), number(1, 5, claims.children)]);
    let footer = structure(&[list(2, &[root, column]), number(1, 6, claims.rows), list(1, &[group])]);
    let length = (footer.len() as u32).to_le_bytes();
    Cursor::new([&MAGIC[..], &page, &[0, 0], &footer, &length, &MAGIC].concat())
}

fn decompressed(claims: Claims) -> Result<u64, String> {
    let mut file = file(claims);
    let layout = Layout::read(&mut file).map_err(|error| error.to_string())?;
    assert_eq!(layout.columns, ["outcome"]);
    layout.decompressed(&mut file, &["outcome"]).map_err(|error| error.to_string())
}

#[test]
fn false_claims_are_refused() {
    assert_eq!(decompressed(SOUND), Ok(8));
    let refused = |claims: Claims| decompressed(claims).unwrap_err();
    for (claims, why) in [
        (Claims { rows: 4, ..SOUND }, "a column has the wrong number of values"),
        (Claims { rows: -1, page_values: -1, ..SOUND }, "its footer is invalid"),
        (Claims { decompressed: 1 << 30, ..SOUND }, "the size of a page is impossible"),
        (Claims { decompressed: -1, ..SOUND }, "the size of a page is impossible"),
        (Claims { body: 1 << 20, ..SOUND }, "a column is outside of it"),
        (Claims { body: -2, ..SOUND }, "a column is outside of it"),
        (Claims { compressed: 1 << 40, ..SOUND }, "a column is outside of it"),
        (Claims { children: 1, ..SOUND }, "its footer is invalid"),
    ] {
        assert_eq!(refused(claims), format!("it is damaged: {why}"));
    }
}

#[test]
fn no_truncation_and_no_flipped_byte_panics() {
    let whole = file(SOUND).into_inner();
    for length in 0..whole.len() {
        assert!(Layout::read(&mut Cursor::new(&whole[..length])).is_err());
    }
    for place in 0..whole.len() {
        for flip in 1..=255 {
            let mut bytes = whole.clone();
            bytes[place] ^= flip;
            let mut file = Cursor::new(bytes);
            if let Ok(layout) = Layout::read(&mut file) {
                let _ = layout.decompressed(&mut file, &["outcome"]);
            }
        }
    }
}
