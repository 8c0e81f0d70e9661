//! A table as Arrow IPC, a record batch at a time: as a file, or as a stream for another program.
//!
//! Text has Arrow's large-string layout, which older readers know too.

use std::io::Write;
use std::sync::Arc;

use polars::prelude::{CompatLevel, DataFrame, SchemaExt};
use polars_arrow::datatypes::{ArrowSchema, Metadata};
use polars_arrow::io::ipc::write::{FileWriter, StreamWriter, WriteOptions};

use super::Error;
use super::column::Column;
use super::frame::{Spelling, each_frame, frame};

/// Rows in a record batch.
const BATCH: usize = 8192;

/// Not compressed: not every reader can undo it, and a stream goes to a program on the same machine.
const OPTIONS: WriteOptions = WriteOptions { compression: None };

/// Writes the rows as an Arrow file, with `about` as its schema's metadata.
pub(super) fn write_file<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    about: &[(&str, String)],
    out: impl Write,
) -> Result<(), Error> {
    let mut writer = FileWriter::new(out, Arc::new(schema(columns)?), None, OPTIONS);
    writer.set_custom_schema_metadata(Arc::new(metadata(about)));
    writer.start()?;
    each_frame(columns, rows, BATCH, &Spelling::TYPED, |frame| {
        batches(frame).try_for_each(|batch| Ok(writer.write(&batch, None)?))
    })?;
    Ok(writer.finish()?)
}

/// Writes the rows as an Arrow stream, with `about` as its schema's metadata.
pub(super) fn write_stream<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    about: &[(&str, String)],
    out: impl Write,
) -> Result<(), Error> {
    let mut writer = StreamWriter::new(out, OPTIONS);
    writer.set_custom_schema_metadata(Arc::new(metadata(about)));
    writer.start(&schema(columns)?, None)?;
    each_frame(columns, rows, BATCH, &Spelling::TYPED, |frame| {
        batches(frame).try_for_each(|batch| Ok(writer.write(&batch, None)?))
    })?;
    Ok(writer.finish()?)
}

/// The schema as an encapsulated message, which is how Parquet files carry it for readers that know Arrow.
pub(super) fn schema_message<R>(columns: &[Column<R>]) -> Result<Vec<u8>, Error> {
    let mut message = Vec::new();
    StreamWriter::new(&mut message, OPTIONS).start(&schema(columns)?, None)?;
    Ok(message)
}

fn schema<R>(columns: &[Column<R>]) -> Result<ArrowSchema, Error> {
    Ok(frame(columns, &[], &Spelling::TYPED)?.schema().to_arrow(CompatLevel::oldest()))
}

fn batches(frame: &DataFrame) -> impl Iterator<Item = polars_arrow::record_batch::RecordBatch> {
    frame.iter_chunks(CompatLevel::oldest(), false)
}

fn metadata(about: &[(&str, String)]) -> Metadata {
    about.iter().map(|(key, value)| ((*key).into(), value.as_str().into())).collect()
}
