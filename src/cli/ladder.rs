//! `ringtrace ladder`: the sequence diagram of one call.

use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use ringtrace::diagram::{Diagram, Picture};
use ringtrace::print;

use super::exit::{Exit, Failure};
use super::knowledge::KnowledgeArguments;
use super::loading;
use super::reading::{Filtering, Reading, SELECTION};
use super::settings::Settings;
use super::target::{OUTPUT, OutputArguments};

/// The arguments of `ladder`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace ladder call.pcap --call '#3'
  ringtrace ladder call.pcap --call A1B2 --format mermaid
  ringtrace ladder call.pcap --call '#2' --expected
  ringtrace ladder call.pcap --json | jq '.steps[].text'
  ringtrace ladder caller.pcap callee.pcap --call '#1' --format svg -o call.svg

The diagram contains addresses and ids as captured; for a sanitised one, use `ringtrace report`.")]
pub(super) struct LadderArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Call to draw: a call-id, a unique prefix, or `#N` as listed [default: the only call].
    #[arg(long, help_heading = SELECTION, value_name = "ID")]
    call: Option<String>,

    /// Output format.
    #[arg(long, help_heading = OUTPUT, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Print JSON; the same as --format json.
    #[arg(long, help_heading = OUTPUT, conflicts_with = "format")]
    json: bool,

    /// Also draw expected steps of the spec's flow that were not observed.
    #[arg(long, help_heading = OUTPUT)]
    expected: bool,

    #[command(flatten)]
    knowledge: KnowledgeArguments,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Plain text.
    Text,
    /// A Mermaid sequence diagram, which GitHub renders.
    Mermaid,
    /// An SVG image.
    Svg,
    /// Lifelines and steps as JSON; `ringtrace schema ladder` describes it.
    Json,
}

impl LadderArguments {
    /// The files that it may write.
    pub(super) fn files(&self) -> Vec<&Path> {
        self.output.path().into_iter().collect()
    }
}

/// Runs `ladder`.
pub(super) fn run(arguments: &LadderArguments, settings: &Settings) -> Result<Exit, Failure> {
    let inputs = arguments.reading.inputs(settings, arguments.output.path())?;
    let target = arguments.output.target(&inputs)?;
    let selection = arguments.filtering.selection()?;
    let knowledge = arguments.knowledge.read()?;
    let analysis = loading::load(arguments.reading.prepare(settings)?, settings.verbosity);
    loading::report(&analysis, settings.verbosity);
    let exit = loading::exit(&analysis);
    let analysis = selection.map_or_else(|| Arc::clone(&analysis), |selection| Arc::new(selection.narrow(&analysis)));
    let chosen = analysis.choose(arguments.call.as_deref());
    let chosen = chosen.map_err(|none| Failure::Usage(none.to_string()))?;
    let judged = analysis.calls.get(chosen).ok_or_else(|| Failure::Usage("no such call".to_owned()))?;
    let diagram = Diagram::new(vec![Arc::clone(judged)], arguments.expected);
    let picture = Picture::of(&diagram);
    let format = if arguments.json { Format::Json } else { arguments.format };
    target.write(|mut out| {
        let written = match format {
            Format::Text => print::call(chosen, &picture, &analysis, &knowledge, out),
            Format::Mermaid => out.write_all(picture.mermaid(&analysis).as_bytes()),
            Format::Svg => out.write_all(picture.svg(&analysis).as_bytes()),
            Format::Json => print::ladder::json(chosen, &picture, &analysis, &mut out),
        };
        written.map_err(|error| target.failure(error))
    })?;
    Ok(exit)
}
