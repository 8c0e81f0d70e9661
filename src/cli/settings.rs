//! Settings that hold for every command: from the command line, the config file and the environment.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use clap::ColorChoice;
use etcetera::BaseStrategy;
use ringtrace::config::{Color, Config};
use ringtrace::tui::{self, Options};
use ringtrace::visible::{visible, visible_but, visible_path};
use ringtrace::words::Layout;

use super::exit::Failure;

/// The longest line that is comfortable to read.
const WIDEST: usize = 120;

/// The width of text that no terminal shows.
const DEFAULT_WIDTH: usize = 100;

/// How much is reported on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verbosity {
    /// Only why the program failed.
    Quiet,
    /// Also what was lost, and what contradicts itself.
    Losses,
    /// Also anomalies that lost no data.
    Everything,
}

/// Settings that hold for every command.
#[derive(Debug)]
pub(super) struct Settings {
    /// How much is reported on standard error.
    pub(super) verbosity: Verbosity,
    /// When to use colour.
    pub(super) color: ColorChoice,
    /// Whether the process gives up what it does not need.
    pub(super) sandbox: bool,
    /// Whether to look for key logs next to the captures.
    pub(super) key_discovery: bool,
    /// The config file's settings; all defaults without one.
    pub(super) config: Config,
    /// The config file, if one was read.
    pub(super) file: Option<PathBuf>,
    /// The config file, or the path where the user's own would be.
    pub(super) path: Option<PathBuf>,
}

impl Settings {
    /// Reads the config file: `given`, or the user's if it exists. `color` takes precedence over it.
    ///
    /// # Errors
    /// If the config file cannot be read or is invalid. Every command checks all of it, so that a mistake does not
    /// surface only where the setting matters.
    pub(super) fn new(given: Option<&Path>, color: Option<ColorChoice>, verbosity: Verbosity) -> Result<Self, Failure> {
        let path = given.map(Path::to_owned).or_else(users);
        let file = path.clone().filter(|path| given.is_some() || path.is_file());
        let config = file.as_deref().map(read).transpose()?.unwrap_or_default();
        let color = color.or_else(|| config.color.map(choice)).unwrap_or(ColorChoice::Auto);
        let key_discovery = config.key_discovery.unwrap_or(true);
        let settings = Self { verbosity, color, sandbox: true, key_discovery, config, file, path };
        settings.interface().map(|_| settings)
    }

    /// The options of the TUI.
    ///
    /// # Errors
    /// If the config file names a theme, column, command or key that does not exist.
    pub(super) fn interface(&self) -> Result<Options, Failure> {
        let options = Options::of(&self.config).map_err(|wrong| {
            let file = self.file.as_deref().map_or_else(String::new, |file| format!("{}: ", file.display()));
            Failure::Usage(format!("{}{wrong}", visible(&file)))
        })?;
        Ok(Options { config: self.path.clone(), ..options })
    }

    /// The layout of text on standard output: as wide as the terminal, within reason.
    pub(super) fn layout(&self) -> Layout {
        let is_terminal = io::stdout().is_terminal();
        let columns = tui::columns().filter(|_| is_terminal);
        let width = columns.map_or(DEFAULT_WIDTH, |columns| usize::from(columns).min(WIDEST));
        Layout { width, colour: self.allows_colour() && (is_terminal || self.color == ColorChoice::Always) }
    }

    /// Returns whether a terminal may be shown colour: by `--color`, or unless `NO_COLOR` is set and not empty
    /// (<https://no-color.org>).
    pub(super) fn allows_colour(&self) -> bool {
        match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        }
    }
}

/// The path of the user's config file.
fn users() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("ringtrace").join("config.toml"))
}

fn read(path: &Path) -> Result<Config, Failure> {
    let usage = |why: String| {
        // The parser's message shows the line in question below it.
        let why = visible_but(&why, |character| character != '\n' && ringtrace::visible::is_hidden(character));
        Failure::Usage(format!("{}: {why}", visible_path(path)))
    };
    let text = fs::read_to_string(path).map_err(|error| usage(error.to_string()))?;
    Config::parse(&text).map_err(|error| usage(error.to_string()))
}

const fn choice(color: Color) -> ColorChoice {
    match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    }
}
