//! Bytes that look random and are the same in every run: the SHA-256 of a label and a block number.
//!
//! Each value depends on its own label only, so a stanza added to a scenario changes nothing else in it.

use std::ops::RangeInclusive;

use data_encoding::HEXUPPER;
use ring::digest;

/// `length` bytes for `label`.
pub(crate) fn bytes(label: &str, length: usize) -> Vec<u8> {
    let mut made = Vec::with_capacity(length);
    for block in 0_u32.. {
        if made.len() >= length {
            break;
        }
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(label.as_bytes());
        hash.update(&block.to_be_bytes());
        made.extend_from_slice(hash.finish().as_ref());
    }
    made.truncate(length);
    made
}

/// `N` bytes for `label`: a private key, a mask.
pub(crate) fn array<const N: usize>(label: &str) -> [u8; N] {
    bytes(label, N).try_into().unwrap()
}

/// An identifier of `length` upper-case hexadecimal digits for `label`.
pub(crate) fn id(label: &str, length: usize) -> String {
    let mut id = HEXUPPER.encode(&bytes(label, length.div_ceil(2)));
    id.truncate(length);
    id
}

/// A number of `range` for `label`.
pub(crate) fn number(label: &str, range: RangeInclusive<u64>) -> u64 {
    let (low, high) = range.into_inner();
    low + u64::from_be_bytes(array(label)) % (high - low + 1)
}
