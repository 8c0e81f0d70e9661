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

/// The marks of a node itself: what has one of these and cannot be read is said to.
fn is_marked(line: &str) -> bool {
    let line = line.replace(['\\', '"', '\''], "").replace(": ", ":");
    ["call", "ack", "receipt"].into_iter().any(|tag| {
        [format!("{{tag:{tag},"), format!("{{Tag:{tag} "), format!("[description={tag},")]
            .iter()
            .any(|mark| line.contains(mark))
    })
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
        Err(_) if is_marked(line) => {
            Err(NoEntry::unreadable("the node in it is not whole, or not written as it should be"))
        }
        Err(_) => Err(NoEntry::Unrelated),
    }
}
