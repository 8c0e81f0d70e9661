//! A text in the user's own editor.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::Command;

/// The editor where the environment names none.
const USUAL: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// Lets the user change a text: in `VISUAL`, else `EDITOR`, else the system's usual editor. It is kept meanwhile in a
/// file that only the user can read.
///
/// # Errors
/// If there is no such file or program, or the program says that it failed: then nothing is to change.
pub(super) fn edit(text: &str) -> io::Result<String> {
    let mut file = tempfile::Builder::new().prefix("ringtrace-").suffix(".md").tempfile()?;
    file.write_all(text.as_bytes())?;
    let named = |variable| env::var(variable).ok().filter(|editor| !editor.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| USUAL.to_owned());
    let status = command(&editor).arg(file.path()).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("{editor}: {status}")));
    }
    // The editor may have put another file in its place.
    fs::read_to_string(file.path())
}

/// What the variables name is a command with its options.
#[cfg(unix)]
fn command(editor: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$1\""), "sh"]);
    command
}

#[cfg(not(unix))]
fn command(editor: &str) -> Command {
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(USUAL));
    command.args(words);
    command
}
