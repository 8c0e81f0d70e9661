//! What the interface starts with, and its part of the config file.

use std::path::PathBuf;

use super::kit::bindings::KEYMAP;
use super::kit::keymap::{Keymap, KeysError};
use super::kit::theme::ThemeName;
use super::screens::calls::Column;
use crate::config::{Config, Placed};
use crate::github::Access;
use crate::tables::Selection;
use crate::visible::visible;
use crate::words::nearest;

/// What the interface starts with.
#[derive(Debug, Default)]
pub struct Options {
    /// The colours; `None` if the terminal's background decides.
    pub theme: Option<ThemeName>,
    /// Whether everything is drawn in ASCII.
    pub ascii: bool,
    /// The keys.
    pub keymap: Keymap,
    /// The columns of the list of calls, by name; `None` for the default. Unknown names are ignored.
    pub columns: Option<Vec<String>>,
    /// The config file, where the choice of columns can be saved.
    pub config: Option<PathBuf>,
    /// Whether letters are shown instead of addresses.
    pub pseudonyms: bool,
    /// The filter of the list, and its text.
    pub filter: Option<(String, Selection)>,
    /// The server that findings are sent to.
    pub access: Access,
    /// The names of the user and the machine, which must not be in any finding.
    pub here: Vec<String>,
}

/// An invalid setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct Wrong {
    /// The line of the config file, from 1.
    pub line: usize,
    /// What is wrong, and what may have been meant.
    pub why: String,
}

impl Options {
    /// The options of a config file, and defaults for everything else.
    ///
    /// # Errors
    /// If it names an unknown theme, column, command or key, or gives two commands the same key.
    pub fn of(config: &Config) -> Result<Self, Wrong> {
        let theme = config.theme.as_ref().map(|name| {
            let known = ThemeName::ALL.iter().map(|theme| theme.name());
            ThemeName::named(&name.value).ok_or_else(|| unknown("theme", name, known))
        });
        let columns = config.columns.as_ref().map(|names| names.iter().map(column).collect::<Result<Vec<_>, _>>());
        Ok(Self {
            theme: theme.transpose()?,
            columns: columns.transpose()?,
            pseudonyms: config.pseudonyms.unwrap_or_default(),
            keymap: keymap(config)?,
            ..Self::default()
        })
    }
}

fn column(name: &Placed<String>) -> Result<String, Wrong> {
    let known = Column::ALL.iter().map(|column| column.name());
    Column::named(&name.value).map(|column| column.name().to_owned()).ok_or_else(|| unknown("column", name, known))
}

fn keymap(config: &Config) -> Result<Keymap, Wrong> {
    let own = config.keys.iter();
    let own = own.map(|(name, keys)| (name.value.as_str(), keys.value.iter().map(String::as_str).collect()));
    Keymap::with(own).map_err(|error| {
        let commands = KEYMAP.iter().map(|binding| binding.name);
        let named = |name: &str| config.keys.iter().find(|(command, _)| command.value == name);
        match &error {
            KeysError::NoCommand(name) => match named(name) {
                Some((command, _)) => unknown("command", command, commands),
                None => Wrong { line: 1, why: error.to_string() },
            },
            KeysError::NoKey(name) => {
                let keys = config.keys.iter().find(|(_, keys)| keys.value.contains(name));
                let line = keys.map_or(1, |(_, keys)| keys.line);
                Wrong { line, why: visible(&error.to_string()).into_owned() }
            }
            KeysError::Twice { one, other, .. } => {
                let line = named(other).or_else(|| named(one)).map_or(1, |(command, _)| command.line);
                Wrong { line, why: error.to_string() }
            }
        }
    })
}

/// An unknown name, and what may have been meant.
fn unknown<'k>(what: &str, name: &Placed<String>, known: impl Iterator<Item = &'k str> + Clone) -> Wrong {
    let hint = match nearest(&name.value, known.clone()) {
        Some(near) => format!("did you mean \"{near}\"?"),
        None => format!("expected one of: {}", known.collect::<Vec<_>>().join(", ")),
    };
    Wrong { line: name.line, why: format!("unknown {what} \"{}\"; {hint}", visible(&name.value)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Result<Options, String> {
        Options::of(&Config::parse(text).unwrap()).map_err(|wrong| wrong.to_string())
    }

    fn wrong(text: &str) -> String {
        options(text).unwrap_err()
    }

    #[test]
    fn settings_of_the_config_file_are_used() {
        let text = "theme = \"light\"\ncolumns = [\"ring\", \"talk\"]\npseudonyms = true\n[keys]\nsort = \"F2\"\n";
        let options = options(text).unwrap();
        assert_eq!((options.theme, options.pseudonyms), (Some(ThemeName::Light), true));
        assert_eq!(self::options("").unwrap().theme, None);
        assert_eq!(options.columns.unwrap(), ["ring", "talk"]);
        assert_eq!(options.keymap.key_of("sort").unwrap().to_string(), "F2");
        assert!(self::options("").unwrap().columns.is_none());
    }

    #[test]
    fn unknown_names_are_reported_with_their_line_and_the_nearest_name() {
        assert_eq!(wrong("\ntheme = \"drak\"\n"), "line 2: unknown theme \"drak\"; did you mean \"dark\"?");
        assert_eq!(
            wrong("columns = [\n\"ring\",\n\"outcom\"]"),
            "line 3: unknown column \"outcom\"; did you mean \"outcome\"?"
        );
        assert_eq!(wrong("[keys]\n\nfiltre = \"s\""), "line 3: unknown command \"filtre\"; did you mean \"filter\"?");
        let key = wrong("[keys]\n\nsort = [\"s\",\n \"Hyper-\\u001b\"]");
        assert!(key.starts_with("line 3: unknown key `Hyper-\\u{1b}`; keys are written `x`"), "{key}");
        let twice = wrong("[keys]\nsort = \"f\"");
        assert_eq!(twice, "line 2: f is bound to both `filter` and `sort` on the Calls screen");
        assert!(wrong("theme = \"qqqqqqqq\"").ends_with("expected one of: dark, light, high-contrast, none"));
    }

    #[test]
    fn the_template_names_every_column() {
        for column in Column::ALL {
            assert!(crate::config::TEMPLATE.contains(column.name()));
        }
    }
}
