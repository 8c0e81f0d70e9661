//! The model drawn.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};

use super::kit::list::Scroll;
use super::kit::pane::{self, Canvas, Regions, Viewport};
use super::kit::theme::Theme;
use super::model::Model;
use super::screens::{calls, captures, compare, draft, findings, ladder, marks, media, page, questions, rules};
use super::shown::Shown;
use super::{chrome, dialogs};

/// What drawings keep for the next one: scroll offsets that follow a selection, texts that are expensive to write, and
/// what was drawn where. Apart from where a list starts, nothing in it changes what is drawn.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    calls: Scroll,
    ladder: ladder::Scratch,
    captures: captures::Cache,
    compare: Scroll,
    list: Scroll,
    draft: draft::Cache,
    /// What was drawn where.
    pub(super) regions: Regions,
}

/// Draws everything; returns what is visible of the pane with the focus.
pub(super) fn view(model: &Model, scratch: &mut Scratch, theme: &Theme, frame: &mut Frame<'_>) -> Viewport {
    let area = frame.area();
    scratch.regions.clear();
    frame.buffer_mut().set_style(area, theme.base);
    let line = |shown: bool| Constraint::Length(u16::from(shown));
    let [title, body, progress, footer] = Layout::vertical([
        line(area.height >= 3),
        Constraint::Fill(1),
        line(area.height >= 6 && chrome::has_progress(&model.shared)),
        line(area.height >= 4),
    ])
    .areas(area);
    chrome::title(model, theme, frame, title);
    let Scratch { regions, .. } = scratch;
    let mut regions = std::mem::take(regions);
    let mut canvas = Canvas { theme, regions: &mut regions, frame, area: body };
    let mut seen = screen(model, scratch, canvas.part(body));
    pane::highlight(canvas.frame.buffer_mut(), body, &model.shared.search.text, theme.matched);
    if let Some(dialog) = &model.shared.dialog {
        // Where the screen below is scrolled to stays known.
        let Viewport { page, lines, .. } = dialogs::draw(dialog, model, canvas);
        seen = Viewport { page, lines, ..seen };
    }
    scratch.regions = regions;
    chrome::progress(&model.shared, theme, frame, progress);
    chrome::footer(model, theme, frame, footer);
    seen
}

fn screen(model: &Model, scratch: &mut Scratch, canvas: Canvas<'_, '_>) -> Viewport {
    let shared = &model.shared;
    match model.screens.last() {
        None if shared.calls().is_empty() => captures::draw_instead(shared, &mut scratch.captures, canvas),
        None => calls::draw(&model.calls, shared, &mut scratch.calls, canvas),
        Some(Shown::Ladder(screen)) => ladder::draw(screen, shared, &mut scratch.ladder, canvas),
        Some(Shown::Compare(screen)) => compare::draw(screen, shared, &mut scratch.compare, canvas),
        Some(Shown::Questions(screen)) => questions::draw(screen, shared, &mut scratch.list, canvas),
        Some(Shown::Evidence(screen)) => questions::draw_evidence(screen, shared, &mut scratch.list, canvas),
        Some(Shown::Rules(screen)) => rules::draw(screen, shared, &mut scratch.list, canvas),
        Some(Shown::Places(screen)) => rules::draw_places(screen, shared, &mut scratch.list, canvas),
        Some(Shown::Marks(screen)) => marks::draw(screen, shared, &mut scratch.list, canvas),
        Some(Shown::Media(screen)) => media::draw(screen, shared, &mut scratch.list, canvas),
        Some(Shown::Findings(screen)) => findings::draw(screen, shared, &mut scratch.list, canvas),
        Some(Shown::Draft(screen)) => draft::draw(screen, shared, &mut scratch.draft, canvas),
        Some(Shown::Page(screen)) => page::draw(screen, canvas),
        Some(Shown::Captures(screen)) => captures::draw(screen, shared, &mut scratch.captures, canvas),
    }
}
