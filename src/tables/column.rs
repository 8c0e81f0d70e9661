//! Columns: the one source of a table's names, types, documentation and values.

use std::borrow::Cow;

use crate::origin::{Lapse, Timestamp};
use crate::words::milliseconds;

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// A 64-bit integer.
    Integer,
    /// A 64-bit floating-point number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A time: in the text formats RFC 3339 in UTC with nanoseconds, in the others a UTC timestamp with microseconds,
    /// which all common engines read.
    Time,
}

impl Kind {
    /// Returns the type's name in documentation.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Time => "time",
        }
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Unknown, absent or not reported; never 0.
    Null,
    /// Of a [`Kind::Text`] column.
    Text(Cow<'a, str>),
    /// Of a [`Kind::Integer`] column.
    Integer(i64),
    /// Of a [`Kind::Number`] column.
    Number(f64),
    /// Of a [`Kind::Boolean`] column.
    Boolean(bool),
    /// Of a [`Kind::Time`] column.
    Time(Timestamp),
}

impl<'a> Cell<'a> {
    /// Returns text, or null.
    pub(super) fn text<T: Into<Cow<'a, str>>>(text: Option<T>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// Returns a value as text, or null.
    pub(super) fn shown<T: ToString>(value: Option<T>) -> Self {
        Self::text(value.map(|value| value.to_string()))
    }

    /// Returns an integer, or null if it does not fit.
    pub(super) fn integer<T: TryInto<i64>>(value: T) -> Self {
        value.try_into().map_or(Self::Null, Self::Integer)
    }

    /// Returns the values joined by `;`, or null if there are none.
    pub(super) fn joined(values: impl IntoIterator<Item = String>) -> Self {
        let joined = values.into_iter().collect::<Vec<_>>().join(";");
        if joined.is_empty() { Self::Null } else { Self::Text(joined.into()) }
    }

    /// Returns nanoseconds as milliseconds with decimals, or null.
    pub(super) fn milliseconds(nanoseconds: Option<i64>) -> Self {
        nanoseconds.map_or(Self::Null, |nanoseconds| Self::Number(milliseconds(nanoseconds)))
    }

    /// Returns a measured length of time as milliseconds with decimals, or null if it is below what could be measured.
    pub(super) fn lapse(lapse: Option<Lapse>) -> Self {
        Self::milliseconds(lapse.and_then(Lapse::stated))
    }

    /// Returns the cell with text of its own.
    #[must_use]
    pub fn into_owned(self) -> Cell<'static> {
        match self {
            Self::Text(text) => Cell::Text(text.into_owned().into()),
            Self::Null => Cell::Null,
            Self::Integer(number) => Cell::Integer(number),
            Self::Number(number) => Cell::Number(number),
            Self::Boolean(boolean) => Cell::Boolean(boolean),
            Self::Time(time) => Cell::Time(time),
        }
    }

    /// Returns a time, or null.
    pub(super) fn time(time: Option<Timestamp>) -> Self {
        time.map_or(Self::Null, Self::Time)
    }
}

/// A column as documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name, units included.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether every row has a value in it.
    pub always: bool,
    /// Its meaning.
    pub doc: &'static str,
}

/// A column of a table whose rows are of type `R`.
pub struct Column<R> {
    /// Its name, units included.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether every row has a value in it. File schemas still allow nulls, so that a later version may change this.
    pub always: bool,
    /// Its meaning.
    pub doc: &'static str,
    /// Returns its value in a row.
    pub value: for<'a> fn(&'a R) -> Cell<'a>,
}

impl<R> Column<R> {
    pub(super) const fn describe(&self) -> Description {
        Description { name: self.name, kind: self.kind, always: self.always, doc: self.doc }
    }
}

/// One row of a table's list of columns. `always` before the type means that every row has a value.
macro_rules! column {
    ($name:literal, $kind:ident, $doc:literal, $value:expr) => {
        Column { name: $name, kind: Kind::$kind, always: false, doc: $doc, value: $value }
    };
    ($name:literal, always $kind:ident, $doc:literal, $value:expr) => {
        Column { name: $name, kind: Kind::$kind, always: true, doc: $doc, value: $value }
    };
}

pub(super) use column;
