//! The filter language: which rows of a table are wanted.
//!
//! ```text
//! action == terminate and reason == "timeout"
//! outcome in (missed, cancelled) and ring_ms > 30000
//! not offline and (emitter == server or error_code)
//! "relaylatency"
//! ```
//!
//! Fields are named as the columns of the exported tables. A test is a field, a comparison (`==`, `!=`, `<`, `<=`,
//! `>`, `>=`, `contains`, `in (…)`) and a value, with quotes or, where it is one word, without. `contains` does not
//! tell capital letters from small ones; the others do. A field alone holds where it is not empty, or true. A text in
//! quotes alone holds where any field contains it. Tests are joined by `and`, `or`, `not` and brackets; `and` binds
//! more tightly than `or`. What is empty equals nothing, so `!=` holds for it, and no order does.

mod complete;
mod lexer;
mod parse;

use std::borrow::Cow;

pub use complete::{Completion, Completions, complete};

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

/// A field that can be asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// The type of its values.
    pub kind: Type,
    /// What it says.
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
    /// Yes or no.
    Boolean(bool),
}

/// A row as its fields.
pub trait Row {
    /// The value of the field with this index in the list that the filter was parsed with.
    fn value(&self, field: usize) -> Value<'_>;

    /// Whether any field contains a text, which is in small letters.
    fn contains(&self, text: &str) -> bool;
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Byte offset of what is wrong.
    pub at: usize,
    /// What is wrong, and what to write instead where that is known.
    pub message: String,
}

/// A parsed filter.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    expression: Expression,
}

#[derive(Clone, Debug, PartialEq)]
enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Test { field: usize, test: Test },
    Anywhere(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    /// The value is there, and not `false`.
    Present,
    /// It contains a text, given in small letters.
    Contains(String),
    /// It is one of these.
    In(Vec<Wanted>),
    /// It stands in this order to a value.
    Order(Comparison, Wanted),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Different,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// The value that a test wants.
#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    Text(String),
    Number(f64),
    Boolean(bool),
}

impl Filter {
    /// Reads a filter over these fields.
    ///
    /// # Errors
    /// If it is none; says where and why.
    pub fn parse(text: &str, fields: &[Field]) -> Result<Self, Error> {
        parse::parse(text, fields).map(|expression| Self { expression })
    }

    /// Whether a row is wanted.
    #[must_use]
    pub fn matches(&self, row: &impl Row) -> bool {
        self.expression.holds(row)
    }

    /// Whether it asks for a text in any field.
    #[must_use]
    pub fn asks_anywhere(&self) -> bool {
        self.expression.names_any(&|_| false)
    }

    /// Whether it asks about any of the fields for which `is_one` holds, or about all.
    #[must_use]
    pub fn names_any(&self, is_one: impl Fn(usize) -> bool) -> bool {
        self.expression.names_any(&is_one)
    }
}

impl Expression {
    fn holds(&self, row: &impl Row) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Not(part) => !part.holds(row),
            Self::Test { field, test } => test.holds(&row.value(*field)),
            Self::Anywhere(text) => row.contains(text),
        }
    }

    fn names_any(&self, is_one: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().any(|part| part.names_any(is_one)),
            Self::Not(part) => part.names_any(is_one),
            Self::Test { field, .. } => is_one(*field),
            Self::Anywhere(_) => true,
        }
    }
}

impl Test {
    fn holds(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Present => !matches!(value, Value::Nothing | Value::Boolean(false)),
            Self::Contains(part) => matches!(value, Value::Text(text) if contains(text, part)),
            Self::In(wanted) => wanted.iter().any(|wanted| wanted.order(value).is_some_and(std::cmp::Ordering::is_eq)),
            Self::Order(comparison, wanted) => match (wanted.order(value), comparison) {
                (order, Comparison::Different) => !order.is_some_and(std::cmp::Ordering::is_eq),
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
    /// How a value stands to the wanted one; `None` if it is empty or of another kind.
    fn order(&self, value: &Value<'_>) -> Option<std::cmp::Ordering> {
        match (value, self) {
            (Value::Text(value), Self::Text(wanted)) => Some(value.as_ref().cmp(wanted)),
            (Value::Number(value), Self::Number(wanted)) => value.partial_cmp(wanted),
            (Value::Boolean(value), Self::Boolean(wanted)) => Some(value.cmp(wanted)),
            _ => None,
        }
    }
}

/// Whether a text contains another, which is in small letters, whatever the case of its own.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIELDS: &[Field] = &[
        Field { name: "action", kind: Type::Text, doc: "" },
        Field { name: "reason", kind: Type::Text, doc: "" },
        Field { name: "ring_ms", kind: Type::Number, doc: "" },
        Field { name: "group", kind: Type::Boolean, doc: "" },
    ];

    struct Fixed(Vec<Value<'static>>);

    impl Row for Fixed {
        fn value(&self, field: usize) -> Value<'_> {
            self.0.get(field).cloned().unwrap_or(Value::Nothing)
        }

        fn contains(&self, text: &str) -> bool {
            self.0.iter().any(|value| matches!(value, Value::Text(value) if contains(value, text)))
        }
    }

    fn row() -> Fixed {
        Fixed(vec![Value::Text("terminate".into()), Value::Nothing, Value::Number(32_000.5), Value::Boolean(true)])
    }

    fn holds(text: &str) -> bool {
        Filter::parse(text, FIELDS).unwrap_or_else(|error| panic!("{text}: {error}")).matches(&row())
    }

    fn refused(text: &str) -> (usize, String) {
        let error = Filter::parse(text, FIELDS).unwrap_err();
        (error.at, error.message)
    }

    #[test]
    fn what_holds_of_a_row() {
        for yes in [
            "action == terminate",
            "action == \"terminate\" and ring_ms > 30000",
            "action != offer",
            "reason != timeout",
            "not reason",
            "!reason && group",
            "group == true",
            "action in (offer, terminate)",
            "action contains MINA",
            "\"TERMI\"",
            "reason == x or action == terminate and group",
            "(reason == x or action == terminate) and not (group == false)",
            "ring_ms <= 32000.5",
            "ACTION == terminate",
        ] {
            assert!(holds(yes), "{yes}");
        }
        for no in [
            "action == Terminate",
            "reason == \"\"",
            "reason",
            "reason < z",
            "ring_ms < 1",
            "action in (offer, accept)",
            "\"relay\"",
            "action == terminate and reason",
            "not group",
        ] {
            assert!(!holds(no), "{no}");
        }
    }

    #[test]
    fn an_error_says_where_and_what_instead() {
        assert_eq!(refused("acton == x"), (0, "no field is called `acton`; did you mean `action`?".to_owned()));
        assert_eq!(refused("action = x"), (7, "`=` is no comparison; write `==`".to_owned()));
        assert_eq!(refused("ring_ms > soon"), (10, "`ring_ms` is a number, and `soon` is none".to_owned()));
        assert_eq!(refused("group == 1"), (9, "`group` is `true` or `false`".to_owned()));
        assert_eq!(refused("action =="), (9, "a value is missing after `==`".to_owned()));
        assert_eq!(refused("action == \"x"), (10, "the quote is not closed".to_owned()));
        assert_eq!(refused("(action"), (7, "a closing bracket is missing".to_owned()));
        assert_eq!(refused("action == x reason"), (12, "`and` or `or` is missing before `reason`".to_owned()));
        assert_eq!(refused("action == x)"), (11, "this bracket was not opened".to_owned()));
        assert_eq!(refused(""), (0, "a field is missing, as in `action == terminate`".to_owned()));
        assert_eq!(refused("ring_ms contains 3"), (8, "`ring_ms` is no text, so it contains nothing".to_owned()));
        assert_eq!(refused("action ~ x"), (7, "`~` means nothing here".to_owned()));
        assert!(refused(&"(".repeat(500)).1.contains("too deep"));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,40}|(action|reason|ring_ms|==|!=|and|or|not|in|\\(|\\)|\"x\"|3| |,){0,30}") {
            match Filter::parse(&text, FIELDS) {
                Ok(filter) => { let _ = filter.matches(&row()); }
                Err(error) => prop_assert!(error.at <= text.len() && text.is_char_boundary(error.at)),
            }
            for (at, _) in text.char_indices() {
                let _ = complete(&text[..at], FIELDS, |_| vec!["offer".to_owned()]);
            }
        }

        #[test]
        fn containing_ignores_case(text in "[a-zA-Z]{0,12}", part in "[a-z]{0,3}") {
            prop_assert_eq!(contains(&text, &part), text.to_lowercase().contains(&part));
        }
    }
}
