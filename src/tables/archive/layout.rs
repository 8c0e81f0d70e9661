//! The layout of a Parquet file: its footer and the headers of its pages, checked before anything is decoded.
//!
//! A decoder trusts sizes and counts. So a file is decoded only if its schema is flat, its parts are inside it, its
//! counts agree, and the decompressed size that it claims is within limits.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use super::error::ArchiveError;
use super::thrift::{self, Malformed, Value};

/// The first and last bytes of a Parquet file.
pub(super) const MAGIC: [u8; 4] = *b"PAR1";

/// The largest footer that is read.
const FOOTER: u64 = 16 << 20;

/// The largest page header that is read.
const PAGE_HEADER: u64 = 64 << 10;

/// The largest page that is decompressed.
const PAGE: i64 = 256 << 20;

/// The layout of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// The metadata of the file.
    pub(super) about: BTreeMap<String, String>,
    /// The names of its columns, in order.
    pub(super) columns: Vec<String>,
    /// The number of its rows.
    pub(super) rows: u64,
    /// The column chunks of each row group.
    groups: Vec<Vec<Chunk>>,
    /// The offset of the footer.
    footer: u64,
}

/// A column of a row group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Chunk {
    values: i64,
    compressed: i64,
    /// The offset of the first page.
    start: i64,
}

const fn damaged(why: &'static str) -> ArchiveError {
    ArchiveError::Damaged(why)
}

impl Layout {
    /// Reads and checks the footer.
    ///
    /// # Errors
    /// If it cannot be read, or is invalid.
    pub(super) fn read(file: &mut (impl Read + Seek)) -> Result<Self, ArchiveError> {
        let size = file.seek(SeekFrom::End(0))?;
        let most = size.checked_sub(12).ok_or(damaged("it is cut short"))?;
        let mut end = [0; 8];
        file.seek(SeekFrom::End(-8))?;
        file.read_exact(&mut end)?;
        let [a, b, c, d, magic @ ..] = end;
        if magic != MAGIC {
            return Err(damaged("its end is missing: it was cut short or never finished"));
        }
        let length = u64::from(u32::from_le_bytes([a, b, c, d]));
        if length > most.min(FOOTER) {
            return Err(damaged("the size of its footer is impossible"));
        }
        let footer = size - 8 - length;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(footer))?;
        file.take(length).read_to_end(&mut bytes)?;
        let parsed = thrift::read(&bytes).and_then(|(metadata, _)| Self::parse(&metadata, footer));
        parsed
            .map_err(|Malformed| damaged("its footer is invalid"))?
            .ok_or(damaged("the counts in its footer disagree"))
    }

    /// The layout that a `FileMetaData` describes; `None` if its counts disagree.
    fn parse(metadata: &Value<'_>, footer: u64) -> Result<Option<Self>, Malformed> {
        let (root, leaves) = metadata.list(2)?.split_first().ok_or(Malformed)?;
        let children = |element: &Value<'_>| element.integer(5).map(Option::unwrap_or_default);
        let columns = leaves.iter().map(|leaf| if children(leaf)? == 0 { leaf.text(4) } else { Err(Malformed) });
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        if usize::try_from(children(root)?) != Ok(columns.len()) {
            return Err(Malformed);
        }
        let about = metadata.list(5)?.iter().map(|pair| Ok((pair.text(1)?, pair.text(2)?)));
        let about = about.collect::<Result<_, _>>()?;
        let rows = count(metadata, 3)?;
        let (mut groups, mut sum, mut agree) = (Vec::new(), 0_i64, true);
        for group in metadata.list(4)? {
            let rows = count(group, 3)?;
            let chunks = group.list(1)?.iter().map(Chunk::parse).collect::<Result<Vec<_>, _>>()?;
            sum = sum.saturating_add(rows);
            agree &= chunks.len() == columns.len() && chunks.iter().all(|chunk| chunk.values == rows);
            groups.push(chunks);
        }
        let rows_total = u64::try_from(rows).map_err(|_| Malformed)?;
        let layout = Self { about, columns, rows: rows_total, groups, footer };
        Ok(Some(layout).filter(|_| agree && sum == rows))
    }

    /// Checks the pages of some columns, and returns the number of bytes that they decompress to.
    ///
    /// # Errors
    /// If pages are not where they should be, or their headers are invalid.
    pub(super) fn decompressed(&self, file: &mut (impl Read + Seek), columns: &[&str]) -> Result<u64, ArchiveError> {
        let mut bytes = 0_u64;
        for (place, _) in self.columns.iter().enumerate().filter(|(_, name)| columns.contains(&name.as_str())) {
            for chunk in self.groups.iter().filter_map(|group| group.get(place)) {
                bytes = bytes.saturating_add(self.pages(file, *chunk)?);
            }
        }
        Ok(bytes)
    }

    fn pages(&self, file: &mut (impl Read + Seek), chunk: Chunk) -> Result<u64, ArchiveError> {
        let outside = || damaged("a column is outside of it");
        let mut at = u64::try_from(chunk.start).ok().filter(|start| *start >= 4).ok_or_else(outside)?;
        let length = u64::try_from(chunk.compressed).map_err(|_| outside())?;
        let end = at.checked_add(length).filter(|end| *end <= self.footer).ok_or_else(outside)?;
        let (mut decompressed, mut values) = (0_u64, 0_i64);
        let mut header = Vec::new();
        while at < end {
            header.clear();
            file.seek(SeekFrom::Start(at))?;
            file.by_ref().take((end - at).min(PAGE_HEADER)).read_to_end(&mut header)?;
            let page =
                thrift::read(&header).and_then(|(value, rest)| Ok((Page::parse(&value)?, header.len() - rest.len())));
            let (page, read) = page.map_err(|Malformed| damaged("the header of a page is invalid"))?;
            let body = u64::try_from(page.compressed).map_err(|_| outside())?;
            let page_end = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX)).saturating_add(body);
            at = Some(page_end).filter(|at| *at <= end).ok_or_else(outside)?;
            // Each value of a dictionary takes at least a byte.
            let is_possible = (0..=PAGE).contains(&page.decompressed)
                && page.values >= 0
                && (!page.is_dictionary || page.values <= page.decompressed);
            if !is_possible {
                return Err(damaged("the size of a page is impossible"));
            }
            decompressed = decompressed.saturating_add(u64::try_from(page.decompressed).unwrap_or(u64::MAX));
            if !page.is_dictionary {
                values = values.saturating_add(page.values);
            }
        }
        if values == chunk.values { Ok(decompressed) } else { Err(damaged("a column has the wrong number of values")) }
    }
}

/// A required integer field.
fn count(structure: &Value<'_>, field: i64) -> Result<i64, Malformed> {
    structure.integer(field)?.ok_or(Malformed)
}

impl Chunk {
    /// Reads a `ColumnChunk` with its `ColumnMetaData`.
    fn parse(chunk: &Value<'_>) -> Result<Self, Malformed> {
        // A column in another file.
        if chunk.field(1).is_some() {
            return Err(Malformed);
        }
        let metadata = chunk.field(3).ok_or(Malformed)?;
        let dictionary = metadata.integer(11)?.filter(|page| *page > 0);
        let start = dictionary.map_or_else(|| count(metadata, 9), Ok)?;
        Ok(Self { values: count(metadata, 5)?, compressed: count(metadata, 7)?, start })
    }
}

/// A page's header.
#[derive(Clone, Copy, Debug)]
struct Page {
    decompressed: i64,
    compressed: i64,
    values: i64,
    is_dictionary: bool,
}

impl Page {
    /// Reads a `PageHeader`, which contains the header of its type and no other.
    fn parse(page: &Value<'_>) -> Result<Self, Malformed> {
        let field = match count(page, 1)? {
            0 => 5,
            2 => 7,
            3 => 8,
            _ => return Err(Malformed),
        };
        if [5, 6, 7, 8].into_iter().any(|other| other != field && page.field(other).is_some()) {
            return Err(Malformed);
        }
        let values = count(page.field(field).ok_or(Malformed)?, 1)?;
        let (decompressed, compressed) = (count(page, 2)?, count(page, 3)?);
        Ok(Self { decompressed, compressed, values, is_dictionary: field == 7 })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
