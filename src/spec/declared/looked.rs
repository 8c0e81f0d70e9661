//! A stanza that is looked at, in its call.

use crate::call::Call;
use crate::origin::Direction;
use crate::protocol::binary::Jid;
use crate::spec::context::{Context, Moment};
use crate::spec::observe::answers::{self, Reception};
use crate::spec::observe::{Seen, Survey, originator};

/// A row that is looked at, in its call.
#[derive(Clone, Copy)]
pub(super) struct Looked<'s, 'c> {
    pub(super) survey: &'s Survey<'c>,
    pub(super) context: &'s Context,
    pub(super) seen: Seen<'c>,
}

impl<'c> Looked<'_, 'c> {
    pub(super) const fn call(&self) -> &'c Call {
        self.survey.call
    }

    /// Nanoseconds from the offer to it, both as its own vantage saw them.
    pub(super) fn rang(&self) -> Option<i64> {
        let offer = self.survey.offer(self.seen.row)?;
        Some(self.seen.row.observed.time()?.nanoseconds_since(offer.observed.time()?))
    }

    /// Nanoseconds from the accept to it, both as its own vantage saw them.
    pub(super) fn talk(&self) -> Option<i64> {
        self.seen.talk.or_else(|| self.survey.hang_ups().get(&self.seen.index)?.talk)
    }

    /// How its recipient took it.
    pub(super) fn reception(&self) -> Reception<'_> {
        let answers = self.survey.answers(self.seen.index);
        answers.map_or(Reception::Unknown, |answers| answers::reception(self.call(), answers))
    }

    /// When it ended a call that rang out, as against the ring timeout.
    pub(super) fn moment(&self) -> Option<Moment> {
        let rang = self.survey.rang_out()?;
        let ending = rang.endings.iter().find(|ending| ending.index == self.seen.index)?;
        self.context.moment(rang, ending)
    }

    /// Who sent it, as its vantage has it: the vantage itself, or the device that `from` names.
    pub(super) fn sender(&self) -> Option<(Jid, u16)> {
        let is_own = self.seen.row.observed.direction() == Some(Direction::Outbound);
        let from = self.seen.row.observed.read().from.as_ref().filter(|_| !is_own)?;
        Some((self.call().people.person(from), from.device))
    }

    /// Where it was recorded.
    pub(super) fn place(&self) -> String {
        originator::seen_at(self.call(), self.seen.row)
    }
}
