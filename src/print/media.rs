//! What packets say about a call's media, as text and as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::call::Call;
use crate::media::{CallMedia, Finding, Leg, relay_name};
use crate::origin::RecordNumber;
use crate::spec::Judged;
use crate::visible::visible;
use crate::words::{counted, duration};

/// Writes why a call has no sound, and what else packets show, every line indented.
pub(super) fn text(judged: &Judged, out: &mut impl Write) -> io::Result<()> {
    let Some(media) = judged.media() else { return Ok(()) };
    for (leg, findings) in media.legs() {
        if let Some(cause) = &findings.cause {
            line(&format!("media: {}", cause.id.id()), cause, &judged.call, media, leg, out)?;
        }
        if let Some(clock) = clock(leg) {
            writeln!(out, "    ~ media: {clock}")?;
        }
        for fact in &findings.facts {
            line(fact.id.id(), fact, &judged.call, media, leg, out)?;
        }
    }
    Ok(())
}

fn line<I>(
    what: &str,
    finding: &Finding<I>,
    call: &Call,
    media: &CallMedia,
    leg: &Leg,
    out: &mut impl Write,
) -> io::Result<()> {
    let sentence = finding.sentence.say(&media.path.announced, true);
    let (strength, records) = (finding.strength.name(), records(&cited(finding, call, leg)));
    writeln!(out, "    ~ {what}, {strength}{records}: {}", visible(&sentence))
}

/// Returns how well the clocks of stanzas and packets are known to agree, where they are two.
#[must_use]
pub fn clock(leg: &Leg) -> Option<String> {
    leg.clock_apart.map(|apart| match apart {
        i64::MAX => "the clocks of the stanzas and of the packets are not known to agree".to_owned(),
        apart => format!(
            "the packets are in another capture than the stanzas; their clocks are taken to agree, and the first packet to a relay comes {} after its announcement",
            duration(apart)
        ),
    })
}

/// Returns the records that a finding rests on: packets, and stanzas of the same capture.
#[must_use]
pub fn cited<I>(finding: &Finding<I>, call: &Call, leg: &Leg) -> Vec<RecordNumber> {
    let rows = finding.rows.iter().filter_map(|row| call.rows.get(*row));
    let here = rows.flat_map(|row| row.observations()).filter(|observed| observed.capture() == leg.capture);
    let mut records: Vec<RecordNumber> =
        here.map(|observed| observed.stanza.origin.last).chain(finding.records.iter().copied()).collect();
    records.sort_unstable();
    records.dedup();
    records
}

fn records(records: &[RecordNumber]) -> String {
    let listed: Vec<String> = records.iter().map(ToString::to_string).collect();
    match listed.as_slice() {
        [] => String::new(),
        [one] => format!(" (record {one})"),
        _ => format!(" (records {})", listed.join(", ")),
    }
}

/// Returns the same as JSON: `{"call_id", "legs": [{"capture", "cause", "facts", "conduct", "flows", "relays", ...}]}`.
pub(super) fn value(judged: &Judged, media: &CallMedia, name: impl Fn(&Leg) -> Option<String>) -> Value {
    let announced = &media.path.announced;
    let legs = media.legs().map(|(leg, findings)| {
        let cause = findings.cause.as_ref().map(|cause| finding(cause.id.id(), cause, judged, media, leg));
        let facts = findings.facts.iter().map(|fact| finding(fact.id.id(), fact, judged, media, leg));
        let conduct = findings.conduct.iter().map(|fact| finding(fact.id.id(), fact, judged, media, leg));
        let flows = leg.flows().map(|(known, flow)| {
            let [local, remote] = flow.ends();
            json!({
                "flow": flow.number,
                "local": local.map(|end| end.to_string()),
                "remote": remote.map(|end| end.to_string()),
                "tied_by": known.tied.ties.iter().map(crate::media::Tie::phrase).collect::<Vec<_>>(),
                "elected": known.is_elected,
                "wireshark": flow.wireshark_filter(),
                "packets": { "out": flow.counts.outbound.packets, "in": flow.counts.inbound.packets },
            })
        });
        json!({
            "capture": name(leg),
            "coverage": leg.coverage.limit(),
            "clock": clock(leg),
            "cause": cause,
            "facts": facts.collect::<Vec<_>>(),
            "conduct": conduct.collect::<Vec<_>>(),
            "flows": flows.collect::<Vec<_>>(),
        })
    });
    let relays = (0..announced.relays.len()).map(|relay| relay_name(announced, relay, true)).collect::<Vec<_>>();
    json!({ "call_id": &*judged.call.id, "relays": relays, "legs": legs.collect::<Vec<_>>() })
}

fn finding<I>(id: &str, found: &Finding<I>, judged: &Judged, media: &CallMedia, leg: &Leg) -> Value {
    json!({
        "id": id,
        "strength": found.strength.name(),
        "sentence": found.sentence.say(&media.path.announced, true),
        "records": cited(found, &judged.call, leg),
    })
}

/// Returns the UDP flows of a capture in one line, as in `3 UDP flows of calls, 11 others`.
pub(super) fn flows_in_words(of_calls: u64, seen: u64) -> String {
    format!("{} of calls, {}", counted(of_calls, "UDP flow"), counted(seen.saturating_sub(of_calls), "other"))
}
