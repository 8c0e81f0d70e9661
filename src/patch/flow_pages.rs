//! The pages of flows: grades of steps. A step has no provenance: its note cites the evidence.

use std::collections::BTreeSet;

use super::corpus::{Corpus, citation};
use super::draft::Draft;
use super::evidence::{grade, grade_named, of_captures, places, seen, to_cite};
use super::facts::{Place, Shown};
use super::repository::Folder;
use super::stanza_pages::Pages;
use super::test_servers::TEST_SERVER;
use crate::analysis::Analysis;
use crate::call::Call;
use crate::input::TECHNIQUES;
use crate::origin::Direction;
use crate::protocol::stanza::ActionName;
use crate::spec::flows::{End, Flow, Passes, Step};
use crate::spec::{Conformance, PAGES, Sessions, Strength};
use crate::yaml::{Data, Edit, Node};

/// Writes what the captures show of the steps of flows.
pub(super) fn write(
    draft: &mut Draft<'_>,
    corpus: &mut Corpus<'_>,
    (sanitised, sessions): (&Analysis, &Sessions),
    pages: &Pages<'_>,
) {
    for flow in PAGES.iter().filter_map(|page| page.flow) {
        let shown: Vec<_> = flow.steps.iter().map(|step| of_step(step, sanitised, sessions)).collect();
        if shown.iter().all(|shown| shown.witnesses.is_empty()) {
            continue;
        }
        let Some((file, page)) = draft.repository.find(Folder::Flows, flow.page) else {
            draft.conflict(
                &Folder::Flows.file(flow.page),
                "",
                "the page is gone; its steps were not graded".to_owned(),
            );
            continue;
        };
        let (file, steps) = (file.to_owned(), page.root().items_of("steps"));
        if !is_as_known(flow, steps) {
            draft.conflict(&file, "steps", "its steps are no longer those that ringtrace knows; not graded".to_owned());
            continue;
        }
        for (index, shown) in shown.iter().enumerate().filter(|(_, shown)| !shown.witnesses.is_empty()) {
            raise(draft, corpus, (&file, index), shown, pages);
        }
    }
}

/// The calls in which a step occurred in its place, recorded at the device that sent it, or as the server delivered it.
fn of_step(step: &Step, sanitised: &Analysis, sessions: &Sessions) -> Shown {
    let mut shown = Shown::default();
    for (call, judged) in sanitised.calls.iter().enumerate() {
        let held = judged.places.iter().filter(|place| place.rule == &step.rule && place.found == Conformance::Holds);
        for place in held.filter(|place| is_direct(step, &judged.call, place.row)) {
            note(&mut shown, &judged.call, Place { call, row: place.row }, sessions);
        }
    }
    shown
}

fn is_direct(step: &Step, call: &Call, row: usize) -> bool {
    let Some(row) = call.rows.get(row) else { return false };
    let is_direct = || Strength::of(row.originator.provenance) == Some(Strength::Direct);
    match row.observed.direction() {
        Some(Direction::Outbound) => true,
        Some(Direction::Inbound) => step.from == End::Server || is_direct(),
        None => false,
    }
}

/// Adds the recordings of a row.
pub(super) fn note(shown: &mut Shown, call: &Call, place: Place, sessions: &Sessions) {
    let Some(row) = call.rows.get(place.row) else { return };
    match row.observed.direction() {
        Some(Direction::Inbound) => shown.incoming += 1,
        Some(Direction::Outbound) => shown.outgoing += 1,
        None => return,
    }
    let mut witnesses = BTreeSet::new();
    sessions.witnesses(call, place.row, &mut witnesses);
    for witness in witnesses.into_iter().filter(|witness| TECHNIQUES.contains(&witness.technique)) {
        shown.witnesses.entry(witness).or_default().push(place);
    }
}

/// Whether a page still has the steps of the flow, from and to the same.
fn is_as_known(flow: &Flow, steps: &[Node]) -> bool {
    let end = |end: End| match end {
        End::Caller => "caller",
        End::Server => "server",
        End::Callee | End::Siblings | End::Offered => "callee",
    };
    let stanza = |passes: &Passes| match passes {
        Passes::Ack(_) => Some("call-ack".to_owned()),
        Passes::Call(ActionName::Unknown(_)) => None,
        Passes::Call(name) => Some(format!("call-{name}")),
    };
    let is_known = |(step, node): (&Step, &Node)| {
        let says = ["from", "to", "stanza"].map(|key| node.text_of(key));
        says == [Some(end(step.from)), Some(end(step.to)), stanza(&step.passes).as_deref()]
    };
    flow.steps.len() == steps.len() && flow.steps.iter().zip(steps).all(is_known)
}

fn raise(
    draft: &mut Draft<'_>,
    corpus: &mut Corpus<'_>,
    (file, index): (&str, usize),
    shown: &Shown,
    pages: &Pages<'_>,
) {
    let at = format!("steps/{index}");
    let Some(step) = draft.file(file).and_then(|page| page.at(&at)).cloned() else { return };
    let known = grade_named(step.text_of("confidence"));
    let now = grade(shown.witnesses.keys(), pages.lineage);
    let text = step.text_of("note").unwrap_or_default();
    let captures = corpus.captures_in(text);
    let name = format!("step {}", index + 1);
    if grade(of_captures(shown, corpus, &captures), pages.lineage) > known {
        let why = format!("{name}: {} by hand, although its note cites evidence for more; kept as it is", known.name());
        draft.conflict(file, &at, why);
        return;
    }
    let cited: BTreeSet<_> = corpus.techniques_in(text).map(str::to_owned).collect();
    let mut witnesses = to_cite(shown, pages.lineage);
    let own: BTreeSet<_> = of_captures(shown, corpus, &captures).map(|witness| witness.technique).collect();
    if now <= known {
        witnesses.retain(|witness| !cited.contains(witness.technique) && !own.contains(witness.technique));
    }
    let mut citations = Vec::new();
    for (technique, places) in places(shown, &witnesses) {
        let ids: BTreeSet<_> = places.into_iter().filter_map(|places| corpus.cite(places)).collect();
        citations.extend(ids.into_iter().map(|id| format!("{} ({technique})", citation(&id))));
    }
    if citations.is_empty() {
        return;
    }
    let test = if pages.is_test { format!(" {TEST_SERVER}") } else { String::new() };
    let sentence = format!("Seen in {}.{test}", citations.join(", "));
    let note = match step.get("note") {
        Some(note) if !note.is_null() => Edit::Append { at: format!("{at}/note"), text: sentence, is_paragraph: false },
        Some(_) => Edit::Set { at: format!("{at}/note"), to: Data::word(sentence) },
        None => Edit::Add {
            at: at.clone(),
            key: "note",
            value: Data::Prose(sentence),
            after: &["from", "to", "stanza", "label", "confidence"],
        },
    };
    let (mut edits, mut says) = (vec![note], "evidence cited".to_owned());
    if now > known {
        edits.push(Edit::Set { at: format!("{at}/confidence"), to: Data::word(now.name()) });
        says = format!("{} -> {}", known.name(), now.name());
    }
    draft.edit(file, format!("{name}: {says} ({})", seen(shown)), &edits);
}
