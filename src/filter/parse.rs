//! Parses tokens into an expression.

use super::expression::{Comparison, Error, Expression, Field, Test, Type, Wanted};
use super::lexer::{Piece, Token, pieces};
use crate::words::{is_slip, nearest};

/// The words with a meaning of their own.
pub(super) const KEYWORDS: [&str; 5] = ["and", "or", "not", "in", "contains"];

/// How deeply parentheses and `not` can nest.
const DEEPEST: usize = 64;

/// Parses an expression.
pub(super) fn parse(text: &str, fields: &[Field]) -> Result<Expression, Error> {
    let pieces = pieces(text)?;
    let mut parser = Parser { pieces: &pieces, next: 0, end: text.len(), fields, depth: 0 };
    let expression = parser.any()?;
    match parser.peek() {
        None => Ok(expression),
        Some(piece) if piece.token == sign(")") => parser.fail("unmatched `)`"),
        Some(piece) => parser.fail(format!("expected `and` or `or` before `{}`", spelled(&piece.token))),
    }
}

fn sign(text: &str) -> Token {
    Token::Sign(text.to_owned())
}

fn spelled(token: &Token) -> &str {
    match token {
        Token::Word(text) | Token::Quoted(text) | Token::Sign(text) => text,
    }
}

struct Parser<'p> {
    pieces: &'p [Piece],
    next: usize,
    /// Where the text ends, in bytes.
    end: usize,
    fields: &'p [Field],
    depth: usize,
}

impl<'p> Parser<'p> {
    fn peek(&self) -> Option<&'p Piece> {
        self.pieces.get(self.next)
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, Error> {
        let at = self.peek().map_or(self.end, |piece| piece.at);
        Err(Error { at, message: message.into() })
    }

    /// Takes the next piece if it is one of these, as a word of any case or as a sign.
    fn take(&mut self, wanted: &[&str]) -> bool {
        let is_one = match self.peek().map(|piece| &piece.token) {
            Some(Token::Word(word)) => wanted.iter().any(|wanted| word.eq_ignore_ascii_case(wanted)),
            Some(Token::Sign(sign)) => wanted.contains(&sign.as_str()),
            Some(Token::Quoted(_)) | None => false,
        };
        self.next += usize::from(is_one);
        is_one
    }

    fn any(&mut self) -> Result<Expression, Error> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take(&["or", "||"]) {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
    }

    fn all(&mut self) -> Result<Expression, Error> {
        let mut parts = vec![self.single()?];
        while self.take(&["and", "&&"]) || self.is_next_word(&parts) {
            parts.push(self.single()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    /// Returns whether another text to search for follows one directly.
    fn is_next_word(&self, parts: &[Expression]) -> bool {
        let is_word = match self.peek().map(|piece| &piece.token) {
            Some(Token::Word(word)) => !KEYWORDS.iter().any(|keyword| word.eq_ignore_ascii_case(keyword)),
            Some(Token::Quoted(_)) => true,
            Some(Token::Sign(_)) | None => false,
        };
        is_word && matches!(parts.last(), Some(Expression::Anywhere(_)))
    }

    /// Returns whether a comparison follows the next piece.
    fn is_compared(&self) -> bool {
        match self.pieces.get(self.next + 1).map(|piece| &piece.token) {
            Some(Token::Sign(sign)) => !matches!(sign.as_str(), ")" | "&&" | "||" | "("),
            Some(Token::Word(word)) => ["in", "contains"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword)),
            Some(Token::Quoted(_)) | None => false,
        }
    }

    fn single(&mut self) -> Result<Expression, Error> {
        if self.depth == DEEPEST {
            return self.fail("too deeply nested");
        }
        self.depth += 1;
        let expression = if self.take(&["not", "!"]) {
            Expression::Not(Box::new(self.single()?))
        } else if self.take(&["("]) {
            let inside = self.any()?;
            if !self.take(&[")"]) {
                return self.fail("expected `)`");
            }
            inside
        } else {
            self.test()?
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn test(&mut self) -> Result<Expression, Error> {
        let (field, name) = match self.peek().map(|piece| &piece.token) {
            Some(Token::Quoted(text)) => {
                self.next += 1;
                return Ok(Expression::Anywhere(text.to_lowercase()));
            }
            Some(Token::Word(name)) => match self.fields.iter().position(|it| it.name.eq_ignore_ascii_case(name)) {
                Some(field) => (field, name),
                None if !self.is_compared() && !self.fields.iter().any(|field| is_slip(name, field.name)) => {
                    self.next += 1;
                    return Ok(Expression::Anywhere(name.to_lowercase()));
                }
                None => return self.fail(unknown(name, self.fields)),
            },
            Some(Token::Sign(other)) if !matches!(other.as_str(), ")") => {
                return self.fail(format!("unexpected `{other}`"));
            }
            _ => return self.fail("expected a field, as in `action == terminate`"),
        };
        self.next += 1;
        let kind = self.fields.get(field).map_or(Type::Text, |field| field.kind);
        let test = self.comparison(name, kind)?;
        Ok(Expression::Test { field, test })
    }

    /// What follows a field.
    fn comparison(&mut self, name: &str, kind: Type) -> Result<Test, Error> {
        const ORDERS: [(&str, Comparison); 6] = [
            ("==", Comparison::Equal),
            ("!=", Comparison::Different),
            ("<=", Comparison::AtMost),
            (">=", Comparison::AtLeast),
            ("<", Comparison::Less),
            (">", Comparison::More),
        ];
        for (spelling, comparison) in ORDERS {
            if self.take(&[spelling]) {
                return Ok(Test::Order(comparison, self.value(name, kind, spelling)?));
            }
        }
        if kind != Type::Text && matches!(self.peek(), Some(piece) if spelled(&piece.token) == "contains") {
            return self.fail(format!("`contains` requires a text field; `{name}` is not one"));
        }
        if self.take(&["contains"]) {
            return match self.value(name, Type::Text, "contains")? {
                Wanted::Text(text) => Ok(Test::Contains(text.to_lowercase())),
                Wanted::Number(_) | Wanted::Boolean(_) => self.fail("expected a text"),
            };
        }
        if self.take(&["in"]) {
            return self.list(name, kind).map(Test::In);
        }
        match self.peek().map(|piece| &piece.token) {
            Some(Token::Sign(text)) if text == "=" => self.fail("`=` is not a comparison; use `==`"),
            Some(Token::Sign(text)) if !matches!(text.as_str(), ")" | "&&" | "||") => {
                self.fail(format!("unexpected `{text}`"))
            }
            _ => Ok(Test::Present),
        }
    }

    fn list(&mut self, name: &str, kind: Type) -> Result<Vec<Wanted>, Error> {
        if !self.take(&["("]) {
            return self.fail("expected a list in parentheses after `in`, as in `in (missed, declined)`");
        }
        let mut wanted = vec![self.value(name, kind, "in")?];
        while self.take(&[","]) {
            wanted.push(self.value(name, kind, "in")?);
        }
        if self.take(&[")"]) { Ok(wanted) } else { self.fail("expected `)`") }
    }

    fn value(&mut self, name: &str, kind: Type, after: &str) -> Result<Wanted, Error> {
        let text = match self.peek().map(|piece| &piece.token) {
            Some(Token::Word(text) | Token::Quoted(text)) => text,
            Some(Token::Sign(_)) | None => return self.fail(format!("expected a value after `{after}`")),
        };
        let wanted = match kind {
            Type::Text => Wanted::Text(text.clone()),
            Type::Number => match text.parse() {
                Ok(number) => Wanted::Number(number),
                Err(_) => return self.fail(format!("`{name}` is a number; `{text}` is not")),
            },
            Type::Boolean => match text.as_str() {
                "true" | "yes" => Wanted::Boolean(true),
                "false" | "no" => Wanted::Boolean(false),
                _ => return self.fail(format!("`{name}` must be `true` or `false`")),
            },
        };
        self.next += 1;
        Ok(wanted)
    }
}

/// Says that there is no such field, and which one may be meant.
fn unknown(name: &str, fields: &[Field]) -> String {
    let name = name.to_lowercase();
    let within = || fields.iter().find(|field| name.len() > 2 && field.name.contains(&name)).map(|field| field.name);
    match nearest(&name, fields.iter().map(|field| field.name)).or_else(within) {
        Some(meant) => format!("no field is called `{name}`; did you mean `{meant}`?"),
        None => format!("no field is called `{name}`; put a text to search for in quotes"),
    }
}
