//! Text by display width. Every text from a capture reaches the screen through [`shown`], [`address`] or
//! [`visible_all`], except XML, which is escaped where it is written.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::protocol::binary::Jid;
use crate::visible::visible;
use crate::words::Fill;

/// What stands for the part that was cut off.
const ELLIPSIS: char = '…';

/// Characters looked at for each column to fill: what is longer is cut there, however narrow its characters.
const CHARACTERS_PER_COLUMN: usize = 8;

/// The columns that a text takes.
pub(in crate::tui) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// A text from a capture with nothing in it that a terminal acts on.
pub(in crate::tui) fn visible_all(text: &str) -> Cow<'_, str> {
    let shown = visible(text);
    // A combining mark would join what stands before the text.
    let mut first = [0; 4];
    match shown.chars().next() {
        Some(character) if width(character.encode_utf8(&mut first)) == 0 => Cow::Owned(format!("◌{shown}")),
        _ => shown,
    }
}

/// A text from a capture, safe to show, in at most `columns` columns. Costs no more than what is shown.
pub(in crate::tui) fn shown(text: &str, columns: usize) -> Cow<'_, str> {
    let limit = columns.saturating_mul(CHARACTERS_PER_COLUMN).saturating_add(CHARACTERS_PER_COLUMN);
    match text.char_indices().nth(limit).and_then(|(end, _)| text.get(..end)) {
        None => match visible_all(text) {
            Cow::Borrowed(text) => cut(text, columns),
            Cow::Owned(text) => Cow::Owned(cut(&text, columns).into_owned()),
        },
        Some(beginning) => {
            let mut beginning = visible_all(beginning).into_owned();
            beginning.push(ELLIPSIS);
            Cow::Owned(cut(&beginning, columns).into_owned())
        }
    }
}

/// A text that is safe to show, in at most `columns` columns, with an ellipsis where it is cut.
pub(in crate::tui) fn cut(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let Some(room) = columns.checked_sub(1) else { return Cow::Borrowed("") };
    let mut kept = beginning(text, room).to_owned();
    kept.push(ELLIPSIS);
    Cow::Owned(kept)
}

/// The longest beginning that takes at most `columns` columns.
fn beginning(text: &str, columns: usize) -> &str {
    let (mut end, mut taken) = (0, 0);
    for grapheme in Span::raw(text).styled_graphemes(Style::new()) {
        taken += width(grapheme.symbol);
        if taken > columns {
            break;
        }
        end += grapheme.symbol.len();
    }
    text.get(..end).unwrap_or(text)
}

/// The longest end of a text that takes at most `columns` columns.
pub(in crate::tui) fn ending(text: &str, columns: usize) -> &str {
    let span = Span::raw(text);
    let graphemes: Vec<_> = span.styled_graphemes(Style::new()).map(|grapheme| grapheme.symbol).collect();
    let (mut start, mut left) = (text.len(), columns);
    for symbol in graphemes.into_iter().rev() {
        let Some(rest) = left.checked_sub(width(symbol)) else { break };
        (start, left) = (start.saturating_sub(symbol.len()), rest);
    }
    text.get(start..).unwrap_or_default()
}

/// An address in at most `columns` columns: its server is cut first, then the middle of its user, so that the
/// device stays.
pub(in crate::tui) fn address(jid: &Jid, columns: usize) -> String {
    let whole = visible_all(&jid.to_string()).into_owned();
    let (account, _) = whole.rsplit_once('@').unwrap_or((&whole, ""));
    if width(&whole) <= columns || width(account) < columns.saturating_sub(1) {
        return cut(&whole, columns).into_owned();
    }
    if width(account) <= columns {
        return account.to_owned();
    }
    let Some(room) = columns.checked_sub(1) else { return String::new() };
    let tail: Vec<char> = account.chars().rev().take(room / 2).collect();
    let tail: String = tail.into_iter().rev().collect();
    let head = beginning(account, room.saturating_sub(width(&tail)));
    cut(&format!("{head}{ELLIPSIS}{tail}"), columns).into_owned()
}

/// A styled text broken into lines of at most `columns` columns, after spaces where that is possible, with
/// `indent` columns before all lines but the first.
pub(in crate::tui) fn wrap(spans: &[Span<'_>], columns: usize, indent: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(columns, indent.min(columns / 2));
    let graphemes: Vec<_> = spans.iter().flat_map(|span| span.styled_graphemes(Style::new())).collect();
    for word in graphemes.split_inclusive(|grapheme| grapheme.symbol == " ") {
        let visible =
            word.iter().filter(|grapheme| grapheme.symbol != " ").map(|grapheme| width(grapheme.symbol)).sum();
        if !page.fill.fits(visible) && page.fill.fits_alone(visible) {
            page.break_line();
        }
        for grapheme in word {
            page.put(grapheme.symbol, grapheme.style);
        }
    }
    page.finish()
}

/// Lines being filled.
struct Page {
    indent: usize,
    fill: Fill,
    line: Vec<Span<'static>>,
    lines: Vec<Line<'static>>,
}

impl Page {
    fn new(columns: usize, indent: usize) -> Self {
        Self { indent, fill: Fill::new(columns, 0, indent), line: Vec::new(), lines: Vec::new() }
    }

    fn put(&mut self, symbol: &str, style: Style) {
        let columns = width(symbol);
        if !self.fill.fits(columns) {
            if symbol == " " || !self.fill.fits_alone(columns) {
                return;
            }
            self.break_line();
        }
        self.fill.breaks(0, columns);
        match self.line.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(symbol),
            _ => self.line.push(Span::styled(symbol.to_owned(), style)),
        }
    }

    fn break_line(&mut self) {
        self.lines.push(Line::from(std::mem::take(&mut self.line)));
        if self.indent > 0 {
            self.line.push(Span::raw(" ".repeat(self.indent)));
        }
        self.fill.start_line();
    }

    fn finish(mut self) -> Vec<Line<'static>> {
        self.lines.push(Line::from(self.line));
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::binary::{JidForm, JidParts};

    fn text_of(lines: &[Line<'_>]) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_a_terminal_would_act_on_is_escaped() {
        assert_eq!(shown("a\x1b[2Jb", 40), "a\\u{1b}[2Jb");
        assert_eq!(shown("\u{202e}evil\u{9b}31m\u{7f}", 40), "\\u{202e}evil\\u{9b}31m\\u{7f}");
        assert_eq!(shown("zero\u{200b}width\u{fe0f}", 40), "zero\\u{200b}width\\u{fe0f}");
    }

    #[test]
    fn a_mark_joins_its_own_letter_only() {
        assert_eq!(shown("e\u{301}t", 2), "e\u{301}t");
        assert_eq!(shown("\u{301}x", 5), "◌\u{301}x");
    }

    #[test]
    fn cuts_by_columns_not_characters() {
        assert_eq!(shown("通話中です", 10), "通話中です");
        assert_eq!(shown("通話中です", 9), "通話中で…");
        assert_eq!(shown("通話中です", 6), "通話…");
        assert_eq!(shown("שלום עולם", 6), "שלום …");
        assert_eq!(shown("abc", 0), "");
    }

    #[test]
    fn a_device_stays_in_a_narrow_address() {
        let lid = Jid::parse("100000000000001:7@lid").unwrap();
        assert_eq!(address(&lid, 30), "100000000000001:7@lid");
        assert_eq!(address(&lid, 20), "100000000000001:7@l…");
        assert_eq!(address(&lid, 17), "100000000000001:7");
        assert_eq!(address(&lid, 12), "100000…001:7");
        assert_eq!(address(&Jid::parse("s.whatsapp.net").unwrap(), 30), "s.whatsapp.net");
    }

    #[test]
    fn wraps_after_spaces_and_breaks_what_is_too_long() {
        let spans = [Span::raw("<call to=\"x\" id=\"abcdefghijklmnop\"/>")];
        assert_eq!(text_of(&wrap(&spans, 16, 2)), ["<call to=\"x\" id=", "  \"abcdefghijklm", "  nop\"/>"]);
        assert_eq!(text_of(&wrap(&[Span::raw("one two three")], 8, 0)), ["one two ", "three"]);
        assert_eq!(text_of(&wrap(&[], 8, 0)), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in "\\PC{0,40}|.{0,40}|[\u{300}\u{301}\u{200b}א通a ]{0,60}", columns in 0_usize..30) {
            prop_assert!(width(&shown(&text, columns)) <= columns);
            prop_assert!(!shown(&text, columns).contains(crate::visible::is_hidden));
            let safe = visible_all(&text);
            let end = ending(&safe, columns);
            prop_assert!(width(end) <= columns && safe.ends_with(end));
            for line in wrap(&[Span::raw(safe.as_ref())], columns, 4) {
                prop_assert!(line.width() <= columns);
            }
            let user = text.as_str().into();
            let jid = Jid::from(JidParts { user, agent: 0, device: 3, server: "lid".into(), form: JidForm::Text });
            prop_assert!(width(&address(&jid, columns)) <= columns);
        }
    }
}
