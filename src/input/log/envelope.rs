//! What surrounds a client's lines: colours, and the JSON that a container's log driver or the journal puts them in.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::{memchr, memmem};
use serde::Deserialize;

/// A line as Docker's json-file driver writes it, or `journalctl -o json`.
#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    log: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "MESSAGE")]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    stream: Cow<'a, str>,
}

/// The keys of such lines.
static LOG: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new("\"log\":\""));
static STREAM: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new("\"stream\":\""));
static MESSAGE: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new("\"MESSAGE\":\""));

/// The least bytes of a piece of a line that was too long for the buffer of Docker's driver: less by what may have been
/// cut of the last character.
const PIECE: usize = (16 << 10) - 3;

impl Wrapped<'_> {
    /// The line, or a piece of it.
    fn text(&self) -> Option<&str> {
        self.log.as_deref().or(self.message.as_deref())
    }

    /// Returns whether it is a piece of a line that the next entry of its stream continues.
    fn continues(&self) -> bool {
        self.log.as_ref().is_some_and(|log| log.len() >= PIECE && !log.ends_with('\n'))
    }
}

/// Lines without what wrapped them.
pub(super) struct Unwrapped<'t> {
    /// The lines.
    pub(super) text: Cow<'t, str>,
    /// How many lines each of them and those before it were; nothing where all are as many as before.
    before: Vec<usize>,
}

impl Unwrapped<'_> {
    /// How many lines of the log the first `count` lines were.
    pub(super) fn were(&self, count: usize) -> usize {
        count.checked_sub(1).and_then(|last| self.before.get(last)).copied().unwrap_or(count)
    }
}

/// Returns whether a line is a piece of one that continues in the next.
pub(super) fn continues(line: &[u8]) -> bool {
    let is_piece = |line: &str| serde_json::from_str::<Wrapped<'_>>(line).is_ok_and(|wrapped| wrapped.continues());
    line.len() >= PIECE && std::str::from_utf8(line).is_ok_and(|line| is_wrapped(line) && is_piece(line))
}

/// The text without colours, and each line without JSON around it, its pieces together.
pub(super) fn unwrapped(text: &str) -> Unwrapped<'_> {
    let (text, before) = if is_wrapped(text) { unwrapped_lines(text) } else { (Cow::Borrowed(text), Vec::new()) };
    let text = if memchr(b'\x1b', text.as_bytes()).is_some() { Cow::Owned(without_colours(&text)) } else { text };
    Unwrapped { text, before }
}

fn is_wrapped(text: &str) -> bool {
    if !text.starts_with('{') {
        return false;
    }
    let bytes = text.as_bytes();
    let line = bytes.get(..memchr(b'\n', bytes).unwrap_or(bytes.len())).unwrap_or_default();
    let has = |key: &memmem::Finder<'_>| key.find(line).is_some();
    has(&LOG) && has(&STREAM) || has(&MESSAGE)
}

/// The lines, and of each how many lines it and those before it were.
fn unwrapped_lines(text: &str) -> (Cow<'_, str>, Vec<usize>) {
    let (mut lines, mut before) = (String::with_capacity(text.len()), Vec::new());
    // The stream of the line that continues.
    let mut open: Option<String> = None;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let wrapped = serde_json::from_str::<Wrapped<'_>>(line).ok();
        let piece = wrapped.as_ref().and_then(|wrapped| Some((wrapped, wrapped.text()?)));
        let is_next_piece = piece.is_some_and(|(wrapped, _)| open.as_deref() == Some(&*wrapped.stream));
        if open.is_some() && !is_next_piece {
            lines.push('\n');
            before.push(index);
        }
        open = None;
        match piece {
            Some((wrapped, text)) => {
                lines.extend(text.trim_end_matches(['\r', '\n']).chars().filter(|character| *character != '\n'));
                if wrapped.continues() {
                    open = Some(wrapped.stream.clone().into_owned());
                    continue;
                }
                lines.push('\n');
            }
            None => lines.push_str(line),
        }
        before.push(index + 1);
    }
    if open.is_some() {
        lines.push('\n');
        before.push(text.split_inclusive('\n').count());
    }
    (Cow::Owned(lines), before)
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

    fn text(text: &str) -> String {
        unwrapped(text).text.into_owned()
    }

    #[test]
    fn colours_are_left_out_and_nothing_else() {
        let colours = "[1] \u{1b}[90mTRACE\u{1b}[39m (2): \u{1b}[1;36mrecv\u{1b}[0m\n\u{1b}[3\nx";
        assert_eq!(text(colours), "[1] TRACE (2): recv\n\nx");
        assert_eq!(text("plain <call/>\n"), "plain <call/>\n");
    }

    #[test]
    fn a_container_log_is_unwrapped_line_by_line() {
        let log = "{\"log\":\"a \\u003ccall/\\u003e\\n\",\"stream\":\"stdout\"}\n{\"log\":\"b\\n\"}\n{\"log\":\"cut";
        assert_eq!(text(log), "a <call/>\nb\n{\"log\":\"cut");
        assert_eq!(text("{\"MESSAGE\":\"a\"}\n{\"MESSAGE\":\"b\"}\n"), "a\nb\n");
    }

    fn entry(log: &str, stream: &str) -> String {
        format!("{}\n", serde_json::json!({ "log": log, "stream": stream, "time": "2026-03-14T15:00:00Z" }))
    }

    #[test]
    fn the_pieces_of_a_long_line_are_one_line_again() {
        let [one, two] = ["\"", "b"].map(|letter| letter.repeat(16 << 10));
        let log =
            [entry(&one, "stdout"), entry(&two, "stdout"), entry("c\n", "stdout"), entry("d\n", "stdout")].concat();
        let whole = unwrapped(&log);
        assert_eq!(whole.text, format!("{one}{two}c\nd\n"));
        assert_eq!([0, 1, 2].map(|count| whole.were(count)), [0, 3, 4]);
        let pieces: Vec<_> = log.split_inclusive('\n').map(|line| continues(line.as_bytes())).collect();
        assert_eq!(pieces, [true, true, false, false]);
    }

    #[test]
    fn another_stream_ends_a_line_and_so_does_the_log() {
        let one = "a".repeat(16 << 10);
        let log = [entry(&one, "stdout"), entry("other\n", "stderr"), entry(&one, "stdout")].concat();
        let whole = unwrapped(&log);
        assert_eq!(whole.text, format!("{one}\nother\n{one}\n"));
        assert_eq!([1, 2, 3].map(|count| whole.were(count)), [1, 2, 3]);
        let short = [entry("no end", "stdout"), entry("b\n", "stdout")].concat();
        assert_eq!(text(&short), "no end\nb\n", "a program that was stopped leaves a line without an end");
    }
}
