//! Who made a stanza, as far as all recordings of its call tell together.

use super::course::Side;
use crate::protocol::binary::Jid;

/// The maker of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    /// Its side of the call.
    pub side: Side,
    /// The device, where one is known.
    pub device: Option<Jid>,
    /// How that is known.
    pub proof: Proof,
}

/// How the maker of a stanza is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// Nothing tells.
    None,
    /// The `from` of an inbound stanza: what the server stamped, a claim.
    Claim,
    /// The server, since no recorded socket of the account that `from` names sent it while all of them were read
    /// without a gap; but not all devices of the account were recorded.
    SilenceOfSome,
    /// The server, since the socket of the device that `from` names, or of every device of the account that it
    /// names, did not send it while it was read without a gap.
    Silence,
    /// The same stanza was recorded as it left its maker's socket.
    Copy,
    /// It left the recorded socket.
    Outbound,
}
