//! The pages of the stanza catalogue: grades, values and provenance of attributes and children, and new ones.

use std::collections::BTreeSet;

use super::corpus::{Corpus, citation};
use super::draft::Draft;
use super::evidence::{grade, grade_named, of_captures, places, seen, to_cite};
use super::facts::{Fact, Facts, Shown};
use super::repository::{Entry, Folder, entries};
use super::test_servers::TEST_SERVER;
use crate::input::clients;
use crate::spec::{Confidence, Lineage, Witness};
use crate::words::counted;
use crate::yaml::{Data, Edit, Kind, Node, Style};

/// What all pages of a change share.
pub(super) struct Pages<'c> {
    pub(super) lineage: &'c Lineage,
    pub(super) contributor: Option<&'c str>,
    /// Whether the evidence is of a test server.
    pub(super) is_test: bool,
}

/// A fact that the captures show and that stays as it is, and what is missing.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// The file of its page.
    pub file: String,
    /// The fact, as the spec's own scripts name it.
    pub fact: String,
    /// What would raise it.
    pub missing: &'static str,
}

/// Writes what the captures show of the facts of the stanza catalogue. Returns what they could still raise.
pub(super) fn write(draft: &mut Draft<'_>, corpus: &mut Corpus<'_>, facts: &Facts, pages: &Pages<'_>) -> Vec<Left> {
    let disputed: BTreeSet<_> = facts.mismatches.keys().map(|(fact, _)| fact).collect();
    let mut shown: Vec<_> = facts.shown.iter().collect();
    // Elements before what is in them, and their attributes before their children.
    let depth = |fact: &Fact| fact.elements.len() - usize::from(fact.attribute.is_none());
    shown.sort_by_key(|(fact, _)| (&fact.page, depth(fact), fact.attribute.is_none(), *fact));
    let mut left = Vec::new();
    for (fact, shown) in shown {
        let mut leave = |missing| left.push(Left { file: fact.page.clone(), fact: fact.name(), missing });
        let cited: Vec<_> = to_cite(shown, pages.lineage);
        if cited.is_empty() {
            leave("how the captures were made: see --technique");
            continue;
        }
        if disputed.contains(fact) {
            leave("agreement with its page: see the discrepancy");
            continue;
        }
        let Some(found) = find(draft, fact) else {
            add(draft, corpus, fact, shown, pages, &cited);
            continue;
        };
        raise(draft, corpus, fact, shown, pages, &found, &cited);
        if grade(shown.witnesses.keys(), pages.lineage) < Confidence::Confirmed && found.grade < Confidence::Confirmed {
            leave("an independent recording: another technique, device and client");
        }
    }
    left
}

/// What a page says of a fact.
struct Found {
    at: String,
    grade: Confidence,
    techniques: Vec<String>,
    flavors: Vec<String>,
    contributors: Vec<String>,
    sources: Vec<String>,
    values: Vec<String>,
    type_: String,
}

fn find(draft: &Draft<'_>, fact: &Fact) -> Option<Found> {
    let page = draft.file(&fact.page)?;
    let is_it = |entry: &Entry<'_>| entry.elements == fact.elements && entry.attribute == fact.attribute.as_deref();
    let entry = entries(page).into_iter().find(is_it)?;
    let listed = |key: &str| {
        let provenance = entry.node.get("provenance");
        provenance.into_iter().flat_map(|it| it.texts_of(key)).map(str::to_owned).collect()
    };
    Some(Found {
        grade: grade_named(entry.node.text_of("confidence")),
        techniques: listed("techniques"),
        flavors: listed("flavors"),
        contributors: listed("contributors"),
        sources: listed("sources"),
        values: entry.node.texts_of("observed_values").map(str::to_owned).collect(),
        type_: entry.node.text_of("type").unwrap_or_default().to_owned(),
        at: entry.at,
    })
}

/// What is cited for a fact: the ids of entries.
fn cite(corpus: &mut Corpus<'_>, shown: &Shown, cited: &[&Witness], values: &[String]) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let by_technique = places(shown, cited).into_values().flatten().map(<[_]>::to_vec);
    let of_values = values.iter().filter_map(|value| shown.values.get(value)).cloned();
    for places in by_technique.chain(of_values) {
        ids.extend(corpus.cite(&places).filter(|id| !ids.contains(id)));
    }
    ids
}

/// The clients that sent a fact themselves, as the spec names them, where it describes them.
fn flavors(draft: &Draft<'_>, shown: &Shown) -> Vec<String> {
    let named = shown.sent_by.iter().filter_map(|client| clients::named(client)?.flavor);
    named
        .filter(|flavor| draft.repository.ids(Folder::Flavors).any(|known| known == *flavor))
        .map(str::to_owned)
        .collect()
}

/// Raises what a page says of a fact to what the captures show.
fn raise(
    draft: &mut Draft<'_>,
    corpus: &mut Corpus<'_>,
    fact: &Fact,
    shown: &Shown,
    pages: &Pages<'_>,
    found: &Found,
    cited: &[&Witness],
) {
    let now = grade(shown.witnesses.keys(), pages.lineage);
    let new = |wanted: Vec<String>, known: &[String]| -> Vec<String> {
        wanted.into_iter().filter(|it| !known.contains(it)).collect()
    };
    let techniques: BTreeSet<_> = shown.witnesses.keys().map(|witness| witness.technique.to_owned()).collect();
    let mut techniques = new(techniques.into_iter().collect(), &found.techniques);
    let mut values = if found.type_.starts_with("enum:") || lists_values(&found.type_) {
        new(shown.values.keys().cloned().collect(), &found.values)
    } else {
        Vec::new()
    };
    let mut is_raised = now > found.grade;
    let sources = found.sources.join(" ");
    // What the page cites already was written with it: what differs from it was changed by hand.
    let captures = corpus.captures_in(&sources);
    let by_hand = grade(of_captures(shown, corpus, &captures), pages.lineage);
    if by_hand > found.grade {
        let why = format!(
            "{}: {} by hand, although it cites evidence for {}; kept as it is",
            fact.name(),
            found.grade.name(),
            by_hand.name()
        );
        draft.conflict(&fact.page, &found.at, why);
        is_raised = false;
    }
    let known: BTreeSet<_> =
        of_captures(shown, corpus, &captures).map(|witness| witness.technique.to_owned()).collect();
    if let Some(technique) = techniques.iter().find(|technique| known.contains(*technique)) {
        draft.conflict(
            &fact.page,
            &found.at,
            format!("{}: {technique} was taken out by hand; kept as it is", fact.name()),
        );
        techniques.retain(|technique| !known.contains(technique));
    }
    values.retain(|value| {
        let places = shown.values.get(value).into_iter().flatten();
        let of = |place: &super::facts::Place| {
            corpus.row(*place).and_then(|row| usize::try_from(row.observed.capture().0).ok())
        };
        let is_removed = places.filter_map(of).any(|capture| captures.contains(&capture));
        if is_removed {
            let value = format!("{}: the value {value} was taken out by hand; kept as it is", fact.name());
            draft.conflict(&fact.page, &found.at, value);
        }
        !is_removed
    });
    let cited_techniques: BTreeSet<_> = corpus.techniques_in(&sources).map(str::to_owned).collect();
    let is_uncited =
        |witness: &Witness| !cited_techniques.contains(witness.technique) && !known.contains(witness.technique);
    let is_cited = !cited.iter().any(|witness| is_uncited(witness));
    if !is_raised && techniques.is_empty() && values.is_empty() && is_cited {
        return;
    }
    let cited: Vec<_> =
        if is_raised { cited.to_vec() } else { cited.iter().copied().filter(|witness| is_uncited(witness)).collect() };
    let sources: Vec<_> = cite(corpus, shown, &cited, &values).iter().map(|id| source(id, pages)).collect();
    if sources.is_empty() {
        return;
    }
    let sources = new(sources, &found.sources);
    let flavors = new(flavors(draft, shown), &found.flavors);
    let contributors = new(pages.contributor.map(str::to_owned).into_iter().collect(), &found.contributors);
    let mut says = Vec::new();
    let mut edits = Vec::new();
    if is_raised {
        says.push(format!("{} -> {}", found.grade.name(), now.name()));
        edits.push(set_grade(draft, fact, found, now));
    }
    if !values.is_empty() {
        says.push(format!("{} {}", counted(values.len() as u64, "value"), values.join(", ")));
        let values = values.iter().map(|value| value_data(draft, fact, found, value)).collect();
        edits.extend(extend(draft, &fact.page, &found.at, "observed_values", BEFORE_VALUES, values));
    }
    let lists: [(&str, &[&str], Vec<String>); 4] = [
        ("techniques", &[], techniques),
        ("flavors", &["techniques", "tools"], flavors),
        ("contributors", &["techniques", "tools", "flavors"], contributors),
        ("sources", &["techniques", "tools", "flavors", "contributors"], sources),
    ];
    says.extend(
        lists
            .iter()
            .filter(|(key, _, new)| *key == "techniques" && !new.is_empty())
            .map(|(_, _, new)| format!("seen by {}", new.join(", "))),
    );
    edits.extend(provenance(draft, fact, found, lists));
    if says.is_empty() {
        says.push("evidence cited".to_owned());
    }
    draft.edit(&fact.page, format!("{}: {} ({})", fact.name(), says.join(", "), seen(shown)), &edits);
}

/// Keys that come before the values of an attribute.
const BEFORE_VALUES: &[&str] = &["name", "type", "required", "confidence", "description"];

/// Whether values of a type are listed: those of others identify or measure something.
fn lists_values(type_: &str) -> bool {
    matches!(type_, "int" | "string" | "bool")
}

fn set_grade(draft: &Draft<'_>, fact: &Fact, found: &Found, now: Confidence) -> Edit {
    let at = format!("{}/confidence", found.at);
    let to = Data::word(now.name());
    match draft.file(&fact.page).and_then(|page| page.at(&at)) {
        Some(_) => Edit::Set { at, to },
        None => Edit::Add {
            at: found.at.clone(),
            key: "confidence",
            value: to,
            after: &["name", "tag", "type", "required", "occurrence"],
        },
    }
}

/// A value as the list that it is added to has its values.
fn value_data(draft: &Draft<'_>, fact: &Fact, found: &Found, value: &str) -> Data {
    let page = draft.file(&fact.page);
    let list = page.and_then(|page| page.at(&format!("{}/observed_values", found.at)));
    let is_quoted = list
        .and_then(|list| list.items().first())
        .map_or(found.type_ != "int", |first| !matches!(&first.kind, Kind::Scalar(_, Style::Plain)));
    let is_number = value.parse::<u64>().is_ok_and(|number| number.to_string() == value);
    if !is_quoted && is_number { Data::Literal(value.to_owned()) } else { Data::Quoted(value.to_owned()) }
}

/// Further items of a list, which may not be there.
pub(super) fn extend(
    draft: &Draft<'_>,
    file: &str,
    at: &str,
    key: &'static str,
    after: &'static [&'static str],
    items: Vec<Data>,
) -> Vec<Edit> {
    let list_at = if at.is_empty() { key.to_owned() } else { format!("{at}/{key}") };
    match draft.file(file).and_then(|page| page.at(&list_at)) {
        _ if items.is_empty() => Vec::new(),
        Some(list) => {
            let known = list.items().len();
            let insert = |(index, item)| Edit::Insert { at: list_at.clone(), index: known + index, item };
            items.into_iter().enumerate().map(insert).collect()
        }
        None => vec![Edit::Add { at: at.to_owned(), key, value: Data::List(items), after }],
    }
}

fn provenance(
    draft: &Draft<'_>,
    fact: &Fact,
    found: &Found,
    lists: [(&'static str, &'static [&'static str], Vec<String>); 4],
) -> Vec<Edit> {
    let at = format!("{}/provenance", found.at);
    let known = draft.file(&fact.page).and_then(|page| page.at(&at));
    if known.is_none_or(Node::is_null) {
        let lists = lists.into_iter().filter(|(key, _, new)| *key == "techniques" || !new.is_empty());
        let value = Data::Map(lists.map(|(key, _, new)| (key, Data::words(new))).collect());
        let after = &["name", "tag", "type", "required", "occurrence", "confidence", "description", "observed_values"];
        return vec![Edit::Add { at: found.at.clone(), key: "provenance", value, after }];
    }
    let extend = |(key, after, new): (&'static str, &'static [&'static str], Vec<String>)| {
        extend(draft, &fact.page, &at, key, after, new.into_iter().map(Data::word).collect())
    };
    lists.into_iter().flat_map(extend).collect()
}

/// How a fact cites an entry of the corpus.
fn source(id: &str, pages: &Pages<'_>) -> String {
    if pages.is_test { format!("{} {TEST_SERVER}", citation(id)) } else { citation(id) }
}

/// Adds a fact that its page does not have.
fn add(
    draft: &mut Draft<'_>,
    corpus: &mut Corpus<'_>,
    fact: &Fact,
    shown: &Shown,
    pages: &Pages<'_>,
    cited: &[&Witness],
) {
    let parent = parent(draft, fact);
    let Some(parent) = parent else { return };
    let values: Vec<_> = shown.values.keys().cloned().collect();
    let type_ = shown.type_.unwrap_or("string");
    let values = if fact.attribute.is_some() && lists_values(type_) { values } else { Vec::new() };
    let sources: Vec<_> = cite(corpus, shown, cited, &values).iter().map(|id| source(id, pages)).collect();
    if sources.is_empty() {
        return;
    }
    let techniques: BTreeSet<_> = shown.witnesses.keys().map(|witness| witness.technique).collect();
    let now = grade(shown.witnesses.keys(), pages.lineage);
    let mut provenance = vec![("techniques", Data::words(techniques))];
    let flavors = flavors(draft, shown);
    if !flavors.is_empty() {
        provenance.push(("flavors", Data::words(flavors)));
    }
    provenance.extend(pages.contributor.map(|contributor| ("contributors", Data::words([contributor]))));
    provenance.push(("sources", Data::words(sources)));
    let (grade, description) =
        (("confidence", Data::word(now.name())), ("description", Data::Prose(described(fact, shown, pages))));
    let (list, after, mut item): (_, &'static [&'static str], _) = match &fact.attribute {
        Some(name) => (
            "attributes",
            &[
                "tag",
                "occurrence",
                "confidence",
                "display_name",
                "category",
                "direction",
                "status",
                "spec_version",
                "summary",
                "description",
                "provenance",
            ],
            vec![
                ("name", Data::word(name)),
                ("type", Data::word(type_)),
                ("required", Data::Literal("false".to_owned())),
                grade,
                description,
            ],
        ),
        None => (
            "children",
            &["tag", "occurrence", "confidence", "summary", "description", "provenance", "attributes"],
            vec![
                ("tag", Data::word(fact.elements.last().map_or("", String::as_str))),
                ("occurrence", Data::Quoted(if shown.most > 1 { "0..n" } else { "0..1" }.to_owned())),
                grade,
                description,
            ],
        ),
    };
    if !values.is_empty() {
        let value = |value: &String| match value.parse::<u64>() {
            Ok(number) if type_ == "int" && number.to_string() == *value => Data::Literal(value.clone()),
            _ => Data::Quoted(value.clone()),
        };
        item.push(("observed_values", Data::List(values.iter().map(value).collect())));
    }
    item.push(("provenance", Data::Map(provenance)));
    let why = format!("{}: new, {} ({})", fact.name(), now.name(), seen(shown));
    let edits = extend(draft, &fact.page, &parent, list, after, vec![Data::Map(item)]);
    draft.edit(&fact.page, why, &edits);
}

/// The path of the element that a fact is in; `None` if its page does not have it.
fn parent(draft: &Draft<'_>, fact: &Fact) -> Option<String> {
    let depth = if fact.attribute.is_some() { fact.elements.len() } else { fact.elements.len().checked_sub(1)? };
    let elements = fact.elements.get(..depth)?;
    if elements.len() == 1 {
        return Some(String::new());
    }
    let entries = entries(draft.file(&fact.page)?);
    entries.into_iter().find(|entry| entry.attribute.is_none() && entry.elements == elements).map(|entry| entry.at)
}

/// What a page says of a new fact: what was seen, and that nobody knows what it means.
fn described(fact: &Fact, shown: &Shown, pages: &Pages<'_>) -> String {
    let what = if fact.attribute.is_some() { "attribute" } else { "element" };
    let ways = match (shown.incoming, shown.outgoing) {
        (0, _) => "Seen on outgoing stanzas only.".to_owned(),
        (_, 0) => format!("Seen on incoming stanzas only, where the server may have added the {what}."),
        _ => "Seen on incoming and outgoing stanzas.".to_owned(),
    };
    let test = if pages.is_test { format!(" {TEST_SERVER}") } else { String::new() };
    format!("{ways} Its meaning is not known.{test}")
}
