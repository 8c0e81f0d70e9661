//! The columns of the list of calls: what they say, and in which order they sort.

use std::cmp::Ordering;

use super::names::Names;
use super::quantity::{NONE, clock, length, offset};
use crate::analysis::Analysis;
use crate::call::Media;
use crate::origin::Timestamp;
use crate::spec::{Conformance, Judged};

/// A column of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Number,
    Start,
    Caller,
    Callee,
    Media,
    Outcome,
    Ring,
    Talk,
    Stanzas,
    EndedBy,
    Vantages,
    Violations,
    Evidence,
    Note,
}

/// What the text of a cell depends on beside its call.
pub(super) struct Setting<'s> {
    /// What knows whether the times of a capture are dates.
    pub(super) analysis: Option<&'s Analysis>,
    pub(super) names: &'s Names,
    /// From when times are measured; `None` for the time of day.
    pub(super) reference: Option<Timestamp>,
    /// The note on the call.
    pub(super) note: Option<&'s str>,
}

impl Column {
    /// Every column, from left to right.
    pub(super) const ALL: &[Self] = &[
        Self::Number,
        Self::Start,
        Self::Caller,
        Self::Callee,
        Self::Media,
        Self::Outcome,
        Self::Ring,
        Self::Talk,
        Self::Stanzas,
        Self::EndedBy,
        Self::Vantages,
        Self::Violations,
        Self::Evidence,
        Self::Note,
    ];

    /// Its name in the config, and in what is written to a file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Start => "start",
            Self::Caller => "caller",
            Self::Callee => "callee",
            Self::Media => "media",
            Self::Outcome => "outcome",
            Self::Ring => "ring",
            Self::Talk => "talk",
            Self::Stanzas => "stanzas",
            Self::EndedBy => "ended-by",
            Self::Vantages => "vantages",
            Self::Violations => "violations",
            Self::Evidence => "evidence",
            Self::Note => "note",
        }
    }

    /// The column of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|column| column.name() == name)
    }

    pub(super) const fn heading(self) -> &'static str {
        match self {
            Self::Number => "#",
            Self::Start => "Start",
            Self::Caller => "Caller",
            Self::Callee => "→ Callee",
            Self::Media => "Media",
            Self::Outcome => "Outcome",
            Self::Ring => "Ring",
            Self::Talk => "Talk",
            Self::Stanzas => "Stanzas",
            Self::EndedBy => "Ended by",
            Self::Vantages => "Vantages",
            Self::Violations => "!",
            Self::Evidence => "?",
            Self::Note => "Note",
        }
    }

    /// What it says, for the choice of columns.
    pub(super) const fn says(self) -> &'static str {
        match self {
            Self::Number => "place of the call among all, by its first stanza",
            Self::Start => "when its first stanza was captured",
            Self::Caller => "who placed it",
            Self::Callee => "to whom",
            Self::Media => "audio or video, and whether it is a group's",
            Self::Outcome => "what became of it",
            Self::Ring => "from the offer to the accept or the end",
            Self::Talk => "from the accept to the end",
            Self::Stanzas => "how many stanzas",
            Self::EndedBy => "who ended it, and the reason",
            Self::Vantages => "how many of its devices were recorded",
            Self::Violations => "! rules violated, + novelties",
            Self::Evidence => "? open questions that it tells something about",
            Self::Note => "your note on it",
        }
    }

    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Ring | Self::Talk | Self::Stanzas | Self::Vantages)
    }

    /// The text of a cell. Text from the capture in it is untrusted.
    pub(super) fn text(self, index: usize, judged: &Judged, setting: &Setting<'_>) -> String {
        let (call, progress) = (&judged.call, &judged.call.progress);
        let none = || NONE.to_owned();
        let party = |jid: &Option<_>| jid.as_ref().map_or_else(none, |jid| setting.names.of(jid, &call.people));
        match self {
            Self::Number => (index + 1).to_string(),
            Self::Start => call.start().map_or_else(none, |time| {
                let dated = setting.analysis.is_some_and(|analysis| analysis.start_utc(call).is_some());
                match setting.reference {
                    None if dated => clock(time),
                    // Without a date, what there is is the time since the recording began.
                    from => offset(time.nanoseconds_since(from.unwrap_or_default())),
                }
            }),
            Self::Caller => party(&call.caller),
            Self::Callee => party(&call.callee),
            Self::Media => call.media.map_or_else(none, |media| {
                let media = Media::name(media);
                if call.group { format!("group {media}") } else { media.to_owned() }
            }),
            Self::Outcome => progress.outcome.name().to_owned(),
            Self::Ring => progress.ring.map_or_else(none, length),
            Self::Talk => progress.talk.map_or_else(none, length),
            Self::Stanzas => call.rows.len().to_string(),
            Self::EndedBy => progress.ended_by.map_or_else(none, |by| {
                let reason = progress.end_reason.as_deref().filter(|reason| !reason.is_empty());
                reason.map_or_else(|| by.name().to_owned(), |reason| format!("{} {reason}", by.name()))
            }),
            Self::Vantages => call.vantages.len().to_string(),
            Self::Violations => {
                let (violated, novel) = marks(judged);
                let part = |sign: char, count: usize| if count == 0 { String::new() } else { format!("{sign}{count}") };
                part('!', violated) + &part('+', novel)
            }
            Self::Evidence => match judged.questions_told {
                0 => String::new(),
                count => format!("?{count}"),
            },
            Self::Note => setting.note.unwrap_or_default().to_owned(),
        }
    }

    /// How two calls stand to each other by this column: by what it says, not by how that is spelled. What has no
    /// value comes last.
    pub(super) fn order(self, one: &Judged, other: &Judged, setting: &Setting<'_>) -> Ordering {
        let last = |one: Option<i64>, other: Option<i64>| one.unwrap_or(i64::MAX).cmp(&other.unwrap_or(i64::MAX));
        let (left, right) = (&one.call, &other.call);
        let party = |jid: &Option<_>, judged: &Judged| {
            jid.as_ref().map(|jid| setting.names.of(jid, &judged.call.people)).unwrap_or_default()
        };
        match self {
            Self::Number | Self::Note => Ordering::Equal,
            Self::Start => last(left.start().map(|time| time.0), right.start().map(|time| time.0)),
            Self::Caller => party(&left.caller, one).cmp(&party(&right.caller, other)),
            Self::Callee => party(&left.callee, one).cmp(&party(&right.callee, other)),
            Self::Media => (left.group, left.media).cmp(&(right.group, right.media)),
            Self::Outcome => left.progress.outcome.name().cmp(right.progress.outcome.name()),
            Self::Ring => last(left.progress.ring, right.progress.ring),
            Self::Talk => last(left.progress.talk, right.progress.talk),
            Self::Stanzas => left.rows.len().cmp(&right.rows.len()),
            Self::EndedBy => (left.progress.ended_by, &left.progress.end_reason)
                .cmp(&(right.progress.ended_by, &right.progress.end_reason)),
            Self::Vantages => left.vantages.len().cmp(&right.vantages.len()),
            Self::Violations => marks(one).cmp(&marks(other)),
            Self::Evidence => one.questions_told.cmp(&other.questions_told),
        }
    }
}

/// How many places violate a rule, and how many are novelties.
fn marks(judged: &Judged) -> (usize, usize) {
    let count = |found| judged.places.iter().filter(|place| place.found == found).count();
    (count(Conformance::Violated), count(Conformance::Novelty))
}
