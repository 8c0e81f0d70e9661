//! The `anomalies` table: a row per kind of anomaly, capture and connection.

use super::column::{Cell, Column, Kind, column};
use crate::analysis::Analysis;
use crate::anomaly::Tally;

/// A tally, and the analysis that it is part of.
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
        column!("connection", Integer, "Number of the connection; empty for what concerns the whole capture.", |row| {
            row.tally.first.connection.map_or(Cell::Null, |connection| Cell::integer(connection.0))
        }),
        column!("layer", always Text, "The layer that met it.", |row| Cell::Text(row.tally.diagnosis.layer.name().into())),
        column!("kind", always Text, "`malformed`, `unexpected`, `unsupported`, `missing` or `no-key`.", |row| {
            Cell::Text(row.tally.diagnosis.kind.name().into())
        }),
        column!("severity", always Text, "`loss` or `note`.", |row| Cell::Text(row.tally.diagnosis.severity.name().into())),
        column!("count", always Integer, "How often.", |row| Cell::integer(row.tally.count)),
        column!("record_first", always Integer, "The first record of its first occurrence; of a key log, the line.", |row| {
            Cell::integer(row.tally.first.first)
        }),
        column!("record_last", always Integer, "The last record of its last occurrence.", |row| {
            Cell::integer(row.tally.last.last)
        }),
        column!("why", always Text, "What was found.", |row| Cell::Text(row.tally.to_string().into())),
    ]
}
