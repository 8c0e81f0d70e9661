//! Cipher suites (IANA, TLS parameters): the supported ones, and the names of others.

use ring::aead::{self, AES_128_GCM, AES_256_GCM, CHACHA20_POLY1305};
use ring::{hkdf, hmac};

/// The supported ciphers, all of which have a 16-byte tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aead {
    Aes128Gcm,
    Aes256Gcm,
    Chacha20Poly1305,
}

impl Aead {
    pub(super) fn algorithm(self) -> &'static aead::Algorithm {
        match self {
            Self::Aes128Gcm => &AES_128_GCM,
            Self::Aes256Gcm => &AES_256_GCM,
            Self::Chacha20Poly1305 => &CHACHA20_POLY1305,
        }
    }
}

/// The hash of a suite's key schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hash {
    Sha256,
    Sha384,
}

impl Hash {
    pub(super) const fn hkdf(self) -> hkdf::Algorithm {
        match self {
            Self::Sha256 => hkdf::HKDF_SHA256,
            Self::Sha384 => hkdf::HKDF_SHA384,
        }
    }

    pub(super) const fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha384 => hmac::HMAC_SHA384,
        }
    }

    /// Returns the length of its output in bytes.
    pub(super) const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

/// The part of a cipher suite that protects records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) aead: Aead,
    pub(super) hash: Hash,
}

impl Suite {
    /// Returns the suite of TLS 1.3 with this number (RFC 8446 appendix B.4).
    pub(super) const fn of_tls13(number: u16) -> Option<Self> {
        Some(match number {
            0x1301 => Self { aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
            0x1302 => Self { aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
            0x1303 => Self { aead: Aead::Chacha20Poly1305, hash: Hash::Sha256 },
            _ => return None,
        })
    }

    /// Returns the suite of TLS 1.2 with this number, whatever its key exchange (RFC 5288, 5289, 5487, 7905, 8442).
    pub(super) const fn of_tls12(number: u16) -> Option<Self> {
        Some(match number {
            0x009c | 0x009e | 0x00a0 | 0x00a2 | 0x00a4 | 0x00a6 | 0x00a8 | 0x00aa | 0x00ac | 0xc02b | 0xc02d
            | 0xc02f | 0xc031 | 0xd001 => Self { aead: Aead::Aes128Gcm, hash: Hash::Sha256 },
            0x009d | 0x009f | 0x00a1 | 0x00a3 | 0x00a5 | 0x00a7 | 0x00a9 | 0x00ab | 0x00ad | 0xc02c | 0xc02e
            | 0xc030 | 0xc032 | 0xd002 => Self { aead: Aead::Aes256Gcm, hash: Hash::Sha384 },
            0xcca8..=0xccae => Self { aead: Aead::Chacha20Poly1305, hash: Hash::Sha256 },
            _ => return None,
        })
    }
}

/// Unsupported suites that real programs still negotiate.
const UNSUPPORTED: &[(u16, &str)] = &[
    (0x0000, "TLS_NULL_WITH_NULL_NULL"),
    (0x0005, "TLS_RSA_WITH_RC4_128_SHA"),
    (0x000a, "TLS_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA"),
    (0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA"),
    (0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA"),
    (0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA"),
    (0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256"),
    (0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    (0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"),
    (0x1304, "TLS_AES_128_CCM_SHA256"),
    (0x1305, "TLS_AES_128_CCM_8_SHA256"),
    (0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"),
    (0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"),
    (0xc012, "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA"),
    (0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    (0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    (0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"),
    (0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"),
    (0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    (0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    (0xc09c, "TLS_RSA_WITH_AES_128_CCM"),
    (0xc0ac, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM"),
    (0xc0ad, "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"),
    (0xc0ae, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
];

/// Names an unsupported suite.
pub(super) fn name(number: u16) -> String {
    let known = UNSUPPORTED.iter().find(|(known, _)| *known == number);
    known.map_or_else(|| format!("cipher suite {number:#06x}"), |(_, name)| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_suite_is_both_supported_and_unsupported() {
        for (number, name) in UNSUPPORTED {
            assert_eq!((Suite::of_tls12(*number), Suite::of_tls13(*number)), (None, None), "{name}");
        }
        assert_eq!(name(0xc013), "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
        assert_eq!(name(0x00ff), "cipher suite 0x00ff");
    }

    #[test]
    fn a_suite_belongs_to_one_version() {
        assert!((0..=u16::MAX).all(|number| Suite::of_tls12(number).is_none() || Suite::of_tls13(number).is_none()));
        assert_eq!((0..=u16::MAX).filter(|number| Suite::of_tls12(*number).is_some()).count(), 35);
    }
}
