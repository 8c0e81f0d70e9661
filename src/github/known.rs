//! Earlier posts of a finding, and whose they are.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::report::Released;

/// An existing comment or issue.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Known {
    /// The id of a comment.
    pub(super) id: u64,
    /// The number of an issue.
    #[serde(default)]
    pub(super) number: u64,
    /// Its URL. Untrusted text.
    #[serde(default)]
    pub(super) html_url: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    user: Option<Account>,
    /// Present if the issue is a pull request, which the API lists too.
    #[serde(default)]
    pull_request: Option<IgnoredAny>,
}

/// Somebody's account on the server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Account {
    /// The account's name. Untrusted text.
    pub(super) login: String,
}

impl Known {
    /// Returns whether it is a post of the same finding, by whomever. Quoting the marker does not make it one.
    pub(super) fn is_marked(&self, report: &Released) -> bool {
        self.pull_request.is_none() && self.body.as_deref().is_some_and(|body| report.is_marked(body))
    }

    /// Returns whether it has the same text, ignoring line endings and surrounding spaces.
    pub(super) fn is_same(&self, report: &Released) -> bool {
        let lines = |text: &str| text.trim().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        self.body.as_deref().is_some_and(|body| lines(body) == lines(report.body.as_str()))
    }

    /// Returns whether the server names this account as its author.
    pub(super) fn is_by(&self, account: &Account) -> bool {
        self.author().is_some_and(|author| author.login.eq_ignore_ascii_case(&account.login))
    }

    /// The author, if the account still exists.
    pub(super) const fn author(&self) -> Option<&Account> {
        self.user.as_ref()
    }
}
