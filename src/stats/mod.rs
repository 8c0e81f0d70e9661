//! Tables to figures: counts, cross-tables and percentiles over the columns of `stanzas` and `calls`.
//!
//! [`Query`] says which columns; [`Gathering`] takes the rows of captures and of earlier exports, each once; a
//! [`Figure`] is what follows, in an order that does not depend on that of the rows. Percentiles are nearest-rank: the
//! smallest value that at least so many of a hundred do not exceed, and so a value that occurred.

mod answered;
mod archive;
mod column;
mod count;
mod encode;
mod figure;
mod gather;
mod percentile;
mod query;
mod questions;

pub use archive::{Archive, ArchiveError};
pub use count::CountError;
pub use encode::{csv, parquet};
pub use figure::{Figure, Heading, Line, Measure};
pub use gather::Gathering;
pub use percentile::{MEASURES, percentile};
pub use query::{Asked, Query, QueryError, USUAL, Usual};
pub use questions::of_question;
