//! What stands around a client's lines: colours, and the JSON that a container's log driver or the journal puts them in.

use std::borrow::Cow;

use serde::Deserialize;

/// A line as Docker's json-file driver writes it, or `journalctl -o json`.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow, alias = "MESSAGE")]
    log: Cow<'a, str>,
}

/// The text without colours, and each line without JSON around it. Has as many lines as before.
pub(super) fn unwrapped(text: &str) -> Cow<'_, str> {
    let text = if is_wrapped(text) { Cow::Owned(unwrapped_lines(text)) } else { Cow::Borrowed(text) };
    if text.contains('\u{1b}') { Cow::Owned(without_colours(&text)) } else { text }
}

fn is_wrapped(text: &str) -> bool {
    let line = text.split('\n').next().unwrap_or_default();
    let docker = line.contains("\"log\":\"") && line.contains("\"stream\":\"");
    line.starts_with('{') && (docker || line.contains("\"MESSAGE\":\""))
}

fn unwrapped_lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match serde_json::from_str::<Wrapped<'_>>(line) {
            Ok(wrapped) => {
                lines.extend(wrapped.log.trim_end_matches(['\r', '\n']).chars().filter(|character| *character != '\n'));
                lines.push('\n');
            }
            Err(_) => lines.push_str(line),
        }
    }
    lines
}

/// Leaves out the control sequences of ECMA-48 that terminals take for colours and cursor moves.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut pieces = text.split('\u{1b}');
    plain.extend(pieces.next());
    for piece in pieces {
        let Some(sequence) = piece.strip_prefix('[') else {
            plain.push_str(piece);
            continue;
        };
        let end = sequence.find(|c: char| matches!(c, '@'..='~') || c == '\n');
        let kept = end.map_or(sequence, |end| {
            let length = usize::from(sequence.as_bytes().get(end) != Some(&b'\n'));
            sequence.get(end + length..).unwrap_or_default()
        });
        plain.push_str(kept);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_left_out_and_nothing_else() {
        let text = "[1] \u{1b}[90mTRACE\u{1b}[39m (2): \u{1b}[1;36mrecv\u{1b}[0m\n\u{1b}[3\nx";
        assert_eq!(unwrapped(text), "[1] TRACE (2): recv\n\nx");
        assert_eq!(unwrapped("plain <call/>\n"), "plain <call/>\n");
    }

    #[test]
    fn a_container_log_is_unwrapped_line_by_line() {
        let text = "{\"log\":\"a \\u003ccall/\\u003e\\n\",\"stream\":\"stdout\"}\n{\"log\":\"b\\n\"}\n{\"log\":\"cut";
        assert_eq!(unwrapped(text), "a <call/>\nb\n{\"log\":\"cut");
    }
}
