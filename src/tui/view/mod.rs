//! The model drawn: one file per pane.

mod board;
mod calls;
mod canvas;
mod capture;
mod chrome;
mod compare;
mod dialogs;
mod draft;
mod findings;
mod help;
mod ladder;
mod marks;
mod page;
mod pane;
mod questions;
mod rules;
mod stanza;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};

use super::dialog::Dialog;
use super::model::{Model, Viewport};
use super::opened::{Focus, Opened};
use super::regions::{Regions, Target};
use super::screen::Screen;
use super::theme::Theme;
use canvas::Canvas;

/// What drawings keep for the next one: scroll offsets that follow a selection, texts that are dear to make, and what
/// was drawn where. Nothing in it changes what a drawing shows of the model, except where a list begins.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    calls: calls::Scroll,
    ladder: ladder::Scroll,
    stanza: stanza::Cache,
    captures: capture::Cache,
    compare: compare::Scroll,
    board: board::Scroll,
    draft: draft::Cache,
    /// What was drawn where.
    pub(super) regions: Regions,
}

/// From this width on the stanza stands beside the ladder, else below it.
const WIDE: u16 = 120;

/// Below this height there is no room for both.
const LEAST_SHARED: u16 = 8;

/// Draws everything; gives what is seen of the pane with the focus.
pub(super) fn view(model: &Model, scratch: &mut Scratch, theme: &Theme, frame: &mut Frame<'_>) -> Viewport {
    let area = frame.area();
    scratch.regions.clear();
    frame.buffer_mut().set_style(area, theme.base);
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
    match &model.dialog {
        None => seen,
        Some(Dialog::Help { scroll }) => help::draw(model, *scroll, theme, frame, body),
        Some(Dialog::Palette { input, selected }) => dialogs::palette(model, (input, *selected), theme, frame, body),
        Some(Dialog::Columns { selected }) => dialogs::columns(model, *selected, theme, frame, body),
        Some(Dialog::Forms { subject, selected, .. }) => dialogs::forms(subject, *selected, theme, frame, body),
        Some(Dialog::Confirm(confirm)) => dialogs::confirm(confirm, theme, frame, body),
        Some(Dialog::Prompt(prompt)) => dialogs::prompt(prompt, theme, frame, body),
    }
}

fn screen(model: &Model, scratch: &mut Scratch, theme: &Theme, frame: &mut Frame<'_>, area: Rect) -> Viewport {
    if let Some(Screen::Call(opened)) = model.screens.last() {
        return call(model, opened, scratch, theme, frame, area);
    }
    let Scratch { regions, board, .. } = scratch;
    let canvas = Canvas { model, theme, regions, frame, area };
    match model.screens.last() {
        None if model.calls().is_empty() => capture::draw_instead(&mut scratch.captures, canvas),
        Some(Screen::Call(_)) | None => calls::draw(&mut scratch.calls, canvas),
        Some(Screen::Compare(comparison)) => compare::draw(comparison, &mut scratch.compare, canvas),
        Some(Screen::Questions { selected }) => questions::draw(*selected, board, canvas),
        Some(Screen::Evidence { question, selected }) => questions::evidence((question, *selected), board, canvas),
        Some(Screen::Rules { selected }) => rules::draw(*selected, board, canvas),
        Some(Screen::Places { rule, selected }) => rules::places((rule, *selected), board, canvas),
        Some(Screen::Marks { selected }) => marks::draw(*selected, board, canvas),
        Some(Screen::Findings { selected }) => findings::draw(*selected, board, canvas),
        Some(Screen::Draft(reading)) => draft::draw(reading, &mut scratch.draft, canvas),
        Some(Screen::Page { text, scroll, .. }) => page::draw(text, *scroll, canvas),
        Some(Screen::Captures { scroll }) => capture::draw(&mut scratch.captures, *scroll, canvas),
    }
}

/// Calls: their ladder and the selected stanza.
fn call(
    model: &Model,
    opened: &Opened,
    scratch: &mut Scratch,
    theme: &Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Viewport {
    let nothing = Rect { width: 0, height: 0, ..area };
    let (ladder, between, stanza) = if area.width >= WIDE {
        let [ladder, between, stanza] = Layout::horizontal([
            Constraint::Length(model.split.of(area.width)),
            Constraint::Length(1),
            Constraint::Fill(1),
        ])
        .areas(area);
        (ladder, between, stanza)
    } else if area.height >= LEAST_SHARED {
        // A short call leaves the stanza what it does not need itself.
        let ladder = Constraint::Length(model.split.of(area.height).min(ladder::height(opened)));
        let [ladder, stanza] = Layout::vertical([ladder, Constraint::Fill(1)]).areas(area);
        (ladder, Rect { height: 1, ..stanza }, stanza)
    } else if opened.focus == Focus::Ladder {
        (area, nothing, nothing)
    } else {
        (nothing, nothing, area)
    };
    let Scratch { regions, .. } = scratch;
    let ladder_seen = ladder::draw(model, opened, &mut scratch.ladder, regions, theme, frame, ladder);
    let stanza_seen = stanza::draw(model, opened, &mut scratch.stanza, regions, theme, frame, stanza);
    regions.add(between, Target::Split(area));
    if opened.focus == Focus::Ladder { ladder_seen } else { stanza_seen }
}
