//! The layers that the stanza pane can show.

use crate::analysis::{Below, Capture, Connection, Wanted};
use crate::call::Row;
use crate::protocol::stanza::Wire;

/// The flag of a plaintext whose WABinary is compressed.
const COMPRESSED: u8 = 0x02;

/// What the stanza pane shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::tui) enum Layer {
    /// The stanza as XML, with what is known about it.
    #[default]
    Xml,
    /// The WABinary bytes of a compressed stanza.
    Inflated,
    /// The decrypted bytes: a flag and WABinary, compressed or not.
    Plaintext,
    /// The bytes of the Noise frame.
    Ciphertext,
    /// The bytes of a layer below.
    Below(Below),
}

impl Layer {
    /// From the top downwards.
    const ALL: [Self; 8] = [
        Self::Xml,
        Self::Inflated,
        Self::Plaintext,
        Self::Ciphertext,
        Self::Below(Below::Message),
        Self::Below(Below::Plain),
        Self::Below(Below::Stream),
        Self::Below(Below::Record),
    ];

    /// The next layer downwards or upwards that a stanza has, wrapping around.
    pub(in crate::tui) fn next(self, down: bool, is_there: impl Fn(Self) -> bool) -> Self {
        let place = Self::ALL.iter().position(|layer| *layer == self).unwrap_or_default();
        let step = if down { 1 } else { Self::ALL.len() - 1 };
        let places = (1..=Self::ALL.len()).map(|steps| (place + steps * step) % Self::ALL.len());
        let layers = places.filter_map(|place| Self::ALL.get(place).copied());
        layers.into_iter().find(|layer| *layer == Self::Xml || is_there(*layer)).unwrap_or_default()
    }

    /// Returns whether a stanza came through it, as far as is known of its capture and connection.
    pub(in crate::tui) fn is_in(self, row: &Row, capture: Option<&Capture>) -> bool {
        let wire = row.observed.read().wire.as_deref();
        let id = row.observed.stanza.origin.connection;
        let connection = capture.and_then(|capture| capture.connections.iter().find(|known| Some(known.id) == id));
        let has = |state: fn(&Connection) -> &'static str| connection.is_none_or(|known| state(known) != "none");
        match self {
            Self::Xml => true,
            Self::Inflated => wire.is_some_and(is_compressed),
            Self::Plaintext => wire.is_some(),
            Self::Ciphertext => wire.is_some_and(|wire| !wire.ciphertext.is_empty()),
            Self::Below(Below::Message) => wire.is_some() && has(|known| known.websocket),
            Self::Below(Below::Plain) => wire.is_some() && has(|known| known.tls),
            Self::Below(Below::Stream) => wire.is_some() && capture.is_none_or(Capture::has_packets),
            // A compressed log has no bytes that could be found again.
            Self::Below(Below::Record) => {
                capture.is_none_or(|capture| capture.has_packets() || capture.container.is_none())
            }
        }
    }

    /// Its name in the title of the pane.
    pub(in crate::tui) const fn name(self) -> &'static str {
        match self {
            Self::Xml => "",
            Self::Inflated => "WABinary, decompressed",
            Self::Plaintext => "WABinary, decrypted",
            Self::Ciphertext => "Noise frame",
            Self::Below(Below::Message) => "WebSocket message",
            Self::Below(Below::Plain) => "TLS, decrypted",
            Self::Below(Below::Stream) => "TCP payload",
            Self::Below(Below::Record) => "record",
        }
    }

    /// Its name in a sentence.
    pub(in crate::tui) const fn place(self) -> &'static str {
        match self {
            Self::Xml => "XML",
            Self::Inflated => "decompressed WABinary",
            Self::Plaintext => "decrypted frame",
            Self::Below(Below::Plain) => "TLS plaintext",
            _ => self.name(),
        }
    }
}

/// Where to look up the bytes of a stanza.
pub(in crate::tui) fn wanted(row: &Row) -> Wanted {
    let ciphertext = row.observed.read().wire.as_ref().map_or_else(Box::default, |wire| wire.ciphertext.clone());
    Wanted { origin: row.observed.stanza.origin, ciphertext }
}

/// Whether the WABinary of a stanza is compressed.
pub(super) fn is_compressed(wire: &Wire) -> bool {
    wire.plaintext.first().is_some_and(|flags| flags & COMPRESSED != 0)
}
