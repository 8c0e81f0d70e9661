//! The tables and their columns.

use super::column::{Column, Description};
use super::{anomalies, calls, evidence, media, messages, stanzas};

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// The timeline: one row per stanza of a call.
    Stanzas,
    /// One row per call.
    Calls,
    /// One row per piece of evidence on an open question or a discrepancy.
    Evidence,
    /// One row per kind of anomaly, capture and connection.
    Anomalies,
    /// One row per data message of a WebSocket.
    Messages,
    /// The UDP flows of calls, one row each and one per kind of what they carry.
    Media,
}

/// The version of the tables' schemas, in the metadata of Parquet and Arrow. Adding a column keeps it; removing or
/// renaming one, or changing its type, needs a new one.
pub(super) const SCHEMA: u32 = 1;

/// The key of the table's name in the metadata of Parquet and Arrow.
pub(super) const TABLE_KEY: &str = "ringtrace.table";

/// The key of [`SCHEMA`].
pub(super) const SCHEMA_KEY: &str = "ringtrace.schema";

/// The key of the version of the program that wrote the file.
pub(super) const VERSION_KEY: &str = "ringtrace.version";

impl Table {
    /// All tables.
    pub const ALL: [Self; 6] =
        [Self::Stanzas, Self::Calls, Self::Evidence, Self::Anomalies, Self::Messages, Self::Media];

    /// Returns the table's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stanzas => "stanzas",
            Self::Calls => "calls",
            Self::Evidence => "evidence",
            Self::Anomalies => "anomalies",
            Self::Messages => "messages",
            Self::Media => "media",
        }
    }

    /// Returns the table's columns, in order.
    #[must_use]
    pub fn columns(self) -> Vec<Description> {
        match self {
            Self::Stanzas => stanzas::columns().iter().map(Column::describe).collect(),
            Self::Calls => calls::columns().iter().map(Column::describe).collect(),
            Self::Evidence => evidence::columns().iter().map(Column::describe).collect(),
            Self::Anomalies => anomalies::columns().iter().map(Column::describe).collect(),
            Self::Messages => messages::columns().iter().map(Column::describe).collect(),
            Self::Media => media::columns().iter().map(Column::describe).collect(),
        }
    }

    /// Returns the names of the columns for whose values calls are judged.
    pub(super) const fn verdicts(self) -> &'static [&'static str] {
        match self {
            Self::Stanzas => &["flow_step", "rules_violated", "questions"],
            Self::Calls => &["violations", "questions"],
            Self::Evidence | Self::Anomalies | Self::Messages | Self::Media => &[],
        }
    }

    /// Returns the metadata of the table's files.
    pub(super) fn about(self) -> [(&'static str, String); 3] {
        [
            (TABLE_KEY, self.name().to_owned()),
            (SCHEMA_KEY, SCHEMA.to_string()),
            (VERSION_KEY, env!("CARGO_PKG_VERSION").to_owned()),
        ]
    }
}
