//! Why an earlier export cannot be used.

use std::io;

use super::super::table::{SCHEMA, TABLE_KEY};
use crate::visible::visible;

/// The most bytes that the columns to read may decompress to.
pub(super) const MEMORY: u64 = 4 << 30;

/// Why an earlier export cannot be used. Its text is safe to show.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Reading failed.
    #[error("{0}")]
    Read(#[from] io::Error),
    /// It is Parquet, but not written by ringtrace, or rewritten by another program without the metadata.
    #[error("not a ringtrace export: Parquet metadata key {TABLE_KEY} is missing")]
    Foreign,
    /// It is of a table that has no statistics.
    #[error("statistics are of stanzas and calls, but this is an export of {}", visible(.0))]
    OtherTable(String),
    /// It was written by a version of ringtrace with incompatible tables.
    #[error("unsupported table schema {} (this version reads schema {SCHEMA})", visible(.0))]
    OtherSchema(String),
    /// It was written by a version of ringtrace whose table did not have a column yet.
    #[error("it was written by ringtrace {} without column {missing}; its columns are {}", visible(.version), visible(&.there.join(", ")))]
    NoColumn {
        /// The column.
        missing: String,
        /// The version of ringtrace that wrote it.
        version: String,
        /// The columns that it has.
        there: Vec<String>,
    },
    /// A column does not have the table's type.
    #[error("its column {0} has the wrong type")]
    OtherType(String),
    /// It decompresses to more than is reasonable.
    #[error("decompressed size of the columns ({} MiB) exceeds the limit of {} MiB", .0 >> 20, MEMORY >> 20)]
    TooLarge(u64),
    /// It is damaged.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// It is damaged, as the decoder found.
    #[error("it is damaged: {}", visible(.0))]
    Undecodable(String),
}

impl From<polars::error::PolarsError> for ArchiveError {
    fn from(error: polars::error::PolarsError) -> Self {
        Self::Undecodable(error.to_string())
    }
}
