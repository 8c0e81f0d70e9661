//! What to record next for a question that is not settled: computed from what is missing in the evidence at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::bearing;
use super::corroboration::Confidence;
use super::judged::Judged;
use super::question::{Evidence, Question};
use super::situation::{Recorded, Situation};
use super::strength::Strength;
use super::verdict::{Tally, Verdict};
use crate::call::Media;

/// Why nothing bears on a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gap {
    /// No such call is among the captures.
    NoSuchCall,
    /// There are such calls, but their recordings cannot decide.
    CannotDecide,
}

impl Gap {
    /// The gap's name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoSuchCall => "no-such-call",
            Self::CannotDecide => "cannot-decide",
        }
    }
}

/// How calls with each situation were recorded.
#[derive(Debug)]
pub(super) struct Material(Vec<Recorded>);

impl Material {
    /// Of these calls.
    pub(super) fn of(calls: &[Arc<Judged>]) -> Self {
        let of = |situation: &Situation| {
            let mut total = Recorded::default();
            let such = calls.iter().filter(|judged| judged.circumstances.has(*situation));
            such.for_each(|judged| total.add(judged.circumstances.recorded));
            total
        };
        Self(Situation::ALL.iter().map(of).collect())
    }

    pub(super) fn on(&self, question: &Question) -> Recorded {
        self.0.get(question.about as usize).copied().unwrap_or_default()
    }
}

/// What follows for a question, as far as advice depends on it.
pub(super) struct State<'f> {
    pub(super) question: &'static Question,
    pub(super) verdict: Verdict,
    pub(super) confidence: Confidence,
    pub(super) named: &'f [String],
    pub(super) tallies: &'f [Tally],
    pub(super) recorded: Recorded,
}

impl State<'_> {
    /// Why nothing bears on the question; `None` if something does.
    pub(super) fn gap(&self) -> Option<Gap> {
        let why = if self.recorded.calls == 0 { Gap::NoSuchCall } else { Gap::CannotDecide };
        (self.verdict == Verdict::Open).then_some(why)
    }

    /// What to record next, most useful first: sentences. `evidence` is that on the question, with its calls.
    pub(super) fn next<'e>(&self, evidence: impl Iterator<Item = (&'e Judged, &'e Evidence)>) -> Vec<String> {
        let mut next = match self.verdict {
            Verdict::Open if self.recorded.calls == 0 => vec![self.question.about.how().to_owned()],
            Verdict::Open | Verdict::Leaning if bearing::needs_packets(self.question) => {
                vec!["Capture the UDP packets of the recorded device too, from before the offer.".to_owned()]
            }
            Verdict::Open => self.missing(),
            Verdict::Leaning => self.firmer(),
            Verdict::Contested => vec![apart(self.named, evidence)],
            Verdict::Answered | Verdict::Observed => self.corroboration(),
        };
        let of_timer = self.question.about == Situation::RangOut && self.recorded.calls < 3;
        if of_timer && matches!(self.verdict, Verdict::Open | Verdict::Leaning) && self.recorded.calls > 0 {
            next.push("Let a call ring out three times between the same devices: fewer show no timer.".to_owned());
        }
        next
    }

    /// What such calls lack.
    fn missing(&self) -> Vec<String> {
        let recorded = self.recorded;
        let lacks = [
            (!recorded.caller, "Also record the caller's socket, from before the offer."),
            (!recorded.callee, "Also record the callee's socket, from before the offer."),
            (
                recorded.caller && recorded.callee && !recorded.both,
                "Record the sockets of caller and callee in the same call.",
            ),
            (!recorded.whole, "Record without a gap, from before the offer until five seconds after the terminate."),
            (!recorded.own_acks, "Record on the network, or with a client whose log has the acks that it sends."),
        ];
        let lacks: Vec<_> =
            lacks.into_iter().filter(|(is_lacking, _)| *is_lacking).map(|(_, what)| what.to_owned()).collect();
        if lacks.is_empty() {
            let what = self.question.about.what();
            return vec![format!("Record {what} with another client: nothing in these bears on the question.")];
        }
        lacks
    }

    /// What would make indirect evidence direct.
    fn firmer(&self) -> Vec<String> {
        let leading = self.tallies.iter().filter(|tally| self.named.contains(&tally.hypothesis));
        let strongest = leading.filter_map(|tally| tally.strongest).max();
        if strongest == Some(Strength::Absence) {
            let what = self.question.about.what();
            return vec![format!("Record {what} with another client, in either role.")];
        }
        let recorded = self.recorded;
        let advice = match (recorded.caller, recorded.callee, recorded.both) {
            (false, _, _) => "Also record the caller's socket, from before the offer.",
            (_, false, _) => "Also record the callee's socket, from before the offer.",
            (_, _, false) => "Record the sockets of caller and callee in the same call.",
            (_, _, true) => {
                "Also record the other devices of both people, the phones included: an address without a device may be any of them."
            }
        };
        vec![advice.to_owned()]
    }

    /// What would confirm an answer.
    fn corroboration(&self) -> Vec<String> {
        let is_alone = self.confidence == Confidence::Probable;
        let advice = "To confirm it, record the same under another technique, on another device, with a client that was written independently.";
        is_alone.then(|| advice.to_owned()).into_iter().collect()
    }
}

/// What is different about the calls on the sides of a contested question.
fn apart<'e>(named: &[String], evidence: impl Iterator<Item = (&'e Judged, &'e Evidence)>) -> String {
    // By facet, the values on each side.
    let mut facets: BTreeMap<&str, BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    for (judged, piece) in evidence.filter(|(_, piece)| piece.supports && piece.strength == Strength::Direct) {
        let Some(side) = named.iter().find(|name| **name == *piece.hypothesis) else { continue };
        for (facet, value) in facets_of(judged, piece) {
            facets.entry(facet).or_default().entry(side).or_default().insert(value);
        }
    }
    let separates = |sides: &&BTreeMap<&str, BTreeSet<String>>| {
        let values: Vec<_> = sides.values().flatten().collect();
        sides.len() == named.len() && values.iter().collect::<BTreeSet<_>>().len() == values.len()
    };
    let found = facets.iter().find(|(_, sides)| separates(sides));
    match found {
        Some((facet, sides)) => {
            let sides = sides.iter().map(|(side, values)| {
                format!("{side} with {}", values.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
            });
            let sides = sides.collect::<Vec<_>>().join(", ");
            format!("The sides differ in {facet} ({sides}): record each side again with only that changed.")
        }
        None => "Nothing recorded tells the sides apart: record the same call again with one thing changed at a time (client, media, linked devices).".to_owned(),
    }
}

/// What may tell the calls of two sides apart.
fn facets_of(judged: &Judged, piece: &Evidence) -> Vec<(&'static str, String)> {
    let call = &judged.call;
    let Some(row) = call.rows.get(piece.row) else { return Vec::new() };
    let recording = call.recording(row);
    let mut facets = vec![
        ("the recorded role", call.role_of(row).name().to_owned()),
        ("the kind of call", if call.group { "group" } else { "1:1" }.to_owned()),
        ("the outcome", call.progress.outcome.name().to_owned()),
    ];
    facets.extend(
        call.media.map(|media| ("the media", if media == Media::Video { "video" } else { "audio" }.to_owned())),
    );
    facets.extend(
        recording.and_then(|recording| recording.client).map(|client| ("the recorded client", client.to_owned())),
    );
    let platform = row.observed.read().node.text("platform").map(|platform| ("the platform", platform.into_owned()));
    facets.extend(platform);
    facets
}
