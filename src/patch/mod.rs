//! A change of the spec from captures: what they support is written into a checkout of its repository, and nothing else.
//!
//! [`Change::draft`] gathers what stanzas show of the pages and turns it into edits of files, each with its reason
//! and its evidence, and none that claims more than the evidence allows; [`worktree`] writes them, all or none.

mod repository;

mod coverage;

mod diff;

mod test_servers;

mod draft;

mod facts;

mod corpus;

mod evidence;

mod stanza_pages;

mod flow_pages;

mod enum_pages;

mod parts;

mod contradictions;

mod change;

mod pull_request;

mod pin;

pub mod lint;

pub mod worktree;

pub use change::{Change, FileChange, Request};
pub use contradictions::Discrepancy;
pub use corpus::Credit;
pub use coverage::{Coverage, Tally};
pub use diff::unified;
pub use draft::Conflict;
pub use facts::Place;
pub use parts::{Closed, Closing};
pub use pin::index_of;
pub use pull_request::{PullRequest, TEMPLATE};
pub use repository::{Folder, Repository, RepositoryError};
pub use stanza_pages::Left;
pub use test_servers::TestServers;
