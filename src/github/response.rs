//! Responses of the API, and what follows from them.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;

use crate::visible::visible;

/// A response.
#[derive(Debug)]
pub(super) struct Response {
    /// The status code.
    pub(super) status: u16,
    /// The `Link` header.
    pub(super) link: Option<String>,
    /// How long the server asks to wait: `Retry-After`, or until `x-ratelimit-reset` if nothing remains.
    pub(super) wait: Option<Duration>,
    /// The body.
    pub(super) body: String,
}

/// What a response means for the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The request succeeded.
    Done,
    /// The request was not carried out and may be retried after a while, which the server may specify.
    Later(Option<Duration>),
    /// The request may or may not have been carried out.
    Unclear(Option<Duration>),
    /// The request was refused for good.
    Refused,
}

impl Response {
    pub(super) fn outcome(&self) -> Outcome {
        match self.status {
            200..=299 => Outcome::Done,
            429 => Outcome::Later(self.wait),
            403 if self.wait.is_some() => Outcome::Later(self.wait),
            500..=599 => Outcome::Unclear(self.wait),
            _ => Outcome::Refused,
        }
    }

    /// The refusal with the server's message.
    pub(super) fn refusal(&self) -> Error {
        Error::Refused { status: self.status, message: message(&self.body) }
    }
}

/// Why a report was not posted, or may not have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The server refused.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's message. Untrusted text.
        message: String,
    },
    /// The server did not respond to any attempt.
    Unreachable(String),
    /// The response is not valid.
    Invalid,
    /// The list of earlier posts continues at a URL that is not the server's. Untrusted text.
    Elsewhere(String),
    /// The list of earlier posts is too long to be read to its end.
    Endless,
    /// It may have been posted, although the server did not say so.
    Unclear(Box<Error>),
    /// There is an earlier post of the finding, at this URL, and the token does not say whether it is the user's.
    /// Untrusted text.
    Unowned(String),
}

impl Error {
    /// The error with its texts from the server rewritten.
    pub(super) fn map(self, rewrite: impl Fn(String) -> String) -> Self {
        match self {
            Self::Refused { status, message } => Self::Refused { status, message: rewrite(message) },
            Self::Unreachable(why) => Self::Unreachable(rewrite(why)),
            Self::Elsewhere(url) => Self::Elsewhere(rewrite(url)),
            Self::Unowned(url) => Self::Unowned(rewrite(url)),
            Self::Unclear(error) => Self::Unclear(Box::new(error.map(rewrite))),
            Self::Invalid | Self::Endless => self,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { status, message } => {
                write!(f, "the server refused the request with status {status}")?;
                if message.is_empty() { Ok(()) } else { write!(f, ": {}", shortened(message)) }?;
                match status {
                    401 => f.write_str(" (is the token valid?)"),
                    300..=399 => f.write_str(" (has the repository moved?)"),
                    _ => Ok(()),
                }
            }
            Self::Unreachable(why) => write!(f, "cannot reach the server: {}", shortened(why)),
            Self::Invalid => f.write_str("unexpected response from the server"),
            Self::Elsewhere(url) => {
                write!(f, "not sent: the server's list of earlier posts continues elsewhere, at {}", shortened(url))
            }
            Self::Endless => f.write_str("not sent: the server's list of earlier posts has no end"),
            Self::Unclear(error) => {
                write!(f, "{error}; it may have been posted nevertheless: look before you try again")
            }
            Self::Unowned(url) => write!(
                f,
                "not sent: this finding was posted before, at {}, and the token does not show whether by you",
                shortened(url)
            ),
        }
    }
}

impl std::error::Error for Error {}

/// The most characters of a text from the server that are shown.
const SHOWN: usize = 500;

/// The beginning of a text from the server, fit to be shown.
fn shortened(text: &str) -> String {
    visible(&text.chars().take(SHOWN).collect::<String>()).into_owned()
}

/// The API's error object.
#[derive(Deserialize)]
struct Refusal {
    message: String,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

/// The message of a refusal, with each of the errors that it lists.
fn message(body: &str) -> String {
    match serde_json::from_str::<Refusal>(body) {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, wait: Option<u64>) -> Outcome {
        Response { status, link: None, wait: wait.map(Duration::from_secs), body: String::new() }.outcome()
    }

    #[test]
    fn only_temporary_errors_are_retried() {
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
    fn a_refusal_quotes_the_server_without_control_characters() {
        let body = r#"{"message":"Validation\u001b[2J Failed","errors":[{"field":"title","code":"missing"},"bad"]}"#;
        let refusal = Response { status: 422, link: None, wait: None, body: body.to_owned() }.refusal();
        assert_eq!(
            refusal.to_string(),
            "the server refused the request with status 422: Validation\\u{1b}[2J Failed; title missing; bad"
        );
        assert_eq!(message("<html>"), "");
    }
}
