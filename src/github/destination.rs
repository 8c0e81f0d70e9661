//! Where a report is posted: server, repository, issue.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use ureq::http::Uri;

/// A repository, `OWNER/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    owner: String,
    name: String,
}

impl FromStr for Repository {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = |part: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
            !part.is_empty() && part.bytes().all(allowed) && part != "." && part != ".."
        };
        match text.split_once('/') {
            Some((owner, name)) if fits(owner) && fits(name) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            _ => Err("expected OWNER/NAME"),
        }
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// The kind of post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A comment on the issue of this number.
    Issue(u64),
    /// A new issue.
    New,
}

/// A destination: `OWNER/NAME#12` is a comment on issue 12, `OWNER/NAME` a new issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The repository.
    pub repository: Repository,
    /// A comment or a new issue.
    pub place: Place,
}

impl FromStr for Target {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "expected OWNER/NAME#12 to comment on issue 12, or OWNER/NAME to open a new issue";
        let (repository, place) = match text.split_once('#') {
            None => (text, Place::New),
            Some((repository, number)) => {
                let number = number.parse().ok().filter(|number| *number > 0 && !text.contains('+'));
                (repository, Place::Issue(number.ok_or(wrong)?))
            }
        };
        Ok(Self { repository: repository.parse().map_err(|_| wrong)?, place })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Issue(number) => write!(f, "{}#{number}", self.repository),
            Place::New => write!(f, "{}", self.repository),
        }
    }
}

/// The base URL of a REST API that may be sent a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api(String);

/// Why a URL is not accepted as an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadApi {
    /// It is not a base URL.
    #[error("expected https://HOST or https://HOST/PATH")]
    Malformed,
    /// The token would travel unencrypted.
    #[error("refusing to send a token over plain http (except to localhost)")]
    Unencrypted,
}

impl Default for Api {
    fn default() -> Self {
        Self("https://api.github.com".to_owned())
    }
}

impl FromStr for Api {
    type Err = BadApi;

    fn from_str(text: &str) -> Result<Self, BadApi> {
        let uri: Uri = text.parse().map_err(|_| BadApi::Malformed)?;
        let authority = uri.authority().ok_or(BadApi::Malformed)?;
        if uri.query().is_some() || authority.as_str().contains('@') {
            return Err(BadApi::Malformed);
        }
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if is_loopback(authority.host()) => {}
            Some("http") => return Err(BadApi::Unencrypted),
            _ => return Err(BadApi::Malformed),
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl Api {
    /// The URL of an endpoint.
    pub(super) fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Returns whether a URL is on the same server, and may therefore be sent the token.
    pub(super) fn is_own(&self, address: &str) -> bool {
        let parts = |text: &str| -> Option<(String, String)> {
            let uri: Uri = text.parse().ok()?;
            Some((uri.scheme_str()?.to_owned(), uri.authority()?.as_str().to_ascii_lowercase()))
        };
        parts(address).is_some_and(|address| parts(&self.0).is_some_and(|own| own == address))
    }

    /// Returns whether the API is on this machine. A proxy must not see requests to it: they may be unencrypted.
    pub(super) fn is_here(&self) -> bool {
        self.0.parse().is_ok_and(|uri: Uri| uri.host().is_some_and(is_loopback))
    }

    /// The host, as `gh --hostname` expects it.
    #[must_use]
    pub fn host(&self) -> String {
        let web = self.web();
        web.split_once("://").map_or("", |(_, host)| host).to_owned()
    }

    /// The URL of the website: `https://github.com`, or for an enterprise server the part before `/api/v3`.
    #[must_use]
    pub fn web(&self) -> String {
        if self.0 == Self::default().0 {
            return "https://github.com".to_owned();
        }
        self.0.strip_suffix("/api/v3").unwrap_or(&self.0).to_owned()
    }
}

/// Returns whether a host of a URL is this machine.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|host| host.is_loopback())
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_an_owner_and_a_name() {
        assert_eq!("Some-One/thing.x".parse::<Repository>().unwrap().to_string(), "Some-One/thing.x");
        for bad in ["", "one", "one/", "/two", "a/b/c", "a/..", "a b/c", "a/b?c"] {
            assert!(bad.parse::<Repository>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_target_is_a_repository_with_an_optional_issue() {
        let target = |text: &str| text.parse::<Target>();
        assert_eq!(target("a/b#12").unwrap().place, Place::Issue(12));
        assert_eq!(target("a/b").unwrap().place, Place::New);
        assert_eq!(target("a/b#12").unwrap().to_string(), "a/b#12");
        for bad in ["", "a", "a/b#", "a/b#0", "a/b#x", "a/b#+1", "a/b/12", "#12"] {
            assert!(target(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tokens_are_sent_over_https_or_to_localhost_only() {
        let api = |text: &str| text.parse::<Api>();
        assert_eq!(api("https://git.example/api/v3/").unwrap().web(), "https://git.example");
        assert_eq!(api("https://git.example/api/v3").unwrap().host(), "git.example");
        assert_eq!(Api::default().web(), "https://github.com");
        assert!(
            api("http://127.0.0.1:8080").is_ok()
                && api("http://localhost:1/x").is_ok()
                && api("http://[::1]:1").is_ok()
        );
        assert_eq!(api("http://git.example"), Err(BadApi::Unencrypted));
        assert_eq!(api("http://127.0.0.1.git.example"), Err(BadApi::Unencrypted));
        for bad in ["git.example", "ftp://git.example", "https://a@git.example", "https://git.example?x", ""] {
            assert_eq!(api(bad), Err(BadApi::Malformed), "{bad}");
        }
    }

    #[test]
    fn the_token_is_sent_to_the_same_server_only() {
        let api: Api = "https://git.example/api/v3".parse().unwrap();
        assert!(api.is_own("https://git.example/api/v3/x?page=2") && api.is_own("https://Git.Example/x"));
        for other in [
            "http://git.example/x",
            "https://git.example.net/x",
            "https://git.example:444/x",
            "https://a@git.example/x",
            "/x",
        ] {
            assert!(!api.is_own(other), "{other}");
        }
    }
}
