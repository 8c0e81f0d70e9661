//! `ringtrace export`: the tables.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringtrace::analysis::Request;
use ringtrace::export::{self, Options, RowFilter};

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::manifest::{Manifest, Sources};
use super::progress;
use super::reading::{self, Filtering, Reading};
use super::settings::Settings;
use super::target::Target;

/// What `export` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace export call.pcap --noise-keylog keys.txt > timeline.csv
  ringtrace export recordings/ --table calls -o calls.csv
  ringtrace export call.pcap --filter 'action == terminate and reason == timeout'
  ringtrace export recordings/ --format parquet -o stanzas.parquet --skip-unchanged
  ringtrace export call.pcap --format ndjson --xml | jq -r 'select(.action == \"terminate\").xml'")]
pub(super) struct ExportArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Which table.
    #[arg(long, value_enum, default_value_t = Table::Stanzas)]
    table: Table,

    /// In which format.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    format: Format,

    /// Where to; `-` is standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Overwrites the target if it is there.
    #[arg(long)]
    force: bool,

    /// Does nothing if the target is there and was made from the same captures, keys and options by this version; else
    /// replaces it, unless somebody changed it.
    #[arg(long, requires = "output")]
    skip_unchanged: bool,

    /// Adds each stanza's XML.
    #[arg(long)]
    xml: bool,

    /// Adds what passed between parts of the client only, as hooks in WhatsApp Web record it.
    #[arg(long)]
    include_internal: bool,

    /// Leaves text of CSV that a spreadsheet would take for a formula as it is.
    #[arg(long)]
    raw: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Table {
    /// A row per stanza of a call.
    Stanzas,
    /// A row per call.
    Calls,
    /// A row per piece of evidence on an open question or a discrepancy.
    Evidence,
    /// A row per kind of anomaly, capture and connection.
    Anomalies,
    /// A row per data message of a websocket, WhatsApp's or not.
    Messages,
}

impl From<Table> for export::Table {
    fn from(table: Table) -> Self {
        match table {
            Table::Stanzas => Self::Stanzas,
            Table::Calls => Self::Calls,
            Table::Evidence => Self::Evidence,
            Table::Anomalies => Self::Anomalies,
            Table::Messages => Self::Messages,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC: a file; on standard output, a device or a pipe a stream.
    Arrow,
    /// An object of JSON a line.
    Ndjson,
}

impl Format {
    /// The format of what goes to a target.
    ///
    /// # Errors
    /// If it is none for people, and somebody would see it.
    fn to(self, target: &Target) -> Result<export::Format, Failure> {
        match self {
            Self::Parquet | Self::Arrow if target.is_terminal() => {
                Err(Failure::Usage("this format is not for a terminal; -o PATH or a pipe takes it".to_owned()))
            }
            Self::Csv => Ok(export::Format::Csv),
            Self::Parquet => Ok(export::Format::Parquet),
            Self::Arrow if target.is_regular_file() => Ok(export::Format::ArrowFile),
            Self::Arrow => Ok(export::Format::ArrowStream),
            Self::Ndjson => Ok(export::Format::Ndjson),
        }
    }
}

/// Runs `export`.
pub(super) fn run(arguments: &ExportArguments, settings: &Settings) -> Result<Exit, Failure> {
    let verbosity = settings.verbosity;
    let table = export::Table::from(arguments.table);
    let filter = arguments.filtering.row_filter(table)?;
    let filter = filter.as_ref();
    if !arguments.skip_unchanged {
        let target = Target::new(arguments.output.as_deref(), arguments.force)?;
        let format = arguments.format.to(&target)?;
        return write(arguments, arguments.reading.prepare(settings)?, &target, format, filter, verbosity);
    }
    let request = arguments.reading.prepare(settings)?;
    let output = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    let file = output.filter(|path| path.is_file() || !path.exists());
    let (Some(output), Some(inputs)) = (file, request.inputs()) else {
        return Err(Failure::Usage("--skip-unchanged needs files to read, and a file to write".to_owned()));
    };
    let now = Sources::new(inputs.iter().map(PathBuf::as_path).chain(settings.file.as_deref()));
    let before = Manifest::of(output);
    if let Some(before) = before.as_ref().filter(|before| before.holds(&now)) {
        if verbosity >= Verbosity::Losses {
            let lost = if before.lost { "; something was lost when it was made" } else { "" };
            eprintln!("ringtrace: {} is as it would be made now{lost}", output.display());
        }
        return Ok(if before.lost { Exit::Lost } else { Exit::Done });
    }
    let target = Target::new(Some(output), arguments.force || before.is_some())?;
    let format = arguments.format.to(&target)?;
    let exit = write(arguments, request, &target, format, filter, verbosity)?;
    Manifest::write(now, output, exit == Exit::Lost)?;
    Ok(exit)
}

/// Reads the captures and writes the table.
fn write(
    arguments: &ExportArguments,
    mut request: Request,
    target: &Target,
    format: export::Format,
    filter: Option<&RowFilter>,
    verbosity: Verbosity,
) -> Result<Exit, Failure> {
    if matches!(arguments.table, Table::Messages) {
        request.keep_messages();
    }
    let analysis = progress::load(request, verbosity);
    let table = export::Table::from(arguments.table);
    let options = Options {
        filter,
        xml: arguments.xml,
        internal: arguments.include_internal,
        raw: arguments.raw,
        visible: target.is_terminal(),
    };
    target.write(|out| {
        table.write(format, &analysis, options, out).map_err(|error| match error {
            export::Error::Write(error) => target.failure(error),
            export::Error::Encode(why) => Failure::Encode(why),
        })
    })?;
    reading::report(&analysis, verbosity);
    Ok(reading::exit(&analysis))
}
