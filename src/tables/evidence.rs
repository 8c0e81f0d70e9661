//! The `evidence` table: one row per piece of evidence on an open question or a discrepancy.

use std::sync::Arc;

use super::column::{Cell, Column, Kind, column};
use crate::analysis::{Analysis, Exhibit};
use crate::spec::Judged;

/// A piece of evidence, and the call that it is in.
pub(super) struct EvidenceRow<'t> {
    analysis: &'t Analysis,
    judged: Arc<Judged>,
    /// Its index among the call's.
    piece: usize,
}

/// The rows, calls by their first stanza, then by row. The calls are judged by so many threads.
pub(super) fn rows(analysis: &Analysis, jobs: usize) -> impl Iterator<Item = EvidenceRow<'_>> {
    Judged::in_passing(&analysis.calls, jobs).flat_map(move |judged| {
        let pieces = 0..judged.evidence.len();
        pieces.map(move |piece| EvidenceRow { analysis, judged: Arc::clone(&judged), piece })
    })
}

impl EvidenceRow<'_> {
    /// A cell of it.
    fn cell<'r>(&'r self, cell: impl FnOnce(Exhibit<'r>) -> Cell<'r>) -> Cell<'r> {
        Exhibit::of(self.analysis, &self.judged, self.piece).map_or(Cell::Null, cell)
    }
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<EvidenceRow<'t>>> {
    vec![
        column!("question", Text, "The id of the question or discrepancy.", |row| {
            row.cell(|it| Cell::Text(it.piece.question.id.into()))
        }),
        column!(
            "hypothesis",
            Text,
            "The hypothesis; for a question whose answer is a list, the value as sent.",
            |row| row.cell(|it| Cell::Text(it.piece.hypothesis.as_str().into()))
        ),
        column!("supports", Boolean, "Whether it supports the hypothesis or contradicts it.", |row| {
            row.cell(|it| Cell::Boolean(it.piece.supports))
        }),
        column!("strength", Text, "`direct`, `indirect` or `absence`.", |row| {
            row.cell(|it| Cell::Text(it.piece.strength.name().into()))
        }),
        column!("capture", Text, "The capture, as given. With `seq`, the key of a row of `stanzas`.", |row| {
            row.cell(|it| Cell::text(it.capture()))
        }),
        column!("seq", Integer, "Ordinal of the stanza among all stanzas of the capture, from 1.", |row| {
            row.cell(|it| Cell::integer(it.row.observed.seq))
        }),
        column!("record", Integer, "The record that completed the stanza (Wireshark's frame number).", |row| {
            row.cell(|it| Cell::integer(it.origin().last))
        }),
        column!("call_id", Text, "The call-id.", |row| row.cell(|it| Cell::Text((&*it.judged.call.id).into()))),
        column!("time_utc", Time, "When the completing record was captured; empty if unknown.", |row| {
            row.cell(|it| Cell::time(it.utc()))
        }),
        column!("vantage", Text, "The device whose socket was recorded, or `unknown`.", |row| {
            row.cell(|it| Cell::Text(it.vantage().into()))
        }),
        column!("technique", Text, "The capture technique, as named by the spec.", |row| {
            row.cell(|it| Cell::Text(it.technique().into()))
        }),
        column!("why", Text, "An explanation in one sentence.", |row| row
            .cell(|it| Cell::Text((&*it.piece.why).into()))),
    ]
}
