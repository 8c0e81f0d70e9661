//! The `anomalies` table: one row per kind of anomaly, capture and connection.

use super::column::{Cell, Column, Kind, column};
use crate::analysis::Analysis;
use crate::anomaly::Tally;

/// An anomaly's tally in its analysis.
pub(super) struct AnomalyRow<'t> {
    analysis: &'t Analysis,
    tally: &'t Tally,
}

/// The rows, by capture, connection and anomaly.
pub(super) fn rows(analysis: &Analysis) -> impl Iterator<Item = AnomalyRow<'_>> {
    analysis.anomalies.iter().map(move |tally| AnomalyRow { analysis, tally })
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<AnomalyRow<'t>>> {
    vec![
        column!("capture", always Text, "The capture, or the key log, as given.", |row| {
            Cell::text(row.analysis.input_name(row.tally.first.capture))
        }),
        column!("connection", Integer, "The connection's number; empty if the whole capture is concerned.", |row| {
            row.tally.first.connection.map_or(Cell::Null, |connection| Cell::integer(connection.0))
        }),
        column!("layer", always Text, "The layer that found it.", |row| Cell::Text(row.tally.diagnosis.layer.name().into())),
        column!("kind", always Text, "`malformed`, `unexpected`, `unsupported`, `missing` or `no-key`.", |row| {
            Cell::Text(row.tally.diagnosis.kind.name().into())
        }),
        column!("severity", always Text, "`loss`, `contradiction` or `note`.", |row| Cell::Text(row.tally.diagnosis.severity.name().into())),
        column!("count", always Integer, "The number of occurrences.", |row| Cell::integer(row.tally.count)),
        column!("record_first", always Integer, "The first record of its first occurrence; in a key log, the line.", |row| {
            Cell::integer(row.tally.first.first)
        }),
        column!("record_last", always Integer, "The last record of its last occurrence.", |row| {
            Cell::integer(row.tally.last.last)
        }),
        column!("why", always Text, "A description of the anomaly.", |row| Cell::Text(row.tally.to_string().into())),
    ]
}
