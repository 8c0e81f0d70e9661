//! Queries: which columns of which table, and the defaults.

use super::super::column::{Description, Kind};
use super::super::table::Table;
use crate::visible::visible;
use crate::words::nearest;

/// The tables that statistics are computed of without naming one.
const TABLES: [Table; 2] = [Table::Calls, Table::Stanzas];

/// The tables that columns are looked up in: the others only if they are named.
fn tables(asked: Option<Table>) -> Vec<Table> {
    match asked {
        Some(table) if !TABLES.contains(&table) => vec![table],
        _ => TABLES.to_vec(),
    }
}

/// A query by column names, before they are looked up.
#[derive(Clone, Copy, Debug, Default)]
pub struct Names<'a> {
    /// The table, if the columns are ambiguous.
    pub table: Option<Table>,
    /// The columns whose values make the rows.
    pub by: &'a [String],
    /// The column whose values make the columns of a cross-table.
    pub across: Option<&'a str>,
    /// The column of numbers.
    pub of: Option<&'a str>,
}

/// Which columns of which table to compute a statistic of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The table.
    pub table: Table,
    /// The columns whose values make the rows; none for one row in total.
    pub by: Vec<Description>,
    /// The column whose values make the columns of a cross-table; excludes `of`.
    pub across: Option<Description>,
    /// The column of numbers to measure; without it, rows are counted.
    pub of: Option<Description>,
}

/// Why a query is invalid. Its text is safe to show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// Neither table has such a column.
    #[error("unknown column {}{}", visible(.name), suggestion(.nearest))]
    Unknown {
        /// The name given.
        name: String,
        /// The column that is closest in spelling, if one is close.
        nearest: Option<&'static str>,
    },
    /// The table has no such column.
    #[error("table {} has no column {name} (table {} does)", .table.name(), .of.name())]
    OtherTable {
        /// The table.
        table: Table,
        /// The column.
        name: &'static str,
        /// The table that has it.
        of: Table,
    },
    /// The columns are of different tables.
    #[error("{one} is a column of {} but {other} is one of {}: use columns of one table", .of_one.name(), .of_other.name())]
    Apart {
        /// A column.
        one: &'static str,
        /// Its table.
        of_one: Table,
        /// Another column.
        other: &'static str,
        /// Its table.
        of_other: Table,
    },
    /// A column is named twice.
    #[error("{0} is named twice")]
    Twice(&'static str),
    /// Percentiles need numbers.
    #[error("--of requires a numeric column, but {name} is {}; use one of {}", .kind.name(), numbers(*.table))]
    NoNumber {
        /// The column.
        name: &'static str,
        /// Its type.
        kind: Kind,
        /// Its table.
        table: Table,
    },
    /// A cross-table only counts.
    #[error("--across cannot be combined with --of; list both columns in --by instead")]
    AcrossNumbers,
    /// A cross-table needs rows.
    #[error("--across requires --by COLUMN for the rows")]
    AcrossAlone,
}

fn suggestion(nearest: &Option<&'static str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean {nearest}?"))
}

/// The numeric columns of a table, joined.
fn numbers(table: Table) -> String {
    let columns = table.columns().into_iter().filter(|column| matches!(column.kind, Kind::Number));
    columns.map(|column| column.name).collect::<Vec<_>>().join(", ")
}

impl Query {
    /// Looks up the columns. A column that both tables have counts calls, unless another one is only in `stanzas`.
    ///
    /// # Errors
    /// If a column does not exist, or the columns cannot be combined.
    pub fn new(asked: Names<'_>) -> Result<Self, QueryError> {
        if asked.across.is_some() && asked.of.is_some() {
            return Err(QueryError::AcrossNumbers);
        }
        if asked.across.is_some() && asked.by.is_empty() {
            return Err(QueryError::AcrossAlone);
        }
        let names = asked.by.iter().map(String::as_str).chain(asked.across).chain(asked.of);
        let tables = tables(asked.table);
        let mut only: Option<(&'static str, Table)> = None;
        for name in names {
            let having: Vec<_> = tables.iter().filter_map(|table| Some((column(*table, name)?, *table))).collect();
            let (found, table) = match having.as_slice() {
                [] => return Err(unknown(name, asked.table)),
                [(found, table)] => (found.name, *table),
                _ => continue,
            };
            match (asked.table, only) {
                (Some(asked), _) if asked != table => {
                    return Err(QueryError::OtherTable { table: asked, name: found, of: table });
                }
                (None, Some((one, of_one))) if of_one != table => {
                    return Err(QueryError::Apart { one, of_one, other: found, of_other: table });
                }
                _ => only = Some((found, table)),
            }
        }
        let table = asked.table.or(only.map(|(_, table)| table)).unwrap_or(Table::Calls);
        let find = |name: &str| column(table, name).ok_or_else(|| unknown(name, Some(table)));
        let by = asked.by.iter().map(|name| find(name)).collect::<Result<Vec<_>, _>>()?;
        let across = asked.across.map(find).transpose()?;
        let of = asked.of.map(find).transpose()?;
        let query = Self { table, by, across, of };
        let columns: Vec<_> = query.columns();
        let twice = columns.iter().enumerate().find(|(place, name)| columns.iter().take(*place).any(|it| it == *name));
        if let Some((_, name)) = twice {
            return Err(QueryError::Twice(name));
        }
        match query.of {
            Some(of) if !matches!(of.kind, Kind::Integer | Kind::Number) => {
                Err(QueryError::NoNumber { name: of.name, kind: of.kind, table })
            }
            _ => Ok(query),
        }
    }

    /// Returns the names of its columns: those of the rows, then the others.
    #[must_use]
    pub fn columns(&self) -> Vec<&'static str> {
        self.by.iter().chain(&self.across).chain(&self.of).map(|column| column.name).collect()
    }

    /// Returns the title of its statistic.
    #[must_use]
    pub fn title(&self) -> String {
        let by: Vec<_> = self.by.iter().map(|column| column.name).collect();
        let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(", ")) };
        match (&self.of, &self.across) {
            (Some(of), _) => format!("{} of {}{by}", of.name, self.table.name()),
            (None, Some(across)) => format!("{}{by} across {}", self.table.name(), across.name),
            (None, None) => format!("{}{by}", self.table.name()),
        }
    }
}

fn column(table: Table, name: &str) -> Option<Description> {
    table.columns().into_iter().find(|column| column.name == name)
}

fn unknown(name: &str, table: Option<Table>) -> QueryError {
    let tables = tables(table).into_iter().filter(|known| table.is_none_or(|table| table == *known));
    let names: Vec<&'static str> = tables.flat_map(|table| table.columns()).map(|column| column.name).collect();
    let found = nearest(name, names.iter().copied());
    let nearest = names.iter().copied().find(|known| Some(*known) == found);
    QueryError::Unknown { name: name.to_owned(), nearest }
}

/// A statistic that is shown by default.
#[derive(Clone, Copy, Debug)]
pub struct DefaultQuery {
    /// Its title.
    pub title: &'static str,
    /// The columns whose values make the rows.
    by: &'static [&'static str],
    across: Option<&'static str>,
    of: Option<&'static str>,
    table: Table,
    /// The filter of its rows; `None` for all.
    filter: Option<&'static str>,
}

/// The statistics that are shown by default.
pub const DEFAULT_QUERIES: [DefaultQuery; 3] = [
    DefaultQuery {
        title: "How long acks take, by action and direction: ack_latency_ms",
        by: &["action", "direction"],
        across: None,
        of: Some("ack_latency_ms"),
        table: Table::Stanzas,
        filter: Some("tag == ack"),
    },
    DefaultQuery {
        title: "How long calls ring, by outcome: ring_ms",
        by: &["outcome"],
        across: None,
        of: Some("ring_ms"),
        table: Table::Calls,
        filter: None,
    },
    DefaultQuery {
        title: "Terminate reasons, by emitter and media: stanzas",
        by: &["reason", "emitter"],
        across: Some("media"),
        of: None,
        table: Table::Stanzas,
        filter: Some("tag == call and action == terminate"),
    },
];

impl DefaultQuery {
    /// Returns the query.
    ///
    /// # Errors
    /// If a column does not exist; a test makes sure that all do.
    pub fn query(&self) -> Result<Query, QueryError> {
        let by: Vec<String> = self.by.iter().map(|name| (*name).to_owned()).collect();
        Query::new(Names { table: Some(self.table), by: &by, across: self.across, of: self.of })
    }

    /// Returns the filter of its rows, combined with the user's.
    #[must_use]
    pub fn filter(&self, user: Option<&str>) -> Option<String> {
        match (self.filter, user) {
            (Some(own), Some(user)) => Some(format!("({user}) and {own}")),
            (own, user) => own.or(user).map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(by: &str, across: Option<&str>, of: Option<&str>, table: Option<Table>) -> Result<Query, String> {
        let by: Vec<String> = by.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
        Query::new(Names { table, by: &by, across, of }).map_err(|error| error.to_string())
    }

    #[test]
    fn the_table_follows_from_the_columns() {
        let table = |by, across, of| ask(by, across, of, None).unwrap().table;
        assert_eq!(table("action", None, Some("ack_latency_ms")), Table::Stanzas);
        assert_eq!(table("outcome", None, Some("ring_ms")), Table::Calls);
        assert_eq!(table("media", None, None), Table::Calls, "both have it");
        assert_eq!(table("media", Some("action"), None), Table::Stanzas);
        assert_eq!(ask("media", None, None, Some(Table::Stanzas)).unwrap().table, Table::Stanzas);
        assert_eq!(ask("", None, Some("talk_ms"), None).unwrap().title(), "talk_ms of calls");
    }

    #[test]
    fn an_invalid_query_explains_itself() {
        let refused = |by, across, of, table| ask(by, across, of, table).unwrap_err();
        assert_eq!(refused("acton", None, None, None), "unknown column acton; did you mean action?");
        assert_eq!(refused("zzzzzz", None, None, None), "unknown column zzzzzz");
        assert_eq!(refused("\u{1b}[2J", None, None, None), "unknown column \\u{1b}[2J");
        assert_eq!(
            refused("action", None, Some("ring_ms"), None),
            "action is a column of stanzas but ring_ms is one of calls: use columns of one table"
        );
        assert_eq!(
            refused("action", None, None, Some(Table::Calls)),
            "table calls has no column action (table stanzas does)"
        );
        assert_eq!(refused("action,action", None, None, None), "action is named twice");
        assert_eq!(
            refused("action", None, Some("duration_raw"), None),
            "--of requires a numeric column, but duration_raw is text; use one of since_call_start_ms, since_previous_ms, ack_latency_ms"
        );
        assert!(refused("media", Some("outcome"), Some("ring_ms"), None).contains("list both columns in --by"));
        assert!(refused("", Some("outcome"), None, None).contains("--by COLUMN"));
    }

    #[test]
    fn the_default_queries_are_valid() {
        for default in DEFAULT_QUERIES {
            let query = default.query().unwrap();
            for user in [None, Some("media == audio")] {
                let filter = default.filter(user);
                assert!(
                    filter
                        .iter()
                        .all(|text| super::super::super::selection::RowFilter::parse(text, query.table).is_ok())
                );
            }
        }
    }
}
