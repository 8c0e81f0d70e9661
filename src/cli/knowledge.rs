//! What others report about calls: the shipped facts, or those in a folder.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use ringtrace::spec::{KNOWLEDGE, Knowledge};
use ringtrace::visible::{visible, visible_path};

use super::exit::Failure;

/// Where the facts come from.
#[derive(Debug, Args)]
pub(super) struct KnowledgeArguments {
    /// Folder with TOML files of what others report about calls, instead of the shipped ones.
    #[arg(long, value_name = "DIR")]
    knowledge: Option<PathBuf>,
}

impl KnowledgeArguments {
    /// Reads the facts: all TOML files of the folder in order of their names, or the shipped ones.
    ///
    /// # Errors
    /// If the folder has no such file, or one of them is wrong: with its line.
    pub(super) fn read(&self) -> Result<Cow<'static, Knowledge>, Failure> {
        let Some(folder) = &self.knowledge else { return Ok(Cow::Borrowed(&*KNOWLEDGE)) };
        let failed = |path: &Path| {
            let path = visible_path(path);
            move |error| Failure::Read { path, error }
        };
        let entries = fs::read_dir(folder).map_err(failed(folder))?;
        let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
        let files = files
            .as_mut()
            .map_err(|error| Failure::Read { path: visible_path(folder), error: std::io::Error::from(error.kind()) })?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        if files.is_empty() {
            return Err(Failure::Usage(format!("{}: no TOML file is in this folder", visible_path(folder))));
        }
        let mut knowledge = Knowledge::default();
        for file in files.iter() {
            let text = fs::read_to_string(file).map_err(failed(file))?;
            let read = Knowledge::read(&text).map_err(|wrong| {
                Failure::Usage(format!(
                    "{}:{}:{}: {}",
                    visible_path(file),
                    wrong.line,
                    wrong.column,
                    visible(&wrong.why)
                ))
            })?;
            knowledge.extend(read);
        }
        Ok(Cow::Owned(knowledge))
    }
}
