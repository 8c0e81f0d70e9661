//! How text is laid out for whoever reads standard output.

use std::io::{self, IsTerminal};

use clap::ColorChoice;
use ringtrace::summary::Layout;
use ringtrace::tui;

/// The widest lines that are good to read.
const WIDEST: usize = 120;

/// Columns where no terminal says how many it has.
const USUAL: usize = 100;

/// The layout for standard output: as wide as the terminal, within reason.
pub(super) fn of_output(color: ColorChoice) -> Layout {
    let is_terminal = io::stdout().is_terminal();
    let width =
        if is_terminal { tui::columns().map_or(USUAL, |columns| usize::from(columns).min(WIDEST)) } else { USUAL };
    let colour = match color {
        ColorChoice::Auto => is_terminal && wants_colour(color),
        ColorChoice::Always | ColorChoice::Never => wants_colour(color),
    };
    Layout { width, colour }
}

/// `--color`, else whether `NO_COLOR` is unset or empty (<https://no-color.org>).
pub(super) fn wants_colour(choice: ColorChoice) -> bool {
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}
