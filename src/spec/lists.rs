//! Evidence on questions that ask for a list, where several pages ask alike.

use super::observe::elements::Announced;
use super::observe::{answers, elements, endpoints, names, originator, stanzas};
use super::question::{Evidence, Question};
use super::strength::Strength;
use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::words::article;

/// What in the stanzas of a call is called by one of the words, as evidence of a list.
#[must_use]
pub(super) fn by_name(call: &Call, question: &'static Question, words: &[&str]) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut answers = None;
    for sight in stanzas::each(call) {
        for found in names::named(&sight, words) {
            let answers = answers.get_or_insert_with(|| answers::answers(call)).get(sight.index);
            let is_acked = answers.is_some_and(|answers| !answers.acks.is_empty());
            let acked = if is_acked { "acked" } else { "no ack of it was seen" };
            let action = sight.action.name.as_str();
            let value = found.value.map_or_else(String::new, |value| format!(", with value {value}"));
            let place = originator::seen_at(call, sight.row);
            let why = format!("In {} {action} {place}{value}; {acked}.", article(action));
            evidence.push(Evidence::supporting(question, found.name, Strength::Direct, sight.index, why));
        }
    }
    evidence
}

/// Priority and length of each `<te>` in the stanzas of one action, as evidence of a list.
#[must_use]
pub(super) fn endpoints(call: &Call, question: &'static Question, action: &ActionName) -> Vec<Evidence> {
    let sights = stanzas::of(call, action);
    if sights.iter().all(|sight| sight.node.child("te").is_none()) {
        return Vec::new();
    }
    let announced = Announced::of(call);
    let mut evidence = Vec::new();
    for sight in &sights {
        let place = originator::seen_at(call, sight.row);
        for te in endpoints::of(sight.node) {
            let priority = te.text("priority").map_or_else(|| "no priority".into(), |it| format!("priority {it}"));
            let fits = elements::length(te).map_or("", elements::address_of);
            let from = announced.holder(te);
            let from =
                from.map_or_else(String::new, |tag| format!("; the offer or its ack has the same bytes in {tag}"));
            let why = format!("A te of the {}, {place}{fits}{from}.", action.as_str());
            let value = format!("{priority}: {}", elements::size(te));
            evidence.push(Evidence::supporting(question, value, Strength::Direct, sight.index, why));
        }
    }
    evidence
}
