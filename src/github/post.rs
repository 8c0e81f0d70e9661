//! Posting a report, so that it appears once.

use std::thread;

use serde::Deserialize;
use serde_json::json;

use super::client::Client;
use super::destination::{Place, Target};
use super::response::{Error, Outcome, Response};
use crate::report::Released;

/// A report to post, and where to.
#[derive(Clone, Copy, Debug)]
pub struct Post<'p> {
    /// The destination.
    pub target: &'p Target,
    /// The report, which contains its marker.
    pub report: &'p Released,
}

impl Post<'_> {
    /// The post in a few words: `A comment on owner/name #12`.
    #[must_use]
    pub fn summary(&self) -> String {
        let repository = &self.target.repository;
        match self.target.place {
            Place::Issue(number) => format!("A comment on {repository} #{number}"),
            Place::New => format!("A new issue in {repository}"),
        }
    }

    /// The labels of a new issue.
    #[must_use]
    pub fn labels(&self) -> &'static [&'static str] {
        self.report.form.issue().map_or(&[], |form| form.labels)
    }
}

/// What happened to a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It was posted at this URL. Untrusted text.
    Sent(String),
    /// The earlier post at this URL was updated. Untrusted text.
    Updated(String),
    /// The earlier post at this URL is identical. Untrusted text.
    Unchanged(String),
}

impl Done {
    /// What happened, in a few words.
    #[must_use]
    pub const fn summary(&self) -> &'static str {
        match self {
            Self::Sent(_) => "sent",
            Self::Updated(_) => "updated the earlier post",
            Self::Unchanged(_) => "already posted, unchanged",
        }
    }

    /// The URL of the post. Untrusted text.
    #[must_use]
    pub fn url(&self) -> &str {
        match self {
            Self::Sent(url) | Self::Updated(url) | Self::Unchanged(url) => url,
        }
    }
}

/// An existing comment or issue.
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
    /// Present if the issue is a pull request, which the API lists too.
    #[serde(default)]
    pull_request: Option<serde_json::Value>,
}

impl Post<'_> {
    /// Posts the report, or updates its earlier post.
    ///
    /// # Errors
    /// If the server refuses or does not respond.
    pub fn send(&self, client: &Client) -> Result<Done, Error> {
        for known in self.known(client)? {
            if self.is_same(&known) {
                return Ok(Done::Unchanged(known.html_url));
            }
            match self.update(client, &known) {
                // Another user's comment may quote the marker; it cannot be edited.
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

    /// Earlier posts with the marker, newest last.
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
        if is_list { Ok(found) } else { Err(Error::Invalid) }
    }

    fn is_marked(&self, known: &Known) -> bool {
        known.pull_request.is_none() && known.body.as_deref().is_some_and(|body| body.contains(&self.report.marker))
    }

    /// Returns whether an earlier post has the same text, ignoring line endings and surrounding spaces.
    fn is_same(&self, known: &Known) -> bool {
        let lines = |text: &str| text.trim().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        known.body.as_deref().is_some_and(|body| lines(body) == lines(self.report.body.as_str()))
    }

    fn update(&self, client: &Client, known: &Known) -> Result<Done, Error> {
        let path = match self.target.place {
            Place::Issue(_) => format!("/repos/{}/issues/comments/{}", self.target.repository, known.id),
            Place::New => format!("/repos/{}/issues/{}", self.target.repository, known.number),
        };
        let body = json!({ "body": self.report.body.as_str() }).to_string();
        let response = client.repeatable("PATCH", &client.api().endpoint(&path), Some(&body))?;
        Ok(Done::Updated(url_of(&response)))
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
            let (wait, may_be_posted, error) = match client.once("POST", &address, Some(&request)) {
                Ok(response) => match response.outcome() {
                    Outcome::Done => return Ok(Done::Sent(url_of(&response))),
                    Outcome::Refused => return Err(response.refusal()),
                    Outcome::Later(asked) => (asked, false, response.refusal()),
                    Outcome::Unclear(asked) => (asked, true, response.refusal()),
                },
                Err(error) => (None, true, error),
            };
            let wait = client.backoff().wait(attempt, wait);
            thread::sleep(wait.unwrap_or_default());
            if may_be_posted && let Some(known) = self.known(client)?.into_iter().find(|known| self.is_same(known)) {
                return Ok(Done::Sent(known.html_url));
            }
            if wait.is_none() {
                return Err(error);
            }
            attempt += 1;
        }
    }
}

/// The URL of what was posted; empty if the response does not contain it.
fn url_of(response: &Response) -> String {
    #[derive(Deserialize)]
    struct Created {
        html_url: String,
    }
    serde_json::from_str::<Created>(&response.body).map(|created| created.html_url).unwrap_or_default()
}
