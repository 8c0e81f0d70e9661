//! Figures as CSV and Parquet.

use std::io::Write;

use polars::prelude::{
    Column, CsvWriter, DataFrame, NamedFrom, ParquetCompression, ParquetWriter, SerWriter, Series, TimeUnit, TimeZone,
};

use super::figure::{Figure, Measure};
use crate::export::{Cell, Error, Kind, Watched, inert, rfc3339};
use crate::visible::visible;

/// Writes a figure as CSV, safe to open in a spreadsheet. A column of a cross-table is called `column=value`. With
/// `is_shown`, characters that a terminal would act on are escaped.
///
/// # Errors
/// If `out` takes no more bytes, or the figure cannot be encoded.
pub fn csv(figure: &Figure, is_shown: bool, out: impl Write) -> Result<(), Error> {
    let text = |text: &str| {
        let shown = if is_shown { visible(text) } else { text.into() };
        inert(shown).into_owned()
    };
    let mut out = Watched::new(out);
    let mut frame = frame(figure, &text, true)?;
    let done = CsvWriter::new(&mut out).n_threads(1).finish(&mut frame).map_err(Error::from);
    out.failure().map_or(done, |failure| Err(Error::Write(failure)))
}

/// Writes a figure as Parquet, with the same names of columns.
///
/// # Errors
/// If `out` takes no more bytes, or the figure cannot be encoded.
pub fn parquet(figure: &Figure, out: impl Write) -> Result<(), Error> {
    let mut out = Watched::new(out);
    let mut frame = frame(figure, &|text| text.to_owned(), false)?;
    let writer = ParquetWriter::new(&mut out).with_compression(ParquetCompression::Zstd(None));
    let done = writer.finish(&mut frame).map(drop).map_err(Error::from);
    out.failure().map_or(done, |failure| Err(Error::Write(failure)))
}

fn frame(figure: &Figure, text: &dyn Fn(&str) -> String, times_as_text: bool) -> Result<DataFrame, Error> {
    let keys = figure.headings.iter().enumerate().map(|(place, heading)| {
        let cells = figure.lines.iter().map(move |line| line.keys.get(place).unwrap_or(&Cell::Null));
        series(heading.name, heading.kind, cells, text, times_as_text)
    });
    let values = figure.measures.iter().enumerate().map(|(place, measure)| {
        let cells = figure.lines.iter().map(move |line| line.values.get(place).unwrap_or(&Cell::Null));
        series(&text(&name(measure)), measure.kind(), cells, text, times_as_text)
    });
    Ok(DataFrame::new(figure.lines.len(), keys.chain(values).map(Column::from).collect())?)
}

/// What a column is called where there is one line of names.
fn name(measure: &Measure) -> String {
    match measure {
        Measure::Named { name, .. } => (*name).to_owned(),
        Measure::Value { column, value } => match value {
            Cell::Null => format!("{column} is empty"),
            Cell::Text(text) => format!("{column}={text}"),
            Cell::Integer(number) => format!("{column}={number}"),
            Cell::Number(number) => format!("{column}={number}"),
            Cell::Boolean(boolean) => format!("{column}={boolean}"),
            Cell::Time(time) => format!("{column}={}", rfc3339(*time).unwrap_or_default()),
        },
    }
}

fn series<'c>(
    name: &str,
    kind: Kind,
    cells: impl Iterator<Item = &'c Cell<'static>>,
    text: &dyn Fn(&str) -> String,
    times_as_text: bool,
) -> Series {
    let name = name.into();
    match kind {
        Kind::Text => {
            let values = cells.map(|cell| if let Cell::Text(it) = cell { Some(text(it)) } else { None });
            Series::new(name, values.collect::<Vec<_>>())
        }
        Kind::Integer => {
            let values = cells.map(|cell| if let Cell::Integer(number) = cell { Some(*number) } else { None });
            Series::new(name, values.collect::<Vec<_>>())
        }
        Kind::Number => {
            let values = cells.map(|cell| if let Cell::Number(number) = cell { Some(*number) } else { None });
            Series::new(name, values.collect::<Vec<_>>())
        }
        Kind::Boolean => {
            let values = cells.map(|cell| if let Cell::Boolean(boolean) = cell { Some(*boolean) } else { None });
            Series::new(name, values.collect::<Vec<_>>())
        }
        Kind::Time => {
            let times = cells.map(|cell| if let Cell::Time(time) = cell { Some(*time) } else { None });
            if times_as_text {
                Series::new(name, times.map(|time| time.and_then(rfc3339)).collect::<Vec<_>>())
            } else {
                let microseconds = times.map(|time| time.map(|time| time.0.div_euclid(1000)));
                let series = Series::new(name, microseconds.collect::<Vec<_>>());
                series.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
            }
        }
    }
}
