//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeSet;

use crate::call::{Call, group_since};
use crate::protocol::binary::Children;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::{names, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength};
use crate::words::{article, plural};

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

pub(super) fn group_stanzas(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let Some(since) = group_since(&call.rows) else { return Vec::new() };
    let mut evidence = Vec::new();
    for sight in stanzas::each(call).into_iter().filter(|sight| sight.index >= since) {
        let action = sight.action.name.as_str();
        let place = originator::seen_at(call, sight.row);
        let why = format!("In {} {action} of a group call, {place}.", article(action));
        let is_new = matches!(sight.action.name, ActionName::Unknown(_));
        let own = is_new.then(|| format!("<{action}>"));
        let named = names::named(&sight, WORDS).into_iter().map(|named| named.name);
        let values: BTreeSet<String> = own.into_iter().chain(named).collect();
        let piece = |value| Evidence::supporting(question, value, Strength::Direct, sight.index, why.clone());
        evidence.extend(values.into_iter().map(piece));
    }
    evidence
}

pub(super) fn group_keys(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let Some(since) = group_since(&call.rows) else { return Vec::new() };
    let of_group = stanzas::each(call).into_iter().filter(|sight| sight.index >= since);
    let pieces = of_group.filter_map(|sight| {
        let count = keys(sight.node.children())
            + sight
                .node
                .child("destination")
                .map_or(0, |holder| holder.children().map(|member| keys(member.children())).sum());
        let action = sight.action.name.as_str();
        if count == 0 && !names::has_word(action, &["rekey", "key", "keys"]) {
            return None;
        }
        let when = sight.phase(call);
        let place = originator::seen_at(call, sight.row);
        let why = format!("{} {action} with {count} wrapped key{}, {when}, {place}.", capital(action), plural(count));
        Some(Evidence::supporting(question, format!("<{action}>"), Strength::Direct, sight.index, why))
    });
    pieces.collect()
}

fn keys(elements: Children<'_>) -> usize {
    elements.filter(|element| element.tag() == "enc").count()
}

/// The article, at the beginning of a sentence.
fn capital(word: &str) -> &'static str {
    if article(word) == "an" { "An" } else { "A" }
}
