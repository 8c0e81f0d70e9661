//! What lies over the screen: the palette, choices, questions, and the line being typed.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use super::pane;
use crate::report::{Form, Subject};
use crate::tui::columns::Column;
use crate::tui::dialog::{Asks, Confirm, Prompt, fitting};
use crate::tui::drafts;
use crate::tui::input::Input;
use crate::tui::model::{Model, Viewport};
use crate::tui::text::{cut, visible_all, width, wrap};
use crate::tui::theme::Theme;

/// The widest and the highest that a dialog gets.
const WIDEST: u16 = 84;
const HIGHEST: u16 = 18;

/// Completions shown at a time.
const COMPLETIONS: u16 = 8;

/// A framed box over the screen; gives the room in it.
fn framed(title: &str, lines: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Rect {
    let columns = area.width.min(WIDEST);
    let height = u16::try_from(lines).unwrap_or(HIGHEST).saturating_add(2).min(HIGHEST).min(area.height);
    let area = area.centered(Constraint::Length(columns), Constraint::Length(height));
    let block = Block::bordered().title(format!(" {title} ")).border_style(theme.accent).style(theme.base);
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner
}

/// Draws lines of which one is selected.
fn list(lines: Vec<Line<'static>>, selected: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let room = usize::from(area.height);
    let top = pane::follow(0, selected, lines.len(), room);
    for ((index, line), row) in lines.into_iter().enumerate().skip(top).zip(area.rows()) {
        frame.render_widget(line, row);
        if index == selected {
            frame.buffer_mut().set_style(row, theme.selected);
        }
    }
    Viewport { page: room, lines: 0 }
}

/// Draws the palette of commands.
pub(super) fn palette(
    model: &Model,
    (input, selected): (&Input, usize),
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let found = fitting(&model.keymap, model.context_below(), input.text());
    let inner = framed("Commands of this screen", usize::from(HIGHEST), theme, frame, area);
    let Some(first) = inner.rows().next() else { return Viewport::default() };
    line(":", input, theme, frame, first);
    let rest = Rect { y: first.bottom(), height: inner.height - 1, ..inner };
    if found.is_empty() {
        frame.render_widget(Line::styled("No command is called that, or does that.", theme.warning), rest);
    }
    let lines = found.iter().map(|bound| {
        let key = bound.keys.first().map_or_else(String::new, ToString::to_string);
        let name = format!("{:<21}", bound.binding.name);
        let key = format!("{}{}", key, " ".repeat(10_usize.saturating_sub(width(&key))));
        let room = usize::from(rest.width).saturating_sub(width(&name) + width(&key));
        let help = cut(bound.binding.help, room).into_owned();
        Line::from(vec![Span::raw(name), Span::styled(key, theme.accent), Span::styled(help, theme.muted)])
    });
    list(lines.collect(), selected, theme, frame, rest)
}

/// Draws the choice of columns.
pub(super) fn columns(model: &Model, selected: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let inner =
        framed("Columns: Space shows one or leaves it out, w keeps the choice", Column::ALL.len(), theme, frame, area);
    let lines = Column::ALL.iter().map(|column| {
        let tick = if model.list.columns.contains(column) { "✓ " } else { "  " };
        Line::from(vec![
            Span::styled(tick, theme.accent),
            Span::raw(format!("{:<12}", column.name())),
            Span::styled(column.says(), theme.muted),
        ])
    });
    list(lines.collect(), selected, theme, frame, inner)
}

/// What each form is for.
const fn says(form: Form) -> &'static str {
    match form {
        Form::ProtocolFinding => "a new issue: how the protocol acts",
        Form::StanzaCapture => "a new issue: one stanza as it was recorded",
        Form::Discrepancy => "a new issue: two sources that disagree",
        Form::Comment => "for an issue that is there: evidence, diagram, stanzas",
        Form::Corpus => "one stanza as an entry of the spec's corpus",
    }
}

/// Draws the choice of a form.
pub(super) fn forms(subject: &Subject, selected: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let forms = drafts::forms(subject);
    let title = format!("Draft a finding about {}", drafts::about(subject));
    let inner = framed(&title, forms.len(), theme, frame, area);
    let lines = forms.iter().map(|form| {
        Line::from(vec![Span::raw(format!(" {:<17}", form.name())), Span::styled(says(*form), theme.muted)])
    });
    list(lines.collect(), selected, theme, frame, inner)
}

/// Draws a question, and what is to be read before the answer, as large as the screen where it needs that.
pub(super) fn confirm(confirm: &Confirm, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let columns = usize::from(area.width.saturating_sub(2));
    let mut lines = wrap(&[Span::styled(visible_all(&confirm.asks), theme.warning)], columns, 0);
    let asked = u16::try_from(lines.len()).unwrap_or(1);
    if !confirm.text.is_empty() {
        lines.push(Line::default());
        lines.extend(confirm.text.lines().flat_map(|line| wrap(&[Span::raw(visible_all(line))], columns, 0)));
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let area = area.centered(Constraint::Length(area.width), Constraint::Length(height));
    let block = Block::bordered().title(" y: yes   n: no ").border_style(theme.accent).style(theme.base);
    let inner = block.inner(area);
    // The question stays where it is; what it is about scrolls below it.
    let [question, text] =
        Layout::vertical([Constraint::Length(asked.min(inner.height)), Constraint::Fill(1)]).areas(inner);
    let text_lines = lines.split_off(lines.len().min(asked.into()));
    let seen = Viewport { page: text.height.into(), lines: text_lines.len() };
    let block = block.title_bottom(Line::from(pane::position(confirm.scroll, seen)).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    pane::text(&lines, 0, frame, question);
    pane::text(&text_lines, confirm.scroll, frame, text)
}

/// Draws the line being typed at the bottom of `area`, and over it how it can go on, or what is wrong with it.
pub(super) fn prompt(prompt: &Prompt, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let Some(bottom) = area.rows().next_back() else { return Viewport::default() };
    let is_filter = prompt.asks == Asks::Filter;
    let look = match (&prompt.error, prompt.input.text().trim().is_empty()) {
        (Some(_), _) => theme.violated,
        (None, false) if is_filter => theme.outgoing,
        _ => Style::new(),
    };
    let label = match &prompt.asks {
        Asks::Filter => "filter: ",
        Asks::Search => "search: ",
        Asks::Note(..) => "note: ",
        Asks::Save(_) => "write to: ",
        Asks::Target(_) => "send to: ",
    };
    frame.render_widget(Clear, bottom);
    styled_line(label, &prompt.input, look, theme, frame, bottom);
    let above = Rect { height: area.height.saturating_sub(1), ..area };
    let says = match &prompt.error {
        Some(error) => Some(format!("✗ {error}")),
        None if matches!(prompt.asks, Asks::Save(Some(_))) => {
            Some("It is there already: Enter replaces it, another name keeps it".to_owned())
        }
        None if matches!(prompt.asks, Asks::Save(None)) => {
            Some("The ending says the form; Tab takes the selected".to_owned())
        }
        None if is_filter && !prompt.input.text().trim().is_empty() => Some("✓ Enter applies it".to_owned()),
        None if matches!(prompt.asks, Asks::Target(_)) => {
            Some("OWNER/NAME#12 is a comment, OWNER/NAME a new issue; Enter shows it first".to_owned())
        }
        None => None,
    };
    let entries = &prompt.completions.entries;
    let lines = u16::try_from(entries.len()).unwrap_or(COMPLETIONS).min(COMPLETIONS) + u16::from(says.is_some());
    let lines = lines.min(above.height);
    let box_area = Rect { y: above.bottom() - lines, height: lines, ..above };
    frame.render_widget(Clear, box_area);
    let mut shown = Vec::new();
    for entry in entries {
        let doc = cut(entry.doc, usize::from(box_area.width).saturating_sub(28)).into_owned();
        let text = crate::visible::visible(&entry.text).into_owned();
        let text = format!("  {}{}", cut(&text, 24), " ".repeat(24_usize.saturating_sub(width(&text)) + 1));
        shown.push(Line::from(vec![Span::raw(text), Span::styled(doc, theme.muted)]));
    }
    let room = Rect { height: lines.saturating_sub(u16::from(says.is_some())), ..box_area };
    let seen = if shown.is_empty() { Viewport::default() } else { list(shown, prompt.selected, theme, frame, room) };
    if let Some(says) = says
        && let Some(row) = box_area.rows().next_back()
    {
        let says = crate::visible::visible(&says).into_owned();
        frame.render_widget(Line::styled(cut(&says, row.width.into()).into_owned(), look), row);
    }
    seen
}

fn line(label: &str, input: &Input, theme: &Theme, frame: &mut Frame<'_>, row: Rect) {
    styled_line(label, input, Style::new(), theme, frame, row);
}

/// A line being typed, with the cursor in it; its end where it is longer than the room.
fn styled_line(label: &str, input: &Input, look: Style, theme: &Theme, frame: &mut Frame<'_>, row: Rect) {
    let (before, after) = input.halves();
    let room = usize::from(row.width).saturating_sub(width(label) + 1);
    let mut shown = before;
    while width(shown) > room {
        let first = shown.chars().next().map_or(1, char::len_utf8);
        shown = shown.get(first..).unwrap_or_default();
    }
    let column = width(label) + width(shown);
    let rest = cut(after, room.saturating_sub(width(shown))).into_owned();
    let spans = vec![
        Span::styled(label.to_owned(), theme.accent),
        Span::styled(shown.to_owned(), look),
        Span::styled(rest, look),
    ];
    frame.render_widget(Line::from(spans), row);
    if let Ok(column) = u16::try_from(column)
        && column < row.width
    {
        frame.set_cursor_position(Position::new(row.x + column, row.y));
    }
}
