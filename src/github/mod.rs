//! Posts redacted reports to GitHub as issues or comments, over its REST API (version 2022-11-28), or builds the URL
//! of a prefilled issue form.
//!
//! A hidden marker identifies a finding: an earlier post of the token's owner with the same marker is updated, and nobody
//! else's. If a response is lost, or the server's list shows an earlier post too late, the marker is looked up again, so
//! that nothing is posted twice.

mod destination;

mod known;

mod response;

mod client;

mod prefilled;

mod post;

pub use client::{Access, Backoff, Client, Token};
pub use destination::{Api, BadApi, Place, Repository, Target};
pub use post::{Done, Post};
pub use prefilled::{Prefilled, by_hand};
pub use response::Error;
