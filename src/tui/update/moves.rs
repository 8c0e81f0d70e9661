//! Moving within a screen, and to what belongs to a row.

use super::questions;
use crate::spec::{Conformance, Judged};
use crate::tui::columns::Column;
use crate::tui::command::Movement;
use crate::tui::dialog::{Dialog, fitting};
use crate::tui::drafts::forms;
use crate::tui::model::Model;
use crate::tui::opened::{Focus, Opened};
use crate::tui::screen::Screen;

/// Moves in the pane with the focus.
pub(super) fn go(model: &mut Model, movement: Movement) {
    if model.dialog.is_some() {
        return in_dialog(model, movement);
    }
    let viewport = model.viewport;
    let scrolled = |from: usize| movement.from(from, viewport.last_scroll(), viewport.page);
    let moved = |from: usize, count: usize| movement.from(from, count.saturating_sub(1), viewport.page);
    // Without calls, their list shows the captures.
    if model.screens.is_empty() && model.list.shown.is_empty() {
        model.screens.push(Screen::Captures { scroll: 0 });
    }
    if let Some((selected, count)) = model.shown_list() {
        *selected = moved(*selected, count);
        return;
    }
    match model.screens.last_mut() {
        Some(Screen::Call(opened)) => match opened.focus {
            Focus::Stanza => opened.stanza_scroll = scrolled(opened.stanza_scroll),
            Focus::Ladder => opened.select_line(moved(opened.selected, opened.lines.len())),
        },
        Some(Screen::Page { scroll, .. } | Screen::Captures { scroll }) => *scroll = scrolled(*scroll),
        Some(Screen::Draft(reading)) => {
            let scroll = if reading.in_replaced { &mut reading.replaced_scroll } else { &mut reading.scroll };
            *scroll = scrolled(*scroll);
        }
        _ => {}
    }
}

fn in_dialog(model: &mut Model, movement: Movement) {
    let viewport = model.viewport;
    let below = model.context_below();
    match &mut model.dialog {
        Some(Dialog::Help { scroll }) => *scroll = movement.from(*scroll, viewport.last_scroll(), viewport.page),
        Some(Dialog::Columns { selected }) => {
            *selected = movement.from(*selected, Column::ALL.len() - 1, viewport.page);
        }
        Some(Dialog::Forms { subject, selected, .. }) => {
            *selected = movement.from(*selected, forms(subject).len().saturating_sub(1), viewport.page);
        }
        Some(Dialog::Confirm(confirm)) => {
            confirm.scroll = movement.from(confirm.scroll, viewport.last_scroll(), viewport.page);
        }
        Some(Dialog::Palette { input, selected }) => {
            let last = fitting(&model.keymap, below, input.text()).len().saturating_sub(1);
            *selected = movement.from(*selected, last, viewport.page);
        }
        Some(Dialog::Prompt(prompt)) => {
            let last = prompt.completions.entries.len().saturating_sub(1);
            prompt.selected = movement.from(prompt.selected, last, viewport.page);
        }
        None => {}
    }
}

/// Goes to what the selected row answers; else to its first answer.
pub(super) fn follow_answer(model: &mut Model) {
    jump(model, |opened| {
        let (judged, row) = opened.place()?;
        let rows = &judged.call.rows;
        let answers = rows.get(row)?.answers;
        let found = answers.or_else(|| rows.iter().position(|other| other.answers == Some(row)))?;
        opened.rung_of(opened.rung()?.call, found)
    });
}

/// Goes to the next row with a badge.
pub(super) fn to_badge(model: &mut Model, forward: bool) {
    let before = model.opened().and_then(Opened::rung_index);
    jump(model, |opened| {
        let here = opened.rung_index()?;
        let has_badge = |rung: &usize| opened.at(*rung).is_some_and(|(judged, row)| is_marked(judged, row));
        if forward { (here + 1..opened.diagram.steps.len()).find(has_badge) } else { (0..here).rev().find(has_badge) }
    });
    if model.opened().and_then(Opened::rung_index) == before {
        let way = if forward { "further down" } else { "further up" };
        model.message = Some(format!("No row with a badge {way}"));
    }
}

/// Whether a row is evidence, breaks a rule, or is news.
fn is_marked(judged: &Judged, row: usize) -> bool {
    let badge = |found| matches!(found, Conformance::Violated | Conformance::Novelty);
    judged.is_telling(row) || judged.places_in(row).any(|place| badge(place.found))
}

/// Selects the rung of the opened calls that `find` gives, if it gives one.
fn jump(model: &mut Model, find: impl Fn(&Opened) -> Option<usize>) {
    let Some((call, row)) = model.opened().and_then(|opened| {
        let rung = opened.diagram.arrow(find(opened)?)?;
        Some((rung.call, rung.row))
    }) else {
        return;
    };
    model.leave_mark();
    if let Some(opened) = model.opened_mut() {
        opened.select_row(call, row);
    }
}

/// Goes to the next stanza with the text that is looked for, or to the next difference.
pub(super) fn to_match(model: &mut Model, forward: bool) {
    if let Some(Screen::Compare(comparison)) = model.screens.last_mut() {
        match comparison.next_difference(forward) {
            Some(line) => comparison.selected = line,
            None => model.message = Some("No further difference".to_owned()),
        }
        return;
    }
    if model.search.text.is_empty() {
        model.message = Some("Nothing was looked for yet: / asks".to_owned());
        return;
    }
    if let Some(Screen::Questions { .. }) = model.screens.last() {
        return questions::find_question(model, forward);
    }
    let row = model.opened().and_then(|opened| Some(opened.place()?.1));
    model.search.begin(model.list.selected, row, model.list.shown.len(), forward);
}
