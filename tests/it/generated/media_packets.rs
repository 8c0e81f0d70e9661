//! What goes over UDP between a client, relays and the other device: STUN in WhatsApp's dialect, RTP and RTCP.

use std::net::SocketAddr;

use ring::hmac;

use super::made_up;
use super::stanzas::Call;

/// The transaction of a keep-alive.
pub(crate) fn ping(nth: u64) -> [u8; 12] {
    made_up::array(&format!("ping {nth}"))
}

fn transaction(index: usize, round: u8) -> [u8; 12] {
    made_up::array(&format!("allocate {index} {round}"))
}

/// A request for an allocation: the token of the relay block, signed with the text of its key.
pub(crate) fn allocate(call: &Call, index: usize, round: u8) -> Vec<u8> {
    let token = made_up::bytes(&format!("{}: token", call.label), 172);
    let mut request = message(0x0003, &transaction(index, round), &[(0x4000, &token)]);
    // The signature covers a length that includes it.
    let length = u16::try_from(request.len() - 20 + 24).unwrap();
    request[2..4].copy_from_slice(&length.to_be_bytes());
    let key = made_up::bytes(&format!("{}: relay key", call.label), 16);
    let key = data_encoding::BASE64.encode(&key);
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let signature = hmac::sign(&key, &request);
    request.extend([0, 8, 0, 20]);
    request.extend(signature.as_ref());
    request
}

/// The answer to it, with the address that the relay sees.
pub(crate) fn granted(client: SocketAddr, index: usize, round: u8) -> Vec<u8> {
    let SocketAddr::V4(client) = client else { panic!("{client} is not IPv4") };
    let port = client.port() ^ 0x2112;
    let [a, b, c, d] = client.ip().octets();
    let [high, low] = port.to_be_bytes();
    let mapped = [0, 1, high, low, a ^ 0x21, b ^ 0x12, c ^ 0xa4, d ^ 0x42];
    message(0x0103, &transaction(index, round), &[(0x0020, &mapped)])
}

/// A STUN message (RFC 8489 section 5) with these attributes, whose lengths are multiples of 4.
pub(crate) fn message(kind: u16, transaction: &[u8; 12], attributes: &[(u16, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in attributes {
        body.extend(kind.to_be_bytes());
        body.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        body.extend(*value);
    }
    let length = u16::try_from(body.len()).unwrap().to_be_bytes();
    [&kind.to_be_bytes()[..], &length, &[0x21, 0x12, 0xa4, 0x42], transaction, &body].concat()
}

/// An RTP packet with the header extension that WhatsApp's have.
pub(crate) fn rtp(ssrc: u32, sequence: u16, payload: &[u8]) -> Vec<u8> {
    let number = (sequence + 1).to_be_bytes();
    let timestamp = (u32::from(sequence) * 1_920).to_be_bytes();
    [&[0x90, 120][..], &number, &timestamp, &ssrc.to_be_bytes(), &[0xde, 0xbe, 0, 1, 0x30, 0xff, 0, 0], payload]
        .concat()
}

/// A sender report (RFC 3550 section 6.4.1), encrypted but for its first 8 bytes.
pub(crate) fn sender_report(ssrc: u32, nth: u64) -> Vec<u8> {
    let rest = made_up::bytes(&format!("report {ssrc} {nth}"), 34);
    [&[0x80, 200, 0, 6][..], &ssrc.to_be_bytes(), &rest].concat()
}
