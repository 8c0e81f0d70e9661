//! Files in which people declare things, as TOML: read whole or not at all, with errors that point at the line.

use std::ops::Range;

use serde::de::DeserializeOwned;

pub use toml::Spanned;

/// What is wrong with a declaration, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {why}")]
pub struct Wrong {
    /// The line, from 1.
    pub line: usize,
    /// The column in it, in characters from 1.
    pub column: usize,
    /// What is wrong. Untrusted text.
    pub why: String,
}

impl Wrong {
    /// Returns an error at the place of a value in `text`.
    #[must_use]
    pub fn at(text: &str, place: Range<usize>, why: impl Into<String>) -> Self {
        let before = text.get(..place.start).unwrap_or(text);
        let column = 1 + before.chars().rev().take_while(|character| *character != '\n').count();
        Self { line: line_of(text, place.start), column, why: why.into() }
    }
}

/// Reads a declaration.
///
/// # Errors
/// If the text is not TOML, or not of the form of `T`.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Wrong> {
    toml::from_str(text).map_err(|error| {
        let place = error.span().unwrap_or_default();
        Wrong::at(text, place, error.message().lines().collect::<Vec<_>>().join("; "))
    })
}

/// The line of a byte of `text`, from 1.
#[must_use]
pub fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Name {
        name: Spanned<String>,
    }

    #[test]
    fn errors_point_at_the_line() {
        let wrong = |text| read::<Name>(text).unwrap_err();
        assert_eq!(wrong("\nnaem = \"x\"\n").line, 2);
        assert!(wrong("name = \"x\"\nother = 1\n").why.contains("other"));
        assert_eq!(wrong("name = \"x\"\n\n=\n").line, 3);
        let text = "# comment\nname = \"x\"\n";
        let name = read::<Name>(text).unwrap().name;
        assert_eq!(Wrong::at(text, name.span(), "no").to_string(), "line 2, column 8: no");
    }
}
