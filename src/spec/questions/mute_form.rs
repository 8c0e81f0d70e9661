//! Do mute and unmute have a tag each, or one with a state?
//!
//! *The question.* The stanza catalogue draws a `<mute>` whose attribute tells on from off, and asks whether there is a
//! tag for unmuting instead.
//!
//! *What decides it.* The actions of calls. An action that is called `mute`, in whichever version, and has an attribute beyond the
//! names of the call and of the medium says its state itself: direct for one tag. An action that is called `unmute` is
//! direct for two. A mute without any such attribute is indirect for two: nothing in it says which it is.
//!
//! *What is recorded.* The tags with the attributes that tell the state, as a list; the first of each kind in a call.

use crate::call::Call;
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::observe::{making, repeated};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "mute-form",
    page: "call-mute",
    number: Some(1),
    also: &[],
    title: "Do mute and unmute have a tag each, or one with a state?",
    shape: Shape::Exclusive,
    hypotheses: &["one-tag", "two-tags"],
    source: include_str!("mute_form.rs"),
    observe,
};

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let is_mute = |name: &str| name.contains("mute");
    if !call.rows.iter().any(|row| row.action.as_ref().is_some_and(|action| is_mute(action.as_str()))) {
        return Vec::new();
    }
    let mutes = stanzas::each(call).into_iter().filter(|sight| is_mute(sight.action.name.as_str()));
    repeated::first_of_each(mutes.map(|sight| judge(call, &sight)))
}

fn judge(call: &Call, sight: &Sight<'_>) -> Evidence {
    let tag = sight.action.name.as_str();
    let place = making::seen_at(call, sight.row);
    let attributes = sight.node.attributes.iter();
    let states = attributes.filter(|it| !matches!(&*it.name, "call-id" | "call-creator" | "media"));
    let states: Vec<_> = states.map(|it| format!("{}={}", it.name, it.value)).collect();
    let (hypothesis, strength, why) = if tag.contains("unmute") {
        ("two-tags", Strength::Direct, format!("An action of its own, {tag}, {place}."))
    } else if states.is_empty() {
        ("two-tags", Strength::Indirect, format!("A {tag}, {place}, has no attribute that tells on from off."))
    } else {
        ("one-tag", Strength::Direct, format!("A {tag}, {place}, says its state: {}.", states.join(" and ")))
    };
    let value = std::iter::once(tag.to_owned()).chain(states).collect::<Vec<_>>().join(" ");
    let piece = Evidence::supporting(QUESTION.id, hypothesis, strength, sight.index, why).with_values(vec![value]);
    if hypothesis == "one-tag" { piece.routine() } else { piece }
}
