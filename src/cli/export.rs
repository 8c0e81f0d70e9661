//! `ringtrace export`: tables.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use ringtrace::analysis::Request;
use ringtrace::tables::{self, Csv, Options, RowFilter};
use ringtrace::visible::visible_path;

use super::exit::{Exit, Failure};
use super::following::{self, Rows};
use super::loading;
use super::manifest::{self, Manifest, Sources};
use super::reading::{Filtering, Reading};
use super::settings::{Settings, Verbosity};
use super::target::{OUTPUT, OutputArguments, Target};

/// The arguments of `export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace export call.pcap --noise-keylog keys.txt > timeline.csv
  ringtrace export captures/ --table calls -o calls.csv
  ringtrace export call.pcap --table media --all
  ringtrace export call.pcap --filter 'reason == timeout'
  ringtrace export captures/ --format parquet -o all.parquet --skip-unchanged
  ringtrace export call.pcap --format ndjson --xml | jq -r .xml")]
pub(super) struct ExportArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Table to export.
    #[arg(long, help_heading = OUTPUT, value_enum, default_value_t = Table::Stanzas)]
    table: Table,

    /// Output format.
    #[arg(long, help_heading = OUTPUT, value_enum, default_value_t = Format::Csv)]
    format: Format,

    #[command(flatten)]
    output: OutputArguments,

    /// Skip if the output file is up to date (same captures, keys, options and version); otherwise replace it unless it
    /// was modified.
    #[arg(long, requires = "output", help_heading = OUTPUT)]
    skip_unchanged: bool,

    /// Keep reading as the captures grow, and print rows on stdout as they come, until interrupted. A row is printed again
    /// when more is known of its call.
    #[arg(long, help_heading = OUTPUT, conflicts_with_all = ["output", "skip_unchanged"])]
    follow: bool,

    /// Add a column with each stanza's XML.
    #[arg(long, help_heading = OUTPUT)]
    xml: bool,

    /// Include hops inside the client, as hooks in WhatsApp Web record them.
    #[arg(long, help_heading = OUTPUT)]
    include_internal: bool,

    /// Add the UDP flows of no call to the table `media`.
    #[arg(long, help_heading = OUTPUT)]
    all: bool,

    /// Don't escape CSV fields that spreadsheets would treat as formulas.
    #[arg(long, help_heading = OUTPUT)]
    raw: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Table {
    /// One row per stanza of a call.
    Stanzas,
    /// One row per call.
    Calls,
    /// One row per piece of evidence on an open question or a discrepancy.
    Evidence,
    /// One row per kind of anomaly, capture and connection.
    Anomalies,
    /// One row per data message of any websocket, WhatsApp's or not.
    Messages,
    /// The UDP flows of calls: one row each, and one per kind of what they carry.
    Media,
}

impl From<Table> for tables::Table {
    fn from(table: Table) -> Self {
        match table {
            Table::Stanzas => Self::Stanzas,
            Table::Calls => Self::Calls,
            Table::Evidence => Self::Evidence,
            Table::Anomalies => Self::Anomalies,
            Table::Messages => Self::Messages,
            Table::Media => Self::Media,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC: the file format, or the stream format on stdout, a device or a pipe.
    Arrow,
    /// NDJSON: one JSON object per line.
    Ndjson,
}

impl Format {
    /// The format as written to a target.
    ///
    /// # Errors
    /// If it is a binary format and the target is a terminal.
    fn to(self, target: &Target) -> Result<tables::Format, Failure> {
        match self {
            Self::Parquet | Self::Arrow if target.is_terminal() => {
                Err(Failure::Usage("refusing to write binary output to a terminal; use -o PATH or a pipe".to_owned()))
            }
            Self::Csv => Ok(tables::Format::Csv),
            Self::Parquet => Ok(tables::Format::Parquet),
            Self::Arrow if target.is_regular_file() => Ok(tables::Format::ArrowFile),
            Self::Arrow => Ok(tables::Format::ArrowStream),
            Self::Ndjson => Ok(tables::Format::Ndjson),
        }
    }
}

impl ExportArguments {
    /// The files that it may write.
    pub(super) fn files(&self) -> Vec<&Path> {
        self.output.path().into_iter().collect()
    }

    fn options<'f>(&self, filter: Option<&'f RowFilter>, target: &Target, jobs: usize) -> Options<'f> {
        let csv = Csv { raw: self.raw, visible: !target.is_regular_file() };
        Options { filter, xml: self.xml, internal: self.include_internal, all_flows: self.all, csv, jobs }
    }
}

/// Runs `export`.
pub(super) fn run(arguments: &ExportArguments, settings: &Settings) -> Result<Exit, Failure> {
    let verbosity = settings.verbosity;
    let table = tables::Table::from(arguments.table);
    let filter = arguments.filtering.row_filter(table)?;
    let filter = filter.as_ref();
    let inputs = arguments.reading.inputs(settings, arguments.output.path())?;
    if !arguments.skip_unchanged {
        let target = arguments.output.target(&inputs)?;
        let format = arguments.format.to(&target)?;
        if arguments.follow {
            let rows = Rows::new(table, format, arguments.options(filter, &target, 1))?;
            let analysis = following::rows(&arguments.reading, settings, rows)?;
            loading::report(&analysis, verbosity);
            return Ok(loading::exit(&analysis));
        }
        return write(arguments, arguments.reading.prepare(settings)?, &target, format, filter, verbosity);
    }
    let request = arguments.reading.prepare(settings)?;
    let file = arguments.output.path().filter(|path| path.is_file() || !path.exists());
    let (Some(output), Some(read)) = (file, request.inputs()) else {
        return Err(Failure::Usage("--skip-unchanged requires captures and an output that are files".to_owned()));
    };
    let now = Sources::new(read.iter().map(PathBuf::as_path).chain(settings.file.as_deref()));
    let before = Manifest::of(output);
    if let Some(before) = before.as_ref().filter(|before| before.is_current(&now)) {
        if verbosity >= Verbosity::Losses {
            let lost = if before.lost { " (data was lost when it was written)" } else { "" };
            errln!("ringtrace: {} is up to date{lost}", visible_path(output));
        }
        return Ok(if before.lost { Exit::Lost } else { Exit::Done });
    }
    let target = Target::new(output, arguments.output.force || before.is_some(), &inputs)?;
    let format = arguments.format.to(&target)?;
    let record = manifest::target(output, &inputs)?;
    let exit = write(arguments, request, &target, format, filter, verbosity)?;
    Manifest::write(now, output, exit == Exit::Lost, &record)?;
    Ok(exit)
}

/// Reads the captures and writes the table.
fn write(
    arguments: &ExportArguments,
    mut request: Request,
    target: &Target,
    format: tables::Format,
    filter: Option<&RowFilter>,
    verbosity: Verbosity,
) -> Result<Exit, Failure> {
    request.forgo_mentions();
    if matches!(arguments.table, Table::Messages) {
        request.keep_messages();
    }
    let options = arguments.options(filter, target, request.jobs());
    let analysis = loading::load(request, verbosity);
    let table = tables::Table::from(arguments.table);
    target.write(|out| {
        table.write(format, &analysis, options, out).map_err(|error| match error {
            tables::Error::Write(error) => target.failure(error),
            tables::Error::Encode(why) => Failure::Encode(why),
        })
    })?;
    loading::report(&analysis, verbosity);
    Ok(loading::exit(&analysis))
}
