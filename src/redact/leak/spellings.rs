//! What a text looks like in encodings.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, Encoding, HEXLOWER};

/// Its bytes: in UTF-8, and in UTF-16 of either order.
fn bytes(text: &str) -> [Vec<u8>; 3] {
    [
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    ]
}

/// In lower-case hex.
pub(super) fn hex(text: &str) -> impl Iterator<Item = String> {
    bytes(text).into_iter().map(|bytes| HEXLOWER.encode(&bytes))
}

/// In base64.
pub(super) fn base64(text: &str) -> impl Iterator<Item = String> {
    let aligned = |bytes: Vec<u8>| {
        [BASE64_NOPAD, BASE64URL_NOPAD].into_iter().flat_map(move |alphabet| wherever(&alphabet, &bytes))
    };
    bytes(text).into_iter().flat_map(aligned)
}

/// What bytes look like in base64, whatever stands before them: the characters that depend on them alone, for each of
/// the three ways in which they can be aligned.
fn wherever(alphabet: &Encoding, bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|before| {
        let mut padded = vec![0; before];
        padded.extend_from_slice(bytes);
        let text = alphabet.encode(&padded);
        // A character takes six bits: the first whole one after the bytes before, the last whole one of these.
        let first = (before * 8).div_ceil(6);
        let last = padded.len() * 8 / 6;
        text.get(first..last).unwrap_or_default().to_owned()
    })
}
