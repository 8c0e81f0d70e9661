//! Completions for a filter that is being typed.

use super::expression::{Field, Type};
use super::lexer::{Token, is_word, pieces};
use super::parse::KEYWORDS;

/// The largest number of completions.
const OFFERED: usize = 64;

/// A completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The text that replaces the word being typed.
    pub text: String,
    /// What it means. Empty for values.
    pub doc: &'static str,
}

/// The completions of a word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Byte offset of the word that they replace.
    pub start: usize,
    /// The completions, best first.
    pub entries: Vec<Completion>,
}

/// What the grammar allows next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Field,
    Comparison(usize),
    Bracket(usize),
    Value(usize),
    ListValue(usize),
    ListMore(usize),
    Joint,
}

/// Completes the last word of `text`. `values` returns the values of a field, the most useful ones first.
pub fn complete(text: &str, fields: &[Field], values: impl Fn(usize) -> Vec<String>) -> Completions {
    let begun = begun(text);
    let start = text.len() - begun.len();
    let Ok(before) = pieces(text.get(..start).unwrap_or_default()) else { return Completions::default() };
    let expected = before.iter().fold(Expected::Field, |expected, piece| after(expected, &piece.token, fields));
    let entry = |text: &str, doc| Completion { text: text.to_owned(), doc };
    let kind = |field: usize| fields.get(field).map_or(Type::Text, |field| field.kind);
    let all: Vec<Completion> = match expected {
        Expected::Field => {
            let fields = fields.iter().map(|field| entry(field.name, field.doc));
            fields.chain([entry("not", "what follows does not hold")]).collect()
        }
        Expected::Comparison(field) => {
            let mut comparisons = vec![entry("==", "is"), entry("!=", "is not, or has no value")];
            match kind(field) {
                Type::Text => comparisons.push(entry("contains", "contains, in upper or lower case")),
                Type::Number => comparisons.extend([
                    entry(">", "is more than"),
                    entry("<", "is less than"),
                    entry(">=", "is at least"),
                    entry("<=", "is at most"),
                ]),
                Type::Boolean => {}
            }
            comparisons.extend([entry("in (", "is one of"), entry("and", "both match"), entry("or", "either matches")]);
            comparisons
        }
        Expected::Bracket(_) => vec![entry("(", "a list of values")],
        Expected::Value(field) | Expected::ListValue(field) => {
            let values =
                if kind(field) == Type::Boolean { vec!["true".to_owned(), "false".to_owned()] } else { values(field) };
            values.iter().map(|value| Completion { text: spelled(value), doc: "" }).collect()
        }
        Expected::ListMore(_) => vec![entry(",", "another value"), entry(")", "the end of the list")],
        Expected::Joint => vec![entry("and", "both match"), entry("or", "either matches")],
    };
    let begun = begun.trim_start_matches('"').to_lowercase();
    let fits = |entry: &Completion| entry.text.trim_start_matches('"').to_lowercase().starts_with(&begun);
    let exact = |entry: &Completion| entry.text.trim_matches('"').eq_ignore_ascii_case(&begun);
    let mut entries: Vec<_> = all.into_iter().filter(fits).take(OFFERED).collect();
    // What is written out already needs no completion.
    if let [only] = entries.as_slice()
        && exact(only)
    {
        entries.clear();
    }
    Completions { start, entries }
}

/// The word at the end that may go on.
fn begun(text: &str) -> &str {
    // A quote that is open begins a value.
    let quotes = text.match_indices('"').filter(|(at, _)| !text.get(..*at).is_some_and(|it| it.ends_with('\\')));
    let quotes: Vec<usize> = quotes.map(|(at, _)| at).collect();
    if quotes.len() % 2 == 1
        && let Some(open) = quotes.last()
    {
        return text.get(*open..).unwrap_or_default();
    }
    let is_sign = |character: char| matches!(character, '=' | '!' | '<' | '>');
    let same = match text.chars().next_back() {
        Some(last) if is_word(last) => is_word,
        Some(last) if is_sign(last) => is_sign,
        _ => return "",
    };
    let start = text.rfind(|character| !same(character));
    let start = start.map_or(0, |at| at + text.get(at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8));
    text.get(start..).unwrap_or_default()
}

fn after(expected: Expected, token: &Token, fields: &[Field]) -> Expected {
    let (word, is_sign) = match token {
        Token::Word(word) => (word.to_lowercase(), false),
        Token::Sign(sign) => (sign.clone(), true),
        Token::Quoted(_) => (String::new(), false),
    };
    match (expected, word.as_str(), is_sign) {
        (Expected::Field, "not", false) | (Expected::Field, "!" | "(", true) => Expected::Field,
        (Expected::Field, name, false) => {
            let field = fields.iter().position(|field| field.name == name);
            field.map_or(Expected::Joint, Expected::Comparison)
        }
        (Expected::Comparison(_) | Expected::Joint, "and" | "or" | "&&" | "||", _) => Expected::Field,
        (Expected::Comparison(field), "in", false) => Expected::Bracket(field),
        (Expected::Comparison(_), ")", true) => Expected::Joint,
        (Expected::Comparison(field), "contains", false) | (Expected::Comparison(field), _, true) => {
            Expected::Value(field)
        }
        (Expected::Bracket(field), _, _) => Expected::ListValue(field),
        (Expected::ListValue(field), _, _) => Expected::ListMore(field),
        (Expected::ListMore(field), ",", true) => Expected::ListValue(field),
        _ => Expected::Joint,
    }
}

/// Writes a value as in a filter: in quotes unless it is one word.
#[must_use]
pub fn spelled(value: &str) -> String {
    if !value.is_empty() && value.chars().all(is_word) && !KEYWORDS.contains(&value) {
        return value.to_owned();
    }
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[Field] = &[
        Field { name: "action", kind: Type::Text, doc: "the action" },
        Field { name: "answers_seq", kind: Type::Number, doc: "" },
        Field { name: "group", kind: Type::Boolean, doc: "" },
    ];

    fn offered(text: &str) -> (usize, Vec<String>) {
        let found = complete(text, FIELDS, |_| vec!["offer".to_owned(), "two words".to_owned()]);
        (found.start, found.entries.into_iter().map(|entry| entry.text).collect())
    }

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_can_follow_is_offered() {
        assert_eq!(offered(""), (0, words(&["action", "answers_seq", "group", "not"])));
        assert_eq!(offered("an"), (0, words(&["answers_seq"])));
        assert_eq!(offered("action "), (7, words(&["==", "!=", "contains", "in (", "and", "or"])));
        assert_eq!(offered("action ="), (7, words(&["=="])));
        assert_eq!(offered("action == "), (10, words(&["offer", "\"two words\""])));
        assert_eq!(offered("action == \"two"), (10, words(&["\"two words\""])));
        assert_eq!(offered("action == of"), (10, words(&["offer"])));
        assert_eq!(offered("action == offer"), (10, words(&[])), "nothing is left to complete");
        assert_eq!(offered("action == offer a"), (16, words(&["and"])));
        assert_eq!(offered("not (group == "), (14, words(&["true", "false"])));
        assert_eq!(offered("action in (offer"), (11, words(&[])));
        assert_eq!(offered("action in (offer "), (17, words(&[",", ")"])));
        assert_eq!(offered("answers_seq >= 3 or ac"), (20, words(&["action"])));
    }
}
