//! The arguments about who made captures and when, for entries of the spec's corpus.

use clap::Args;
use ringtrace::patch::Credit;

/// Who made the captures, and when: nobody and never, unless given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Credit options")]
pub(super) struct CreditArguments {
    /// Contributor to credit in corpus entries: an id in the spec's `spec/contributors`.
    #[arg(long, value_name = "ID", value_parser = id)]
    pub(super) contributor: Option<String>,

    /// Date of the captures, for corpus entries.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    captured_at: Option<String>,
}

impl CreditArguments {
    /// What is to be said in entries.
    pub(super) fn credit(&self) -> Credit {
        Credit { contributor: self.contributor.clone(), captured_at: self.captured_at.clone() }
    }
}

fn id(text: &str) -> Result<String, &'static str> {
    let is_id = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let is_id = is_id && !text.is_empty() && !text.starts_with('-');
    is_id.then(|| text.to_owned()).ok_or("expected lowercase letters, digits and hyphens")
}

fn date(text: &str) -> Result<String, &'static str> {
    let date = text.parse::<jiff::civil::Date>().map(|date| date.to_string());
    date.map_err(|_| "expected a date like 2026-06-24")
}
