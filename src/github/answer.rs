//! What the API answers, and what follows from it.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use crate::visible::visible;

/// An answer.
#[derive(Debug)]
pub(super) struct Answer {
    /// The status code.
    pub(super) status: u16,
    /// The `Link` header.
    pub(super) link: Option<String>,
    /// How long it asks to wait: `Retry-After`, or the time to `x-ratelimit-reset` where nothing remains.
    pub(super) wait: Option<Duration>,
    /// The body.
    pub(super) body: String,
}

/// What follows from an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was done.
    Done,
    /// It was not done, and may be asked for again after a while; the server says after how long.
    Later(Option<Duration>),
    /// Nobody knows whether it was done.
    Unclear(Option<Duration>),
    /// It will not be done.
    Refused,
}

impl Answer {
    pub(super) fn outcome(&self) -> Outcome {
        match self.status {
            200..=299 => Outcome::Done,
            429 => Outcome::Later(self.wait),
            403 if self.wait.is_some() => Outcome::Later(self.wait),
            500..=599 => Outcome::Unclear(self.wait),
            _ => Outcome::Refused,
        }
    }

    /// The refusal, in the words of the server.
    pub(super) fn refusal(&self) -> Error {
        Error::Refused { status: self.status, message: message(&self.body) }
    }
}

/// Why nothing was sent, or nobody knows whether it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The server said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said. Untrusted text.
        message: String,
    },
    /// No answer came, however often it was tried.
    Unreachable(String),
    /// It answered with something that is none of its answers.
    Nonsense,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, message } => {
                write!(f, "the server refused with status {status}")?;
                if message.is_empty() { Ok(()) } else { write!(f, ": {}", visible(message)) }?;
                match status {
                    401 => f.write_str(" (is the token valid?)"),
                    300..=399 => f.write_str(" (has the repository moved?)"),
                    _ => Ok(()),
                }
            }
            Self::Unreachable(why) => write!(f, "no answer came: {}", visible(why)),
            Self::Nonsense => f.write_str("the server's answer is none that it could give"),
        }
    }
}

impl std::error::Error for Error {}

/// The most characters of a message that are repeated.
const MESSAGE: usize = 500;

/// The error object of the API.
#[derive(Deserialize)]
struct Refusal {
    message: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

/// What a refusal says, with each of the errors that it lists.
fn message(body: &str) -> String {
    let said = match serde_json::from_str::<Refusal>(body) {
        Ok(refusal) => {
            let detail = |error: &serde_json::Value| {
                let text = |name| error.get(name).and_then(serde_json::Value::as_str);
                let words = [text("message").or(error.as_str()), text("field"), text("code")];
                words.into_iter().flatten().collect::<Vec<_>>().join(" ")
            };
            let details = refusal.errors.iter().map(detail).filter(|detail| !detail.is_empty());
            std::iter::once(refusal.message).chain(details).collect::<Vec<_>>().join("; ")
        }
        Err(_) => String::new(),
    };
    said.chars().take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, wait: Option<u64>) -> Outcome {
        Answer { status, link: None, wait: wait.map(Duration::from_secs), body: String::new() }.outcome()
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        assert_eq!(outcome(201, None), Outcome::Done);
        assert_eq!(outcome(403, None), Outcome::Refused);
        assert_eq!(outcome(403, Some(7)), Outcome::Later(Some(Duration::from_secs(7))));
        assert_eq!(outcome(429, None), Outcome::Later(None));
        assert_eq!(outcome(502, None), Outcome::Unclear(None));
        for status in [301, 401, 404, 410, 422] {
            assert_eq!(outcome(status, Some(7)), Outcome::Refused);
        }
    }

    #[test]
    fn a_refusal_says_what_the_server_said_and_nothing_of_it_moves_the_cursor() {
        let body = r#"{"message":"Validation\u001b[2J Failed","errors":[{"field":"title","code":"missing"},"bad"]}"#;
        let refusal = Answer { status: 422, link: None, wait: None, body: body.to_owned() }.refusal();
        assert_eq!(
            refusal.to_string(),
            "the server refused with status 422: Validation\\u{1b}[2J Failed; title missing; bad"
        );
        assert_eq!(message("<html>"), "");
    }
}
