//! How far independent recordings bear an answer out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::judged::Judged;
use crate::call::Original;
use crate::input::clients;

/// The confidence that the spec's corroboration rule allows to claim. Suggested: a person decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Nothing is known.
    #[default]
    Unknown,
    /// There is evidence, none of it direct, or on both sides.
    Speculative,
    /// Seen under one technique.
    Probable,
    /// Seen under two techniques, in different sessions of different clients, neither a port of the other.
    Confirmed,
}

impl Confidence {
    /// The confidence's name in the spec's forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Speculative => "speculative",
            Self::Probable => "probable",
            Self::Confirmed => "confirmed",
        }
    }
}

/// One recording's part in an answer: technique, session, client.
pub(super) type Witness = (&'static str, Original, Option<&'static str>);

/// Whether two of the recordings are independent: made by different techniques, in different sessions, of different
/// clients of which none is a port of the other.
pub(super) fn corroborate(witnesses: &BTreeSet<Witness>) -> bool {
    let independent = |one: &Witness, other: &Witness| {
        let (Some(client), Some(another)) = (one.2, other.2) else { return false };
        let known = [one.0, other.0].iter().all(|technique| !matches!(*technique, "" | "unknown"));
        known && one.0 != other.0 && one.1 != other.1 && clients::are_independent(client, another)
    };
    witnesses.iter().any(|one| witnesses.iter().any(|other| independent(one, other)))
}

/// Which captures are recordings of one session: those with a call in common.
pub(super) struct Sessions {
    /// A representative of each capture's session.
    of: BTreeMap<Original, Original>,
}

impl Sessions {
    /// The sessions of these calls' captures.
    pub(super) fn of(calls: &[Arc<Judged>]) -> Self {
        let mut sessions = Self { of: BTreeMap::new() };
        for judged in calls {
            let mut captures = judged.call.rows.iter().flat_map(|row| judged.call.originals_of(row));
            let Some(first) = captures.next() else { continue };
            let first = sessions.root(first);
            sessions.of.entry(first).or_insert(first);
            for other in captures {
                let other = sessions.root(other);
                sessions.of.insert(other, first);
            }
        }
        sessions
    }

    fn root(&self, mut capture: Original) -> Original {
        while let Some(next) = self.of.get(&capture)
            && *next != capture
        {
            capture = *next;
        }
        capture
    }

    /// Adds the recordings that have a row.
    pub(super) fn witnesses(&self, judged: &Judged, row: usize, witnesses: &mut BTreeSet<Witness>) {
        let Some(row) = judged.call.rows.get(row) else { return };
        for observed in row.observations() {
            let Some(recording) = judged.call.recordings.get(&observed.socket()) else { continue };
            let session = self.root(judged.call.original(observed.socket()));
            witnesses.insert((recording.technique, session, recording.client));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::CaptureId;

    #[test]
    fn only_independent_recordings_corroborate() {
        let with = |witnesses: &[Witness]| corroborate(&witnesses.iter().copied().collect());
        let capture = ("websocket-capture", (CaptureId(0), 0), Some("zapo"));
        assert!(with(&[capture, ("baileys-instrumentation", (CaptureId(1), 0), Some("baileys"))]));
        assert!(!with(&[capture, ("baileys-instrumentation", (CaptureId(0), 0), Some("baileys"))]), "one session");
        assert!(!with(&[capture, ("websocket-capture", (CaptureId(1), 0), Some("baileys"))]), "one technique");
        assert!(!with(&[capture, ("mitm-tls", (CaptureId(1), 0), Some("zapo"))]), "one client");
        assert!(!with(&[capture, ("mitm-tls", (CaptureId(1), 0), Some("whatsapp-rust"))]), "a port");
        assert!(!with(&[capture, ("mitm-tls", (CaptureId(1), 0), None)]), "a client that nobody knows");
        assert!(!with(&[capture, ("unknown", (CaptureId(1), 0), Some("baileys"))]), "a technique that nobody knows");
    }
}
