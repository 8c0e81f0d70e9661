//! Whose server, in whose name.

use std::process::{Command, Stdio};

use super::client::{Client, Pace, Token};
use super::place::Api;

/// A server, and what it takes to speak to it.
#[derive(Clone, Debug)]
pub struct Access {
    /// The server's API.
    pub api: Api,
    /// Where the token comes from.
    pub token: fn(&Api) -> Option<Token>,
    /// How patiently requests are made again.
    pub pace: Pace,
}

impl Default for Access {
    fn default() -> Self {
        Self::to(Api::default())
    }
}

impl Access {
    /// The access that the user has to a server.
    #[must_use]
    pub fn to(api: Api) -> Self {
        Self { api, token: users_token, pace: Pace::default() }
    }

    /// A client; `None` if there is no token. May take as long as another program does.
    #[must_use]
    pub fn client(&self) -> Option<Client> {
        Some(Client::new(self.api.clone(), (self.token)(&self.api)?, self.pace))
    }
}

/// The user's token, if there is one: that of `GITHUB_TOKEN`, else the one that `gh` has for the server.
fn users_token(api: &Api) -> Option<Token> {
    let from_environment = std::env::var("GITHUB_TOKEN").ok().and_then(|token| Token::new(&token));
    from_environment.or_else(|| {
        let mut gh = Command::new("gh");
        gh.args(["auth", "token", "--hostname", &api.host()]).stdin(Stdio::null()).stderr(Stdio::null());
        let said = gh.output().ok().filter(|said| said.status.success())?;
        Token::new(&String::from_utf8(said.stdout).ok()?)
    })
}
