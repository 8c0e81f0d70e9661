//! Requests to the API, with the user's token and retries.

use std::fmt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ureq::http::{HeaderMap, Request};
use ureq::{Agent, Body};

use super::destination::Api;
use super::known::Account;
use super::response::{Error, Outcome, Response};

/// The longest that a server may take for one response.
const RESPONSE: Duration = Duration::from_secs(60);

/// The longest that connecting may take.
const CONNECT: Duration = Duration::from_secs(10);

/// The most bytes of a response that are read: a page has at most a hundred comments of 64 KiB each, and JSON may
/// need six bytes for a character.
const LONGEST: u64 = 64 << 20;

/// The most pages of one list that are requested.
const PAGES: usize = 200;

/// The user's secret. Never shown, not even by `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A token from text, without surrounding space; `None` if it cannot be one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then(|| Self(text.to_owned()))
    }

    /// A text from the server, which may repeat what it was sent, without the token.
    pub(super) fn hidden_in(&self, text: String) -> String {
        if text.contains(&self.0) { text.replace(&self.0, "[token]") } else { text }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

/// How requests are retried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first attempt; it doubles with each further one.
    pub first: Duration,
    /// The longest wait that a server may ask for.
    pub longest: Duration,
    /// The most attempts for a request.
    pub attempts: u32,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(90), attempts: 4 }
    }
}

impl Backoff {
    /// The wait after an attempt, counted from 0; `None` if it was the last.
    pub(super) fn wait(&self, attempt: u32, asked: Option<Duration>) -> Option<Duration> {
        if attempt + 1 >= self.attempts {
            return None;
        }
        let own = self.growing(attempt);
        Some(asked.map_or(own, |asked| asked.max(own))).filter(|wait| *wait <= self.longest.max(own))
    }

    /// A wait that doubles each time, counted from 0.
    pub(super) fn growing(&self, time: u32) -> Duration {
        self.first.saturating_mul(1 << time.min(16))
    }
}

/// A client of the REST API.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    api: Api,
    token: Token,
    backoff: Backoff,
}

impl Client {
    /// A client for the owner of a token.
    #[must_use]
    pub fn new(api: Api, token: Token, backoff: Backoff) -> Self {
        let config = Agent::config_builder();
        // To another machine only TLS passes a proxy; what is on this one is nobody else's to see.
        let config = if api.is_here() { config.proxy(None) } else { config };
        let config = config
            .http_status_as_error(false)
            // Following a redirect would send the report to a repository that the user did not name.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(RESPONSE))
            .user_agent(concat!("ringtrace/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), api, token, backoff }
    }

    /// The API that requests are sent to.
    pub(super) const fn api(&self) -> &Api {
        &self.api
    }

    /// How requests are retried.
    pub(super) const fn backoff(&self) -> Backoff {
        self.backoff
    }

    /// A text from the server without the token.
    pub(super) fn without_token(&self, text: String) -> String {
        self.token.hidden_in(text)
    }

    /// The account that the token is of; `None` if it is of an app.
    pub(super) fn owner(&self) -> Result<Option<Account>, Error> {
        match self.repeatable("GET", &self.api.endpoint("/user"), None) {
            Ok(response) => Ok(serde_json::from_str(&response.body).ok()),
            Err(Error::Refused { status: 403 | 404, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes an idempotent request, with retries.
    pub(super) fn repeatable(&self, method: &str, address: &str, body: Option<&str>) -> Result<Response, Error> {
        let mut attempt = 0;
        loop {
            let (wait, error) = match self.once(method, address, body) {
                Ok(response) => match response.outcome() {
                    Outcome::Done => return Ok(response),
                    Outcome::Refused => return Err(response.refusal()),
                    Outcome::Later(asked) | Outcome::Unclear(asked) => (asked, response.refusal()),
                },
                Err(error) => (None, error),
            };
            match self.backoff.wait(attempt, wait) {
                Some(wait) => thread::sleep(wait),
                None => return Err(error),
            }
            attempt += 1;
        }
    }

    /// Requests a list page by page until `take` returns true.
    ///
    /// # Errors
    /// If a page cannot be had: what is not seen of a list would be taken for missing.
    pub(super) fn each_page(&self, first: String, mut take: impl FnMut(&str) -> bool) -> Result<(), Error> {
        let mut address = first;
        for _ in 0..PAGES {
            let response = self.repeatable("GET", &address, None)?;
            if take(&response.body) {
                return Ok(());
            }
            match response.link.as_deref().and_then(next_page) {
                Some(next) if self.api.is_own(next) => address = next.to_owned(),
                Some(elsewhere) => return Err(Error::Elsewhere(elsewhere.to_owned())),
                None => return Ok(()),
            }
        }
        Err(Error::Endless)
    }

    /// Makes a request, without retries.
    pub(super) fn once(&self, method: &str, address: &str, body: Option<&str>) -> Result<Response, Error> {
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

fn read(response: ureq::http::Response<Body>) -> Result<Response, ureq::Error> {
    let (head, mut body) = response.into_parts();
    let link = text(&head.headers, "link").map(str::to_owned);
    let wait = wait(&head.headers);
    let body = body.with_config().limit(LONGEST).lossy_utf8(true).read_to_string()?;
    Ok(Response { status: head.status.as_u16(), link, wait, body })
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// How long a response asks to wait.
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

/// A server, and the credentials for it.
#[derive(Clone, Debug)]
pub struct Access {
    /// The server's API.
    pub api: Api,
    /// Finds the user's token.
    pub token: fn(&Api) -> Option<Token>,
    /// How requests are retried.
    pub backoff: Backoff,
}

impl Default for Access {
    fn default() -> Self {
        Self::to(Api::default())
    }
}

impl Access {
    /// The user's access to a server.
    #[must_use]
    pub fn to(api: Api) -> Self {
        Self { api, token: users_token, backoff: Backoff::default() }
    }

    /// A client; `None` if there is no token. Runs `gh` to find one, which may take a while.
    #[must_use]
    pub fn client(&self) -> Option<Client> {
        Some(Client::new(self.api.clone(), (self.token)(&self.api)?, self.backoff))
    }
}

/// The user's token: `GITHUB_TOKEN`, or the one that `gh` has for the server.
fn users_token(api: &Api) -> Option<Token> {
    let from_environment = std::env::var("GITHUB_TOKEN").ok().and_then(|token| Token::new(&token));
    from_environment.or_else(|| {
        let mut gh = Command::new("gh");
        gh.args(["auth", "token", "--hostname", &api.host()]).stdin(Stdio::null()).stderr(Stdio::null());
        let output = gh.output().ok().filter(|output| output.status.success())?;
        Token::new(&String::from_utf8(output.stdout).ok()?)
    })
}

/// The URL of the next page in a `Link` header (RFC 8288).
fn next_page(mut link: &str) -> Option<&str> {
    loop {
        let (address, rest) = link.split_once('<')?.1.split_once('>')?;
        let parameters = rest.find(",").map_or(rest, |end| rest.get(..end).unwrap_or(rest));
        if parameters.split(';').any(is_next) {
            return Some(address);
        }
        link = rest;
    }
}

/// Returns whether a parameter of a link says that it leads to the next page.
fn is_next(parameter: &str) -> bool {
    let Some((name, relations)) = parameter.split_once('=') else { return false };
    let mut relations = relations.trim().trim_matches('"').split_ascii_whitespace();
    name.trim().eq_ignore_ascii_case("rel") && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::new(" ghp_secret\n").unwrap();
        assert_eq!(format!("{token:?}"), "Token(..)");
        let client = Client::new(Api::default(), token, Backoff::default());
        assert!(!format!("{client:?}").contains("secret"));
        assert_eq!(Token::new(" \n"), None);
        assert_eq!(Token::new("two words"), None);
    }

    #[test]
    fn waits_double_until_the_last_attempt() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(60), attempts: 3 };
        let seconds = |attempt, asked: Option<u64>| {
            backoff.wait(attempt, asked.map(Duration::from_secs)).map(|wait| wait.as_secs())
        };
        assert_eq!((seconds(0, None), seconds(1, None), seconds(2, None)), (Some(1), Some(2), None));
        assert_eq!(seconds(0, Some(60)), Some(60));
        assert_eq!(seconds(0, Some(61)), None, "longer than the limit");
    }

    #[test]
    fn the_next_page_is_the_one_with_that_relation() {
        let link =
            r#"<https://x/?page=1>; rel="prev", <https://x/?page=3>; rel="next", <https://x/?page=9>; rel="last""#;
        assert_eq!(next_page(link), Some("https://x/?page=3"));
        assert_eq!(next_page(r#"<https://x/?page=9>; rel="last""#), None);
        assert_eq!(next_page("nonsense, <"), None);
        assert_eq!(
            next_page(r#"<https://x/?labels=a,b&page=2>; Rel = "last Next""#),
            Some("https://x/?labels=a,b&page=2")
        );
        assert_eq!(next_page("<https://x/?page=2>; rel=next"), Some("https://x/?page=2"));
    }
}
