//! The columnar formats: Parquet, and Arrow IPC as a file or as a stream for another program.
//!
//! Text has Arrow's large-string layout, which older readers support too.

use std::io::Write;
use std::sync::Arc;

use data_encoding::BASE64;
use polars::prelude::{
    CompatLevel, DataFrame, KeyValueMetadata, ParquetCompression, ParquetWriter, PolarsResult, SchemaExt,
};
use polars_arrow::datatypes::{ArrowSchema, Metadata};
use polars_arrow::io::ipc::write::{FileWriter, StreamWriter, WriteOptions};
use polars_arrow::record_batch::RecordBatch;

use super::column::Column;
use super::frame::{each_frame, frame};

/// What a file says about itself: keys and values.
type About = [(&'static str, String)];

/// Rows in a Parquet row group, and in memory as a frame at a time.
const ROW_GROUP: usize = 32_768;

/// Rows in an Arrow record batch.
const RECORD_BATCH: usize = 8192;

/// Compressed with Zstandard, which all common engines read.
const PARQUET: ParquetCompression = ParquetCompression::Zstd(None);

/// Not compressed: not every reader supports that, and a stream goes to a program on the same machine.
const ARROW: WriteOptions = WriteOptions { compression: None };

/// Writes the rows as Parquet, one row group at a time, with `about` as the file's metadata.
pub(super) fn write_parquet<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    about: &About,
    out: impl Write,
) -> PolarsResult<()> {
    // The Arrow schema as an encapsulated message. Without it, readers that know Arrow would see a text layout that
    // older ones do not support.
    let mut message = Vec::new();
    StreamWriter::new(&mut message, ARROW).start(&schema(columns)?, None)?;
    let about = [("ARROW:schema", BASE64.encode(&message))].iter().chain(about).cloned().collect::<Vec<_>>();
    let about = about.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut writer = ParquetWriter::new(out)
        .with_compression(PARQUET)
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(about)))
        .batched(frame(columns, &[])?.schema())?;
    each_frame(columns, rows, ROW_GROUP, |frame| writer.write_batch(frame))?;
    writer.finish().map(drop)
}

/// Writes a whole frame as Parquet.
pub(super) fn write_parquet_frame(frame: &mut DataFrame, out: impl Write) -> PolarsResult<()> {
    ParquetWriter::new(out).with_compression(PARQUET).finish(frame).map(drop)
}

/// Writes the rows as an Arrow file, with `about` as its schema's metadata.
pub(super) fn write_arrow_file<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    about: &About,
    out: impl Write,
) -> PolarsResult<()> {
    let mut writer = FileWriter::new(out, Arc::new(schema(columns)?), None, ARROW);
    writer.set_custom_schema_metadata(Arc::new(metadata(about)));
    writer.start()?;
    each_frame(columns, rows, RECORD_BATCH, |frame| batches(frame).try_for_each(|batch| writer.write(&batch, None)))?;
    writer.finish()
}

/// Writes the rows as an Arrow stream, with `about` as its schema's metadata.
pub(super) fn write_arrow_stream<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    about: &About,
    out: impl Write,
) -> PolarsResult<()> {
    let mut writer = StreamWriter::new(out, ARROW);
    writer.set_custom_schema_metadata(Arc::new(metadata(about)));
    writer.start(&schema(columns)?, None)?;
    each_frame(columns, rows, RECORD_BATCH, |frame| batches(frame).try_for_each(|batch| writer.write(&batch, None)))?;
    writer.finish()
}

fn schema<R>(columns: &[Column<R>]) -> PolarsResult<ArrowSchema> {
    Ok(frame(columns, &[])?.schema().to_arrow(CompatLevel::oldest()))
}

fn batches(frame: &DataFrame) -> impl Iterator<Item = RecordBatch> {
    frame.iter_chunks(CompatLevel::oldest(), false)
}

fn metadata(about: &About) -> Metadata {
    about.iter().map(|(key, value)| ((*key).into(), value.as_str().into())).collect()
}
