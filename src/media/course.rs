//! Causes that lie in the course of media itself: it goes one way, stops, begins late, goes on too long, or has holes.

use super::case::{Case, SECOND, SILENCE};
use super::count::Moment;
use super::finding::{CauseId, Finding, Sentence, Strength};
use super::flow::Flow;
use super::leg::LegFlow;
use crate::origin::Direction;
use crate::words::{counted, duration};

/// The fewest records of the size of speech that show it.
const SPEECH_RECORDS: u64 = 50;

/// How long after the terminate media may still go out.
const AFTERGLOW: i64 = SECOND / 2;

/// Of a stream of at least this many packets, at least one in this many is missing where loss is a cause: 3 %.
const LOSS_PACKETS: u64 = 50;
const LOSS_PER_CENT: u64 = 3;

impl Case<'_> {
    /// Media went one way and not the other.
    pub(super) fn one_way(&self, way: Direction) -> Option<Finding<CauseId>> {
        if self.is_sealed() {
            return self.one_way_by_size(way);
        }
        let seen = self.media(way)?;
        let carried = |known: &LegFlow, flow: &Flow| known.streams(flow, way).map(|it| it.count.packets).sum::<u64>();
        let answered = self.leg.relays().filter(|(known, flow)| known.is_answered(flow));
        let answered = answered.max_by_key(|(known, flow)| carried(known, flow));
        if self.media(way.reversed()).is_some() || self.span(way) < SILENCE || self.length() < SILENCE {
            return None;
        }
        let (id, went) = match way {
            Direction::Outbound => (CauseId::OneWayOut, "went out"),
            Direction::Inbound => (CauseId::OneWayIn, "came in"),
        };
        let none = if way == Direction::Outbound { "none came in" } else { "none went out" };
        // Our media may have gone unanswered on a way that the capture does not have at all.
        let answering = if way == Direction::Outbound { Some(answered?) } else { answered };
        let mut sentence = Sentence::new(format!(
            "Media {went} for {} ({}), and {none}",
            duration(self.span(way)),
            counted(seen.packets, "packet"),
        ));
        let mut records = vec![seen.first.record, seen.last.record];
        if let Some((known, flow)) = answering {
            sentence = sentence.text("; ").relay(Self::relay_of(known)).text(" answered");
            records.extend(flow.counts.inbound.last.map(|at| at.record));
        }
        records.dedup();
        let sentence = sentence.text(".");
        Some(Finding { id, strength: Strength::Observed, sentence, rows: self.accept_rows(), records })
    }

    /// Returns the same from the sizes of DTLS records: those of one direction are only of the sizes of control messages.
    fn one_way_by_size(&self, way: Direction) -> Option<Finding<CauseId>> {
        let mut sealed = self.leg.flows().filter(|(_, flow)| flow.is_sealed());
        let (known, flow) = sealed
            .next()
            .filter(|_| sealed.next().is_none() && self.leg.media.both().iter().all(|seen| seen.is_none()))?;
        let dtls = |way: Direction| flow.contents.as_ref().map(|contents| &contents.dtls[way]);
        let (speaking, silent) = (dtls(way)?, dtls(way.reversed())?);
        let lasted = speaking.data.last?.since(speaking.data.first?)?;
        if !speaks(flow, way) || may_speak(flow, way.reversed()) || silent.data.packets == 0 || lasted < SILENCE {
            return None;
        }
        let (id, one, other) = match way {
            Direction::Outbound => (CauseId::OneWayOut, "outbound", "inbound"),
            Direction::Inbound => (CauseId::OneWayIn, "inbound", "outbound"),
        };
        let sentence = Sentence::new(format!(
            "Inside DTLS, {one} records of the size of speech went on for {}, and {other} records are only of the sizes of acknowledgements, pongs and allocation successes of ",
            duration(lasted)
        ))
        .relay(Self::relay_of(known))
        .text(".");
        let records = [speaking.data.first, speaking.data.last, silent.data.last]
            .into_iter()
            .flatten()
            .map(|at| at.record)
            .collect();
        Some(Finding { id, strength: Strength::Suggests, sentence, rows: self.accept_rows(), records })
    }

    /// Media flowed and stopped.
    pub(super) fn stopped(&self) -> Option<Finding<CauseId>> {
        if self.is_sealed() {
            return None;
        }
        let is_stopped = |way: &Direction| self.media(*way).is_some() && self.silence(*way) >= SILENCE;
        let ways: Vec<Direction> = [Direction::Inbound, Direction::Outbound].into_iter().filter(is_stopped).collect();
        let what = match ways.as_slice() {
            [Direction::Inbound] => "Inbound media",
            [Direction::Outbound] => "Outbound media",
            [_, _] => "Media of both directions",
            _ => return None,
        };
        let last = ways.iter().filter_map(|way| Some(self.media(*way)?.last)).max()?;
        let after = last.time?.nanoseconds_since(self.from?);
        let answered =
            self.leg.relays().filter_map(|(_, flow)| flow.media()?.transactions.pings.outbound.last_answer).max();
        let kept_on = answered.is_some_and(|answered| answered > last);
        let pings = match (kept_on, answered) {
            (true, _) => "; keep-alives were answered after that",
            (false, Some(_)) => "; no keep-alive was answered after that",
            (false, None) => "",
        };
        let base = if self.leg.accept.is_some() { "after the accept" } else { "after the first packet" };
        let silence = ways.iter().map(|way| self.silence(*way)).min().unwrap_or_default();
        let sentence =
            format!("{what} stopped {} {base}, {} before the end{pings}.", duration(after), duration(silence));
        let mut records: Vec<_> = ways.iter().filter_map(|way| Some(self.media(*way)?.last.record)).collect();
        records.extend(answered.filter(|_| kept_on).map(|at| at.record));
        Some(Finding {
            id: CauseId::MediaStopped,
            strength: Strength::Observed,
            sentence: Sentence::new(sentence),
            rows: self.accept_rows(),
            records,
        })
    }

    /// Media began late.
    pub(super) fn late(&self) -> Option<Finding<CauseId>> {
        let accept = self.leg.accept?;
        let (out, inbound) = (self.media(Direction::Outbound)?, self.media(Direction::Inbound)?);
        // A recording of UDP that begins in the middle of the call says nothing of its beginning.
        let is_from_start = self.leg.flows().any(|(known, flow)| {
            let ways = [Direction::Outbound, Direction::Inbound].into_iter();
            ways.flat_map(|way| known.streams(flow, way)).any(|stream| stream.is_from_start())
        });
        if !is_from_start {
            return None;
        }
        let first = out.first.min(inbound.first);
        let after = self.leg.since_accept(first).filter(|after| *after > SILENCE)?;
        let tried = self.leg.flows().filter_map(|(known, flow)| known.tried(flow)).min()?;
        let bound = self.leg.flows().filter_map(|(known, flow)| known.bound(flow)).min()?;
        let late = |at: Moment| self.leg.since_accept(at).filter(|after| *after > SILENCE);
        let why = if let Some(tried) = late(tried) {
            format!("our client first tried a relay only {} after it", duration(tried))
        } else {
            format!("a relay first answered only {} after it", duration(late(bound)?))
        };
        let sentence = format!("Media began {} after the accept: {why}.", duration(after));
        let records = vec![tried.record, bound.record, out.first.record, inbound.first.record];
        Some(Finding {
            id: CauseId::LateStart,
            strength: Strength::Observed,
            sentence: Sentence::new(sentence),
            rows: vec![accept.row],
            records,
        })
    }

    /// Media went out after the end.
    pub(super) fn after_the_end(&self) -> Option<Finding<CauseId>> {
        let end = self.leg.end?;
        self.leg.accept?;
        let seen = self.media(Direction::Outbound)?;
        let after = seen.last.time?.nanoseconds_since(end.time);
        if after <= AFTERGLOW {
            return None;
        }
        let sentence = format!("Our client sent media until {} after the terminate.", duration(after));
        Some(Finding {
            id: CauseId::MediaAfterTerminate,
            strength: Strength::Observed,
            sentence: Sentence::new(sentence),
            rows: vec![end.row],
            records: vec![seen.last.record],
        })
    }

    /// Packets are missing.
    pub(super) fn loss(&self) -> Option<Finding<CauseId>> {
        self.leg.accept?;
        let streams = self
            .leg
            .flows()
            .flat_map(|(known, flow)| known.streams(flow, Direction::Inbound).filter(|stream| stream.is_certain()));
        let streams: Vec<_> = streams.collect();
        let worst = streams
            .iter()
            .filter(|stream| {
                // What went over another flow is not missing.
                let is_alone = streams.iter().filter(|other| other.ssrc == stream.ssrc).count() == 1;
                is_alone
                    && stream.expected() >= LOSS_PACKETS
                    && stream.lost() * 100 >= stream.expected() * LOSS_PER_CENT
            })
            .max_by_key(|stream| stream.lost())?;
        let (lost, expected) = (worst.lost(), worst.expected());
        let late = if worst.late > 0 { format!(", and {} came late", worst.late) } else { String::new() };
        let sentence = format!(
            "{lost} of {expected} inbound packets of a stream are missing ({} %){late}.",
            lost * 100 / expected.max(1)
        );
        let records = worst.count.first.into_iter().chain(worst.count.last).map(|at| at.record).collect();
        Some(Finding {
            id: CauseId::Loss,
            strength: Strength::Observed,
            sentence: Sentence::new(sentence),
            rows: Vec::new(),
            records,
        })
    }
}

/// Lengths of DTLS records that control messages have with AES-GCM: SCTP acknowledgements, pings and pongs, allocation
/// successes, and what sets SCTP up.
const CONTROL_LENGTHS: [u16; 9] = [40, 52, 56, 72, 76, 80 + 24, 108, 116, 120];

/// The shortest record that speech has.
const SPEECH_LENGTH: u16 = 130;

/// Returns whether records of a direction may contain media: some have other sizes than control messages.
pub(super) fn may_speak(flow: &Flow, way: Direction) -> bool {
    let lengths = flow.contents.iter().flat_map(|contents| contents.dtls[way].lengths.keys());
    lengths.into_iter().any(|length| !CONTROL_LENGTHS.contains(length))
}

/// Returns whether most records of a direction that are no control messages are as long as speech, and there are many.
fn speaks(flow: &Flow, way: Direction) -> bool {
    let lengths = flow.contents.iter().flat_map(|contents| &contents.dtls[way].lengths);
    lengths.filter(|(length, _)| **length >= SPEECH_LENGTH).map(|(_, count)| count).sum::<u64>() >= SPEECH_RECORDS
}
