//! WABinary: the wire byte by byte, against another implementation's encoder, against recorded truth, and hostile.

#![cfg(test)]

mod hostile;
mod layer;
mod oracle;
mod truth;
mod wire;

use ringtrace::protocol::binary::{Decoded, Node, decode};

/// A raw string with an 8-bit length.
fn raw(text: &str) -> Vec<u8> {
    let mut bytes = vec![252, u8::try_from(text.len()).unwrap()];
    bytes.extend(text.as_bytes());
    bytes
}

/// A list of at most 255 items, each given as its bytes.
fn list(items: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![248, u8::try_from(items.len()).unwrap()];
    bytes.extend(items.concat());
    bytes
}

/// Reads uncompressed WABinary.
fn decode_body(body: &[u8]) -> Decoded {
    decode(&[&[0], body].concat())
}

/// The node of uncompressed WABinary that has no fault.
fn whole(body: &[u8]) -> Node {
    let decoded = decode_body(body);
    assert_eq!((decoded.stop, decoded.trailing), (None, 0), "{body:02x?}");
    decoded.node.unwrap()
}

/// A zlib stream.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
