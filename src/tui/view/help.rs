//! The keys of the screen below, and what the marks mean.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding};

use super::pane;
use crate::tui::keymap::{Bound, Context, Keymap};
use crate::tui::model::{Model, Viewport};
use crate::tui::text::{width, wrap};
use crate::tui::theme::Theme;

/// The widest that the help gets.
const WIDEST: u16 = 78;

/// Columns of the keys, where there is room.
const KEYS: usize = 23;

/// What the marks on the screens mean.
const MARKS: &[(&str, &str)] = &[
    ("?", "Evidence for an open question of the spec; the stanza says which"),
    ("!", "A rule of the spec is not kept; + something that the spec does not know"),
    ("*", "Your mark or note"),
    ("✓", "Ticked"),
    ("●", "A device whose socket was recorded"),
    ("•", "What the selected row answers, or what answers it"),
    ("──►", "A call stanza; ┄┄► is an ack or a receipt, with the time that it took"),
    ("again:", "A stanza that was sent again under the same id"),
    ("╌╌ gap", "Something was not recorded here, or could not be read"),
    ("+32.000s", "Time since the call began, then since the row before; long waits stand out"),
];

/// Draws the help over the screen.
pub(super) fn draw(model: &Model, scroll: usize, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    let columns = area.width.min(WIDEST);
    let inside = usize::from(columns.saturating_sub(4));
    let lines = lines(&model.keymap, model.context_below(), inside, theme);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let area = area.centered(Constraint::Length(columns), Constraint::Length(height));
    let block =
        Block::bordered().title(" Help ").border_style(theme.accent).style(theme.base).padding(Padding::horizontal(1));
    let inner = block.inner(area);
    let seen = Viewport { page: inner.height.into(), lines: lines.len() };
    let block = block.title_bottom(Line::from(pane::position(scroll, seen)).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    pane::text(&lines, scroll, frame, inner)
}

fn lines(keymap: &Keymap, context: Context, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let column = KEYS.min(columns / 3);
    // What means the same on every screen comes last.
    let is_everywhere = |bound: &&Bound| bound.is_in(Context::Help) && bound.is_in(Context::Calls);
    let mut section = |heading: &str, entries: &mut dyn Iterator<Item = (String, &'static str)>| {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(heading.to_owned(), theme.heading));
        for (keys, help) in entries {
            let gap = " ".repeat(column.saturating_sub(width(&keys)).max(2));
            let spans = [Span::styled(keys, theme.accent), Span::raw(gap), Span::raw(help)];
            lines.extend(wrap(&spans, columns, column));
        }
    };
    let entry = |bound: &Bound| {
        let keys: Vec<_> = bound.keys.iter().map(ToString::to_string).collect();
        (keys.join("  "), bound.binding.help)
    };
    let here = keymap.in_context(context).filter(|bound| !is_everywhere(bound));
    section(context.name(), &mut here.map(entry));
    section("Everywhere", &mut keymap.in_context(context).filter(is_everywhere).map(entry));
    section("Marks", &mut MARKS.iter().map(|(mark, meaning)| ((*mark).to_owned(), *meaning)));
    lines
}
