//! Which protocol a connection carries, by the first bytes of its client.

use crate::protocol::{proxy, tls};

/// What a client of WhatsApp's says first, before its version.
const INTRO: &[u8] = b"WA";

/// The first version that speaks Noise.
const NOISE_VERSION: u8 = 6;

/// What the first bytes of a client look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guess {
    /// Too little to tell.
    Waits,
    /// The upgrade to a websocket, or something else: its decoder finds out.
    Websocket,
    /// WhatsApp's protocol without a websocket.
    Noise,
    /// TLS.
    Tls,
    /// A request for a connection through a proxy.
    Proxy,
}

/// Which protocol a client speaks that begins with these bytes.
pub(super) fn guess(head: &[u8]) -> Guess {
    /// Both numbers of a version are small; text that begins so is not.
    const VERSIONS: std::ops::Range<u8> = 1..b' ';
    const ROUTED: &[u8] = &[b'E', b'D', 0, 1];
    const HANDSHAKE: &[u8] = &[0x16, 0x03];
    const RECORDS: [&[u8]; 3] = [&[0x14, 0x03], &[0x15, 0x03], &[0x17, 0x03]];
    const RECORD_HEADER: usize = 5;
    let begins = |with: &[u8]| head.starts_with(with);
    let may_begin = |with: &[u8]| with.starts_with(head);
    if begins(HANDSHAKE) || tls::begins_midway(head) {
        return Guess::Tls;
    }
    match proxy::opening(head) {
        proxy::Opening::Asks => return Guess::Proxy,
        proxy::Opening::May => return Guess::Waits,
        proxy::Opening::Other => {}
    }
    let version = head.strip_prefix(INTRO).and_then(|version| version.split_first_chunk::<2>());
    if let Some(([protocol, dictionary], _)) = version {
        let is_version = VERSIONS.contains(protocol) && VERSIONS.contains(dictionary);
        return if is_version { Guess::Noise } else { Guess::Websocket };
    }
    if begins(ROUTED) {
        Guess::Noise
    } else if begins(INTRO)
        || [INTRO, ROUTED, HANDSHAKE].into_iter().chain(RECORDS).any(may_begin)
        || (head.len() < RECORD_HEADER && RECORDS.into_iter().any(begins))
    {
        Guess::Waits
    } else {
        Guess::Websocket
    }
}

/// Returns whether a client that begins so speaks WhatsApp's protocol from before Noise.
pub(super) fn is_older(head: &[u8]) -> bool {
    head.strip_prefix(INTRO).and_then(<[u8]>::first).is_some_and(|version| *version < NOISE_VERSION)
}
