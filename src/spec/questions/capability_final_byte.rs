//! Does the last byte of a capability follow the action?
//!
//! *The question.* SIG-04 gives a preaccept a capability that differs from an offer's and an accept's in the last byte
//! only, and asks what that means. A byte that follows the action says something else than one that does not.
//!
//! *What decides it.* A preaccept and another action of one device in one call that both carry a capability: other last
//! bytes with all else alike show that the byte follows the action, the same body shows that it does not. Both are
//! direct where both stanzas left the device's recorded socket or were matched with copies that did, else indirect.
//! Stanzas of different devices are not compared, for they can be of different programs.
//!
//! *What is recorded.* Both actions with their bodies, and what is known of the program.

use std::collections::BTreeMap;

use crate::call::{Call, Side};
use crate::protocol::binary::{Jid, Node};
use crate::protocol::stanza::ActionName;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{content, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "capability-final-byte",
    page: "SIG-04",
    number: Some(3),
    also: &[],
    title: "Does the last byte of a capability follow the action?",
    shape: Shape::Exclusive,
    hypotheses: &["by-action", "not-by-action"],
    source: include_str!("capability_final_byte.rs"),
    observe,
};

/// The first stanza of a device with a capability, and how surely the device made it.
struct First<'c> {
    sight: Sight<'c>,
    capability: &'c Node,
    strength: Strength,
}

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut first: BTreeMap<(&'static str, &Jid), First<'_>> = BTreeMap::new();
    let mut evidence = Vec::new();
    for sight in stanzas::each(call) {
        let Some(capability) = sight.node.child("capability") else { continue };
        let (Some(made), Some(device)) = (making::made(sight.row), sight.row.maker.device.as_ref()) else { continue };
        if made.by == Side::Server {
            continue;
        }
        let entry = first.entry((made.by.name(), device));
        let known = entry.or_insert(First { sight, capability, strength: made.strength });
        let is_preaccept = |sight: &Sight<'_>| sight.action.name == ActionName::Preaccept;
        if is_preaccept(&known.sight) != is_preaccept(&sight) {
            let strength = known.strength.min(made.strength);
            evidence.extend(compare(call, known, &sight, capability, strength));
        }
    }
    evidence
}

fn compare(
    call: &Call,
    known: &First<'_>,
    sight: &Sight<'_>,
    capability: &Node,
    strength: Strength,
) -> Option<Evidence> {
    let (one, other) = (content::bytes(known.capability)?, content::bytes(capability)?);
    let (last, head) = one.split_last()?;
    let (other_last, other_head) = other.split_last()?;
    if head != other_head || known.capability.attribute("ver") != capability.attribute("ver") {
        return None;
    }
    let hypothesis = if last == other_last { "not-by-action" } else { "by-action" };
    let why = format!(
        "One device sent the {} with {} and the {} with {}, {}{}.",
        known.sight.action.name.as_str(),
        content::spelled(known.capability),
        sight.action.name.as_str(),
        content::spelled(capability),
        making::seen_at(call, sight.row),
        making::program(call, sight.row),
    );
    Some(Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why).routine())
}
