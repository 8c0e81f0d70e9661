//! What bears on the open questions of this page; `page.md` says what decides each.

use std::collections::BTreeMap;

use crate::call::{Call, Row};
use crate::protocol::binary::Element;
use crate::protocol::stanza::ActionName;
use crate::spec::observe::elements::Announced;
use crate::spec::observe::{elements, originator};
use crate::spec::{Context, Evidence, Question, Strength};
use serde::de::IgnoredAny;

/// The most names that are shown of one body.
const NAMES: usize = 24;

/// Not data: it reads JSON inside an element, and looks for the same bytes in others.
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
