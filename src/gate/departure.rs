//! Where calls depart from the spec.

use super::level::Level;
use crate::analysis::{Analysis, Capture};
use crate::spec::{Judged, Verdict};
use crate::visible::visible;

/// A place where a call departs from the spec.
#[derive(Clone, Debug)]
pub struct Departure<'a> {
    /// How grave it is.
    pub level: Level,
    /// The rule's id, or the discrepancy's.
    pub id: &'static str,
    /// What the rule requires, or the discrepancy asks.
    pub title: &'static str,
    /// What was found: a clause about the stanza. Untrusted text.
    pub why: String,
    /// Whether a baseline lists it.
    pub is_known: bool,
    /// The call, or the stanzas that belong to no call.
    pub judged: &'a Judged,
    /// The capture with the stanza.
    pub capture: Option<&'a Capture>,
    /// The number of the stanza's record in its capture.
    pub record: u64,
}

impl Departure<'_> {
    /// Returns what is the same of it in other recordings, in one line: numbers, ids and addresses are left out, and call
    /// and capture are not part of it.
    #[must_use]
    pub fn signature(&self) -> String {
        let masked = self.why.split_whitespace().map(|word| if word.contains(char::is_numeric) { "#" } else { word });
        let why = masked.collect::<Vec<_>>().join(" ");
        format!("{} {}: {}", self.level.name(), self.id, visible(&why))
    }

    /// Returns its sentence with the place: the record and the call.
    #[must_use]
    pub fn sentence(&self) -> String {
        let call = &self.judged.call.id;
        let call = if call.is_empty() { String::new() } else { format!(", call {}", visible(call)) };
        format!("{} (record {}{call})", visible(&self.why), self.record)
    }

    /// Returns the line of the capture that it is about, if the capture consists of lines.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.capture.filter(|capture| capture.records_are_lines()).map(|_| self.record.max(1))
    }
}

/// All departures, by call and row; those from discrepancies at the end.
#[derive(Clone, Debug, Default)]
pub struct Departures<'a>(Vec<Departure<'a>>);

impl<'a> Departures<'a> {
    /// Lists the departures of an analysis, none of them known.
    #[must_use]
    pub fn of(analysis: &'a Analysis) -> Self {
        let broken = analysis.judged().flat_map(|judged| broken(analysis, judged));
        Self(broken.chain(disputed(analysis)).collect())
    }

    /// Marks those that are known.
    pub fn mark(&mut self, is_known: impl Fn(&Departure<'_>) -> bool) {
        for departure in &mut self.0 {
            departure.is_known = is_known(departure);
        }
    }

    /// Returns them in order.
    pub fn iter(&self) -> impl Iterator<Item = &Departure<'a>> {
        self.0.iter()
    }

    /// Returns those that fail a run that denies these levels.
    pub fn denied(&self, levels: &[Level]) -> impl Iterator<Item = &Departure<'a>> {
        self.0.iter().filter(|departure| !departure.is_known && levels.contains(&departure.level))
    }
}

/// The places of one call where a rule does not hold.
fn broken<'a>(analysis: &'a Analysis, judged: &'a Judged) -> impl Iterator<Item = Departure<'a>> {
    judged.places.iter().filter_map(move |place| {
        let observed = &judged.call.rows.get(place.row)?.observed;
        Some(Departure {
            level: Level::of(place)?,
            id: place.rule.id,
            title: place.rule.title,
            why: place.why.to_string(),
            is_known: false,
            judged,
            capture: analysis.capture(observed.capture()),
            record: observed.stanza.origin.last,
        })
    })
}

/// The discrepancies on which there is evidence, each once, at its strongest piece.
fn disputed(analysis: &Analysis) -> Vec<Departure<'_>> {
    let findings = analysis.findings().into_iter().filter(|finding| finding.question.number.is_none());
    let disputed = findings.filter(|finding| finding.verdict != Verdict::Open).filter_map(|finding| {
        let exhibits = finding.pieces.iter().filter_map(|at| analysis.exhibit(*at));
        // Of equally strong pieces the first.
        let foremost =
            exhibits.reduce(|best, next| if next.piece.strength > best.piece.strength { next } else { best })?;
        Some(Departure {
            level: Level::Discrepancy,
            id: finding.question.id,
            title: finding.question.title,
            why: format!("{}: {}", finding.verdict.name(), finding.named.join(", ")),
            is_known: false,
            judged: foremost.judged,
            capture: analysis.capture(foremost.row.observed.capture()),
            record: foremost.origin().last,
        })
    });
    disputed.collect()
}
