//! The counter of a frame, from its tag.
//!
//! The tag of AES-GCM is the hash of the ciphertext, XORed with an encrypted block that has the nonce (NIST SP 800-38D,
//! section 7.1). The hash does not depend on the nonce, so whoever has the key can decrypt that block: one step shows
//! whether a frame is encrypted with the key, and with which of the 2^32 counters.

use aes::Aes256;
use aes::cipher::{BlockDecrypt, BlockEncrypt, KeyInit};
use ghash::GHash;
use ghash::universal_hash::UniversalHash;

use super::framing::TAG;
use crate::keys::Secret;

/// Reads counters with one key.
pub(super) struct CounterReader {
    block: Aes256,
    hash: GHash,
}

impl CounterReader {
    /// Creates a reader for a key.
    pub(super) fn new(key: &Secret) -> Self {
        let block = Aes256::new(key.bytes().into());
        let mut hash_key = [0; TAG].into();
        block.encrypt_block(&mut hash_key);
        Self { block, hash: GHash::new(&hash_key) }
    }

    /// Returns the counter of a frame of the transport, which has no associated data; `None` if it is not encrypted with
    /// this key, or damaged. That a frame of another key has the form of one happens once in 2^96.
    pub(super) fn read(&self, sealed: &[u8]) -> Option<u32> {
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG>()?;
        let mut hash = self.hash.clone();
        hash.update_padded(ciphertext);
        let mut lengths = [0; TAG];
        let bits = (ciphertext.len() as u64).wrapping_mul(8);
        lengths.last_chunk_mut::<8>()?.copy_from_slice(&bits.to_be_bytes());
        hash.update(&[lengths.into()]);
        let mut block = hash.finalize();
        block.iter_mut().zip(tag).for_each(|(byte, tag)| *byte ^= tag);
        self.block.decrypt_block(&mut block);
        match <[u8; TAG]>::from(block) {
            [0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d, 0, 0, 0, 1] => Some(u32::from_be_bytes([a, b, c, d])),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::cipher::Cipher;
    use super::*;

    #[test]
    fn the_tag_gives_the_counter_away_to_the_right_key() {
        let (key, other) = (Secret::new([1; 32]), Secret::new([2; 32]));
        let cipher = Cipher::new(&key).expect("32 bytes");
        for counter in [0, 1, 43, 70_000, u32::MAX] {
            for length in [0, 1, 15, 16, 17, 500] {
                let sealed = cipher.seal(counter, &[], &vec![7; length]);
                assert_eq!(CounterReader::new(&key).read(&sealed), Some(counter), "{length} bytes");
                assert_eq!(CounterReader::new(&other).read(&sealed), None);
                let mut damaged = sealed;
                damaged[length / 2] ^= 1;
                assert_eq!(CounterReader::new(&key).read(&damaged), None);
            }
        }
        assert_eq!(CounterReader::new(&key).read(&[0; TAG - 1]), None);
    }
}
