//! What may be claimed of a fact, and which entries of the corpus are to be cited for it.

use std::collections::{BTreeMap, BTreeSet};

use super::corpus::Corpus;
use super::facts::{Place, Shown};
use crate::spec::{Confidence, Lineage, Witness, corroborating};

/// The grade that some recordings of a fact allow.
pub(super) fn grade<'w>(witnesses: impl Iterator<Item = &'w Witness> + Clone, lineage: &Lineage) -> Confidence {
    match (witnesses.clone().next(), corroborating(witnesses, lineage)) {
        (None, _) => Confidence::Unknown,
        (Some(_), None) => Confidence::Probable,
        (Some(_), Some(_)) => Confidence::Confirmed,
    }
}

/// A grade by its name on the spec's pages; unknown if it has none.
pub(super) fn grade_named(name: Option<&str>) -> Confidence {
    let all = [Confidence::Speculative, Confidence::Probable, Confidence::Confirmed];
    all.into_iter().find(|grade| Some(grade.name()) == name).unwrap_or(Confidence::Unknown)
}

/// The recordings of a fact that are to be cited: two independent ones if there are, and one of each technique.
pub(super) fn to_cite<'s>(shown: &'s Shown, lineage: &Lineage) -> Vec<&'s Witness> {
    let mut cited: Vec<_> = corroborating(shown.witnesses.keys(), lineage).into_iter().flatten().collect();
    for witness in shown.witnesses.keys() {
        if cited.iter().all(|known| known.technique != witness.technique) {
            cited.push(witness);
        }
    }
    cited
}

/// The recordings of a fact that come from these captures.
pub(super) fn of_captures<'s>(
    shown: &'s Shown,
    corpus: &Corpus<'_>,
    captures: &BTreeSet<usize>,
) -> impl Iterator<Item = &'s Witness> + Clone {
    let is_of = |place: &Place| {
        let capture = corpus.row(*place).map(|row| row.observed.capture().0);
        capture.and_then(|capture| usize::try_from(capture).ok()).is_some_and(|capture| captures.contains(&capture))
    };
    let found: Vec<_> =
        shown.witnesses.iter().filter(|(_, places)| places.iter().any(is_of)).map(|(it, _)| it).collect();
    found.into_iter()
}

/// How often a fact was seen, and how: `websocket-capture; 3 incoming, 1 outgoing`.
pub(super) fn seen(shown: &Shown) -> String {
    let techniques: BTreeSet<_> = shown.witnesses.keys().map(|witness| witness.technique).collect();
    let techniques = techniques.into_iter().collect::<Vec<_>>().join(", ");
    let counts = [(shown.incoming, "incoming"), (shown.outgoing, "outgoing")];
    let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, way)| format!("{count} {way}"));
    format!("{techniques}; {}", counts.collect::<Vec<_>>().join(", "))
}

/// Techniques by the recordings that are to be cited, each with its places.
pub(super) fn places<'s>(shown: &'s Shown, witnesses: &[&Witness]) -> BTreeMap<&'static str, Vec<&'s [Place]>> {
    let mut places: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (witness, found) in &shown.witnesses {
        if witnesses.contains(&witness) {
            places.entry(witness.technique).or_default().push(found.as_slice());
        }
    }
    places
}
