//! What the stanzas of calls show of the pages of the stanza catalogue: which attributes and children occur, with which
//! values, in which recordings, and what stands against a page.

use std::collections::{BTreeMap, BTreeSet};

use super::repository::{Folder, Repository, fact_name};
use crate::call::{Call, Recording, Row};
use crate::input::TECHNIQUES;
use crate::origin::Direction;
use crate::protocol::binary::label::labelled;
use crate::protocol::binary::{Content, Element, Value};
use crate::protocol::stanza::{ActionName, Body};
use crate::redact::is_withheld;
use crate::spec::{Sessions, Witness};
use crate::yaml::{self, Document};

/// Places that are kept of each kind: enough to find one that is cited anyway.
const PLACES: usize = 64;

/// Values that are kept of an attribute. One that has more measures or identifies something, and lists nothing.
const VALUES: usize = 8;

/// Characters of a value that is listed.
const LONGEST_VALUE: usize = 32;

/// Attributes that measure something or identify somebody: their values are no vocabulary.
const MEASURES: &[&str] = &[
    "t",
    "id",
    "duration",
    "audio_duration",
    "video_duration",
    "latency",
    "c2r_rtt",
    "screen_width",
    "screen_height",
    "version",
];

/// A stanza of a call, by their indexes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The call's.
    pub call: usize,
    /// The row's.
    pub row: usize,
}

/// A fact that a page has or could have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fact {
    /// The file of the page.
    pub(super) page: String,
    /// The elements from the stanza down to the attribute's, or to the child itself.
    pub(super) elements: Vec<String>,
    /// The attribute; `None` for a child.
    pub(super) attribute: Option<String>,
}

impl Fact {
    /// How the spec's own scripts name it: `call>offer>audio@rate`.
    #[must_use]
    pub(super) fn name(&self) -> String {
        fact_name(&self.elements, self.attribute.as_deref())
    }
}

/// What the captures show of a fact.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// The recordings that show it, each with its first places.
    pub(super) witnesses: BTreeMap<Witness, Vec<Place>>,
    /// Recordings whose technique is not known, which a page cannot cite.
    pub(super) of_unknown_technique: u64,
    /// Incoming stanzas that show it.
    pub(super) incoming: u64,
    /// Outgoing ones.
    pub(super) outgoing: u64,
    /// Clients that sent it themselves.
    pub(super) sent_by: BTreeSet<&'static str>,
    /// The values that may leave, each with its first places; of an attribute with few.
    pub(super) values: BTreeMap<String, Vec<Place>>,
    /// Whether it has more values than are kept.
    pub(super) has_many_values: bool,
    /// What its values are, if all are of one type.
    pub(super) type_: Option<&'static str>,
    /// The most that one element has of it.
    pub(super) most: usize,
}

/// Something in which the captures stand against a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// The line of the page that says otherwise, from 1.
    pub(super) line: usize,
    /// What the page says.
    pub(super) says: String,
    /// What the captures show.
    pub(super) shows: String,
    /// Where, the first places.
    pub(super) places: Vec<Place>,
    /// In how many elements.
    pub(super) count: u64,
}

/// What the captures show of all pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// By fact.
    pub(super) shown: BTreeMap<Fact, Shown>,
    /// By fact, and in which way.
    pub(super) mismatches: BTreeMap<(Fact, &'static str), Mismatch>,
    /// Actions that no page describes, and how many stanzas have them.
    pub(super) without_page: BTreeMap<String, u64>,
}

/// The pages by which stanzas are looked at, and the sessions that they were recorded in.
pub(super) struct Catalogue<'r> {
    pages: Vec<(&'r str, &'r Document)>,
    sessions: &'r Sessions,
}

impl<'r> Catalogue<'r> {
    /// The catalogue of a checkout.
    pub(super) fn of(repository: &'r Repository, sessions: &'r Sessions) -> Self {
        Self { pages: repository.files(Folder::Stanzas).collect(), sessions }
    }
}

impl Facts {
    /// Adds what a call shows, the one at that index, as captured and as sanitised. Nothing raw is kept of it.
    pub(super) fn add(&mut self, catalogue: &Catalogue<'_>, index: usize, [call, sanitised]: [&Call; 2]) {
        for (row_index, (row, clean)) in call.rows.iter().zip(&sanitised.rows).enumerate() {
            if !counts(call, row_index, row) {
                continue;
            }
            let Some(direction) = row.observed.direction() else { continue };
            let node = row.observed.read().node.root();
            let action = match &row.observed.read().body {
                Body::Call(Some(_)) => node.children().first(),
                Body::Ack(_) if node.text("class").as_deref() == Some("call") => None,
                _ => continue,
            };
            let tags = (node.tag(), action.map(|action| action.tag()));
            let Some((file, page)) = page_of(&catalogue.pages, tags) else {
                if let Some(action) = clean.observed.read().node.children().first() {
                    *self.without_page.entry(action.tag().to_string()).or_default() += 1;
                }
                continue;
            };
            let mut witnesses = BTreeSet::new();
            catalogue.sessions.witnesses(sanitised, row_index, &mut witnesses);
            let recording = call.recording(row);
            let client = recording.and_then(|recording| recording.client);
            let is_whole = recording.is_some_and(Recording::is_whole);
            let place = Place { call: index, row: row_index };
            let seen = Seen { file, page, place, direction, witnesses, client, is_whole };
            let elements = [node, clean.observed.read().node.root()];
            self.walk(&seen, elements, Some(page.root()), vec![node.tag().to_string()]);
        }
    }
}

/// Whether a row counts as evidence of how stanzas of calls between two people look.
fn counts(call: &Call, index: usize, row: &Row) -> bool {
    let is_late = call.progress.ended.is_some_and(|ended| ended < index);
    let is_ending = matches!(row.action, Some(ActionName::Terminate | ActionName::Reject));
    let is_call = matches!(row.observed.read().body, Body::Call(_));
    !call.group && row.refused_by.is_none() && row.repeats.is_none() && (!is_call || !is_late || is_ending)
}

/// The page of a stanza with that tag and that action: of several, the one that is named after it.
fn page_of<'p>(
    pages: &[(&'p str, &'p Document)],
    (tag, action): (&str, Option<&str>),
) -> Option<(&'p str, &'p Document)> {
    let describes = |page: &Document| {
        let has = |action| page.root().items_of("children").iter().any(|child| child.text_of("tag") == Some(action));
        page.root().text_of("tag") == Some(tag) && action.is_none_or(has)
    };
    let named = action.map(|action| format!("{tag}-{action}"));
    let mut found = pages.iter().copied().filter(|(_, page)| describes(page));
    let first = found.next()?;
    let is_named = |(_, page): &(&str, &Document)| page.root().text_of("id") == named.as_deref();
    Some(std::iter::once(first).chain(found).find(is_named).unwrap_or(first))
}

/// A stanza that is looked at.
struct Seen<'p> {
    file: &'p str,
    page: &'p Document,
    place: Place,
    direction: Direction,
    witnesses: BTreeSet<Witness>,
    client: Option<&'static str>,
    /// Whether the recording has everything that a stanza has: then what is not there was not sent.
    is_whole: bool,
}

impl Facts {
    /// Notes an element, as recorded and as sanitised, next to what the page says of it.
    fn walk(
        &mut self,
        seen: &Seen<'_>,
        [raw, clean]: [Element<'_>; 2],
        known: Option<&yaml::Node>,
        elements: Vec<String>,
    ) {
        let fact = |attribute: Option<&str>, elements: &[String]| Fact {
            page: seen.file.to_owned(),
            elements: elements.to_vec(),
            attribute: attribute.map(str::to_owned),
        };
        for (raw, clean) in raw.attributes().zip(clean.attributes()).filter(|(_, clean)| !is_withheld(clean.name)) {
            let fact = fact(Some(clean.name), &elements);
            let shown = self.note(fact.clone(), seen);
            shown.note_value(seen.place, raw.name, [&raw.value, &clean.value]);
            let described = known.and_then(|known| find(known, "attributes", "name", raw.name));
            if let Some((described, type_)) = described.and_then(|it| Some((it, it.text_of("type")?)))
                && !is_of(type_, &raw.value)
            {
                let (says, shows) = (format!("its type is `{type_}`"), "a value that is none".to_owned());
                self.contradict(fact, "type", seen, described, says, shows);
            }
        }
        for described in known.filter(|_| seen.is_whole).map_or(&[][..], |known| known.items_of("attributes")) {
            let name = described.text_of("name").unwrap_or_default();
            // The server stamps the sender on the way, and drops the address.
            let is_added = elements.len() == 1
                && matches!((name, seen.direction), ("from", Direction::Outbound) | ("to", Direction::Inbound));
            if described.text_of("required") == Some("true") && raw.attribute(name).is_none() && !is_added {
                let (says, shows) = ("it is required".to_owned(), "stanzas without it".to_owned());
                self.contradict(fact(Some(name), &elements), "required", seen, described, says, shows);
            }
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        let children = || raw.children().zip(clean.children());
        for (child, clean) in children().filter(|(child, clean)| !is_blank(*child) && !is_withheld(clean.tag())) {
            *counts.entry(child.tag()).or_default() += 1;
            let described = known.and_then(|known| find(known, "children", "tag", child.tag()));
            let elements: Vec<_> = elements.iter().cloned().chain([clean.tag().to_string()]).collect();
            let shown = self.note(fact(None, &elements), seen);
            shown.most = shown.most.max(counts.get(child.tag()).copied().unwrap_or_default());
            self.walk(seen, [child, clean], described, elements);
        }
        for described in known.map_or(&[][..], |known| known.items_of("children")) {
            let tag = described.text_of("tag").unwrap_or_default();
            let count = counts.get(tag).copied().unwrap_or_default();
            let says = described.text_of("occurrence").unwrap_or_default();
            let (least, most) = bounds(says);
            if (count < least && seen.is_whole) || most.is_some_and(|most| count > most) {
                let elements: Vec<_> = elements.iter().cloned().chain([tag.to_owned()]).collect();
                let shows =
                    if count == 0 { "elements without it".to_owned() } else { "elements with several".to_owned() };
                self.contradict(
                    fact(None, &elements),
                    "occurrence",
                    seen,
                    described,
                    format!("it occurs {says}"),
                    shows,
                );
            }
        }
    }

    fn note(&mut self, fact: Fact, seen: &Seen<'_>) -> &mut Shown {
        let shown = self.shown.entry(fact).or_default();
        match seen.direction {
            Direction::Inbound => shown.incoming += 1,
            Direction::Outbound => {
                shown.outgoing += 1;
                shown.sent_by.extend(seen.client);
            }
        }
        for witness in &seen.witnesses {
            if TECHNIQUES.contains(&witness.technique) {
                push(shown.witnesses.entry(witness.clone()).or_default(), seen.place);
            } else {
                shown.of_unknown_technique += 1;
            }
        }
        shown
    }

    fn contradict(
        &mut self,
        fact: Fact,
        way: &'static str,
        seen: &Seen<'_>,
        described: &yaml::Node,
        says: String,
        shows: String,
    ) {
        let line = seen.page.line(described.span.start);
        let new = || Mismatch { line, says, shows, places: Vec::new(), count: 0 };
        let mismatch = self.mismatches.entry((fact, way)).or_insert_with(new);
        mismatch.count += 1;
        push(&mut mismatch.places, seen.place);
    }
}

fn push(places: &mut Vec<Place>, place: Place) {
    if places.len() < PLACES && places.last() != Some(&place) {
        places.push(place);
    }
}

/// The item of a list whose key has that value.
fn find<'n>(node: &'n yaml::Node, list: &str, key: &str, value: &str) -> Option<&'n yaml::Node> {
    node.items_of(list).iter().find(|item| item.text_of(key) == Some(value))
}

/// How often a child of that occurrence may be in an element: at least, and at most if there is a limit.
fn bounds(occurrence: &str) -> (usize, Option<usize>) {
    match occurrence {
        "1" => (1, Some(1)),
        "0..1" => (0, Some(1)),
        "1..n" => (1, None),
        _ => (0, None),
    }
}

/// Whether an element holds nothing but zeros: it names nothing, and is no evidence.
fn is_blank(node: Element<'_>) -> bool {
    matches!(node.content(), Content::Bytes(bytes) if !bytes.is_empty() && bytes.iter().all(|byte| *byte == 0))
}

impl Shown {
    /// Notes a value, as recorded and as sanitised.
    fn note_value(&mut self, place: Place, name: &str, [raw, clean]: [&Value; 2]) {
        let text = raw.to_text();
        let type_ = type_of(name, raw);
        self.type_ = Some(match self.type_ {
            None => type_,
            Some(known) if known == type_ => known,
            Some(_) => "string",
        });
        let is_vocabulary = !MEASURES.contains(&name)
            && matches!(type_, "int" | "string" | "bool")
            && !text.is_empty()
            && text.len() <= LONGEST_VALUE
            && labelled(&text).is_none()
            && clean.to_text() == text;
        if !is_vocabulary || self.has_many_values {
            return;
        }
        if !self.values.contains_key(&*text) && self.values.len() == VALUES {
            self.has_many_values = true;
            self.values.clear();
            return;
        }
        push(self.values.entry(text.into_owned()).or_default(), place);
    }
}

/// Decimal digits.
fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a value looks like, in the words of the spec's types.
fn type_of(name: &str, value: &Value) -> &'static str {
    let text = value.to_text();
    match value {
        Value::Jid(_) => "jid",
        Value::Bytes(_) => "bytes",
        Value::Text(_) if labelled(&text) == Some("digits") => "int",
        Value::Text(_) if labelled(&text) == Some("bytes") => "bytes",
        Value::Text(_) if is_decimal(&text) => {
            if name == "t" {
                "timestamp"
            } else {
                "int"
            }
        }
        Value::Text(_) if text.contains('@') && value.to_jid().is_some() => "jid",
        Value::Text(_) if matches!(&*text, "true" | "false") => "bool",
        Value::Text(_) => "string",
    }
}

/// Whether a value is of one of the spec's types. One that was replaced by its kind and length may be.
fn is_of(type_: &str, value: &Value) -> bool {
    let text = value.to_text();
    if labelled(&text).is_some() || text.starts_with("withheld-") {
        return true;
    }
    match type_ {
        "int" | "timestamp" => is_decimal(text.strip_prefix('-').unwrap_or(&text)),
        "jid" => value.to_jid().is_some(),
        "bool" => matches!(&*text, "true" | "false" | "1" | "0"),
        "hex" => text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => true,
    }
}
