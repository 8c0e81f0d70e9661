//! How commands and new snapshots change the model.

mod dialogs;
mod findings;
mod marks;
mod moves;
mod open;
mod output;
mod pointer;
mod questions;

use std::sync::Arc;

use super::command::{Command, Done, Effect};
use super::dialog::{Confirm, Dialog, Then};
use super::jobs::JobDone;
use super::keymap::Context;
use super::model::Model;
use super::opened::{Focus, Fold};
use super::screen::Screen;
use super::search::Hunted;
use super::times::Times;
use crate::analysis::Analysis;
use crate::diagram::Step;
use crate::tables::Selection;

pub(super) use pointer::{Grip, point};
pub(super) use questions::{reason, standing};

/// Does what a key asks for.
pub(super) fn update(model: &mut Model, command: Command) -> Option<Effect> {
    if !matches!(command, Command::Edit(_) | Command::Move(_)) {
        model.message = None;
    }
    match command {
        Command::Move(movement) => moves::go(model, movement),
        Command::Open => open::selected(model),
        Command::Back => back(model),
        Command::JumpBack | Command::JumpForward => {
            let forward = command == Command::JumpForward;
            if !model.jump(forward) {
                model.message =
                    Some(if forward { "No jump to go forward to" } else { "No jump to go back from" }.to_owned());
            }
        }
        Command::SwitchFocus => {
            if let Some(Screen::Draft(reading)) = model.screens.last_mut() {
                reading.in_replaced = !reading.in_replaced;
            } else if let Some(opened) = model.opened_mut() {
                opened.focus = match opened.focus {
                    Focus::Ladder => Focus::Stanza,
                    Focus::Stanza => Focus::Ladder,
                };
            }
        }
        Command::Grow => model.split = model.split.grown(),
        Command::Shrink => model.split = model.split.shrunk(),
        Command::FollowAnswer => moves::follow_answer(model),
        Command::NextEvidence => moves::to_badge(model, true),
        Command::PreviousEvidence => moves::to_badge(model, false),
        Command::NextCall => open::neighbour(model, true),
        Command::PreviousCall => open::neighbour(model, false),
        Command::Sort => dialogs::sort(model),
        Command::ReverseSort => {
            model.list.reversed = !model.list.reversed;
            renew_list(model);
        }
        Command::Columns => model.dialog = Some(Dialog::Columns { selected: 0 }),
        Command::Filter | Command::Search | Command::Save => return dialogs::ask(model, command),
        Command::ClearFilter => dialogs::set_filter(model, None),
        Command::NextMatch => moves::to_match(model, true),
        Command::PreviousMatch => moves::to_match(model, false),
        Command::Tick => open::tick(model),
        Command::Compare => open::compare(model),
        Command::Fold => fold(model),
        Command::Expected => expected(model),
        Command::Layer | Command::LayerAbove => {
            if let Some(opened) = model.opened_mut() {
                opened.layer = opened.layer.next(command == Command::Layer);
                opened.stanza_scroll = 0;
            }
        }
        Command::Times => {
            model.times = model.times.next(model.reference);
            model.message = Some(format!("Times: {}", model.times.says()));
        }
        Command::Reference => reference(model),
        Command::Pseudonyms => match model.screens.last_mut() {
            Some(Screen::Draft(reading)) => reading.raw = !reading.raw,
            _ => pseudonyms(model),
        },
        Command::Theme => return Some(Effect::NextTheme),
        Command::Mark => return marks::toggle(model),
        Command::Note => marks::ask(model),
        Command::NextMark => marks::go(model, true),
        Command::PreviousMark => marks::go(model, false),
        Command::Marks => show(model, Context::Marks, Screen::Marks { selected: 0 }),
        Command::Questions => show(model, Context::Questions, Screen::Questions { selected: 0 }),
        Command::Rules => show(model, Context::Rules, Screen::Rules { selected: 0 }),
        Command::Captures => show(model, Context::Captures, Screen::Captures { scroll: 0 }),
        Command::OnlyEvidence => questions::only_evidence(model),
        Command::Strays => open::strays(model),
        Command::Page => questions::page(model),
        Command::Draft => findings::ask_form(model),
        Command::Findings => show(model, Context::Findings, Screen::Findings { selected: 0 }),
        Command::Compose => return findings::compose(model),
        Command::Attach => findings::ask_target(model),
        Command::Remove => findings::ask_removal(model),
        Command::CopyAddress => return findings::address(model),
        Command::Copy => return output::copied(model).map(Effect::Copy),
        Command::Help => {
            let is_open = matches!(model.dialog, Some(Dialog::Help { .. }));
            model.dialog = if is_open { None } else { Some(Dialog::Help { scroll: 0 }) };
        }
        Command::Palette => {
            model.dialog = Some(Dialog::Palette { input: super::input::Input::default(), selected: 0 });
        }
        Command::Redraw => return Some(Effect::Redraw),
        Command::Suspend => return Some(Effect::Suspend),
        Command::Quit => return quit(model),
        Command::Accept => return dialogs::accept(model),
        Command::Complete => dialogs::complete(model),
        Command::Edit(edit) => dialogs::edit(model, edit),
    }
    None
}

/// Ends, after a question where something would be lost that is nowhere else. Asked again, it ends.
fn quit(model: &mut Model) -> Option<Effect> {
    let is_asked = matches!(&model.dialog, Some(Dialog::Confirm(asked)) if asked.then == Then::Quit);
    let Some(lost) = model.drafts.lost_by_quitting().filter(|_| !is_asked) else { return Some(Effect::Quit) };
    let asks = format!("{lost}: quit all the same?");
    let confirm = Confirm { asks, text: String::new(), scroll: 0, then: Then::Quit };
    model.dialog = Some(Dialog::Confirm(Box::new(confirm)));
    None
}

/// Takes what came of something that was done behind.
pub(super) fn done(model: &mut Model, done: JobDone) {
    findings::done(model, done);
}

/// Takes what came of what the program was asked for.
pub(super) fn did(model: &mut Model, done: Done) {
    match done {
        Done::Says(says) => model.message = Some(says),
        Done::Written(path) => {
            findings::saved(model, &path);
            model.message = Some(format!("Written to {}", path.display()));
        }
        Done::IsThere(path) => dialogs::ask_to_replace(model, path),
        Done::Composed { id, text } => findings::composed(model, id, text),
    }
}

/// Takes a new snapshot. What is selected stays selected, wherever it now stands.
pub(super) fn load(model: &mut Model, mut analysis: Arc<Analysis>) {
    if *analysis.notes != *model.notes {
        Arc::make_mut(&mut analysis).notes = Arc::clone(&model.notes);
    }
    let selected = model.selected_call().map(|(index, judged)| (index, Arc::clone(judged)));
    let place = selected.and_then(|(index, judged)| {
        let stays = analysis.calls.get(index).is_some_and(|known| known.call.id == judged.call.id);
        if stays { Some(index) } else { super::screen::place_of(&analysis.calls, &judged.call) }
    });
    model.desk = None;
    model.lossy = analysis.is_lossy();
    model.analysis = Some(analysis);
    renew_list(model);
    if let Some(place) = place {
        model.list.select_call(place);
    }
    model.renew_screens();
}

/// Does some of the work that is too long for one key. Whether there is more.
pub(super) fn work(model: &mut Model) -> bool {
    let Some(analysis) = model.analysis.clone() else { return false };
    let sieves = model.list.work(&analysis, &model.names);
    let shown = &model.list.shown;
    let call = |place: usize| analysis.calls.get(*shown.get(place)?).map(Arc::as_ref);
    match model.search.work(shown.len(), call) {
        Hunted::Idle => {}
        Hunted::Goes => return true,
        Hunted::Found { place, row } => open::at(model, place, row),
        Hunted::Nowhere => {
            model.message = Some(format!("\"{}\" is in no stanza of the calls shown", model.search.text));
        }
    }
    sieves
}

/// Makes the list of calls anew.
fn renew_list(model: &mut Model) {
    if let Some(analysis) = model.analysis.clone() {
        model.list.renew(&analysis, &model.names);
    }
}

/// Closes what lies over the screen, or goes back to the screen before.
fn back(model: &mut Model) {
    if model.dialog.take().is_none() {
        model.screens.pop();
        model.renew_screens();
    }
}

/// Shows a screen over this one, or goes back from it if it is shown.
fn show(model: &mut Model, context: Context, screen: Screen) {
    model.dialog = None;
    if model.context_below() == context {
        return back(model);
    }
    model.leave_mark();
    model.screens.push(screen);
    model.renew_board();
}

/// The filter of the list, where rows can be chosen by it.
fn wanted(model: &Model) -> Option<(Selection, Arc<Analysis>)> {
    let (_, selection) = model.list.filter.clone()?;
    Some((selection, model.analysis.clone()?))
}

fn fold(model: &mut Model) {
    let wanted = wanted(model);
    let wanted = wanted.as_ref().map(|(selection, analysis)| (selection, analysis.as_ref()));
    let Some(opened) = model.opened_mut() else { return };
    opened.fold = match opened.fold {
        Fold::Nothing => Fold::Noise,
        Fold::Noise if wanted.is_some() => Fold::Filtered,
        Fold::Noise | Fold::Filtered => Fold::Nothing,
    };
    opened.arrange(wanted);
    let left_out = opened.diagram.arrows().count() - opened.rungs_shown();
    let says = match opened.fold {
        Fold::Nothing => "All rows are shown".to_owned(),
        Fold::Noise => format!("Acks, receipts and keep-alives are folded: {left_out} rows"),
        Fold::Filtered => format!("Only rows that the filter names: {left_out} are left out"),
    };
    model.message = Some(says);
}

/// Shows the steps that were to be seen and were not, or leaves them out, and says how many there are.
fn expected(model: &mut Model) {
    let wanted = wanted(model);
    let wanted = wanted.as_ref().map(|(selection, analysis)| (selection, analysis.as_ref()));
    let Some(opened) = model.opened_mut() else { return };
    opened.toggle_expected(wanted);
    let flows: Vec<_> = opened.calls.iter().filter_map(|judged| judged.flow.as_ref()).collect();
    let hidden: usize = flows.iter().map(|flow| flow.hidden()).sum();
    let says = match (opened.expects, flows.is_empty()) {
        (false, _) => "Only what was seen is shown".to_owned(),
        (true, true) => "The spec draws no flow of a call that ends so".to_owned(),
        (true, false) => {
            let steps = opened.diagram.steps.iter();
            let missing = steps.filter(|step| matches!(step, Step::Expected(_))).count();
            format!("Expected and not seen: {missing}; not visible from here: {hidden}")
        }
    };
    model.message = Some(says);
}

/// Measures times from the selected row; from the start again if they are measured from it already.
fn reference(model: &mut Model) {
    let time = model.opened().and_then(|opened| {
        let (judged, row) = opened.place()?;
        judged.call.aligned(row)
    });
    let Some(time) = time else { return };
    if model.times == Times::Reference(time) {
        (model.times, model.reference) = (Times::Start, None);
    } else {
        (model.times, model.reference) = (Times::Reference(time), Some(time));
    }
    model.message = Some(format!("Times: {}", model.times.says()));
}

fn pseudonyms(model: &mut Model) {
    model.names.in_letters = !model.names.in_letters;
    if model.names.in_letters {
        // In the order of the calls, so that the first caller is A.
        for judged in model.calls() {
            for party in [&judged.call.caller, &judged.call.callee].into_iter().flatten() {
                model.names.meet(party, &judged.call.people);
            }
        }
    }
    renew_list(model);
    let says = if model.names.in_letters { "One letter a person; call-ids stay" } else { "Addresses are shown" };
    model.message = Some(says.to_owned());
}
