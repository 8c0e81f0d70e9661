//! Calls as ringtrace NDJSON (`docs/ndjson.md`), which ringtrace reads again.

use std::collections::BTreeMap;
use std::iter;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Number;

use crate::analysis::{Analysis, Capture};
use crate::call::{Call, ClockId, LocalDevice, Original, Recording, Row, Socket};
use crate::origin::{Direction, Resolution, Timestamp};
use crate::protocol::xml;
use crate::redact::Sanitised;

/// What is known of a recorded socket.
#[derive(Serialize)]
struct Header<'a> {
    schema: &'static str,
    vantage: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    device: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    technique: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    omits_own_acks: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    capture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<&'static str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    wire: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    window: Vec<(Number, Number)>,
}

/// What a server is called that was one for tests. Others are not named.
const TEST_SERVER: &str = "test";

/// A stanza as one socket saw it.
#[derive(Serialize)]
struct Line<'a> {
    vantage: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dir: Option<&'static str>,
    xml: String,
}

/// What a header is made of.
struct Seen<'a> {
    device: &'a LocalDevice,
    recording: Option<&'a Recording>,
    original: Original,
    clock: ClockId,
    /// The finest of its times' resolutions.
    resolution: Resolution,
}

/// The stanzas of some of the calls, by index, or of all and of no call: a header for each recorded socket, and then
/// each call's stanzas capture by capture, as they were recorded, below a comment with the call's number and alias.
#[must_use]
pub fn lines(sanitised: &Sanitised, calls: Option<&[usize]>) -> Lines {
    let analysis = sanitised.analysis();
    let call = |index: usize| {
        let judged = analysis.calls.get(index)?;
        Some((format!("call #{}", analysis.number(index)), Arc::clone(&judged.call)))
    };
    let mut chosen: Vec<(String, Arc<Call>)> = match calls {
        Some(calls) => calls.iter().filter_map(|index| call(*index)).collect(),
        None => (0..analysis.calls.len()).filter_map(call).collect(),
    };
    if calls.is_none() {
        chosen.extend(analysis.strays.iter().map(|strays| ("no call".to_owned(), Arc::clone(&strays.call))));
    }
    chosen.retain(|(_, call)| !call.rows.is_empty());
    let sockets = sockets(&chosen);
    let names: BTreeMap<Socket, String> =
        sockets.keys().enumerate().map(|(index, socket)| (*socket, format!("v{}", index + 1))).collect();
    let originals = shared("capture-", sockets.values().map(|seen| seen.original), |uses| uses < sockets.len());
    let clocks = shared("clock-", sockets.values().map(|seen| seen.clock), |uses| uses > 1);
    let mut headers = String::new();
    for (socket, seen) in &sockets {
        let name = names.get(socket).map_or("", String::as_str);
        let capture = originals.get(&seen.original).cloned();
        let clock = clocks.get(&seen.clock).cloned();
        push(&mut headers, &Header { capture, clock, ..header(analysis, *socket, name, seen) });
    }
    Lines { headers, names, calls: chosen }
}

/// Calls as ringtrace NDJSON, still to be written: as text they are long, and each is needed only until it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    headers: String,
    /// What each socket is called.
    names: BTreeMap<Socket, String>,
    /// The calls, each with its title.
    calls: Vec<(String, Arc<Call>)>,
}

impl Lines {
    /// Writes them part by part, and gives up each call that is written.
    pub fn parts(self) -> impl Iterator<Item = String> {
        let Self { headers, names, calls } = self;
        let calls = calls.into_iter().map(move |(title, call)| {
            let mut text = String::new();
            push_call(&mut text, &title, &call, &names);
            text
        });
        iter::once(headers).chain(calls)
    }

    /// Writes them all.
    #[must_use]
    pub fn text(self) -> String {
        self.parts().collect()
    }

    /// How many bytes they have; `None` if these are more than `most`.
    pub(super) fn length_within(&self, most: usize) -> Option<usize> {
        let mut length = self.headers.len();
        let mut text = String::new();
        for (title, call) in &self.calls {
            if length > most {
                return None;
            }
            text.clear();
            push_call(&mut text, title, call, &self.names);
            length += text.len();
        }
        (length <= most).then_some(length)
    }
}

fn push_call(text: &mut String, title: &str, call: &Call, names: &BTreeMap<Socket, String>) {
    text.push_str(format!("# {title} {}", call.id).trim_end());
    text.push('\n');
    let mut all: Vec<_> = call.rows.iter().flat_map(Row::observations).collect();
    all.sort_by_key(|observed| observed.place());
    for observed in all {
        push(
            text,
            &Line {
                vantage: names.get(&observed.socket()).map_or("", String::as_str),
                at: observed.time().map(milliseconds),
                dir: observed.direction().map(|direction| match direction {
                    Direction::Inbound => "in",
                    Direction::Outbound => "out",
                }),
                xml: xml::write_line(&observed.read().node),
            },
        );
    }
}

/// The sockets that the calls were seen at, in the order of captures and connections.
fn sockets(calls: &[(String, Arc<Call>)]) -> BTreeMap<Socket, Seen<'_>> {
    static NOBODY: LocalDevice = LocalDevice::UNKNOWN;
    let mut sockets = BTreeMap::new();
    for (_, call) in calls {
        for row in &call.rows {
            let device = call.vantage_of(row).map_or(&NOBODY, |vantage| &vantage.device);
            for observed in row.observations() {
                let socket = observed.socket();
                let seen = sockets.entry(socket).or_insert_with(|| Seen {
                    device,
                    recording: call.recordings.get(&socket).map(AsRef::as_ref),
                    original: call.original(socket),
                    clock: call.clock_of_socket(socket),
                    resolution: Resolution::None,
                });
                seen.resolution = seen.resolution.min(observed.stanza.origin.resolution);
                if seen.device.jid().is_none() {
                    seen.device = device;
                }
            }
        }
    }
    sockets
}

/// A name for each thing that sockets have, if `is_worth_it` for so many of them: whatever else is said follows from
/// its absence.
fn shared<T: Copy + Ord>(
    prefix: &str,
    of_sockets: impl Iterator<Item = T>,
    is_worth_it: impl Fn(usize) -> bool,
) -> BTreeMap<T, String> {
    let mut uses: BTreeMap<T, usize> = BTreeMap::new();
    for thing in of_sockets {
        *uses.entry(thing).or_default() += 1;
    }
    let worth_it = uses.into_iter().enumerate().filter(|(_, (_, uses))| is_worth_it(*uses));
    worth_it.map(|(place, (thing, _))| (thing, format!("{prefix}{}", place + 1))).collect()
}

fn header<'a>(analysis: &'a Analysis, socket: Socket, name: &'a str, seen: &Seen<'a>) -> Header<'a> {
    let addresses = [&seen.device.lid, &seen.device.phone].into_iter().flatten();
    let technique = seen.recording.map(|recording| recording.technique).filter(|technique| !technique.is_empty());
    let technique = technique.or_else(|| analysis.capture(socket.0).map(Capture::technique));
    let spans = seen.recording.map_or(&[][..], |recording| &recording.spans);
    Header {
        schema: "ringtrace/1",
        vantage: name,
        device: addresses.map(ToString::to_string).collect(),
        technique: technique.filter(|technique| *technique != "unknown"),
        client: seen.recording.and_then(|recording| recording.client),
        server: analysis.capture(socket.0).filter(|capture| capture.is_of_test_server()).map(|_| TEST_SERVER),
        omits_own_acks: seen.recording.is_some_and(|recording| recording.omits_own_acks),
        capture: None,
        clock: None,
        // What is written in milliseconds would look finer than it is.
        resolution: Some(seen.resolution).filter(|it| *it == Resolution::Seconds).map(Resolution::symbol),
        wire: seen.recording.is_some_and(|recording| recording.is_from_wire),
        window: spans.iter().map(|span| (milliseconds(span.from), milliseconds(span.until))).collect(),
    }
}

fn push(text: &mut String, line: &impl Serialize) {
    // Neither has a map with keys that are no text, which is what JSON could not say.
    if let Ok(line) = serde_json::to_string(line) {
        text.push_str(&line);
        text.push('\n');
    }
}

/// Milliseconds, with a fraction only where there is one.
fn milliseconds(time: Timestamp) -> Number {
    const IN_ONE: i64 = 1_000_000;
    #[expect(clippy::cast_precision_loss, reason = "exact to the nanosecond for three months")]
    let fraction = || Number::from_f64(time.0 as f64 / 1e6);
    let whole = Number::from(time.0 / IN_ONE);
    if time.0 % IN_ONE == 0 { whole } else { fraction().unwrap_or(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_read_back_to_the_nanosecond() {
        for nanoseconds in [0, 1, -1, 1_000_000, 45_000_123_457, 7_000_000_000_000_001] {
            let written = milliseconds(Timestamp(nanoseconds));
            let read = (written.as_f64().unwrap() * 1e6).round() as i64;
            assert_eq!(read, nanoseconds, "{written}");
        }
        assert_eq!(milliseconds(Timestamp(2_000_000)).to_string(), "2");
    }
}
