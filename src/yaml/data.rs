//! What an edit adds, before it is written.

use super::tree::{Kind, Node};

/// Columns up to which prose stays on the line of its key, and at which it is folded.
const WIDTH: usize = 88;

/// Words that YAML or its older versions read as something other than text.
const RESERVED: &[&str] = &["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"];

/// What an edit adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// A text on one line, in quotes if it needs them.
    Word(String),
    /// A text on one line, in double quotes.
    Quoted(String),
    /// A number or a truth value, as it is.
    Literal(String),
    /// A paragraph, folded if it is long.
    Prose(String),
    /// Lines that stay lines.
    Lines(String),
    /// A list.
    List(Vec<Data>),
    /// Keys with their values.
    Map(Vec<(&'static str, Data)>),
}

impl Data {
    /// A text, in quotes if it needs them.
    #[must_use]
    pub fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }

    /// A list of texts.
    #[must_use]
    pub fn words<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::word).collect())
    }

    /// On one line.
    #[must_use]
    pub fn inline(&self) -> String {
        match self {
            Self::Word(text) if is_plain(text) => text.clone(),
            Self::Literal(text) => text.clone(),
            Self::Word(text) | Self::Quoted(text) | Self::Prose(text) | Self::Lines(text) => quoted(text),
            Self::List(items) => format!("[{}]", items.iter().map(Self::inline).collect::<Vec<_>>().join(", ")),
            Self::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| format!("{key}: {}", value.inline()));
                format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// As the value of a key, in lines that are indented by so many spaces.
    pub(super) fn entry(&self, key: &str, indent: usize) -> Vec<String> {
        let pad = " ".repeat(indent);
        let one_line = |value: String| vec![format!("{pad}{key}: {value}")];
        match self {
            Self::Prose(text) => {
                let value = Self::Word(text.clone()).inline();
                if pad.len() + key.len() + 2 + value.len() <= WIDTH {
                    return one_line(value);
                }
                let lines = folded(text, indent + 2);
                std::iter::once(format!("{pad}{key}: >")).chain(lines).collect()
            }
            Self::Lines(text) => {
                let pad = " ".repeat(indent + 2);
                let lines =
                    text.lines().map(|line| if line.is_empty() { String::new() } else { format!("{pad}{line}") });
                // The lines of a block begin where its first does.
                let head = if text.starts_with(' ') { "|2" } else { "|" };
                std::iter::once(format!("{}{key}: {head}", " ".repeat(indent))).chain(lines).collect()
            }
            Self::List(items) if items.iter().any(|item| matches!(item, Self::Map(_))) => {
                let items = items.iter().flat_map(|item| item.item(indent + 2));
                std::iter::once(format!("{pad}{key}:")).chain(items).collect()
            }
            Self::Map(entries) if !entries.is_empty() => {
                let entries = entries.iter().flat_map(|(key, value)| value.entry(key, indent + 2));
                std::iter::once(format!("{pad}{key}:")).chain(entries).collect()
            }
            scalar => one_line(scalar.inline()),
        }
    }

    /// As an item of a list, in lines that are indented by so many spaces.
    pub(super) fn item(&self, indent: usize) -> Vec<String> {
        let pad = " ".repeat(indent);
        match self {
            Self::Map(entries) if !entries.is_empty() => {
                let mut lines: Vec<String> =
                    entries.iter().flat_map(|(key, value)| value.entry(key, indent + 2)).collect();
                if let Some(first) = lines.first_mut() {
                    *first = format!("{pad}- {}", first.trim_start());
                }
                lines
            }
            scalar => vec![format!("{pad}- {}", scalar.inline())],
        }
    }
}

/// A text in double quotes, as JSON has them, which is YAML too.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether a text can be written without quotes anywhere: YAML reads it back as this text.
pub(super) fn is_plain(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '_' | '<'));
    let fits = |c: char| c.is_alphanumeric() || " _-./<>()+=;@'*".contains(c) || c == ':';
    begins
        && !text.ends_with([' ', ':'])
        && text.chars().all(fits)
        && !text.contains(": ")
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

/// A paragraph in lines of the usual width, indented by so many spaces.
pub(super) fn folded(text: &str, indent: usize) -> Vec<String> {
    let pad = " ".repeat(indent);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{pad}{word}")),
        }
    }
    lines
}

/// What a node or an addition means, whatever way it is written: texts by their words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Text(String),
    List(Vec<Meaning>),
    Map(Vec<(String, Meaning)>),
}

/// The words of a text, one space apart.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Meaning {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(words(text))
    }
}

impl From<&Node> for Meaning {
    fn from(node: &Node) -> Self {
        match &node.kind {
            Kind::Scalar(text, _) => Self::text(text),
            Kind::Sequence(items, _) => Self::List(items.iter().map(Self::from).collect()),
            Kind::Mapping(entries, _) => {
                let entry = |(key, value): &(Node, Node)| (key.text().unwrap_or_default().to_owned(), value.into());
                Self::Map(entries.iter().map(entry).collect())
            }
        }
    }
}

impl From<&Data> for Meaning {
    fn from(data: &Data) -> Self {
        match data {
            Data::Word(text) | Data::Quoted(text) | Data::Literal(text) | Data::Prose(text) | Data::Lines(text) => {
                Self::text(text)
            }
            Data::List(items) => Self::List(items.iter().map(Self::from).collect()),
            Data::Map(entries) => {
                Self::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), value.into())).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    #[test]
    fn what_is_written_reads_back() {
        let texts = [
            "plain",
            "no",
            "12",
            "a: b",
            "a #b",
            "- x",
            "",
            " ",
            "é",
            "\"",
            "it's",
            "a,b",
            "[x]",
            "x:",
            "<offer to>",
            "null",
            "~",
            "tab\there",
            "0x1f",
            "1e3",
            "a:b",
        ];
        for text in texts {
            let list = Data::words([text]).entry("k", 0).join("\n");
            let read = Document::parse(list.clone()).unwrap();
            assert_eq!(read.root().items_of("k")[0].text(), Some(text), "{list}");
            let item = Data::word(text).item(2).join("\n");
            assert_eq!(Document::parse(item).unwrap().root().items()[0].text(), Some(text));
        }
        let long = "word #1: ".repeat(40);
        let entries = vec![("prose", Data::Prose(long.clone())), ("lines", Data::Lines("  a\n\nb #\n".to_owned()))];
        let text = Data::Map(entries).item(2).join("\n");
        let read = Document::parse(text).unwrap();
        assert_eq!(read.root().items()[0].text_of("prose").unwrap().trim_end(), long.trim_end());
        assert_eq!(read.root().items()[0].text_of("lines").unwrap().trim_end(), "  a\n\nb #");
    }
}
