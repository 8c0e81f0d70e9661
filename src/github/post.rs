//! One text, sent once.

use std::thread;

use serde::Deserialize;
use serde_json::json;

use super::answer::{Answer, Error, Outcome};
use super::client::Client;
use super::place::{Place, Repository};
use crate::redact::Redacted;

/// What is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Post<'p> {
    /// To which repository.
    pub repository: &'p Repository,
    /// Where in it.
    pub place: Place,
    /// The title of a new issue.
    pub title: &'p Redacted,
    /// The text, which has the marker in it.
    pub body: &'p Redacted,
    /// The labels of a new issue.
    pub labels: &'p [&'p str],
    /// By what an earlier text on the same matter is known.
    pub marker: &'p str,
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
        match self.place {
            Place::Issue(number) => format!("/repos/{}/issues/{number}/comments", self.repository),
            Place::New => format!("/repos/{}/issues", self.repository),
        }
    }

    /// What stands there already under the marker, newest last.
    fn known(&self, client: &Client) -> Result<Vec<Known>, Error> {
        let all = if self.place == Place::New { "&state=all" } else { "" };
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
        known.pull_request.is_none() && known.body.as_deref().is_some_and(|body| body.contains(self.marker))
    }

    /// Whether it says the same already, but for how lines end and spaces around them.
    fn is_said(&self, known: &Known) -> bool {
        let lines = |text: &str| text.trim().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        known.body.as_deref().is_some_and(|body| lines(body) == lines(self.body.as_str()))
    }

    fn update(&self, client: &Client, known: &Known) -> Result<Done, Error> {
        let path = match self.place {
            Place::Issue(_) => format!("/repos/{}/issues/comments/{}", self.repository, known.id),
            Place::New => format!("/repos/{}/issues/{}", self.repository, known.number),
        };
        let body = json!({ "body": self.body.as_str() }).to_string();
        let answer = client.repeatable("PATCH", &client.api().endpoint(&path), Some(&body))?;
        Ok(Done::Updated(address_of(&answer)))
    }

    fn create(&self, client: &Client) -> Result<Done, Error> {
        let address = client.api().endpoint(&self.path());
        let mut request = json!({ "body": self.body.as_str() });
        if let (Place::New, Some(fields)) = (self.place, request.as_object_mut()) {
            fields.insert("title".to_owned(), json!(self.title.as_str()));
            fields.insert("labels".to_owned(), json!(self.labels));
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
