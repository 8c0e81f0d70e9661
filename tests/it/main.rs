//! The integration tests, one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod binary;
mod board;
mod calls;
mod captures;
mod cli;
mod damage;
mod diagrams;
mod filter;
mod frames;
mod generated;
mod github;
mod house;
mod inputs;
mod jobs;
mod login;
mod logs;
mod lookup;
mod lost;
mod merged;
mod outcome;
mod questions;
mod reference;
mod refusals;
mod report;
mod rules;
mod sanitize;
mod shared;
mod shell;
mod stats;
mod tables;
mod terminal;
mod timeline;
mod tls;
mod tui;
mod vantages;
