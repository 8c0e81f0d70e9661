//! One text, sent once.

use std::thread;

use serde::Deserialize;
use serde_json::json;

use super::answer::{Answer, Error, Outcome};
use super::client::Client;
use super::place::{Place, Target};
use crate::report::Released;

/// What is to be sent, and where to.
#[derive(Clone, Copy, Debug)]
pub struct Post<'p> {
    /// To where.
    pub target: &'p Target,
    /// The report, whose text has the marker in it.
    pub report: &'p Released,
}

impl Post<'_> {
    /// What it is, in a line: `A comment on owner/name #12`.
    #[must_use]
    pub fn says(&self) -> String {
        let repository = &self.target.repository;
        match self.target.place {
            Place::Issue(number) => format!("A comment on {repository} #{number}"),
            Place::New => format!("A new issue of {repository}"),
        }
    }

    /// The labels of a new issue.
    #[must_use]
    pub fn labels(&self) -> &'static [&'static str] {
        self.report.form.issue().map_or(&[], |form| form.labels)
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It stands there for the first time, at this address. Untrusted text.
    Sent(String),
    /// The earlier text at this address was replaced. Untrusted text.
    Updated(String),
    /// The earlier text at this address says the same. Untrusted text.
    Unchanged(String),
}

impl Done {
    /// What was done, in a few words.
    #[must_use]
    pub const fn says(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Updated(_) => "updated what was sent before",
            Self::Unchanged(_) => "it stands there already",
        }
    }

    /// Where it stands. Untrusted text.
    #[must_use]
    pub fn address(&self) -> &str {
        match self {
            Self::Sent(address) | Self::Updated(address) | Self::Unchanged(address) => address,
        }
    }
}

/// A comment or an issue that is there.
#[derive(Deserialize)]
struct Known {
    id: u64,
    /// The number of an issue.
    #[serde(default)]
    number: u64,
    #[serde(default)]
    html_url: String,
    #[serde(default)]
    body: Option<String>,
    /// What makes an issue of the list a pull request.
    #[serde(default)]
    pull_request: Option<serde_json::Value>,
}

impl Post<'_> {
    /// Sends it, or updates what was sent before.
    ///
    /// # Errors
    /// If the server refuses, or does not answer.
    pub fn send(&self, client: &Client) -> Result<Done, Error> {
        for known in self.known(client)? {
            if self.is_said(&known) {
                return Ok(Done::Unchanged(known.html_url));
            }
            match self.update(client, &known) {
                // The marker can be in what somebody else wrote.
                Err(Error::Refused { status: 403 | 404, .. }) => {}
                updated => return updated,
            }
        }
        self.create(client)
    }

    fn path(&self) -> String {
        match self.target.place {
            Place::Issue(number) => format!("/repos/{}/issues/{number}/comments", self.target.repository),
            Place::New => format!("/repos/{}/issues", self.target.repository),
        }
    }

    /// What stands there already under the marker, newest last.
    fn known(&self, client: &Client) -> Result<Vec<Known>, Error> {
        let all = if self.target.place == Place::New { "&state=all" } else { "" };
        let first = client.api().endpoint(&format!("{}?per_page=100{all}", self.path()));
        let mut found = Vec::new();
        let mut is_list = true;
        client.each_page(first, |page| {
            match serde_json::from_str::<Vec<Known>>(page) {
                Ok(page) => found.extend(page.into_iter().filter(|known| self.is_marked(known))),
                Err(_) => is_list = false,
            }
            !is_list
        })?;
        if is_list { Ok(found) } else { Err(Error::Nonsense) }
    }

    fn is_marked(&self, known: &Known) -> bool {
        known.pull_request.is_none() && known.body.as_deref().is_some_and(|body| body.contains(&self.report.marker))
    }

    /// Whether it says the same already, but for how lines end and spaces around them.
    fn is_said(&self, known: &Known) -> bool {
        let lines = |text: &str| text.trim().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        known.body.as_deref().is_some_and(|body| lines(body) == lines(self.report.body.as_str()))
    }

    fn update(&self, client: &Client, known: &Known) -> Result<Done, Error> {
        let path = match self.target.place {
            Place::Issue(_) => format!("/repos/{}/issues/comments/{}", self.target.repository, known.id),
            Place::New => format!("/repos/{}/issues/{}", self.target.repository, known.number),
        };
        let body = json!({ "body": self.report.body.as_str() }).to_string();
        let answer = client.repeatable("PATCH", &client.api().endpoint(&path), Some(&body))?;
        Ok(Done::Updated(address_of(&answer)))
    }

    fn create(&self, client: &Client) -> Result<Done, Error> {
        let address = client.api().endpoint(&self.path());
        let mut request = json!({ "body": self.report.body.as_str() });
        if let (Place::New, Some(fields)) = (self.target.place, request.as_object_mut()) {
            fields.insert("title".to_owned(), json!(self.report.title.as_str()));
            fields.insert("labels".to_owned(), json!(self.labels()));
        }
        let request = request.to_string();
        let mut attempt = 0;
        loop {
            let (wait, may_be_there, error) = match client.once("POST", &address, Some(&request)) {
                Ok(answer) => match answer.outcome() {
                    Outcome::Done => return Ok(Done::Sent(address_of(&answer))),
                    Outcome::Refused => return Err(answer.refusal()),
                    Outcome::Later(asked) => (asked, false, answer.refusal()),
                    Outcome::Unclear(asked) => (asked, true, answer.refusal()),
                },
                Err(error) => (None, true, error),
            };
            let wait = client.pace().wait(attempt, wait);
            thread::sleep(wait.unwrap_or_default());
            if may_be_there && let Some(known) = self.known(client)?.into_iter().find(|known| self.is_said(known)) {
                return Ok(Done::Sent(known.html_url));
            }
            if wait.is_none() {
                return Err(error);
            }
            attempt += 1;
        }
    }
}

/// Where what was made can be seen; nothing where the server does not say.
fn address_of(answer: &Answer) -> String {
    #[derive(Deserialize)]
    struct Made {
        html_url: String,
    }
    serde_json::from_str::<Made>(&answer.body).map(|made| made.html_url).unwrap_or_default()
}
