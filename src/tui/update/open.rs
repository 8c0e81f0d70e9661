//! Opening calls, comparisons, and what was found for a question or a rule.

use std::sync::Arc;

use super::{moves, questions};
use crate::call::Call;
use crate::notes::Subject;
use crate::spec::Judged;
use crate::spec::RULES;
use crate::tui::columns::Column;
use crate::tui::command::Movement;
use crate::tui::comparison::{Compared, Comparison};
use crate::tui::dialog::Dialog;
use crate::tui::model::Model;
use crate::tui::opened::{Fold, Opened};
use crate::tui::screen::{Reading, Screen};

/// Opens what is selected.
pub(super) fn selected(model: &mut Model) {
    match model.screens.last() {
        None => from_list(model),
        Some(Screen::Call(_) | Screen::Page { .. } | Screen::Captures { .. } | Screen::Draft(_)) => {}
        Some(Screen::Findings { selected }) => {
            if let Some(id) = model.drafts.entries.get(*selected).map(|entry| entry.id) {
                model.leave_mark();
                model.screens.push(Screen::Draft(Reading::of(id)));
            }
        }
        Some(Screen::Compare(comparison)) => {
            if let Some(pair) = comparison.pair() {
                model.leave_mark();
                model.screens.push(Screen::Compare(Box::new(Comparison::of_stanzas(pair))));
            } else if matches!(comparison.compared, Compared::Calls(_)) {
                model.message = Some("Only one of the two calls has this row".to_owned());
            }
        }
        Some(Screen::Questions { selected }) => {
            let finding = model.board.as_ref().and_then(|board| board.finding_at(*selected));
            match finding.map(|finding| finding.question.id) {
                Some(question) => {
                    model.leave_mark();
                    model.screens.push(Screen::Evidence { question, selected: 0 });
                }
                // What is not looked for has a reason in the place of evidence.
                None => questions::page(model),
            }
        }
        Some(Screen::Rules { selected }) => {
            if let Some(rule) = RULES.get(*selected) {
                model.leave_mark();
                model.screens.push(Screen::Places { rule: rule.id, selected: 0 });
                model.renew_board();
            }
        }
        Some(Screen::Evidence { question, selected }) => {
            let board = model.board.as_ref();
            let at = board.and_then(|board| board.finding(question)?.pieces.get(*selected).copied());
            let call = at.and_then(|at| Some((model.calls().get(at.call)?, at)));
            if let Some((judged, at)) = call
                && let Some(row) = judged.evidence.get(at.piece).map(|piece| piece.row)
            {
                place(model, at.call, row);
            }
        }
        Some(Screen::Places { selected, .. }) => {
            let at = model.board.as_ref().and_then(|board| board.places.get(*selected).copied());
            let row = at.and_then(|(call, place)| Some(model.judged(call)?.places.get(place)?.row));
            if let Some(((call, _), row)) = at.zip(row) {
                place(model, call, row);
            }
        }
        Some(Screen::Marks { selected }) => {
            let subject = model.notes.iter().nth(*selected).map(|(subject, _)| subject.clone());
            if let Some(subject) = subject {
                marked(model, &subject);
            }
        }
    }
}

/// Opens the ticked calls in one ladder, else the selected one.
fn from_list(model: &mut Model) {
    let ticked = model.analysis.as_ref().map(|analysis| model.list.ticked_calls(analysis)).unwrap_or_default();
    let calls = if ticked.is_empty() {
        model.selected_call().map(|(_, judged)| vec![Arc::clone(judged)]).unwrap_or_default()
    } else {
        ticked
    };
    if !calls.is_empty() {
        model.leave_mark();
        model.screens.push(Screen::Call(Box::new(Opened::new(calls))));
    }
}

/// Opens the next or previous call of the list in the place of the opened one.
pub(super) fn neighbour(model: &mut Model, forward: bool) {
    let movement = if forward { Movement::Down } else { Movement::Up };
    let last = model.list.shown.len().saturating_sub(1);
    model.list.selected = movement.from(model.list.selected, last, 1);
    let judged = model.selected_call().map(|(_, judged)| Arc::clone(judged));
    if let (Some(judged), Some(opened)) = (judged, model.opened_mut()) {
        *opened = opened.with(vec![judged]);
        let filter = model.list.filter.clone();
        let analysis = model.analysis.clone();
        let wanted = filter.as_ref().zip(analysis.as_deref()).map(|((_, selection), analysis)| (selection, analysis));
        if let Some(opened) = model.opened_mut() {
            opened.arrange(wanted);
        }
    }
}

/// Goes to a row of the call at a place of the list.
pub(super) fn at(model: &mut Model, listed: usize, row: usize) {
    if let Some(call) = model.list.shown.get(listed).copied() {
        place(model, call, row);
    }
}

/// Goes to a row of a call, by its index in the analysis: in the ladder that is open if it is there, else in one of
/// its own.
pub(super) fn place(model: &mut Model, call: usize, row: usize) {
    let Some(judged) = model.judged(call).map(Arc::clone) else { return };
    model.leave_mark();
    model.list.select_call(call);
    let is_same = |known: &Arc<Judged>| same_call(&known.call, &judged.call);
    if let Some(opened) = model.opened_mut() {
        match opened.calls.iter().position(is_same) {
            Some(index) => opened.select_row(index, row),
            None => {
                *opened = Opened { fold: Fold::Nothing, ..opened.with(vec![judged]) };
                opened.arrange(None);
                opened.select_row(0, row);
            }
        }
        return;
    }
    let mut opened = Opened::new(vec![judged]);
    opened.select_row(0, row);
    model.screens.push(Screen::Call(Box::new(opened)));
}

/// Goes to what a note is about.
fn marked(model: &mut Model, subject: &Subject) {
    let of = |judged: &Arc<Judged>| {
        let own = Subject::of_call(&judged.call);
        own.call == subject.call && own.creator == subject.creator
    };
    let Some(call) = model.calls().iter().position(of) else {
        model.message = Some("That call is not in the captures that are open".to_owned());
        return;
    };
    let row = model.calls().get(call).and_then(|judged| row_of(&judged.call, subject));
    match (row, &subject.stanza) {
        (Some(row), _) => place(model, call, row),
        (None, None) => place(model, call, 0),
        (None, Some(_)) => {
            place(model, call, 0);
            model.message = Some("That stanza is not in the captures that are open".to_owned());
        }
    }
}

/// The row of a call that a note is about.
pub(super) fn row_of(call: &Call, subject: &Subject) -> Option<usize> {
    let key = subject.stanza.as_ref()?;
    let may_be = |index: &usize| {
        let id = call.rows.get(*index).and_then(|row| row.observed.read().id.as_deref());
        id.is_none_or(|id| *id == *key.id)
    };
    let mut candidates = (0..call.rows.len()).filter(may_be);
    candidates.find(|index| Subject::of_row(call, *index).as_ref() == Some(subject))
}

fn same_call(one: &Call, other: &Call) -> bool {
    one.id == other.id && one.creator == other.creator
}

/// Ticks what is selected: a call, a stanza, or a column.
pub(super) fn tick(model: &mut Model) {
    if let Some(Dialog::Columns { selected }) = &model.dialog {
        if let Some(column) = Column::ALL.get(*selected).copied() {
            let columns = &mut model.list.columns;
            if columns.contains(&column) {
                columns.retain(|kept| *kept != column);
            } else {
                columns.push(column);
                columns.sort_unstable();
            }
        }
        return;
    }
    if let Some(opened) = model.opened_mut() {
        let here = opened.rung_index();
        match opened.ticked {
            Some(ticked) if Some(ticked) == here => opened.ticked = None,
            // The second stanza that is ticked is compared with the first.
            Some(_) => compare(model),
            None => {
                opened.ticked = here;
                model.message = Some("Ticked: Space on another stanza compares the two".to_owned());
            }
        }
        return;
    }
    if let Some(judged) = model.selected_call().map(|(_, judged)| Arc::clone(judged)) {
        model.list.toggle_tick(&judged.call);
        moves::go(model, Movement::Down);
        let count = model.list.ticked.len();
        let calls = if count == 1 { "1 call ticked" } else { &format!("{count} calls ticked") };
        model.message = Some(format!("{calls}: d compares two, Enter opens all in one ladder"));
    }
}

/// Compares the ticked two, or the ticked one with the selected one.
pub(super) fn compare(model: &mut Model) {
    let comparison = if let Some(opened) = model.opened() {
        let at = |rung: usize| opened.at(rung).map(|(judged, row)| (Arc::clone(judged), row));
        match (opened.ticked.and_then(at), opened.rung_index().and_then(at)) {
            (Some(one), Some(other)) if opened.ticked != opened.rung_index() => {
                Some(Comparison::of_stanzas([one, other]))
            }
            _ => None,
        }
    } else {
        let mut calls = model.analysis.as_ref().map(|analysis| model.list.ticked_calls(analysis)).unwrap_or_default();
        if let ([one], Some((_, selected))) = (calls.as_slice(), model.selected_call())
            && !same_call(&one.call, &selected.call)
        {
            calls.push(Arc::clone(selected));
        }
        <[Arc<Judged>; 2]>::try_from(calls).ok().map(Comparison::of_calls)
    };
    match comparison {
        Some(comparison) => {
            model.leave_mark();
            if let Some(opened) = model.opened_mut() {
                opened.ticked = None;
            }
            model.list.ticked.clear();
            model.screens.push(Screen::Compare(Box::new(comparison)));
        }
        None => model.message = Some("Tick one with Space, then go to the other: d compares them".to_owned()),
    }
}

/// Shows what belongs to no call.
pub(super) fn strays(model: &mut Model) {
    match model.strays().cloned() {
        Some(strays) => {
            model.leave_mark();
            model.screens.push(Screen::Call(Box::new(Opened::new(vec![strays]))));
        }
        None if model.is_reading() => model.message = Some("That is known once reading has ended".to_owned()),
        None => model.message = Some("Every stanza about calls belongs to one".to_owned()),
    }
}
