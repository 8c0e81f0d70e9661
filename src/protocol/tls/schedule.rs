//! From secrets to keys: HKDF-Expand-Label of TLS 1.3 (RFC 8446 section 7.1) and the PRF of TLS 1.2 (RFC 5246
//! section 5).

use ring::{hkdf, hmac};

use super::suite::Hash;
use crate::keys::TlsSecret;

/// A length that HKDF is asked for, in bytes.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Fills `out` with HKDF-Expand-Label of `secret`, with an empty context. `None` if `secret` is not as long as
/// the hash.
pub(super) fn expand_label(hash: Hash, secret: &TlsSecret, label: &str, out: &mut [u8]) -> Option<()> {
    if secret.bytes().len() != hash.length() {
        return None;
    }
    let length = u16::try_from(out.len()).ok()?.to_be_bytes();
    let label_length = [u8::try_from("tls13 ".len() + label.len()).ok()?];
    let info = [&length, label_length.as_slice(), b"tls13 ", label.as_bytes(), &[0]];
    let pseudorandom = hkdf::Prk::new_less_safe(hash.hkdf(), secret.bytes());
    pseudorandom.expand(&info, Length(out.len())).ok()?.fill(out).ok()
}

/// The application traffic secret after `secret` (RFC 8446 section 7.2).
pub(super) fn next_generation(hash: Hash, secret: &TlsSecret) -> Option<TlsSecret> {
    let mut next = [0; 48];
    let next = next.get_mut(..hash.length())?;
    expand_label(hash, secret, "traffic upd", next)?;
    TlsSecret::new(next)
}

/// Fills `out` with the PRF of TLS 1.2 (P_hash), the seed given in parts.
pub(super) fn prf(hash: Hash, secret: &[u8], seed: &[&[u8]], out: &mut [u8]) {
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
    fn prf_agrees_with_its_vectors() {
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
