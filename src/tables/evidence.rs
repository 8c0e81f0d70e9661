//! The `evidence` table: one row per piece of evidence on an open question or a discrepancy.

use super::column::{Cell, Column, Kind, column};
use crate::analysis::{Analysis, Exhibit};

/// The rows, calls by their first stanza, then by row.
pub(super) fn rows(analysis: &Analysis) -> impl Iterator<Item = Exhibit<'_>> {
    analysis.exhibits()
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<Exhibit<'t>>> {
    vec![
        column!("question", Text, "The id of the question or discrepancy.", |row| Cell::Text(
            row.piece.question.id.into()
        )),
        column!(
            "hypothesis",
            Text,
            "The hypothesis; for a question whose answer is a list, the value as sent.",
            |row| { Cell::Text(row.piece.hypothesis.as_str().into()) }
        ),
        column!("supports", Boolean, "Whether it supports the hypothesis or contradicts it.", |row| {
            Cell::Boolean(row.piece.supports)
        }),
        column!("strength", Text, "`direct`, `indirect` or `absence`.", |row| Cell::Text(
            row.piece.strength.name().into()
        )),
        column!("capture", Text, "The capture, as given. With `seq`, the key of a row of `stanzas`.", |row| {
            Cell::text(row.capture())
        }),
        column!("seq", Integer, "Ordinal of the stanza among all stanzas of the capture, from 1.", |row| {
            Cell::integer(row.row.observed.seq)
        }),
        column!("record", Integer, "The record that completed the stanza (Wireshark's frame number).", |row| {
            Cell::integer(row.origin().last)
        }),
        column!("call_id", Text, "The call-id.", |row| Cell::Text((&*row.judged.call.id).into())),
        column!("time_utc", Time, "When the completing record was captured; empty if unknown.", |row| {
            Cell::time(row.utc())
        }),
        column!("vantage", Text, "The device whose socket was recorded, or `unknown`.", |row| Cell::Text(
            row.vantage().into()
        )),
        column!("technique", Text, "The capture technique, as named by the spec.", |row| {
            Cell::Text(row.technique().into())
        }),
        column!("why", Text, "An explanation in one sentence.", |row| Cell::Text((&*row.piece.why).into())),
    ]
}
