//! Records of hooks inside WhatsApp Web: JSON lines, in the two forms that known hooks write.
//!
//! Such a hook sits where the page encodes and decodes nodes, which it also does for what passes between its own script
//! and its call engine. That was never on the network, and is recognised by its addresses.

use std::borrow::Cow;

use serde::Deserialize;

use super::entry::{
    EntryContent, LineFormat, LogEntry, LogTime, LoggedStanza, NoEntry, Parsed, Precedence, Text, json, stanza,
};
use super::json_node::JsonValue;
use crate::input::{clients, time};
use crate::origin::Direction;
use crate::protocol::binary::Node;
use crate::protocol::xml::Dialect;

/// Records with the stanza under `event`, `schema` `v1`.
pub(in crate::input) const HOOK: LineFormat = LineFormat::of(&clients::WEB_HOOK, hook);

/// Records of schema `wa-voip-diag/v2`, whose signalling is among events of many other kinds.
pub(in crate::input) const DIAGNOSTIC: LineFormat =
    LineFormat { is_exclusive: true, ..LineFormat::of(&clients::WEB_DIAGNOSTIC, diagnostic) };

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
    node: JsonValue,
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
    node: JsonValue,
    #[serde(borrow)]
    raw_xml: Option<Cow<'a, str>>,
    /// What the page logged of a stanza: when, `raw_in` or `raw_out`, its XML, and perhaps a stack.
    #[serde(default)]
    row: JsonValue,
}

/// Reads the object that a line has.
fn object<'t, T: Deserialize<'t>>(text: &Text<'t>) -> Result<T, NoEntry> {
    let line = text.line();
    let object = line.find('{').and_then(|brace| line.get(brace..)).ok_or(NoEntry::Unrelated)?;
    // Other programs may have a schema of that name.
    json(object).map_err(|error| if error.is_data() { NoEntry::Unrelated } else { error.into() })
}

fn hook(text: &Text<'_>) -> Parsed {
    let hook: Hook<'_> = object(text)?;
    if hook.schema != "v1" {
        return Err(NoEntry::Unrelated);
    }
    let Event { direction, ts, xml, node } = hook.event;
    let time = ts.and_then(|ts| time::rfc3339(&ts)).into();
    let vantage = hook.session.map_or_else(String::new, |session| format!("session {session}"));
    one(&node, xml.as_deref(), clients::WEB_HOOK.dialect, way(direction.as_deref()), time, vantage)
}

fn diagnostic(text: &Text<'_>) -> Parsed {
    let record: Diagnostic<'_> = object(text)?;
    if !record.schema.starts_with("wa-voip-diag/") {
        return Err(NoEntry::Unrelated);
    }
    let Diagnostic { ts, stage, direction, session_id, tab_id, node, raw_xml, row, .. } = record;
    let vantage = match (tab_id, session_id) {
        (Some(tab), _) => format!("tab {tab}"),
        (None, Some(session)) => format!("session {session}"),
        (None, None) => String::new(),
    };
    let time = ts.and_then(time::milliseconds).into();
    if let Some([_, kind, xml, ..]) = row.items() {
        return raw(kind.text(), xml.text(), time, vantage);
    }
    let way = way(stage.as_deref().or(direction.as_deref()));
    let precedence = Precedence::OneOf("signaling");
    let mut entry = one(&node, raw_xml.as_deref(), clients::WEB_DIAGNOSTIC.dialect, way, time, vantage)?;
    if let EntryContent::Stanzas(stanzas) = &mut entry.content {
        stanzas.iter_mut().filter(|stanza| !stanza.is_internal).for_each(|stanza| stanza.precedence = precedence);
    }
    Ok(entry)
}

/// A stanza as the page's own logger printed it. What it prints was on the network.
fn raw(kind: Option<&str>, xml: Option<&str>, time: LogTime, vantage: String) -> Parsed {
    let direction = match kind {
        Some("raw_in") => Some(Direction::Inbound),
        Some("raw_out") => Some(Direction::Outbound),
        _ => return Err(NoEntry::Unrelated),
    };
    let xml = xml.ok_or(NoEntry::unreadable("its row has no XML"))?;
    let (stanza, _) = stanza(xml, clients::WEB_DIAGNOSTIC.dialect, true)
        .map_err(|_| NoEntry::unreadable("the text of its row is not XML"))?;
    let precedence = Precedence::OneOf("wa-logger-raw");
    LogEntry::stanza(1, LoggedStanza { direction, time, vantage, precedence, ..stanza })
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
fn one(
    node: &JsonValue,
    xml: Option<&str>,
    dialect: Dialect,
    way: Option<Direction>,
    time: LogTime,
    vantage: String,
) -> Parsed {
    let from_text = || Some(stanza(xml?, dialect, true).ok()?.0);
    let stanza = node.stanza().or_else(from_text).ok_or(NoEntry::unreadable("it has neither a node nor XML"))?;
    let is_internal = is_internal(&stanza.node, way);
    let direction = way.filter(|_| !is_internal);
    LogEntry::stanza(1, LoggedStanza { direction, time, vantage, is_internal, ..stanza })
}

/// Returns whether a node only passed between parts of the client. What it sends to the network has a `to`, and what it
/// receives has a `from`; an action without a `<call>` around it is never sent.
fn is_internal(node: &Node, way: Option<Direction>) -> bool {
    let is_bare_action = node.attribute("call-id").is_some();
    // The server's ack of an offer names the call itself.
    (is_bare_action && node.tag() != "ack")
        || match way {
            Some(Direction::Outbound) => node.attribute("to").is_none(),
            Some(Direction::Inbound) => node.attribute("from").is_none(),
            None => true,
        }
}
