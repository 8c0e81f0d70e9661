//! Splits the text of a filter into tokens.

use super::expression::Error;

/// What a piece of the text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, a keyword or a value without quotes.
    Word(String),
    /// A text in quotes.
    Quoted(String),
    /// A comparison, a parenthesis, a comma, or anything else.
    Sign(String),
}

/// A piece of the text, and the byte offset where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) at: usize,
    pub(super) token: Token,
}

const SIGNS: [&str; 8] = ["==", "!=", "<=", ">=", "&&", "||", "(", ")"];

/// Whether a character can be in a word. Addresses and times are words.
pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | ':' | '@' | '/' | '#' | '*')
}

/// The pieces of a text.
///
/// # Errors
/// If a quote is unclosed.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, Error> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let (token, length) = if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        } else if first == '"' {
            let unclosed = || Error { at, message: "unclosed quote".to_owned() };
            quoted(rest).map(|(text, length)| (Token::Quoted(text), length)).ok_or_else(unclosed)?
        } else if is_word(first) {
            let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
            (Token::Word(rest.get(..length).unwrap_or(rest).to_owned()), length)
        } else {
            let known = SIGNS.iter().find(|sign| rest.starts_with(**sign));
            let sign = known.map_or_else(|| first.to_string(), |sign| (*sign).to_owned());
            let length = sign.len();
            (Token::Sign(sign), length)
        };
        pieces.push(Piece { at, token });
        at += length;
    }
    Ok(pieces)
}

/// The quoted text at the start of `rest`, and its length in bytes with the quotes. `\"` and `\\` stand for
/// a quote and a backslash.
fn quoted(rest: &str) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((text, at + 1)),
            '\\' => match characters.next()?.1 {
                escaped @ ('"' | '\\') => text.push(escaped),
                other => text.extend(['\\', other]),
            },
            _ => text.push(character),
        }
    }
    None
}
