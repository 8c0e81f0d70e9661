//! What is typed and chosen in dialogs: filters, search texts, notes, file names, and commands.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::saving::{copy, file_names, written};
use crate::filter::{Completions, complete as completions, spelled};
use crate::notes::{Subject, Written};
use crate::origin::CaptureId;
use crate::protocol::binary::Jid;
use crate::spec::Judged;
use crate::tables::{Selection, fields, matching};
use crate::tui::background::{Job, NO_DRAFT, Task};
use crate::tui::dialog::{Asks, Counting, Dialog, Prompt, Then, Typed, matching as commands, paths};
use crate::tui::drafts::forms;
use crate::tui::kit::command::{Command, Effect, Movement};
use crate::tui::kit::input::{Edit, Input};
use crate::tui::kit::paths::{expanded, split};
use crate::tui::model::Model;
use crate::tui::screen::Step;
use crate::tui::screens::calls::Column;
use crate::tui::screens::draft;
use crate::tui::shared::Shared;

/// Stanzas whose values of a field are offered as completions, and the most values offered.
const STANZAS_SAMPLED: usize = 2_000;
const VALUES_OFFERED: usize = 40;

/// Stanzas examined at once while the calls that match are counted.
const EXAMINED: usize = 1_000;

/// Asks for a filter, a search text, or a file.
pub(in crate::tui) fn ask(model: &mut Model, command: Command) -> Option<Effect> {
    if let (Command::Save, Some(Dialog::Columns { .. })) = (command, &model.shared.dialog) {
        return model.calls.keep_columns(&mut model.shared);
    }
    let (asks, text) = match command {
        Command::Filter => (Asks::Filter, model.shared.filter.as_ref().map_or_else(String::new, |it| it.0.clone())),
        Command::Search => (Asks::Search, String::new()),
        Command::OpenFile => (Asks::Open(None), String::new()),
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

/// The fields that calls and stanzas are filtered by.
const OF_CALLS: [&str; 9] =
    ["outcome", "end_reason", "ended_by", "end_strength", "caller", "callee", "media", "group", "call_id"];
const OF_STANZAS: [&str; 10] =
    ["action", "tag", "reason", "direction", "emitter", "sender", "recipient", "phase", "error_code", "questions"];

/// The selected call, and the selected row in it if a ladder is shown.
fn chosen(model: &Model) -> Option<(Arc<Judged>, Option<usize>)> {
    match model.ladder() {
        Some(screen) => screen.place().map(|(judged, row)| (Arc::clone(judged), Some(row))),
        None => model.selected_call().map(|(_, judged)| (Arc::clone(judged), None)),
    }
}

/// Asks by which value of what is selected to filter.
pub(in crate::tui) fn ask_value(model: &mut Model) {
    let (Some((judged, row)), Some(analysis)) = (chosen(model), &model.shared.analysis) else { return };
    let of_stanza = if row.is_some() { OF_STANZAS.as_slice() } else { &[] };
    let fields = [of_stanza, &OF_CALLS].concat();
    let filters = matching(analysis, &judged, row.unwrap_or_default(), &fields);
    model.shared.dialog = Some(Dialog::Values { filters, selected: 0 });
}

/// Shows only the calls with the other party of the selected one, at any of its devices.
pub(in crate::tui) fn only_peer(model: &mut Model) {
    let Some((judged, _)) = chosen(model) else { return };
    let call = &judged.call;
    let own = call.vantages.first().and_then(|vantage| vantage.device.jid());
    let is_own = |party: &Jid| own.is_some_and(|own| call.people.same_person(own, party));
    let peer = [&call.caller, &call.callee].into_iter().flatten().find(|party| !is_own(party));
    let Some(peer) = peer else { return model.shared.say("The peer of this call is not known") };
    let peer = spelled(&peer.user);
    narrow(model, format!("caller contains {peer} or callee contains {peer}"), true);
}

/// Filters by an expression, in addition to the filter that there is if `further`.
fn narrow(model: &mut Model, expression: String, further: bool) {
    let text = match &model.shared.filter {
        Some((before, _)) if further && expression.contains(" or ") => format!("({before}) and ({expression})"),
        Some((before, _)) if further => format!("({before}) and {expression}"),
        _ => expression,
    };
    match Selection::parse(&text) {
        Ok(selection) => model.set_filter(Some((text, selection))),
        Err(error) => model.shared.say(error.to_string()),
    }
}

/// Counts some more of the calls that match the filter being typed. Returns whether there are more.
pub(in crate::tui) fn count_matching(model: &mut Model) -> bool {
    let Shared { dialog: Some(Dialog::Prompt(prompt)), analysis: Some(analysis), .. } = &mut model.shared else {
        return false;
    };
    let Some(counting) = &mut prompt.matching else { return false };
    let before = counting.next;
    let chooser = counting.selection.over(analysis);
    let mut examined = 0;
    while let Some(judged) = analysis.calls.get(counting.next)
        && examined < EXAMINED
    {
        examined += judged.call.rows.len().max(1);
        counting.count += usize::from(chooser.wants_call(judged));
        counting.next += 1;
    }
    counting.next > before
}

/// Asks for the form of a report on what is selected.
pub(in crate::tui) fn ask_form(model: &mut Model) {
    if model.shared.is_reading() {
        return model.shared.say_not_yet("Findings can be drafted");
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
            let typed = usize::from(Typed::read(input.text()).is_some());
            (selected, (typed + commands(keymap, below, input.text()).len()).saturating_sub(1))
        }
        Some(Dialog::Copies { copies, selected }) => (selected, copies.len().saturating_sub(1)),
        Some(Dialog::Values { filters, selected }) => (selected, filters.len().saturating_sub(1)),
        Some(Dialog::Prompt(prompt)) => (&mut prompt.selected, prompt.completions.entries.len().saturating_sub(1)),
        None => return,
    };
    *position = movement.from(*position, last, viewport.page);
}

/// Edits what is typed.
pub(in crate::tui) fn edit(model: &mut Model, edit: Edit) {
    change(model, |input| input.edit(edit));
}

/// Inserts a text that was pasted, all at once.
pub(in crate::tui) fn paste(model: &mut Model, text: &str) {
    change(model, |input| input.insert(text));
}

/// Changes what is typed; `change` returns whether it did.
fn change(model: &mut Model, change: impl FnOnce(&mut Input) -> bool) {
    match &mut model.shared.dialog {
        Some(Dialog::Palette { input, selected }) => {
            if change(input) {
                *selected = 0;
            }
        }
        Some(Dialog::Prompt(prompt)) => {
            if change(&mut prompt.input) {
                check(model);
            }
        }
        Some(
            Dialog::Help { .. }
            | Dialog::Columns { .. }
            | Dialog::Forms { .. }
            | Dialog::Values { .. }
            | Dialog::Copies { .. }
            | Dialog::Confirm(_),
        )
        | None => {}
    }
}

/// Checks what is typed, and updates its completions.
fn check(model: &mut Model) {
    let Some(Dialog::Prompt(prompt)) = &model.shared.dialog else { return };
    let text = prompt.input.text();
    let selection = (prompt.asks == Asks::Filter && !text.trim().is_empty()).then(|| Selection::parse(text));
    let error = match &prompt.asks {
        _ if text.trim().is_empty() => None,
        Asks::Filter => selection.as_ref().and_then(|it| it.as_ref().err()).map(ToString::to_string),
        Asks::Target(id) => draft::target(&model.shared, *id, text).err(),
        Asks::Search | Asks::Note(..) | Asks::Save(_) | Asks::Open(_) => None,
    };
    let found = match &prompt.asks {
        Asks::Filter => {
            let fields = fields();
            completions(prompt.input.halves().0, &fields, |field| {
                fields.get(field).map_or_else(Vec::new, |field| values(&model.shared, field.name))
            })
        }
        Asks::Save(None) => file_names(model),
        Asks::Open(folder) => folder.as_ref().map_or_else(Completions::default, |folder| paths(folder, text)),
        Asks::Search | Asks::Note(..) | Asks::Save(Some(_)) | Asks::Target(_) => Completions::default(),
    };
    if let Some(Dialog::Prompt(prompt)) = &mut model.shared.dialog {
        if matches!(prompt.asks, Asks::Filter | Asks::Open(_)) {
            prompt.selected = 0;
        }
        (prompt.error, prompt.completions) = (error, found);
        let selection = selection.and_then(Result::ok);
        prompt.matching = selection.map(|selection| Counting { selection, next: 0, count: 0 });
    }
    list_folder(model);
}

/// Has the folder of the path read that is typed, unless it is known.
fn list_folder(model: &mut Model) {
    let Some(Dialog::Prompt(prompt)) = &model.shared.dialog else { return };
    let Asks::Open(known) = &prompt.asks else { return };
    let typed = split(prompt.input.text()).0;
    if known.as_ref().is_none_or(|known| known.typed != typed) {
        let task = Task::List(typed.to_owned());
        model.shared.jobs.push(Job { id: NO_DRAFT, task });
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
            let typed = Typed::read(input.text());
            let Some(selected) = selected.checked_sub(usize::from(typed.is_some())) else {
                return accept_typed(model, typed?);
            };
            let found = commands(&model.shared.keymap, model.context_below(), input.text());
            return found.get(selected).map(|bound| Accepted::Command(bound.binding.command));
        }
        Dialog::Prompt(prompt) => return accept_line(model, *prompt).map(Accepted::Effect),
        Dialog::Values { filters, selected } => {
            if let Some(filter) = filters.into_iter().nth(selected) {
                narrow(model, filter, true);
            }
        }
        Dialog::Copies { copies, selected } => {
            let (what, text) = copies.into_iter().nth(selected)?;
            return copy(&mut model.shared, what, text).map(Accepted::Effect);
        }
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

/// Does what was typed into the palette.
fn accept_typed(model: &mut Model, typed: Typed) -> Option<Accepted> {
    match typed {
        Typed::Quit => Some(Accepted::Command(Command::Quit)),
        Typed::Help => Some(Accepted::Command(Command::Help)),
        Typed::Write(file) if file.is_empty() => Some(Accepted::Command(Command::Save)),
        Typed::Write(file) => written(model, PathBuf::from(file), false).map(Accepted::Effect),
        Typed::Open(file) if file.is_empty() => Some(Accepted::Command(Command::OpenFile)),
        Typed::Open(file) => Some(Accepted::Effect(Effect::Open(expanded(&file)))),
        Typed::Filter(filter) => {
            narrow(model, filter, false);
            None
        }
        Typed::Line(line) => {
            let (screen, shared) = model.screen_mut();
            if let Some((selected, count)) = screen.list(shared) {
                *selected = line.saturating_sub(1).min(count.saturating_sub(1));
            }
            None
        }
    }
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
        Asks::Target(_) | Asks::Save(_) | Asks::Open(_) if text.is_empty() => return None,
        Asks::Open(_) => return Some(Effect::Open(expanded(&text))),
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
        shared.say("This note is lost when you quit: its capture has no place for a notes file");
    }
    model.clamp();
    written.map(|Written { path, text }| Effect::Keep { path, text })
}
