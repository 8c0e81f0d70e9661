//! Framing that was lost, being found again: the bytes kept meanwhile, and what it cost.

use super::further;
use super::trial::{Expectation, KNOWN_CONNECTION, Trial};
use crate::anomaly::{Anomaly, Diagnosis, Kind, Layer, Severity};
use crate::origin::Origin;

/// Bytes kept while searching; of more, the older half is given up.
const KEPT_MAX: usize = 1 << 20;

/// Bytes between two looks for a boundary.
const STEP: usize = 1 << 10;

/// It is not known where the next frame begins.
pub(super) const FRAMING_LOST: Diagnosis = Diagnosis {
    id: "websocket/framing-lost",
    layer: Layer::Websocket,
    kind: Kind::Missing,
    severity: Severity::Loss,
    why: "the start of a websocket frame was not captured, so bytes were passed over until the next one was \
          recognised; the messages in them are lost",
    next: "A capture that drops no packets and begins before the client connects avoids this.",
};

/// A search for the next frame.
#[derive(Debug)]
pub(super) struct Search {
    expectation: Expectation,
    trial: Trial,
    bytes: Vec<u8>,
    /// Where each stretch of `bytes` begins and came from.
    pieces: Vec<(usize, Origin)>,
    /// Bytes that were given up or not captured.
    lost: u64,
    /// Where the search began.
    origin: Option<Origin>,
}

/// A boundary, and the bytes from there on.
#[derive(Debug)]
pub(super) struct Resumed {
    bytes: Vec<u8>,
    pieces: Vec<(usize, Origin)>,
    at: usize,
}

impl Search {
    /// A search that begins after `lost` bytes that cannot be read any more.
    pub(super) const fn new(expectation: Expectation, lost: u64, origin: Option<Origin>) -> Self {
        let trial = Trial::new(expectation, KNOWN_CONNECTION);
        Self { expectation, trial, bytes: Vec::new(), pieces: Vec::new(), lost, origin }
    }

    /// Takes bytes from the start of `data`, and says how many.
    pub(super) fn take(&mut self, data: &[u8], origin: Origin) -> usize {
        if self.bytes.len() >= KEPT_MAX {
            self.give_up(KEPT_MAX / 2);
        }
        let count = data.len().min(STEP).min(KEPT_MAX - self.bytes.len());
        self.origin.get_or_insert(origin);
        self.pieces.push((self.bytes.len(), origin));
        self.bytes.extend_from_slice(data.get(..count).unwrap_or_default());
        count
    }

    /// Whether a boundary is in the bytes so far. `ended` says that they are followed by a gap or the end.
    pub(super) fn found(&mut self, ended: bool) -> Option<usize> {
        let found = if ended { self.trial.at_end(&self.bytes) } else { self.trial.advance(&self.bytes) };
        found.map(|found| found.at)
    }

    /// Gives up all bytes so far and `gap` bytes that were not captured, and begins anew behind them.
    pub(super) fn restart(&mut self, gap: u64, origin: Origin) {
        self.lost = self.lost.saturating_add(self.bytes.len() as u64).saturating_add(gap);
        self.origin.get_or_insert(origin);
        self.bytes.clear();
        self.pieces.clear();
        self.trial = Trial::new(self.expectation, KNOWN_CONNECTION);
    }

    /// Ends the search at `at`, a boundary. The anomaly says what it cost, if anything.
    pub(super) fn resume(self, at: usize) -> (Resumed, Option<Anomaly>) {
        let lost = self.lost.saturating_add(at as u64);
        let resumed = Resumed { bytes: self.bytes, pieces: self.pieces, at };
        let place = resumed.pieces().next().map(|(_, origin)| origin);
        (resumed, report(lost, self.origin, place))
    }

    /// Ends the search without success.
    pub(super) fn fail(self) -> Option<Anomaly> {
        let lost = self.lost.saturating_add(self.bytes.len() as u64);
        report(lost, self.origin, self.pieces.last().map(|&(_, origin)| origin))
    }

    fn give_up(&mut self, count: usize) {
        self.trial.forget(count);
        self.bytes.drain(..count);
        self.lost = self.lost.saturating_add(count as u64);
        let inside = self.pieces.partition_point(|&(start, _)| start <= count).saturating_sub(1);
        self.pieces.drain(..inside);
        for (start, origin) in &mut self.pieces {
            *origin = further(*origin, count.saturating_sub(*start));
            *start = start.saturating_sub(count);
        }
    }
}

fn report(lost: u64, from: Option<Origin>, to: Option<Origin>) -> Option<Anomaly> {
    let from = from.filter(|_| lost > 0)?;
    Some(Anomaly::new(&FRAMING_LOST, from.to(to.unwrap_or(from))).bytes(lost))
}

impl Resumed {
    /// The bytes from the boundary on, with where they came from.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (&[u8], Origin)> {
        self.pieces.iter().enumerate().filter_map(|(index, &(start, origin))| {
            let end = self.pieces.get(index + 1).map_or(self.bytes.len(), |&(next, _)| next);
            let from = start.max(self.at);
            let data = self.bytes.get(from..end).filter(|data| !data.is_empty())?;
            Some((data, further(origin, from - start)))
        })
    }
}
