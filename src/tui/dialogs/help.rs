//! The help: the keys of the screen, and what the signs mean.

use ratatui::layout::Constraint;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Padding};

use crate::tui::kit::bindings::Context;
use crate::tui::kit::keymap::{Bound, Keymap};
use crate::tui::kit::pane::{self, Canvas, Viewport};
use crate::tui::kit::text::{width, wrap};
use crate::tui::kit::theme::Theme;

/// The greatest width of the help.
const WIDEST: u16 = 78;

/// Columns of the keys, if there is room.
const KEYS: usize = 23;

/// What the signs on the screens mean.
const SIGNS: &[(&str, &str)] = &[
    (">", "The selected row"),
    ("?", "Evidence for an open question of the spec (shown with the stanza)"),
    ("!", "A spec rule is violated; + something not in the spec"),
    ("*", "Your mark or note"),
    ("⇢", "Time in transit between two recorded devices, with the uncertainty (±)"),
    (
        "~",
        "In Ended by: who ended the call is known indirectly (the stanza that ended it says how); in a ladder: the \
           clocks do not show which row came first",
    ),
    ("┈▷", "An expected step of the spec's flow that was not seen"),
    ("✓", "Ticked; after an action: its ack is folded into the row, with its latency"),
    ("○", "A stanza whose sender and recipient share a lifeline"),
    ("« »", "Lifelines that don't fit are on this side (← and → scroll)"),
    ("▲ ▼", "The column that the calls are sorted by"),
    ("●", "A recorded device"),
    ("•", "Answers the selected row, or is answered by it"),
    ("──►", "A call stanza; ┄┄► an ack or a receipt, with its latency"),
    ("again:", "A stanza that was resent with the same id"),
    ("╌╌ gap", "Something was not recorded or could not be read here"),
    ("+32.000s", "Time since the start of the call, then since the previous row; long waits are highlighted"),
];

/// Draws the help for the screen with this context.
pub(super) fn draw(keymap: &Keymap, below: Context, scroll: usize, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    let columns = area.width.min(WIDEST);
    let inside = usize::from(columns.saturating_sub(4));
    let lines = lines(keymap, below, inside, theme);
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let area = area.centered(Constraint::Length(columns), Constraint::Length(height));
    let block =
        Block::bordered().title(" Help ").border_style(theme.accent).style(theme.base).padding(Padding::horizontal(1));
    let inner = block.inner(area);
    let seen = Viewport::of_text(inner, &lines);
    let block = block.title_bottom(Line::from(pane::position(scroll, seen)).right_aligned());
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    pane::text(&lines, scroll, frame, inner)
}

fn lines(keymap: &Keymap, context: Context, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let column = KEYS.min(columns / 3);
    // Commands of every screen come last.
    let is_everywhere = |bound: &&Bound| bound.is_in(Context::Columns) && bound.is_in(Context::Calls);
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
    section("Signs", &mut SIGNS.iter().map(|(mark, meaning)| ((*mark).to_owned(), *meaning)));
    lines
}
