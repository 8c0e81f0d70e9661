//! What is shown: a table of a few rows, in a fixed order.

use crate::export::{Cell, Kind};

/// A column that says what a row is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
}

/// A column of counts or numbers.
#[derive(Clone, Debug, PartialEq)]
pub enum Measure {
    /// One with a name of its own.
    Named {
        /// The name, with its unit if it has one that the figure's title does not say.
        name: &'static str,
        /// [`Kind::Integer`] or [`Kind::Number`].
        kind: Kind,
    },
    /// How many rows have a value in a column: one of a cross-table.
    Value {
        /// The column.
        column: &'static str,
        /// The value. Text in it is untrusted.
        value: Cell<'static>,
    },
}

impl Measure {
    /// A count.
    #[must_use]
    pub const fn count(name: &'static str) -> Self {
        Self::Named { name, kind: Kind::Integer }
    }

    /// The type of its values.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Named { kind, .. } => *kind,
            Self::Value { .. } => Kind::Integer,
        }
    }
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is about, as the headings have it. Text in it is untrusted.
    pub keys: Vec<Cell<'static>>,
    /// The counts and numbers.
    pub values: Vec<Cell<'static>>,
}

/// Counts and numbers of groups of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What it shows, with the unit.
    pub title: String,
    /// What its rows are about; none where there is one row about everything.
    pub headings: Vec<Heading>,
    /// What is told of each.
    pub measures: Vec<Measure>,
    /// The rows, sorted by what they are about; what is not known comes last.
    pub lines: Vec<Line>,
}
