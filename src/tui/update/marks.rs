//! Marks and notes.

use std::sync::Arc;

use super::open::row_of;
use crate::notes::{Subject, Written};
use crate::origin::CaptureId;
use crate::spec::Judged;
use crate::tui::command::Effect;
use crate::tui::dialog::{Asks, Prompt};
use crate::tui::model::Model;
use crate::tui::screen::Screen;

/// What is selected, as something that a note can be about, and the captures that hold it.
fn subject(model: &Model) -> Option<(Subject, Vec<CaptureId>)> {
    match model.screens.last() {
        None => {
            let (_, judged) = model.selected_call()?;
            Some((Subject::of_call(&judged.call), judged.call.captures()))
        }
        Some(Screen::Call(opened)) => {
            let (judged, row) = opened.place()?;
            Some((Subject::of_row(&judged.call, row)?, vec![judged.call.rows.get(row)?.observed.capture()]))
        }
        Some(Screen::Marks { selected }) => {
            model.notes.iter().nth(*selected).map(|(subject, _)| (subject.clone(), Vec::new()))
        }
        Some(_) => None,
    }
}

/// Marks what is selected, or takes the mark and its note away.
pub(super) fn toggle(model: &mut Model) -> Option<Effect> {
    let (subject, captures) = subject(model)?;
    let note = if model.notes.of(&subject).is_some() { None } else { Some("") };
    set(model, subject, note, &captures)
}

/// Asks for a note on what is selected.
pub(super) fn ask(model: &mut Model) {
    if let Some((subject, captures)) = subject(model) {
        let text = model.notes.of(&subject).unwrap_or_default().to_owned();
        model.dialog = Some(Prompt::dialog(Asks::Note(subject, captures), text));
    }
}

/// Sets a note, or takes it away, and says where it is kept.
pub(super) fn set(model: &mut Model, subject: Subject, note: Option<&str>, captures: &[CaptureId]) -> Option<Effect> {
    let written = model.shelf.set(subject.clone(), note, captures);
    let notes = Arc::make_mut(&mut model.notes);
    match note {
        Some(note) => notes.set(subject, note),
        None => notes.remove(&subject),
    }
    // Drafts repeat what was noted.
    model.desk = None;
    // Filters can ask for notes.
    let notes = Arc::clone(&model.notes);
    if let Some(analysis) = &mut model.analysis {
        Arc::make_mut(analysis).notes = notes;
    }
    if let Some(Screen::Marks { selected }) = model.screens.last_mut() {
        *selected = (*selected).min(model.notes.len().saturating_sub(1));
    }
    match written {
        Some(Written { path, text }) => Some(Effect::Keep { path, text }),
        None => {
            model.message = Some("Kept until you quit: what was read has no file to keep notes beside".to_owned());
            None
        }
    }
}

/// Goes to the next mark: of the opened call, or of the list.
pub(super) fn go(model: &mut Model, forward: bool) {
    let nearest = |places: &mut dyn Iterator<Item = usize>, here: usize| {
        if forward { places.filter(|place| *place > here).min() } else { places.filter(|place| *place < here).max() }
    };
    let found = if let Some(opened) = model.opened() {
        let Some(rung) = opened.rung() else { return };
        let rows = opened.calls.iter().enumerate().flat_map(|(call, judged)| {
            let own = Subject::of_call(&judged.call);
            let of_call = move |subject: &&Subject| subject.call == own.call && subject.creator == own.creator;
            let subjects = model.notes.iter().map(|(subject, _)| subject).filter(of_call);
            subjects.filter_map(move |subject| opened.rung_of(call, row_of(&judged.call, subject)?))
        });
        let here = opened.rung_of(rung.call, rung.row).unwrap_or_default();
        nearest(&mut rows.into_iter(), here)
    } else {
        let listed = model.list.shown.iter().enumerate();
        let is_marked = |judged: &Arc<Judged>| {
            let call = Subject::of_call(&judged.call);
            model.notes.iter().any(|(subject, _)| subject.call == call.call && subject.creator == call.creator)
        };
        let marked = listed.filter(|(_, call)| model.calls().get(**call).is_some_and(is_marked));
        nearest(&mut marked.map(|(place, _)| place), model.list.selected)
    };
    let Some(found) = found else {
        model.message = Some(format!("No mark further {}", if forward { "down" } else { "up" }));
        return;
    };
    model.leave_mark();
    match model.opened_mut() {
        Some(opened) => {
            if let Some((call, row)) = opened.diagram.arrow(found).map(|rung| (rung.call, rung.row)) {
                opened.select_row(call, row);
            }
        }
        None => model.list.selected = found,
    }
}
