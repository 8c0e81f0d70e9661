//! Where a table or a text is written: standard output or a file.

use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use ringtrace::output::{self, Existing, Inputs, Output, Readers};
use ringtrace::visible::visible_path;

use super::exit::Failure;
use super::interrupt;

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

    /// The target to write to, which is none of the `inputs`.
    ///
    /// # Errors
    /// As [`Target::new`].
    pub(super) fn target(&self, inputs: &Inputs) -> Result<Target, Failure> {
        self.path().map_or(Ok(Target::Stdout), |path| Target::new(path, self.force, inputs))
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
    /// If the file is one of the `inputs`, if it exists and must not be overwritten, if it is a folder, or if its folder
    /// does not exist. This is checked before the captures are read, which may take long.
    pub(super) fn new(path: &Path, force: bool, inputs: &Inputs) -> Result<Self, Failure> {
        if inputs.contains(path) {
            return Err(Failure::Input(visible_path(path)));
        }
        let existing = if force { Existing::Replace } else { Existing::Keep };
        let target = Self::File(path.to_owned(), existing);
        match fs::metadata(path) {
            Err(_) if !output::folder_of(path).is_dir() => {
                let error = fs::metadata(output::folder_of(path)).err();
                Err(target.failure(error.unwrap_or_else(|| io::ErrorKind::NotADirectory.into())))
            }
            Ok(metadata) if metadata.is_dir() => Err(Failure::Usage(format!("{} is a folder", visible_path(path)))),
            Ok(metadata) if metadata.is_file() && !force => Err(Failure::Exists(visible_path(path))),
            _ => Ok(target),
        }
    }

    /// The file, if it is one that appears whole.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path, _) if !output::is_device(path) => Some(path),
            Self::File(..) | Self::Stdout => None,
        }
    }

    /// Returns whether the output is shown on a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        matches!(self, Self::Stdout) && io::stdout().is_terminal()
    }

    /// Returns whether the output is a file that can be written in any order, not a stream.
    pub(super) fn is_regular_file(&self) -> bool {
        self.path().is_some()
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
                let created = interrupt::clean_up().and_then(|()| Output::create(path, *existing, Readers::Usual));
                let mut out = created.map_err(|error| self.failure(error))?;
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
        self.write_parts([text])
    }

    /// Writes a text that comes in parts.
    ///
    /// # Errors
    /// If the target cannot be written.
    pub(super) fn write_parts<'t>(&self, parts: impl IntoIterator<Item = &'t str>) -> Result<(), Failure> {
        self.write(|out| {
            let mut parts = parts.into_iter();
            parts.try_for_each(|part| out.write_all(part.as_bytes())).map_err(|error| self.failure(error))
        })
    }

    /// The failure to write to this target.
    pub(super) fn failure(&self, error: io::Error) -> Failure {
        match self {
            Self::Stdout => Failure::Write { target: "standard output".to_owned(), error },
            Self::File(path, _) if error.kind() == io::ErrorKind::AlreadyExists => Failure::Exists(visible_path(path)),
            Self::File(path, _) => Failure::Write { target: visible_path(path), error },
        }
    }
}
