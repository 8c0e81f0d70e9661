//! A draft: its text exactly as it will be sent, and what was replaced in it.

use std::collections::BTreeSet;

use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::actions::{formats, title};
use crate::redact::Replaced;
use crate::report;
use crate::tui::drafts::{Entry, Ready, Sending, State};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::{Command, Movement};
use crate::tui::kit::keymap::Keymap;
use crate::tui::kit::pane::{self, Canvas, Viewport};
use crate::tui::kit::text::{cut, visible_all, width, wrap};
use crate::tui::kit::theme::{Theme, ThemeName};
use crate::tui::screen::{Formats, Screen, Step, scrolled, texts};
use crate::tui::shared::Shared;

/// From this width on the replacements are next to the text, otherwise below it.
const WIDE: u16 = 120;

/// Columns of the replacements next to the text.
const REPLACED: u16 = 52;

/// Below this height there is room for only one of them.
const LEAST_SHARED: u16 = 10;

/// The most characters of a URL shown.
const ADDRESS: usize = 120;

/// A draft being read.
#[derive(Clone, Debug)]
pub(in crate::tui) struct DraftScreen {
    /// The draft's number.
    id: u64,
    scroll: usize,
    replaced_scroll: usize,
    /// Whether the list of replacements has the focus.
    in_replaced: bool,
    /// Whether the replaced values are shown.
    raw: bool,
}

impl DraftScreen {
    /// A draft at its start.
    pub(in crate::tui) const fn of(id: u64) -> Self {
        Self { id, scroll: 0, replaced_scroll: 0, in_replaced: false, raw: false }
    }

    /// The draft's number.
    pub(in crate::tui) const fn id(&self) -> u64 {
        self.id
    }
}

impl Screen for DraftScreen {
    fn context(&self) -> Context {
        Context::Draft
    }

    fn go(&mut self, movement: Movement, shared: &Shared) {
        let scroll = if self.in_replaced { &mut self.replaced_scroll } else { &mut self.scroll };
        scrolled(scroll, movement, shared);
    }

    fn update(&mut self, command: Command, _shared: &mut Shared) -> Option<Step> {
        match command {
            Command::SwitchFocus => self.in_replaced = !self.in_replaced,
            Command::Pseudonyms => self.raw = !self.raw,
            _ => {}
        }
        None
    }

    fn lines(&self, shared: &Shared) -> Option<Vec<String>> {
        let ready = shared.drafts.get(self.id)?.ready()?;
        Some(texts(&body(ready, shared.viewport.columns, &Theme::of(ThemeName::None))))
    }

    fn found(&mut self, place: usize, _shared: &mut Shared) {
        (self.in_replaced, self.scroll) = (false, place);
    }

    fn subject(&self, shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        let request = shared.drafts.get(self.id)?.request;
        Some((request.subject, request.stanza))
    }

    fn draft(&self, _shared: &Shared) -> Option<u64> {
        Some(self.id)
    }

    fn formats(&self, shared: &Shared) -> Option<(String, Formats)> {
        formats(shared, self.id)
    }
}

/// The text as last written, and what it depends on.
#[derive(Debug, Default)]
pub(in crate::tui) struct Cache {
    key: Option<(u64, u64, u16, Theme)>,
    lines: Vec<Line<'static>>,
}

impl Cache {
    fn lines(&mut self, id: u64, ready: &Ready, columns: u16, theme: &Theme) -> &[Line<'static>] {
        let key = (id, ready.revision, columns, *theme);
        if self.key != Some(key) {
            self.lines = body(ready, columns.into(), theme);
            self.key = Some(key);
        }
        &self.lines
    }
}

/// Draws a draft.
pub(in crate::tui) fn draw(
    screen: &DraftScreen,
    shared: &Shared,
    cache: &mut Cache,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    let Some(entry) = shared.drafts.get(screen.id) else {
        frame.render_widget(Line::styled("This draft was deleted.", theme.muted), area);
        return Viewport::default();
    };
    let ready = match &entry.state {
        State::Ready(ready) => ready,
        State::Writing => {
            frame.render_widget(Line::styled("Writing the draft …", theme.accent), area);
            return Viewport::default();
        }
        State::Impossible(why) => {
            let text = format!("Cannot draft this: {}.", visible_all(why));
            return pane::text(&wrap(&[Span::styled(text, theme.warning)], area.width.into(), 0), 0, frame, area);
        }
    };
    let (head, body, replaced) = if area.height < LEAST_SHARED {
        let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        if screen.in_replaced { (head, None, Some(body)) } else { (head, Some(body), None) }
    } else if area.width >= WIDE {
        let [left, _, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(2), Constraint::Length(REPLACED)]).areas(area);
        let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(left);
        (head, Some(body), Some(right))
    } else {
        let [head, body, replaced] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(3), Constraint::Fill(2)]).areas(area);
        (head, Some(body), Some(replaced))
    };
    let (mut seen, mut place) = (Viewport::default(), String::new());
    if let Some(body) = body {
        let of_body = pane::text(cache.lines(entry.id, ready, body.width, theme), screen.scroll, frame, body);
        if !screen.in_replaced {
            seen = of_body;
        }
        place = pane::position(screen.scroll, of_body);
    }
    let title = visible_all(&title(entry)).into_owned();
    let title = cut(&title, usize::from(head.width).saturating_sub(width(&place))).into_owned();
    frame.render_widget(Line::styled(title, theme.heading), head);
    frame.render_widget(Line::styled(place, theme.muted).right_aligned(), head);
    if let Some(area) = replaced {
        let [heading, list] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        let lines = details(entry, ready, screen.raw, &shared.keymap, list.width.into(), theme);
        let of_list = pane::text(&lines, screen.replaced_scroll, frame, list);
        let title = if screen.raw {
            "Replaced (‹pseudonyms›: hide the values)"
        } else {
            "Replaced (‹pseudonyms›: show the values)"
        };
        let place = pane::position(screen.replaced_scroll, of_list);
        let line = pane::rule(&shared.keymap.hinted(title), &place, screen.in_replaced, heading.width.into(), theme);
        frame.render_widget(line, heading);
        if screen.in_replaced {
            seen = of_list;
        }
    }
    seen
}

/// The text, line by line as it will be sent; lines with raw identifiers are highlighted.
fn body(ready: &Ready, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let leaking: BTreeSet<usize> = ready.leaks().iter().map(|leak| leak.line).collect();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(ready.draft.body.lines()) {
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

/// Details of the draft: raw identifiers left in it, where it was sent, and what was replaced.
fn details(
    entry: &Entry,
    ready: &Ready,
    raw: bool,
    keymap: &Keymap,
    columns: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut line = |text: &str, style: Style| {
        lines.extend(wrap(&[Span::styled(visible_all(&keymap.hinted(text)), style)], columns, 2));
    };
    for leak in ready.leaks() {
        line(&format!("✗ {leak}"), theme.violated);
    }
    if !ready.leaks().is_empty() {
        line("It cannot be saved, copied or sent. Edit it (‹compose›) to remove them.", theme.warning);
    }
    match &entry.sending {
        Sending::Nothing => line("Not sent (‹attach›: send it)", theme.muted),
        Sending::InProgress(target) => line(&format!("Sending to {target} …"), theme.accent),
        Sending::Done(target, done) => {
            line(&format!("To {target}, {}: {}", done.summary(), shortened(done.url())), theme.accent);
        }
        Sending::Failed(target, why) => line(&format!("Not sent to {target}: {why}"), theme.warning),
        Sending::ByHand(target, prefilled) => {
            line(
                &format!(
                    "No token. To submit manually to {target}, open {} (‹copy-address›: copy)",
                    shortened(&prefilled.url)
                ),
                theme.accent,
            );
            if !prefilled.left_out.is_empty() {
                line(&format!("Too long for the URL: {}", prefilled.left_out.join(", ")), theme.warning);
            }
        }
    }
    if let Some(note) = &ready.draft.note {
        line(note, theme.muted);
    }
    if ready.draft.rest.is_some() {
        line("Too long for an issue; the rest is saved in a second file.", theme.warning);
    }
    for replaced in &ready.replaced {
        lines.extend(wrap(&replacement(replaced, raw, theme), columns, 2));
    }
    let times = "times of day → times since the start of the capture or call";
    lines.extend(wrap(&[Span::styled(times, theme.muted)], columns, 2));
    lines
}

/// What was replaced by what, and how often: `address → B ×8`.
fn replacement(replaced: &Replaced, raw: bool, theme: &Theme) -> Vec<Span<'static>> {
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
