//! The columns of the list of calls: what they show, and how they sort.

use std::collections::BTreeSet;

use crate::analysis::{Analysis, Capture};
use crate::call::{Call, Media, Outcome, Row};
use crate::origin::{CaptureId, Lapse, Timestamp};
use crate::spec::{Conformance, Judged, Strength};
use crate::tui::kit::names::Names;
use crate::words::{NONE, clock, clock_since, compact_lapse, offset};

/// Declares the columns, from left to right: name, heading and description of each.
macro_rules! columns {
    ($($column:ident $name:literal $heading:literal $description:literal;)*) => {
        /// A column of the list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(in crate::tui) enum Column {
            $($column,)*
        }

        impl Column {
            /// Every column, from left to right.
            pub(in crate::tui) const ALL: &[Self] = &[$(Self::$column,)*];

            /// Its name in the config file, and in CSV.
            pub(in crate::tui) const fn name(self) -> &'static str {
                match self {
                    $(Self::$column => $name,)*
                }
            }

            /// Its heading.
            pub(in crate::tui) const fn heading(self) -> &'static str {
                match self {
                    $(Self::$column => $heading,)*
                }
            }

            /// What it shows, for the choice of columns.
            pub(in crate::tui) const fn description(self) -> &'static str {
                match self {
                    $(Self::$column => $description,)*
                }
            }
        }
    };
}

columns! {
    Number "number" "#" "call number, in order of first stanza";
    Start "start" "Start" "time of its first stanza";
    Caller "caller" "Caller" "who called";
    Callee "callee" "→ Callee" "who was called";
    Media "media" "Media" "audio or video, and whether it is a group call";
    Outcome "outcome" "Outcome" "how it ended";
    Ring "ring" "Ring" "time from the offer to the accept or the end";
    Talk "talk" "Talk" "time from the accept to the end";
    Stanzas "stanzas" "Stanzas" "number of stanzas";
    EndedBy "ended-by" "Ended by" "who ended it (~ if known indirectly), and the reason";
    Capture "capture" "Capture" "file it was recorded in";
    Vantages "vantages" "Vantages" "number of recorded devices";
    Violations "violations" "!" "! rules violated, + novelties";
    Evidence "evidence" "?" "? number of open questions it is evidence for";
    Note "note" "Note" "your note";
}

/// What the text of a cell depends on besides its call.
pub(in crate::tui) struct CellContext<'s> {
    /// Knows whether the times of a capture have dates.
    pub(in crate::tui) analysis: Option<&'s Analysis>,
    /// How parties are named.
    pub(in crate::tui) names: &'s Names,
    /// The moment from which times are measured; `None` for the time of day.
    pub(in crate::tui) reference: Option<Timestamp>,
    /// The note on the call.
    pub(in crate::tui) note: Option<&'s str>,
}

impl Column {
    /// The column with this name.
    pub(in crate::tui) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }

    /// Returns whether it is aligned to the right.
    pub(in crate::tui) const fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Ring | Self::Talk | Self::Stanzas | Self::Vantages)
    }

    /// The text of a cell. Text from the capture in it is untrusted.
    pub(in crate::tui) fn text(self, index: usize, judged: &Judged, context: &CellContext<'_>) -> String {
        let (call, progress) = (&judged.call, &judged.call.progress);
        let none = || NONE.to_owned();
        let party = |jid: &Option<_>| jid.as_ref().map_or_else(none, |jid| context.names.of(jid, &call.people));
        match self {
            Self::Number => (index + 1).to_string(),
            Self::Start => call.start().map_or_else(none, |time| {
                let dated = context.analysis.is_some_and(|analysis| analysis.start_utc(call).is_some());
                match context.reference {
                    None if dated => clock(time),
                    // Without a date, all that is known is the time since an unknown midnight or start.
                    None => clock_since(time.0),
                    Some(from) => offset(time.nanoseconds_since(from)),
                }
            }),
            Self::Caller => party(&call.caller),
            Self::Callee => party(&call.callee),
            Self::Media => call.media.map_or_else(none, |media| {
                let media = Media::name(media);
                if call.group { format!("group {media}") } else { media.to_owned() }
            }),
            Self::Outcome => {
                // What would be missing at the end may still come.
                let goes_on = progress.outcome == Outcome::CutOff && context.analysis.is_some_and(|it| !it.complete);
                if goes_on { ONGOING.to_owned() } else { progress.outcome.name().to_owned() }
            }
            Self::Ring => progress.ring.map_or_else(none, compact_lapse),
            Self::Talk => progress.talk.map_or_else(none, compact_lapse),
            Self::Stanzas if call.is_known_from_events() => "event".to_owned(),
            Self::Stanzas => call.rows.len().to_string(),
            Self::EndedBy => progress.ended_by.map_or_else(none, |by| {
                // What the server stamps is a claim.
                let is_claimed = progress.end_provenance.and_then(Strength::of) == Some(Strength::Indirect);
                let by = format!("{}{}", if is_claimed { UNCERTAIN } else { "" }, by.name());
                let reason = progress.end_reason.as_deref().filter(|reason| !reason.is_empty());
                reason.map_or_else(|| by.clone(), |reason| format!("{by} {reason}"))
            }),
            Self::Capture => context.analysis.map_or_else(none, |analysis| files(call, analysis)),
            Self::Vantages => call.vantages.len().to_string(),
            Self::Violations => {
                let (violated, novel) = departures(judged);
                let part = |sign: char, count: usize| if count == 0 { String::new() } else { format!("{sign}{count}") };
                part('!', violated) + &part('+', novel)
            }
            Self::Evidence => match judged.questions_told {
                0 => String::new(),
                count => format!("?{count}"),
            },
            Self::Note => context.note.unwrap_or_default().to_owned(),
        }
    }

    /// Returns whether its values are known only once a call is judged.
    pub(super) const fn is_of_verdicts(self) -> bool {
        matches!(self, Self::Violations | Self::Evidence)
    }

    /// What calls are sorted by: the value, not the text of the cell. Calls without a value come last.
    pub(in crate::tui) fn key(self, judged: &Judged, context: &CellContext<'_>) -> SortKey {
        let (call, progress) = (&judged.call, &judged.call.progress);
        let number = |value: Option<i64>| SortKey::Number(value.unwrap_or(i64::MAX));
        let count = |count: usize| number(i64::try_from(count).ok());
        let length = |lapse: Option<Lapse>| number(lapse.map(|lapse| lapse.nanoseconds));
        let party = |jid: &Option<_>| {
            SortKey::Text(jid.as_ref().map(|jid| context.names.of(jid, &call.people)).unwrap_or_default())
        };
        match self {
            Self::Number | Self::Note => SortKey::Number(0),
            Self::Start => number(call.start().map(|time| time.0)),
            Self::Caller => party(&call.caller),
            Self::Callee => party(&call.callee),
            Self::Media => SortKey::Text(format!("{} {}", call.group, call.media.map_or("", Media::name))),
            Self::Outcome => SortKey::Text(progress.outcome.name().to_owned()),
            Self::Ring => length(progress.ring),
            Self::Talk => length(progress.talk),
            Self::Stanzas => count(call.rows.len()),
            Self::EndedBy => {
                let by = progress.ended_by.map_or("", |by| by.name());
                SortKey::Text(format!("{by} {}", progress.end_reason.as_deref().unwrap_or_default()))
            }
            Self::Capture => count(call.rows.first().map_or(usize::MAX, |row| row.observed.capture().0 as usize)),
            Self::Vantages => count(call.vantages.len()),
            Self::Violations => {
                let (violated, novel) = departures(judged);
                count(violated * 1_000_000 + novel)
            }
            Self::Evidence => count(judged.questions_told),
        }
    }
}

/// Before what is known indirectly.
const UNCERTAIN: &str = "~";

/// Instead of the outcome of a call that may go on.
pub(in crate::tui) const ONGOING: &str = "ongoing";

/// The rows that show which files a call was recorded in.
const ROWS_EXAMINED: usize = 100;

/// The file that a call was recorded in; of several the first, and how many more.
fn files(call: &Call, analysis: &Analysis) -> String {
    let captures = call.rows.iter().take(ROWS_EXAMINED).flat_map(Row::sockets).map(|socket| socket.0);
    let captures: BTreeSet<CaptureId> = captures.collect();
    let first = captures.first().and_then(|capture| analysis.capture(*capture));
    let first = first.map_or(NONE, Capture::file_name);
    match captures.len() {
        0 | 1 => first.to_owned(),
        files => format!("{first} +{}", files - 1),
    }
}

/// What a call is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::tui) enum SortKey {
    Number(i64),
    Text(String),
}

/// The number of places that violate a rule, and the number of novelties.
fn departures(judged: &Judged) -> (usize, usize) {
    let count = |found| judged.places.iter().filter(|place| place.found == found).count();
    (count(Conformance::Violated), count(Conformance::Novelty))
}
