//! What a column is: the one source of a table's names, types and documentation.

use std::borrow::Cow;

use jiff::Timestamp as Moment;

use crate::origin::Timestamp;

/// The type of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// A whole number, 64 bits.
    Integer,
    /// A number with fractions, 64 bits.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A moment: RFC 3339 in UTC with nanoseconds where the format has text only, else a timestamp in UTC with
    /// microseconds, which is what all common engines read.
    Time,
}

impl Kind {
    /// The type's name in documentation.
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
    /// Not known, not there, or not reported; never 0.
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
    /// Text, or null.
    pub(super) fn text<T: Into<Cow<'a, str>>>(text: Option<T>) -> Self {
        text.map_or(Self::Null, |text| Self::Text(text.into()))
    }

    /// A value spelled out, or null.
    pub(super) fn shown<T: ToString>(value: Option<T>) -> Self {
        Self::text(value.map(|value| value.to_string()))
    }

    /// A whole number.
    pub(super) fn integer<T: TryInto<i64>>(value: T) -> Self {
        value.try_into().map_or(Self::Null, Self::Integer)
    }

    /// Values joined by `;`, null if there are none.
    pub(super) fn joined(values: impl IntoIterator<Item = String>) -> Self {
        let joined = values.into_iter().collect::<Vec<_>>().join(";");
        if joined.is_empty() { Self::Null } else { Self::Text(joined.into()) }
    }

    /// Nanoseconds as milliseconds, with fractions.
    #[expect(clippy::cast_precision_loss, reason = "durations within a capture are far below 2^53 ns")]
    pub(super) fn milliseconds(nanoseconds: Option<i64>) -> Self {
        nanoseconds.map_or(Self::Null, |nanoseconds| Self::Number(nanoseconds as f64 / 1e6))
    }

    /// The same, on its own.
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

    /// A moment, or null.
    pub(super) fn time(time: Option<Timestamp>) -> Self {
        time.map_or(Self::Null, Self::Time)
    }
}

/// A moment as RFC 3339 in UTC, with nanoseconds.
pub(crate) fn rfc3339(time: Timestamp) -> Option<String> {
    let moment = Moment::from_nanosecond(i128::from(time.0)).ok()?;
    Some(format!("{moment:.9}"))
}

/// A column as documentation has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Description {
    /// Its name, units included.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether every row has a value in it.
    pub always: bool,
    /// What it says.
    pub doc: &'static str,
}

/// A column of a table whose rows are made from `R`.
pub struct Column<R> {
    /// Its name, units included.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Kind,
    /// Whether every row has a value in it; else it can be null. Files do not demand it, so that a later version may
    /// say otherwise.
    pub always: bool,
    /// What it says.
    pub doc: &'static str,
    /// Its value in a row.
    pub value: for<'a> fn(&'a R) -> Cell<'a>,
}

impl<R> Column<R> {
    pub(super) const fn describe(&self) -> Description {
        Description { name: self.name, kind: self.kind, always: self.always, doc: self.doc }
    }
}

/// One line of a table's list of columns. `always` stands before the type of one that has a value in every row.
macro_rules! column {
    ($name:literal, $kind:ident, $doc:literal, $value:expr) => {
        Column { name: $name, kind: Kind::$kind, always: false, doc: $doc, value: $value }
    };
    ($name:literal, always $kind:ident, $doc:literal, $value:expr) => {
        Column { name: $name, kind: Kind::$kind, always: true, doc: $doc, value: $value }
    };
}

pub(super) use column;
