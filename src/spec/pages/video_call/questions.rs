//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Media};
use crate::protocol::binary::Element;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::answers::Reception;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answers, group, names, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength};
use crate::words::article;

pub(super) fn video_attributes(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let offers = stanzas::of(call, &ActionName::Offer);
    if offers.iter().all(|sight| sight.node.child("video").is_none()) {
        return Vec::new();
    }
    let answers = answers::answers(call);
    let pieces = offers.into_iter().filter_map(|sight| {
        let video = sight.node.child("video")?;
        let elements = video.children().map(|child| format!("<{}>", child.tag()));
        let (names, shown): (Vec<_>, Vec<_>) =
            video.attributes().map(|it| (it.name.to_string(), format!("{}={}", it.name, it.value))).unzip();
        let values: Vec<_> = names.into_iter().chain(elements.clone()).collect();
        let shown: Vec<_> = shown.into_iter().chain(elements).collect();
        let taken = match answers.get(sight.index).map(|answers| answers::reception(call, answers)) {
            Some(reception @ (Reception::Acked { .. } | Reception::Refused { .. })) if sight.is_outbound() => {
                format!("; it was {}", reception.words())
            }
            _ => String::new(),
        };
        let place = format!("{}{}", originator::seen_at(call, sight.row), originator::program(call, sight.row));
        let (hypothesis, strength, what) = if values.is_empty() {
            ("none", Strength::Absence, "is bare".to_owned())
        } else {
            ("some", originator::as_built(sight.row), format!("has {}", shown.join(" and ")))
        };
        let why = format!("The video of an offer {place} {what}{taken}.");
        Some(Evidence::supporting(question, hypothesis, strength, sight.index, why).with_values(values).routine())
    });
    pieces.collect()
}

pub(super) fn accept_video(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    if call.media != Some(Media::Video) {
        return Vec::new();
    }
    let pieces = stanzas::of(call, &ActionName::Accept).into_iter().map(|sight| {
        let place = format!("{}{}", originator::seen_at(call, sight.row), originator::program(call, sight.row));
        let found = names::named(&sight, &["video"]);
        if found.is_empty() {
            let why = format!("The accept of a video call, {place}, has nothing named after video.");
            return Evidence::supporting(question, "silent", Strength::Absence, sight.index, why);
        }
        let why = format!("The accept of a video call, {place}, has {}.", names::shown(&found));
        let values = found.into_iter().map(|named| named.name).collect();
        Evidence::supporting(question, "speaks", originator::as_built(sight.row), sight.index, why).with_values(values)
    });
    pieces.collect()
}

pub(super) fn video_escalation(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let offered = call.progress.offered.and_then(|offered| call.rows.get(offered)?.observed.read().action_node());
    let is_audio = offered.is_some_and(|offer| {
        offer.child("video").is_none() && offer.text("media").is_none_or(|media| media == "audio")
    });
    if !is_audio || call.progress.accepted.is_none() {
        return Vec::new();
    }
    let sights = stanzas::each(call).into_iter();
    let sights = sights.filter(|sight| sight.is_in_call(call) && !group::is_invitation(call, sight));
    sights.filter_map(|sight| judge(question, call, &sight)).collect()
}

fn judge(question: &'static Question, call: &Call, sight: &Sight<'_>) -> Option<Evidence> {
    let name = &sight.action.name;
    let is_video = names::has_word(name.as_str(), &["video"]);
    let has_video = sight.node.child("video").is_some();
    if !has_video && !is_video || matches!(name, ActionName::Accept | ActionName::Preaccept) {
        return None;
    }
    let says_state = is_video && names::says_state(sight);
    let strength = if has_video || says_state { Strength::Direct } else { Strength::Indirect };
    let hypothesis = if *name == ActionName::Offer { "fresh-offer" } else { "other-action" };
    let tag = name.as_str();
    let with = if has_video { " with a video element" } else { "" };
    let found = names::named(sight, &["video", "state", "enabled"]);
    let said: Vec<_> = found.iter().filter(|named| named.value.is_some()).cloned().collect();
    let said = if said.is_empty() { String::new() } else { format!(" ({})", names::shown(&said)) };
    let place = originator::seen_at(call, sight.row);
    let why = format!("In an answered audio call: {} {tag}{with}{said}, {place}.", article(tag));
    let piece = Evidence::supporting(question, hypothesis, strength, sight.index, why);
    Some(piece.with_values(vec![format!("<{tag}>")]))
}

pub(super) fn video_position(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut offers = stanzas::of(call, &ActionName::Offer);
    offers.retain(|sight| sight.is_outbound() && sight.node.child("video").is_some());
    if offers.is_empty() {
        return Vec::new();
    }
    let answers = answers::answers(call);
    let pieces = offers.iter().filter_map(|sight: &Sight<'_>| {
        let children = sight.node.children();
        let place = children.into_iter().position(|child| child.tag() == "video")?;
        let before = place.checked_sub(1).and_then(|before| children.get(before));
        let after = children.skip(place).find(|child| child.tag() != "video");
        let taken = answers::reception(call, answers.get(sight.index)?).words();
        let value = format!("after {}, before {}: {taken}", name(before), name(after));
        let seen = originator::seen_at(call, sight.row);
        let program = originator::program(call, sight.row);
        let why = format!("An offer with video, {seen}{program}: {taken}.");
        // A refusal is shown by its ack.
        let row = sight.row.refused_by.unwrap_or(sight.index);
        Some(Evidence::supporting(question, value, Strength::Direct, row, why))
    });
    pieces.collect()
}

fn name(node: Option<Element<'_>>) -> String {
    node.map_or_else(|| "nothing".to_owned(), |node| format!("<{}>", node.tag()))
}
