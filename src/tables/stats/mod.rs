//! Counts, cross-tables and percentiles over the columns of `stanzas` and `calls`.
//!
//! A [`Query`] names the columns, a [`RowSet`] collects the rows of captures and earlier exports, each once, and a
//! [`Statistic`] is the result, in an order that does not depend on that of the rows. Percentiles are nearest-rank: the
//! smallest value that at least that share of the values does not exceed, and so always a value that occurred.

mod statistic;

mod percentile;

mod query;

mod count;

mod rows;

mod questions;

pub use count::CountError;
pub use percentile::{MEASURES, percentile};
pub use query::{DEFAULT_QUERIES, DefaultQuery, Names, Query, QueryError};
pub use questions::of_question;
pub use rows::RowSet;
pub use statistic::{Heading, Measure, Row, Statistic};
