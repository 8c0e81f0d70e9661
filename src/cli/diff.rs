//! `ringtrace diff`: two calls aligned, and where they differ.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::{Args, ValueEnum};
use ringtrace::analysis::Analysis;
use ringtrace::compare::{self, Profile};
use ringtrace::print::diff::{self, Chosen};
use ringtrace::visible::{visible, visible_path};
use ringtrace::words::nearest;

use super::exit::{Exit, Failure};
use super::loading;
use super::reading::{Reading, SELECTION};
use super::settings::Settings;
use super::target::OUTPUT;

/// What the second FILE begins with if it is a profile.
const REFERENCE: &str = "reference:";

/// The arguments of `diff`.
#[derive(Debug, Args)]
#[command(mut_arg("files", |files| files.num_args(2).value_names(["A", "B"])), after_help = "\
Examples:
  ringtrace diff good.pcap bad.log               the first call of each
  ringtrace diff a.log a.log --call-b '#2'       two calls of one recording
  ringtrace diff a.log reference:whatsapp-web    what the client sent, against
                                                 what WhatsApp Web sends
  ringtrace diff a.log reference:./mine.toml     against a profile of your own

Ids, keys, tokens and times differ between any two calls and are not listed, and neither is who takes part. Profiles: \
whatsapp-web, spec.")]
pub(super) struct DiffArguments {
    #[command(flatten)]
    reading: Reading,

    /// Call of A: a call-id, a unique prefix, or `#N` as listed [default: the first].
    #[arg(long, help_heading = SELECTION, value_name = "ID")]
    call_a: Option<String>,

    /// Call of B [default: the first].
    #[arg(long, help_heading = SELECTION, value_name = "ID")]
    call_b: Option<String>,

    /// Output format.
    #[arg(long, help_heading = OUTPUT, value_enum, value_name = "FORMAT", default_value_t = Format::Text)]
    format: Format,

    /// Print JSON; the same as --format json.
    #[arg(long, help_heading = OUTPUT, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For other programs.
    Json,
}

/// Runs `diff`.
pub(super) fn run(arguments: &DiffArguments, settings: &Settings) -> Result<Exit, Failure> {
    let format = if arguments.json { Format::Json } else { arguments.format };
    let mut paths = arguments.reading.paths();
    let (Some(_), Some(second)) = (paths.next(), paths.next()) else {
        return Err(Failure::Usage("diff takes two recordings, or a recording and a profile".to_owned()));
    };
    let reference = second.to_str().and_then(|path| path.strip_prefix(REFERENCE));
    let profile = reference.map(profile).transpose()?;
    if profile.is_some() && arguments.call_b.is_some() {
        return Err(Failure::Usage("--call-b names a call, and B is a profile".to_owned()));
    }
    let left = read(arguments, 0, arguments.call_a.as_deref(), settings)?;
    let one = chosen(&left)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if let Some(profile) = profile {
        let rows = profile.compare(&one.judged.call);
        match format {
            Format::Text => diff::profile_text(one, &profile, &rows, &mut out)?,
            Format::Json => diff::profile_json(one, &profile, &rows, &mut out)?,
        }
        out.flush()?;
        return Ok(loading::exit(&left));
    }
    let right = read(arguments, 1, arguments.call_b.as_deref(), settings)?;
    let sides = [one, chosen(&right)?];
    let rows = compare::calls(&sides[0].judged.call, &sides[1].judged.call);
    match format {
        Format::Text => diff::text(sides, &rows, &mut out)?,
        Format::Json => diff::json(sides, &rows, &mut out)?,
    }
    out.flush()?;
    Ok(if left.is_lossy() { Exit::Lost } else { loading::exit(&right) })
}

/// Reads one side by itself, so that its calls are not merged with those of the other. Of its calls, only the one that is
/// compared is kept.
fn read(arguments: &DiffArguments, side: usize, asked: Option<&str>, settings: &Settings) -> Result<Analysis, Failure> {
    let analysis = loading::read(arguments.reading.prepare_one(side, settings)?, settings.verbosity);
    loading::report(&analysis, settings.verbosity);
    let asked = asked.or((analysis.calls.len() > 1).then_some("#1"));
    let call = analysis.choose(asked).map_err(|none| Failure::Usage(none.to_string()))?;
    Ok(analysis.narrowed(&[call]))
}

fn chosen(analysis: &Analysis) -> Result<Chosen<'_>, Failure> {
    let judged = analysis.calls.first().ok_or_else(|| Failure::Usage("no such call".to_owned()))?;
    Ok(Chosen { analysis, call: 0, judged })
}

/// The profile of that name, or in that file: a path has a separator or ends in `.toml`.
fn profile(name: &str) -> Result<Profile, Failure> {
    let is_file = name.contains(std::path::MAIN_SEPARATOR) || name.contains('/') || name.ends_with(".toml");
    if is_file {
        let path = visible_path(Path::new(name));
        let text = fs::read_to_string(name).map_err(|error| Failure::Read { path: path.clone(), error })?;
        return Profile::read(&text).map_err(|wrong| {
            Failure::Usage(format!("{path}:{}:{}: {}", wrong.line, wrong.column, visible(&wrong.why)))
        });
    }
    let text = Profile::shipped(name).ok_or_else(|| {
        let known = Profile::names().collect::<Vec<_>>().join(", ");
        let hint = nearest(name, Profile::names())
            .map_or_else(|| format!("; there are: {known}"), |near| format!("; did you mean `{near}`?"));
        Failure::Usage(format!("no profile is called `{}`{hint}", visible(name)))
    })?;
    Profile::read(text).map_err(|wrong| Failure::Usage(wrong.to_string()))
}
