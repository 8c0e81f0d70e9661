//! What ties a packet to a call by computation: signatures of requests, and the derivation of stream identifiers.

use data_encoding::BASE64;
use ring::{hkdf, hmac};

use crate::protocol::binary::Jid;

/// Which of the two readings of `<key>` signed a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SignedWith {
    /// Its text, which relays accept.
    Text,
    /// The bytes that the text encodes.
    Decoded,
}

/// Returns how a request was signed, if with this key: MESSAGE-INTEGRITY is HMAC-SHA1 (RFC 8489 section 14.5).
#[must_use]
pub fn signed_with(covered: &[u8], integrity: &[u8], key: &[u8]) -> Option<SignedWith> {
    let verifies = |key: &[u8]| {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
        hmac::verify(&key, covered, integrity).is_ok()
    };
    let text = BASE64.encode(key).into_bytes();
    let decoded = BASE64.decode(key).ok();
    // A capture may have either form of the key.
    let is_text = decoded.is_some();
    if verifies(if is_text { key } else { &text }) {
        Some(SignedWith::Text)
    } else if verifies(decoded.as_deref().unwrap_or(key)) {
        Some(SignedWith::Decoded)
    } else {
        None
    }
}

/// What a derived stream carries (spec page REL-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot {
    /// Audio.
    Audio,
    /// Error correction of audio.
    AudioRepair,
    /// Video.
    Video,
    /// Error correction of video.
    VideoRepair,
    /// Audio that was asked for again.
    AudioAgain,
    /// Video that was asked for again.
    VideoAgain,
    /// Data of the app.
    Data,
}

impl Slot {
    /// All slots, by their number.
    pub const ALL: [Self; 7] = [
        Self::Audio,
        Self::AudioRepair,
        Self::Video,
        Self::VideoRepair,
        Self::AudioAgain,
        Self::VideoAgain,
        Self::Data,
    ];
}

struct Length;

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        4
    }
}

/// Returns the identifier of a device's stream in a call: the first 4 bytes, little-endian, of HKDF-SHA256 with the slot as
/// the salt, the call-id as the key and the device's LID as the context (spec page REL-06).
#[must_use]
pub fn stream_id(call_id: &str, device: &Jid, slot: Slot) -> u32 {
    let context = format!("{}:{}@{}", device.user, device.device, device.server);
    let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, &(slot as u32).to_le_bytes());
    let mut id = [0; 4];
    let filled =
        salt.extract(call_id.as_bytes()).expand(&[context.as_bytes()], Length).and_then(|okm| okm.fill(&mut id));
    // HKDF can fill far more than 4 bytes.
    if filled.is_ok() { u32::from_le_bytes(id) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vector of REL-06.
    #[test]
    fn stream_ids_agree_with_the_spec() {
        let device = Jid::parse("12345@lid").unwrap();
        assert_eq!(format!("{:08x}", stream_id("CALL-ID-0001", &device, Slot::Video)), "f8d70484");
    }

    #[test]
    fn both_readings_of_a_key_are_told_apart() {
        let (covered, bytes) = (b"a request".as_slice(), [7_u8; 16]);
        let text = BASE64.encode(&bytes);
        let sign = |key: &[u8]| {
            let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
            hmac::sign(&key, covered).as_ref().to_vec()
        };
        let by_text = sign(text.as_bytes());
        for known in [text.as_bytes(), &bytes] {
            assert_eq!(signed_with(covered, &by_text, known), Some(SignedWith::Text));
            assert_eq!(signed_with(covered, &sign(&bytes), known), Some(SignedWith::Decoded));
            assert_eq!(signed_with(covered, &sign(b"another"), known), None);
        }
        assert_eq!(signed_with(covered, &by_text[..10], text.as_bytes()), None, "a truncated signature");
    }
}
