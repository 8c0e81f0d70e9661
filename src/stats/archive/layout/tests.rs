//! Files that claim what they are not.

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
    field(step, kind::BINARY, &[varint(text.len() as u64), text.as_bytes().to_vec()].concat())
}

fn list(step: u8, items: &[Vec<u8>]) -> Vec<u8> {
    field(step, kind::LIST, &[vec![(items.len() as u8) << 4 | kind::STRUCT], items.concat()].concat())
}

fn structure(fields: &[Vec<u8>]) -> Vec<u8> {
    [fields.concat(), vec![0]].concat()
}

/// What a file of one column claims.
#[derive(Clone, Copy)]
struct Claims {
    rows: i64,
    page_values: i64,
    unfolded: i64,
    body: i64,
    children: i64,
    compressed: i64,
}

const SOUND: Claims = Claims { rows: 3, page_values: 3, unfolded: 8, body: 2, children: 0, compressed: 0 };

fn file(claims: Claims) -> Cursor<Vec<u8>> {
    let inner = structure(&[number(1, kind::I32, claims.page_values)]);
    let page = structure(&[
        number(1, kind::I32, 0),
        number(1, kind::I32, claims.unfolded),
        number(1, kind::I32, claims.body),
        field(2, kind::STRUCT, &inner),
    ]);
    let length = if claims.compressed == 0 { page.len() as i64 + 2 } else { claims.compressed };
    let meta = structure(&[number(5, kind::I64, claims.rows), number(2, kind::I64, length), number(2, kind::I64, 4)]);
    let chunk = structure(&[field(3, kind::STRUCT, &meta)]);
    let group = structure(&[list(1, &[chunk]), number(2, kind::I64, claims.rows)]);
    let root = structure(&[name(4, "root"), number(1, kind::I32, 1)]);
    let column = structure(&[name(4, "outcome"), number(1, kind::I32, claims.children)]);
    let footer = structure(&[list(2, &[root, column]), number(1, kind::I64, claims.rows), list(1, &[group])]);
    let length = (footer.len() as u32).to_le_bytes();
    Cursor::new([&MAGIC[..], &page, &[0, 0], &footer, &length, &MAGIC].concat())
}

fn unfolded(claims: Claims) -> Result<u64, String> {
    let mut file = file(claims);
    let layout = Layout::read(&mut file).map_err(|error| error.to_string())?;
    assert_eq!(layout.columns, ["outcome"]);
    layout.unfolded(&mut file, &["outcome"]).map_err(|error| error.to_string())
}

#[test]
fn what_a_file_claims_is_compared_with_what_it_is() {
    assert_eq!(unfolded(SOUND), Ok(8));
    let refused = |claims: Claims| unfolded(claims).unwrap_err();
    for (claims, why) in [
        (Claims { rows: 4, ..SOUND }, "a column has other values than it should"),
        (Claims { rows: -1, page_values: -1, ..SOUND }, "its footer cannot be read"),
        (Claims { unfolded: 1 << 30, ..SOUND }, "a page is larger than it can be"),
        (Claims { unfolded: -1, ..SOUND }, "a page is larger than it can be"),
        (Claims { body: 1 << 20, ..SOUND }, "a column lies outside of it"),
        (Claims { body: -2, ..SOUND }, "a column lies outside of it"),
        (Claims { compressed: 1 << 40, ..SOUND }, "a column lies outside of it"),
        (Claims { children: 1, ..SOUND }, "its footer cannot be read"),
    ] {
        assert_eq!(refused(claims), format!("it is damaged: {why}"));
    }
}

#[test]
fn no_cut_and_no_flipped_byte_panics() {
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
                let _ = layout.unfolded(&mut file, &["outcome"]);
            }
        }
    }
}
