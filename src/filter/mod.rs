//! The filter language, which selects rows of a table.
//!
//! ```text
//! action == terminate and reason == "timeout"
//! outcome in (missed, cancelled) and ring_ms > 30000
//! not offline and (emitter == server or error_code)
//! "relaylatency"
//! timeout 200000000000001
//! ```
//!
//! Fields have the names of the columns in exported tables. A test consists of a field, a comparison (`==`, `!=`, `<`,
//! `<=`, `>`, `>=`, `contains`, `in (…)`) and a value; a value of more than one word needs quotes. `contains` ignores
//! case, the other comparisons do not. A field by itself matches if it is not empty and not false. A quoted text by
//! itself, or a word that is not a field, matches if any field contains it; of several next to each other, all must.
//! `and`, `or`, `not` and parentheses combine tests; `and` binds more tightly than `or`. An empty field equals nothing, so it matches `!=` and no other comparison.

mod expression;
mod lexer;
mod parse;
mod complete;

pub use complete::{Completion, Completions, complete, spelled};
use expression::Expression;
pub use expression::{Error, Field, Row, Type, Value, contains};

/// A parsed filter.
///
/// ```
/// use std::borrow::Cow;
///
/// use ringtrace::filter::{Field, Filter, Row, Type, Value};
///
/// struct Stanza(&'static str);
///
/// impl Row for Stanza {
///     fn value(&self, _field: usize) -> Value<'_> {
///         Value::Text(Cow::Borrowed(self.0))
///     }
///
///     fn contains(&self, text: &str) -> bool {
///         self.0.contains(text)
///     }
/// }
///
/// let fields = [Field { name: "action", kind: Type::Text, doc: "" }];
/// let filter = Filter::parse("action in (offer, accept)", &fields)?;
/// assert!(filter.matches(&Stanza("offer")));
/// assert!(!filter.matches(&Stanza("reject")));
/// assert!(Filter::parse("acton == offer", &fields).unwrap_err().to_string().contains("did you mean `action`?"));
/// # Ok::<(), ringtrace::filter::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    expression: Expression,
}

impl Filter {
    /// Parses a filter over these fields.
    ///
    /// # Errors
    /// If the text is not a filter. The error says where and why.
    pub fn parse(text: &str, fields: &[Field]) -> Result<Self, Error> {
        parse::parse(text, fields).map(|expression| Self { expression })
    }

    /// Returns whether the row matches.
    #[must_use]
    pub fn matches(&self, row: &impl Row) -> bool {
        self.expression.holds(row)
    }

    /// Returns the texts of which a field has one in every row that matches, if the filter says so: what has another need not be
    /// tested.
    #[must_use]
    pub fn only(&self, field: usize) -> Option<Vec<&str>> {
        self.expression.only(field)
    }

    /// Returns whether the filter looks for a text in any field.
    #[must_use]
    pub fn asks_anywhere(&self) -> bool {
        self.expression.names_any(&|_| false)
    }

    /// Returns whether the filter looks at any of the fields for which `is_one` returns true, or at all fields.
    #[must_use]
    pub fn names_any(&self, is_one: impl Fn(usize) -> bool) -> bool {
        self.expression.names_any(&is_one)
    }
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
            "TERMI",
            "termin nate",
            "(termin) and group",
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
    fn an_empty_text_is_empty() {
        let row = Fixed(vec![Value::Text("".into())]);
        let holds = |text: &str| Filter::parse(text, FIELDS).unwrap().matches(&row);
        assert!(!holds("action") && holds("not action") && holds("action == \"\""));
    }

    #[test]
    fn what_a_field_must_be_is_known() {
        let only = |text: &str| Filter::parse(text, FIELDS).unwrap().only(0).map(|texts| texts.join(" "));
        assert_eq!(only("action == terminate and group").as_deref(), Some("terminate"));
        assert_eq!(only("reason == x or action in (offer, accept)"), None);
        assert_eq!(only("action == mute or action in (offer, accept)").as_deref(), Some("mute offer accept"));
        assert_eq!(only("not action == mute"), None);
        assert_eq!(only("action != mute"), None);
    }

    #[test]
    fn an_error_says_where_and_what_instead() {
        assert_eq!(refused("acton == x"), (0, "no field is called `acton`; did you mean `action`?".to_owned()));
        assert_eq!(refused("action = x"), (7, "`=` is not a comparison; use `==`".to_owned()));
        assert_eq!(refused("ring_ms > soon"), (10, "`ring_ms` is a number; `soon` is not".to_owned()));
        assert_eq!(refused("group == 1"), (9, "`group` must be `true` or `false`".to_owned()));
        assert_eq!(refused("action =="), (9, "expected a value after `==`".to_owned()));
        assert_eq!(refused("action == \"x"), (10, "unclosed quote".to_owned()));
        assert_eq!(refused("(action"), (7, "expected `)`".to_owned()));
        assert_eq!(refused("action == x reason"), (12, "expected `and` or `or` before `reason`".to_owned()));
        assert_eq!(refused("action == x)"), (11, "unmatched `)`".to_owned()));
        assert_eq!(refused(""), (0, "expected a field, as in `action == terminate`".to_owned()));
        assert_eq!(
            refused("ring_ms contains 3"),
            (8, "`contains` requires a text field; `ring_ms` is not one".to_owned())
        );
        assert_eq!(refused("action ~ x"), (7, "unexpected `~`".to_owned()));
        assert!(refused(&"(".repeat(500)).1.contains("too deeply"));
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
