//! The `messages` table: a row per data message of a websocket, WhatsApp's or not.

use super::column::{Cell, Column, Kind, column};
use crate::analysis::{Analysis, SeenMessage};
use crate::origin::Direction;
use crate::protocol::websocket::Opcode;

/// A message, and the analysis that it is part of.
pub(super) struct MessageRow<'t> {
    analysis: &'t Analysis,
    message: &'t SeenMessage,
}

/// The rows, by capture, in the order in which they were completed.
pub(super) fn rows(analysis: &Analysis) -> impl Iterator<Item = MessageRow<'_>> {
    analysis.messages.iter().map(move |message| MessageRow { analysis, message })
}

/// The columns, in order.
pub(super) fn columns<'t>() -> Vec<Column<MessageRow<'t>>> {
    vec![
        column!("capture", always Text, "The capture, as given.", |row| {
            Cell::text(row.analysis.input_name(row.message.origin.capture))
        }),
        column!("connection", Integer, "Number of the connection in the capture, as Wireshark's tcp.stream.", |row| {
            row.message.origin.connection.map_or(Cell::Null, |connection| Cell::integer(connection.0))
        }),
        column!("record", always Integer, "The record that completed the message, as Wireshark's frame number.", |row| {
            Cell::integer(row.message.origin.last)
        }),
        column!("time_utc", Time, "When that record was captured; empty where that is unknown.", |row| {
            Cell::time(row.message.origin.time)
        }),
        column!("direction", Text, "`in` or `out`, seen from the client.", |row| {
            Cell::text(row.message.origin.direction.map(|direction| match direction {
                Direction::Inbound => "in",
                Direction::Outbound => "out",
            }))
        }),
        column!("opcode", always Text, "`text` or `binary`.", |row| {
            Cell::Text(match row.message.opcode {
                Opcode::Text => "text".into(),
                Opcode::Binary => "binary".into(),
            })
        }),
        column!("length", always Integer, "Bytes of the message, unmasked and inflated.", |row| {
            Cell::integer(row.message.length)
        }),
        column!(
            "frames",
            Integer,
            "WhatsApp's frames that ended in it, the handshake's not counted; empty for other websockets.",
            |row| row.message.frames.map_or(Cell::Null, |(frames, _)| Cell::integer(frames))
        ),
        column!("decrypted", Integer, "How many of these frames were decrypted.", |row| {
            row.message.frames.map_or(Cell::Null, |(_, decrypted)| Cell::integer(decrypted))
        }),
    ]
}
