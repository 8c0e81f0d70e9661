//! The model drawn: one file per pane.

mod calls;
mod capture;
mod chrome;
mod help;
mod ladder;
mod pane;
mod stanza;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::model::{Focus, Model, Opened, Overlay, Viewport};
use super::theme::Theme;

/// What drawings keep for the next one: scroll offsets that follow a selection, and texts that are dear to make.
/// Nothing in it changes what a drawing shows of the model, except where a list begins.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    calls: calls::Scroll,
    ladder: ladder::Scroll,
    stanza: stanza::Cache,
    captures: capture::Cache,
}

/// From this width on the stanza stands beside the ladder, else below it.
const WIDE: u16 = 120;

/// Below this height there is no room for both.
const LEAST_SHARED: u16 = 8;

/// Draws everything; gives what is seen of the pane with the focus.
pub(super) fn view(model: &Model, scratch: &mut Scratch, theme: &Theme, frame: &mut Frame<'_>) -> Viewport {
    let area = frame.area();
    let line = |shown: bool| Constraint::Length(u16::from(shown));
    let [title, body, progress, footer] = Layout::vertical([
        line(area.height >= 3),
        Constraint::Fill(1),
        line(area.height >= 6 && chrome::has_progress(model)),
        line(area.height >= 4),
    ])
    .areas(area);
    chrome::title(model, theme, frame, title);
    let seen = screen(model, scratch, theme, frame, body);
    chrome::progress(model, theme, frame, progress);
    chrome::footer(model, theme, frame, footer);
    if model.overlay == Some(Overlay::Help) { help::draw(model, theme, frame, body) } else { seen }
}

fn screen(model: &Model, scratch: &mut Scratch, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    match &model.opened {
        _ if model.overlay == Some(Overlay::Captures) => {
            capture::draw(model, &mut scratch.captures, theme, frame, area)
        }
        Some(opened) => call(model, opened, scratch, theme, frame, area),
        None if model.calls().is_empty() => capture::draw_instead(model, &mut scratch.captures, theme, frame, area),
        None => calls::draw(model, &mut scratch.calls, theme, frame, area),
    }
}

/// A call: its ladder and the selected stanza.
fn call(
    model: &Model,
    opened: &Opened,
    scratch: &mut Scratch,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let (ladder, stanza) = if area.width >= WIDE {
        let [ladder, _, stanza] = Layout::horizontal([
            Constraint::Length(model.split.of(area.width)),
            Constraint::Length(1),
            Constraint::Fill(1),
        ])
        .areas(area);
        (ladder, stanza)
    } else if area.height >= LEAST_SHARED {
        // A short call leaves the stanza what it does not need itself.
        let ladder = Constraint::Length(model.split.of(area.height).min(ladder::height(opened)));
        let [ladder, stanza] = Layout::vertical([ladder, Constraint::Fill(1)]).areas(area);
        (ladder, stanza)
    } else {
        let nothing = Rect { width: 0, height: 0, ..area };
        if opened.focus == Focus::Ladder { (area, nothing) } else { (nothing, area) }
    };
    let ladder_seen = ladder::draw(opened, &mut scratch.ladder, theme, frame, ladder);
    let stanza_seen = stanza::draw(model, opened, &mut scratch.stanza, theme, frame, stanza);
    if opened.focus == Focus::Ladder { ladder_seen } else { stanza_seen }
}
