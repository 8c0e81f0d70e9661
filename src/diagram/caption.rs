//! What is said of a call as a whole: when it began, how it went, and how its clocks differ.

use crate::analysis::Analysis;
use crate::call::{Call, Clock, Media, Vantage};
use crate::visible::visible;
use crate::words::{counted, date_and_time, duration, lapse};

/// Returns the kind of a call and how it went, as in `Audio call: missed, rang 45.0 s, ended by caller`.
#[must_use]
pub fn title(call: &Call) -> String {
    let kind = match (call.group, call.media) {
        (true, Some(media)) => format!("Group {} call", media.name()),
        (true, None) => "Group call".to_owned(),
        (false, Some(Media::Audio)) => "Audio call".to_owned(),
        (false, Some(Media::Video)) => "Video call".to_owned(),
        (false, None) => "Call".to_owned(),
    };
    format!("{kind}: {}", outcome(call))
}

/// Returns how a call went, as in `missed, rang 45.0 s, ended by caller (reason timeout)`.
#[must_use]
pub fn outcome(call: &Call) -> String {
    let mut line = call.progress.outcome.name().to_owned();
    if let Some(ring) = call.progress.ring {
        line.push_str(&format!(", rang {}", lapse(ring)));
    }
    if let Some(talk) = call.progress.talk {
        line.push_str(&format!(", talked {}", lapse(talk)));
    }
    if let Some(by) = call.progress.ended_by {
        line.push_str(&format!(", ended by {}", by.name()));
    }
    if let Some(reason) = &call.progress.end_reason {
        line.push_str(&format!(" (reason {})", visible(reason)));
    }
    match call.progress.without_effect.len() {
        0 => {}
        1 => line.push_str("; a reject had no effect"),
        rejects => line.push_str(&format!("; {} had no effect", counted(rejects, "reject"))),
    }
    line
}

/// Returns when a call began, in UTC.
#[must_use]
pub fn began(call: &Call, analysis: &Analysis) -> String {
    let undated = || if call.start().is_some() { "no date" } else { "no time" }.to_owned();
    analysis.start_utc(call).map_or_else(undated, date_and_time)
}

/// Returns how the clock of the vantage at `index` differs from that of the first one, as in `400 ms ahead ± 50.0 ms`;
/// `None` if it is the same clock.
#[must_use]
pub fn clock_offset(index: usize, vantage: &Vantage) -> Option<String> {
    match vantage.clock {
        _ if index == 0 => None,
        Some(clock) if clock == Clock::SAME => None,
        Some(clock) => {
            let bound = clock.most.saturating_sub(clock.least) / 2;
            let way = if clock.middle() < 0 { "ahead" } else { "behind" };
            Some(format!("{} {way} ± {}", duration(clock.middle().saturating_abs()), duration(bound)))
        }
        None => Some("unknown".to_owned()),
    }
}
