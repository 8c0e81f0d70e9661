//! Why a call has no sound, as far as the packets show it: one cause per call at most.

use super::case::{Case, SECOND, SILENCE};
use super::count::Moment;
use super::course::may_speak;
use super::finding::{CauseId, Finding, Sentence, Strength};
use super::flow::Flow;
use super::leg::{Coverage, LegFlow};
use super::proof::SignedWith;
use super::stun::Method;
use super::tie::Tie;
use super::transactions::Outcome;
use crate::origin::Direction;
use crate::visible::visible;
use crate::words::{capitalised, counted, duration};

/// How close to a round of reports media must stop to have stopped with it.
const WITH_ROUND: i64 = SECOND / 2;

/// The most packets, and the longest, that came before media stopped with a round of reports: comfort noise.
const FEW_PACKETS: u64 = 15;
const SMALL_PACKET: usize = 45;

impl Case<'_> {
    /// Returns why the leg has no sound, as far as that can be said.
    pub(super) fn cause(&self) -> Option<Finding<CauseId>> {
        let is_clear = matches!(self.leg.coverage, Coverage::Whole)
            && self.leg.clock_apart.is_none_or(|apart| apart < i64::MAX)
            && !self.call.group
            && !self.leg.flows.iter().any(|known| known.tied.is_ambiguous);
        if !is_clear || self.from.is_none() {
            return None;
        }
        let broken = || {
            let is_broken = self.is_missing(Direction::Outbound) || self.is_missing(Direction::Inbound);
            if !is_broken {
                return None;
            }
            self.tcp_instead()
                .or_else(|| self.refused())
                .or_else(|| self.unanswered())
                .or_else(|| self.wrong_relay())
                .or_else(|| self.stopped_with_reports())
                .or_else(|| self.not_kept_alive())
                .or_else(|| self.without_consent())
                .or_else(|| self.one_way(Direction::Outbound))
                .or_else(|| self.one_way(Direction::Inbound))
                .or_else(|| self.stopped())
        };
        let mut cause = broken().or_else(|| self.late()).or_else(|| self.after_the_end()).or_else(|| self.loss())?;
        if self.leg.clock_apart.is_some() {
            cause.strength = Strength::Suggests;
        }
        Some(cause)
    }

    /// Returns the requests to relays, with first and last, if nothing came back from any relay or peer.
    fn unheard(&self) -> Option<(u64, Moment, Moment)> {
        let mut asked = self.leg.relays().filter(|(known, flow)| known.requests(flow) > 0).peekable();
        asked.peek()?;
        if self.leg.flows().any(|(known, flow)| known.is_answered(flow)) {
            return None;
        }
        let (mut requests, mut first, mut last) = (0, None, None);
        for (known, flow) in asked {
            requests += known.requests(flow);
            let tried = known.tried(flow);
            first = match (first, tried) {
                (Some(one), Some(other)) => Some(Moment::min(one, other)),
                (one, other) => one.or(other),
            };
            last = last.max(flow.counts.outbound.last);
        }
        let (first, last) = (first?, last?);
        let waited = self.until?.nanoseconds_since(first.time?);
        (waited >= SECOND).then_some((requests, first, last))
    }

    fn tcp_instead(&self) -> Option<Finding<CauseId>> {
        let (requests, first, last) = self.unheard()?;
        let is_announced = |server: std::net::SocketAddr| {
            self.announced.relays.iter().any(|it| it.address.is_some_and(|a| a.ip() == server.ip()))
        };
        let tcp =
            self.leg.all.tcp.iter().find(|tcp| {
                is_announced(tcp.server) && tcp.counts.outbound.bytes > 0 && tcp.counts.inbound.bytes > 0
            })?;
        let relay = self.announced.relay_at(tcp.server);
        let bytes = tcp.counts.outbound.bytes + tcp.counts.inbound.bytes;
        let sentence = Sentence::new(format!(
            "No relay answered {} over UDP, and {} went over TCP to ",
            counted(requests, "request"),
            counted(bytes, "byte")
        ))
        .relay(relay)
        .text("; what they carry is not known.");
        let tcp = tcp.counts.outbound.and(tcp.counts.inbound);
        let mut records = vec![first.record, last.record];
        records.extend([tcp.first, tcp.last].into_iter().flatten().map(|at| at.record));
        Some(Finding {
            id: CauseId::UdpUnansweredTcpUsed,
            strength: Strength::Observed,
            sentence,
            rows: self.accept_rows(),
            records,
        })
    }

    fn refused(&self) -> Option<Finding<CauseId>> {
        let flows: Vec<(&LegFlow, &Flow)> = self.leg.relays().collect();
        let bound = flows.iter().filter_map(|(known, flow)| known.bound(flow)).min();
        let last_success =
            flows.iter().flat_map(|(known, flow)| known.asked(flow)).filter_map(|asked| match &asked.answer {
                Some((Outcome::Success, at)) => Some(*at),
                _ => None,
            });
        let last_success = last_success.max();
        for (known, flow) in &flows {
            let refusals: Vec<_> = known
                .asked(flow)
                .filter_map(|asked| match &asked.answer {
                    Some((Outcome::Error(code, reason), at)) => Some((asked.request, *at, *code, reason)),
                    _ => None,
                })
                .collect();
            let Some((_, first, code, reason)) = refusals.first() else { continue };
            // Beside a relay that took us, a refusal explains nothing, unless it is the end of that too.
            let ends_all = last_success.is_none_or(|success| success < *first)
                && self
                    .media(Direction::Inbound)
                    .is_none_or(|seen| seen.last.since(*first).is_some_and(|since| since > -5 * SECOND));
            if bound.is_some() && !ends_all {
                continue;
            }
            let asked = known.asked(flow).count();
            let code = code.map_or_else(|| "an error".to_owned(), |code| format!("error {code}"));
            let reason = if reason.is_empty() { String::new() } else { format!(" ({})", visible(reason)) };
            let decoded = known.tied.ties.contains(&Tie::Signature(SignedWith::Decoded));
            let why = if decoded {
                "; the requests are signed with the decoded bytes of <key>, not with its text, which suggests why"
            } else {
                ""
            };
            let sentence = Sentence::default()
                .relay(Self::relay_of(known))
                .text(format!(" refused the allocation with {code}"))
                .untrusted(reason)
                .text(format!(", {} of {}{why}.", refusals.len(), counted(asked as u64, "request")));
            let mut records: Vec<_> =
                refusals.iter().take(3).flat_map(|(request, at, ..)| [request.record, at.record]).collect();
            records.dedup();
            return Some(Finding {
                id: CauseId::RelayRefused,
                strength: Strength::Observed,
                sentence,
                rows: self.accept_rows(),
                records,
            });
        }
        None
    }

    fn unanswered(&self) -> Option<Finding<CauseId>> {
        let (requests, first, last) = self.unheard()?;
        let relays = self
            .count_relays(self.leg.relays().filter(|(known, flow)| known.requests(flow) > 0).map(|(known, _)| known));
        let icmp: u64 = self.leg.flows().map(|(_, flow)| flow.unreachable.packets).sum();
        let icmp = if icmp > 0 { format!("; ICMP says {icmp} times that one did not arrive") } else { String::new() };
        let sentence = format!(
            "No relay answered: {} went to {}, and not one packet came back{icmp}.",
            counted(requests, "request"),
            counted(relays, "announced relay"),
        );
        Some(Finding {
            id: CauseId::RelayNoAnswer,
            strength: Strength::Observed,
            sentence: Sentence::new(sentence),
            rows: self.accept_rows(),
            records: vec![first.record, last.record],
        })
    }

    fn wrong_relay(&self) -> Option<Finding<CauseId>> {
        if self.media(Direction::Inbound).is_some() || self.length() < SILENCE || self.is_sealed_and_speaking() {
            return None;
        }
        let contacted = |relay: usize| {
            self.leg
                .flows()
                .any(|(known, _)| Self::relay_of(known).is_some_and(|other| self.is_one_relay(other, relay)))
        };
        let (answering, flow) =
            self.leg.relays().find(|(known, flow)| known.bound(flow).is_some() || known.is_answered(flow))?;
        let mut records: Vec<_> =
            answering.tried(flow).into_iter().chain(answering.bound(flow)).map(|at| at.record).collect();
        records
            .extend(self.media(Direction::Outbound).into_iter().flat_map(|seen| [seen.first.record, seen.last.record]));
        let elected = self.announced.elected();
        let sentence = |relay: usize, what: &str| {
            Sentence::new(what)
                .relay(Some(relay))
                .text(", and our client used ")
                .relay(Self::relay_of(answering))
                .text(" and never contacted it; no media came in.")
        };
        if let (Some(first), Some(election)) = (elected.first(), &self.announced.election) {
            let is_known = elected
                .iter()
                .all(|relay| self.announced.relays.get(*relay).is_some_and(|relay| relay.address.is_some()));
            let is_contacted = elected.iter().any(|relay| contacted(*relay));
            if !is_known || is_contacted {
                return None;
            }
            let mut rows = self.accept_rows();
            rows.push(election.row);
            let sentence = sentence(*first, "The call was elected to ");
            return Some(Finding { id: CauseId::WrongRelay, strength: Strength::Suggests, sentence, rows, records });
        }
        let is_inbound = self
            .call
            .progress
            .offered
            .and_then(|row| self.call.rows.get(row))
            .is_some_and(|row| row.observed.direction() == Some(Direction::Inbound));
        let marked = self
            .announced
            .relays
            .iter()
            .position(|relay| relay.is_fna && relay.address.is_some())
            .filter(|_| is_inbound)?;
        if contacted(marked) {
            return None;
        }
        let sentence = sentence(marked, "The offer marks ");
        Some(Finding {
            id: CauseId::WrongRelay,
            strength: Strength::Suggests,
            sentence,
            rows: self.accept_rows(),
            records,
        })
    }

    /// Returns whether DTLS whose keys are not known may contain inbound media.
    fn is_sealed_and_speaking(&self) -> bool {
        self.leg.flows().filter(|(_, flow)| flow.is_sealed()).any(|(_, flow)| may_speak(flow, Direction::Inbound))
    }

    fn stopped_with_reports(&self) -> Option<Finding<CauseId>> {
        let seen = self.media(Direction::Inbound)?;
        let is_little = seen.packets <= FEW_PACKETS && seen.longest <= SMALL_PACKET;
        if !is_little || self.silence(Direction::Inbound) < SILENCE {
            return None;
        }
        let last = seen.last.time?;
        let inbound = self.announced.reports.iter().filter(|report| report.direction == Direction::Inbound);
        let time = |row: usize| self.call.rows.get(row).and_then(|row| row.observed.time());
        let near = inbound
            .filter(|report| time(report.row).is_some_and(|time| last.nanoseconds_since(time).abs() <= WITH_ROUND));
        let rows: Vec<usize> = near.map(|report| report.row).collect();
        let lapse = last.nanoseconds_since(time(*rows.last()?)?);
        let bound: Vec<usize> = self
            .leg
            .relays()
            .filter(|(known, flow)| known.bound(flow).is_some() || known.is_answered(flow))
            .filter_map(|(known, _)| Self::relay_of(known))
            .collect();
        let round_trip = |relay: &usize| self.announced.relays.get(*relay).and_then(|relay| relay.round_trip);
        let nearest = bound.iter().filter_map(round_trip).min()?;
        let is_bound = |relay: usize| bound.iter().any(|known| self.is_one_relay(*known, relay));
        let nearer = (0..self.announced.relays.len())
            .find(|relay| !is_bound(*relay) && round_trip(relay).is_some_and(|it| it < nearest))?;
        let order = if lapse >= 0 { "after" } else { "before" };
        let sentence = Sentence::new(format!(
            "Inbound media stopped after {} of at most {} bytes, {} {order} the peer's round of latency reports; our client had bound only ",
            counted(seen.packets, "packet"),
            seen.longest,
            duration(lapse.abs()),
        ))
        .relay(bound.first().copied())
        .text(", though ")
        .relay(Some(nearer))
        .text(" is nearer: the peer may have moved there.");
        let records = vec![seen.first.record, seen.last.record];
        let rows = self.accept_rows().into_iter().chain(rows).collect();
        Some(Finding { id: CauseId::StoppedAfterRelayLatency, strength: Strength::Suggests, sentence, rows, records })
    }

    fn not_kept_alive(&self) -> Option<Finding<CauseId>> {
        let carriers =
            self.leg.relays().filter(|(known, flow)| known.streams(flow, Direction::Inbound).next().is_some());
        let carriers: Vec<_> = carriers.collect();
        let [(known, flow)] = carriers.as_slice() else { return None };
        let contents = flow.media().filter(|_| !flow.is_sealed())?;
        let first = known.allocates(flow).next()?.request;
        let is_one_burst =
            known.allocates(flow).all(|asked| asked.request.since(first).is_some_and(|since| since < SECOND));
        let series = &contents.transactions;
        let others =
            known.transactions(flow).any(|asked| asked.request.since(first).is_some_and(|since| since >= SECOND));
        if !is_one_burst || others || series.pings.outbound.sent + series.probes.outbound.sent > 0 {
            return None;
        }
        // Something came in, and then nothing.
        self.media(Direction::Inbound)?;
        let last = flow.counts.inbound.last?;
        let silent = self.until?.nanoseconds_since(last.time?);
        if silent < SILENCE {
            return None;
        }
        let sentence = Sentence::new("Our client sent one allocate to ").relay(Self::relay_of(known)).text(format!(
            " and no keep-alive after it; the relay fell silent {} later.",
            duration(last.since(first)?)
        ));
        let records = vec![first.record, last.record];
        Some(Finding {
            id: CauseId::NoKeepAlive,
            strength: Strength::Suggests,
            sentence,
            rows: self.accept_rows(),
            records,
        })
    }

    fn without_consent(&self) -> Option<Finding<CauseId>> {
        for (known, flow) in self.leg.relays() {
            let checks = known
                .transactions(flow)
                .filter(|asked| asked.method == Method::Binding && asked.direction == Direction::Inbound);
            // ICE in the clear lies outside of DTLS.
            let outer =
                flow.contents.iter().filter(|_| flow.inside.is_some()).flat_map(|contents| &contents.transactions.list);
            let outer = outer.filter(|asked| asked.method == Method::Binding && asked.direction == Direction::Inbound);
            let checks: Vec<_> = checks.chain(outer).collect();
            let (Some(first), Some(last)) = (checks.first(), checks.last()) else { continue };
            let silent = flow.counts.inbound.last.and_then(|last| Some(self.until?.nanoseconds_since(last.time?)));
            if checks.iter().any(|check| check.answer.is_some()) || silent.is_none_or(|silent| silent < SILENCE) {
                continue;
            }
            let sentence =
                Sentence::new(format!("{} of ", capitalised(&counted(checks.len() as u64, "consent check"))))
                    .relay(Self::relay_of(known))
                    .text(" went unanswered, and then it fell silent.");
            let mut records = vec![first.request.record, last.request.record];
            records.extend(flow.counts.inbound.last.map(|at| at.record));
            records.dedup();
            return Some(Finding {
                id: CauseId::ConsentUnanswered,
                strength: Strength::Suggests,
                sentence,
                rows: self.accept_rows(),
                records,
            });
        }
        None
    }
}
