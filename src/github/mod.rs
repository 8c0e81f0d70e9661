//! Redacted text to an issue or a comment on GitHub, over its REST API (version 2022-11-28), and to the address of a
//! form that is filled in already.
//!
//! What was sent before under the same marker is updated. When an answer is lost, the marker is looked up before
//! anything is sent again, so that nothing stands there twice.

mod access;
mod address;
mod answer;
mod client;
mod pages;
mod place;
mod post;

pub use access::Access;
pub use address::{Prefilled, by_hand};
pub use answer::Error;
pub use client::{Client, Pace, Token};
pub use place::{Api, BadApi, Place, Repository, Target};
pub use post::{Done, Post};
