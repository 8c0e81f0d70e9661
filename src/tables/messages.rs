//! The `messages` table: one row per data message of a WebSocket, WhatsApp's or not.

use super::column::{Cell, Column, Kind, column};
use crate::analysis::{Analysis, SeenMessage};
use crate::origin::Direction;
use crate::protocol::websocket::Opcode;

/// A message in its analysis.
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
        column!("connection", Integer, "The connection's number in the capture (Wireshark's tcp.stream).", |row| {
            row.message.origin.connection.map_or(Cell::Null, |connection| Cell::integer(connection.0))
        }),
        column!("record", always Integer, "The record that completed the message (Wireshark's frame number).", |row| {
            Cell::integer(row.message.origin.last)
        }),
        column!("time_utc", Time, "When that record was captured; empty if unknown.", |row| {
            Cell::time(row.message.origin.time)
        }),
        column!("direction", Text, "`in` or `out`, from the client's point of view.", |row| {
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
        column!("length", always Integer, "The length of the message in bytes, unmasked and decompressed.", |row| {
            Cell::integer(row.message.length)
        }),
        column!(
            "frames",
            Integer,
            "The number of WhatsApp frames that ended in it, without those of the handshake; empty for other WebSockets.",
            |row| row.message.frames.map_or(Cell::Null, |(frames, _)| Cell::integer(frames))
        ),
        column!("decrypted", Integer, "The number of these frames that were decrypted.", |row| {
            row.message.frames.map_or(Cell::Null, |(_, decrypted)| Cell::integer(decrypted))
        }),
    ]
}
