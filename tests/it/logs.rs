//! Logs of clients, and pasted XML, as captures.

mod bad;
mod clients;
mod corpus;
mod events;
mod lines;
mod ndjson;
mod sessions;
mod texts;
mod web;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ringtrace::analysis::{Analysis, Request, Source};
use ringtrace::origin::Direction;
use ringtrace::protocol::binary::{Content, Jid, JidForm, Node, Value};

/// One of the project's own samples, below `tests/fixtures/logs`.
pub(crate) fn sample(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/logs").join(path)
}

/// Reads one capture.
pub(crate) fn load(path: &Path) -> Arc<Analysis> {
    Request::new(vec![Source::File(path.to_owned())]).load()
}

/// Reads a text as a capture.
pub(crate) fn load_text(text: &[u8]) -> Arc<Analysis> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text).unwrap();
    load(file.path())
}

/// The ids of what was reported, each with its first detail.
pub(crate) fn anomalies(analysis: &Analysis) -> Vec<String> {
    let tallies = analysis.anomalies.iter();
    let lines = tallies.map(|tally| {
        let detail = tally.details.first().map_or_else(String::new, |detail| format!(": {detail}"));
        format!("{} at {}, {} times{detail}", tally.diagnosis.id, tally.first.last, tally.count)
    });
    lines.collect()
}

/// The timeline of each call, a line a stanza: which way, what, and what it answers.
pub(crate) fn timeline(analysis: &Analysis) -> Vec<String> {
    let calls = analysis.calls.iter().flat_map(|judged| {
        judged.call.rows.iter().map(|row| {
            let stanza = row.observed.read();
            let way = match row.observed.direction() {
                Some(Direction::Inbound) => "in",
                Some(Direction::Outbound) => "out",
                None => "?",
            };
            let action = row.action.as_ref().map_or("", |action| action.as_str());
            let answers = row.answers.map_or_else(String::new, |answers| format!(" answers row {answers}"));
            let id = stanza.id.as_deref().unwrap_or_default();
            format!("{} {way} {} {action} {id} {}{answers}", judged.call.id, stanza.node.tag, row.emitter.name())
        })
    });
    calls.collect()
}

/// The times of all rows, in nanoseconds since the Unix epoch.
pub(crate) fn times(analysis: &Analysis) -> Vec<Option<i64>> {
    let rows = analysis.calls.iter().flat_map(|judged| judged.call.rows.iter());
    rows.map(|row| row.observed.time().map(|time| time.0)).collect()
}

/// The node as a log can tell it: attributes sorted, addresses without the form that they have on the wire, tokens as
/// the bytes that they stand for.
pub(crate) fn told(node: &Node) -> Node {
    let mut told = Node { tag: node.tag.clone(), ..Node::default() };
    told.attributes = node.attributes.clone();
    for attribute in &mut told.attributes {
        attribute.span = Default::default();
        attribute.value = Value::Text(address(&attribute.value.to_text()).into());
    }
    told.attributes.sort_by(|one, other| one.name.cmp(&other.name));
    told.content = match &node.content {
        Content::Nodes(nodes) if !nodes.is_empty() => Content::Nodes(nodes.iter().map(self::told).collect()),
        Content::Nodes(_) | Content::None => Content::None,
        Content::Value(value) => Content::Bytes(value.to_text().as_bytes().into()),
        other => other.clone(),
    };
    told
}

/// An address in one spelling; other text as it is.
fn address(text: &str) -> String {
    Jid::parse(text).map_or_else(|| text.to_owned(), |jid| Jid { form: JidForm::Text, ..jid }.to_string())
}

/// Whether `node` is `whole`, but for content of which only the length is known.
pub(crate) fn is_as_told(node: &Node, whole: &Node) -> bool {
    node.tag == whole.tag
        && node.attributes == whole.attributes
        && match (&node.content, &whole.content) {
            (Content::Nodes(ours), Content::Nodes(theirs)) => {
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_as_told(ours, theirs))
            }
            (Content::Elided(length), Content::Bytes(bytes)) => *length == bytes.len() as u64,
            (ours, theirs) => ours == theirs,
        }
}
