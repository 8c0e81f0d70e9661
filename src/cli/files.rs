//! The captures on the command line. Some options apply to the FILEs that follow them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Id};
use ringtrace::analysis::{Overrides, Source};
use ringtrace::input::{FORMATS, TECHNIQUES};
use ringtrace::protocol::binary::Jid;
use ringtrace::visible::visible;

use super::exit::Failure;

/// The heading of options about input.
pub(super) const INPUT: &str = "Input options";

/// Characters that make a name a pattern.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// The captures, in order.
#[derive(Clone, Debug)]
pub(super) struct Files {
    all: Vec<Given>,
    /// How many of them were given on the command line. The others were opened later.
    on_command_line: usize,
}

/// A capture as given, with the options that apply to it.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// A file, a folder, a glob pattern, or `-`.
    pub(super) path: PathBuf,
    /// The options given before it.
    pub(super) overrides: Overrides,
}

impl Given {
    /// Returns whether it may stand for several files: a folder, or a pattern.
    pub(super) fn is_several(&self) -> bool {
        self.path.is_dir() || !self.path.exists() && self.path.to_string_lossy().contains(WILDCARDS)
    }
}

impl Files {
    pub(super) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns whether the file with this index was opened later than the command line.
    pub(super) const fn is_opened_later(&self, index: usize) -> bool {
        index >= self.on_command_line
    }

    /// Adds a capture, to which no option applies.
    pub(super) fn add(&mut self, path: PathBuf) {
        self.all.push(Given { path, overrides: Overrides::default() });
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Given> {
        self.all.iter()
    }
}

/// The arguments before options are assigned to files.
#[derive(Debug, Args)]
struct Arguments {
    /// Captures: files, folders, glob patterns, or `-` for stdin.
    #[arg(value_name = "FILE", required = true, help_heading = "Arguments")]
    files: Vec<PathBuf>,

    /// Input format of the FILEs that follow, if it can't be detected or is detected wrongly.
    #[arg(long, help_heading = INPUT, value_name = "NAME", value_parser = formats())]
    input_format: Vec<String>,

    /// How the FILEs that follow were captured (one of the spec's techniques), if the format doesn't imply it.
    #[arg(long, help_heading = INPUT, value_name = "ID", value_parser = PossibleValuesParser::new(TECHNIQUES))]
    technique: Vec<String>,

    /// Address of the device that captured the FILEs that follow.
    #[arg(long, help_heading = INPUT, value_name = "JID", value_parser = address)]
    me: Vec<Jid>,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|format| format.name))
}

fn address(text: &str) -> Result<Jid, &'static str> {
    let jid = Jid::parse(text).filter(|jid| !jid.is_server());
    jid.ok_or("expected USER:DEVICE@lid or USER:DEVICE@s.whatsapp.net")
}

impl FromArgMatches for Files {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let Arguments { files, input_format, technique, me } = Arguments::from_arg_matches(matches)?;
        let positions = |id: &str| -> Vec<usize> { matches.indices_of(id).into_iter().flatten().collect() };
        let options = [positions("input_format"), positions("technique"), positions("me")];
        let given = files.into_iter().zip(positions("files")).map(|(path, position)| {
            let [format, used_technique, device] =
                [0, 1, 2].map(|option| options.get(option).and_then(|positions| last_before(positions, position)));
            let overrides = Overrides {
                format: format.and_then(|index| input_format.get(index)).cloned(),
                technique: used_technique.and_then(|index| technique.get(index)).cloned(),
                device: device.and_then(|index| me.get(index)).cloned(),
            };
            Given { path, overrides }
        });
        let all: Vec<_> = given.collect();
        Ok(Self { on_command_line: all.len(), all })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The last option before `position`: its index in `options`, which holds their positions in order.
fn last_before(options: &[usize], position: usize) -> Option<usize> {
    options.partition_point(|option| *option < position).checked_sub(1)
}

impl Args for Files {
    fn augment_args(command: Command) -> Command {
        Arguments::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Arguments::augment_args_for_update(command)
    }

    fn group_id() -> Option<Id> {
        Arguments::group_id()
    }
}

/// Adds what a FILE stands for: itself, standard input for `-`, all files below a folder, or what a pattern matches.
///
/// # Errors
/// If it is an invalid pattern, or one that matches nothing.
pub(super) fn expand(file: &Path, sources: &mut Vec<Source>) -> Result<(), Failure> {
    if file == Path::new("-") {
        sources.push(Source::StandardInput);
        return Ok(());
    }
    if file.is_dir() {
        files_below(file, sources);
        return Ok(());
    }
    let text = file.to_string_lossy();
    if file.exists() || !text.contains(WILDCARDS) {
        sources.push(Source::File(file.to_owned()));
        return Ok(());
    }
    let usage = |why: String| Failure::Usage(format!("{}: {why}", visible(&text)));
    let matches = glob::glob(&text).map_err(|error| usage(error.to_string()))?;
    let before = sources.len();
    for path in matches.filter_map(Result::ok) {
        if path.is_dir() {
            files_below(&path, sources);
        } else {
            sources.push(Source::File(path));
        }
    }
    if sources.len() == before { Err(usage("no file matches this pattern".to_owned())) } else { Ok(()) }
}

/// Adds the files in a folder and those below it, by path. Files in a folder need not be captures.
fn files_below(folder: &Path, sources: &mut Vec<Source>) {
    let mut found: Vec<PathBuf> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            // Opening it as a file reports why it cannot be read.
            sources.push(Source::File(folder));
            continue;
        };
        for entry in entries.filter_map(Result::ok) {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) if entry.path().is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found.sort();
    sources.extend(found.into_iter().map(Source::FileInFolder));
}
