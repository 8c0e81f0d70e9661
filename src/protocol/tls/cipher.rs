//! From secrets to keys, by HKDF-Expand-Label of TLS 1.3 (RFC 8446 section 7.1) or the PRF of TLS 1.2 (RFC 5246 section
//! 5), and from records to plaintext.

use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use ring::{hkdf, hmac};

use super::record::Header;
use super::suite::{Aead, Hash, Suite};
use crate::keys::TlsSecret;
use crate::origin::Direction;

/// The length of an authentication tag in bytes.
const TAG: usize = 16;

/// How nonce and associated data are formed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The sequence number is mixed into the IV; the header is associated (RFC 8446 section 5.2).
    Tls13,
    /// The record carries 8 bytes of the nonce (RFC 5288 section 3).
    Tls12Gcm,
    /// The sequence number is mixed into the IV (RFC 7905 section 2).
    Tls12Chacha,
}

/// Decrypts the records of one direction with one key.
pub(super) struct Opener {
    key: LessSafeKey,
    iv: [u8; 12],
    form: Form,
}

impl Opener {
    /// Derives the key from a traffic secret of TLS 1.3 (RFC 8446 section 7.3).
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

    /// Derives a key of TLS 1.2 (RFC 5246 section 6.3): the client's if `sender` is outbound, otherwise the server's.
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

    /// Returns the number of bytes of a record's body that are not plaintext, at least.
    pub(super) const fn overhead(&self) -> usize {
        match self.form {
            // The content type follows the content.
            Form::Tls13 => TAG + 1,
            Form::Tls12Gcm => TAG + 8,
            Form::Tls12Chacha => TAG,
        }
    }

    /// Decrypts `body` in place, and returns the range of the plaintext. Returns `None` if the tag is wrong; the contents of
    /// `body` are then unspecified.
    pub(super) fn open(&self, sequence: u64, header: Header, body: &mut [u8]) -> Option<std::ops::Range<usize>> {
        let length = u16::try_from(body.len().checked_sub(self.overhead())?).ok()?;
        let [kind, major, minor, ..] = header.bytes();
        match self.form {
            Form::Tls13 => {
                let nonce = Nonce::assume_unique_for_key(self.mixed(sequence.to_be_bytes()));
                let opened = self.key.open_in_place(nonce, Aad::from(header.bytes()), body).ok()?.len();
                Some(0..opened)
            }
            _ => self.open12(sequence.to_be_bytes(), [kind, major, minor], length, body),
        }
    }

    /// Decrypts the body of a DTLS 1.2 record in place (RFC 6347 section 4.1.2.1). `number` is its epoch and sequence number,
    /// `start` its content type and version.
    pub(super) fn open_datagram(
        &self,
        number: [u8; 8],
        start: [u8; 3],
        body: &mut [u8],
    ) -> Option<std::ops::Range<usize>> {
        let length = u16::try_from(body.len().checked_sub(self.overhead())?).ok()?;
        self.open12(number, start, length, body)
    }

    /// Returns the IV with a sequence number mixed in.
    fn mixed(&self, number: [u8; 8]) -> [u8; 12] {
        let mut nonce = self.iv;
        nonce.iter_mut().skip(4).zip(number).for_each(|(byte, part)| *byte ^= part);
        nonce
    }

    fn open12(
        &self,
        number: [u8; 8],
        [kind, major, minor]: [u8; 3],
        length: u16,
        body: &mut [u8],
    ) -> Option<std::ops::Range<usize>> {
        let [a, b, c, d, e, f, g, h] = number;
        let [high, low] = length.to_be_bytes();
        let associated = [a, b, c, d, e, f, g, h, kind, major, minor, high, low];
        match self.form {
            Form::Tls13 => None,
            Form::Tls12Chacha => {
                let nonce = Nonce::assume_unique_for_key(self.mixed(number));
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

/// The length of an HKDF output in bytes.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Fills `out` with HKDF-Expand-Label of `secret`, with an empty context. Returns `None` if `secret` is not as long as the
/// hash.
fn expand_label(hash: Hash, secret: &TlsSecret, label: &str, out: &mut [u8]) -> Option<()> {
    if secret.bytes().len() != hash.length() {
        return None;
    }
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_length = [u8::try_from("tls13 ".len() + label.len()).ok()?];
    let info = [&length, label_length.as_slice(), b"tls13 ", label.as_bytes(), &[0]];
    let pseudorandom = hkdf::Prk::new_less_safe(hash.hkdf(), secret.bytes());
    pseudorandom.expand(&info, Length(out.len())).ok()?.fill(out).ok()
}

/// Derives the application traffic secret after `secret` (RFC 8446 section 7.2).
pub(super) fn next_generation(hash: Hash, secret: &TlsSecret) -> Option<TlsSecret> {
    let mut next = [0; 48];
    let next = next.get_mut(..hash.length())?;
    expand_label(hash, secret, "traffic upd", next)?;
    TlsSecret::new(next)
}

/// Fills `out` with the PRF of TLS 1.2 (P_hash) of a seed in parts.
fn prf(hash: Hash, secret: &[u8], seed: &[&[u8]], out: &mut [u8]) {
    let key = hmac::Key::new(hash.hmac(), secret);
    let tag = |first: &[u8], rest: &[&[u8]]| {
        let mut context = hmac::Context::with_key(&key);
        context.update(first);
        rest.iter().for_each(|part| context.update(part));
        context.sign()
    };
    let mut link = tag(&[], seed);
    for piece in out.chunks_mut(hash.length()) {
        let block = tag(link.as_ref(), seed);
        piece.iter_mut().zip(block.as_ref()).for_each(|(out, byte)| *out = *byte);
        link = tag(link.as_ref(), &[]);
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).expect("hex")
    }

    /// RFC 8448 section 3: the server's handshake traffic secret, its key and its nonce.
    #[test]
    fn labels_agree_with_rfc_8448() {
        let secret = hex("b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38");
        let secret = TlsSecret::new(&secret).expect("32 bytes");
        let (mut key, mut iv) = ([0; 16], [0; 12]);
        expand_label(Hash::Sha256, &secret, "key", &mut key).expect("fits");
        expand_label(Hash::Sha256, &secret, "iv", &mut iv).expect("fits");
        assert_eq!(key.as_slice(), hex("3fce516009c21727d0f2e4e86ee403bc"));
        assert_eq!(iv.as_slice(), hex("5d313eb2671276ee13000b30"));
        assert_eq!(expand_label(Hash::Sha384, &secret, "key", &mut key), None, "of another length than the hash");
    }

    /// The test vectors for SHA-256 and SHA-384 that were posted to the TLS working group with the draft of TLS 1.2.
    #[test]
    fn prf_agrees_with_its_test_vectors() {
        let mut out = [0; 100];
        let (secret, seed) = (hex("9bbe436ba940f017b17652849a71db35"), hex("a0ba9f936cda311827a6f796ffd5198c"));
        prf(Hash::Sha256, &secret, &[b"test label", &seed], &mut out);
        assert!(HEXLOWER.encode(&out).starts_with("e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a"));
        assert!(HEXLOWER.encode(&out).ends_with("87347b66"));
        let (secret, seed) = (hex("b80b733d6ceefcdc71566ea48e5567df"), hex("cd665cf6a8447dd6ff8b27555edb7465"));
        prf(Hash::Sha384, &secret, &[b"test label", &seed], &mut out);
        assert!(HEXLOWER.encode(&out).starts_with("7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cd"));
    }
}
