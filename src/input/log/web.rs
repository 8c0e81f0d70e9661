//! Records of hooks inside WhatsApp Web: JSON lines, in the two forms that known hooks write.
//!
//! Such a hook sits where the page encodes and decodes nodes, which it also does for what passes between its own script
//! and its call engine. That was never on the network, and is told from what was by its addresses.

use std::borrow::Cow;

use serde::Deserialize;

use super::super::{Format, Reading};
use super::json_node::Json;
use super::line::{Found, LineFormat, Outcome, Stamp, Text, milliseconds, stanza};
use super::pino::date;
use crate::origin::Direction;
use crate::protocol::binary::Node;
use crate::protocol::xml::Dialect;

/// Records with the stanza under `event`, `schema` `v1`.
pub(in crate::input) const HOOK: Format = Format {
    name: "web-hook",
    about: "lines of a hook in WhatsApp Web, schema v1",
    technique: "websocket-capture",
    brings_secrets: false,
    connections: "log",
    reading: Reading::Lines(LineFormat {
        markers: &["\"schema\":\"v1\"", "\"schema\": \"v1\""],
        signs: &[],
        advice: "",
        program: Some("whatsapp-web"),
        omits_own_acks: false,
        is_alone: false,
        read: hook,
    }),
};

/// Records of schema `wa-voip-diag/v2`, whose signalling is among events of many other kinds.
pub(in crate::input) const DIAGNOSTIC: Format = Format {
    name: "web-diagnostic",
    about: "lines of a diagnostic extension in WhatsApp Web, schema wa-voip-diag/v2",
    technique: "websocket-capture",
    brings_secrets: false,
    connections: "log",
    reading: Reading::Lines(LineFormat {
        markers: &["\"event\":\"signaling\"", "\"event\": \"signaling\""],
        signs: &["\"schema\":\"wa-voip-diag/v2\"", "\"schema\": \"wa-voip-diag/v2\""],
        advice: "which has events of other kinds only: reload WhatsApp Web with the extension before the call",
        program: Some("whatsapp-web"),
        omits_own_acks: false,
        is_alone: true,
        read: diagnostic,
    }),
};

#[derive(Deserialize)]
struct Hook<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    #[serde(borrow, rename = "sessionId")]
    session: Option<Cow<'a, str>>,
    #[serde(borrow)]
    event: Event<'a>,
}

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(borrow)]
    direction: Option<Cow<'a, str>>,
    #[serde(borrow)]
    ts: Option<Cow<'a, str>>,
    #[serde(borrow)]
    xml: Option<Cow<'a, str>>,
    #[serde(default)]
    node: Json,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Diagnostic<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    ts: Option<f64>,
    #[serde(borrow)]
    stage: Option<Cow<'a, str>>,
    #[serde(borrow)]
    direction: Option<Cow<'a, str>>,
    #[serde(borrow)]
    session_id: Option<Cow<'a, str>>,
    tab_id: Option<i64>,
    #[serde(default)]
    node: Json,
    #[serde(borrow)]
    raw_xml: Option<Cow<'a, str>>,
}

/// Reads the object that a line has.
fn object<'t, T: Deserialize<'t>>(text: &Text<'t>) -> Result<T, Outcome> {
    let line = text.line();
    let object = line.find('{').and_then(|brace| line.get(brace..)).ok_or(Outcome::Unrelated)?;
    match serde_json::Deserializer::from_str(object).into_iter().next() {
        Some(Ok(read)) => Ok(read),
        // Other programs may have a schema of that name.
        Some(Err(error)) if error.is_data() => Err(Outcome::Unrelated),
        Some(Err(error)) if error.is_eof() => Err(Outcome::Broken { lines: 1, why: "its JSON ends too early" }),
        Some(Err(_)) | None => Err(Outcome::Broken { lines: 1, why: "its JSON is broken, or nested too deep" }),
    }
}

fn hook(text: &Text<'_>) -> Outcome {
    let hook = match object::<Hook<'_>>(text) {
        Ok(hook) if hook.schema == "v1" => hook,
        Ok(_) => return Outcome::Unrelated,
        Err(outcome) => return outcome,
    };
    let Event { direction, ts, xml, node } = hook.event;
    let stamp = ts.and_then(|ts| date(&ts)).map_or(Stamp::None, Stamp::At);
    let client = hook.session.map_or_else(String::new, |session| format!("session {session}"));
    let way = way(direction.as_deref());
    one(&node, xml.as_deref().map(|xml| (xml, Dialect::WHATSAPP_WEB)), way, stamp, client)
}

fn diagnostic(text: &Text<'_>) -> Outcome {
    let record = match object::<Diagnostic<'_>>(text) {
        Ok(record) if record.schema.starts_with("wa-voip-diag/") => record,
        Ok(_) => return Outcome::Unrelated,
        Err(outcome) => return outcome,
    };
    let Diagnostic { ts, stage, direction, session_id, tab_id, node, raw_xml, .. } = record;
    let client = match (tab_id, session_id) {
        (Some(tab), _) => format!("tab {tab}"),
        (None, Some(session)) => format!("session {session}"),
        (None, None) => String::new(),
    };
    let way = way(stage.as_deref().or(direction.as_deref()));
    let stamp = ts.and_then(milliseconds).map_or(Stamp::None, Stamp::At);
    one(&node, raw_xml.as_deref().map(|xml| (xml, Dialect::HEX)), way, stamp, client)
}

/// Which way a node went through the hook.
fn way(name: Option<&str>) -> Option<Direction> {
    match name {
        Some("in" | "decode") => Some(Direction::Inbound),
        Some("out" | "encode") => Some(Direction::Outbound),
        _ => None,
    }
}

/// The stanza of a record: from its node, which has all of it, else from its text.
fn one(node: &Json, xml: Option<(&str, Dialect)>, way: Option<Direction>, stamp: Stamp, client: String) -> Outcome {
    let from_text = || xml.and_then(|(xml, dialect)| Some(stanza(xml, dialect, true).ok()?.0));
    let Some(found) = node.stanza().or_else(from_text) else {
        return Outcome::Broken { lines: 1, why: "it has neither a node nor XML" };
    };
    let is_internal = is_internal(&found.node, way);
    let direction = way.filter(|_| !is_internal);
    Outcome::Read { lines: 1, found: vec![Found { direction, stamp, client, is_internal, ..found }] }
}

/// Whether a node passed between parts of the client only. What it sends to the network has a `to`, and what it
/// receives has a `from`; an action without a `<call>` around it is never sent.
fn is_internal(node: &Node, way: Option<Direction>) -> bool {
    let is_bare_action = node.attribute("call-id").is_some();
    // The server's ack of an offer names the call itself.
    (is_bare_action && &*node.tag != "ack")
        || match way {
            Some(Direction::Outbound) => node.attribute("to").is_none(),
            Some(Direction::Inbound) => node.attribute("from").is_none(),
            None => true,
        }
}
