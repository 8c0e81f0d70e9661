//! `tshark -T fields`: a line for each packet. The columns are named by a header line (`-E header=y`), or else are
//! `frame.time_epoch`, `tcp.stream`, `websocket.mask`, `websocket.opcode` and `data.data`, in this order.
//!
//! A column with several values, of a packet with several frames, has commas between them, as tshark does it unless
//! told otherwise (`-E aggregator`).

use super::packet::{Field, Packet, Streams, hex};
use crate::input::diagnoses::{FIELDS_ABSENT, MESSAGE_UNREADABLE, NO_WEBSOCKET, TOO_LONG};
use crate::input::lines::{self, Line};
use crate::input::model::{Error, Format, Sink};
use crate::input::source::Source;
use crate::input::{json, time};

/// The columns that are expected without a header.
const USUAL: &[Field] = &[Field::Time, Field::Stream, Field::Mask, Field::Opcode, Field::Data];

/// The columns without which nothing can be read, and their names.
const NEEDED: &[(Field, &str)] = &[
    (Field::Stream, "tcp.stream"),
    (Field::Mask, "websocket.mask"),
    (Field::Opcode, "websocket.opcode"),
    (Field::Data, "data.data"),
];

/// What separates columns (`-E separator`).
const SEPARATORS: &[char] = &['\t', ';', '|', ',', ' '];

/// The most characters of a line that are looked at to recognise it.
const HEADER: usize = 2048;

/// How the columns of a table stand.
struct Table {
    separator: char,
    columns: Vec<Option<Field>>,
    has_header: bool,
}

impl Table {
    /// The table that begins with this line.
    fn of(line: &str) -> Option<Self> {
        let line = line.get(..HEADER).unwrap_or(line);
        let separated = |separator| {
            let cells: Vec<&str> = line.split(separator).map(unquoted).collect();
            let columns: Vec<_> = cells.iter().map(|cell| Field::named(cell)).collect();
            if columns.contains(&Some(Field::Opcode)) && cells.iter().all(|cell| is_name(cell)) {
                return Some(Self { separator, columns, has_header: true });
            }
            is_usual(&cells).then(|| Self {
                separator,
                columns: USUAL.iter().copied().map(Some).collect(),
                has_header: false,
            })
        };
        SEPARATORS.iter().find_map(|separator| separated(*separator))
    }
}

fn is_name(cell: &str) -> bool {
    !cell.is_empty() && cell.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

fn is_usual(cells: &[&str]) -> bool {
    let [at, stream, mask, opcode, data] = cells else { return false };
    let is_flag = |value: &str| matches!(value, "0" | "1" | "True" | "False");
    let mut bytes = Vec::new();
    at.contains('.')
        && time::decimal_seconds(at).is_some()
        && stream.parse::<u32>().is_ok()
        && mask.split(',').all(is_flag)
        && opcode.split(',').all(|opcode| opcode.parse::<u8>().is_ok_and(|opcode| opcode < 16))
        && data.split(',').all(|data| hex(data.get(..data.len() & !1).unwrap_or_default(), &mut bytes))
}

fn unquoted(cell: &str) -> &str {
    let inside = |quote| cell.strip_prefix(quote).and_then(|cell: &str| cell.strip_suffix(quote));
    inside('"').or_else(|| inside('\'')).unwrap_or(cell)
}

/// Whether an input that begins so is such a table.
pub(in crate::input) fn probe(beginning: &[u8]) -> bool {
    let first = json::text(beginning).split(|byte| *byte == b'\n').next().unwrap_or_default();
    // The beginning may be cut within a character, which no table has.
    std::str::from_utf8(first.trim_ascii_end()).is_ok_and(|line| Table::of(line).is_some())
}

/// Reads such a table, and returns the number of its lines.
pub(in crate::input) fn read(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    source.skip_byte_order_mark();
    let mut streams = Streams::default();
    let mut records = 0;
    let mut table: Option<Table> = None;
    while let Some(line) = lines::next(source)? {
        records += 1;
        let (length, with_end) = match line {
            Line::Whole { length, with_end } => (length, with_end),
            Line::TooLong(bytes) => {
                out.anomaly(source.anomaly(&TOO_LONG, records).bytes(bytes));
                continue;
            }
        };
        let text = String::from_utf8_lossy(source.data().get(..length).unwrap_or_default());
        let is_first = table.is_none();
        if is_first {
            table = Table::of(&text);
        }
        let Some(table) = &table else { return Err(Error::NotInFormat(format.name)) };
        if is_first && table.has_header {
            let absent = NEEDED.iter().filter(|(field, _)| !table.columns.contains(&Some(*field)));
            let absent: Vec<_> = absent.map(|(_, name)| *name).collect();
            if !absent.is_empty() {
                out.anomaly(source.anomaly(&FIELDS_ABSENT, records).detail(absent.join(", ")));
                source.skip_all()?;
                return Ok(records);
            }
        } else if !text.is_empty() {
            let mut packet = Packet::default();
            let cells: Vec<&str> = text.split(table.separator).map(unquoted).collect();
            if cells.len() == table.columns.len() {
                for (field, cell) in table.columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                    if let Some(field) = field {
                        cell.split(',').for_each(|value| packet.take(*field, value));
                    }
                }
                let flow = streams.put(&packet, source.capture(), records, source.offset(), out);
                if flow.is_break() {
                    return Ok(records);
                }
            } else {
                let detail = format!("its line has {} columns instead of {}", cells.len(), table.columns.len());
                out.anomaly(source.anomaly(&MESSAGE_UNREADABLE, records).detail(detail));
            }
        }
        drop(text);
        source.consume(with_end);
    }
    if streams.is_empty() {
        out.anomaly(source.anomaly(&NO_WEBSOCKET, records));
    }
    Ok(records)
}
