//! The words that sentences and values of questions can have in braces.

use super::looked::Looked;
use super::path::{Lead, Names, Start};
use crate::call::{Call, Row};
use crate::origin::Direction;
use crate::protocol::binary::Element;
use crate::protocol::stanza::{Action, ActionName};
use crate::spec::context::Moment;
use crate::spec::observe::{SECOND, answers, elements, originator, seconds};
use crate::words::article;

/// What fills in a template.
#[derive(Clone, Copy)]
pub(super) struct Filling<'f, 's, 'c> {
    pub(super) looked: &'f Looked<'s, 'c>,
    pub(super) names: &'f Names,
    /// Where paths begin.
    pub(super) start: Start<'c>,
    /// What of the stanza is looked at one by one.
    pub(super) lead: Option<&'f Lead<'c>>,
    /// Index of the other stanza that the look is about.
    pub(super) other: Option<usize>,
    /// Index of the row that is cited.
    pub(super) row: usize,
    /// How many stanzas the look found.
    pub(super) total: usize,
}

/// A word that says something of a stanza.
#[derive(Debug)]
pub(super) struct Word {
    /// As it is written in braces.
    pub(super) name: &'static str,
    /// What is shown where it has nothing to say.
    pub(super) silent: &'static str,
    /// What it says.
    pub(super) says: fn(Filling<'_, '_, '_>) -> Option<String>,
}

/// Declares the words, a row each: the name, what is shown where it has nothing to say, and what it says.
macro_rules! words {
    ($($name:literal else $silent:literal: $says:expr;)*) => {
        /// The words.
        pub(super) const WORDS: &[Word] = &[$(Word { name: $name, silent: $silent, says: $says }),*];
    };
}

words! {
    // What it is.
    "an-action" else "a stanza": |it| action(it).map(|action| format!("{} {action}", article(action)));
    "the-action" else "a stanza of the call": |it| action(it).map(|action| format!("the {action}"));
    "reason" else "(none)": |it| Some(it.looked.seen.sight?.action.reason.as_deref()?.to_owned());
    "a-call" else "a call": |it| {
        let media = it.looked.call().media?.name();
        Some(format!("{} {media} call", article(media)))
    };
    // Where it was recorded, and who sent it.
    "place" else "": |it| Some(it.looked.place());
    "way" else "unknown": |it| it.looked.seen.row.observed.direction().map(|way| {
        if way == Direction::Outbound { "outbound" } else { "inbound" }.to_owned()
    });
    "went" else "seen": |it| it.looked.seen.row.observed.direction().map(|way| {
        if way == Direction::Outbound { "sent" } else { "delivered" }.to_owned()
    });
    "program" else "": |it| Some(originator::program(it.looked.call(), it.looked.seen.row));
    "of" else "": |it| originator::made(it.looked.seen.row).map(|made| format!(" of the {}", made.by.name()));
    "by" else "": |it| {
        let made = originator::made(it.looked.seen.row)?;
        let is_own = it.looked.seen.row.observed.direction() == Some(Direction::Outbound);
        (!is_own).then(|| format!(", sent by the {} ({} evidence)", made.by.name(), made.strength.name()))
    };
    "how" else "its sender is not known": |it| originator::made(it.looked.seen.row).map(|made| made.how);
    // When.
    "when" else "": |it| it.looked.seen.sight.map(|sight| sight.phase(it.looked.call()).to_owned());
    "answered" else "": |it| it.looked.seen.sight.map(|sight| match sight.was_answered(it.looked.call()) {
        Some(true) => "that had been answered".to_owned(),
        Some(false) => "that had not been answered".to_owned(),
        None => "that may have been answered".to_owned(),
    });
    "rang" else "": |it| {
        let rang = it.looked.call().elapsed(it.looked.call().progress.offered?, it.looked.seen.index)?;
        Some(format!(", {} after the offer", seconds(rang)))
    };
    "ring" else "an unknown time": |it| it.looked.rang().map(seconds);
    "ring-s" else "unknown": |it| it.looked.rang().map(whole);
    "ring-timeout" else "unknown": |it| {
        it.looked.call().announced().filter(|announced| announced.index == it.looked.seen.index).map(|it| whole(it.timeout))
    };
    "moment" else "": |it| match it.looked.moment()? {
        Moment::At(when) | Moment::Before(when) => Some(when),
    };
    "talk" else "": |it| it.looked.talk().map(|talk| format!(" after {} of talk", seconds(talk)));
    "later" else "": |it| it.looked.talk().map(|later| format!(" {}", seconds(later)));
    "apart" else "": |it| {
        let apart = it.looked.call().elapsed(it.other?, it.looked.seen.index)?;
        Some(format!(" {}", seconds(apart.saturating_abs())))
    };
    "apart-ms" else "": |it| {
        let (one, other) = (it.looked.seen.row.observed.time()?, row(it, it.other?)?.observed.time()?);
        Some(format!(" {:.1} ms", one.milliseconds_since(other).abs()))
    };
    "until-end" else "": |it| {
        let rang = it.looked.call().elapsed(it.looked.seen.index, it.looked.call().progress.ended?)?;
        Some(format!(" for {}", seconds(rang)))
    };
    // How it was answered.
    "taken" else "": |it| Some(it.looked.reception().words());
    "and-taken" else "": |it| {
        let is_own = it.looked.seen.row.observed.direction() == Some(Direction::Outbound);
        is_own.then(|| format!("; {}", it.looked.reception().words()))
    };
    "took" else "": |it| Some(answers::took(it.looked.call(), it.row));
    "answer" else "nothing": |it| {
        let node = &row(it, it.row)?.observed.read().node;
        let within = node.children().first().filter(|_| node.tag() == "ack");
        let within = within.map_or_else(String::new, |child| format!(" with <{}>", child.tag()));
        Some(format!("{}{within}", node.tag()))
    };
    "other" else "nothing": |it| {
        let node = &row(it, it.other?)?.observed.read().node;
        Some(format!("{} {}", article(node.tag()), node.tag()))
    };
    "reported" else "": |it| reported(it.looked.call());
    // What an element of it is.
    "name" else "(none)": |it| it.lead.map(|lead| lead.listed().to_owned());
    "its-value" else "(none)": |it| it.lead.filter(|lead| lead.name.is_some())?.value.as_deref().map(str::to_owned);
    "fits" else "": |it| elements::length(it.start.node).map(|length| elements::address_of(length).to_owned());
    "announced" else "": |it| {
        let tag = it.looked.survey.announced().holder(it.start.node)?;
        Some(format!("; the offer or its ack has the same bytes in {tag}"))
    };
    "listed" else "": |it| listed(it, it.start.node).map(str::to_owned);
    "same" else "": |it| {
        let relays = &it.looked.survey.relays().addresses;
        let is_same = it.start.node.bytes().is_some_and(|bytes| relays.contains(bytes));
        is_same.then(|| "; the relay list has the same bytes".to_owned())
    };
    "added" else "": |it| {
        let is_inbound = it.looked.seen.row.observed.direction() != Some(Direction::Outbound);
        is_inbound.then(|| ", which the server may have added".to_owned())
    };
}

fn action<'c>(it: Filling<'_, '_, 'c>) -> Option<&'c str> {
    it.looked.seen.action().map(ActionName::as_str)
}

fn row<'c>(it: Filling<'_, '_, 'c>, index: usize) -> Option<&'c Row> {
    it.looked.call().rows.get(index)
}

/// The nearest whole seconds.
fn whole(nanoseconds: i64) -> String {
    format!("{} s", nanoseconds.saturating_add(SECOND / 2) / SECOND)
}

/// Whether an address is as long as those in the relay list.
fn listed(it: Filling<'_, '_, '_>, address: Element<'_>) -> Option<&'static str> {
    let (length, lengths) = (elements::length(address)?, &it.looked.survey.relays().lengths);
    match lengths.contains(&length) {
        _ if lengths.is_empty() => None,
        true => Some(", as long as one in the relay list"),
        false => Some(", unlike any in the relay list"),
    }
}

/// What a `<duration>` action of the call says, which is a report to the server.
fn reported(call: &Call) -> Option<String> {
    let mut actions = call.rows.iter().filter_map(|row| row.observed.read().action());
    let report: &Action = actions.find(|action| action.name == ActionName::Duration)?;
    let given = [("duration", &report.duration), ("audio_duration", &report.audio_duration)];
    let given = given.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_deref()?)));
    let given: Vec<_> = given.collect();
    let given = if given.is_empty() { "no value".to_owned() } else { given.join(" and ") };
    Some(format!("; a duration action also reported {given}"))
}
