//! A hidden file next to an exported table that records what it was made from, so that `--skip-unchanged` can tell
//! whether the table is up to date.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use ringtrace::output::Inputs;
use ringtrace::visible::visible_path;
use serde::{Deserialize, Serialize};

use super::exit::Failure;
use super::target::Target;

/// The version of the file's format. A file of another version is ignored.
const SCHEMA: u32 = 1;

/// What a table was made from, and its hash.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Manifest {
    schema: u32,
    made_from: Sources,
    /// The table's SHA-256 in hex.
    output: String,
    /// Whether data was lost when the table was written.
    pub(super) lost: bool,
}

/// Everything that determines a table's content.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Sources {
    /// ringtrace's version.
    version: String,
    /// The arguments, as given.
    arguments: Vec<String>,
    /// The captures, the key logs and the config file, in the order they are read.
    inputs: Vec<Input>,
}

/// A file by name and content.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
struct Input {
    path: String,
    /// Its SHA-256 in hex; `None` if it cannot be read.
    sha256: Option<String>,
}

impl Sources {
    /// What a table would be made from if it were written now.
    pub(super) fn new<'p>(inputs: impl IntoIterator<Item = &'p Path>) -> Self {
        let inputs = inputs
            .into_iter()
            .map(|path| Input { path: path.to_string_lossy().into_owned(), sha256: sha256(path).ok() });
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            arguments: std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect(),
            inputs: inputs.collect(),
        }
    }
}

impl Manifest {
    /// The manifest of the table at `output`, if the table is still what was written.
    pub(super) fn of(output: &Path) -> Option<Self> {
        let file = io::BufReader::new(File::open(path_for(output)?).ok()?);
        let manifest: Self = serde_json::from_reader(file).ok()?;
        (manifest.schema == SCHEMA && sha256(output).is_ok_and(|hash| hash == manifest.output)).then_some(manifest)
    }

    /// Returns whether the table is up to date.
    pub(super) fn is_current(&self, now: &Sources) -> bool {
        self.made_from == *now
    }

    /// Records what the table at `output` was made from.
    ///
    /// # Errors
    /// If the table cannot be read back, or the manifest cannot be written.
    pub(super) fn write(made_from: Sources, output: &Path, lost: bool, target: &Target) -> Result<(), Failure> {
        let failure = |error| Failure::Write { target: visible_path(output), error };
        let hash = sha256(output).map_err(failure)?;
        let manifest = Self { schema: SCHEMA, made_from, output: hash, lost };
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| failure(error.into()))?;
        target.write_text(&format!("{text}\n"))
    }
}

/// Where to write the manifest of the table at `output`.
///
/// # Errors
/// If it is one of the `inputs`.
pub(super) fn target(output: &Path, inputs: &Inputs) -> Result<Target, Failure> {
    path_for(output).map_or(Ok(Target::Stdout), |path| Target::new(&path, true, inputs))
}

/// `.NAME.ringtrace.json`: engines that read a folder of tables ignore names that begin with a dot.
fn path_for(output: &Path) -> Option<PathBuf> {
    Some(output.with_file_name(format!(".{}.ringtrace.json", output.file_name()?.to_string_lossy())))
}

fn sha256(path: &Path) -> io::Result<String> {
    File::open(path).and_then(ringtrace::report::sha256)
}
