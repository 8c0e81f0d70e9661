//! `ringtrace ladder`: one call's sequence diagram.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use ringtrace::diagram::{Diagram, Picture};
use ringtrace::summary;

use super::exit::{Exit, Failure};
use super::progress;
use super::reading::{self, Filtering, Reading};
use super::settings::Settings;
use super::target::Target;

/// What `ladder` takes.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  ringtrace ladder call.pcap --call '#3'
  ringtrace ladder call.pcap --call A1B2 --format mermaid    between ```mermaid and ``` in an issue
  ringtrace ladder call.pcap --call '#2' --expected
  ringtrace ladder caller.pcap callee.pcap --call '#1' --format svg -o call.svg

What is drawn holds addresses and ids as they were recorded.")]
pub(super) struct LadderArguments {
    #[command(flatten)]
    reading: Reading,

    #[command(flatten)]
    filtering: Filtering,

    /// Which call: its call-id, the beginning of it, or `#N` as listed. Not needed where there is one call.
    #[arg(long, value_name = "ID")]
    call: Option<String>,

    /// In which form.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// Draws too what the spec's flow of such a call has, what the recording would have shown, and what was not seen.
    #[arg(long)]
    expected: bool,

    /// Where to; `-` is standard output.
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,

    /// Overwrites the target if it is there.
    #[arg(long)]
    force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// Characters, as where there is no terminal.
    Text,
    /// A Mermaid sequence diagram, which GitHub draws.
    Mermaid,
    /// A picture.
    Svg,
}

/// Runs `ladder`.
pub(super) fn run(arguments: &LadderArguments, settings: &Settings) -> Result<Exit, Failure> {
    let target = Target::new(arguments.output.as_deref(), arguments.force)?;
    let selection = arguments.filtering.selection()?;
    let analysis = progress::load(arguments.reading.prepare(settings)?, settings.verbosity);
    reading::report(&analysis, settings.verbosity);
    let exit = reading::exit(&analysis);
    let analysis = selection.map_or_else(|| Arc::clone(&analysis), |selection| Arc::new(selection.narrow(&analysis)));
    let chosen = analysis.choose(arguments.call.as_deref());
    let chosen = chosen.map_err(|none| Failure::Usage(none.to_string()))?;
    let judged = analysis.calls.get(chosen).ok_or_else(|| Failure::Usage("there is no such call".to_owned()))?;
    let diagram = Diagram::new(vec![Arc::clone(judged)], arguments.expected);
    let picture = Picture::of(&diagram);
    target.write(|out| {
        let written = match arguments.format {
            Format::Text => summary::call(chosen, &picture, &analysis, out),
            Format::Mermaid => out.write_all(picture.mermaid(&analysis).as_bytes()),
            Format::Svg => out.write_all(picture.svg(&analysis).as_bytes()),
        };
        written.map_err(|error| target.failure(error))
    })?;
    Ok(exit)
}
