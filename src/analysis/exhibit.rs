//! A piece of evidence with everything that its citation needs.

use super::model::{Analysis, Capture};
use crate::call::Row;
use crate::origin::{Origin, Timestamp};
use crate::spec::{Evidence, Judged, PieceAt};

/// A piece of evidence, its call, and the row that it is about.
#[derive(Clone, Copy, Debug)]
pub struct Exhibit<'a> {
    analysis: &'a Analysis,
    /// The call, with what it says about the spec.
    pub judged: &'a Judged,
    /// The piece.
    pub piece: &'a Evidence,
    /// The row.
    pub row: &'a Row,
}

impl Analysis {
    /// The piece of evidence at a place of a [`Finding`](crate::spec::Finding).
    #[must_use]
    pub fn exhibit(&self, at: PieceAt) -> Option<Exhibit<'_>> {
        Exhibit::of(self, self.judged_at(at.call())?, at.piece())
    }
}

impl<'a> Exhibit<'a> {
    /// The piece of that index among the evidence of a call.
    #[must_use]
    pub fn of(analysis: &'a Analysis, judged: &'a Judged, piece: usize) -> Option<Self> {
        let piece = judged.evidence.get(piece)?;
        Some(Self { analysis, judged, piece, row: judged.call.rows.get(piece.row)? })
    }

    /// Where the stanza was recorded.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.row.observed.stanza.origin
    }

    /// When the stanza was captured; `None` where that is not known.
    #[must_use]
    pub fn utc(&self) -> Option<Timestamp> {
        self.analysis.utc(&self.row.observed)
    }

    /// The name of the capture, as given. Untrusted text.
    #[must_use]
    pub fn capture(&self) -> Option<&'a str> {
        self.analysis.capture(self.row.observed.capture()).map(|capture| capture.name.as_str())
    }

    /// How the recording was made, one of the spec's techniques or `unknown`.
    #[must_use]
    pub fn technique(&self) -> &'a str {
        let recorded = self.judged.call.recording(self.row).map(|recording| recording.technique);
        let of_capture = || self.analysis.capture(self.row.observed.capture()).map(Capture::technique);
        recorded.filter(|technique| !technique.is_empty()).or_else(of_capture).unwrap_or("unknown")
    }

    /// The device whose socket was recorded, or `unknown`.
    #[must_use]
    pub fn vantage(&self) -> String {
        let device = self.judged.call.vantage_of(self.row).and_then(|vantage| vantage.device.jid());
        device.map_or_else(|| "unknown".to_owned(), ToString::to_string)
    }
}
