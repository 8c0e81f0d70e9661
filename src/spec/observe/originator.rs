//! Who made a stanza, and how much is known of that.

use crate::call::{Call, Provenance, Row, Side};
use crate::origin::Direction;
use crate::spec::strength::Strength;

/// Who made a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The originator's side of the call, never [`Side::Unknown`].
    pub by: Side,
    /// How much is known of that.
    pub strength: Strength,
    /// How it is known: a clause with "it" for the stanza. Text from the capture in it is untrusted.
    pub how: String,
}

/// Who made the stanza of a row; `None` where nothing tells.
#[must_use]
pub fn made(row: &Row) -> Option<Made> {
    let (by, provenance) = (row.originator.side, row.originator.provenance);
    let strength = Strength::of(provenance).filter(|_| by != Side::Unknown)?;
    let stanza = row.observed.read();
    let from = stanza.from.as_ref().map_or_else(|| "no address".to_owned(), ToString::to_string);
    let name = by.name();
    let how = match provenance {
        Provenance::None => return None,
        Provenance::Outbound => format!("it left the {name}'s recorded socket"),
        Provenance::Copy => format!("the same stanza was recorded leaving the {name}'s socket"),
        Provenance::Silence => {
            format!("it came from {from}, whose sockets were read without a gap and sent no such stanza")
        }
        Provenance::SilenceOfSome => format!(
            "it came from {from}, whose recorded sockets sent no such stanza, but not all devices of that account were recorded"
        ),
        Provenance::Claim => format!("it came from {from}, an address that the server stamps and may have invented"),
    };
    Some(Made { by, strength, how })
}

/// How much the form of a stanza proves of the client that built it: the server may add to what it delivers.
#[must_use]
pub fn as_built(row: &Row) -> Strength {
    if row.observed.direction() == Some(Direction::Outbound) { Strength::Direct } else { Strength::Indirect }
}

/// Where a row was recorded: `outbound at the caller`.
#[must_use]
pub fn seen_at(call: &Call, row: &Row) -> String {
    let direction = match row.observed.direction() {
        Some(Direction::Outbound) => "outbound",
        Some(Direction::Inbound) => "inbound",
        None => "of unknown direction",
    };
    let role = match call.role_of(row) {
        crate::call::Role::Caller => "the caller",
        crate::call::Role::Callee => "the callee",
        crate::call::Role::CalleeOther => "another device of the callee",
        crate::call::Role::Unknown => "a device with an unknown role",
    };
    format!("{direction} at {role}")
}

/// What is known of the program that made the stanza of a row: what the envelope of an inbound one names, and what the
/// recording of an outbound one says. Empty, or begins with a comma. Text from the capture in it is untrusted.
#[must_use]
pub fn program(call: &Call, row: &Row) -> String {
    let node = &row.observed.read().node;
    let named = ["platform", "version"].into_iter().filter_map(|name| Some(format!(", {name} {}", node.text(name)?)));
    let sent = row.originator.provenance == Provenance::Outbound;
    let recorded = call.recording(row).and_then(|recording| recording.client).filter(|_| sent);
    named.chain(recorded.map(|client| format!(", sent by {client}"))).collect()
}
