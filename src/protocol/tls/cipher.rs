//! A direction's key and nonces under it: records in, plaintext out.

use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey};

use super::record::Header;
use super::schedule::{expand_label, prf};
use super::suite::{Aead, Suite};
use crate::keys::TlsSecret;
use crate::origin::Direction;

/// Length of an authentication tag in bytes.
const TAG: usize = 16;

/// How nonce and associated data are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The sequence number is mixed into the IV; the header is associated (RFC 8446 section 5.2).
    Tls13,
    /// The record carries 8 bytes of the nonce (RFC 5288 section 3).
    Tls12Gcm,
    /// The sequence number is mixed into the IV (RFC 7905 section 2).
    Tls12Chacha,
}

/// A key, ready for use.
pub(super) struct Opener {
    key: LessSafeKey,
    iv: [u8; 12],
    form: Form,
}

impl Opener {
    /// The key that follows from a traffic secret of TLS 1.3 (RFC 8446 section 7.3).
    pub(super) fn tls13(suite: Suite, secret: &TlsSecret) -> Option<Self> {
        let algorithm = suite.aead.algorithm();
        let mut key = [0; 32];
        let key = key.get_mut(..algorithm.key_len())?;
        expand_label(suite.hash, secret, "key", key)?;
        let mut iv = [0; 12];
        expand_label(suite.hash, secret, "iv", &mut iv)?;
        let key = UnboundKey::new(algorithm, key).ok()?;
        Some(Self { key: LessSafeKey::new(key), iv, form: Form::Tls13 })
    }

    /// The client's or the server's key of TLS 1.2 (RFC 5246 section 6.3): `sender` is outbound for the client's.
    pub(super) fn tls12(
        suite: Suite,
        master: &TlsSecret,
        client_random: &[u8; 32],
        server_random: &[u8; 32],
        sender: Direction,
    ) -> Option<Self> {
        let algorithm = suite.aead.algorithm();
        let form = if suite.aead == Aead::Chacha20Poly1305 { Form::Tls12Chacha } else { Form::Tls12Gcm };
        let (key_length, iv_length) = (algorithm.key_len(), if form == Form::Tls12Gcm { 4 } else { 12 });
        // Two keys and two IVs: 88 bytes at most.
        let mut block = [0; 88];
        prf(suite.hash, master.bytes(), &[b"key expansion", server_random, client_random], &mut block);
        let (keys, ivs) = block.split_at_checked(2 * key_length)?;
        let second = usize::from(sender == Direction::Inbound);
        let key = keys.get(second * key_length..)?.get(..key_length)?;
        let mut iv = [0; 12];
        iv.get_mut(..iv_length)?.copy_from_slice(ivs.get(second * iv_length..)?.get(..iv_length)?);
        Some(Self { key: LessSafeKey::new(UnboundKey::new(algorithm, key).ok()?), iv, form })
    }

    /// How many bytes of a record's body are no plaintext, at least.
    pub(super) const fn overhead(&self) -> usize {
        match self.form {
            // The content's type stands behind it.
            Form::Tls13 => TAG + 1,
            Form::Tls12Gcm => TAG + 8,
            Form::Tls12Chacha => TAG,
        }
    }

    /// Decrypts `body` in place and says where the plaintext is in it; `None` if the tag is wrong, and then `body`
    /// means nothing any more.
    pub(super) fn open(&self, sequence: u64, header: Header, body: &mut [u8]) -> Option<std::ops::Range<usize>> {
        let length = u16::try_from(body.len().checked_sub(self.overhead())?).ok()?;
        let number = sequence.to_be_bytes();
        let mixed = || {
            let mut nonce = self.iv;
            nonce.iter_mut().skip(4).zip(number).for_each(|(byte, part)| *byte ^= part);
            nonce
        };
        let [a, b, c, d, e, f, g, h] = number;
        let [high, low] = length.to_be_bytes();
        let [kind, major, minor, ..] = header.bytes();
        let associated = [a, b, c, d, e, f, g, h, kind, major, minor, high, low];
        match self.form {
            Form::Tls13 => {
                let nonce = Nonce::assume_unique_for_key(mixed());
                let opened = self.key.open_in_place(nonce, Aad::from(header.bytes()), body).ok()?.len();
                Some(0..opened)
            }
            Form::Tls12Chacha => {
                let nonce = Nonce::assume_unique_for_key(mixed());
                let opened = self.key.open_in_place(nonce, Aad::from(associated), body).ok()?.len();
                Some(0..opened)
            }
            Form::Tls12Gcm => {
                let (explicit, sealed) = body.split_first_chunk_mut::<8>()?;
                let mut nonce = self.iv;
                nonce.iter_mut().skip(4).zip(explicit).for_each(|(byte, part)| *byte = *part);
                let nonce = Nonce::assume_unique_for_key(nonce);
                let opened = self.key.open_in_place(nonce, Aad::from(associated), sealed).ok()?.len();
                Some(8..8 + opened)
            }
        }
    }
}
