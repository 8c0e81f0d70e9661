//! AES-256-GCM with the nonces of Noise: 8 zero bytes (Noise's first 4, and the high half of the counter, which is always
//! zero in WhatsApp), and a 32-bit big-endian counter.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::framing::TAG;
use crate::keys::Secret;

/// A key, ready for use.
pub(super) struct Cipher(LessSafeKey);

impl Cipher {
    /// Creates the cipher for a key.
    pub(super) fn new(key: &Secret) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, key.bytes()).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// Decrypts `sealed` into `plain`. Returns whether the tag is right; if not, the contents of `plain` are unspecified.
    pub(super) fn open(&self, counter: u32, associated: &[u8], sealed: &[u8], plain: &mut Vec<u8>) -> bool {
        plain.clear();
        if sealed.len() < TAG {
            return false;
        }
        plain.extend_from_slice(sealed);
        let [a, b, c, d] = counter.to_be_bytes();
        let nonce = Nonce::assume_unique_for_key([0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d]);
        match self.0.open_in_place(nonce, Aad::from(associated), plain) {
            Ok(opened) => {
                let length = opened.len();
                plain.truncate(length);
                true
            }
            Err(_) => false,
        }
    }

    /// Encrypts `plain`, as a client or server does.
    #[cfg(test)]
    pub(super) fn seal(&self, counter: u32, associated: &[u8], plain: &[u8]) -> Vec<u8> {
        let [a, b, c, d] = counter.to_be_bytes();
        let nonce = Nonce::assume_unique_for_key([0, 0, 0, 0, 0, 0, 0, 0, a, b, c, d]);
        let mut sealed = plain.to_vec();
        self.0.seal_in_place_append_tag(nonce, Aad::from(associated), &mut sealed).expect("seals");
        sealed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_key_counter_and_data_decrypt() {
        let cipher = Cipher::new(&Secret::new([1; 32])).expect("32 bytes");
        let sealed = cipher.seal(70_000, b"hash", b"hello");
        let mut plain = vec![9; 100];
        assert!(cipher.open(70_000, b"hash", &sealed, &mut plain));
        assert_eq!(plain, b"hello");
        assert!(!cipher.open(70_001, b"hash", &sealed, &mut plain));
        assert!(!cipher.open(70_000, b"", &sealed, &mut plain));
        assert!(!cipher.open(70_000, b"hash", &sealed[..TAG - 1], &mut plain));
        assert!(!Cipher::new(&Secret::new([2; 32])).expect("32 bytes").open(70_000, b"hash", &sealed, &mut plain));
    }
}
