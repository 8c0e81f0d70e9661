//! Editing a text in the user's own editor.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::Command;

/// The editor if the environment names none.
const DEFAULT: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// Lets the user edit a text in `VISUAL`, `EDITOR` or the system's default editor, in that order of preference. In the
/// meantime the text is in a file that only the user can read.
///
/// # Errors
/// If the file cannot be created or read, or the editor cannot be run or exits unsuccessfully; the text is then
/// unchanged.
pub(in crate::tui) fn edit(text: &str) -> io::Result<String> {
    let mut file = tempfile::Builder::new().prefix("ringtrace-").suffix(".md").tempfile()?;
    file.write_all(text.as_bytes())?;
    let named = |variable| env::var(variable).ok().filter(|editor| !editor.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| DEFAULT.to_owned());
    let status = command(&editor).arg(file.path()).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{editor}: {status}")));
    }
    // The editor may have replaced the file, so it is opened again by name.
    fs::read_to_string(file.path())
}

/// The variables hold a command with options.
#[cfg(unix)]
fn command(editor: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$1\""), "sh"]);
    command
}

#[cfg(not(unix))]
fn command(editor: &str) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(DEFAULT));
    command.args(words);
    command
}
