//! Input that departs from its protocol: data, counted and shown, never an error.
//!
//! A layer describes each departure that it knows once, as a `const` [`Diagnosis`], and reports each
//! occurrence as an [`Anomaly`] that names the diagnosis and the place. [`Anomalies`] adds occurrences up, so
//! that 600,000 undecrypted frames are one line.

use std::collections::BTreeMap;
use std::collections::btree_map::{Entry, IntoValues};
use std::fmt;

use crate::origin::{CaptureId, ConnectionId, Origin};

/// The layer that met an anomaly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The key logs.
    Keys,
    /// The capture file and its records.
    Input,
    /// Link, IP and TCP headers.
    Packet,
    /// TCP reassembly.
    Tcp,
    /// TLS records and handshake.
    Tls,
    /// The HTTP upgrade and WebSocket frames.
    Websocket,
    /// WhatsApp's framing and Noise.
    Noise,
    /// WABinary.
    Binary,
    /// The typed reading of stanzas.
    Stanza,
    /// The grouping of stanzas into calls.
    Call,
}

impl Layer {
    /// The layer's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Input => "input",
            Self::Packet => "packet",
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Websocket => "websocket",
            Self::Noise => "noise",
            Self::Binary => "binary",
            Self::Stanza => "stanza",
            Self::Call => "call",
        }
    }
}

/// How the input departed from its protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It does not parse.
    Malformed,
    /// It parses, and does not belong here.
    Unexpected,
    /// It is well formed, and this program does not read it.
    Unsupported,
    /// Bytes are absent.
    Missing,
    /// It is encrypted, and no key was given.
    NoKey,
}

impl Kind {
    /// The kind's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Unexpected => "unexpected",
            Self::Unsupported => "unsupported",
            Self::Missing => "missing",
            Self::NoKey => "no-key",
        }
    }
}

/// Whether an anomaly cost the user anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing was lost.
    Note,
    /// The input contradicts itself, or an option of the user's. Nothing was lost, but what depends on it is unknown.
    Contradiction,
    /// Something that may have been a stanza was not read. The exit code becomes 1.
    Loss,
}

impl Severity {
    /// All severities, the worst first.
    pub const ALL: [Self; 3] = [Self::Loss, Self::Contradiction, Self::Note];

    /// The severity's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Contradiction => "contradiction",
            Self::Loss => "loss",
        }
    }

    /// The severity as a word that introduces an anomaly.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "noted",
            Self::Contradiction => "contradictory",
            Self::Loss => "lost",
        }
    }
}

/// One way in which input departs from its protocol, described once, next to the code that finds it.
#[derive(Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Stable name, `layer/what-happened`; what `explain` takes.
    pub id: &'static str,
    /// The layer that finds it.
    pub layer: Layer,
    /// How the input departs.
    pub kind: Kind,
    /// Whether something is lost by it.
    pub severity: Severity,
    /// What was found: completes the sentence "In this capture, ...", without a full stop.
    pub why: &'static str,
    /// What the user can do about it; empty if nothing.
    pub next: &'static str,
}

/// Declares a layer's diagnoses, one row each, and `DIAGNOSES`, the list of them in the order of the rows.
///
/// A row is `NAME "what-happened" Kind Severity: "why", "next";`. `why` completes the sentence "In this capture, ...";
/// `next` says what the user can do about it, and is empty if that is nothing. Doc comments above a row add to its
/// documentation what only a maintainer needs.
macro_rules! diagnoses {
    (
        $layer:ident $prefix:literal;
        $($(#[$more:meta])* $name:ident $slug:literal $kind:ident $severity:ident: $why:literal, $next:literal;)*
    ) => {
        /// Everything that this layer reports.
        pub const DIAGNOSES: &[&$crate::anomaly::Diagnosis] = &[$(&$name),*];
        $(
            #[doc = concat!("In this capture, ", $why, ".")]
            $(#[doc = ""] #[$more])*
            pub const $name: $crate::anomaly::Diagnosis = $crate::anomaly::Diagnosis {
                id: concat!($prefix, "/", $slug),
                layer: $crate::anomaly::Layer::$layer,
                kind: $crate::anomaly::Kind::$kind,
                severity: $crate::anomaly::Severity::$severity,
                why: $why,
                next: $next,
            };
        )*
    };
}
pub(crate) use diagnoses;

/// One occurrence of a [`Diagnosis`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// What was found.
    pub diagnosis: &'static Diagnosis,
    /// Where.
    pub origin: Origin,
    /// Bytes that are absent or were skipped, 0 where that is not the point.
    pub bytes: u64,
    /// What is particular to this occurrence, if anything. Text from the capture in it is untrusted.
    pub detail: Option<Box<str>>,
}

impl Anomaly {
    /// An occurrence at `origin`.
    #[must_use]
    pub const fn new(diagnosis: &'static Diagnosis, origin: Origin) -> Self {
        Self { diagnosis, origin, bytes: 0, detail: None }
    }

    /// The same, with the number of bytes that are absent or were skipped.
    #[must_use]
    pub const fn bytes(mut self, bytes: u64) -> Self {
        self.bytes = bytes;
        self
    }

    /// The same, with what is particular to this occurrence.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Box<str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

/// All occurrences of one diagnosis in one connection of one capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// What was found.
    pub diagnosis: &'static Diagnosis,
    /// How often.
    pub count: u64,
    /// Bytes that are absent or were skipped, in all.
    pub bytes: u64,
    /// Where first.
    pub first: Origin,
    /// Where last.
    pub last: Origin,
    /// What is particular to the first few occurrences that say so, without repeats.
    pub details: Vec<Box<str>>,
}

impl Tally {
    /// The same in another capture.
    #[must_use]
    pub fn of_capture(mut self, capture: CaptureId) -> Self {
        (self.first.capture, self.last.capture) = (capture, capture);
        self
    }
}

/// How many differing details a [`Tally`] keeps.
const DETAILS_KEPT: usize = 4;

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.diagnosis.why)?;
        for (index, detail) in self.details.iter().enumerate() {
            write!(f, "{}{detail}", if index == 0 { ": " } else { "; " })?;
        }
        if self.count > 1 {
            write!(f, " ({} times)", self.count)?;
        }
        if self.bytes > 0 {
            write!(f, " ({} bytes)", self.bytes)?;
        }
        Ok(())
    }
}

/// Anomalies, added up per capture, connection and diagnosis.
#[derive(Clone, Debug, Default)]
pub struct Anomalies {
    tallies: BTreeMap<(CaptureId, Option<ConnectionId>, &'static str), Tally>,
}

impl Anomalies {
    /// Adds one occurrence.
    pub fn add(&mut self, anomaly: Anomaly) {
        let key = (anomaly.origin.capture, anomaly.origin.connection, anomaly.diagnosis.id);
        let tally = self.tallies.entry(key).or_insert_with(|| Tally {
            diagnosis: anomaly.diagnosis,
            count: 0,
            bytes: 0,
            first: anomaly.origin,
            last: anomaly.origin,
            details: Vec::new(),
        });
        tally.count += 1;
        tally.bytes = tally.bytes.saturating_add(anomaly.bytes);
        tally.last = anomaly.origin;
        if let Some(detail) = anomaly.detail
            && tally.details.len() < DETAILS_KEPT
            && !tally.details.contains(&detail)
        {
            tally.details.push(detail);
        }
    }

    /// Adds all of `other`, whose occurrences come after these.
    pub fn append(&mut self, other: Self) {
        self.extend(other);
    }

    /// The tallies, by capture, connection and diagnosis.
    pub fn iter(&self) -> impl Iterator<Item = &Tally> {
        self.tallies.values()
    }

    /// Whether something was lost.
    #[must_use]
    pub fn any_loss(&self) -> bool {
        self.iter().any(|tally| tally.diagnosis.severity == Severity::Loss)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tallies.is_empty()
    }
}

impl Extend<Tally> for Anomalies {
    /// Adds tallies, whose occurrences come after these.
    fn extend<T: IntoIterator<Item = Tally>>(&mut self, tallies: T) {
        for theirs in tallies {
            match self.tallies.entry((theirs.first.capture, theirs.first.connection, theirs.diagnosis.id)) {
                Entry::Vacant(slot) => {
                    slot.insert(theirs);
                }
                Entry::Occupied(mut slot) => {
                    let ours = slot.get_mut();
                    ours.count += theirs.count;
                    ours.bytes = ours.bytes.saturating_add(theirs.bytes);
                    ours.last = theirs.last;
                    for detail in theirs.details {
                        if ours.details.len() < DETAILS_KEPT && !ours.details.contains(&detail) {
                            ours.details.push(detail);
                        }
                    }
                }
            }
        }
    }
}

impl FromIterator<Tally> for Anomalies {
    fn from_iter<T: IntoIterator<Item = Tally>>(tallies: T) -> Self {
        let mut anomalies = Self::default();
        anomalies.extend(tallies);
        anomalies
    }
}

impl IntoIterator for Anomalies {
    type Item = Tally;
    type IntoIter = IntoValues<(CaptureId, Option<ConnectionId>, &'static str), Tally>;

    /// The tallies, by capture, connection and diagnosis.
    fn into_iter(self) -> Self::IntoIter {
        self.tallies.into_values()
    }
}
