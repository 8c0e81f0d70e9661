//! `ringtrace stats`: counts, cross-tables and percentiles by column.

use std::io::Write;
use std::panic;
use std::path::Path;

use clap::{Args, ValueEnum};
use ringtrace::analysis::{Analysis, Source};
use ringtrace::print::figure;
use ringtrace::tables::stats::{self, DEFAULT_QUERIES, Names, Query, RowSet, Statistic};
use ringtrace::tables::{self, Archive, ArchiveError, Csv, Table};
use ringtrace::visible::visible;
use ringtrace::words::counted;

use super::exit::{Exit, Failure};
use super::loading;
use super::reading::{Filtering, Reading, SELECTION};
use super::settings::{Settings, Verbosity};
use super::target::{OUTPUT, OutputArguments, Target};

/// The arguments of `stats`.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --by and --of, prints ack latencies by action, ring times by outcome, and the reasons of terminates by \
emitter and media. Otherwise prints one table:

  --by A,B             one row per pair of values, with the number of rows that have it
  --by A --across B    a cross-table: a row per value of A, a column per value of B
  --by A,B --of N      one row per pair, summarising the numbers in N: count,
                       missing, smallest, percentiles, largest
  --of N               one such row for everything

COLUMN is a column of `ringtrace export`. The columns determine the table; those that both tables have, such as media, \
count calls unless --table says otherwise. For acks and receipts, platform and version are those of the stanza they \
answer. Percentiles are observed values: p95 is the smallest value that at least 95 % do not exceed.

FILE may also be a Parquet file written by `ringtrace export`, alone or together with captures; nothing is decoded \
again. Rows that several inputs share are counted once. A filter on such a file can only use columns of its table.

Examples:
  ringtrace stats captures/
  ringtrace stats captures/ --by action,platform --of ack_latency_ms
  ringtrace stats captures/ --by outcome --of ring_ms --filter 'media == audio'
  ringtrace stats archive/*.parquet new.pcap --by media --of talk_ms
  ringtrace stats all.parquet --by reason --across media --filter 'tag == call'
  ringtrace stats stanzas.parquet --by vantage,action --format csv -o counts.csv")]
pub(super) struct StatsArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Columns whose values form the rows.
    #[arg(long, help_heading = SELECTION, value_name = "COLUMN", value_delimiter = ',')]
    by: Vec<String>,

    /// Column whose values form the columns of a cross-table.
    #[arg(long, help_heading = SELECTION, value_name = "COLUMN")]
    across: Option<String>,

    /// Numeric column to summarise (instead of counting rows).
    #[arg(long, help_heading = SELECTION, value_name = "COLUMN")]
    of: Option<String>,

    /// Table to use, if the columns are ambiguous.
    #[arg(long, help_heading = SELECTION, value_enum)]
    table: Option<Counted>,

    /// Output format.
    #[arg(long, help_heading = OUTPUT, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Same as --format json.
    #[arg(long, help_heading = OUTPUT, conflicts_with = "format")]
    json: bool,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Counted {
    /// One row per stanza of a call.
    Stanzas,
    /// One row per call.
    Calls,
    /// The UDP flows of calls.
    Media,
}

impl From<Counted> for Table {
    fn from(table: Counted) -> Self {
        match table {
            Counted::Stanzas => Self::Stanzas,
            Counted::Calls => Self::Calls,
            Counted::Media => Self::Media,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned text table.
    Text,
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
    /// A JSON document.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// A statistic to compute.
struct Wanted {
    title: Option<&'static str>,
    rows: RowSet,
    /// The filter of its rows, as text.
    filter: Option<String>,
    /// Whether any input contains its table.
    has_input: bool,
}

impl StatsArguments {
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.format }
    }

    /// The statistics to compute, before anything is read.
    fn wanted(&self) -> Result<Vec<Wanted>, Failure> {
        let wrong = |error: stats::QueryError| Failure::Usage(error.to_string());
        let user = self.filtering.text();
        if self.by.is_empty() && self.across.is_none() && self.of.is_none() && self.table.is_none() {
            if matches!(self.format(), Format::Csv | Format::Parquet) {
                return Err(Failure::Usage("this format requires a single table; use --by or --of".to_owned()));
            }
            self.filtering.row_filter(Table::Stanzas)?;
            let usual = DEFAULT_QUERIES.iter().map(|usual| {
                let rows = RowSet::new(usual.query().map_err(wrong)?);
                Ok(Wanted { title: Some(usual.title), rows, filter: usual.filter(user.as_deref()), has_input: false })
            });
            return usual.collect();
        }
        let names = Names {
            table: self.table.map(Table::from),
            by: &self.by,
            across: self.across.as_deref(),
            of: self.of.as_deref(),
        };
        let query = Query::new(names).map_err(wrong)?;
        self.filtering.row_filter(query.table)?;
        Ok(vec![Wanted { title: None, rows: RowSet::new(query), filter: user, has_input: false }])
    }
}

impl StatsArguments {
    /// The files that it may write.
    pub(super) fn files(&self) -> Vec<&Path> {
        self.output.path().into_iter().collect()
    }
}

/// Runs `stats`.
pub(super) fn run(arguments: &StatsArguments, settings: &Settings) -> Result<Exit, Failure> {
    tables::check_threads().map_err(Failure::Thread)?;
    let mut wanted = arguments.wanted()?;
    let mut inputs = arguments.reading.inputs(settings, arguments.output.path())?;
    if let Some(output) = arguments.output.path().filter(|path| Archive::is_one(path)) {
        inputs.add(output);
    }
    let target = arguments.output.target(&inputs)?;
    if arguments.format() == Format::Parquet && target.is_terminal() {
        return Err(Failure::Usage("refusing to write binary output to a terminal; use -o PATH or a pipe".to_owned()));
    }
    let (request, archives) = arguments.reading.prepare_without(settings, Archive::is_one)?;
    let jobs = request.jobs();
    let analysis = loading::load(request, settings.verbosity);
    for one in &mut wanted {
        one.add_captures(&analysis, jobs)?;
    }
    let is_lossy = Archives { sources: &archives, verbosity: settings.verbosity }.add_to(&mut wanted);
    let repeated = wanted.iter().map(|one| one.rows.duplicates()).max().unwrap_or_default();
    if repeated > 0 && settings.verbosity >= Verbosity::Losses {
        errln!("ringtrace: {} across inputs counted once", counted(repeated, "duplicate row"));
    }
    // Of the default figures, keep those whose table is in the inputs.
    if wanted.iter().any(|one| one.has_input) {
        wanted.retain(|one| one.has_input);
    }
    let mut statistics = Vec::new();
    for one in wanted {
        let mut statistic = one.rows.statistic().map_err(|error| Failure::Usage(error.to_string()))?;
        if let Some(title) = one.title {
            statistic.title = title.to_owned();
        }
        statistics.push((one.rows.query().clone(), statistic));
    }
    write(arguments.format(), &statistics, &target)?;
    if !analysis.captures.is_empty() {
        loading::report(&analysis, settings.verbosity);
    }
    Ok(if is_lossy { Exit::Lost } else { loading::exit(&analysis) })
}

impl Wanted {
    fn add_captures(&mut self, analysis: &Analysis, jobs: usize) -> Result<(), Failure> {
        if analysis.captures.is_empty() {
            return Ok(());
        }
        self.has_input = true;
        let table = self.rows.query().table;
        let filter = self.filter.as_deref().map(|text| tables::RowFilter::parse(text, table)).transpose();
        let filter = filter.map_err(|error| Failure::Usage(format!("--filter: {error}")))?;
        self.rows.add(analysis, filter.as_ref(), jobs).map_err(|error| Failure::Encode(error.to_string()))
    }

    /// Adds the rows of an earlier export of its table.
    fn add_archive(&mut self, archive: &Archive) -> Result<(), String> {
        self.has_input = true;
        let filter = self.filter.as_deref().map(|text| self.rows.archive_filter(text)).transpose();
        let table = archive.table().name();
        let filter =
            filter.map_err(|error| format!("--filter: {error} (the file only has the columns of table `{table}`)"))?;
        self.rows.add_archive(archive, filter.as_ref()).map_err(|error| error.to_string())
    }
}

/// Earlier exports.
struct Archives<'a> {
    sources: &'a [Source],
    verbosity: Verbosity,
}

impl Archives<'_> {
    /// Adds their rows. Returns whether any could not be read.
    ///
    /// The Parquet decoder may panic on a damaged file. That is caught and reported as an error, so the panic message
    /// is not shown.
    fn add_to(&self, wanted: &mut [Wanted]) -> bool {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(|_| ()));
        let lossy: Vec<bool> = self.sources.iter().map(|source| self.add(source, wanted)).collect();
        panic::set_hook(usual);
        lossy.contains(&true)
    }

    fn add(&self, source: &Source, wanted: &mut [Wanted]) -> bool {
        let Some(path) = source.path() else { return false };
        let archive = match Archive::open(path) {
            Ok(archive) => archive,
            Err(error) => {
                let is_other = matches!(error, ArchiveError::Foreign | ArchiveError::OtherTable(_));
                let is_skipped = is_other && matches!(source, Source::FileInFolder(_));
                if !is_skipped || self.verbosity == Verbosity::Everything {
                    self.warn(source, &error.to_string());
                }
                return !is_skipped;
            }
        };
        let table = archive.table();
        let mut of_table = wanted.iter_mut().filter(|one| one.rows.query().table == table).peekable();
        if of_table.peek().is_none() {
            self.warn(
                source,
                &format!("skipped: contains table `{}`, which these statistics do not use", table.name()),
            );
            return false;
        }
        let failures: Vec<String> = of_table.filter_map(|one| one.add_archive(&archive).err()).collect();
        if let Some(why) = failures.first() {
            self.warn(source, why);
        }
        !failures.is_empty()
    }

    fn warn(&self, source: &Source, what: &str) {
        if self.verbosity >= Verbosity::Losses {
            errln!("ringtrace: {}: {what}", visible(&source.name()));
        }
    }
}

fn write(format: Format, statistics: &[(Query, Statistic)], target: &Target) -> Result<(), Failure> {
    target.write(|out| {
        let mut out = out;
        let encoded = |done: Result<(), tables::Error>| {
            done.map_err(|error| match error {
                tables::Error::Write(error) => target.failure(error),
                tables::Error::Encode(why) => Failure::Encode(why),
            })
        };
        match (format, statistics) {
            (Format::Json, _) => figure::json(statistics, &mut out).map_err(|error| target.failure(error)),
            (Format::Csv, [(_, statistic)]) => {
                encoded(statistic.write_csv(Csv { raw: false, visible: !target.is_regular_file() }, out))
            }
            (Format::Parquet, [(_, statistic)]) => encoded(statistic.write_parquet(out)),
            _ => as_text(statistics, &mut out).map_err(|error| target.failure(error)),
        }
    })
}

fn as_text(statistics: &[(Query, Statistic)], out: &mut impl Write) -> std::io::Result<()> {
    for (place, (_, statistic)) in statistics.iter().enumerate() {
        writeln!(out, "{}{}\n", if place > 0 { "\n" } else { "" }, statistic.title)?;
        figure::text(statistic, 2, out)?;
    }
    Ok(())
}
