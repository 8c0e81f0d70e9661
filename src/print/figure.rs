//! Figures as text and as JSON.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::json::write_json;
use crate::tables::Cell;
use crate::tables::stats::{Measure, Query, Row, Statistic};
use crate::visible::visible;
use crate::words::rfc3339;

/// The version of what [`json()`] writes. Adding fields does not change it.
const SCHEMA: u32 = 1;

/// A missing value.
const NONE: &str = "(none)";

/// Writes a figure as an aligned table, every line indented by `indent`.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(figure: &Statistic, indent: usize, out: &mut impl Write) -> io::Result<()> {
    let margin = " ".repeat(indent);
    if figure.rows.is_empty() {
        return writeln!(out, "{margin}nothing to count");
    }
    let headings = figure.headings.iter().map(|heading| heading.name.to_owned());
    let measures = figure.measures.iter().map(|measure| match measure {
        Measure::Named { name, .. } => (*name).to_owned(),
        Measure::Value { value, .. } => key(value),
    });
    let mut lines: Vec<Vec<String>> = vec![headings.chain(measures).collect()];
    lines.extend(
        figure.rows.iter().map(|line| line.keys.iter().map(key).chain(line.values.iter().map(number)).collect()),
    );
    let width = |place: usize| {
        let cells = lines.iter().filter_map(|line| line.get(place));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..figure.headings.len() + figure.measures.len()).map(width).collect();
    for line in &lines {
        let mut row = margin.clone();
        for (place, (cell, width)) in line.iter().zip(&widths).enumerate() {
            row.push_str(if place > 0 { "  " } else { "" });
            let room = " ".repeat(width.saturating_sub(cell.chars().count()));
            let is_key = place < figure.headings.len();
            row.push_str(&if is_key { format!("{cell}{room}") } else { format!("{room}{cell}") });
        }
        writeln!(out, "{}", row.trim_end())?;
    }
    Ok(())
}

/// The key of a row. A text that looks like a missing value is quoted.
fn key(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => NONE.to_owned(),
        Cell::Text(text) if text.is_empty() || text == NONE => format!("\"{text}\""),
        Cell::Text(text) => visible(text).into_owned(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Boolean(boolean) => boolean.to_string(),
        Cell::Time(time) => rfc3339(*time).unwrap_or_else(|| NONE.to_owned()),
    }
}

/// A count, or a number with one decimal.
fn number(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Null => "-".to_owned(),
        Cell::Number(number) => format!("{number:.1}"),
        other => key(other),
    }
}

/// Writes figures as JSON, each with its query.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(figures: &[(Query, Statistic)], out: &mut impl Write) -> io::Result<()> {
    let value = |(query, figure): &(Query, Statistic)| {
        let mut value = value(figure);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("table".to_owned(), json!(query.table.name()));
            fields.insert("across".to_owned(), json!(query.across.map(|column| column.name)));
            fields.insert("of".to_owned(), json!(query.of.map(|column| column.name)));
        }
        value
    };
    write_json(&json!({ "schema": SCHEMA, "figures": figures.iter().map(value).collect::<Vec<_>>() }), out)
}

/// A figure: `{"title", "by", "rows"}`. A row has `by`, with the value of each column, the measures, and in a
/// cross-table `across`, with the count of each value.
pub(super) fn value(figure: &Statistic) -> Value {
    let by: Vec<_> = figure.headings.iter().map(|heading| heading.name).collect();
    let rows: Vec<_> = figure.rows.iter().map(|line| row(figure, line)).collect();
    json!({ "title": figure.title, "by": by, "rows": rows })
}

fn row(figure: &Statistic, line: &Row) -> Value {
    let by = figure.headings.iter().zip(&line.keys).map(|(heading, cell)| (heading.name.to_owned(), plain(cell)));
    let mut fields = Map::new();
    fields.insert("by".to_owned(), Value::Object(by.collect()));
    let mut across = Vec::new();
    for (measure, cell) in figure.measures.iter().zip(&line.values) {
        match measure {
            Measure::Named { name, .. } => {
                fields.insert((*name).to_owned(), plain(cell));
            }
            Measure::Value { column, value } => across.push(json!({ *column: plain(value), "count": plain(cell) })),
        }
    }
    if !across.is_empty() {
        fields.insert("across".to_owned(), Value::Array(across));
    }
    Value::Object(fields)
}

fn plain(cell: &Cell<'_>) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Integer(number) => json!(number),
        Cell::Number(number) => json!(number),
        Cell::Boolean(boolean) => json!(boolean),
        Cell::Time(time) => json!(rfc3339(*time)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::Kind;
    use crate::tables::stats::Heading;

    fn figure() -> Statistic {
        let line = |reason: Option<&str>, values: [Option<f64>; 2]| Row {
            keys: vec![reason.map_or(Cell::Null, |text| Cell::Text(text.to_owned().into()))],
            values: values.map(|value| value.map_or(Cell::Null, Cell::Number)).to_vec(),
        };
        let measure = |name| Measure::Named { name, kind: Kind::Number };
        Statistic {
            title: "of a test".to_owned(),
            headings: vec![Heading { name: "reason", kind: Kind::Text }],
            measures: vec![measure("p50"), measure("max")],
            rows: vec![
                line(Some("\u{1b}[2Jtimeout"), [Some(1.25), Some(45_000.0)]),
                line(Some("(none)"), [None, Some(2.0)]),
                line(None, [Some(1.0), None]),
            ],
        }
    }

    #[test]
    fn columns_line_up_and_nothing_acts_on_a_terminal() {
        let mut out = Vec::new();
        text(&figure(), 2, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "  reason            p50      max\n  \\u{1b}[2Jtimeout  1.2  45000.0\n  \"(none)\"            -      2.0\n  (none)            1.0        -\n"
        );
    }

    #[test]
    fn json_keeps_what_is_missing_apart_from_what_is_called_so() {
        let value = value(&figure());
        assert_eq!(value["rows"][1]["by"]["reason"], "(none)");
        assert_eq!(value["rows"][2]["by"]["reason"], Value::Null);
        assert_eq!(value["rows"][2], json!({ "by": { "reason": null }, "p50": 1.0, "max": null }));
    }
}
