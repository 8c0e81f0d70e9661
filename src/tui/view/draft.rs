//! A draft: its text exactly as it will be sent, and what stands in it in the place of what.

use std::collections::BTreeSet;

use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::canvas::Canvas;
use super::{findings, pane};
use crate::redact::Replaced;
use crate::tui::drafts::{Entry, Made, Sending, State};
use crate::tui::model::Viewport;
use crate::tui::screen::Reading;
use crate::tui::text::{cut, visible_all, width, wrap};
use crate::tui::theme::Theme;

/// From this width on what was replaced stands beside the text, else below it.
const WIDE: u16 = 120;

/// Columns of what was replaced, beside the text.
const BESIDE: u16 = 52;

/// Below this height there is room for one of the two.
const LEAST_SHARED: u16 = 10;

/// Characters of an address that are shown.
const ADDRESS: usize = 120;

/// The text as last made, and from what.
#[derive(Debug, Default)]
pub(super) struct Cache {
    made: Option<(u64, u64, u16, Theme)>,
    lines: Vec<Line<'static>>,
}

impl Cache {
    fn lines(&mut self, id: u64, made: &Made, columns: u16, theme: &Theme) -> &[Line<'static>] {
        let from = (id, made.revision, columns, *theme);
        if self.made != Some(from) {
            self.lines = text(made, columns.into(), theme);
            self.made = Some(from);
        }
        &self.lines
    }
}

/// Draws a draft.
pub(super) fn draw(reading: &Reading, cache: &mut Cache, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { model, theme, frame, area, .. } = canvas;
    let Some(entry) = model.drafts.get(reading.id) else {
        frame.render_widget(Line::styled("This draft was taken away.", theme.muted), area);
        return Viewport::default();
    };
    let made = match &entry.state {
        State::Made(made) => made,
        State::Making => {
            frame.render_widget(Line::styled("Being written …", theme.accent), area);
            return Viewport::default();
        }
        State::Unfit(why) => {
            let says = format!("There is no such text: {}.", visible_all(why));
            return pane::text(&wrap(&[Span::styled(says, theme.warning)], area.width.into(), 0), 0, frame, area);
        }
    };
    let (head, body, replaced) = if area.height < LEAST_SHARED {
        let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        if reading.in_replaced { (head, None, Some(body)) } else { (head, Some(body), None) }
    } else if area.width >= WIDE {
        let [left, _, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(2), Constraint::Length(BESIDE)]).areas(area);
        let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(left);
        (head, Some(body), Some(right))
    } else {
        let [head, body, replaced] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(3), Constraint::Fill(2)]).areas(area);
        (head, Some(body), Some(replaced))
    };
    let (mut seen, mut place) = (Viewport::default(), String::new());
    if let Some(body) = body {
        let of_body = pane::text(cache.lines(entry.id, made, body.width, theme), reading.scroll, frame, body);
        if !reading.in_replaced {
            seen = of_body;
        }
        place = pane::position(reading.scroll, of_body);
    }
    let title = visible_all(&findings::title(entry)).into_owned();
    let title = cut(&title, usize::from(head.width).saturating_sub(width(&place))).into_owned();
    frame.render_widget(Line::styled(title, theme.heading), head);
    frame.render_widget(Line::styled(place, theme.muted).right_aligned(), head);
    if let Some(area) = replaced {
        let [heading, list] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        let lines = beside(entry, made, reading.raw, list.width.into(), theme);
        let of_list = pane::text(&lines, reading.replaced_scroll, frame, list);
        let says = if reading.raw { "Replaced, by what it was (p hides it) " } else { "Replaced (p: what it was) " };
        let place = pane::position(reading.replaced_scroll, of_list);
        let style = if reading.in_replaced { theme.accent } else { theme.muted };
        let rest = "─".repeat(usize::from(heading.width).saturating_sub(width(says) + width(&place) + 2));
        frame.render_widget(Line::styled(format!("─ {says}{rest}{place}"), style), heading);
        if reading.in_replaced {
            seen = of_list;
        }
    }
    seen
}

/// The text, line by line as it will be sent; lines with a raw identifier stand out.
fn text(made: &Made, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let leaking: BTreeSet<usize> = made.leaks().iter().map(|leak| leak.line).collect();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(made.draft.body.lines()) {
        let style = match (leaking.contains(&number), line.starts_with("### ") || line.starts_with("**")) {
            (true, _) => theme.violated,
            (false, true) => theme.heading,
            (false, false) => Style::new(),
        };
        let sign = if leaking.contains(&number) { "✗ " } else { "" };
        lines.extend(wrap(&[Span::styled(sign, style), Span::styled(visible_all(line), style)], columns, 0));
    }
    lines
}

/// What is to be known beside the text: what is left in it, where it went, and what stands in the place of what.
fn beside(entry: &Entry, made: &Made, raw: bool, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut line = |text: &str, style: Style| lines.extend(wrap(&[Span::styled(visible_all(text), style)], columns, 2));
    for leak in made.leaks() {
        line(&format!("✗ {leak}"), theme.violated);
    }
    if !made.leaks().is_empty() {
        line("It cannot be saved, copied or sent until e changes that.", theme.warning);
    }
    match &entry.sending {
        Sending::Nothing => line("Goes to: a asks for the issue", theme.muted),
        Sending::UnderWay(target) => line(&format!("On its way to {target} …"), theme.accent),
        Sending::Done(target, done) => {
            line(&format!("To {target}, {}: {}", done.summary(), shortened(done.url())), theme.accent);
        }
        Sending::Failed(target, why) => line(&format!("Not sent to {target}: {why}"), theme.warning),
        Sending::ByHand(target, prefilled) => {
            line(&format!("No token. By hand to {target}: u copies {}", shortened(&prefilled.url)), theme.accent);
            if !prefilled.left_out.is_empty() {
                line(&format!("Too long for the address: {}", prefilled.left_out.join(", ")), theme.warning);
            }
        }
    }
    if let Some(note) = &made.draft.note {
        line(note, theme.muted);
    }
    if made.draft.rest.is_some() {
        line("It is too long for an issue; the rest goes to a file beside the saved text.", theme.warning);
    }
    for replaced in &made.replaced {
        lines.extend(wrap(&stands_for(replaced, raw, theme), columns, 2));
    }
    let times = "times of day → time since the recording, or the call, began";
    lines.extend(wrap(&[Span::styled(times, theme.muted)], columns, 2));
    lines
}

/// Two persons' addresses → `B`, eight times.
fn stands_for(replaced: &Replaced, raw: bool, theme: &Theme) -> Vec<Span<'static>> {
    let Replaced { shown, kind, raw: was, count } = replaced;
    let mut spans = vec![Span::raw((*kind).to_owned()), Span::styled(" → ", theme.muted)];
    spans.push(Span::styled(visible_all(shown).into_owned(), theme.accent));
    spans.push(Span::styled(format!(" ×{count}"), theme.muted));
    if raw && !was.is_empty() {
        spans.push(Span::raw(format!("  {}", visible_all(&was.join(", ")))));
    }
    spans
}

fn shortened(text: &str) -> String {
    let mut kept: String = text.chars().take(ADDRESS).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}
