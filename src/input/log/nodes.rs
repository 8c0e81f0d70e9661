//! Stanzas as nodes in JSON, in any arrangement, and as programs print objects: on one line or several, after a label or
//! alone, in the body of a webhook or in a field of another log. Also JSON with stanzas as XML, hex or base64 in a field.

use super::entry::{EntryContent, LineFormat, LogEntry, NoEntry, Parsed, Text};
use super::finder::{Finder, Finds};
use crate::protocol::xml::Dialect;

/// Nodes in values of any kind.
pub(in crate::input) const NODES: LineFormat =
    LineFormat { spans_markers: true, ..LineFormat::of_no_client(MARKERS, read) };

/// What lines with such nodes contain, or lines with which a value of several lines begins.
const MARKERS: &[&str] = &[
    "{\n",
    "{\r\n",
    "[\n",
    "[\r\n",
    "<call",
    "<ack",
    "<receipt",
    "u003ccall",
    "u003cack",
    "u003creceipt",
    "tag\":\"call\"",
    "tag\":\"ack\"",
    "tag\":\"receipt\"",
    "tag\": \"call\"",
    "tag\": \"ack\"",
    "tag\": \"receipt\"",
    "tag\\\":\\\"call",
    "tag\\\":\\\"ack",
    "tag\\\":\\\"receipt",
    "tag: 'call'",
    "tag: 'ack'",
    "tag: 'receipt'",
    "tag: \"call\"",
    "tag: \"ack\"",
    "tag: \"receipt\"",
    "tag': 'call'",
    "tag': 'ack'",
    "tag': 'receipt'",
    "Tag:call ",
    "Tag:ack ",
    "Tag:receipt ",
    "Tag\":\"call\"",
    "Tag\":\"ack\"",
    "Tag\":\"receipt\"",
    "description=call",
    "description=ack",
    "description=receipt",
    "\"00f8",
    "\"00F8",
    "\"f80",
    "\"F80",
    "\"f81",
    "\"F81",
    "\"0278",
    "\"APg",
    "\"APk",
    "\"+A",
    "\"Ang",
];

/// Returns whether a line that cannot be read should have held a stanza: it has the tag of a node, or is JSON with XML.
fn is_marked(line: &str) -> bool {
    let bare = line.replace(['\\', '"', '\''], "").replace(": ", ":");
    let has_tag = |tag: &str| {
        let marks = ["tag:", "Tag:", "description="].map(|name| format!("{name}{tag}"));
        marks
            .iter()
            .any(|mark| bare.split_once(mark.as_str()).is_some_and(|(_, behind)| behind.starts_with([',', '}', ' '])))
    };
    let is_json = line.trim_start().starts_with("{\"");
    let has_xml = || ["<call", "<ack", "<receipt", "u003ccall", "u003cack"].iter().any(|tag| line.contains(tag));
    ["call", "ack", "receipt"].into_iter().any(has_tag) || (is_json && has_xml())
}

fn read(text: &Text<'_>) -> Parsed {
    let line = text.line();
    if !line.contains(['{', '[']) {
        return Err(NoEntry::Unrelated);
    }
    let finder = Finder { dialect: Dialect::UNKNOWN, is_any: false };
    match finder.in_values(text.text) {
        Ok(Finds { stanzas, lines, has_preview }) => {
            if stanzas.is_empty() && has_preview {
                return Err(NoEntry::LeftOut);
            }
            let stanzas = stanzas.into_iter().map(|found| found.stanza).collect();
            Ok(LogEntry { lines, content: EntryContent::Stanzas(stanzas) })
        }
        Err(NoEntry::Incomplete) if !text.is_all => Err(NoEntry::Incomplete),
        // XML may hold values too.
        Err(NoEntry::Nothing { lines }) if lines > 1 => Err(NoEntry::Nothing { lines }),
        Err(NoEntry::Nothing { .. }) => Err(NoEntry::Unrelated),
        Err(_) if is_marked(line) => Err(NoEntry::unreadable("its JSON is truncated or invalid")),
        Err(_) => Err(NoEntry::Unrelated),
    }
}
