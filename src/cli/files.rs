//! The captures on a command line, each with the options that were given before it.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Id};
use ringtrace::analysis::Overrides;
use ringtrace::input::{FORMATS, TECHNIQUES};
use ringtrace::protocol::binary::Jid;

/// The captures, in order.
#[derive(Debug)]
pub(super) struct Files(Vec<Given>);

/// A capture as it was named, and what was said of it.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// A file, a folder, a pattern, or `-`.
    pub(super) path: PathBuf,
    /// The options before it.
    pub(super) overrides: Overrides,
}

impl Files {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Given> {
        self.0.iter()
    }
}

/// The arguments, before it is known which stands before which.
#[derive(Debug, Args)]
struct Arguments {
    /// Captures: files, folders, patterns, or `-` for standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The format of the FILEs after it, where the content does not tell, or tells something else.
    #[arg(long, value_name = "NAME", value_parser = formats())]
    input_format: Vec<String>,

    /// How the FILEs after it were recorded, where their format does not tell: one of the spec's techniques.
    #[arg(long, value_name = "ID", value_parser = PossibleValuesParser::new(TECHNIQUES))]
    technique: Vec<String>,

    /// The address of the device that recorded the FILEs after it.
    #[arg(long, value_name = "JID", value_parser = address)]
    me: Vec<Jid>,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|format| format.name))
}

fn address(text: &str) -> Result<Jid, &'static str> {
    let jid = Jid::parse(text).filter(|jid| !jid.is_server());
    jid.ok_or("an address has the form USER:DEVICE@lid or USER:DEVICE@s.whatsapp.net")
}

impl FromArgMatches for Files {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let Arguments { files, input_format, technique, me } = Arguments::from_arg_matches(matches)?;
        let places = |id: &str| -> Vec<usize> { matches.indices_of(id).into_iter().flatten().collect() };
        let options = [places("input_format"), places("technique"), places("me")];
        let given = files.into_iter().zip(places("files")).map(|(path, place)| {
            let [format, used_technique, device] =
                [0, 1, 2].map(|option| options.get(option).and_then(|places| last_before(places, place)));
            let overrides = Overrides {
                format: format.and_then(|index| input_format.get(index)).cloned(),
                technique: used_technique.and_then(|index| technique.get(index)).cloned(),
                device: device.and_then(|index| me.get(index)).cloned(),
            };
            Given { path, overrides }
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Which of the options in these places is the last before `place`.
fn last_before(options: &[usize], place: usize) -> Option<usize> {
    options.partition_point(|option| *option < place).checked_sub(1)
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
