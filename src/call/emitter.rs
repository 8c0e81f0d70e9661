//! Who sent a stanza, as seen from the device whose socket was recorded.

use super::local::LocalDevice;
use super::people::People;
use crate::origin::Direction;
use crate::protocol::stanza::{Body, Stanza};

/// Who sent a stanza, as far as the vantage can tell. An inbound `from` is what the server stamped: a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Emitter {
    /// The vantage itself: the stanza is outbound.
    Local,
    /// Another account.
    Peer,
    /// Another device of the vantage's account.
    OwnOther,
    /// The server.
    Server,
    /// Not to be told from here: inbound acks, above all, whose `from` is only the addressee of what they answer.
    Unknown,
}

impl Emitter {
    /// The emitter's name in tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Peer => "peer",
            Self::OwnOther => "own-other",
            Self::Server => "server",
            Self::Unknown => "unknown",
        }
    }

    /// Who sent `stanza`, seen from `device`.
    #[must_use]
    pub fn of(stanza: &Stanza, direction: Option<Direction>, device: &LocalDevice, people: &People) -> Self {
        match (direction, &stanza.body, &stanza.from) {
            (Some(Direction::Outbound), _, _) => Self::Local,
            (None, _, _) | (_, Body::Ack(_), _) => Self::Unknown,
            (Some(Direction::Inbound), _, None) => Self::Server,
            (Some(Direction::Inbound), _, Some(from)) if from.is_server() || from.server == "call" => Self::Server,
            (Some(Direction::Inbound), _, Some(from)) => match device.shares_account(from, people) {
                Some(true) => Self::OwnOther,
                Some(false) => Self::Peer,
                None => Self::Unknown,
            },
        }
    }
}
