//! The tables of an analysis, written as CSV, Parquet, Arrow or NDJSON, and statistics of them.
//!
//! A table is a list of columns: one source for names, types, documentation and values.
//!
//! ```
//! use ringtrace::analysis::{Request, Source};
//! use ringtrace::tables::{Format, Options, Table};
//!
//! let capture = concat!(env!("CARGO_MANIFEST_DIR"), "/captures/answered-and-missed/answered-and-missed.pcap");
//! let analysis = Request::new(vec![Source::File(capture.into())]).load();
//!
//! let mut csv = Vec::new();
//! Table::Calls.write(Format::Csv, &analysis, Options::default(), &mut csv)?;
//! assert!(csv.starts_with(b"call_id,call_creator,caller,callee,"));
//! # Ok::<(), ringtrace::tables::Error>(())
//! ```

mod column;

mod stanzas;

mod calls;

mod evidence;

mod anomalies;

mod messages;

mod media;

mod table;

mod selection;

mod text;

mod frame;

mod columnar;

mod write;

mod archive;

pub mod stats;

pub use archive::{Archive, ArchiveError};
pub use column::{Cell, Column, Description, Kind};
pub use frame::check_threads;
pub use selection::{Chooser, RowFilter, Selection, fields, matching, page as filter_page, values};
pub use table::Table;
pub use text::Csv;
pub use write::{Error, Format, Options};
