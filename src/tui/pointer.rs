//! The mouse.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::kit::command::{Command, Movement};
use super::kit::pane::{Regions, Target};
use super::model::Model;
use super::screens::calls::Column;
use super::screens::ladder::Focus;
use super::shared::Split;
use super::update::update;

/// Lines that one turn of the wheel scrolls.
const WHEEL: usize = 3;

/// The area in which the mouse drags the line between two panes, while its button is down.
pub(super) type Grip = Option<Rect>;

/// Handles an event of the mouse.
pub(super) fn point(model: &mut Model, regions: &Regions, grip: &mut Grip, event: MouseEvent) {
    let found = regions.at(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            *grip = None;
            match found {
                Some((_, Target::Split(room))) => *grip = Some(room),
                Some((area, target)) => press(model, usize::from(event.row - area.y), target),
                None => {}
            }
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            if let Some(room) = *grip {
                model.shared.split = if room.width > room.height && room.height > 1 && is_side_by_side(regions, room) {
                    Split::at(event.column.saturating_sub(room.x), room.width)
                } else {
                    Split::at(event.row.saturating_sub(room.y), room.height)
                };
            }
        }
        MouseEventKind::Up(_) => *grip = None,
        MouseEventKind::ScrollUp => scroll(model, found.map(|(_, target)| target), Movement::Up),
        MouseEventKind::ScrollDown => scroll(model, found.map(|(_, target)| target), Movement::Down),
        _ => {}
    }
}

/// Returns whether the stanza is next to the ladder and not below it: the line between them is then one column wide.
fn is_side_by_side(regions: &Regions, room: Rect) -> bool {
    (room.left()..room.right()).any(|column| {
        matches!(regions.at(column, room.y), Some((area, Target::Split(_))) if area.width == 1 && area.height > 1)
    })
}

fn press(model: &mut Model, line: usize, target: Target) {
    model.shared.message = None;
    if model.shared.dialog.is_some() {
        return;
    }
    match target {
        Target::Details => focus_details(model, true),
        Target::Lines(first) => {
            focus_details(model, false);
            let line = first + line;
            let before = selected(model);
            select(model, line);
            // A second click opens.
            if before == Some(line) {
                model.update(Command::Open);
            }
        }
        Target::Ladder(first) => {
            if let Some(screen) = model.ladder_mut() {
                screen.focus = Focus::Ladder;
                screen.select_line((first + line).min(screen.lines.len().saturating_sub(1)));
            }
        }
        Target::Stanza => {
            if let Some(screen) = model.ladder_mut() {
                screen.focus = Focus::Stanza;
            }
        }
        Target::Heading(column) => {
            if let Some(column) = Column::ALL.get(column).copied() {
                model.calls.sort_by(column);
                model.calls.rearrange(&model.shared);
            }
        }
        Target::Split(_) => {}
    }
}

/// The selected line of the list that is shown.
fn selected(model: &mut Model) -> Option<usize> {
    let (screen, shared) = model.screen_mut();
    screen.list(shared).map(|(selected, _)| *selected)
}

fn select(model: &mut Model, line: usize) {
    let (screen, shared) = model.screen_mut();
    if let Some((selected, count)) = screen.list(shared) {
        *selected = line.min(count.saturating_sub(1));
    }
}

/// Gives the focus to the details below a list, or to the list.
fn focus_details(model: &mut Model, has_focus: bool) {
    if let Some(details) = model.screen_mut().0.details() {
        details.has_focus = has_focus;
    }
}

fn scroll(model: &mut Model, target: Option<Target>, movement: Movement) {
    if let (Some(Target::Stanza), Some(screen)) = (target, model.ladder_mut()) {
        // Only drawing knows how far it can go, and stops there.
        screen.stanza_scroll = match movement {
            Movement::Up => screen.stanza_scroll.saturating_sub(WHEEL),
            _ => screen.stanza_scroll.saturating_add(WHEEL),
        };
        return;
    }
    if let (Some(Target::Ladder(_)), Some(screen)) = (target, model.ladder_mut()) {
        screen.focus = Focus::Ladder;
    }
    if let Some(Target::Details | Target::Lines(_)) = target.filter(|_| model.shared.dialog.is_none()) {
        focus_details(model, target == Some(Target::Details));
    }
    for _ in 0..WHEEL {
        update(model, Command::Move(movement));
    }
}
