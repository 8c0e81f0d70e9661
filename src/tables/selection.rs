//! Which calls and stanzas a filter selects: its fields are the columns of the tables.
//!
//! In `export` and `stats`, a filter selects rows: those of `stanzas` and `calls` by the columns of both tables, those of
//! the other tables by their own columns.
//!
//! Everywhere else, a filter selects whole calls: a call is included if one of its stanzas matches, or, if the filter
//! only asks about calls, if the call itself matches. An included call is judged with all of its stanzas, as without a
//! filter, so that no evidence against an answer is hidden; what is known from all calls together, such as how long a
//! person's calls ring, is kept. Evidence in excluded calls is not counted, nor are unattributed stanzas; the output
//! says how many calls of how many were considered. Calls keep the numbers that they have without a filter.

use std::cell::OnceCell;
use std::sync::Arc;

use super::column::{Cell, Column, Description, Kind};
use super::table::Table;
use super::{anomalies, calls, evidence, media, messages, stanzas};
use crate::analysis::Analysis;
use crate::filter::{Error, Field, Filter, Row, Type, Value, spelled};
use crate::spec::Judged;
use crate::words::rfc3339;

/// What is to be known of filters, in Markdown: how they are written, and what they choose.
#[must_use]
pub fn page() -> String {
    [include_str!("../filter/mod.rs"), include_str!("selection.rs")].map(doc_comment).join("\n\n")
}

/// The doc comment at the head of a source file, in Markdown.
fn doc_comment(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// The fields of a filter of calls and their stanzas: the columns of `stanzas`, then those of `calls` that only it
/// has.
#[must_use]
pub fn fields() -> Vec<Field> {
    let stanzas = stanzas::columns();
    let only_of_calls = calls::columns().into_iter().filter(|column| !stanzas.iter().any(|it| it.name == column.name));
    stanzas.iter().map(field).chain(only_of_calls.map(|column| field(&column))).collect()
}

/// The texts that a field has in the first `limit` stanzas of calls, with repeats; of fields of calls, in the first
/// `limit` calls.
#[must_use]
pub fn values(analysis: &Analysis, field: &str, limit: usize) -> Vec<String> {
    let text = |cell: Cell<'_>| match cell {
        Cell::Text(text) => Some(text.into_owned()),
        Cell::Null | Cell::Time(_) | Cell::Integer(_) | Cell::Number(_) | Cell::Boolean(_) => None,
    };
    if let Some(column) = stanzas::columns().into_iter().find(|column| column.name == field && field != "xml") {
        return stanzas::rows(analysis, false, 1).take(limit).filter_map(|row| text((column.value)(&row))).collect();
    }
    let Some(column) = calls::columns().into_iter().find(|column| column.name == field) else { return Vec::new() };
    calls::rows(analysis, 1, false).take(limit).filter_map(|row| text((column.value)(&row))).collect()
}

/// Filters that a stanza matches, one for each of these fields that has a value: `reason == timeout`.
#[must_use]
pub fn matching(analysis: &Analysis, judged: &Arc<Judged>, row: usize, of: &[&str]) -> Vec<String> {
    let (known, columns) = (fields(), Columns::new());
    let Some(stanza) = stanzas::row(analysis, judged, row) else { return Vec::new() };
    let call = stanza.call().map(|judged| calls::row(analysis, judged));
    let both = Both { columns: &columns, row: Some(&stanza), call, xml: OnceCell::new() };
    let expression = |name: &&str| {
        let index = known.iter().position(|field| field.name == *name)?;
        let value = match both.value(index) {
            Value::Nothing => return None,
            Value::Text(text) => spelled(&text),
            Value::Number(number) => number.to_string(),
            Value::Boolean(boolean) => boolean.to_string(),
        };
        Some(format!("{name} == {value}"))
    };
    of.iter().filter_map(expression).collect()
}

/// The fields of a filter of the rows of one table: its columns.
pub(super) fn fields_of(table: Table) -> Vec<Field> {
    table.columns().into_iter().map(described).collect()
}

/// Columns that say the same of each stanza of a call.
const OF_BOTH: [&str; 4] = ["call_id", "call_creator", "media", "outcome"];

fn field<R>(column: &Column<R>) -> Field {
    described(column.describe())
}

fn described(column: Description) -> Field {
    let kind = match column.kind {
        // A moment is compared as it is written: the order of RFC 3339 in UTC is that of time.
        Kind::Text | Kind::Time => Type::Text,
        Kind::Integer | Kind::Number => Type::Number,
        Kind::Boolean => Type::Boolean,
    };
    Field { name: column.name, kind, doc: column.doc }
}

#[expect(clippy::cast_precision_loss, reason = "whole numbers in tables are far below 2^53")]
pub(super) fn value(cell: Cell<'_>) -> Value<'_> {
    match cell {
        Cell::Null => Value::Nothing,
        Cell::Text(text) => Value::Text(text),
        Cell::Time(time) => rfc3339(time).map_or(Value::Nothing, |text| Value::Text(text.into())),
        Cell::Integer(number) => Value::Number(number as f64),
        Cell::Number(number) => Value::Number(number),
        Cell::Boolean(boolean) => Value::Boolean(boolean),
    }
}

/// A filter of calls and their stanzas.
///
/// A stanza is wanted if the filter holds for it, with the columns of its call next to its own. A call is wanted if
/// one of its stanzas is; where the filter asks about the call alone, if it holds for the call.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    filter: Filter,
    asks_of_stanzas: bool,
}

impl Selection {
    /// Parses a filter.
    ///
    /// # Errors
    /// If the text is not a filter; the error says where and why.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let fields = fields();
        let filter = Filter::parse(text, &fields)?;
        let of_stanzas = stanzas::columns().len();
        let asks_of_stanzas = filter.names_any(|index| {
            index < of_stanzas && fields.get(index).is_none_or(|field| !OF_BOTH.contains(&field.name))
        });
        Ok(Self { filter, asks_of_stanzas })
    }

    /// Prepares the filter for the calls of an analysis.
    #[must_use]
    pub fn over<'a>(&'a self, analysis: &'a Analysis) -> Chooser<'a> {
        Chooser { selection: self, analysis, columns: Columns::new() }
    }

    /// Returns the indexes of the selected calls.
    #[must_use]
    pub fn calls(&self, analysis: &Analysis) -> Vec<usize> {
        let chooser = self.over(analysis);
        let calls = analysis.calls.iter().enumerate();
        calls.filter(|(_, judged)| chooser.wants_call(judged)).map(|(index, _)| index).collect()
    }

    /// Returns the analysis with the selected calls only, without unattributed stanzas.
    #[must_use]
    pub fn narrow(&self, analysis: &Analysis) -> Analysis {
        analysis.narrowed(&self.calls(analysis))
    }
}

/// A filter, prepared for the calls of one analysis.
pub struct Chooser<'a> {
    selection: &'a Selection,
    analysis: &'a Analysis,
    columns: Columns<'a>,
}

/// The columns of `stanzas`, and those of `calls` that only it has: the fields of a filter.
struct Columns<'a> {
    stanzas: Vec<Column<stanzas::StanzaRow<'a>>>,
    calls: Vec<Column<calls::CallRow<'a>>>,
    /// The columns of `calls` whose names `stanzas` has too, for calls without stanzas.
    of_both: Vec<Column<calls::CallRow<'a>>>,
}

impl Columns<'_> {
    fn new() -> Self {
        let stanzas = stanzas::columns();
        let is_of_both = |column: &Column<_>| stanzas.iter().any(|it| it.name == column.name);
        let (of_both, calls) = calls::columns().into_iter().partition(is_of_both);
        Self { calls, of_both, stanzas }
    }
}

impl<'a> Chooser<'a> {
    /// Returns whether a call is selected.
    #[must_use]
    pub fn wants_call(&self, judged: &Arc<Judged>) -> bool {
        if judged.call.rows.is_empty() {
            let call = Some(calls::row(self.analysis, judged));
            return self.selection.filter.matches(&Both {
                columns: &self.columns,
                row: None,
                call,
                xml: OnceCell::new(),
            });
        }
        let looked_at = if self.selection.asks_of_stanzas { judged.call.rows.len() } else { 1 };
        (0..looked_at).any(|row| self.wants_row(judged, row))
    }

    /// Returns whether a stanza of a call is selected, by its row.
    #[must_use]
    pub fn wants_row(&self, judged: &Arc<Judged>, row: usize) -> bool {
        stanzas::row(self.analysis, judged, row).is_some_and(|row| self.wants(&row))
    }

    /// Returns whether a row of `stanzas` is selected.
    pub(super) fn wants(&self, row: &stanzas::StanzaRow<'a>) -> bool {
        let call = row.call().map(|judged| calls::row(self.analysis, judged));
        self.selection.filter.matches(&Both { columns: &self.columns, row: Some(row), call, xml: OnceCell::new() })
    }
}

/// A stanza and its call, or a call of which there is no stanza.
struct Both<'r, 'a> {
    columns: &'r Columns<'a>,
    row: Option<&'r stanzas::StanzaRow<'a>>,
    call: Option<calls::CallRow<'a>>,
    /// The whole stanza in lower case, once it was needed.
    xml: OnceCell<String>,
}

impl Row for Both<'_, '_> {
    fn value(&self, field: usize) -> Value<'_> {
        let of_call = || {
            let column = self.columns.calls.get(field.checked_sub(self.columns.stanzas.len())?)?;
            Some((column.value)(self.call.as_ref()?))
        };
        let of_both = |name: &str| {
            let column = self.columns.of_both.iter().find(|column| column.name == name)?;
            Some((column.value)(self.call.as_ref()?))
        };
        match (self.columns.stanzas.get(field), self.row) {
            // A note on the call is one on all that is in it.
            (Some(column), Some(row)) if column.name == "note" => match (column.value)(row) {
                Cell::Null => self.call.as_ref().map_or(Value::Nothing, |call| value(call.note())),
                note => value(note),
            },
            (Some(column), Some(row)) => value((column.value)(row)),
            (Some(column), None) => of_both(column.name).map_or(Value::Nothing, value),
            (None, _) => of_call().map_or(Value::Nothing, value),
        }
    }

    fn contains(&self, text: &str) -> bool {
        let Some(row) = self.row else { return false };
        let whole = self.xml.get_or_init(|| row.xml().to_lowercase());
        whole.contains(text)
            || self
                .columns
                .stanzas
                .iter()
                .filter(|column| column.name != "xml")
                .any(|column| matches!((column.value)(row), Cell::Text(value) if crate::filter::contains(&value, text)))
    }
}

/// A row of a table whose fields are its own columns only.
struct Plain<'r, R> {
    columns: &'r [Column<R>],
    row: &'r R,
}

impl<R> Row for Plain<'_, R> {
    fn value(&self, field: usize) -> Value<'_> {
        self.columns.get(field).map_or(Value::Nothing, |column| value((column.value)(self.row)))
    }

    fn contains(&self, text: &str) -> bool {
        let mut cells = self.columns.iter().map(|column| (column.value)(self.row));
        cells.any(|cell| matches!(cell, Cell::Text(value) if crate::filter::contains(&value, text)))
    }
}

/// A filter of the rows of one table.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFilter(Kept);

#[derive(Clone, Debug, PartialEq)]
enum Kept {
    OfCalls(Selection),
    OfOthers(Filter),
}

impl RowFilter {
    /// Parses a filter of a table's rows: over its own columns; of `stanzas` and `calls` over the columns of both.
    ///
    /// # Errors
    /// If the text is not a filter; the error says where and why.
    pub fn parse(text: &str, table: Table) -> Result<Self, Error> {
        let own = |fields: Vec<Field>| Filter::parse(text, &fields).map(Kept::OfOthers);
        let kept = match table {
            Table::Stanzas | Table::Calls => Kept::OfCalls(Selection::parse(text)?),
            Table::Evidence => own(evidence::columns().iter().map(field).collect())?,
            Table::Anomalies => own(anomalies::columns().iter().map(field).collect())?,
            Table::Messages => own(messages::columns().iter().map(field).collect())?,
            Table::Media => own(media::columns().iter().map(field).collect())?,
        };
        Ok(Self(kept))
    }

    /// Returns the filter of calls, if it is one.
    pub(super) const fn of_calls(&self) -> Option<&Selection> {
        match &self.0 {
            Kept::OfCalls(selection) => Some(selection),
            Kept::OfOthers(_) => None,
        }
    }

    /// Returns whether a row of one of the other tables is selected.
    pub(super) fn wants<R>(&self, columns: &[Column<R>], row: &R) -> bool {
        match &self.0 {
            Kept::OfOthers(filter) => filter.matches(&Plain { columns, row }),
            Kept::OfCalls(_) => true,
        }
    }
}
