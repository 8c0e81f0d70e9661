//! What a table was made from: a file beside it that tells whether making it again would give the same.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use ring::digest::{Context, SHA256};
use serde::{Deserialize, Serialize};

use super::exit::Failure;
use super::target::Target;

/// The version of what the file says. One of another version is as good as none.
const SCHEMA: u32 = 1;

/// What a table was made from, and what it was.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Manifest {
    schema: u32,
    /// What it was made from.
    made_from: Sources,
    /// The table's SHA-256 in hex.
    output: String,
    /// Whether something was lost when it was made.
    pub(super) lost: bool,
}

/// Everything that a table follows from.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Sources {
    /// ringtrace's version.
    version: String,
    /// The arguments, as given.
    arguments: Vec<String>,
    /// The captures, the key logs and the config file, in the order in which they are read.
    inputs: Vec<Input>,
}

/// A file, by name and content.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
struct Input {
    path: String,
    /// Its SHA-256 in hex; `None` if it cannot be read.
    sha256: Option<String>,
}

impl Sources {
    /// What a table would be made from now.
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
    /// What is known of the table at `output`, if it is there and is what was written then.
    pub(super) fn of(output: &Path) -> Option<Self> {
        let file = io::BufReader::new(File::open(beside(output)?).ok()?);
        let manifest: Self = serde_json::from_reader(file).ok()?;
        (manifest.schema == SCHEMA && sha256(output).is_ok_and(|hash| hash == manifest.output)).then_some(manifest)
    }

    /// Whether the table would be the same now.
    pub(super) fn holds(&self, now: &Sources) -> bool {
        self.made_from == *now
    }

    /// Writes down what the table at `output` was made from.
    ///
    /// # Errors
    /// If the table cannot be read again, or the file takes no bytes.
    pub(super) fn write(made_from: Sources, output: &Path, lost: bool) -> Result<(), Failure> {
        let failure = |path: &Path, error| Failure::Write { target: path.display().to_string(), error };
        let hash = sha256(output).map_err(|error| failure(output, error))?;
        let manifest = Self { schema: SCHEMA, made_from, output: hash, lost };
        let Some(path) = beside(output) else { return Ok(()) };
        let text = serde_json::to_string_pretty(&manifest).map_err(|error| failure(&path, error.into()))?;
        Target::new(Some(&path), true)?.write(|out| writeln!(out, "{text}").map_err(|error| failure(&path, error)))
    }
}

/// `.NAME.ringtrace.json`: engines that read a folder of tables pass over names that begin with a dot.
fn beside(output: &Path) -> Option<PathBuf> {
    Some(output.with_file_name(format!(".{}.ringtrace.json", output.file_name()?.to_string_lossy())))
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut context = Context::new(&SHA256);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(HEXLOWER.encode(context.finish().as_ref())),
            Ok(read) => context.update(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
