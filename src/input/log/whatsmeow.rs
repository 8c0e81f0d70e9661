//! Logs of whatsmeow at level debug: its own lines on standard output, and those of the loggers that bridges and bots
//! give it. All have in common that the logger's name ends in `Recv` or `Send`.

use super::entry::{EntryContent, LineFormat, LogEntry, LoggedStanza, NoEntry, Parsed, Text};
use super::finder::{Finder, Found};
use crate::input::clients;

/// Logs of whatsmeow.
pub(in crate::input) const WHATSMEOW: LineFormat = LineFormat::of(&clients::WHATSMEOW, read);

fn read(text: &Text<'_>) -> Parsed {
    let finder = Finder { dialect: clients::WHATSMEOW.dialect, is_any: true };
    let line = text.line();
    let is_json = line.contains("{\"") && !line.contains("] <");
    let in_json = is_json.then(|| finder.in_values(line).ok()).flatten();
    let finds = match in_json {
        Some(finds) => finds,
        None => finder.in_text(text.text, text.is_all)?,
    };
    let stanzas: Vec<LoggedStanza> = finds
        .stanzas
        .into_iter()
        .filter_map(|Found { stanza, around }| Some(LoggedStanza { vantage: around.client?, ..stanza }))
        .collect();
    if stanzas.is_empty() {
        return Err(NoEntry::Unrelated);
    }
    Ok(LogEntry { lines: finds.lines, content: EntryContent::Stanzas(stanzas) })
}
