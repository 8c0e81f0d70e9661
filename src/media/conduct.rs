//! What packets show of the conduct that the spec describes, whether or not anything is wrong with the call.

use std::collections::BTreeMap;

use super::case::{Case, SECOND};
use super::count::Moment;
use super::fact::fact;
use super::finding::{FactId, Finding, Sentence};
use super::flow::Flow;
use super::leg::{Coverage, LegFlow};
use super::rtp::report_name;
use super::stun::Method;
use super::transactions::Outcome;
use crate::call::Outcome as CallOutcome;
use crate::origin::{Direction, RecordNumber, Timestamp};
use crate::words::{counted, duration};

/// How long media must flow before a path without keep-alives would show: consent lasts so long (RFC 7675 section 5.1).
const CONSENT: i64 = 30 * SECOND;

/// Both directions, with a word for each.
const WAYS: [(Direction, &str); 2] = [(Direction::Outbound, "out"), (Direction::Inbound, "in")];

/// A stream of ours at a relay: from when to when.
struct Used<'c> {
    known: &'c LegFlow,
    first: Moment,
    last: Moment,
}

impl Case<'_> {
    /// Returns what the packets show of conduct that the spec describes.
    pub(super) fn conduct(&self) -> Vec<Finding<FactId>> {
        // By another clock than that of the stanzas, nothing is before or after them.
        if self.leg.clock_apart.is_some() || self.leg.flows.iter().any(|known| known.tied.is_ambiguous) {
            return Vec::new();
        }
        [
            self.probed_unanswered(),
            self.media_unanswered(),
            self.media_relay(),
            self.relay_before_accept(),
            self.relay_changed(),
            self.early_media(),
            self.keep_alive(),
            self.cadence(),
            self.derivation(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Returns whether nobody accepted the call, as far as that is known: a recording may begin after the accept, or end
    /// before it.
    fn is_unanswered(&self) -> bool {
        use CallOutcome::{Busy, Cancelled, Declined, Failed, Missed};
        let progress = &self.call.progress;
        progress.accepted.is_none() && matches!(progress.outcome, Declined | Missed | Cancelled | Busy | Failed)
    }

    /// Our client allocated in a call that nobody accepted.
    fn probed_unanswered(&self) -> Option<Finding<FactId>> {
        if !self.is_unanswered() {
            return None;
        }
        let tried = self.tried_before(Timestamp(i64::MAX));
        let first = tried.iter().map(|(_, asked, _)| *asked).min()?;
        let relays = self.count_relays(tried.iter().map(|(known, ..)| *known));
        let answered = tried.iter().filter(|(.., answer)| answer.is_some());
        let answered = self.count_relays(answered.map(|(known, ..)| *known));
        let sentence = format!(
            "Our client allocated at {} in a call that nobody accepted{}.",
            counted(relays, "relay"),
            self.answered_clause(answered)
        );
        let rows = self.call.progress.offered.into_iter().collect();
        Some(Finding { rows, ..fact(FactId::RelaysProbedUnanswered, sentence, vec![first.record]) })
    }

    /// Media flowed in a call that nobody accepted.
    fn media_unanswered(&self) -> Option<Finding<FactId>> {
        if !self.is_unanswered() {
            return None;
        }
        let seen = WAYS.into_iter().filter_map(|(way, _)| self.media(way));
        let records: Vec<RecordNumber> = seen.map(|seen| seen.first.record).collect();
        let rows = self.call.progress.offered.into_iter().collect();
        let sentence = "Media flowed in a call that nobody accepted.".to_owned();
        (!records.is_empty()).then(|| Finding { rows, ..fact(FactId::MediaUnanswered, sentence, records) })
    }

    /// Returns our streams at relays, in the order of their beginning.
    fn used(&self) -> Vec<Used<'_>> {
        let mut used: Vec<Used<'_>> = self
            .leg
            .relays()
            .flat_map(|(known, flow)| known.streams(flow, Direction::Outbound).map(move |stream| (known, stream)))
            .filter(|(_, stream)| stream.is_certain())
            .filter_map(|(known, stream)| Some(Used { known, first: stream.count.first?, last: stream.count.last? }))
            .collect();
        used.sort_by_key(|used| used.first);
        used
    }

    /// Over which relay our media went first, and what had come from it before.
    fn media_relay(&self) -> Option<Finding<FactId>> {
        let used = self.used();
        let first = used.first()?;
        let relay = Self::relay_of(first.known)?;
        let (_, flow) = self.leg.relays().find(|(known, _)| known.tied == first.known.tied)?;
        let answers = first.known.asked(flow).filter_map(|asked| match &asked.answer {
            Some((Outcome::Success, at)) if *at < first.first => Some(*at),
            _ => None,
        });
        let answer = answers.min();
        let before = match answer.and_then(|answer| first.first.since(answer)) {
            Some(since) => format!(", {} after its first answer to us", duration(since)),
            None if flow.inside.is_none() && matches!(self.leg.coverage, Coverage::Whole) => {
                ", before it had answered anything".to_owned()
            }
            None => String::new(),
        };
        let elected = match first.known.is_elected {
            Some(true) => "; the call was elected to it",
            Some(false) => "; the call was elected to another one",
            None => "",
        };
        let sentence = Sentence::new("Our media first went over ")
            .relay(Some(relay))
            .text(format!("{before}{elected}{}.", self.rank(relay).unwrap_or_default()));
        let records = answer.into_iter().chain([first.first]).map(|at| at.record).collect();
        let rows = self.announced.election.iter().map(|election| election.row).collect();
        Some(Finding { sentence, rows, ..fact(FactId::MediaRelay, String::new(), records) })
    }

    /// Returns where a relay stands among those whose latency our client reported, if it reported several.
    fn rank(&self, relay: usize) -> Option<String> {
        let mut reported: BTreeMap<usize, u64> = BTreeMap::new();
        for report in self.announced.reports.iter().filter(|report| report.direction == Direction::Outbound) {
            let (Some(about), Some(value)) = (self.announced.reported(report), report.value) else { continue };
            let same = reported.keys().copied().find(|known| self.is_one_relay(*known, about));
            reported.insert(same.unwrap_or(about), value);
        }
        let own = reported.iter().find(|(known, _)| self.is_one_relay(**known, relay)).map(|(_, value)| *value)?;
        let lower = reported.values().filter(|value| **value < own).count();
        let of = counted(reported.len() as u64, "relay");
        let lower = match lower {
            0 => "none has".to_owned(),
            1 => "one has".to_owned(),
            lower => format!("{lower} have"),
        };
        (reported.len() > 1).then(|| format!("; of {of} that our client reported, {lower} a lower latency"))
    }

    /// Our media went over one relay from before the accept to the end.
    fn relay_before_accept(&self) -> Option<Finding<FactId>> {
        let accept = self.leg.accept?;
        let used = self.used();
        let first = used.first()?;
        let relay = Self::relay_of(first.known)?;
        let is_only =
            used.iter().all(|other| Self::relay_of(other.known).is_some_and(|other| self.is_one_relay(other, relay)));
        let before = accept.time.nanoseconds_since(first.first.time?);
        let last = used.iter().map(|used| used.last).max()?;
        if !is_only || before <= 0 || last.time? <= accept.time {
            return None;
        }
        let sentence = Sentence::new("Our media went over ")
            .relay(Some(relay))
            .text(format!(" from {} before the accept, and over no other relay after it.", duration(before)));
        let records = vec![first.first.record, last.record];
        Some(Finding { sentence, rows: vec![accept.row], ..fact(FactId::RelayBeforeAccept, String::new(), records) })
    }

    /// Our media went over to another relay after the accept.
    fn relay_changed(&self) -> Option<Finding<FactId>> {
        let accept = self.leg.accept?;
        let used = self.used();
        let before = used.first()?;
        let relay = Self::relay_of(before.known)?;
        let after = used
            .iter()
            .find(|other| Self::relay_of(other.known).is_some_and(|other| !self.is_one_relay(other, relay)))?;
        // Streams at two relays at once are no choice of one.
        let later = after.first.time?.nanoseconds_since(accept.time);
        if later <= 0 || before.last > after.first {
            return None;
        }
        let sentence = Sentence::new("Our media went over from ")
            .relay(Some(relay))
            .text(" to ")
            .relay(Self::relay_of(after.known))
            .text(format!(" {} after the accept.", duration(later)));
        let records = vec![before.last.record, after.first.record];
        Some(Finding { sentence, rows: vec![accept.row], ..fact(FactId::RelayChanged, String::new(), records) })
    }

    /// Our media went out before the accept.
    fn early_media(&self) -> Option<Finding<FactId>> {
        let accept = self.leg.accept?;
        let first = self.media(Direction::Outbound)?.first;
        let before = accept.time.nanoseconds_since(first.time?);
        let sentence = format!("Our media went out {} before the accept.", duration(before));
        (before > 0)
            .then(|| Finding { rows: vec![accept.row], ..fact(FactId::EarlyMedia, sentence, vec![first.record]) })
    }

    /// Whether our client kept the path alive while media flowed.
    fn keep_alive(&self) -> Option<Finding<FactId>> {
        let accept = self.leg.accept?;
        if self.is_sealed() || !matches!(self.leg.coverage, Coverage::Whole) {
            return None;
        }
        let out = self.media(Direction::Outbound)?;
        let from = out.first.time?.max(accept.time);
        let until = out.last.time?;
        let kept = self.leg.flows().flat_map(|(known, flow)| kept_alive(known, flow));
        let last = kept.filter(|at| at.time.is_some_and(|time| time <= until)).max();
        let since = until.nanoseconds_since(last.and_then(|last| last.time).map_or(from, |last| last.max(from)));
        let records: Vec<RecordNumber> = last.into_iter().chain([out.last]).map(|at| at.record).collect();
        let rows = vec![accept.row];
        if since >= CONSENT {
            let sentence = format!("Our client sent no keep-alive in the last {} of its media.", duration(since));
            return Some(Finding { rows, ..fact(FactId::NotKeptAlive, sentence, records) });
        }
        // A request of the beginning keeps nothing alive yet.
        let later = last?.time?.nanoseconds_since(from);
        let sentence =
            format!("Our client's last keep-alive came {} before the last packet of its media.", duration(since));
        (later >= SECOND).then(|| Finding { rows, ..fact(FactId::KeptAlive, sentence, records) })
    }

    /// How often reports about streams go out and come in (spec page REL-04).
    fn cadence(&self) -> Option<Finding<FactId>> {
        let mut parts = Vec::new();
        let mut records: Vec<RecordNumber> = Vec::new();
        for (way, word) in WAYS {
            let mut kinds: BTreeMap<u8, (u64, Option<i64>)> = BTreeMap::new();
            for contents in self.leg.flows().filter(|(known, _)| !known.is_shared).filter_map(|(_, flow)| flow.media())
            {
                for (kind, cadence) in &contents.reports[way] {
                    let (count, interval) = kinds.entry(*kind).or_default();
                    // Of several flows, the busiest says how often.
                    if cadence.count.packets > *count {
                        *interval = cadence.interval();
                    }
                    *count += cadence.count.packets;
                    records.extend(cadence.count.first.map(|at| at.record));
                }
            }
            for (kind, (count, interval)) in kinds {
                let every = interval.map_or_else(String::new, |interval| format!(", every {}", duration(interval)));
                parts.push(format!("{word}: {count} of {}{every}", report_name(kind)));
            }
        }
        records.sort_unstable();
        let sentence = format!("RTCP, by the first packet of each datagram, {}.", parts.join("; "));
        (!parts.is_empty()).then(|| fact(FactId::ReportCadence, sentence, records))
    }

    /// Whether the identifiers of streams follow from the call-id and a device (spec page REL-06).
    fn derivation(&self) -> Option<Finding<FactId>> {
        let (mut derived, mut all, mut records) = (0_u64, 0_u64, Vec::new());
        for (known, flow) in self.leg.flows().filter(|(known, _)| known.is_derivable) {
            let streams = WAYS.into_iter().flat_map(|(way, _)| known.streams(flow, way));
            // A recorder may not have the identifier.
            for stream in streams.filter(|stream| stream.is_certain() && stream.ssrc != 0) {
                all += 1;
                derived += u64::from(known.is_derived(stream.ssrc));
                records.extend(stream.count.first.map(|at| at.record));
            }
        }
        records.sort_unstable();
        let sentence = format!(
            "The identifiers of {derived} of {all} RTP streams follow from the call-id and the LID of a known device."
        );
        (all > 0).then(|| fact(FactId::StreamIds, sentence, records))
    }
}

/// Returns when our client showed the other end of a flow that it is still there: pings, probes, allocates, checks, and
/// answers to checks.
fn kept_alive<'f>(known: &'f LegFlow, flow: &'f Flow) -> impl Iterator<Item = Moment> {
    let asked = known.asked(flow).map(|asked| asked.request);
    let answered = known.transactions(flow).filter_map(|asked| {
        let is_check = asked.method == Method::Binding && asked.direction == Direction::Inbound;
        asked.answer.as_ref().filter(|_| is_check).map(|(_, at)| *at)
    });
    let series = flow.media().map(|contents| [&contents.transactions.pings, &contents.transactions.probes]);
    let series = series.into_iter().flatten().flat_map(|series| [series.outbound.first, series.outbound.last]);
    asked.chain(answered).chain(series.flatten())
}
