//! Posting a report, so that it appears once.

use std::thread;

use serde::Deserialize;
use serde_json::json;

use super::client::Client;
use super::destination::{Place, Target};
use super::known::Known;
use super::response::{Error, Outcome, Response};
use crate::report::Released;

/// How often a post is looked for whose response was lost, before it is sent again.
const LOST: u32 = 4;

/// How often the list is asked for a new post.
const SETTLED: u32 = 4;

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

    /// The same with its URL rewritten.
    fn map(self, rewrite: impl Fn(String) -> String) -> Self {
        match self {
            Self::Sent(url) => Self::Sent(rewrite(url)),
            Self::Updated(url) => Self::Updated(rewrite(url)),
            Self::Unchanged(url) => Self::Unchanged(rewrite(url)),
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

impl Post<'_> {
    /// Posts the report, or updates its earlier post by the same author.
    ///
    /// # Errors
    /// If the server refuses or does not respond, or does not show whose the earlier post is.
    pub fn send(&self, client: &Client) -> Result<Done, Error> {
        let hide = |text| client.without_token(text);
        self.sent(client).map(|done| done.map(hide)).map_err(|error| error.map(hide))
    }

    fn sent(&self, client: &Client) -> Result<Done, Error> {
        let known = self.known(client)?;
        let Some(first) = known.first() else { return self.create(client, &[]) };
        let Some(owner) = client.owner()? else {
            let same = known.iter().find(|known| known.is_same(self.report));
            let unowned = || Error::Unowned(first.html_url.clone());
            return same.map(|same| Done::Unchanged(same.html_url.clone())).ok_or_else(unowned);
        };
        let own: Vec<_> = known.iter().filter(|known| known.is_by(&owner)).collect();
        if let Some(same) = own.iter().find(|known| known.is_same(self.report)) {
            return Ok(Done::Unchanged(same.html_url.clone()));
        }
        for known in own {
            match self.update(client, known) {
                // It was deleted meanwhile.
                Err(Error::Refused { status: 404 | 410, .. }) => {}
                updated => return updated,
            }
        }
        self.create(client, &known)
    }

    fn path(&self) -> String {
        match self.target.place {
            Place::Issue(number) => format!("/repos/{}/issues/{number}/comments", self.target.repository),
            Place::New => format!("/repos/{}/issues", self.target.repository),
        }
    }

    /// The path of an existing post.
    fn path_of(&self, known: &Known) -> String {
        match self.target.place {
            Place::Issue(_) => format!("/repos/{}/issues/comments/{}", self.target.repository, known.id),
            Place::New => format!("/repos/{}/issues/{}", self.target.repository, known.number),
        }
    }

    /// Earlier posts with the marker, by whomever.
    fn known(&self, client: &Client) -> Result<Vec<Known>, Error> {
        let all = if self.target.place == Place::New { "&state=all" } else { "" };
        let first = client.api().endpoint(&format!("{}?per_page=100{all}", self.path()));
        let mut found = Vec::new();
        let mut is_list = true;
        client.each_page(first, |page| {
            match serde_json::from_str::<Vec<Known>>(page) {
                Ok(page) => found.extend(page.into_iter().filter(|known| known.is_marked(self.report))),
                Err(_) => is_list = false,
            }
            !is_list
        })?;
        if is_list { Ok(found) } else { Err(Error::Invalid) }
    }

    fn update(&self, client: &Client, known: &Known) -> Result<Done, Error> {
        let body = json!({ "body": self.report.body.as_str() }).to_string();
        let response = client.repeatable("PATCH", &client.api().endpoint(&self.path_of(known)), Some(&body))?;
        Ok(Done::Updated(url_of(&response)))
    }

    /// Posts it, where `before` are the posts with its marker that are there.
    fn create(&self, client: &Client, before: &[Known]) -> Result<Done, Error> {
        let address = client.api().endpoint(&self.path());
        let mut request = json!({ "body": self.report.body.as_str() });
        if let (Place::New, Some(fields)) = (self.target.place, request.as_object_mut()) {
            fields.insert("title".to_owned(), json!(self.report.title.as_str()));
            fields.insert("labels".to_owned(), json!(self.labels()));
        }
        let request = request.to_string();
        let mut attempt = 0;
        loop {
            let (asked, may_be_posted, error) = match client.once("POST", &address, Some(&request)) {
                Ok(response) => match response.outcome() {
                    Outcome::Done => return Ok(self.settled(client, &response)),
                    Outcome::Refused => return Err(response.refusal()),
                    Outcome::Later(asked) => (asked, false, response.refusal()),
                    Outcome::Unclear(asked) => (asked, true, response.refusal()),
                },
                Err(error) => (None, true, error),
            };
            if may_be_posted && let Some(posted) = self.appeared(client, before)? {
                return Ok(Done::Sent(posted.html_url));
            }
            let Some(wait) = client.backoff().wait(attempt, asked) else {
                return Err(if may_be_posted { Error::Unclear(Box::new(error)) } else { error });
            };
            thread::sleep(wait);
            attempt += 1;
        }
    }

    /// The post, if the list shows it although the response was lost. A list may lag behind.
    fn appeared(&self, client: &Client, before: &[Known]) -> Result<Option<Known>, Error> {
        for look in 0..LOST {
            thread::sleep(client.backoff().growing(look));
            let is_new = |known: &Known| before.iter().all(|it| it.id != known.id) && known.is_same(self.report);
            if let Some(known) = self.known(client)?.into_iter().find(is_new) {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    /// Waits until the list shows the new post, so that the next run finds it. If it shows an earlier one too, which it
    /// did not show before, that one is updated and the new one is taken back.
    fn settled(&self, client: &Client, response: &Response) -> Done {
        let sent = Done::Sent(url_of(response));
        let Ok(new) = serde_json::from_str::<Known>(&response.body) else { return sent };
        for look in 0..SETTLED {
            if let Some(before) = look.checked_sub(1) {
                thread::sleep(client.backoff().growing(before));
            }
            // That it was sent remains true, whatever goes wrong now.
            let Ok(known) = self.known(client) else { return sent };
            if known.iter().any(|known| known.id == new.id) {
                let is_earlier = |known: &&Known| known.id < new.id && new.author().is_some_and(|own| known.is_by(own));
                let earlier = known.iter().filter(is_earlier).min_by_key(|known| known.id);
                return earlier.and_then(|earlier| self.merged(client, earlier, &new).ok()).unwrap_or(sent);
            }
        }
        sent
    }

    /// Updates an earlier post, and takes back the new one.
    fn merged(&self, client: &Client, earlier: &Known, new: &Known) -> Result<Done, Error> {
        let updated = self.update(client, earlier)?;
        let address = client.api().endpoint(&self.path_of(new));
        match self.target.place {
            Place::Issue(_) => client.repeatable("DELETE", &address, None)?,
            // An issue cannot be deleted.
            Place::New => {
                let closed = json!({ "state": "closed", "state_reason": "not_planned" }).to_string();
                client.repeatable("PATCH", &address, Some(&closed))?
            }
        };
        Ok(updated)
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
