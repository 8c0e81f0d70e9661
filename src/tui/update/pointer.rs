//! The mouse.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Rect;

use super::{moves, open, renew_list};
use crate::tui::command::Movement;
use crate::tui::model::{Model, Split};
use crate::tui::opened::Focus;
use crate::tui::regions::{Regions, Target};

/// Lines that one turn of the wheel scrolls.
const WHEEL: usize = 3;

/// What the mouse has hold of while its button is down.
pub(in crate::tui) type Grip = Option<Rect>;

/// Takes an event of the mouse.
pub(in crate::tui) fn point(model: &mut Model, regions: &Regions, grip: &mut Grip, event: MouseEvent) {
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
                model.split = if room.width > room.height && room.height > 1 && is_beside(regions, room) {
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

/// Whether the stanza stands beside the ladder and not below it: then the line between them is one column wide.
fn is_beside(regions: &Regions, room: Rect) -> bool {
    (room.left()..room.right()).any(|column| {
        matches!(regions.at(column, room.y), Some((area, Target::Split(_))) if area.width == 1 && area.height > 1)
    })
}

fn press(model: &mut Model, line: usize, target: Target) {
    model.message = None;
    if model.dialog.is_some() {
        return;
    }
    match target {
        Target::Lines(first) => {
            let line = first + line;
            let before = selected(model);
            select(model, line);
            // A second click opens.
            if before == Some(line) {
                open::selected(model);
            }
        }
        Target::Ladder(first) => {
            if let Some(opened) = model.opened_mut() {
                opened.focus = Focus::Ladder;
                opened.select_line((first + line).min(opened.lines.len().saturating_sub(1)));
            }
        }
        Target::Stanza => {
            if let Some(opened) = model.opened_mut() {
                opened.focus = Focus::Stanza;
            }
        }
        Target::Heading(column) => {
            model.list.reversed = model.list.sort == column && !model.list.reversed;
            model.list.sort = column;
            renew_list(model);
        }
        Target::Split(_) => {}
    }
}

/// The selected line of the list that is shown.
fn selected(model: &mut Model) -> Option<usize> {
    model.shown_list().map(|(selected, _)| *selected)
}

fn select(model: &mut Model, line: usize) {
    if let Some((selected, count)) = model.shown_list() {
        *selected = line.min(count.saturating_sub(1));
    }
}

fn scroll(model: &mut Model, target: Option<Target>, movement: Movement) {
    if let (Some(Target::Stanza), Some(opened)) = (target, model.opened_mut()) {
        // How far it can go, only drawing knows: it stops there.
        opened.stanza_scroll = match movement {
            Movement::Up => opened.stanza_scroll.saturating_sub(WHEEL),
            _ => opened.stanza_scroll.saturating_add(WHEEL),
        };
        return;
    }
    if let (Some(Target::Ladder(_)), Some(opened)) = (target, model.opened_mut()) {
        opened.focus = Focus::Ladder;
    }
    for _ in 0..WHEEL {
        moves::go(model, movement);
    }
}
