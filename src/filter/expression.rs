//! What a filter asks of a row.

use std::borrow::Cow;
use std::cmp::Ordering;

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
}

/// A field that a filter can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Type,
    /// What it contains.
    pub doc: &'static str,
}

/// A field's value in a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// It is empty.
    Nothing,
    /// A text.
    Text(Cow<'a, str>),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Boolean(bool),
}

/// A row, seen through its fields.
pub trait Row {
    /// Returns the value of a field, by its index in the list that the filter was parsed with.
    fn value(&self, field: usize) -> Value<'_>;

    /// Returns whether any field contains `text`, which is in lower case.
    fn contains(&self, text: &str) -> bool;
}

/// Why a text is not a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Byte offset of the mistake.
    pub at: usize,
    /// What is wrong and, if known, what to write instead.
    pub message: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Test { field: usize, test: Test },
    Anywhere(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// The value is not empty, and not `false`.
    Present,
    /// It contains this text, which is in lower case.
    Contains(String),
    /// It is one of these.
    In(Vec<Wanted>),
    /// It compares like this to a value.
    Order(Comparison, Wanted),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The value that a test compares with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Wanted {
    Text(String),
    Number(f64),
    Boolean(bool),
}

impl Wanted {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::Boolean(_) => None,
        }
    }
}

impl Expression {
    pub(super) fn holds(&self, row: &impl Row) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Not(part) => !part.holds(row),
            Self::Test { field, test } => test.holds(&row.value(*field)),
            Self::Anywhere(text) => row.contains(text),
        }
    }

    /// Returns the texts that a field must have one of; `None` if it may have others.
    pub(super) fn only(&self, wanted: usize) -> Option<Vec<&str>> {
        match self {
            Self::All(parts) => parts.iter().find_map(|part| part.only(wanted)),
            Self::Any(parts) => {
                let texts: Option<Vec<_>> = parts.iter().map(|part| part.only(wanted)).collect();
                texts.map(|texts| texts.into_iter().flatten().collect())
            }
            Self::Test { field, test } if *field == wanted => match test {
                Test::Order(Comparison::Equal, value) => value.text().map(|text| vec![text]),
                Test::In(values) => values.iter().map(Wanted::text).collect(),
                Test::Present | Test::Contains(_) | Test::Order(..) => None,
            },
            Self::Test { .. } | Self::Not(_) | Self::Anywhere(_) => None,
        }
    }

    pub(super) fn names_any(&self, is_one: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.names_any(is_one)),
            Self::Not(part) => part.names_any(is_one),
            Self::Test { field, .. } => is_one(*field),
            Self::Anywhere(_) => true,
        }
    }
}

impl Test {
    pub(super) fn holds(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Present => match value {
                Value::Nothing | Value::Boolean(false) => false,
                Value::Text(text) => !text.is_empty(),
                Value::Number(_) | Value::Boolean(true) => true,
            },
            Self::Contains(part) => matches!(value, Value::Text(text) if contains(text, part)),
            Self::In(wanted) => wanted.iter().any(|wanted| wanted.order(value).is_some_and(Ordering::is_eq)),
            Self::Order(comparison, wanted) => match (wanted.order(value), comparison) {
                (order, Comparison::Different) => !order.is_some_and(Ordering::is_eq),
                (None, _) => false,
                (Some(order), Comparison::Equal) => order.is_eq(),
                (Some(order), Comparison::Less) => order.is_lt(),
                (Some(order), Comparison::AtMost) => order.is_le(),
                (Some(order), Comparison::More) => order.is_gt(),
                (Some(order), Comparison::AtLeast) => order.is_ge(),
            },
        }
    }
}

impl Wanted {
    /// Compares a value with the wanted one. An empty value, or one of another type, does not compare.
    fn order(&self, value: &Value<'_>) -> Option<Ordering> {
        match (value, self) {
            (Value::Text(value), Self::Text(wanted)) => Some(value.as_ref().cmp(wanted)),
            (Value::Number(value), Self::Number(wanted)) => value.partial_cmp(wanted),
            (Value::Boolean(value), Self::Boolean(wanted)) => Some(value.cmp(wanted)),
            _ => None,
        }
    }
}

/// Returns whether `text` contains `part`, which is in lower case, ignoring the case of `text`.
#[must_use]
pub fn contains(text: &str, part: &str) -> bool {
    if part.is_ascii() {
        let (text, part) = (text.as_bytes(), part.as_bytes());
        let Some(first) = part.first() else { return true };
        let last = text.len().checked_sub(part.len());
        return last.is_some_and(|last| {
            let ends = [*first, first.to_ascii_uppercase()];
            let mut from = 0;
            while let Some(found) = text.get(from..=last).and_then(|rest| memchr::memchr2(ends[0], ends[1], rest)) {
                let at = from + found;
                if text.get(at..at + part.len()).is_some_and(|here| here.eq_ignore_ascii_case(part)) {
                    return true;
                }
                from = at + 1;
            }
            false
        });
    }
    text.to_lowercase().contains(part)
}
