//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::{Call, Row};
use crate::protocol::binary::Element;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::answers::Reception;
use crate::spec::observe::elements::Announced;
use crate::spec::observe::stanzas::Sight;
use crate::spec::observe::{answers, elements, endpoints, originator, stanzas};
use crate::spec::{Context, Evidence, Question, Strength, lists};
use crate::words::plural;
use serde::de::IgnoredAny;

pub(super) fn accept_te(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    lists::endpoints(call, question, &ActionName::Accept)
}

/// The most names that are shown of one body.
const NAMES: usize = 24;

pub(super) fn accept_settings(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut announced = None;
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| row.copy_of.is_none() && row.repeats.is_none()) {
        let Some((what, node)) = holder(row) else { continue };
        let place = originator::seen_at(call, row);
        for element in node.children() {
            let (value, more) = match element.tag() {
                "rte" => {
                    let announced = announced.get_or_insert_with(|| Announced::of(call));
                    let from = announced.holder(element).filter(|holder| *holder != "rte");
                    let from = from
                        .map_or_else(String::new, |tag| format!("; the offer or its ack has the same bytes in {tag}"));
                    (format!("rte in {what}: {}", elements::size(element)), from)
                }
                "voip_settings" => (format!("voip_settings{} in {what}", switch(element)), form(element)),
                _ => continue,
            };
            let why = format!("It was seen {place}{more}.");
            evidence.push(Evidence::supporting(question, value, Strength::Direct, index, why));
        }
    }
    evidence
}

/// What a row is, and the element whose children count.
fn holder(row: &Row) -> Option<(&'static str, Element<'_>)> {
    let stanza = row.observed.read();
    if let Some(announcement) = row.announcement() {
        return Some((if stanza.action().is_some() { "offer" } else { "the ack of an offer" }, announcement));
    }
    stanza.action().filter(|action| action.name == ActionName::Accept)?;
    Some(("accept", stanza.action_node()?))
}

/// Whether settings say that they are not compressed.
fn switch(settings: Element<'_>) -> String {
    settings.text("uncompressed").map_or_else(String::new, |said| format!(" uncompressed={said}"))
}

/// A clause on the form of settings, with the names at their head.
fn form(settings: Element<'_>) -> String {
    match (settings.bytes(), elements::length(settings)) {
        (_, Some(0)) => "; it is empty".to_owned(),
        (Some(bytes), _) => match sections(bytes) {
            Some(sections) => {
                let names: Vec<String> = sections.into_keys().take(NAMES).collect();
                format!("; it is JSON with {}", names.join(", "))
            }
            None => "; it is not JSON".to_owned(),
        },
        (None, _) => String::new(),
    }
}

/// What settings in JSON hold by name; some logs quote the text once more.
fn sections(body: &[u8]) -> Option<BTreeMap<String, IgnoredAny>> {
    let quoted = || serde_json::from_slice(&serde_json::from_slice::<String>(body).ok()?.into_bytes()).ok();
    serde_json::from_slice(body).ok().or_else(quoted)
}

/// The order of the page.
const ORDER: [&str; 7] = ["audio", "te", "net", "encopt", "capability", "rte", "voip_settings"];

/// The error with which the server refuses an offer out of order.
const OUT_OF_ORDER: &str = "439";

pub(super) fn accept_order(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let mut accepts = stanzas::of(call, &ActionName::Accept);
    accepts.retain(Sight::is_outbound);
    if accepts.is_empty() {
        return Vec::new();
    }
    let answers = answers::answers(call);
    let pieces = accepts.iter().filter_map(|sight| {
        let tags = || sight.node.children().map(|child| child.tag());
        let ranks = || tags().filter_map(|tag| ORDER.iter().position(|known| *known == tag));
        let is_ordered = ranks().is_sorted();
        let reception = answers::reception(call, answers.get(sight.index)?);
        let is_439 = |code: Option<&str>| code == Some(OUT_OF_ORDER);
        let (hypothesis, strength, row) = match (reception, is_ordered) {
            (Reception::Acked { row }, false) => ("not-enforced", Strength::Direct, row),
            (Reception::Refused { row, error }, false) if is_439(error.code.as_deref()) => {
                ("enforced", Strength::Direct, row)
            }
            (Reception::Refused { row, error }, true) if is_439(error.code.as_deref()) => {
                ("enforced", Strength::Indirect, row)
            }
            _ => return None,
        };
        let order = tags().take(SHOWN).collect::<Vec<_>>().join(", ");
        let how = if is_ordered { "in the page's order" } else { "out of the page's order" };
        let taken = reception.words();
        let program = originator::program(call, sight.row);
        let why = format!("An accept with its children {how} ({order}) was {taken}{program}.");
        Some(Evidence::supporting(question, hypothesis, strength, row, why))
    });
    pieces.collect()
}

/// The most children whose order is shown.
const SHOWN: usize = 24;

pub(super) fn accept_candidates(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    let accepts = stanzas::of(call, &ActionName::Accept);
    if accepts.is_empty() {
        return Vec::new();
    }
    let transports = stanzas::of(call, &ActionName::Transport);
    let with: BTreeSet<_> = transports
        .iter()
        .filter(|sight| endpoints::count(sight.node) > 0)
        .map(|sight| (sight.row.vantage, sight.is_outbound()))
        .collect();
    let pieces = accepts.iter().map(|sight| {
        let place = originator::seen_at(call, sight.row);
        let count = endpoints::count(sight.node);
        if count > 0 {
            let spelled =
                endpoints::candidates(sight.node).filter(|candidate| endpoints::is_spelled_out(*candidate)).count();
            let form =
                if spelled > 0 { format!(", {spelled} of them with an address in attributes") } else { String::new() };
            let why = format!("An accept, {place}, has {count} candidate{}{form}.", plural(count));
            return Evidence::supporting(question, "in-accept", originator::as_built(sight.row), sight.index, why)
                .routine();
        }
        let elsewhere = if with.contains(&(sight.row.vantage, sight.is_outbound())) {
            "; transports in the same direction have some"
        } else {
            ""
        };
        let why = format!("An accept, {place}, has no candidates{elsewhere}.");
        Evidence::supporting(question, "not-in-accept", Strength::Absence, sight.index, why)
    });
    pieces.collect()
}
