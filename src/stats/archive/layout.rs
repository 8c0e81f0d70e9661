//! How a Parquet file is laid out: its footer and the headers of its pages, looked over before anything of it is
//! decoded.
//!
//! A decoder takes sizes and counts at their word. So a file is only decoded if its schema is flat, its parts lie inside
//! it, its counts agree, and what it says that it unfolds to is within limits.
//!
//! <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use super::ArchiveError;
use super::thrift::{Malformed, Walk, kind};

/// The first and last bytes of a Parquet file.
pub(super) const MAGIC: [u8; 4] = *b"PAR1";

/// The largest footer that is read: that of an export of some hundred million rows.
const FOOTER: u64 = 64 << 20;

/// The largest header of a page that is read.
const PAGE_HEADER: u64 = 64 << 10;

/// The largest page that is unfolded.
const PAGE: i64 = 256 << 20;

/// The layout of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// What the file says of itself.
    pub(super) about: BTreeMap<String, String>,
    /// The names of its columns, in order.
    pub(super) columns: Vec<String>,
    /// Its rows.
    pub(super) rows: u64,
    /// Its row groups.
    groups: Vec<Group>,
    /// Where the footer begins.
    footer: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Group {
    rows: i64,
    chunks: Vec<Chunk>,
}

/// A column of a row group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Chunk {
    values: i64,
    compressed: i64,
    data_page: i64,
    dictionary_page: Option<i64>,
}

const fn damaged(why: &'static str) -> ArchiveError {
    ArchiveError::Damaged(why)
}

impl Layout {
    /// Reads the footer.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub(super) fn read(file: &mut (impl Read + Seek)) -> Result<Self, ArchiveError> {
        let size = file.seek(SeekFrom::End(0))?;
        let mut end = [0; 8];
        let length = match size.checked_sub(12) {
            None => return Err(damaged("it is cut short")),
            Some(most) => {
                file.seek(SeekFrom::End(-8))?;
                file.read_exact(&mut end)?;
                let [a, b, c, d, magic @ ..] = end;
                if magic != MAGIC {
                    return Err(damaged("it has no end: it is cut short, or was not finished"));
                }
                let length = u64::from(u32::from_le_bytes([a, b, c, d]));
                if length > most.min(FOOTER) {
                    return Err(damaged("its footer is longer than it can be"));
                }
                length
            }
        };
        let footer = size - 8 - length;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(footer))?;
        file.take(length).read_to_end(&mut bytes)?;
        let mut layout = Self { footer, ..Self::default() };
        layout.parse(&mut Walk::new(&bytes)).map_err(|Malformed| damaged("its footer cannot be read"))?;
        layout.check()?;
        Ok(layout)
    }

    fn parse(&mut self, walk: &mut Walk<'_>) -> Result<(), Malformed> {
        let (mut names, mut is_flat, mut rows) = (Vec::new(), true, 0);
        walk.structure(|walk, field, kind| {
            match (field, kind) {
                (2, kind::LIST) => each(walk, |walk| {
                    let (name, children) = schema_element(walk)?;
                    is_flat &= (children > 0) == names.is_empty();
                    names.push(name);
                    Ok(())
                })?,
                (3, kind::I64) => rows = walk.integer()?,
                (4, kind::LIST) => each(walk, |walk| {
                    self.groups.push(group(walk)?);
                    Ok(())
                })?,
                (5, kind::LIST) => each(walk, |walk| {
                    let (key, value) = key_value(walk)?;
                    self.about.insert(key, value);
                    Ok(())
                })?,
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if names.is_empty() || !is_flat {
            return Err(Malformed);
        }
        self.columns = names.split_off(1);
        self.rows = u64::try_from(rows).map_err(|_| Malformed)?;
        Ok(())
    }

    /// Whether counts agree.
    fn check(&self) -> Result<(), ArchiveError> {
        let mut rows = 0_u64;
        for group in &self.groups {
            rows = rows.saturating_add(u64::try_from(group.rows).unwrap_or(u64::MAX));
            let same = group.chunks.iter().all(|chunk| chunk.values == group.rows);
            if !same || group.chunks.len() != self.columns.len() {
                return Err(damaged("the counts of its footer do not agree"));
            }
        }
        if rows == self.rows { Ok(()) } else { Err(damaged("the counts of its footer do not agree")) }
    }

    /// Looks over the pages of some columns, and says how many bytes they unfold to.
    ///
    /// # Errors
    /// If pages are not where they should be, or hold something else.
    pub(super) fn unfolded(&self, file: &mut (impl Read + Seek), columns: &[&str]) -> Result<u64, ArchiveError> {
        let mut bytes = 0_u64;
        for (place, _) in self.columns.iter().enumerate().filter(|(_, name)| columns.contains(&name.as_str())) {
            for chunk in self.groups.iter().filter_map(|group| group.chunks.get(place)) {
                bytes = bytes.saturating_add(self.pages(file, *chunk)?);
            }
        }
        Ok(bytes)
    }

    fn pages(&self, file: &mut (impl Read + Seek), chunk: Chunk) -> Result<u64, ArchiveError> {
        let outside = || damaged("a column lies outside of it");
        let start = chunk.dictionary_page.filter(|page| *page > 0).unwrap_or(chunk.data_page);
        let mut at = u64::try_from(start).ok().filter(|start| *start >= 4).ok_or_else(outside)?;
        let length = u64::try_from(chunk.compressed).map_err(|_| outside())?;
        let end = at.checked_add(length).filter(|end| *end <= self.footer).ok_or_else(outside)?;
        let (mut unfolded, mut values) = (0_u64, 0_i64);
        let mut header = Vec::new();
        while at < end {
            header.clear();
            file.seek(SeekFrom::Start(at))?;
            file.by_ref().take((end - at).min(PAGE_HEADER)).read_to_end(&mut header)?;
            let mut walk = Walk::new(&header);
            let page = page(&mut walk).map_err(|Malformed| damaged("the header of a page cannot be read"))?;
            let read = header.len() - walk.left();
            let body = u64::try_from(page.compressed).map_err(|_| outside())?;
            let header_end = at.checked_add(u64::try_from(read).unwrap_or(u64::MAX));
            let page_end = header_end.and_then(|at| at.checked_add(body));
            at = page_end.filter(|at| *at <= end).ok_or_else(outside)?;
            // Each value of a dictionary is a byte at least.
            let is_sane = (0..=PAGE).contains(&page.unfolded)
                && page.values >= 0
                && (!page.is_dictionary || page.values <= page.unfolded);
            if !is_sane {
                return Err(damaged("a page is larger than it can be"));
            }
            unfolded = unfolded.saturating_add(u64::try_from(page.unfolded).unwrap_or(u64::MAX));
            if !page.is_dictionary {
                values = values.saturating_add(page.values);
            }
        }
        if values == chunk.values { Ok(unfolded) } else { Err(damaged("a column has other values than it should")) }
    }
}

/// Gives each structure of a list.
fn each(walk: &mut Walk<'_>, mut item: impl FnMut(&mut Walk<'_>) -> Result<(), Malformed>) -> Result<(), Malformed> {
    let (kind, count) = walk.list()?;
    if kind != kind::STRUCT && count > 0 {
        return Err(Malformed);
    }
    (0..count).try_for_each(|_| item(walk))
}

fn text(walk: &mut Walk<'_>) -> Result<String, Malformed> {
    String::from_utf8(walk.binary()?.to_vec()).map_err(|_| Malformed)
}

/// `SchemaElement`: name, and how many children it has.
fn schema_element(walk: &mut Walk<'_>) -> Result<(String, i64), Malformed> {
    let (mut name, mut children) = (String::new(), 0);
    walk.structure(|walk, field, kind| {
        match (field, kind) {
            (4, kind::BINARY) => name = text(walk)?,
            (5, kind::I32) => children = walk.integer()?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok((name, children))
}

/// `KeyValue`.
fn key_value(walk: &mut Walk<'_>) -> Result<(String, String), Malformed> {
    let (mut key, mut value) = (String::new(), String::new());
    walk.structure(|walk, field, kind| {
        match (field, kind) {
            (1, kind::BINARY) => key = text(walk)?,
            (2, kind::BINARY) => value = text(walk)?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok((key, value))
}

/// `RowGroup`.
fn group(walk: &mut Walk<'_>) -> Result<Group, Malformed> {
    let mut group = Group::default();
    walk.structure(|walk, field, kind| {
        match (field, kind) {
            (1, kind::LIST) => each(walk, |walk| {
                group.chunks.push(chunk(walk)?);
                Ok(())
            })?,
            (3, kind::I64) => group.rows = walk.integer()?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(group)
}

/// `ColumnChunk`, which holds a `ColumnMetaData`.
fn chunk(walk: &mut Walk<'_>) -> Result<Chunk, Malformed> {
    let mut chunk = Chunk::default();
    walk.structure(|walk, field, kind| {
        match (field, kind) {
            // The column is in another file.
            (1, kind::BINARY) => return Err(Malformed),
            (3, kind::STRUCT) => walk.structure(|walk, field, kind| {
                match (field, kind) {
                    (5, kind::I64) => chunk.values = walk.integer()?,
                    (7, kind::I64) => chunk.compressed = walk.integer()?,
                    (9, kind::I64) => chunk.data_page = walk.integer()?,
                    (11, kind::I64) => chunk.dictionary_page = Some(walk.integer()?),
                    _ => return Ok(false),
                }
                Ok(true)
            })?,
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(chunk)
}

/// A page's header.
#[derive(Clone, Copy, Debug, Default)]
struct Page {
    unfolded: i64,
    compressed: i64,
    values: i64,
    is_dictionary: bool,
}

/// `PageHeader`, which holds the header of a page of its kind.
fn page(walk: &mut Walk<'_>) -> Result<Page, Malformed> {
    let mut page = Page::default();
    walk.structure(|walk, field, kind| {
        match (field, kind) {
            (2, kind::I32) => page.unfolded = walk.integer()?,
            (3, kind::I32) => page.compressed = walk.integer()?,
            (5 | 7 | 8, kind::STRUCT) => {
                page.is_dictionary |= field == 7;
                walk.structure(|walk, field, kind| {
                    if (field, kind) != (1, kind::I32) {
                        return Ok(false);
                    }
                    page.values = walk.integer()?;
                    Ok(true)
                })?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(page)
}

#[cfg(test)]
mod tests;
