//! What the evidence in one call depends on besides the call.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::observe::ringing::{self, Ender, Ending, RangOut};
use super::observe::{SECOND, seconds};
use super::text::Texts;
use crate::call::Call;
use crate::media::CallMedia;
use crate::origin::{CaptureId, Direction, RecordNumber, Timestamp};
use crate::protocol::binary::Jid;
use crate::protocol::stanza::ActionName;

/// How far from an announced ring timeout a call may end that reached it: an offer takes a while to arrive.
const NEAR_ANNOUNCED: i64 = 2 * SECOND;

/// How far apart the ring times of calls may be that one timer ended.
const CLUSTER_WIDTH: i64 = SECOND;

/// The least calls that show a timer.
const CLUSTER_CALLS: usize = 3;

/// How long before the ring timeout a caller gives up who certainly did not wait for it.
const WELL_BEFORE: i64 = 5 * SECOND;

/// What is known of all calls together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether all captures were read to their end: until then, nothing is known to be absent.
    pub complete: bool,
    /// The creators of calls that share a call-id, where their stanzas name different users.
    creators: BTreeMap<Box<str>, Vec<Jid>>,
    /// What is known of each of those who ended calls that rang out.
    habits: BTreeMap<Ender, Habit>,
    /// The calls that a device left open and began another, by call-id and device.
    left: BTreeMap<(Box<str>, Jid), Left>,
    /// What packets say about the media of calls, by the place of their first stanza.
    media: BTreeMap<Place, Arc<CallMedia>>,
    /// What is said of all calls.
    pub(super) texts: Texts,
}

/// How a device left a call without ending it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Index in [`Call::rows`] of the last call stanza of the call at that device.
    pub last: usize,
    /// When the device placed or took another call.
    pub next: Timestamp,
}

/// The place of a stanza among all captures.
type Place = (CaptureId, RecordNumber, u64);

/// How somebody ends calls that nobody answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Habit {
    /// The shortest and longest ring time of three or more calls that ended alike.
    cluster: Option<(i64, i64)>,
    /// The reasons of those that ended at the ring timeout.
    reasons: BTreeSet<Option<Box<str>>>,
}

/// When a call that rang out ended, as against the ring timeout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Well before it.
    Before(String),
    /// At it.
    At(String),
}

impl Context {
    /// What is known of these calls together. Linear in their rows, but for sorting the ring times.
    #[must_use]
    pub fn of(calls: &[Arc<Call>], complete: bool) -> Self {
        let rang: Vec<RangOut<'_>> = calls.iter().filter_map(|call| ringing::rang_out(call)).collect();
        let mut rings: BTreeMap<&Ender, Vec<i64>> = BTreeMap::new();
        for rang in &rang {
            // Several devices can get their own terminate in one call, which is one call still.
            let mut counted = BTreeSet::new();
            for ending in &rang.endings {
                let by_timer = ending.says_timeout() || ending.reason.is_none();
                if let (Some(ender), Some(ring), true) = (&ending.ender, ending.ring, by_timer)
                    && counted.insert(ender)
                {
                    rings.entry(ender).or_default().push(ring);
                }
            }
        }
        let habits = rings
            .into_iter()
            .map(|(ender, rings)| (ender.clone(), Habit { cluster: cluster(rings), reasons: BTreeSet::new() }));
        let (creators, habits) = (creators(calls), habits.collect());
        let mut context =
            Self { complete, creators, habits, left: left(calls), media: BTreeMap::new(), texts: Texts::default() };
        let mut reasons: Vec<(Ender, Option<Box<str>>)> = Vec::new();
        for rang in &rang {
            for ending in &rang.endings {
                if let Some(ender) = ending.ender.as_ref().filter(|_| context.is_by_timer(rang, ending)) {
                    reasons.push((ender.clone(), ending.reason.map(Into::into)));
                }
            }
        }
        for (ender, reason) in reasons {
            context.habits.entry(ender).or_default().reasons.insert(reason);
        }
        // What only one call shows is not kept: it changes nothing, and calls are judged again when this changes.
        context.habits.retain(|_, habit| habit.cluster.is_some() || !habit.reasons.is_empty());
        context
    }

    /// Adds what packets say about the media of calls, in their order.
    #[must_use]
    pub fn with_media(mut self, calls: &[Arc<Call>], media: Vec<Option<Arc<CallMedia>>>) -> Self {
        let known = calls.iter().zip(media).filter_map(|(call, media)| Some((place(call)?, media?)));
        self.media = known.collect();
        self
    }

    /// Takes over what packets say about the media of calls.
    #[must_use]
    pub fn with_media_of(mut self, other: &Self) -> Self {
        self.media.clone_from(&other.media);
        self
    }

    /// What packets say about the media of a call; `None` if there are none.
    #[must_use]
    pub fn media(&self, call: &Call) -> Option<&Arc<CallMedia>> {
        self.media.get(&place(call)?)
    }

    /// The creator, other than this one, of an offered call with this call-id.
    #[must_use]
    pub fn other_creator(&self, call_id: &str, creator: &Jid) -> Option<&Jid> {
        self.creators.get(call_id)?.iter().find(|known| !known.same_user(creator))
    }

    /// How the device of a vantage left a call without ending it, if it went on to another one.
    #[must_use]
    pub fn left(&self, call: &Call, vantage: usize) -> Option<Left> {
        let device = call.vantages.get(vantage)?.device.jid()?;
        self.left.get(&(call.id.clone(), device.clone())).copied()
    }

    /// When a call ended as against the ring timeout; `None` where that is not known, or neither at it nor well before.
    ///
    /// The ring timeout is what the settings announce, else the ring time of three or more calls that the same person
    /// (or the server) ended alike.
    #[must_use]
    pub fn moment(&self, rang: &RangOut<'_>, ending: &Ending<'_>) -> Option<Moment> {
        let ring = ending.ring?;
        let (least, most, timeout) = if let Some(announced) = rang.announced {
            let timeout = announced.timeout;
            let said = format!("the {} announced by the settings", seconds(timeout));
            (timeout - NEAR_ANNOUNCED, timeout + NEAR_ANNOUNCED, said)
        } else {
            let (least, most) = self.habits.get(ending.ender.as_ref()?)?.cluster?;
            let said = format!("the {} after which {CLUSTER_CALLS} or more calls ended", seconds(most));
            (least, most, said)
        };
        let rang = seconds(ring);
        if (least..=most).contains(&ring) {
            Some(Moment::At(format!("after {rang}, at {timeout}")))
        } else if ring < least.saturating_sub(WELL_BEFORE) {
            Some(Moment::Before(format!("after {rang}, well before {timeout}")))
        } else {
            None
        }
    }

    /// Whether a timer ended a call and no person: at the ring timeout, and the terminate says so. Without a reason, a
    /// person may have hung up, unless settings announce the time and as many calls as show a timer ended at it.
    #[must_use]
    pub fn is_by_timer(&self, rang: &RangOut<'_>, ending: &Ending<'_>) -> bool {
        let is_at = matches!(self.moment(rang, ending), Some(Moment::At(_)));
        let clustered = || {
            let cluster = ending.ender.as_ref().and_then(|ender| self.cluster(ender));
            let is_in = |(least, most)| ending.ring.is_some_and(|ring| (least..=most).contains(&ring));
            ending.reason.is_none() && rang.announced.is_some() && cluster.is_some_and(is_in)
        };
        is_at && (ending.says_timeout() || clustered())
    }

    /// The shortest and longest ring time, in nanoseconds, of the three or more calls that show somebody's timer.
    #[must_use]
    pub fn cluster(&self, ender: &Ender) -> Option<(i64, i64)> {
        self.habits.get(ender)?.cluster
    }

    /// The reasons with which somebody ended calls at the ring timeout.
    pub fn reasons_at_timeout(&self, ender: &Ender) -> impl Iterator<Item = Option<&str>> {
        self.habits.get(ender).into_iter().flat_map(|habit| habit.reasons.iter().map(Option::as_deref))
    }
}

fn place(call: &Call) -> Option<Place> {
    call.rows.first().map(|row| row.observed.place())
}

/// The creators of the offered calls whose call-id another call has too.
fn creators(calls: &[Arc<Call>]) -> BTreeMap<Box<str>, Vec<Jid>> {
    let mut creators: BTreeMap<Box<str>, Vec<Jid>> = BTreeMap::new();
    let mut ids: BTreeMap<&str, usize> = BTreeMap::new();
    for call in calls {
        let offered = call.progress.offered.and(call.creator.as_ref());
        creators.entry(call.id.clone()).or_default().extend(offered.cloned());
        *ids.entry(&call.id).or_default() += 1;
    }
    creators.retain(|id, _| ids.get(&**id).is_some_and(|count| *count > 1));
    creators
}

/// A call between two people that a recorded device placed or took.
struct Taken<'c> {
    call: &'c Call,
    /// When the device placed or took it.
    begun: Timestamp,
    /// Index of the device's last call stanza in it.
    last: usize,
    /// When that was.
    until: Timestamp,
    /// Whether the device sent or got a terminate or a reject.
    is_ended: bool,
}

/// The calls that devices left open for another one.
fn left(calls: &[Arc<Call>]) -> BTreeMap<(Box<str>, Jid), Left> {
    let mut taken: BTreeMap<&Jid, Vec<Taken<'_>>> = BTreeMap::new();
    for call in calls.iter().filter(|call| !call.group && !call.id.is_empty()) {
        for (place, vantage) in call.vantages.iter().enumerate() {
            if let (Some(device), Some(found)) = (vantage.device.jid(), taken_by(call, place)) {
                taken.entry(device).or_default().push(found);
            }
        }
    }
    let mut left = BTreeMap::new();
    for (device, mut taken) in taken {
        taken.sort_by_key(|taken| taken.begun);
        for pair in taken.windows(2) {
            if let [one, next] = pair
                && !one.is_ended
                && next.begun > one.until
            {
                left.insert((one.call.id.clone(), device.clone()), Left { last: one.last, next: next.begun });
            }
        }
    }
    left
}

/// What a vantage did in a call, if it placed or took it: an offer that the server took, or an accept.
fn taken_by(call: &Call, vantage: usize) -> Option<Taken<'_>> {
    let (mut begun, mut is_ended, mut last, mut is_known) = (None, false, None, false);
    for (index, row) in call.rows.iter().enumerate().filter(|(_, row)| row.vantage == vantage) {
        let is_own = row.observed.direction() == Some(Direction::Outbound);
        // An offer that nothing answers may never have arrived.
        is_known |= !is_own;
        let Some(action) = row.observed.read().action() else { continue };
        last = Some((index, row.observed.time()?));
        match action.name {
            ActionName::Offer | ActionName::Accept if is_own && row.refused_by.is_none() => {
                begun = begun.or(row.observed.time());
            }
            ActionName::Terminate | ActionName::Reject => is_ended = true,
            _ => {}
        }
    }
    let (last, until) = last?;
    Some(Taken { call, begun: begun.filter(|_| is_known)?, last, until, is_ended })
}

/// The longest ring time at which enough calls end close together: a timer lets nobody wait longer, so that shorter
/// ones, however many, are people's.
fn cluster(mut rings: Vec<i64>) -> Option<(i64, i64)> {
    rings.sort_unstable();
    let close = rings.windows(CLUSTER_CALLS).rev().find_map(|window| match window {
        [first, .., last] if last - first <= CLUSTER_WIDTH => Some(*last),
        _ => None,
    });
    let most = close?;
    let least = rings.iter().copied().find(|ring| *ring >= most - CLUSTER_WIDTH)?;
    Some((least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_calls_that_end_alike_show_a_timer_and_two_do_not() {
        let seconds = |rings: &[i64]| {
            let found = cluster(rings.iter().map(|tenths| tenths * SECOND / 10).collect());
            found.map(|(least, most)| (least * 10 / SECOND, most * 10 / SECOND))
        };
        assert_eq!(seconds(&[450, 451, 446]), Some((446, 451)));
        assert_eq!(seconds(&[450, 451]), None);
        assert_eq!(seconds(&[450, 451, 430]), None);
        assert_eq!(seconds(&[100, 101, 102, 450, 451, 452]), Some((450, 452)), "the longest");
        assert_eq!(seconds(&[]), None);
    }
}
