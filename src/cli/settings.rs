//! The config file's place, and what command line and config file say together.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ColorChoice;
use etcetera::BaseStrategy;
use ringtrace::config::{Color, Config};
use ringtrace::tui::Options;
use ringtrace::visible::{visible, visible_but};

use super::Verbosity;
use super::exit::Failure;

/// What holds for every command.
#[derive(Debug)]
pub(super) struct Settings {
    /// How much is said on standard error.
    pub(super) verbosity: Verbosity,
    /// When to use colour.
    pub(super) color: ColorChoice,
    /// Whether to look for key logs beside the captures.
    pub(super) key_discovery: bool,
    /// What the config file says; nothing where there is none.
    pub(super) config: Config,
    /// The config file, if one was read.
    pub(super) file: Option<PathBuf>,
    /// The config file, or where the user's own belongs.
    pub(super) place: Option<PathBuf>,
}

impl Settings {
    /// Reads the config file: `given`, else the user's if there is one. `color` goes before what it says.
    ///
    /// # Errors
    /// If it cannot be read, or is none.
    pub(super) fn new(given: Option<&Path>, color: Option<ColorChoice>, verbosity: Verbosity) -> Result<Self, Failure> {
        let place = given.map(Path::to_owned).or_else(users);
        let file = place.clone().filter(|path| given.is_some() || path.is_file());
        let config = file.as_deref().map(read).transpose()?.unwrap_or_default();
        let color = color.or_else(|| config.color.map(choice)).unwrap_or(ColorChoice::Auto);
        let settings =
            Self { verbosity, color, key_discovery: config.key_discovery.unwrap_or(true), config, file, place };
        // What is wrong with it is said by every command, not only where it would matter.
        settings.interface().map(|_| settings)
    }

    /// The interface as the config file has it.
    ///
    /// # Errors
    /// If the file names something that there is not.
    pub(super) fn interface(&self) -> Result<Options, Failure> {
        let options = Options::of(&self.config).map_err(|wrong| {
            let file = self.file.as_deref().map_or_else(String::new, |file| format!("{}: ", file.display()));
            Failure::Usage(format!("{}{wrong}", visible(&file)))
        })?;
        Ok(Options { config: self.place.clone(), ..options })
    }
}

/// Where the user's config file belongs.
fn users() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("ringtrace").join("config.toml"))
}

fn read(path: &Path) -> Result<Config, Failure> {
    let usage = |why: String| {
        // The lines of what is wrong with it stay lines.
        let why = visible_but(&why, |character| character != '\n' && ringtrace::visible::is_hidden(character));
        Failure::Usage(format!("{}: {why}", path.display()))
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
