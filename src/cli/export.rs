//! `ringtrace export`: the tables.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringtrace::export::{self, Options};

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::reading::{self, Filtering, Reading};
use super::target::Target;

/// What `export` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace export call.pcap --noise-keylog keys.txt > timeline.csv
  ringtrace export recordings/ --table calls -o calls.csv
  ringtrace export call.pcap --filter 'action == terminate and reason == timeout'")]
pub(super) struct ExportArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Which table.
    #[arg(long, value_enum, default_value_t = Table::Stanzas)]
    table: Table,

    /// Where to; `-` is standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Overwrites the target if it is there.
    #[arg(long)]
    force: bool,

    /// Adds each stanza's XML.
    #[arg(long)]
    xml: bool,

    /// Leaves text that a spreadsheet would take for a formula as it is.
    #[arg(long)]
    raw: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Table {
    /// A row per stanza of a call.
    Stanzas,
    /// A row per call.
    Calls,
    /// A row per kind of anomaly, capture and connection.
    Anomalies,
    /// A row per data message of a websocket, WhatsApp's or not.
    Messages,
}

/// Runs `export`.
pub(super) fn run(arguments: &ExportArguments, verbosity: Verbosity) -> Result<Exit, Failure> {
    let target = Target::new(arguments.output.as_deref(), arguments.force)?;
    let table = match arguments.table {
        Table::Stanzas => export::Table::Stanzas,
        Table::Calls => export::Table::Calls,
        Table::Anomalies => export::Table::Anomalies,
        Table::Messages => export::Table::Messages,
    };
    let filter = arguments.filtering.row_filter(table)?;
    let mut request = arguments.reading.prepare(verbosity)?;
    if matches!(arguments.table, Table::Messages) {
        request.keep_messages();
    }
    let analysis = request.load();
    let filter = filter.as_ref();
    let options = Options { filter, xml: arguments.xml, raw: arguments.raw, visible: target.is_terminal() };
    target.write(|out| {
        table.write_csv(&analysis, options, out).map_err(|error| match error {
            export::Error::Write(error) => error.into(),
            export::Error::Encode(why) => Failure::Encode(why),
        })
    })?;
    reading::report(&analysis, verbosity);
    Ok(reading::exit(&analysis))
}
