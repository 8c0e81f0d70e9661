//! The config file: TOML, every setting optional. Options of the command line go before it.

use serde::Deserialize;

/// A config file with every setting, its documentation and its default, all commented out.
pub const TEMPLATE: &str = include_str!("config.toml");

/// The settings of a config file. A setting that is not there has its default.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// When to use colour.
    pub color: Option<Color>,
    /// Whether to look for key logs beside the captures.
    pub key_discovery: Option<bool>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// In any case.
    Always,
    /// In no case.
    Never,
}

/// Why a config file is none: with the line, the place in it, and what would have been right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Config {
    /// Reads a config file's text.
    ///
    /// # Errors
    /// If it is no TOML, has a setting that there is none of, or a value that makes no sense.
    pub fn parse(text: &str) -> Result<Self, Error> {
        toml::from_str(text).map_err(|error| Error(error.to_string().trim_end().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_every_setting_with_a_value_that_is_understood() {
        let settings = TEMPLATE.lines().filter_map(|line| line.strip_prefix('#')).filter(|line| !line.starts_with(' '));
        let text = settings.collect::<Vec<_>>().join("\n");
        let Config { color, key_discovery } = Config::parse(&text).unwrap();
        assert_eq!((color, key_discovery), (Some(Color::Auto), Some(true)));
        assert_eq!(Config::parse(TEMPLATE), Ok(Config::default()), "all of it is commented out");
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = |text| Config::parse(text).unwrap_err().to_string();
        let unknown = wrong("color = \"never\"\ncolour = \"never\"\n");
        assert!(unknown.contains("line 2") && unknown.contains("`colour`") && unknown.contains("`color`"), "{unknown}");
        let value = wrong("\n\ncolor = \"pink\"\n");
        assert!(value.contains("line 3") && value.contains("pink") && value.contains("`never`"), "{value}");
        assert!(wrong("key-discovery = 1").contains("line 1"));
        assert!(wrong("[").contains("line 1"));
    }
}
