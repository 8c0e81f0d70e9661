//! A table as Parquet, a group of rows at a time.

use std::io::Write;

use data_encoding::BASE64;
use polars::prelude::{KeyValueMetadata, ParquetCompression, ParquetWriter};

use super::Error;
use super::arrow::schema_message;
use super::column::Column;
use super::frame::{Spelling, each_frame, frame};

/// Rows in a row group, and in memory as a table at a time.
const BATCH: usize = 32_768;

/// Writes the rows, with `about` as the file's metadata. Compressed with Zstandard.
pub(super) fn write<R>(
    columns: &[Column<R>],
    rows: impl Iterator<Item = R>,
    about: &[(&str, String)],
    out: impl Write,
) -> Result<(), Error> {
    // Without it readers that know Arrow are told of a layout of text that older ones of them do not read.
    let schema = [("ARROW:schema", BASE64.encode(&schema_message(columns)?))];
    let about = schema.iter().chain(about).map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let empty = frame(columns, &[], &Spelling::TYPED)?;
    let mut writer = ParquetWriter::new(out)
        .with_compression(ParquetCompression::Zstd(None))
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(about)))
        .batched(empty.schema())?;
    each_frame(columns, rows, BATCH, &Spelling::TYPED, |frame| Ok(writer.write_batch(frame)?))?;
    writer.finish()?;
    Ok(())
}
