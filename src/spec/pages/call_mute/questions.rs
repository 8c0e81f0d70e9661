//! What bears on the open questions of this page; `page.md` says what decides each.

use crate::call::{Call, Media, Row};
use crate::origin::Direction;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::answers::Answers;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answered, answers, names, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, coverage, question};
use crate::words::article;

pub(super) fn video_mute(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let pieces = stanzas::each(call).into_iter().filter_map(|sight| {
        let action = sight.action.name.as_str();
        let (hypothesis, strength) = match sight.action.name {
            ActionName::Mute | ActionName::MuteV2 if mutes_video(&sight) => ("same-action", Strength::Direct),
            ActionName::Unknown(_) if names::has_word(action, &["video"]) => {
                let is_video = call.media == Some(Media::Video) && sight.is_in_call(call);
                let strength = if names::says_state(&sight) { Strength::Direct } else { Strength::Indirect };
                ("other-action", Some(strength).filter(|_| is_video)?)
            }
            _ => return None,
        };
        let attributes = sight.node.attributes().filter(|it| !matches!(it.name, "call-id" | "call-creator"));
        let attributes = attributes.take(SHOWN).map(|it| format!(" {}={}", it.name, it.value));
        let place = originator::seen_at(call, sight.row);
        let why = format!("It is {} {action}{}, {place}.", article(action), attributes.collect::<String>());
        let piece = Evidence::supporting(question, hypothesis, strength, sight.index, why);
        Some(piece.with_values(vec![format!("<{action}>")]))
    });
    pieces.collect()
}

/// Whether a mute names the video.
fn mutes_video(sight: &Sight<'_>) -> bool {
    let mut attributes = sight.node.attributes();
    attributes.any(|it| names::has_word(it.name, &["video"]) || it.name == "media" && it.value.to_text() == "video")
}

/// The most attributes that are shown of one action.
const SHOWN: usize = 8;

pub(super) fn mute_form(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let is_mute = |name: &str| name.contains("mute");
    if !call.rows.iter().any(|row| row.action.as_ref().is_some_and(|action| is_mute(action.as_str()))) {
        return Vec::new();
    }
    let mutes = stanzas::each(call).into_iter().filter(|sight| is_mute(sight.action.name.as_str()));
    question::first_of_each(mutes.map(|sight| judge_form(question, call, &sight)))
}

fn judge_form(question: &'static Question, call: &Call, sight: &Sight<'_>) -> Evidence {
    let tag = sight.action.name.as_str();
    let place = originator::seen_at(call, sight.row);
    let attributes = sight.node.attributes();
    let states = attributes.filter(|it| !matches!(it.name, "call-id" | "call-creator" | "media"));
    let states: Vec<_> = states.map(|it| format!("{}={}", it.name, it.value)).collect();
    let (hypothesis, strength, why) = if tag.contains("unmute") {
        ("two-tags", Strength::Direct, format!("A separate action, {tag}, {place}."))
    } else if states.is_empty() {
        ("two-tags", Strength::Indirect, format!("A {tag}, {place}, has no attribute distinguishing on from off."))
    } else {
        ("one-tag", Strength::Direct, format!("A {tag}, {place}, carries its state: {}.", states.join(" and ")))
    };
    let value = std::iter::once(tag.to_owned()).chain(states).collect::<Vec<_>>().join(" ");
    let piece = Evidence::supporting(question, hypothesis, strength, sight.index, why).with_values(vec![value]);
    if hypothesis == "one-tag" { piece.routine() } else { piece }
}

pub(super) fn video_toggle_tag(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    question::first_of_each(answered::during(call).iter().filter_map(|(sight, _)| judge_tag(question, call, sight)))
}

fn judge_tag(question: &'static Question, call: &Call, sight: &Sight<'_>) -> Option<Evidence> {
    let tag = sight.action.name.as_str();
    let hypothesis = match sight.action.name {
        ActionName::Mute | ActionName::MuteV2 if sight.node.text("media").as_deref() == Some("video") => {
            "tag-of-its-own"
        }
        ActionName::Unknown(_) if tag == "video" => "same-tag",
        ActionName::Unknown(_) if names::has_word(tag, &["video"]) => "tag-of-its-own",
        _ => return None,
    };
    let is_mute = matches!(sight.action.name, ActionName::Mute | ActionName::MuteV2);
    let strength = if is_mute || names::says_state(sight) { Strength::Direct } else { Strength::Indirect };
    let state = if strength == Strength::Direct { "" } else { ", which carries no state" };
    let place = originator::seen_at(call, sight.row);
    let why = format!("After the accept, there was {} {tag}, {place}{state}.", article(tag));
    let piece = Evidence::supporting(question, hypothesis, strength, sight.index, why);
    Some(piece.with_values(vec![format!("<{tag}>")]))
}

pub(super) fn mute_answer(question: &'static Question, call: &Call, context: &Context) -> Vec<Evidence> {
    let is_mute = |row: &Row| {
        let names_mute = row.action.as_ref().is_some_and(|action| action.as_str().contains("mute"));
        names_mute && matches!(row.observed.read().body, Body::Call(Some(_)))
    };
    if !call.rows.iter().any(is_mute) {
        return Vec::new();
    }
    let answers = answers::answers(call);
    let mutes = call.rows.iter().enumerate().zip(&answers).filter(|((_, row), _)| is_mute(row));
    question::first_of_each(
        mutes.flat_map(|((index, row), answers)| judge_answer(question, call, context, index, row, answers)),
    )
}

fn judge_answer(
    question: &'static Question,
    call: &Call,
    context: &Context,
    index: usize,
    row: &Row,
    answers: &Answers,
) -> Vec<Evidence> {
    let way = match row.observed.direction() {
        Some(Direction::Outbound) => "outbound",
        Some(Direction::Inbound) => "inbound",
        None => return Vec::new(),
    };
    if answers.is_empty() {
        let is_watched = if way == "inbound" {
            coverage::own_acks_covered(call, context, row).is_ok()
        } else {
            coverage::after(call, context, row, coverage::ANSWERED_WITHIN)
        };
        let why = format!("An {way} mute got neither an ack nor a receipt while its socket was read without a gap.");
        let none = is_watched.then(|| Evidence::supporting(question, "unanswered", Strength::Absence, index, why));
        return none.into_iter().collect();
    }
    let kinds = [("ack", answers.acks.first()), ("receipt", answers.receipts.first())];
    let answered = kinds.into_iter().filter_map(|(kind, answer)| {
        let answer = *answer?;
        let why = format!("An {way} mute was answered: {kind}{}.", answers::took(call, answer));
        let piece = Evidence::supporting(question, "answered", Strength::Direct, answer, why);
        Some(piece.with_values(vec![format!("{way}: {kind}")]).routine())
    });
    answered.collect()
}
