//! Nodes as JSON: an object with `tag`, `attrs` and `content`, as hooks of WhatsApp Web record them, as client programs
//! print them, and as captures of the corpus may hold them.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use super::entry::LoggedStanza;
use crate::protocol::binary::{Content, NodeBuilder};
use crate::protocol::xml::{self, Departures};

/// Any JSON value, with an object's members in their order: that of a node's attributes is kept.
///
/// The parser limits how deeply it is nested.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum JsonValue {
    #[default]
    Null,
    /// A text, or a number or truth value as it is written.
    Text(String),
    List(Vec<JsonValue>),
    Object(Vec<(String, JsonValue)>),
}

impl JsonValue {
    fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members.iter().find(|(known, _)| known == name).map(|(_, value)| value),
            Self::Null | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The items of a list.
    pub(super) fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Text(_) | Self::Object(_) => None,
        }
    }

    /// The text that it is.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The stanza that it is, if it is one.
    pub(super) fn stanza(&self) -> Option<LoggedStanza> {
        let mut departures = Departures::default();
        let mut builder = NodeBuilder::default();
        node(self, &mut builder, &mut departures)?;
        Some(LoggedStanza::of(builder.finish(), departures))
    }
}

/// The names of a node's parts, in each of the programs that print objects.
const NAMES: [[&str; 3]; 3] =
    [["tag", "attrs", "content"], ["Tag", "Attrs", "Content"], ["description", "attributes", "content"]];

/// Adds the node that a value is, if it is one.
fn node(json: &JsonValue, builder: &mut NodeBuilder, departures: &mut Departures) -> Option<()> {
    let (tag, names) = NAMES.iter().find_map(|names| Some((json.member(names[0])?, names)))?;
    builder.start(tag.text().filter(|tag| !tag.is_empty())?);
    if let Some(JsonValue::Object(members)) = json.member(names[1]) {
        members.iter().for_each(|(name, value)| attribute(name, value, builder));
    }
    if let Some(json) = json.member(names[2]) {
        content(json, builder, departures);
    }
    builder.end();
    Some(())
}

fn attribute(name: &str, value: &JsonValue, builder: &mut NodeBuilder) {
    match value {
        JsonValue::Text(text) => xml::add_attribute(builder, name, text),
        JsonValue::Object(_) => {
            if let Some(text) = address(value.member("$1").unwrap_or(value)) {
                xml::add_attribute(builder, name, &text);
            }
        }
        JsonValue::Null | JsonValue::List(_) => {}
    }
}

/// An address as WhatsApp Web holds it in memory: parts, and a number for the domain.
fn address(parts: &JsonValue) -> Option<String> {
    let part = |name| parts.member(name).and_then(JsonValue::text);
    let server = match (part("server"), part("domainType")) {
        (Some(server), _) => server,
        (None, Some("1")) => "lid",
        (None, Some("128")) => "hosted",
        (None, Some("129")) => "hosted.lid",
        (None, Some("0") | None) => "s.whatsapp.net",
        (None, Some(_)) => return None,
    };
    let device = part("device").filter(|device| *device != "0");
    Some(match (part("user").filter(|user| !user.is_empty()), device) {
        (Some(user), Some(device)) => format!("{user}:{device}@{server}"),
        (Some(user), None) => format!("{user}@{server}"),
        (None, _) => server.to_owned(),
    })
}

fn content(json: &JsonValue, builder: &mut NodeBuilder, departures: &mut Departures) {
    match json {
        JsonValue::Null => {}
        JsonValue::Text(text) => builder.bytes(text.as_bytes()),
        JsonValue::List(items) => {
            let bytes = || items.iter().map(|item| item.text()?.parse().ok()).collect::<Option<Vec<u8>>>();
            if let Some(bytes) = bytes().filter(|bytes| !bytes.is_empty()) {
                return builder.bytes(&bytes);
            }
            builder.list();
            let nodes = items.iter().filter_map(|item| node(item, builder, departures)).count();
            departures.stray_text += u32::from(nodes < items.len());
        }
        JsonValue::Object(_) => bytes(json.member("$binary").unwrap_or(json), builder, departures),
    }
}

/// Bytes under one of their usual names. Where there are fewer than their number says, only the number counts.
fn bytes(json: &JsonValue, builder: &mut NodeBuilder, departures: &mut Departures) {
    let text = |name| json.member(name).and_then(JsonValue::text);
    let base64 = || BASE64.decode(["base64", "b64", "data"].into_iter().find_map(text)?.as_bytes()).ok();
    let hex = || HEXLOWER_PERMISSIVE.decode(["hex", "hexPreview"].into_iter().find_map(text)?.as_bytes()).ok();
    let list = || match json.member("data")? {
        JsonValue::List(items) => items.iter().map(|item| item.text()?.parse().ok()).collect(),
        _ => None,
    };
    let length: Option<u64> = text("byteLength").and_then(|length| length.parse().ok());
    let read: Option<Vec<u8>> = base64().or_else(hex).or_else(list);
    match (read, length) {
        (Some(read), length) if length.is_none_or(|length| read.len() as u64 == length) => builder.bytes(&read),
        (_, Some(length)) => {
            departures.elided += 1;
            builder.content(Content::Elided(length));
        }
        (_, None) => departures.stray_text += 1,
    }
}

impl<'de> Deserialize<'de> for JsonValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = JsonValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of JSON")
    }

    fn visit_unit<E>(self) -> Result<JsonValue, E> {
        Ok(JsonValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<JsonValue, E> {
        Ok(JsonValue::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<JsonValue, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(JsonValue::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<JsonValue, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(JsonValue::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<LoggedStanza> {
        serde_json::from_str::<JsonValue>(text).unwrap().stanza()
    }

    fn shown(text: &str) -> String {
        xml::write_line(&read(text).unwrap().node)
    }

    #[test]
    fn addresses_are_put_together() {
        for (address, expected) in [
            (r#"{"$1":{"type":1,"user":"1","device":7,"domainType":1}}"#, "1:7@lid"),
            (r#"{"$1":{"type":0,"user":"2","server":"lid"}}"#, "2@lid"),
            (r#"{"$1":{"type":1,"user":"3","device":0,"domainType":0}}"#, "3@s.whatsapp.net"),
            (r#"{"$1":{"type":1,"user":"4","device":99,"domainType":129}}"#, "4:99@hosted.lid"),
            (r#"{"user":"","server":"call"}"#, "call"),
            (r#""5:1@lid""#, "5:1@lid"),
        ] {
            let text = format!(r#"{{"tag":"ack","attrs":{{"from":{address}}}}}"#);
            assert_eq!(shown(&text), format!("<ack from=\"{expected}\"/>"));
        }
    }

    #[test]
    fn content_has_many_forms() {
        for (content, expected) in [
            ("null", "<a/>"),
            (r#""text""#, "<a>text</a>"),
            (r#"[{"tag":"b"},{"tag":"c","attrs":{"n":1}}]"#, "<a><b/><c n=\"1\"/></a>"),
            ("[51,10,255]", "<a>330aff</a>"),
            (r#"{"$binary":{"byteLength":3,"hex":"330aff","base64":"Mwr/"}}"#, "<a>330aff</a>"),
            (r#"{"kind":"binary","byteLength":3,"hexPreview":"330a"}"#, "<a><!-- 3 bytes --></a>"),
            (r#"{"type":"Buffer","data":[51,10,255]}"#, "<a>330aff</a>"),
            (r#"{"type":"Buffer","data":"Mwr/"}"#, "<a>330aff</a>"),
        ] {
            assert_eq!(shown(&format!(r#"{{"tag":"a","content":{content}}}"#)), expected, "{content}");
        }
        let odd = read(r#"{"tag":"a","content":[{"tag":"b"},"x"]}"#).unwrap();
        assert_eq!((odd.node.children().len(), odd.departures.stray_text), (1, 1));
        assert!(read(r#"{"attrs":{}}"#).is_none() && read("[]").is_none());
    }
}
