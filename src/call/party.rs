//! Who is at either end of a stanza.

use crate::protocol::binary::Jid;

/// One end of a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// The device whose socket was recorded, if its address is not known.
    Local,
    /// WhatsApp's server.
    Server,
    /// A device, or an account if the stanzas name none of its devices.
    Device(Jid),
}
