//! Earlier exports as Parquet, read back for statistics.
//!
//! They are untrusted: the layout is checked before anything is decoded.

mod error;

mod thrift;

mod layout;

mod export;

pub use error::ArchiveError;
pub use export::Archive;
