//! `ringtrace stats`: counts, cross-tables and percentiles over the tables' columns.

use std::io::Write;
use std::panic;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use ringtrace::analysis::{Analysis, Source};
use ringtrace::summary::figure;
use ringtrace::tables::stats::{self, DEFAULT_QUERIES, Names, Query, RowSet, Statistic};
use ringtrace::tables::{self, Archive, ArchiveError, Csv, Table};
use ringtrace::visible::visible;

use super::Verbosity;
use super::exit::{Exit, Failure};
use super::progress;
use super::reading::{self, Filtering, Reading};
use super::settings::Settings;
use super::target::Target;

/// What `stats` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Without --by and --of: how long acks take by action, how long calls ring by outcome, and the reasons of terminates by
emitter and media. Else one table:

  --by A,B             a row for each pair of values, with how many rows of the table have it
  --by A --across B    a cross-table: a row for each value of A, a column for each of B
  --by A,B --of N      a row for each pair, with what is told of the numbers in N: how many, how many rows have none
                       (missing), and the smallest, the percentiles and the largest. --of alone: one row for all

The columns are those of `ringtrace export`, and tell which table is meant; columns that both have, as media, count calls
unless --table says stanzas. Of an ack or a receipt, platform and version are those of what it answers. Percentiles are values that occurred: p95 is the smallest that 95 of 100 do not exceed.

FILE may also be a Parquet file that `ringtrace export` wrote, beside captures or alone: it is not decoded again. What
several inputs hold counts once. A filter of such a file can ask for the columns of its own table only.

Examples:
  ringtrace stats recordings/
  ringtrace stats recordings/ --by action,platform --of ack_latency_ms
  ringtrace stats recordings/ --by outcome --of ring_ms --filter 'media == audio'
  ringtrace stats archive/*.parquet new.pcap --by media --of talk_ms
  ringtrace stats stanzas.parquet --by reason,emitter --across media --filter 'action == terminate and tag == call'
  ringtrace stats stanzas.parquet --by vantage,action --format csv -o counts.csv")]
pub(super) struct StatsArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// The columns whose values make the rows.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    by: Vec<String>,

    /// The column whose values make the columns of a cross-table.
    #[arg(long, value_name = "COLUMN")]
    across: Option<String>,

    /// The column of numbers to tell of, instead of counting rows.
    #[arg(long, value_name = "COLUMN")]
    of: Option<String>,

    /// Which table, where the columns do not tell.
    #[arg(long, value_enum)]
    table: Option<Counted>,

    /// In which form.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// The same as --format json.
    #[arg(long, conflicts_with = "format")]
    json: bool,

    /// Where to; `-` is standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Overwrites the target if it is there.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Counted {
    /// A row per stanza of a call.
    Stanzas,
    /// A row per call.
    Calls,
}

impl From<Counted> for Table {
    fn from(table: Counted) -> Self {
        match table {
            Counted::Stanzas => Self::Stanzas,
            Counted::Calls => Self::Calls,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns of characters.
    Text,
    /// Comma-separated values, safe to open in a spreadsheet.
    Csv,
    /// One document of JSON.
    Json,
    /// Apache Parquet.
    Parquet,
}

/// A statistic to compute.
struct Wanted {
    title: Option<&'static str>,
    rows: RowSet,
    /// Which rows, as a filter.
    filter: Option<String>,
    /// Whether any input has its table.
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
                return Err(Failure::Usage("this format takes one table: --by or --of says which".to_owned()));
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

/// Runs `stats`.
pub(super) fn run(arguments: &StatsArguments, settings: &Settings) -> Result<Exit, Failure> {
    let mut wanted = arguments.wanted()?;
    let target = Target::new(arguments.output.as_deref(), arguments.force)?;
    if arguments.format() == Format::Parquet && target.is_terminal() {
        return Err(Failure::Usage("this format is not for a terminal; -o PATH or a pipe takes it".to_owned()));
    }
    let (request, archives) = arguments.reading.prepare_but(settings, Archive::is_one)?;
    let analysis = progress::load(request, settings.verbosity);
    for one in &mut wanted {
        one.add_captures(&analysis)?;
    }
    let is_lossy = Archives { sources: &archives, verbosity: settings.verbosity }.add_to(&mut wanted);
    let repeated = wanted.iter().map(|one| one.rows.duplicates()).max().unwrap_or_default();
    if repeated > 0 && settings.verbosity >= Verbosity::Losses {
        eprintln!("ringtrace: {repeated} rows were in several of the inputs, and count once");
    }
    // Of the usual figures, those that the inputs can have.
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
        reading::report(&analysis, settings.verbosity);
    }
    Ok(if is_lossy { Exit::Lost } else { reading::exit(&analysis) })
}

impl Wanted {
    fn add_captures(&mut self, analysis: &Analysis) -> Result<(), Failure> {
        if analysis.captures.is_empty() {
            return Ok(());
        }
        self.has_input = true;
        let table = self.rows.query().table;
        let filter = self.filter.as_deref().map(|text| tables::RowFilter::parse(text, table)).transpose();
        let filter = filter.map_err(|error| Failure::Usage(format!("--filter: {error}")))?;
        self.rows.add(analysis, filter.as_ref()).map_err(|error| Failure::Encode(error.to_string()))
    }

    /// Adds the rows of an earlier export of its table.
    fn add_archive(&mut self, archive: &Archive) -> Result<(), String> {
        self.has_input = true;
        let filter = self.filter.as_deref().map(|text| self.rows.archive_filter(text)).transpose();
        let table = archive.table().name();
        let filter =
            filter.map_err(|error| format!("it has the columns of the table {table} only: --filter: {error}"))?;
        self.rows.add_archive(archive, filter.as_ref()).map_err(|error| error.to_string())
    }
}

/// Earlier exports.
struct Archives<'a> {
    sources: &'a [Source],
    verbosity: Verbosity,
}

impl Archives<'_> {
    /// Adds their rows, and says whether any could not be read. What a decoder that gave up would write to standard
    /// error is not shown: it is said in words.
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
                let is_passed_over = is_other && matches!(source, Source::FileInFolder(_));
                if !is_passed_over || self.verbosity == Verbosity::Everything {
                    self.say(source, &error.to_string());
                }
                return !is_passed_over;
            }
        };
        let table = archive.table();
        let mut of_table = wanted.iter_mut().filter(|one| one.rows.query().table == table).peekable();
        if of_table.peek().is_none() {
            self.say(source, &format!("holds the table {}, which is not counted here", table.name()));
            return false;
        }
        let failures: Vec<String> = of_table.filter_map(|one| one.add_archive(&archive).err()).collect();
        if let Some(why) = failures.first() {
            self.say(source, why);
        }
        !failures.is_empty()
    }

    fn say(&self, source: &Source, what: &str) {
        if self.verbosity >= Verbosity::Losses {
            eprintln!("ringtrace: {}: {what}", visible(&source.name()));
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
                encoded(statistic.write_csv(Csv { raw: false, visible: target.is_terminal() }, out))
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
