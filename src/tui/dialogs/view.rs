//! Drawing the dialogs: the palette, choices, questions, and the line being typed.

use std::sync::Arc;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use super::help;
use crate::report::{Form, Subject};
use crate::tui::dialog::{Asks, Confirm, Dialog, Prompt, Typed, matching};
use crate::tui::drafts::{about, forms};
use crate::tui::kit::input::Input;
use crate::tui::kit::keymap::Keymap;
use crate::tui::kit::pane::{self, Canvas, Viewport};
use crate::tui::kit::text::{cut, ending, visible_all, width, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::model::Model;
use crate::tui::screens::calls;
use crate::words::counted;

/// The greatest width and height of a dialog.
const WIDEST: u16 = 84;
const HIGHEST: u16 = 18;

/// The least columns of a completion before what it means.
const LEAST_COMPLETION: usize = 24;

/// Completions shown at a time.
const COMPLETIONS: u16 = 8;

/// Draws a dialog.
pub(in crate::tui) fn draw(dialog: &Dialog, model: &Model, mut canvas: Canvas<'_, '_>) -> Viewport {
    let keymap = &model.shared.keymap;
    match dialog {
        Dialog::Help { scroll } => help::draw(keymap, model.context_below(), *scroll, canvas),
        Dialog::Palette { input, selected } => palette(model, input, *selected, canvas),
        Dialog::Columns { selected } => {
            let lines = calls::choice(&model.calls, canvas.theme);
            let title = keymap.hinted("Columns (‹toggle-column›: show or hide, ‹keep-columns›: save the choice)");
            let inner = framed(&title, lines.len(), &mut canvas);
            list(lines, *selected, canvas.part(inner))
        }
        Dialog::Forms { subject, selected, .. } => choice_of_form(subject, *selected, canvas),
        Dialog::Values { filters, selected } => {
            let inner = framed("Filter by", filters.len(), &mut canvas);
            let shown = filters.iter().map(|filter| Line::from(format!(" {}", named(model, filter))));
            list(shown.collect(), *selected, canvas.part(inner))
        }
        Dialog::Copies { copies, selected } => choice_of_copy(copies, *selected, model, canvas),
        Dialog::Confirm(question) => confirm(question, keymap, canvas),
        Dialog::Prompt(line) => prompt(line, model, canvas),
    }
}

/// Draws a framed box in the middle; returns the area inside.
fn framed(title: &str, lines: usize, canvas: &mut Canvas<'_, '_>) -> Rect {
    let (theme, area) = (canvas.theme, canvas.area);
    let columns = area.width.min(WIDEST);
    let height = u16::try_from(lines).unwrap_or(HIGHEST).saturating_add(2).min(HIGHEST).min(area.height);
    let area = area.centered(Constraint::Length(columns), Constraint::Length(height));
    let block = Block::bordered().title(format!(" {title} ")).border_style(theme.accent).style(theme.base);
    let inner = block.inner(area);
    canvas.frame.render_widget(Clear, area);
    canvas.frame.render_widget(block, area);
    inner
}

/// Draws lines of which one is selected.
fn list(lines: Vec<Line<'static>>, selected: usize, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    let room = usize::from(area.height);
    let top = pane::follow(0, selected, lines.len(), room);
    for ((index, line), row) in lines.into_iter().enumerate().skip(top).zip(area.rows()) {
        frame.render_widget(line, row);
        if index == selected {
            frame.buffer_mut().set_style(row, theme.selected);
        }
    }
    Viewport::of_list(room)
}

/// A text safe to show, with parties named as the user wants.
fn named(model: &Model, text: &str) -> String {
    let people = model.shared.calls().first().map(|judged| Arc::clone(&judged.call.people)).unwrap_or_default();
    visible_all(&model.shared.names.in_text(text, &people)).into_owned()
}

/// How many calls the filter that was typed matches.
fn how_many(prompt: &Prompt, model: &Model) -> String {
    let all = model.shared.calls().len();
    match &prompt.matching {
        Some(counting) if counting.next >= all => {
            format!("✓ matches {} of {} (‹accept›: apply)", counting.count, counted(all as u64, "call"))
        }
        Some(counting) => format!("✓ matches {} of {} so far (‹accept›: apply)", counting.count, counting.next),
        None => "✓ valid".to_owned(),
    }
}

/// Draws the palette of commands.
fn palette(model: &Model, input: &Input, selected: usize, mut canvas: Canvas<'_, '_>) -> Viewport {
    let theme = canvas.theme;
    let found = matching(&model.shared.keymap, model.context_below(), input.text());
    let inner = framed("Commands of this screen", usize::from(HIGHEST), &mut canvas);
    let Some(first) = inner.rows().next() else { return Viewport::default() };
    line(":", input, Style::new(), theme, canvas.frame, first);
    let rest = Rect { y: first.bottom(), height: inner.height - 1, ..inner };
    let typed = Typed::read(input.text());
    if found.is_empty() && typed.is_none() {
        canvas.frame.render_widget(Line::styled("No matching command.", theme.warning), rest);
    }
    let typed = typed.iter().map(|typed| Line::raw(visible_all(&typed.description()).into_owned()));
    let lines = found.iter().map(|bound| {
        let key = bound.keys.first().map_or_else(String::new, ToString::to_string);
        let name = format!("{:<21}", bound.binding.name);
        let key = format!("{}{}", key, " ".repeat(10_usize.saturating_sub(width(&key))));
        let room = usize::from(rest.width).saturating_sub(width(&name) + width(&key));
        let help = cut(bound.binding.help, room).into_owned();
        Line::from(vec![Span::raw(name), Span::styled(key, theme.accent), Span::styled(help, theme.muted)])
    });
    list(typed.chain(lines).collect(), selected, canvas.part(rest))
}

/// What a form is for.
const fn purpose(form: Form) -> &'static str {
    match form {
        Form::ProtocolFinding => "new issue: how the protocol behaves",
        Form::StanzaCapture => "new issue: one stanza as recorded",
        Form::Discrepancy => "new issue: two sources disagree",
        Form::Comment => "comment on an existing issue: evidence, diagram, stanzas",
        Form::Corpus => "entry of the spec's corpus: one stanza",
        Form::Analysis => "one document on all calls",
    }
}

/// Draws the choice of a form.
fn choice_of_form(subject: &Subject, selected: usize, mut canvas: Canvas<'_, '_>) -> Viewport {
    let theme = canvas.theme;
    let forms = forms(subject);
    let title = format!("Draft a finding about {}", about(subject));
    let inner = framed(&title, forms.len(), &mut canvas);
    let lines = forms.iter().map(|form| {
        Line::from(vec![Span::raw(format!(" {:<17}", form.name())), Span::styled(purpose(*form), theme.muted)])
    });
    list(lines.collect(), selected, canvas.part(inner))
}

/// Draws the choice of what to copy, each with the beginning of its text.
fn choice_of_copy(
    copies: &[(&'static str, String)],
    selected: usize,
    model: &Model,
    mut canvas: Canvas<'_, '_>,
) -> Viewport {
    let theme = canvas.theme;
    let inner = framed("Copy", copies.len(), &mut canvas);
    let lines = copies.iter().map(|(what, text)| {
        let beginning: String = text.lines().next().unwrap_or_default().chars().take(inner.width.into()).collect();
        let beginning = visible_all(&model.shared.presentable(beginning)).into_owned();
        let room = usize::from(inner.width).saturating_sub(WHAT_IS_COPIED + 1);
        let what = Span::raw(format!(" {what:<WHAT_IS_COPIED$}"));
        Line::from(vec![what, Span::styled(cut(&beginning, room).into_owned(), theme.muted)])
    });
    list(lines.collect(), selected, canvas.part(inner))
}

/// Columns of the name of what can be copied.
const WHAT_IS_COPIED: usize = 18;

/// Draws a yes-or-no question and the text to read before answering, as large as necessary.
fn confirm(confirm: &Confirm, keymap: &Keymap, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    let columns = usize::from(area.width.saturating_sub(2));
    let mut lines = wrap(&[Span::styled(visible_all(&confirm.question), theme.warning)], columns, 0);
    let asked = u16::try_from(lines.len()).unwrap_or(1);
    if !confirm.text.is_empty() {
        lines.push(Line::default());
        lines.extend(confirm.text.lines().flat_map(|line| wrap(&[Span::raw(visible_all(line))], columns, 0)));
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let area = area.centered(Constraint::Length(area.width), Constraint::Length(height));
    let block =
        Block::bordered().title(keymap.hinted(" ‹yes›: yes   ‹no›: no ")).border_style(theme.accent).style(theme.base);
    let inner = block.inner(area);
    // The question stays in place; the text scrolls below it.
    let [question, text] =
        Layout::vertical([Constraint::Length(asked.min(inner.height)), Constraint::Fill(1)]).areas(inner);
    let text_lines = lines.split_off(lines.len().min(asked.into()));
    let seen = Viewport::of_text(text, &text_lines);
    let block = block.title_bottom(Line::from(pane::position(confirm.scroll, seen)).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    pane::text(&lines, 0, frame, question);
    pane::text(&text_lines, confirm.scroll, frame, text)
}

/// Draws the line being typed at the bottom, and above it completions, errors and hints.
fn prompt(prompt: &Prompt, model: &Model, mut canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, area, .. } = canvas;
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
        Asks::Save(_) => "save as: ",
        Asks::Open(_) => "open: ",
        Asks::Target(_) => "send to: ",
    };
    canvas.frame.render_widget(Clear, bottom);
    line(label, &prompt.input, look, theme, canvas.frame, bottom);
    let above = Rect { height: area.height.saturating_sub(1), ..area };
    let hint = match &prompt.error {
        Some(error) => Some(format!("✗ {error}")),
        None if matches!(prompt.asks, Asks::Save(Some(_))) => {
            Some("File exists. ‹accept›: overwrite; or type another name".to_owned())
        }
        None if matches!(prompt.asks, Asks::Save(None)) => {
            Some("Format follows the file extension; ‹complete› completes".to_owned())
        }
        None if is_filter && !prompt.input.text().trim().is_empty() => Some(how_many(prompt, model)),
        None if matches!(prompt.asks, Asks::Open(_)) => {
            Some("A capture, a folder of captures or a key log; ‹complete› completes".to_owned())
        }
        None if matches!(prompt.asks, Asks::Target(_)) => {
            Some("OWNER/NAME#12 adds a comment, OWNER/NAME opens a new issue; ‹accept› shows a preview".to_owned())
        }
        None => None,
    };
    let entries = &prompt.completions.entries;
    let lines = u16::try_from(entries.len()).unwrap_or(COMPLETIONS).min(COMPLETIONS) + u16::from(hint.is_some());
    let lines = lines.min(above.height);
    let box_area = Rect { y: above.bottom() - lines, height: lines, ..above };
    canvas.frame.render_widget(Clear, box_area);
    let mut shown = Vec::new();
    let texts: Vec<_> = entries.iter().map(|entry| visible_all(&entry.text).into_owned()).collect();
    // A text that is cut could be any of several.
    let whole = usize::from(box_area.width);
    let column = texts.iter().map(|text| width(text)).max().unwrap_or_default().max(LEAST_COMPLETION).min(whole);
    for (entry, text) in entries.iter().zip(&texts) {
        let doc = cut(entry.doc, whole.saturating_sub(column + 4)).into_owned();
        let gap = " ".repeat(column.saturating_sub(width(text)) + 1);
        let text = format!("  {}{gap}", cut(text, whole.saturating_sub(2)));
        shown.push(Line::from(vec![Span::raw(text), Span::styled(doc, theme.muted)]));
    }
    let room = Rect { height: lines.saturating_sub(u16::from(hint.is_some())), ..box_area };
    let seen = if shown.is_empty() { Viewport::default() } else { list(shown, prompt.selected, canvas.part(room)) };
    if let Some(hint) = hint
        && let Some(row) = box_area.rows().next_back()
    {
        let hint = visible_all(&model.shared.keymap.hinted(&hint)).into_owned();
        canvas.frame.render_widget(Line::styled(cut(&hint, row.width.into()).into_owned(), look), row);
    }
    seen
}

/// Draws a line being typed with its cursor; only its end if it does not fit.
fn line(label: &str, input: &Input, look: Style, theme: &Theme, frame: &mut Frame<'_>, row: Rect) {
    let (before, after) = input.halves();
    let room = usize::from(row.width).saturating_sub(width(label) + 1);
    let shown = ending(before, room);
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
