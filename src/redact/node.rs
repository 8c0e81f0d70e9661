//! A stanza, rewritten by the allow-list.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::actions::Actions;
use super::alias::Aliases;
use super::hosts::host;
use super::policy::{Meaning, is_name, is_of, is_withheld_name, kind_and_length, meaning, withheld_name};
use crate::call::caller_timeout;
use crate::protocol::binary::label::{label, labelled};
use crate::protocol::binary::{Content, Element, Jid, Node, NodeBuilder, Value};

/// What rewriting needs to know.
pub(super) struct Rewriting<'r> {
    /// What stands for what.
    pub(super) aliases: &'r Aliases,
    /// Attributes whose values stay, as tag and name.
    pub(super) kept: &'r Kept,
    /// The actions that nothing is known of.
    pub(super) actions: &'r Actions,
    /// The moment from which moments are counted, in seconds since the Unix epoch.
    pub(super) start: Option<i64>,
}

/// What the user lets through as it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// Attributes, each of a tag.
    pub(super) attributes: BTreeSet<(String, String)>,
    /// Tags whose bytes stay.
    pub(super) contents: BTreeSet<String>,
}

impl Kept {
    /// Whether the user knows a tag and lets something of it through.
    fn names(&self, tag: &str) -> bool {
        self.contents.contains(tag) || self.attributes.iter().any(|(of, _)| of == tag)
    }
}

/// The node, rewritten.
pub(super) fn redacted(node: &Node, by: &Rewriting<'_>) -> Node {
    let mut builder = NodeBuilder::default();
    rewrite(node.root(), by, &mut builder);
    builder.finish()
}

/// Adds an element, rewritten. Its reader has bounded its depth.
fn rewrite(element: Element<'_>, by: &Rewriting<'_>, builder: &mut NodeBuilder) {
    let tag = element.tag();
    match by.actions.shown(tag) {
        _ if by.kept.names(tag) => builder.start(tag),
        Some(shown) => builder.start(shown),
        None => builder.start(&name(tag)),
    }
    let mut names: Vec<Cow<'_, str>> = Vec::with_capacity(element.attributes().len());
    for attribute in element.attributes() {
        let keeps = by.kept.attributes.iter().any(|(of, name)| *of == tag && *name == attribute.name);
        let name = if keeps { Cow::Borrowed(attribute.name) } else { name(attribute.name) };
        let name = if is_withheld_name(&name) { unused(name, &names) } else { name };
        builder.attribute(&name, value(tag, attribute.name, attribute.value, by).borrowed());
        names.push(name);
    }
    if let Some(settings) = announced(element) {
        builder.bytes(settings.as_bytes());
    } else {
        match element.content() {
            Content::None | Content::Bytes([]) => {}
            Content::Nodes(children) => {
                builder.list();
                children.for_each(|child| rewrite(child, by, builder));
            }
            Content::Bytes(bytes) if by.kept.contents.contains(tag) => builder.bytes(bytes),
            Content::Bytes(bytes) => builder.content(elided(bytes.len() as u64)),
            Content::Elided(length) => builder.content(elided(length)),
            Content::Value(content) => builder.content(Content::Value(unknown(content, by).borrowed())),
        }
    }
    builder.end();
}

/// A value that replaces another.
enum Replaced<'n> {
    /// The value itself.
    Same(Value<'n>),
    Text(String),
    Jid(Jid),
}

impl Replaced<'_> {
    fn borrowed(&self) -> Value<'_> {
        match self {
            Self::Same(value) => *value,
            Self::Text(text) => Value::Text(text),
            Self::Jid(jid) => Value::Jid(jid),
        }
    }
}

/// Content of which only the length is told, and not even that where it could be anybody's number.
fn elided(length: u64) -> Content<'static> {
    const MOST: u64 = 99_999;
    Content::Elided(length.min(MOST))
}

/// The name of a tag or an attribute, or what stands for it.
fn name(raw: &str) -> Cow<'_, str> {
    let stays = is_name(raw) || is_withheld_name(raw);
    if stays { Cow::Borrowed(raw) } else { withheld_name(raw).into() }
}

/// A name, with an ordinal if an attribute has it already: those of one element differ.
fn unused<'n>(name: Cow<'n, str>, names: &[Cow<'_, str>]) -> Cow<'n, str> {
    let is_used = |name: &str| names.iter().any(|used| used == name);
    if !is_used(&name) {
        return name;
    }
    let numbered = (1..=names.len()).map(|ordinal| format!("{name}-{ordinal}"));
    numbered.into_iter().find(|name| !is_used(name)).map_or(name, Cow::Owned)
}

/// Settings that announce how long a call rings, without anything else that they say: that is evidence.
fn announced(element: Element<'_>) -> Option<String> {
    let seconds = caller_timeout(element).filter(|_| element.tag() == "voip_settings")?;
    Some(format!(r#"{{"options":{{"caller_timeout":"{seconds}"}}}}"#))
}

/// The attribute by which an answer names the action that it answers.
const ANSWERED: &str = "type";

fn value<'n>(tag: &str, name: &str, value: Value<'n>, by: &Rewriting<'_>) -> Replaced<'n> {
    if by.kept.attributes.contains(&(tag.to_owned(), name.to_owned())) {
        return Replaced::Same(value);
    }
    if let Value::Jid(jid) = value {
        return Replaced::Jid(by.aliases.jid(jid));
    }
    let text = value.to_text();
    if name == ANSWERED
        && matches!(tag, "ack" | "receipt")
        && let Some(shown) = by.actions.shown(&text)
    {
        // As the action itself.
        let shown = if by.kept.names(&text) { &text } else { shown };
        return Replaced::Text(shown.to_owned());
    }
    match meaning(tag, name) {
        Meaning::Unknown => unknown(value, by),
        Meaning::Moment => Replaced::Text(moment(&text, by)),
        Meaning::Name if labelled(&text).is_some() => Replaced::Same(value),
        Meaning::Name => Replaced::Text(label("name", text.chars().count())),
        typed if is_of(typed, &text) => Replaced::Same(value),
        _ => unknown(value, by),
    }
}

/// The year 5138. Milliseconds since 1970 are beyond it since 1973: a larger number counts no seconds.
const LATEST: i64 = 100_000_000_000;

/// Seconds since the Unix epoch, if a text is a plausible number of them.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|seconds| digits && *seconds < LATEST)
}

/// A month, in seconds: what is later belongs to no call, and a longer number could be anybody's.
const LONGEST: i64 = 31 * 86_400;

/// A moment becomes the time since the call began.
fn moment(text: &str, by: &Rewriting<'_>) -> String {
    match seconds(text).zip(by.start) {
        Some((moment, start)) if moment.saturating_sub(start) <= LONGEST => {
            moment.saturating_sub(start).max(0).to_string()
        }
        _ if is_of(Meaning::Moment, text) => text.to_owned(),
        _ => kind_and_length(text),
    }
}

/// The beginning of 2009, before which there was no client. An earlier moment is none, or already counted from a call's
/// beginning.
const EARLIEST: i64 = 1_230_768_000;

/// The moment from which those of a call are counted: its first plausible one, else its first one.
pub(super) fn start(moments: impl Iterator<Item = i64> + Clone) -> Option<i64> {
    moments.clone().filter(|moment| *moment >= EARLIEST).min().or_else(|| moments.min())
}

/// A value of which nothing is known.
fn unknown<'n>(value: Value<'n>, by: &Rewriting<'_>) -> Replaced<'n> {
    let text = match value {
        Value::Jid(jid) => return Replaced::Jid(by.aliases.jid(jid)),
        Value::Bytes(bytes) => return Replaced::Text(label("bytes", bytes.len())),
        Value::Text(text) => text,
    };
    if let Some(alias) = by.aliases.known(text) {
        return Replaced::Text(alias);
    }
    if let Some((address, port)) = host(text) {
        let address = by.aliases.host(address);
        return Replaced::Text(
            port.map_or_else(|| address.to_string(), |port| SocketAddr::new(address, port).to_string()),
        );
    }
    if let Some(jid) = Jid::parse(text) {
        return Replaced::Jid(by.aliases.jid(&jid));
    }
    if is_of(Meaning::Unknown, text) { Replaced::Same(value) } else { Replaced::Text(kind_and_length(text)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml::{self, Dialect};

    fn leaf(tag: &str, content: &[u8]) -> Node {
        let mut builder = NodeBuilder::default();
        builder.start(tag);
        builder.bytes(content);
        builder.finish()
    }

    fn rewritten(text: &str, kept: &[(&str, &str)]) -> String {
        let Some(node) = xml::read(text, Dialect::UNKNOWN).node else { panic!("{text}") };
        let mut aliases = Aliases::default();
        aliases.add_call_id("00AA11BB22CC33DD");
        aliases.add_stanza_id("51736.1-7");
        for person in ["10000000000001@lid", "10000000000002@lid"] {
            let jid = Jid::parse(person).unwrap();
            aliases.add_person(&jid, &jid);
        }
        let attributes = kept.iter().map(|(tag, name)| ((*tag).to_owned(), (*name).to_owned())).collect();
        let kept = Kept { attributes, ..Kept::default() };
        let by = Rewriting { aliases: &aliases, kept: &kept, actions: &Actions::default(), start: Some(1_778_770_900) };
        xml::write_line(&redacted(&node, &by))
    }

    #[test]
    fn people_ids_times_names_and_content_are_replaced() {
        let text = r#"<call from="10000000000002:7@lid" id="51736.1-7" t="1778770943" notify="Zoe" platform="android" version="2.26.9.1"><offer call-id="00AA11BB22CC33DD" call-creator="10000000000002:7@lid" fresh="accept" token="Q2FmZQ==" number="123456"><enc v="2">secret</enc><audio enc="opus" rate="16000"/></offer></call>"#;
        insta::assert_snapshot!(rewritten(text, &[]), @r#"<call from="B:7@lid" id="ID1" t="43" notify="&lt;name:3&gt;" platform="android" version="2.26.9.1"><offer call-id="CALL1" call-creator="B:7@lid" fresh="accept" token="&lt;text:8&gt;" number="&lt;digits:6&gt;"><enc v="2"><!-- 6 bytes --></enc><audio enc="opus" rate="16000"/></offer></call>"#);
    }

    #[test]
    fn a_value_stays_where_the_user_releases_it() {
        let text = r#"<x new="Abc-1"/>"#;
        assert_eq!(rewritten(text, &[]), r#"<x new="&lt;text:5&gt;"/>"#);
        assert_eq!(rewritten(text, &[("x", "new")]), text);
        assert_eq!(rewritten(text, &[("y", "new")]), r#"<x new="&lt;text:5&gt;"/>"#);
    }

    #[test]
    fn what_is_measured_stays_and_what_is_said_of_an_end_stays() {
        let text = r#"<terminate reason="accepted_elsewhere" duration="72860" audio_duration="86400000"/>"#;
        assert_eq!(rewritten(text, &[]), text);
        assert_eq!(
            rewritten(r#"<terminate reason="+49 170 1234567"/>"#, &[]),
            r#"<terminate reason="&lt;text:15&gt;"/>"#
        );
    }

    #[test]
    fn a_call_id_is_told_also_in_an_address_and_in_other_attributes() {
        assert_eq!(rewritten(r#"<call to="00AA11BB22CC33DD@call"/>"#, &[]), r#"<call to="CALL1@call"/>"#);
        assert_eq!(rewritten(r#"<x ref="00AA11BB22CC33DD"/>"#, &[]), r#"<x ref="CALL1"/>"#);
    }

    #[test]
    fn an_internet_address_becomes_one_for_documents_and_keeps_its_port() {
        assert_eq!(rewritten(r#"<te at="10.9.8.7:3478"/>"#, &[]), r#"<te at="192.0.2.1:3478"/>"#);
        assert_eq!(rewritten(r#"<te at="fd00::7"/>"#, &[]), r#"<te at="2001:db8::"/>"#);
    }

    #[test]
    fn what_counts_no_seconds_does_not_become_a_time() {
        for (t, shown) in [
            ("1778770943123", "&lt;digits:13&gt;"),
            ("3804321450", "&lt;digits:10&gt;"),
            ("-5", "&lt;text:2&gt;"),
            ("1778770800", "0"),
            ("some_time", "&lt;word:9&gt;"),
        ] {
            let text = format!(r#"<ack t="{t}"/>"#);
            assert_eq!(rewritten(&text, &[]), format!(r#"<ack t="{shown}"/>"#));
        }
    }

    #[test]
    fn of_settings_only_the_announced_ring_time_stays() {
        let settings = |text: &str| {
            let aliases = Aliases::default();
            redacted(
                &leaf("voip_settings", text.as_bytes()),
                &Rewriting { aliases: &aliases, kept: &Kept::default(), actions: &Actions::default(), start: None },
            )
        };
        let announced = settings(r#"{"options":{"who":"Zoe","caller_timeout":"45"}}"#);
        assert_eq!(caller_timeout(announced.root()), Some(45));
        assert_eq!(
            xml::write_line(&announced),
            "<voip_settings>{&quot;options&quot;:{&quot;caller_timeout&quot;:&quot;45&quot;}}</voip_settings>"
        );
        assert_eq!(settings(r#"{"who":"Zoe"}"#).content(), Content::Elided(13));
    }

    #[test]
    fn bytes_stay_only_where_their_tag_is_let_through() {
        let node = leaf("capability", &[1, 5, 0xf7, 9, 0xe4, 0xbb, 0x13]);
        let aliases = Aliases::default();
        let rewritten = |kept: &Kept| {
            redacted(&node, &Rewriting { aliases: &aliases, kept, actions: &Actions::default(), start: None })
        };
        assert_eq!(rewritten(&Kept::default()).content(), Content::Elided(7));
        let kept = |tag: &str| Kept { contents: BTreeSet::from([tag.to_owned()]), ..Kept::default() };
        assert_eq!(rewritten(&kept("enc")).content(), Content::Elided(7));
        assert_eq!(rewritten(&kept("capability")), node);
    }

    #[test]
    fn names_of_tags_and_attributes_that_are_no_words_are_withheld() {
        let text = r#"<offer><bertaschulz n12025550100="accept" n12025550101="1"/></offer>"#;
        assert_eq!(rewritten(text, &[]), r#"<offer><withheld-11 withheld-12="accept" withheld-12-1="1"/></offer>"#);
        assert_eq!(rewritten(text, &[("bertaschulz", "n12025550100")]).matches("withheld").count(), 1);
    }

    #[test]
    fn moments_are_counted_from_the_first_that_is_one() {
        assert_eq!(start([4_712, 1_778_770_900, 1_778_770_917].into_iter()), Some(1_778_770_900));
        assert_eq!(start([7, 43].into_iter()), Some(7), "of a sanitised call");
    }

    #[test]
    fn nothing_stays_nothing() {
        let aliases = Aliases::default();
        let kept = Kept::default();
        let by = Rewriting { aliases: &aliases, kept: &kept, actions: &Actions::default(), start: None };
        assert_eq!(redacted(&leaf("reject", b""), &by).content(), Content::None);
    }
}
