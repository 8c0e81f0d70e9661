//! Where a table or a text is written: standard output or a file.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use ringtrace::output::{self, Existing, Output};

use super::exit::Failure;

/// The heading of options about output.
pub(super) const OUTPUT: &str = "Output options";

/// The options of every command that writes a file.
#[derive(Debug, Args)]
#[command(next_help_heading = OUTPUT)]
pub(super) struct OutputArguments {
    /// Output file (`-` for stdout).
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Overwrite the output file if it exists.
    #[arg(long)]
    pub(super) force: bool,
}

impl OutputArguments {
    /// Returns whether `-o` was given, if only as `-`.
    pub(super) const fn is_given(&self) -> bool {
        self.output.is_some()
    }

    /// The output path; `None` for standard output.
    pub(super) fn path(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// The target to write to.
    ///
    /// # Errors
    /// As [`Target::new`].
    pub(super) fn target(&self) -> Result<Target, Failure> {
        self.path().map_or(Ok(Target::Stdout), |path| Target::new(path, self.force))
    }
}

/// Where to write.
#[derive(Debug)]
pub(super) enum Target {
    /// Standard output.
    Stdout,
    /// A file, which appears whole at the end or not at all; or an existing device or pipe.
    File(PathBuf, Existing),
}

impl Target {
    /// The file at `path`.
    ///
    /// # Errors
    /// If the file exists and must not be overwritten, if it is a folder, or if its folder does not exist. This is
    /// checked before the captures are read, which may take long.
    pub(super) fn new(path: &Path, force: bool) -> Result<Self, Failure> {
        let existing = if force { Existing::Replace } else { Existing::Keep };
        let target = Self::File(path.to_owned(), existing);
        match fs::metadata(path) {
            Err(_) if !output::folder_of(path).is_dir() => {
                let error = fs::metadata(output::folder_of(path)).err();
                Err(target.failure(error.unwrap_or_else(|| io::ErrorKind::NotADirectory.into())))
            }
            Ok(metadata) if metadata.is_dir() => Err(Failure::Usage(format!("{} is a folder", path.display()))),
            Ok(metadata) if metadata.is_file() && !force => Err(Failure::Exists(path.display().to_string())),
            _ => Ok(target),
        }
    }

    /// Returns whether the output is shown on a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout) && io::stdout().is_terminal()
    }

    /// Returns whether the output is a file that can be written in any order, not a stream.
    pub(super) fn is_regular_file(&self) -> bool {
        matches!(self, Self::File(path, _) if !output::is_device(path))
    }

    /// Runs `write`, and puts the result in place if it succeeds.
    ///
    /// # Errors
    /// Those of `write`, and those of writing to the target.
    pub(super) fn write(&self, write: impl FnOnce(&mut dyn Write) -> Result<(), Failure>) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = BufWriter::new(io::stdout().lock());
                write(&mut out)?;
                out.flush().map_err(|error| self.failure(error))
            }
            Self::File(path, existing) => {
                let mut out = Output::create(path, *existing).map_err(|error| self.failure(error))?;
                write(&mut out)?;
                out.finish().map_err(|error| self.failure(error))
            }
        }
    }

    /// Writes a text.
    ///
    /// # Errors
    /// If the target cannot be written.
    pub(super) fn write_text(&self, text: &str) -> Result<(), Failure> {
        self.write(|out| out.write_all(text.as_bytes()).map_err(|error| self.failure(error)))
    }

    /// The failure to write to this target.
    pub(super) fn failure(&self, error: io::Error) -> Failure {
        match self {
            Self::Stdout => Failure::Write { target: "standard output".to_owned(), error },
            Self::File(path, _) if error.kind() == io::ErrorKind::AlreadyExists => {
                Failure::Exists(path.display().to_string())
            }
            Self::File(path, _) => Failure::Write { target: path.display().to_string(), error },
        }
    }
}
