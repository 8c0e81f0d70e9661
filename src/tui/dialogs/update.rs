//! What is typed and chosen in dialogs: filters, search texts, notes, file names, and commands.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::filter::{Completion, Completions, complete as completions};
use crate::notes::{Subject, Written};
use crate::origin::CaptureId;
use crate::tables::{Selection, fields};
use crate::tui::dialog::{Asks, Dialog, Prompt, Then, matching};
use crate::tui::drafts::forms;
use crate::tui::kit::command::{Command, Effect, Movement};
use crate::tui::kit::input::Edit;
use crate::tui::model::Model;
use crate::tui::screen::Step;
use crate::tui::screens::calls::Column;
use crate::tui::screens::draft;
use crate::tui::shared::Shared;

/// Stanzas whose values of a field are offered as completions, and the most values offered.
const STANZAS_SAMPLED: usize = 2_000;
const VALUES_OFFERED: usize = 40;

/// Asks for a filter, a search text, or a file.
pub(in crate::tui) fn ask(model: &mut Model, command: Command) -> Option<Effect> {
    if let (Command::Save, Some(Dialog::Columns { .. })) = (command, &model.shared.dialog) {
        return model.calls.keep_columns(&mut model.shared);
    }
    let (asks, text) = match command {
        Command::Filter => (Asks::Filter, model.shared.filter.as_ref().map_or_else(String::new, |it| it.0.clone())),
        Command::Search => (Asks::Search, String::new()),
        _ => {
            let refused = model.screen().draft(&model.shared).and_then(|id| draft::refusal(&model.shared, id));
            let names = file_names(model);
            let first = names.entries.first().map(|name| name.text.clone());
            match (refused, first) {
                (None, Some(first)) => (Asks::Save(None), first),
                (refused, _) => {
                    model.shared.say(refused.unwrap_or_else(|| "This screen cannot be written to a file".to_owned()));
                    return None;
                }
            }
        }
    };
    model.shared.dialog = Some(Prompt::dialog(asks, text));
    check(model);
    None
}

/// Asks for a note on what is selected.
pub(in crate::tui) fn ask_note(model: &mut Model) {
    if let Some((subject, captures)) = model.screen().noted(&model.shared) {
        let text = model.shared.notes.of(&subject).unwrap_or_default().to_owned();
        model.shared.dialog = Some(Prompt::dialog(Asks::Note(subject, captures), text));
    }
}

/// Asks for the form of a report on what is selected.
pub(in crate::tui) fn ask_form(model: &mut Model) {
    if model.shared.is_reading() {
        return model.shared.say("Still loading: findings can be drafted once all captures are read");
    }
    match model.screen().subject(&model.shared) {
        Some((subject, stanza)) => model.shared.dialog = Some(Dialog::Forms { subject, stanza, selected: 0 }),
        None => model.shared.say("There is nothing to report here"),
    }
}

/// Asks whether to overwrite a file, or for another name.
pub(in crate::tui) fn ask_to_overwrite(shared: &mut Shared, path: PathBuf) {
    let name = path.to_string_lossy().into_owned();
    shared.message = None;
    shared.dialog = Some(Prompt::dialog(Asks::Save(Some(path)), name));
}

/// Moves the selection, or scrolls.
pub(in crate::tui) fn go(model: &mut Model, movement: Movement) {
    let below = model.context_below();
    let Shared { dialog, keymap, viewport, .. } = &mut model.shared;
    let (position, last) = match dialog {
        Some(Dialog::Help { scroll }) => (scroll, viewport.last_scroll()),
        Some(Dialog::Confirm(confirm)) => (&mut confirm.scroll, viewport.last_scroll()),
        Some(Dialog::Columns { selected }) => (selected, Column::ALL.len() - 1),
        Some(Dialog::Forms { subject, selected, .. }) => (selected, forms(subject).len().saturating_sub(1)),
        Some(Dialog::Palette { input, selected }) => {
            (selected, matching(keymap, below, input.text()).len().saturating_sub(1))
        }
        Some(Dialog::Prompt(prompt)) => (&mut prompt.selected, prompt.completions.entries.len().saturating_sub(1)),
        None => return,
    };
    *position = movement.from(*position, last, viewport.page);
}

/// Edits what is typed.
pub(in crate::tui) fn edit(model: &mut Model, edit: Edit) {
    match &mut model.shared.dialog {
        Some(Dialog::Palette { input, selected }) => {
            input.edit(edit);
            *selected = 0;
        }
        Some(Dialog::Prompt(prompt)) => {
            prompt.input.edit(edit);
            check(model);
        }
        Some(Dialog::Help { .. } | Dialog::Columns { .. } | Dialog::Forms { .. } | Dialog::Confirm(_)) | None => {}
    }
}

/// Checks what is typed, and updates its completions.
fn check(model: &mut Model) {
    let Some(Dialog::Prompt(prompt)) = &model.shared.dialog else { return };
    let text = prompt.input.text();
    let error = match &prompt.asks {
        _ if text.trim().is_empty() => None,
        Asks::Filter => Selection::parse(text).err().map(|error| error.to_string()),
        Asks::Target(id) => draft::target(&model.shared, *id, text).err(),
        Asks::Search | Asks::Note(..) | Asks::Save(_) => None,
    };
    let found = match &prompt.asks {
        Asks::Filter => {
            let fields = fields();
            completions(prompt.input.halves().0, &fields, |field| {
                fields.get(field).map_or_else(Vec::new, |field| values(&model.shared, field.name))
            })
        }
        Asks::Save(None) => file_names(model),
        Asks::Search | Asks::Note(..) | Asks::Save(Some(_)) | Asks::Target(_) => Completions::default(),
    };
    if let Some(Dialog::Prompt(prompt)) = &mut model.shared.dialog {
        if prompt.asks == Asks::Filter {
            prompt.selected = 0;
        }
        (prompt.error, prompt.completions) = (error, found);
    }
}

/// Values of a column in the first calls.
fn values(shared: &Shared, column: &str) -> Vec<String> {
    let Some(analysis) = &shared.analysis else { return Vec::new() };
    let values = crate::tables::values(analysis, column, STANZAS_SAMPLED);
    values.into_iter().collect::<BTreeSet<_>>().into_iter().take(VALUES_OFFERED).collect()
}

/// Inserts the selected completion.
pub(in crate::tui) fn complete(model: &mut Model) {
    if let Some(Dialog::Prompt(prompt)) = &mut model.shared.dialog {
        if let Some(entry) = prompt.completions.entries.get(prompt.selected) {
            let gap = if entry.text.ends_with('(') || prompt.asks != Asks::Filter { "" } else { " " };
            prompt.input.replace_from(prompt.completions.start, &format!("{}{gap}", entry.text));
        }
        check(model);
    }
}

/// What follows when a dialog is accepted.
#[derive(Debug)]
pub(in crate::tui) enum Accepted {
    /// A command must be run.
    Command(Command),
    /// The program has something to do.
    Effect(Effect),
}

/// Accepts what was typed, or the selected entry.
pub(in crate::tui) fn accept(model: &mut Model) -> Option<Accepted> {
    match model.shared.dialog.take()? {
        Dialog::Palette { input, selected } => {
            let found = matching(&model.shared.keymap, model.context_below(), input.text());
            return found.get(selected).map(|bound| Accepted::Command(bound.binding.command));
        }
        Dialog::Prompt(prompt) => return accept_line(model, *prompt).map(Accepted::Effect),
        Dialog::Forms { subject, stanza, selected } => {
            if let Some(id) = draft::start(&mut model.shared, subject, stanza, selected) {
                model.follow(Step::Draft(id));
            }
        }
        Dialog::Confirm(confirm) => match confirm.then {
            Then::Quit => return Some(Accepted::Effect(Effect::Quit)),
            Then::Send(id, target) => draft::send(&mut model.shared, id, target),
            Then::Remove(id) => model.remove_draft(id),
        },
        Dialog::Help { .. } | Dialog::Columns { .. } => {}
    }
    None
}

fn accept_line(model: &mut Model, prompt: Prompt) -> Option<Effect> {
    let text = prompt.input.text().trim().to_owned();
    let error = match &prompt.asks {
        Asks::Filter if text.is_empty() => {
            model.set_filter(None);
            return None;
        }
        Asks::Filter => match Selection::parse(&text) {
            Ok(selection) => {
                model.set_filter(Some((text, selection)));
                return None;
            }
            Err(error) => error.to_string(),
        },
        Asks::Search => {
            model.shared.search.forget();
            model.shared.search.text = text.to_lowercase();
            if !text.is_empty() {
                model.find(true);
            }
            return None;
        }
        Asks::Note(subject, captures) => return set_note(model, subject.clone(), Some(&text), captures),
        Asks::Target(_) | Asks::Save(_) if text.is_empty() => return None,
        Asks::Target(id) => match draft::target(&model.shared, *id, &text) {
            Ok(target) => {
                draft::confirm(&mut model.shared, *id, target);
                return None;
            }
            Err(error) => error,
        },
        Asks::Save(existing) => {
            let path = PathBuf::from(text);
            let over = existing.as_ref() == Some(&path);
            return written(model, path, over);
        }
    };
    // An invalid line stays open for correction.
    model.shared.dialog = Some(Dialog::Prompt(Box::new(Prompt { error: Some(error), ..prompt })));
    None
}

/// Marks what is selected, or removes the mark and its note.
pub(in crate::tui) fn toggle_mark(model: &mut Model) -> Option<Effect> {
    let (subject, captures) = model.screen().noted(&model.shared)?;
    let note = if model.shared.notes.of(&subject).is_some() { None } else { Some("") };
    set_note(model, subject, note, &captures)
}

/// Sets or removes a note.
fn set_note(model: &mut Model, subject: Subject, note: Option<&str>, captures: &[CaptureId]) -> Option<Effect> {
    let shared = &mut model.shared;
    let written = shared.shelf.set(subject.clone(), note, captures);
    let notes = Arc::make_mut(&mut shared.notes);
    match note {
        Some(note) => notes.set(subject, note),
        None => notes.remove(&subject),
    }
    // Drafts include notes.
    shared.source = None;
    // Filters can refer to notes.
    if let Some(analysis) = &mut shared.analysis {
        Arc::make_mut(analysis).notes = Arc::clone(&shared.notes);
    }
    if written.is_none() {
        shared.say("Kept until you quit: there is no file to keep notes in next to this capture");
    }
    model.clamp();
    written.map(|Written { path, text }| Effect::Keep { path, text })
}

/// The text to copy, as it is shown.
pub(in crate::tui) fn copied(model: &mut Model) -> Option<Effect> {
    if let Some(id) = model.screen().draft(&model.shared) {
        // Sanitised already, and copied exactly as it would be sent.
        let text = draft::text(&mut model.shared, id)?;
        model.shared.say("Draft copied to the clipboard");
        return Some(Effect::Copy(text));
    }
    let Some((what, text)) = model.screen().copied(&model.shared) else {
        model.shared.say("Nothing to copy here");
        return None;
    };
    let people = model.shared.calls().first().map(|judged| Arc::clone(&judged.call.people)).unwrap_or_default();
    let text = model.shared.names.in_text(&text, &people).into_owned();
    model.shared.say(format!("{what} copied to the clipboard"));
    Some(Effect::Copy(text))
}

/// File names for the screen, one per format; empty if it cannot be written.
fn file_names(model: &Model) -> Completions {
    let Some((stem, formats)) = model.screen().formats(&model.shared) else { return Completions::default() };
    let entries = formats.iter().map(|(extension, doc)| Completion { text: format!("{stem}.{extension}"), doc });
    Completions { start: 0, entries: entries.collect() }
}

/// Writes the screen to a file, in the format of its extension; replaces an existing one only if `over`.
fn written(model: &mut Model, path: PathBuf, over: bool) -> Option<Effect> {
    if let Some(id) = model.screen().draft(&model.shared) {
        return draft::save(&mut model.shared, id, path, over);
    }
    let (_, formats) = model.screen().formats(&model.shared)?;
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase();
    let is_known = formats.iter().any(|(known, _)| *known == extension);
    let text = if is_known { model.screen().written(&extension, &model.shared) } else { None };
    if text.is_none() {
        let known = formats.iter().map(|(extension, doc)| format!(".{extension} {doc}")).collect::<Vec<_>>().join("; ");
        model.shared.say(format!("Not written: unknown file extension (use {known})"));
    }
    Some(Effect::Write { path, text: text?, rest: None, over })
}
