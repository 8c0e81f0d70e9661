//! Which protocol the first bytes of a connection are of.

use crate::protocol::tls;

/// What the first bytes of a client look like.
pub(super) enum Guess {
    /// Too little to tell.
    Waits,
    /// The upgrade to a websocket, or something else: its decoder finds out.
    Websocket,
    /// WhatsApp's protocol without a websocket.
    Noise,
    /// TLS.
    Tls,
}

/// Which protocol a client speaks that begins with these bytes.
pub(super) fn guess(head: &[u8]) -> Guess {
    const INTRO: &[u8] = b"WA";
    const ROUTED: &[u8] = &[b'E', b'D', 0, 1];
    const HANDSHAKE: &[u8] = &[0x16, 0x03];
    const RECORDS: [&[u8]; 3] = [&[0x14, 0x03], &[0x15, 0x03], &[0x17, 0x03]];
    const RECORD_HEADER: usize = 5;
    let begins = |with: &[u8]| head.starts_with(with);
    let may_begin = |with: &[u8]| with.starts_with(head);
    if begins(HANDSHAKE) || tls::begins_midway(head) {
        return Guess::Tls;
    }
    if (begins(INTRO) && head.len() > INTRO.len()) || begins(ROUTED) {
        Guess::Noise
    } else if [INTRO, ROUTED, HANDSHAKE].into_iter().chain(RECORDS).any(may_begin)
        || (head.len() < RECORD_HEADER && RECORDS.into_iter().any(begins))
    {
        Guess::Waits
    } else {
        Guess::Websocket
    }
}
