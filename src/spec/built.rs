//! Rules on how clients are to build their stanzas.

use super::observe::stanzas::Sight;
use super::rule::Checks;
use crate::call::Call;
use crate::origin::Direction;

/// How a stanza departs from the form in which a client is to build it.
#[derive(Clone, Debug)]
pub(super) enum Departure {
    /// It breaks the rule.
    Broken(String),
    /// It breaks the rule by what it lacks.
    Lacking(String),
    /// It has something that the page does not know.
    Unknown(String),
    /// The pages contradict each other about it: a discrepancy, not a fault.
    Disputed(String),
}

/// Notes how a stanza stands to a rule on what clients build. An inbound one was rewritten by the server: what would
/// break the rule in an outbound one is news there.
pub(super) fn note_built(call: &Call, checks: &mut Checks, act: &Sight<'_>, found: Result<&'static str, Departure>) {
    let row = act.index;
    match (act.row.observed.direction(), found) {
        (Some(Direction::Outbound), Ok(why)) => checks.holds(row, why),
        (_, Ok(_)) => {}
        (_, Err(Departure::Unknown(why))) => checks.novelty(row, why),
        (_, Err(Departure::Disputed(why))) => checks.undecided(row, why),
        (Some(Direction::Outbound), Err(Departure::Broken(why))) => checks.violated(row, why),
        (Some(Direction::Outbound), Err(Departure::Lacking(why))) => checks.lacks(call, row, why),
        (Some(Direction::Inbound), Err(Departure::Broken(why) | Departure::Lacking(why))) => {
            checks.novelty(row, format!("{why}; inbound, so the server may have changed it"));
        }
        (None, Err(Departure::Broken(why) | Departure::Lacking(why))) => {
            checks.undecided(row, format!("{why}; the recording does not say who sent it"));
        }
    }
}
