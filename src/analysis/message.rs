//! A message of a websocket, as the table of messages lists it.

use crate::origin::{Located, Origin};
use crate::protocol::noise::{Report, State};
use crate::protocol::websocket::{Message, Opcode};

/// A message of a websocket, without its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenMessage {
    /// Where it was.
    pub origin: Origin,
    /// Text or binary.
    pub opcode: Opcode,
    /// Its bytes, unmasked and inflated.
    pub length: u64,
    /// How many of WhatsApp's frames ended in it, those of the handshake not counted, and how many of these were
    /// decrypted; `None` where the connection is not WhatsApp's. Of a connection that began before the capture, the
    /// first frames are counted with the message that gave its key away.
    pub frames: Option<(u64, u64)>,
}

impl SeenMessage {
    /// A message that took its connection's report from `before` to `after`.
    pub(super) fn new(message: Located<Message<'_>>, before: Report, after: Report) -> Self {
        let frames = |report: Report| report.inbound.frames + report.outbound.frames;
        let decrypted = |report: Report| report.inbound.decrypted + report.outbound.decrypted;
        let is_whatsapps = !matches!(after.state, State::Undecided | State::NotWhatsapp);
        let grown = (frames(after).saturating_sub(frames(before)), decrypted(after).saturating_sub(decrypted(before)));
        Self {
            origin: message.origin,
            opcode: message.item.opcode,
            length: message.item.data.len() as u64,
            frames: is_whatsapps.then_some(grown),
        }
    }
}
