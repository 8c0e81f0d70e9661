//! How far independent recordings bear an answer out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::judged::Judged;
use super::lineage::Lineage;
use crate::call::{Call, LocalDevice, Original};

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
    /// Seen under two techniques, in different sessions of different devices, by clients written independently.
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

/// One recording that has a stanza.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Witness {
    /// How it was made: one of the spec's techniques, or `unknown`.
    pub technique: &'static str,
    /// A representative of the captures that recorded the same session.
    pub session: Original,
    /// The client program, where the recording names it.
    pub client: Option<&'static str>,
    device: LocalDevice,
}

impl Witness {
    /// Returns whether nothing that could mislead the one could have misled the other. What is not known of them could.
    fn is_independent_of(&self, other: &Self, lineage: &Lineage) -> bool {
        let are_known = [self, other].iter().all(|witness| !matches!(witness.technique, "" | "unknown"));
        let clients = self.client.zip(other.client);
        are_known
            && self.technique != other.technique
            && self.session != other.session
            && self.device.differs(&other.device)
            && clients.is_some_and(|(one, other)| lineage.are_independent(one, other))
    }
}

/// The first two of the recordings that are independent: made by different techniques, in different sessions of different
/// devices, by clients written independently. `None` if no two are.
#[must_use]
pub fn corroborating<'w>(
    witnesses: impl IntoIterator<Item = &'w Witness, IntoIter: Clone>,
    lineage: &Lineage,
) -> Option<[&'w Witness; 2]> {
    let witnesses = witnesses.into_iter();
    witnesses.clone().find_map(|one| {
        let other = witnesses.clone().find(|other| one.is_independent_of(other, lineage))?;
        Some([one, other])
    })
}

/// Which captures are recordings of one session: those with a call in common.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    /// A representative of each capture's session.
    of: BTreeMap<Original, Original>,
}

impl Sessions {
    /// The sessions of these calls' captures.
    #[must_use]
    pub fn of<'c>(calls: impl IntoIterator<Item = &'c Arc<Judged>>) -> Self {
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

    /// The representative of a capture's session.
    #[must_use]
    pub fn root(&self, mut capture: Original) -> Original {
        while let Some(next) = self.of.get(&capture)
            && *next != capture
        {
            capture = *next;
        }
        capture
    }

    /// Adds the recordings that have a row.
    pub fn witnesses(&self, call: &Call, row: usize, witnesses: &mut BTreeSet<Witness>) {
        let Some(row) = call.rows.get(row) else { return };
        let Some(vantage) = call.vantage_of(row) else { return };
        for observed in row.observations() {
            let Some(recording) = call.recordings.get(&observed.socket()) else { continue };
            let session = self.root(call.original(observed.socket()));
            let (technique, client) = (recording.technique, recording.client);
            witnesses.insert(Witness { technique, session, client, device: vantage.device.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::CaptureId;
    use crate::protocol::binary::Jid;

    fn device(lid: &str) -> LocalDevice {
        LocalDevice { lid: Jid::parse(lid), ..LocalDevice::default() }
    }

    #[test]
    fn only_independent_recordings_corroborate() {
        let [one, other, unknown] = [device("1:7@lid"), device("2:8@lid"), LocalDevice::default()];
        let witness = |technique, capture, client, device| Witness {
            technique,
            session: (CaptureId(capture), 0),
            client: Some(client),
            device: LocalDevice::clone(device),
        };
        let zapo = witness("websocket-capture", 0, "zapo", &one);
        let baileys = witness("baileys-instrumentation", 1, "baileys", &other);
        let with = |other: Witness| corroborating(&[zapo.clone(), other], &Lineage::default()).is_some();
        let baileys = || baileys.clone();
        assert!(with(baileys()));
        assert!(!with(Witness { session: zapo.session, ..baileys() }), "one session");
        assert!(!with(Witness { technique: zapo.technique, ..baileys() }), "one technique");
        assert!(!with(Witness { technique: "unknown", ..baileys() }), "a technique that nobody knows");
        assert!(!with(Witness { client: Some("zapo"), ..baileys() }), "one client");
        assert!(!with(Witness { client: Some("whatsmeow"), ..baileys() }), "a port of a port");
        assert!(!with(Witness { client: None, ..baileys() }), "a client that nobody knows");
        assert!(!with(Witness { device: one.clone(), ..baileys() }), "one device");
        assert!(!with(Witness { device: unknown.clone(), ..baileys() }), "a device that nobody knows");
    }
}
