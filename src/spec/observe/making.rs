//! Who made a stanza, and how much is known of that.

use crate::call::{Call, Proof, Row, Side};
use crate::spec::Strength;

/// Who made a stanza.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// The maker's side of the call, never [`Side::Unknown`].
    pub by: Side,
    /// How much is known of that.
    pub strength: Strength,
    /// How it is known: a clause with "it" for the stanza. Text from the capture in it is untrusted.
    pub how: String,
}

/// Who made the stanza of a row; `None` where nothing tells.
#[must_use]
pub fn made(row: &Row) -> Option<Made> {
    let (by, proof) = (row.maker.side, row.maker.proof);
    let strength = Strength::of(proof).filter(|_| by != Side::Unknown)?;
    let stanza = row.observed.read();
    let from = stanza.from.as_ref().map_or_else(|| "no address".to_owned(), ToString::to_string);
    let name = by.name();
    let how = match proof {
        Proof::None => return None,
        Proof::Outbound => format!("it left the {name}'s own recorded socket"),
        Proof::Copy => format!("the same stanza was recorded as it left the {name}'s own socket"),
        Proof::Silence => {
            format!("it came in from {from}, whose own sockets were read without a gap and sent no such stanza")
        }
        Proof::SilenceOfSome => format!(
            "it came in from {from}, whose recorded sockets sent no such stanza; but not all devices of that account were recorded"
        ),
        Proof::Claim => format!("it came in from {from}, an address that the server stamps and may have made up"),
    };
    Some(Made { by, strength, how })
}

/// Where a row was recorded: `outbound at the caller`.
#[must_use]
pub fn seen_at(call: &Call, row: &Row) -> String {
    let direction = match row.observed.direction() {
        Some(crate::origin::Direction::Outbound) => "outbound",
        Some(crate::origin::Direction::Inbound) => "inbound",
        None => "of unknown direction",
    };
    let role = match call.role_of(row) {
        crate::call::Role::Caller => "the caller",
        crate::call::Role::Callee => "the callee",
        crate::call::Role::CalleeOther => "another device of the callee",
        crate::call::Role::Unknown => "a device of unknown part",
    };
    format!("{direction} at {role}")
}
