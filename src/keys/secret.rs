//! Secret bytes that no `Debug` shows.

use std::fmt;

/// An X25519 public key.
pub type PublicKey = [u8; 32];

/// 32 secret bytes, whose `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// Creates a secret.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the X25519 public key of this private key (RFC 7748 section 6.1).
    #[must_use]
    pub fn public(&self) -> PublicKey {
        x25519_dalek::x25519(self.0, x25519_dalek::X25519_BASEPOINT_BYTES)
    }

    /// Returns the shared secret of this private key and a public key (RFC 7748 section 6.1).
    #[must_use]
    pub fn agree(&self, public: &PublicKey) -> Self {
        Self(x25519_dalek::x25519(self.0, *public))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The length of the longest secret in bytes: a TLS 1.2 master secret, or a TLS 1.3 secret with SHA-384.
const LONGEST: usize = 48;

/// A secret of 32 or 48 bytes, whose `Debug` shows none of them.
#[derive(Clone, PartialEq, Eq)]
pub struct TlsSecret {
    bytes: [u8; LONGEST],
    length: usize,
}

impl TlsSecret {
    /// Creates a secret. Returns `None` unless it has 32 or 48 bytes.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        matches!(secret.len(), 32 | LONGEST).then_some(())?;
        bytes.get_mut(..secret.len())?.copy_from_slice(secret);
        Some(Self { bytes, length: secret.len() })
    }

    /// Returns the bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl fmt::Debug for TlsSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsSecret(..)")
    }
}

/// A session already has another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("conflicting key for the same session")]
pub struct Conflict;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x25519_agrees_with_rfc_7748() {
        let mut nine = [0; 32];
        nine[0] = 9;
        let once = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
        let once = data_encoding::HEXLOWER.decode(once.as_bytes()).expect("hex");
        assert_eq!(Secret::new(nine).public().as_slice(), once);
        assert_eq!(Secret::new(nine).agree(&nine).bytes().as_slice(), once);
        let (alice, bob) = (Secret::new([6; 32]), Secret::new([7; 32]));
        assert_eq!(alice.agree(&bob.public()), bob.agree(&alice.public()));
    }

    #[test]
    fn tls_secrets_have_32_or_48_bytes() {
        for length in 0..100 {
            assert_eq!(TlsSecret::new(&vec![1; length]).is_some(), matches!(length, 32 | 48), "{length}");
        }
        assert_eq!(TlsSecret::new(&[7; 48]).expect("48 bytes").bytes(), [7; 48]);
        assert_ne!(TlsSecret::new(&[0; 32]), TlsSecret::new(&[0; 48]));
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", Secret::new([0xab; 32])), "Secret(..)");
        assert_eq!(format!("{:?}", TlsSecret::new(&[0xab; 32])), "Some(TlsSecret(..))");
    }
}
