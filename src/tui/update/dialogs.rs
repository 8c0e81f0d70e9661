//! What is typed: filters, texts to look for, notes, names of files, and names of commands.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{findings, marks, moves, output, renew_list, update};
use crate::filter::complete as completions;
use crate::tables::{Selection, fields};
use crate::tui::columns::Column;
use crate::tui::command::{Command, Effect};
use crate::tui::dialog::{Asks, Dialog, Prompt, Then, fitting};
use crate::tui::input::Edit;
use crate::tui::model::Model;

/// Stanzas that values of a field are taken from, and values that are offered.
const STANZAS_SAMPLED: usize = 2_000;
const VALUES_OFFERED: usize = 40;

/// Asks for a line.
pub(super) fn ask(model: &mut Model, command: Command) -> Option<Effect> {
    if let (Command::Save, Some(Dialog::Columns { .. })) = (command, &model.dialog) {
        return keep_columns(model);
    }
    let (asks, text) = match command {
        Command::Filter => (Asks::Filter, model.list.filter.as_ref().map_or_else(String::new, |it| it.0.clone())),
        Command::Search => (Asks::Search, String::new()),
        _ => {
            if let Some(why) = findings::refusal(model) {
                model.message = Some(why);
                return None;
            }
            let names = output::names(model);
            let Some(first) = names.entries.first().map(|name| name.text.clone()) else {
                model.message = Some("Nothing of this screen can be written".to_owned());
                return None;
            };
            (Asks::Save(None), first)
        }
    };
    model.dialog = Some(Prompt::dialog(asks, text));
    check(model);
    None
}

/// Asks for the choice of columns to be kept.
fn keep_columns(model: &mut Model) -> Option<Effect> {
    let columns = model.list.columns.iter().map(|column| column.name()).collect();
    if model.config.is_none() {
        model.message = Some("There is no place for a config file: --config FILE names one".to_owned());
    }
    Some(Effect::KeepColumns { path: model.config.clone()?, columns })
}

/// Asks whether a file that is there is to be replaced, or under which other name to write.
pub(super) fn ask_to_replace(model: &mut Model, path: PathBuf) {
    let name = path.to_string_lossy().into_owned();
    model.message = None;
    model.dialog = Some(Prompt::dialog(Asks::Save(Some(path)), name));
}

/// Changes what is typed.
pub(super) fn edit(model: &mut Model, edit: Edit) {
    match &mut model.dialog {
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

/// Looks at what is typed: whether it is right so far, and how it can go on.
fn check(model: &mut Model) {
    let Some(Dialog::Prompt(prompt)) = &model.dialog else { return };
    if prompt.asks == Asks::Save(None) {
        let names = output::names(model);
        if let Some(Dialog::Prompt(prompt)) = &mut model.dialog {
            prompt.completions = names;
        }
        return;
    }
    let text = prompt.input.text();
    let error = match &prompt.asks {
        _ if text.trim().is_empty() => None,
        Asks::Filter => Selection::parse(text).err().map(|error| error.to_string()),
        Asks::Target(id) => findings::target(model, *id, text).err(),
        Asks::Search | Asks::Note(..) | Asks::Save(_) => None,
    };
    if prompt.asks != Asks::Filter {
        if let Some(Dialog::Prompt(prompt)) = &mut model.dialog {
            prompt.error = error;
        }
        return;
    }
    let fields = fields();
    let found = completions(prompt.input.halves().0, &fields, |field| {
        fields.get(field).map_or_else(Vec::new, |field| values(model, field.name))
    });
    if let Some(Dialog::Prompt(prompt)) = &mut model.dialog {
        (prompt.error, prompt.completions, prompt.selected) = (error, found, 0);
    }
}

/// Values that a column has in the first calls.
fn values(model: &Model, column: &str) -> Vec<String> {
    let Some(analysis) = &model.analysis else { return Vec::new() };
    let values = crate::tables::values(analysis, column, STANZAS_SAMPLED);
    values.into_iter().collect::<BTreeSet<_>>().into_iter().take(VALUES_OFFERED).collect()
}

/// Puts the selected completion in the place of the word that was begun.
pub(super) fn complete(model: &mut Model) {
    if let Some(Dialog::Prompt(prompt)) = &mut model.dialog {
        if let Some(entry) = prompt.completions.entries.get(prompt.selected) {
            let gap = if entry.text.ends_with('(') || prompt.asks != Asks::Filter { "" } else { " " };
            prompt.input.replace_from(prompt.completions.start, &format!("{}{gap}", entry.text));
        }
        check(model);
    }
}

/// Takes what was typed, or runs the selected command.
pub(super) fn accept(model: &mut Model) -> Option<Effect> {
    match model.dialog.take()? {
        Dialog::Palette { input, selected } => {
            let found = fitting(&model.keymap, model.context_below(), input.text());
            let command = found.get(selected).map(|bound| bound.binding.command)?;
            update(model, command)
        }
        Dialog::Prompt(prompt) => take(model, *prompt),
        Dialog::Forms { subject, stanza, selected } => {
            findings::begin(model, subject, stanza, selected);
            None
        }
        Dialog::Confirm(confirm) => match confirm.then {
            Then::Quit => Some(Effect::Quit),
            Then::Send(id, target) => {
                findings::send(model, id, target);
                None
            }
            Then::Remove(id) => {
                findings::remove(model, id);
                None
            }
        },
        Dialog::Help { .. } | Dialog::Columns { .. } => None,
    }
}

fn take(model: &mut Model, prompt: Prompt) -> Option<Effect> {
    let text = prompt.input.text().trim().to_owned();
    match prompt.asks {
        Asks::Filter if text.is_empty() => set_filter(model, None),
        Asks::Filter => match Selection::parse(&text) {
            Ok(selection) => set_filter(model, Some((text, selection))),
            Err(error) => {
                // What is wrong stays where it can be mended.
                model.dialog = Some(Dialog::Prompt(Box::new(Prompt { error: Some(error.to_string()), ..prompt })));
            }
        },
        Asks::Search => {
            if !text.is_empty() {
                model.search.text = text.to_lowercase();
            }
            moves::to_match(model, true);
        }
        Asks::Note(subject, captures) => return marks::set(model, subject, Some(&text), &captures),
        Asks::Target(_) if text.is_empty() => {}
        Asks::Target(id) => match findings::target(model, id, &text) {
            Ok(target) => findings::confirm(model, id, target),
            Err(error) => model.dialog = Some(Dialog::Prompt(Box::new(Prompt { error: Some(error), ..prompt }))),
        },
        Asks::Save(_) if text.is_empty() => {}
        Asks::Save(there) => {
            let path = PathBuf::from(text);
            let over = there.as_ref() == Some(&path);
            return output::written(model, path, over);
        }
    }
    None
}

/// Sets the filter of the list, or takes it away.
pub(super) fn set_filter(model: &mut Model, filter: Option<(String, Selection)>) {
    if let Some(analysis) = model.analysis.clone() {
        model.list.set_filter(filter, &analysis, &model.names);
    } else {
        model.list.filter = filter;
    }
    model.renew_screens();
}

/// Sorts the list by the next column that it has; after the last one it is in the order of time again.
pub(super) fn sort(model: &mut Model) {
    let columns: Vec<Column> = model.list.columns.iter().copied().filter(|column| *column != Column::Note).collect();
    let place = columns.iter().position(|column| *column == model.list.sort);
    let next = place.map_or(0, |place| place + 1);
    model.list.sort = columns.get(next).copied().unwrap_or(Column::Number);
    model.list.reversed = false;
    renew_list(model);
    model.message = Some(format!("Sorted by {}; S turns the order round", model.list.sort.says()));
}
