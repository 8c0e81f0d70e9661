//! The config file: TOML, every setting optional. Command-line options take precedence.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

/// A config file with every setting, its documentation and its default, all commented out.
pub const TEMPLATE: &str = include_str!("config.toml");

/// The settings of a config file. A missing setting has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// When to use colour.
    pub color: Option<Color>,
    /// Whether to look for key logs next to the captures.
    pub key_discovery: Option<bool>,
    /// The theme of the TUI, by name.
    pub theme: Option<Placed<String>>,
    /// The columns of the list of calls, by name.
    pub columns: Option<Vec<Placed<String>>>,
    /// Whether the TUI starts with pseudonyms instead of addresses.
    pub pseudonyms: Option<bool>,
    /// Files with questions of the user's own, by path from the config file's folder.
    pub questions: Vec<Placed<String>>,
    /// Custom key bindings: each command's name with the keys that replace its defaults.
    pub keys: Vec<(Placed<String>, Placed<Vec<String>>)>,
}

/// A value in the file, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// The line, from 1.
    pub line: usize,
}

/// The file as TOML has it.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    color: Option<Color>,
    key_discovery: Option<bool>,
    theme: Option<Spanned<String>>,
    columns: Option<Vec<Spanned<String>>>,
    pseudonyms: Option<bool>,
    questions: Vec<Spanned<String>>,
    keys: BTreeMap<Spanned<String>, Spanned<Keys>>,
}

/// One key, or several.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a key, or a list of keys, as text")]
enum Keys {
    One(String),
    Several(Vec<String>),
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Why a config file is invalid: with the line, the position in it, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl Config {
    /// Reads a config file's text.
    ///
    /// # Errors
    /// If it is not TOML, or has an unknown setting or an invalid value.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let file: File = toml::from_str(text).map_err(|error| Error(error.to_string().trim_end().to_owned()))?;
        let File { color, key_discovery, theme, columns, pseudonyms, questions, keys } = file;
        let line = |place: Range<usize>| 1 + text.bytes().take(place.start).filter(|byte| *byte == b'\n').count();
        let placed = |name: Spanned<String>| Placed { line: line(name.span()), value: name.into_inner() };
        let keys = keys.into_iter().map(|(name, keys)| {
            let line = line(keys.span());
            let value = match keys.into_inner() {
                Keys::One(key) => vec![key],
                Keys::Several(keys) => keys,
            };
            (placed(name), Placed { value, line })
        });
        Ok(Self {
            color,
            key_discovery,
            theme: theme.map(placed),
            columns: columns.map(|columns| columns.into_iter().map(placed).collect()),
            pseudonyms,
            questions: questions.into_iter().map(placed).collect(),
            keys: keys.collect(),
        })
    }
}

/// The text of a config file with these columns; everything else in it, including comments, is unchanged.
///
/// # Errors
/// If the text is not a valid config file.
pub fn with_columns(text: &str, columns: &[&str]) -> Result<String, Error> {
    Config::parse(text)?;
    let quoted = columns.iter().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ");
    let setting = format!("columns = [{quoted}]");
    Ok(match place_of_columns(text) {
        Some(place) => replaced(text, place, &setting),
        None => {
            let own = |line: &str| line.trim_start().starts_with("#columns =");
            // Below the template's line, unless that is in a table.
            let lines = text.split_inclusive('\n').scan(0, |end, line| {
                *end += line.len();
                Some((*end, line))
            });
            let below = lines.take_while(|(_, line)| !line.starts_with('[')).find(|(_, line)| own(line));
            let at = below.map_or(0, |(end, _)| end);
            let gap = if text.get(..at).is_some_and(|before| !before.is_empty() && !before.ends_with('\n')) {
                "\n"
            } else {
                ""
            };
            replaced(text, at..at, &format!("{gap}{setting}\n"))
        }
    })
}

/// The range of the `columns` setting: from its name to the end of its value.
fn place_of_columns(text: &str) -> Option<Range<usize>> {
    let table = toml::de::DeTable::parse(text).ok()?;
    let (name, value) = table.get_ref().iter().find(|(name, _)| name.get_ref() == "columns")?;
    Some(name.span().start..value.span().end)
}

fn replaced(text: &str, place: Range<usize>, by: &str) -> String {
    let before = text.get(..place.start).unwrap_or_default();
    let after = text.get(place.end..).unwrap_or_default();
    format!("{before}{by}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_every_setting_with_a_valid_value() {
        let settings = TEMPLATE.lines().filter_map(|line| line.strip_prefix('#')).filter(|line| !line.starts_with(' '));
        let text = settings.collect::<Vec<_>>().join("\n");
        let Config { color, key_discovery, theme, columns, pseudonyms, questions, keys } =
            Config::parse(&text).unwrap();
        assert_eq!(questions.len(), 1);
        assert_eq!((color, key_discovery, pseudonyms), (Some(Color::Auto), Some(true), Some(false)));
        assert_eq!(theme.unwrap().value, "dark");
        assert!(columns.unwrap().len() > 5 && !keys.is_empty());
        assert_eq!(Config::parse(TEMPLATE), Ok(Config::default()), "all of it is commented out");
    }

    #[test]
    fn errors_name_the_line() {
        let wrong = |text| Config::parse(text).unwrap_err().to_string();
        let unknown = wrong("color = \"never\"\ncolour = \"never\"\n");
        assert!(unknown.contains("line 2") && unknown.contains("`colour`") && unknown.contains("`color`"), "{unknown}");
        let value = wrong("\n\ncolor = \"pink\"\n");
        assert!(value.contains("line 3") && value.contains("pink") && value.contains("`never`"), "{value}");
        assert!(wrong("key-discovery = 1").contains("line 1"));
        assert!(wrong("[").contains("line 1"));
    }

    #[test]
    fn settings_know_their_line() {
        let config = Config::parse(
            "\ntheme = \"light\"\ncolumns = [\n  \"ring\",\n]\n[keys]\nsort = \"F2\"\nfilter = [\"f\", \"F5\"]\n",
        )
        .unwrap();
        let placed = |value: &str, line| Placed { value: value.to_owned(), line };
        assert_eq!(config.theme, Some(placed("light", 2)));
        assert_eq!(config.columns, Some(vec![placed("ring", 4)]));
        let keys = |keys: &[&str], line| Placed { value: keys.iter().map(|key| (*key).to_owned()).collect(), line };
        let filter = (placed("filter", 8), keys(&["f", "F5"], 8));
        assert_eq!(config.keys, [filter, (placed("sort", 7), keys(&["F2"], 7))]);
        let wrong = Config::parse("[keys]\nsort = 7\n").unwrap_err().to_string();
        assert!(wrong.contains("line 2") && wrong.contains("a key, or a list of keys"), "{wrong}");
    }

    #[test]
    fn columns_are_written_and_everything_else_is_unchanged() {
        let with = |text: &str| with_columns(text, &["start", "ring"]).unwrap();
        let line = "columns = [\"start\", \"ring\"]";
        assert_eq!(with(""), format!("{line}\n"));
        assert_eq!(with("# mine\ntheme = \"dark\""), format!("{line}\n# mine\ntheme = \"dark\""));
        let old = "theme = \"dark\" # mine\ncolumns = [ # why\n  \"talk\",\n] # so\n\n[keys]\nsort = \"s\"\n";
        assert_eq!(with(old), format!("theme = \"dark\" # mine\n{line} # so\n\n[keys]\nsort = \"s\"\n"));
        assert_eq!(with(&with(old)), with(old));
        let template = with(TEMPLATE);
        let below = template.lines().skip_while(|line| !line.starts_with("#columns")).nth(1);
        assert_eq!(below, Some(line));
        assert_eq!(Config::parse(&template).unwrap().columns.unwrap().len(), 2);
        let in_table = with("[keys]\n#columns = []\nsort = \"s\"\n");
        assert_eq!(in_table, format!("{line}\n[keys]\n#columns = []\nsort = \"s\"\n"));
        assert!(with_columns("columns = 1", &[]).is_err());
    }
}
