//! Requests, and when they are made again.

use std::fmt;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::http::{HeaderMap, Request};
use ureq::{Agent, Body};

use super::answer::{Answer, Error, Outcome};
use super::pages;
use super::place::Api;

/// The longest that a server may take for one answer.
const ANSWER: Duration = Duration::from_secs(60);

/// The longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// The most bytes of an answer that are read: a page has a hundred comments of 64 KiB each at most, and JSON may write
/// a character as six.
const LONGEST: u64 = 64 << 20;

/// The most pages of one list that are looked through.
const PAGES: usize = 200;

/// The secret that stands for the user. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Takes a token; `None` if the text, without the spaces around it, cannot be one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// How patiently requests are made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The wait after the first attempt; it doubles with each further one.
    pub first: Duration,
    /// The longest wait that a server may ask for.
    pub longest: Duration,
    /// How often a request is made at most.
    pub attempts: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(90), attempts: 4 }
    }
}

impl Pace {
    /// The wait after an attempt, from 0; `None` if there is to be no other.
    pub(super) fn wait(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempt + 1 >= self.attempts {
            return None;
        }
        let own = self.first.saturating_mul(1 << attempt.min(16));
        Some(asked.map_or(own, |asked| asked.max(own))).filter(|wait| *wait <= self.longest.max(own))
    }
}

/// A client of the REST API.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    api: Api,
    token: Token,
    pace: Pace,
}

impl Client {
    /// A client that speaks for the owner of a token.
    #[must_use]
    pub fn new(api: Api, token: Token, pace: Pace) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect of a request that changes something is nothing to follow blindly.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(ANSWER))
            .user_agent(concat!("ringtrace/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), api, token, pace }
    }

    /// Where requests go.
    pub(super) const fn api(&self) -> &Api {
        &self.api
    }

    /// How patient it is.
    pub(super) const fn pace(&self) -> Pace {
        self.pace
    }

    /// Makes a request that changes nothing, or no more when it is made twice, until it is answered.
    pub(super) fn repeatable(&self, method: &str, address: &str, body: Option<&str>) -> Result<Answer, Error> {
        let mut attempt = 0;
        loop {
            let (wait, error) = match self.once(method, address, body) {
                Ok(answer) => match answer.outcome() {
                    Outcome::Done => return Ok(answer),
                    Outcome::Refused => return Err(answer.refusal()),
                    Outcome::Later(asked) | Outcome::Unclear(asked) => (asked, answer.refusal()),
                },
                Err(error) => (None, error),
            };
            match self.pace.wait(attempt, wait) {
                Some(wait) => thread::sleep(wait),
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    /// The items of a list, page by page, until `take` has enough of them.
    pub(super) fn each_page(&self, first: String, mut take: impl FnMut(&str) -> bool) -> Result<(), Error> {
        let mut address = first;
        for _ in 0..PAGES {
            let answer = self.repeatable("GET", &address, None)?;
            if take(&answer.body) {
                return Ok(());
            }
            match answer.link.as_deref().and_then(pages::next) {
                Some(next) if self.api.is_own(next) => address = next.to_owned(),
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// Makes a request once.
    pub(super) fn once(&self, method: &str, address: &str, body: Option<&str>) -> Result<Answer, Error> {
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header("Accept", "application/vnd.github+json")
            .header("Authorization", format!("Bearer {}", self.token.0))
            .header("X-GitHub-Api-Version", "2022-11-28");
        let unreachable = |error: ureq::Error| Error::Unreachable(error.to_string());
        let response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json").body(body);
                self.agent.run(request.map_err(|error| unreachable(error.into()))?)
            }
            None => self.agent.run(request.body(()).map_err(|error| unreachable(error.into()))?),
        };
        read(response.map_err(unreachable)?).map_err(unreachable)
    }
}

fn read(response: ureq::http::Response<Body>) -> Result<Answer, ureq::Error> {
    let (head, mut body) = response.into_parts();
    let link = text(&head.headers, "link").map(str::to_owned);
    let wait = wait(&head.headers);
    let body = body.with_config().limit(LONGEST).lossy_utf8(true).read_to_string()?;
    Ok(Answer { status: head.status.as_u16(), link, wait, body })
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// How long an answer asks to wait.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    let number = |name| text(headers, name).and_then(|text| text.trim().parse::<u64>().ok());
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    if number("x-ratelimit-remaining") != Some(0) {
        return None;
    }
    let reset = Duration::from_secs(number("x-ratelimit-reset")?);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(reset.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(" ghp_secret\n").unwrap();
        assert_eq!(format!("{token:?}"), "Token(..)");
        let client = Client::new(Api::default(), token, Pace::default());
        assert!(!format!("{client:?}").contains("secret"));
        assert_eq!(Token::new(" \n"), None);
        assert_eq!(Token::new("two words"), None);
    }

    #[test]
    fn waits_double_and_end() {
        let pace = Pace { first: Duration::from_secs(1), longest: Duration::from_secs(60), attempts: 3 };
        let seconds =
            |attempt, asked: Option<u64>| pace.wait(attempt, asked.map(Duration::from_secs)).map(|wait| wait.as_secs());
        assert_eq!((seconds(0, None), seconds(1, None), seconds(2, None)), (Some(1), Some(2), None));
        assert_eq!(seconds(0, Some(60)), Some(60));
        assert_eq!(seconds(0, Some(61)), None, "nobody waits for an hour");
    }
}
