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
use ringtrace::protocol::binary::{Jid, Node};

use crate::tree::{Inside, Tree};

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
            let answers = row.answers.get().map_or_else(String::new, |answers| format!(" answers row {answers}"));
            let id = stanza.id.as_deref().unwrap_or_default();
            format!("{} {way} {} {action} {id} {}{answers}", judged.call.id, stanza.node.tag(), row.emitter.name())
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
pub(crate) fn told(node: &Node) -> Tree {
    as_told(Tree::of(node.root()))
}

fn as_told(mut tree: Tree) -> Tree {
    for (_, text) in &mut tree.attributes {
        *text = address(text);
    }
    tree.attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
    tree.inside = match tree.inside {
        Inside::Children(children) if !children.is_empty() => {
            Inside::Children(children.into_iter().map(as_told).collect())
        }
        Inside::Children(_) | Inside::Nothing => Inside::Nothing,
        Inside::Text(text) => Inside::Bytes(text.into_bytes()),
        other => other,
    };
    tree
}

/// An address in one spelling; other text as it is.
fn address(text: &str) -> String {
    Jid::parse(text).map_or_else(|| text.to_owned(), |jid| jid.to_string())
}

/// Whether `node` is `whole`, but for content of which only the length is known.
pub(crate) fn is_as_told(node: &Tree, whole: &Tree) -> bool {
    node.tag == whole.tag
        && node.attributes == whole.attributes
        && match (&node.inside, &whole.inside) {
            (Inside::Children(ours), Inside::Children(theirs)) => {
                ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| is_as_told(ours, theirs))
            }
            (Inside::Elided(length), Inside::Bytes(bytes)) => *length == bytes.len() as u64,
            (ours, theirs) => ours == theirs,
        }
}
