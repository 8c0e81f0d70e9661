//! What every command takes whose output is for others: what to let through, and under which names.

use std::fs;
use std::io;
use std::path::PathBuf;

use clap::Args;
use ringtrace::analysis::Analysis;
use ringtrace::redact::{Aliases, Leak, Redactor};
use ringtrace::visible::visible;

use super::exit::Failure;
use super::target::Target;

/// How raw identifiers are replaced.
#[derive(Debug, Args)]
pub(super) struct Redaction {
    /// Lets the values of an attribute of a tag, or the bytes in a tag, stay as they are; the last look for identifiers
    /// stays.
    #[arg(long, value_name = "TAG[@ATTR]", value_parser = kept)]
    keep: Vec<(String, Option<String>)>,

    /// A file of this machine with what stands for whom: read if it is there, and written afterwards, so that several
    /// runs use the same names.
    #[arg(long, value_name = "PATH")]
    alias_file: Option<PathBuf>,
}

fn kept(text: &str) -> Result<(String, Option<String>), &'static str> {
    match text.split_once('@') {
        Some((tag, attribute)) if !tag.is_empty() && !attribute.is_empty() => {
            Ok((tag.to_owned(), Some(attribute.to_owned())))
        }
        None if !text.is_empty() => Ok((text.to_owned(), None)),
        _ => Err("it has the form TAG@ATTRIBUTE, or TAG"),
    }
}

impl Redaction {
    /// Gathers the identifiers of the captures.
    ///
    /// # Errors
    /// If the file of aliases cannot be read, or is none.
    pub(super) fn redactor(&self, analysis: &Analysis) -> Result<Redactor, Failure> {
        let mut redactor = Redactor::new(analysis, self.aliases()?, names_here());
        for (tag, attribute) in &self.keep {
            match attribute {
                Some(attribute) => redactor.keep(tag, attribute),
                None => redactor.keep_content(tag),
            }
        }
        Ok(redactor)
    }

    fn aliases(&self) -> Result<Aliases, Failure> {
        let Some(path) = &self.alias_file else { return Ok(Aliases::default()) };
        let usage = |why: String| Failure::Usage(format!("{}: {why}", visible(&path.to_string_lossy())));
        match fs::read_to_string(path) {
            Ok(text) => text.parse().map_err(|bad: ringtrace::redact::BadAlias| usage(bad.to_string())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Aliases::default()),
            Err(error) => Err(usage(error.to_string())),
        }
    }

    /// Keeps what stands for whom for the next run.
    ///
    /// # Errors
    /// If the file takes no bytes.
    pub(super) fn save(&self, redactor: &Redactor) -> Result<(), Failure> {
        let Some(path) = &self.alias_file else { return Ok(()) };
        let target = Target::new(Some(path), true)?;
        target.write(|out| {
            out.write_all(redactor.aliases().to_string().as_bytes()).map_err(|error| target.failure(error))
        })
    }
}

/// Says in which lines raw identifiers are left, and of which kinds.
pub(super) fn leaks(leaks: Vec<Leak>) -> Failure {
    Failure::Leaks(leaks.iter().map(ToString::to_string).collect())
}

/// Looks at each of the user's notes, given with what it is on.
///
/// # Errors
/// If an identifier is in one: in which notes, and of which kinds.
pub(super) fn release_notes(redactor: &Redactor, notes: &[(String, String)]) -> Result<(), Failure> {
    let leaks = notes.iter().flat_map(|(on, note)| {
        let leaks = redactor.release(note.clone()).err().unwrap_or_default();
        leaks.into_iter().map(move |leak| format!("the note on {on}: {}", leak.what))
    });
    let leaks: Vec<_> = leaks.collect();
    if leaks.is_empty() { Ok(()) } else { Err(Failure::Leaks(leaks)) }
}

/// A filter for others to read: itself with the ids in it replaced, unless it names somebody.
pub(super) fn fit(redactor: &Redactor, filter: &str) -> String {
    let released = redactor.release(redactor.text(filter));
    released.map_or_else(|_| "...".to_owned(), |filter| filter.to_string())
}

/// The names of the user and of this machine.
pub(super) fn names_here() -> Vec<String> {
    let variables = ["USER", "LOGNAME", "USERNAME", "HOSTNAME", "COMPUTERNAME"];
    let host = fs::read_to_string("/etc/hostname").ok();
    let names = variables.iter().filter_map(|variable| std::env::var(variable).ok()).chain(host);
    names.map(|name| name.trim().to_owned()).collect()
}
