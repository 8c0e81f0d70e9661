//! What stands between the rungs: breaks where nothing was recorded, and what was not seen.

use super::{Ladder, Party, Rung, same};
use crate::call::Call;

/// A part of a recording that is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Index of its call among those drawn.
    pub call: usize,
    /// Index of the rung before which it is.
    pub before: usize,
    /// Index of the lifeline whose recording it is missing of, where several were recorded.
    pub lifeline: Option<usize>,
    /// For how long nothing was recorded, in nanoseconds.
    pub length: i64,
}

/// A stanza that was to be seen and was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ghost {
    /// Index of its call among those drawn.
    pub call: usize,
    /// Index of the rung before which it belongs; the number of rungs where it belongs at the end.
    pub before: usize,
    /// Index of the lifeline that it would have left.
    pub from: usize,
    /// Index of the lifeline that it would have reached.
    pub to: usize,
    /// What it would have been, and who says so.
    pub label: String,
}

/// One line of a diagram, by its index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// One of [`Ladder::rungs`].
    Rung(usize),
    /// One of [`Ladder::gaps`].
    Gap(usize),
    /// One of [`Ladder::ghosts`].
    Ghost(usize),
}

impl Ladder {
    /// The lines from top to bottom: the rungs that `shows` wants, every gap and every ghost.
    pub fn lines(&self, mut shows: impl FnMut(&Rung) -> bool) -> Vec<Line> {
        let mut lines = Vec::with_capacity(self.rungs.len() + self.gaps.len() + self.ghosts.len());
        let (mut gaps, mut ghosts) = (0..self.gaps.len(), 0..self.ghosts.len());
        for place in 0..=self.rungs.len() {
            while self.gaps.get(gaps.start).is_some_and(|gap| gap.before <= place) {
                lines.extend(gaps.next().map(Line::Gap));
            }
            while self.ghosts.get(ghosts.start).is_some_and(|ghost| ghost.before <= place) {
                lines.extend(ghosts.next().map(Line::Ghost));
            }
            if self.rungs.get(place).is_some_and(&mut shows) {
                lines.push(Line::Rung(place));
            }
        }
        lines
    }
}

/// The gaps of all calls, top to bottom.
pub(super) fn gaps(calls: &[&Call], rungs: &[Rung], lifelines: &[Party]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut holes: Vec<_> = calls.iter().map(|call| call.holes().into_iter().peekable()).collect();
    for (before, rung) in rungs.iter().enumerate() {
        let (Some(holes), Some(call)) = (holes.get_mut(rung.call), calls.get(rung.call)) else { continue };
        while let Some(hole) = holes.next_if(|hole| hole.before <= rung.row) {
            let device = call.vantages.get(hole.vantage).filter(|_| call.vantages.len() > 1);
            let party =
                device.map(|vantage| vantage.device.jid().map_or(Party::Local, |jid| Party::Device(jid.clone())));
            let lifeline = party.and_then(|party| lifelines.iter().position(|known| same(call, known, &party)));
            gaps.push(Gap { call: rung.call, before, lifeline, length: hole.length });
        }
    }
    gaps
}
