//! How a report cites places, captures and ringtrace.

use std::collections::BTreeSet;

use super::assessment::{Citation, row_of};
use crate::analysis::{Analysis, Capture};
use crate::call::{Call, Observed, Row};
use crate::origin::{CaptureId, Direction};
use crate::redact::Sanitised;

/// The techniques that the spec's forms know.
use crate::input::TECHNIQUES;

/// How a row was recorded, if that is known.
pub(super) fn technique<'s>(analysis: &'s Analysis, call: &'s Call, row: &Row) -> Option<&'s str> {
    let recorded = call.recording(row).map(|recording| recording.technique);
    let of_capture = || analysis.capture(row.observed.capture()).map(Capture::technique);
    let technique = recorded.filter(|technique| TECHNIQUES.contains(technique)).or_else(of_capture);
    technique.filter(|technique| TECHNIQUES.contains(technique))
}

/// All techniques of some places, each once.
pub(super) fn techniques<'c>(sanitised: &Sanitised, citations: impl IntoIterator<Item = &'c Citation>) -> Vec<String> {
    let known = citations.into_iter().filter_map(|citation| {
        let (call, row) = row_of(sanitised, citation)?;
        technique(sanitised.analysis(), call, row)
    });
    known.collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
}

/// Which way a stanza went, in the words of the spec: both where it was recorded leaving one device and reaching
/// another.
pub(super) fn direction(call: &Call, index: usize) -> Option<&'static str> {
    let row = call.rows.get(index)?;
    let has_copy = row.copy_of.is_some() || call.rows.iter().any(|other| other.copy_of.get() == Some(index));
    Some(match row.observed.direction()? {
        _ if has_copy => "bidirectional",
        Direction::Outbound => "outgoing",
        Direction::Inbound => "incoming",
    })
}

/// A capture by its number.
pub(super) fn capture(id: CaptureId) -> String {
    format!("capture-{}", id.0 + 1)
}

/// Where a row was recorded: capture, record, call and the time since the call began.
pub(super) fn place(analysis: &Analysis, call: &Call, index: usize, row: &Row) -> String {
    format!(
        "{}, {}, call #{}{}",
        capture(row.observed.capture()),
        row.observed.stanza.origin,
        analysis.number(index),
        since(call, row)
    )
}

/// The time since the call's first stanza, with a comma in front.
fn since(call: &Call, row: &Row) -> String {
    let Some((time, start)) = row.observed.time().zip(call.start()) else { return String::new() };
    format!(", {:+.3} s", time.milliseconds_since(start) / 1e3)
}

/// The local device that saw a row, if it is known.
pub(super) fn vantage(call: &Call, row: &Row) -> String {
    let vantage = call.vantage_of(row);
    let device = vantage.and_then(|vantage| vantage.device.jid()).map_or("unknown".to_owned(), ToString::to_string);
    vantage.map_or(device.clone(), |vantage| format!("{device} ({})", vantage.role.name()))
}

/// The id of the entry of the spec's corpus that shows a stanza: its capture, by the beginning of its SHA-256, and its
/// ordinal there. `None` if the capture was read from a pipe.
#[must_use]
pub fn corpus_id(digests: &[Option<String>], observed: &Observed) -> Option<String> {
    let number = usize::try_from(observed.capture().0).ok()?;
    let digest = digests.get(number)?.as_deref()?.get(..12)?;
    Some(format!("ringtrace-{digest}-{}", observed.seq))
}

/// The captures of some calls, each with its format and SHA-256, a line each.
pub(super) fn captures(sanitised: &Sanitised, digests: &[Option<String>], calls: &[usize]) -> String {
    let analysis = sanitised.analysis();
    let used = calls.iter().filter_map(|index| analysis.calls.get(*index)).flat_map(|judged| judged.call.captures());
    let used: BTreeSet<_> = used.collect();
    let lines = used.into_iter().map(|id| {
        let digest = usize::try_from(id.0).ok().and_then(|index| digests.get(index)).and_then(Option::as_deref);
        let digest =
            digest.map_or("no SHA-256, since it could not be re-read".to_owned(), |digest| format!("SHA-256 {digest}"));
        let format = analysis.capture(id).and_then(|capture| capture.format).unwrap_or("unknown");
        format!("{}: {format}, {digest}", capture(id))
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The program, as the spec's corpus names tools.
pub(super) const TOOL: &str = concat!("ringtrace@", env!("CARGO_PKG_VERSION"));
