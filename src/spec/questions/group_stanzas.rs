//! What do group calls send that calls of two do not?
//!
//! *The question.* SIG-06 leaves open how a group call is made, how its participants are listed, and how they join and
//! leave.
//!
//! *What decides it.* A list, in calls that the offer or its notice marks as a group's: the actions that no page
//! describes, and the elements and attributes of any action that are called after a group, its participants or members,
//! a roster, joining, leaving, a link or a lobby. Each is a thing that the page does not have yet; what it means is for
//! a person to read.
//!
//! *What is recorded.* The name, as `<action>`, `<element>` or `action@attribute`, with the action that it stands in
//! and where it was seen.

use std::collections::BTreeSet;

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{article, making, naming, stanzas};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "group-stanzas",
    page: "SIG-06",
    number: Some(1),
    also: &[],
    title: "What do group calls send that calls of two do not?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("group_stanzas.rs"),
    observe,
};

/// What groups are told by.
const WORDS: &[&str] = &[
    "group",
    "participant",
    "participants",
    "user",
    "users",
    "member",
    "members",
    "roster",
    "join",
    "joinable",
    "joined",
    "leave",
    "left",
    "link",
    "lobby",
    "invite",
    "add",
    "remove",
];

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    if !call.group {
        return Vec::new();
    }
    let mut evidence = Vec::new();
    for sight in stanzas::each(call) {
        let action = sight.action.name.as_str();
        let place = making::seen_at(call, sight.row);
        let why = format!("Of {} {action} in a group call, {place}.", article(action));
        let is_new = matches!(sight.action.name, ActionName::Unknown(_));
        let own = is_new.then(|| format!("<{action}>"));
        let named = naming::named(&sight, WORDS).into_iter().map(|named| named.name);
        let values: BTreeSet<String> = own.into_iter().chain(named).collect();
        let piece = |value| Evidence::supporting(QUESTION.id, value, Strength::Direct, sight.index, why.clone());
        evidence.extend(values.into_iter().map(piece));
    }
    evidence
}
