//! What do the rte and the settings of a call hold?
//!
//! *The question.* An accept can end with `<rte>` and `<voip_settings uncompressed="1">`. SIG-03 asks what is in them.
//! Offers and their acks have such settings as well.
//!
//! *What decides it.* A list: how long each `<rte>` is; the attributes of `<voip_settings>`, whether its body is JSON,
//! and the names at the head of it. Which element of the offer holds the same bytes as an `<rte>` tells where it is
//! from.
//!
//! *What is recorded.* The element and the stanza that it stands in, and what it holds. Values of settings are not
//! shown.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;

use crate::call::{Call, Row};
use crate::protocol::binary::Node;
use crate::protocol::stanza::{ActionName, Body};
use crate::spec::observe::content::{self, Announced};
use crate::spec::observe::{acknowledging, making};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "accept-settings",
    page: "SIG-03",
    number: Some(2),
    also: &[],
    title: "What do the rte and the settings of a call hold?",
    shape: Shape::List,
    hypotheses: &[],
    source: include_str!("accept_settings.rs"),
    observe,
};

/// The most names that are shown of one body.
const NAMES: usize = 24;

fn observe(call: &Call, _: &Context) -> Vec<Evidence> {
    let mut evidence = Vec::new();
    let mut announced = None;
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| row.copy_of.is_none() && row.repeats.is_none()) {
        let Some((what, node)) = holder(row) else { continue };
        let place = making::seen_at(call, row);
        for element in node.children() {
            let (value, more) = match element.tag.as_ref() {
                "rte" => {
                    let announced = announced.get_or_insert_with(|| Announced::of(call));
                    let from = announced.holder(element).filter(|holder| *holder != "rte");
                    let from = from.map_or_else(String::new, |tag| format!("; the offer has the same bytes in {tag}"));
                    (format!("rte in {what}: {}", content::size(element)), from)
                }
                "voip_settings" => {
                    let (form, names) = form(element);
                    (format!("voip_settings{} in {what}: {form}", switch(element)), names)
                }
                _ => continue,
            };
            let why = format!("It was seen {place}{more}.");
            evidence.push(Evidence::supporting(QUESTION.id, value, Strength::Direct, index, why));
        }
    }
    evidence
}

/// What a row is, and the element whose children count.
fn holder(row: &Row) -> Option<(&'static str, &Node)> {
    let stanza = row.observed.read();
    match &stanza.body {
        Body::Call(Some(action)) if action.name == ActionName::Accept => Some(("accept", stanza.action_node()?)),
        Body::Call(Some(action)) if action.name == ActionName::Offer => Some(("offer", stanza.action_node()?)),
        Body::Ack(_) if acknowledging::action_name(row) == "offer" => Some(("the ack of an offer", &stanza.node)),
        Body::Call(_) | Body::Ack(_) | Body::Receipt(_) | Body::Login(_) | Body::Other => None,
    }
}

/// Whether settings say that they are not compressed.
fn switch(settings: &Node) -> String {
    settings.text("uncompressed").map_or_else(String::new, |said| format!(" uncompressed={said}"))
}

/// The form of settings, and a clause with the names at their head.
fn form(settings: &Node) -> (&'static str, String) {
    match (content::bytes(settings), content::length(settings)) {
        (_, Some(0)) => ("empty", String::new()),
        (Some(bytes), _) => match sections(bytes) {
            Some(sections) => {
                let names: Vec<String> = sections.into_keys().take(NAMES).collect();
                ("JSON", format!("; it has {}", names.join(", ")))
            }
            None => ("not JSON", String::new()),
        },
        (None, _) => ("bytes that the recording leaves out", String::new()),
    }
}

/// What settings in JSON hold by name; some logs quote the text once more.
fn sections(body: &[u8]) -> Option<BTreeMap<String, IgnoredAny>> {
    let quoted = || serde_json::from_slice(&serde_json::from_slice::<String>(body).ok()?.into_bytes()).ok();
    serde_json::from_slice(body).ok().or_else(quoted)
}
