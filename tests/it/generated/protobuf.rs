//! The few protobuf messages of the handshake.

/// The fields of WhatsApp's `HandshakeMessage`.
pub(crate) const CLIENT_HELLO: u8 = 2;
pub(crate) const SERVER_HELLO: u8 = 3;
pub(crate) const CLIENT_FINISH: u8 = 4;

/// A `HandshakeMessage` with one submessage of bytes fields.
pub(crate) fn handshake(kind: u8, fields: &[(u8, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (number, value) in fields {
        bytes_field(&mut body, *number, value);
    }
    let mut whole = Vec::new();
    bytes_field(&mut whole, kind, &body);
    whole
}

/// The client payload of a login: the user (field 1), passive (3) and the device (18).
pub(crate) fn login(user: u64, device: u64) -> Vec<u8> {
    let mut payload = vec![1 << 3];
    varint(&mut payload, user);
    payload.extend_from_slice(&[3 << 3, 0]);
    varint(&mut payload, 18 << 3);
    varint(&mut payload, device);
    payload
}

/// Appends a field of wire type 2.
fn bytes_field(out: &mut Vec<u8>, number: u8, value: &[u8]) {
    out.push(number << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
