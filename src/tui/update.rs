//! How commands and new snapshots change the model.

use std::sync::Arc;

use super::command::{Command, Effect, Movement};
use super::keymap::Context;
use super::model::{Focus, Model, Opened, Overlay};
use crate::analysis::Analysis;
use crate::call::Call;
use crate::spec::Judged;

/// Does what a key asks for.
pub(super) fn update(model: &mut Model, command: Command) -> Option<Effect> {
    match command {
        Command::Move(movement) => go(model, movement),
        Command::Open => open(model, model.selected),
        Command::Back => back(model),
        Command::SwitchFocus => {
            if let Some(opened) = &mut model.opened {
                opened.focus = match opened.focus {
                    Focus::Ladder => Focus::Stanza,
                    Focus::Stanza => Focus::Ladder,
                };
            }
        }
        Command::Grow => model.split = model.split.grown(),
        Command::Shrink => model.split = model.split.shrunk(),
        Command::FollowAnswer => jump(model, answer),
        Command::NextEvidence => jump(model, next_evidence),
        Command::PreviousEvidence => jump(model, previous_evidence),
        Command::NextCall => open(model, model.selected.saturating_add(1)),
        Command::PreviousCall => {
            if let Some(previous) = model.selected.checked_sub(1) {
                open(model, previous);
            }
        }
        Command::Captures => toggle(model, Overlay::Captures),
        Command::Help => toggle(model, Overlay::Help),
        Command::Quit => return Some(Effect::Quit),
    }
    None
}

/// Takes a new snapshot. What is selected stays selected, wherever it now stands.
pub(super) fn load(model: &mut Model, analysis: Arc<Analysis>) {
    let selected = model.calls().get(model.selected).map(|judged| Arc::clone(&judged.call));
    let place = |call: &Call| place_of(&analysis.calls, call);
    model.selected = selected
        .and_then(|call| place(&call))
        .unwrap_or_else(|| model.selected.min(analysis.calls.len().saturating_sub(1)));
    if let Some(opened) = &mut model.opened
        && let Some(judged) = place(&opened.judged.call).and_then(|index| analysis.calls.get(index))
        && !Arc::ptr_eq(judged, &opened.judged)
    {
        reopen(opened, judged);
    }
    model.lossy = analysis.is_lossy();
    model.analysis = Some(analysis);
}

/// Where a call of an earlier snapshot stands: by its id, and its creator where calls share an id.
fn place_of(calls: &[Arc<Judged>], call: &Call) -> Option<usize> {
    let same_id = |known: &Arc<Judged>| known.call.id == call.id;
    let same = calls.iter().position(|known| same_id(known) && known.call.creator == call.creator);
    same.or_else(|| calls.iter().position(same_id))
}

/// Shows the newer form of the opened call, at the same stanza.
fn reopen(opened: &mut Opened, judged: &Arc<Judged>) {
    let key = |call: &Call, row: usize| call.rows.get(row).map(|row| (row.observed.capture(), row.observed.seq));
    let selected = key(&opened.judged.call, opened.row);
    let rows = 0..judged.call.rows.len();
    let row = rows.clone().find(|row| key(&judged.call, *row) == selected);
    let row = row.unwrap_or_else(|| opened.row.min(rows.end.saturating_sub(1)));
    *opened = Opened { row, focus: opened.focus, stanza_scroll: opened.stanza_scroll, ..Opened::new(judged) };
}

fn open(model: &mut Model, index: usize) {
    if let Some(judged) = model.calls().get(index).map(Arc::clone) {
        let focus = model.opened.as_ref().map_or(Focus::Ladder, |opened| opened.focus);
        model.opened = Some(Opened { focus, ..Opened::new(&judged) });
        model.selected = index;
    }
}

fn back(model: &mut Model) {
    if model.overlay.take().is_none() {
        model.opened = None;
    }
}

fn toggle(model: &mut Model, overlay: Overlay) {
    model.overlay = if model.overlay == Some(overlay) { None } else { Some(overlay) };
    match overlay {
        Overlay::Captures => model.captures_scroll = 0,
        Overlay::Help => model.help_scroll = 0,
    }
}

/// Moves in the pane with the focus.
fn go(model: &mut Model, movement: Movement) {
    let viewport = model.viewport;
    let scrolled = |from: usize| movement.from(from, viewport.last_scroll(), viewport.page);
    let calls = model.calls().len();
    match (model.context(), &mut model.opened) {
        (Context::Help, _) => model.help_scroll = scrolled(model.help_scroll),
        (Context::Captures, _) => model.captures_scroll = scrolled(model.captures_scroll),
        (_, Some(opened)) => match opened.focus {
            Focus::Stanza => opened.stanza_scroll = scrolled(opened.stanza_scroll),
            Focus::Ladder => {
                let last = opened.judged.call.rows.len().saturating_sub(1);
                opened.select(movement.from(opened.row, last, viewport.page));
            }
        },
        // Without calls, their list shows the captures.
        (_, None) if calls == 0 => model.captures_scroll = scrolled(model.captures_scroll),
        (_, None) => model.selected = movement.from(model.selected, calls - 1, viewport.page),
    }
}

/// Selects the row of the opened call that `find` gives, if it gives one.
fn jump(model: &mut Model, find: fn(&Opened) -> Option<usize>) {
    if let Some(opened) = &mut model.opened
        && let Some(row) = find(opened)
    {
        opened.select(row);
    }
}

/// What the selected row answers; else its first answer.
fn answer(opened: &Opened) -> Option<usize> {
    let rows = &opened.judged.call.rows;
    let answers = rows.get(opened.row).and_then(|row| row.answers);
    answers.or_else(|| rows.iter().position(|row| row.answers == Some(opened.row)))
}

fn next_evidence(opened: &Opened) -> Option<usize> {
    opened.judged.telling.iter().copied().find(|row| *row > opened.row)
}

fn previous_evidence(opened: &Opened) -> Option<usize> {
    opened.judged.telling.iter().rev().copied().find(|row| *row < opened.row)
}
