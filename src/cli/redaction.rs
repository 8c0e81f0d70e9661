//! The arguments of commands whose output is for others, and the leak check.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use ringtrace::analysis::Analysis;
use ringtrace::output::{Existing, Inputs, Output, Readers, folder_of};
use ringtrace::redact::{Aliases, BadAlias, Leak, Redactor, Withheld};
use ringtrace::visible::{visible, visible_path};

use super::exit::Failure;
use super::interrupt;
use super::settings::Verbosity;

/// Places of withheld values that are listed.
const LISTED: usize = 40;

/// How raw identifiers are replaced.
#[derive(Debug, Args)]
#[command(next_help_heading = "Redaction options")]
pub(super) struct Redaction {
    /// Keep the values of an attribute (TAG@ATTR) or an element's content (TAG) unredacted; the final leak check still
    /// applies.
    #[arg(long, value_name = "TAG[@ATTR]", value_parser = kept)]
    keep: Vec<(String, Option<String>)>,

    /// Let a word leave that is also the name of a person, a file or a machine; numbers, ids and addresses never leave.
    #[arg(long, value_name = "WORD")]
    allow: Vec<String>,

    /// Pseudonym file, created or updated, so that several runs use the same pseudonyms. Keep it private.
    #[arg(long, value_name = "PATH")]
    alias_file: Option<PathBuf>,
}

fn kept(text: &str) -> Result<(String, Option<String>), &'static str> {
    match text.split_once('@') {
        Some((tag, attribute)) if !tag.is_empty() && !attribute.is_empty() => {
            Ok((tag.to_owned(), Some(attribute.to_owned())))
        }
        None if !text.is_empty() => Ok((text.to_owned(), None)),
        _ => Err("expected TAG@ATTRIBUTE or TAG"),
    }
}

impl Redaction {
    /// A redactor that knows every identifier in the captures, and the pseudonyms that are already given.
    pub(super) fn redactor(&self, analysis: &Analysis, known: &Known) -> Redactor {
        self.redactor_allowing(analysis, known, std::iter::empty())
    }

    /// The same, which lets the names leave under which the user publishes.
    pub(super) fn redactor_allowing<'n>(
        &self,
        analysis: &Analysis,
        known: &Known,
        own: impl IntoIterator<Item = &'n String>,
    ) -> Redactor {
        let allowed = self.allow.iter().cloned().chain(own.into_iter().cloned()).collect();
        let mut redactor = Redactor::allowing(analysis, known.aliases.clone(), names_here(), &allowed);
        for (tag, attribute) in &self.keep {
            match attribute {
                Some(attribute) => redactor.keep(tag, attribute),
                None => redactor.keep_content(tag),
            }
        }
        redactor
    }

    /// The pseudonym file, if there is to be one.
    pub(super) fn file(&self) -> Option<&Path> {
        self.alias_file.as_deref()
    }

    /// Adds the pseudonym file to the files that no output may replace.
    ///
    /// # Errors
    /// If it is one of the inputs itself.
    pub(super) fn protect(&self, inputs: &mut Inputs) -> Result<(), Failure> {
        let Some(path) = &self.alias_file else { return Ok(()) };
        if inputs.contains(path) {
            return Err(Failure::Input(visible_path(path)));
        }
        inputs.add(path);
        Ok(())
    }

    /// The pseudonyms in the file.
    ///
    /// # Errors
    /// If it cannot be read or is invalid.
    pub(super) fn known(&self) -> Result<Known, Failure> {
        let Some(path) = &self.alias_file else { return Ok(Known::default()) };
        let text = content(path)?;
        let parsed = text.as_deref().unwrap_or_default().parse();
        let aliases = parsed.map_err(|bad: BadAlias| Failure::Usage(format!("{}: {bad}", visible_path(path))))?;
        Ok(Known { aliases, text })
    }

    /// Adds the new pseudonyms to the file, for the next run.
    ///
    /// # Errors
    /// If the file is no longer what was read, or cannot be written.
    pub(super) fn save(&self, redactor: &Redactor, known: &Known) -> Result<(), Failure> {
        let Some(path) = &self.alias_file else { return Ok(()) };
        let failure = |error| Failure::Write { target: visible_path(path), error };
        if content(path)? != known.text {
            return Err(failure(io::Error::other("changed by another program meanwhile; run the command again")));
        }
        let mut text = known.text.clone().unwrap_or_default();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let old = known.aliases.listed();
        let old: HashSet<_> = old.iter().collect();
        let all = redactor.aliases().listed();
        let new: Vec<_> = all.iter().filter(|line| !old.contains(line)).collect();
        if new.is_empty() && known.text.is_some() {
            return Ok(());
        }
        text.extend(new.into_iter().map(|(alias, raw)| format!("{alias} {raw}\n")));
        let existing = if known.text.is_some() { Existing::Replace } else { Existing::Keep };
        let write = || {
            fs::metadata(folder_of(path))?;
            interrupt::clean_up()?;
            let mut output = Output::create(path, existing, Readers::Owner)?;
            output.write_all(text.as_bytes())?;
            output.finish()
        };
        write().map_err(failure)
    }
}

/// The pseudonyms that were given before.
#[derive(Debug, Default)]
pub(super) struct Known {
    aliases: Aliases,
    /// The file's text; `None` if there is no file.
    text: Option<String>,
}

/// The text of the pseudonym file; `None` if there is none yet.
fn content(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::Usage(format!("{}: {error}", visible_path(path)))),
    }
}

/// The failure that lists the leaks: their lines and kinds.
pub(super) fn leaks(leaks: Vec<Leak>) -> Failure {
    let by_chance = leaks.iter().any(|leak| leak.what.is_releasable());
    Failure::Leaks { places: leaks.iter().map(ToString::to_string).collect(), by_chance }
}

/// Checks each of the user's notes, given with its subject.
///
/// The finished report is checked too, but there the user would not see which note to change.
///
/// # Errors
/// If a note contains an identifier: which notes, and which kinds.
pub(super) fn release_notes(redactor: &Redactor, notes: &[(String, String)]) -> Result<(), Failure> {
    let leaks = notes.iter().flat_map(|(on, note)| {
        let leaks = redactor.release(note.clone()).err().unwrap_or_default();
        leaks.into_iter().map(move |leak| (on, leak.what))
    });
    let leaks: Vec<_> = leaks.collect();
    if leaks.is_empty() {
        return Ok(());
    }
    let by_chance = leaks.iter().any(|(_, what)| what.is_releasable());
    let places = leaks.into_iter().map(|(on, what)| format!("the note on {on}: {what}")).collect();
    Err(Failure::Leaks { places, by_chance })
}

/// Says what was withheld, and how to release it.
pub(super) fn list_withheld(withheld: &[Withheld], verbosity: Verbosity) {
    if withheld.is_empty() || verbosity < Verbosity::Losses {
        return;
    }
    errln!("ringtrace: withheld, because not known to be harmless (look at the value, then use --keep PLACE):");
    for it in withheld.iter().take(LISTED) {
        let times = if it.count > 1 { format!(", {} times", it.count) } else { String::new() };
        errln!("  {}: {}{times}", visible(&it.place), visible(&it.shown));
    }
    if withheld.len() > LISTED {
        errln!("  and {} more", withheld.len() - LISTED);
    }
}

/// A filter as a report quotes it: with ids replaced, or `...` if it still contains an identifier.
pub(super) fn quoted_filter(redactor: &Redactor, filter: &str) -> String {
    let released = redactor.release(redactor.text(filter));
    released.map_or_else(|_| "...".to_owned(), |filter| filter.to_string())
}

/// The names of the user and of this machine, which must not leave it either.
pub(super) fn names_here() -> Vec<String> {
    let variables = ["USER", "LOGNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME"];
    let host = fs::read_to_string("/etc/hostname").ok();
    let names = variables.iter().filter_map(|variable| std::env::var(variable).ok()).chain(host);
    names.map(|name| name.trim().to_owned()).collect()
}
