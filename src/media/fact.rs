//! What packets show of a call's media though nothing is wrong.

use super::case::{Case, SILENCE};
use super::contents::Contents;
use super::count::{Count, Moment};
use super::finding::{FactId, Finding, Sentence, Strength};
use super::flow::Flow;
use super::leg::{Coverage, LegFlow};
use super::stun::Method;
use super::tie::Role;
use super::transactions::Outcome;
use crate::call::{LegState, Outcome as Course};
use crate::origin::{Direction, RecordNumber, Timestamp};
use crate::words::{capitalised, counted, duration};

/// Payload types of video.
const VIDEO: [u8; 3] = [97, 102, 103];

impl Case<'_> {
    /// Returns what is worth a line.
    pub(super) fn facts(&self) -> Vec<Finding<FactId>> {
        if let Some(limit) = self.leg.coverage.limit() {
            // Most captures are made without UDP: that is said where media is asked for, and not of every call.
            let is_wanted = match self.leg.coverage {
                Coverage::NoUdp => false,
                Coverage::NoMedia => self.call.progress.outcome == Course::Answered,
                _ => true,
            };
            let limit = fact(FactId::MediaNotRecorded, format!("{}.", capitalised(limit)), Vec::new());
            return if is_wanted { vec![limit] } else { Vec::new() };
        }
        [
            self.two_way(),
            self.probed_while_ringing(),
            self.probed_before_reject(),
            self.peer_to_peer(),
            self.over_ipv6(),
            self.video_added(),
            self.port_changed(),
            self.mapping_changed(),
            self.unreachable(),
            self.refusal(),
            self.silence_beside(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn two_way(&self) -> Option<Finding<FactId>> {
        let (out, inbound) = (self.media(Direction::Outbound)?, self.media(Direction::Inbound)?);
        self.leg.accept?;
        if self.is_missing(Direction::Outbound) || self.is_missing(Direction::Inbound) {
            return None;
        }
        let first = out.first.max(inbound.first);
        let after = self
            .leg
            .since_accept(first)
            .map_or_else(String::new, |after| format!(" from {} after the accept", duration(after)));
        let end = if self.leg.end.is_some() { "the end of the call" } else { "the end of the capture" };
        let records = vec![out.first.record, inbound.first.record, out.last.record, inbound.last.record];
        Some(fact(FactId::TwoWay, format!("Media flowed both ways{after} until {end}."), records))
    }

    /// Returns the first request to each relay that was tried before a row, and its answers.
    pub(super) fn tried_before(&self, before: Timestamp) -> Vec<(&LegFlow, Moment, Option<Moment>)> {
        let tried = self.leg.relays().filter_map(|(known, flow)| {
            let asked = known.allocates(flow).find(|asked| asked.request.time.is_some_and(|time| time < before))?;
            let answer = match &asked.answer {
                Some((Outcome::Success, at)) => Some(*at),
                _ => None,
            };
            Some((known, asked.request, answer))
        });
        tried.collect()
    }

    fn probed_while_ringing(&self) -> Option<Finding<FactId>> {
        let accept = self.leg.accept?;
        let tried = self.tried_before(accept.time);
        let first = tried.iter().map(|(_, asked, _)| *asked).min()?;
        let relays = self.count_relays(tried.iter().map(|(known, ..)| *known));
        let answered =
            self.count_relays(tried.iter().filter(|(.., answer)| answer.is_some()).map(|(known, ..)| *known));
        let before = accept.time.nanoseconds_since(first.time?);
        let sentence = format!(
            "Our client tried {} while the call rang, {} before the accept{}.",
            counted(relays, "relay"),
            duration(before),
            self.answered_clause(answered)
        );
        let records = tried.iter().map(|(_, asked, _)| asked.record).collect();
        Some(Finding { rows: vec![accept.row], ..fact(FactId::RelaysProbedWhileRinging, sentence, records) })
    }

    fn probed_before_reject(&self) -> Option<Finding<FactId>> {
        let declined = self.call.legs.iter().filter_map(|leg| leg.step(LegState::Rejected)).find(|step| {
            self.call.rows.get(step.row).is_some_and(|row| {
                row.vantage == self.leg.vantage && row.observed.direction() == Some(Direction::Outbound)
            })
        })?;
        let time = self.call.rows.get(declined.row)?.observed.time()?;
        let tried = self.tried_before(time);
        if tried.is_empty() {
            return None;
        }
        let relays = self.count_relays(tried.iter().map(|(known, ..)| *known));
        let answered =
            self.count_relays(tried.iter().filter(|(.., answer)| answer.is_some()).map(|(known, ..)| *known));
        let media = if self.media(Direction::Outbound).is_some() { "media was sent" } else { "no media was sent" };
        let sentence = format!(
            "Before it declined, our client allocated at {}{}; {media}.",
            counted(relays, "relay"),
            self.answered_clause(answered)
        );
        let records =
            tried.iter().flat_map(|(_, asked, answer)| std::iter::once(*asked).chain(*answer)).map(|at| at.record);
        Some(Finding { rows: vec![declined.row], ..fact(FactId::RelayProbedBeforeReject, sentence, records.collect()) })
    }

    fn peer_to_peer(&self) -> Option<Finding<FactId>> {
        let peers: Vec<_> = self.leg.flows().filter(|(known, _)| known.tied.role == Role::Peer).collect();
        let streams = peers.iter().flat_map(|(known, flow)| {
            let ways = [Direction::Outbound, Direction::Inbound].into_iter();
            ways.flat_map(move |way| known.streams(flow, way)).filter(|stream| stream.is_certain())
        });
        let streams: Vec<_> = streams.collect();
        if let Some(first) = streams.iter().filter_map(|stream| stream.count.first).min() {
            let records = streams.iter().filter_map(|stream| stream.count.first).map(|at| at.record).collect();
            let after = self
                .leg
                .since_accept(first)
                .map_or_else(String::new, |after| format!(" from {} after the accept", duration(after)));
            let sentence = format!("Media flowed directly between the devices{after}, not over a relay.");
            return Some(fact(FactId::PeerToPeer, sentence, records));
        }
        let checks: u64 = peers
            .iter()
            .map(|(known, flow)| {
                known.transactions(flow).filter(|asked| asked.method == Method::Binding).count() as u64
            })
            .sum();
        let first = peers.iter().filter_map(|(_, flow)| flow.span()).map(|(first, _)| first).min()?;
        let sentence = format!(
            "The devices tried to reach each other directly ({}), and no media went that way.",
            counted(checks, "check")
        );
        (checks > 0).then(|| fact(FactId::PeerTried, sentence, vec![first.record]))
    }

    fn over_ipv6(&self) -> Option<Finding<FactId>> {
        let (known, flow) = self.leg.relays().find(|(known, flow)| {
            let has = |way| known.streams(flow, way).next().is_some();
            flow.remote.is_ipv6() && (has(Direction::Outbound) || has(Direction::Inbound))
        })?;
        let ways = [Direction::Outbound, Direction::Inbound].into_iter();
        let records =
            ways.filter_map(|way| known.streams(flow, way).filter_map(|it| it.count.first).min()).map(|at| at.record);
        let sentence = Sentence::new("Media flowed over the IPv6 address of ").relay(Self::relay_of(known)).text(".");
        Some(Finding { sentence, ..fact(FactId::Ipv6Relay, String::new(), records.collect()) })
    }

    fn video_added(&self) -> Option<Finding<FactId>> {
        let streams: Vec<_> = self
            .leg
            .flows()
            .flat_map(|(known, flow)| {
                [Direction::Outbound, Direction::Inbound].into_iter().flat_map(move |way| known.streams(flow, way))
            })
            .filter(|stream| stream.is_certain())
            .collect();
        let is_video = |kinds: &[(u8, Count)]| kinds.iter().any(|(kind, _)| VIDEO.contains(kind));
        let first = |video: bool| {
            streams
                .iter()
                .filter(|stream| is_video(&stream.by_type) == video)
                .filter_map(|stream| stream.count.first)
                .min()
        };
        let (audio, video) = (first(false)?, first(true)?);
        let later = video.since(audio).filter(|later| *later > SILENCE)?;
        let records = streams.iter().filter(|stream| is_video(&stream.by_type)).filter_map(|stream| stream.count.first);
        let sentence = format!("Video began {} after the audio.", duration(later));
        Some(fact(FactId::VideoAdded, sentence, records.map(|at| at.record).collect()))
    }

    fn port_changed(&self) -> Option<Finding<FactId>> {
        let flows: Vec<(&LegFlow, &Flow)> = self.leg.relays().collect();
        let carried = |known: &LegFlow, flow: &Flow| {
            known.streams(flow, Direction::Outbound).map(|stream| stream.ssrc).collect::<Vec<_>>()
        };
        let pair = flows.iter().enumerate().find_map(|(place, (known, flow))| {
            let ids = carried(known, flow);
            let later = flows.iter().skip(place + 1).find(|(other, after)| {
                after.local != flow.local && carried(other, after).iter().any(|id| ids.contains(id))
            })?;
            Some((*flow, later.1))
        });
        let (before, after) = pair?;
        let (last, first) = (before.span()?.1, after.span()?.0);
        let when = self
            .leg
            .since_accept(first)
            .map_or_else(String::new, |when| format!(" {} after the accept", duration(when)));
        let sentence = format!("Our client went on from another port{when}: the same streams, over a new allocation.");
        Some(fact(FactId::ClientPortChanged, sentence, vec![last.record, first.record]))
    }

    fn mapping_changed(&self) -> Option<Finding<FactId>> {
        let mapped = |flow: &Flow| flow.media().map_or(0, |contents: &Contents| contents.mapped.len());
        let (known, flow) = self.leg.relays().find(|(_, flow)| mapped(flow) > 1)?;
        let records = flow.media()?.mapped.iter().map(|(_, at)| at.record).collect();
        let sentence =
            Sentence::new("The address under which ").relay(Self::relay_of(known)).text(" sees our client changed.");
        Some(Finding { sentence, ..fact(FactId::MappingChanged, String::new(), records) })
    }

    fn unreachable(&self) -> Option<Finding<FactId>> {
        let (_, flow) = self.leg.flows().find(|(_, flow)| flow.unreachable.packets > 0)?;
        let times = flow.unreachable.packets;
        let records = flow.unreachable.first.into_iter().map(|at| at.record).collect();
        let sentence = format!("ICMP said {times} times that a packet of a flow of the call did not arrive.");
        Some(fact(FactId::Unreachable, sentence, records))
    }

    fn refusal(&self) -> Option<Finding<FactId>> {
        let (known, code, at) = self.leg.relays().find_map(|(known, flow)| {
            known.asked(flow).find_map(|asked| match &asked.answer {
                Some((Outcome::Error(code, _), at)) => Some((known, *code, *at)),
                _ => None,
            })
        })?;
        let code = code.map_or_else(String::new, |code| format!(" with error {code}"));
        let sentence = Sentence::new("").relay(Self::relay_of(known)).text(format!(" refused an allocation{code}."));
        Some(Finding { sentence, ..fact(FactId::RefusalBeside, String::new(), vec![at.record]) })
    }

    fn silence_beside(&self) -> Option<Finding<FactId>> {
        let is_heard = self.leg.relays().any(|(known, flow)| known.is_answered(flow));
        let (known, flow) = self
            .leg
            .relays()
            .find(|(known, flow)| known.requests(flow) > 1 && !known.is_answered(flow))
            .filter(|_| is_heard)?;
        let records = known.tried(flow).into_iter().map(|at| at.record).collect();
        let sentence = Sentence::new("")
            .relay(Self::relay_of(known))
            .text(format!(" did not answer {}; another relay did.", counted(known.requests(flow), "request")));
        Some(Finding { sentence, ..fact(FactId::SilenceBeside, String::new(), records) })
    }
}

pub(super) fn fact(id: FactId, sentence: String, records: Vec<RecordNumber>) -> Finding<FactId> {
    Finding { id, strength: Strength::Observed, sentence: Sentence::new(sentence), rows: Vec::new(), records }
}
