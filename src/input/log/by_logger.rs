//! Logs whose loggers name which way a stanza went: those of whatsmeow and whatsapp-rust at level debug, in any of the forms in
//! which the loggers that programs give these libraries write lines.

use super::entry::{EntryContent, LineFormat, LogEntry, LogTime, LoggedStanza, NoEntry, Parsed, Text};
use super::finder::{Finder, Finds, Found};
use crate::input::clients::{self, Client};
use crate::input::time;

/// Logs of whatsmeow: the logger's name ends in `Recv` or `Send`, and what is before that names the client.
pub(in crate::input) const WHATSMEOW: LineFormat = LineFormat::of(&clients::WHATSMEOW, |text| {
    read(text, &clients::WHATSMEOW, |_, found| {
        let vantage = found.around.client?;
        Some(LoggedStanza { vantage, ..found.stanza })
    })
});

/// Logs of whatsapp-rust, by `env_logger`, `tracing` or its own programs' loggers: the level is before the logger's name.
pub(in crate::input) const WHATSAPP_RUST: LineFormat = LineFormat::of(&clients::WHATSAPP_RUST, |text| {
    let form = Form::of(text.line()).ok_or(NoEntry::Unrelated)?;
    read(text, &clients::WHATSAPP_RUST, |line, found| form.complete(line, found))
});

/// The stanzas of an entry, as `of` completes those that are this client's, with the line that they begin on.
fn read(text: &Text<'_>, client: &Client, of: impl Fn(&str, Found) -> Option<LoggedStanza>) -> Parsed {
    let finder = Finder { dialect: client.dialect, is_any: true };
    let line = text.line();
    let is_json = line.contains("{\"") && !line.contains("] <");
    let in_json = is_json.then(|| finder.in_values(line).ok()).flatten();
    let Finds { stanzas, lines, .. } = match in_json {
        Some(finds) => finds,
        None => finder.in_text(text.text, text.is_all)?,
    };
    let stanzas: Vec<LoggedStanza> = stanzas.into_iter().filter_map(|found| of(line, found)).collect();
    if stanzas.is_empty() {
        return Err(NoEntry::Unrelated);
    }
    Ok(LogEntry { lines, content: EntryContent::Stanzas(stanzas) })
}

/// How whatsapp-rust logs a stanza.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// `02:22.545 pid=4242 [DEBUG] <call ...>`: the time is that of the hour, and no logger is named.
    Bare,
    /// `15:02:22 [DEBUG] [Client/Recv] - <call ...>`, `[2026-05-14T15:02:22Z DEBUG Client/Recv] <call ...>` or
    /// `2026-05-14T15:02:22.545000Z DEBUG Client/Recv: <call ...>`. Loggers of other programs may have this name behind one of
    /// their own, or before the level.
    Named,
    /// The JSON of `tracing`.
    Json,
}

impl Form {
    fn of(line: &str) -> Option<Self> {
        let before = before_stanza(line);
        if before.ends_with("[DEBUG] ") && process(before).is_some() {
            return Some(Self::Bare);
        }
        if line.contains("\"target\"") {
            return Some(Self::Json);
        }
        let head = before.rfind("Client/").and_then(|name| before.get(..name))?;
        head.contains("DEBUG").then_some(Self::Named)
    }

    /// The stanza with what its line says of it, if the line is one of whatsapp-rust's.
    fn complete(self, line: &str, Found { stanza, around }: Found) -> Option<LoggedStanza> {
        let before = before_stanza(line);
        let vantage = process(before).map(|process| format!("process {process}")).unwrap_or_default();
        match self {
            Self::Bare => {
                let of_hour = before.split([' ', '\t', '[', ']', '|']).filter_map(time::time_of_hour).next_back();
                let time = of_hour.map_or(stanza.time, LogTime::OfHour);
                Some(LoggedStanza { vantage, time, direction: None, ..stanza })
            }
            Self::Named | Self::Json if around.client.as_deref() == Some("Client") => {
                Some(LoggedStanza { vantage, ..stanza })
            }
            Self::Named | Self::Json => None,
        }
    }
}

fn before_stanza(line: &str) -> &str {
    line.split_once('<').map_or(line, |(before, _)| before)
}

fn process(before: &str) -> Option<&str> {
    before.split(' ').find_map(|word| word.strip_prefix("pid="))
}
