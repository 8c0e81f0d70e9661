//! How commands change the model.

use super::dialog::{Confirm, Dialog, Then};
use super::dialogs::{self, Accepted};
use super::kit::command::{Command, Done, Effect, Movement};
use super::kit::input::Input;
use super::model::Model;
use super::screens::captures::Captures;
use super::screens::draft;
use super::screens::findings::Findings;
use super::screens::marks::Marks;
use super::screens::questions::Questions;
use super::screens::rules::Rules;
use super::shown::Shown;

/// Does what a command asks for.
pub(super) fn update(model: &mut Model, command: Command) -> Option<Effect> {
    let effect = run(model, command);
    model.see();
    effect
}

/// Runs a command. Those that are not listed here are those of the screen that is shown.
fn run(model: &mut Model, command: Command) -> Option<Effect> {
    if !matches!(command, Command::Edit(_) | Command::Move(_)) {
        model.shared.message = None;
    }
    match command {
        Command::Move(movement) if model.shared.dialog.is_some() => dialogs::go(model, movement),
        Command::Move(movement) => {
            // Who looks at an earlier call wants to stay there; at the end, the list goes on.
            if model.screens.is_empty() && model.shared.live.is_on {
                model.shared.live.scrolls = movement == Movement::Last;
            }
            model.go(movement);
        }
        Command::Back => model.back(),
        Command::JumpBack | Command::JumpForward => {
            let forward = command == Command::JumpForward;
            if !model.jump(forward) {
                model.shared.say(if forward { "No jump to go forward to" } else { "No jump to go back from" });
            }
        }
        Command::NextCall => model.neighbour(true),
        Command::PreviousCall => model.neighbour(false),
        Command::Filter | Command::Search | Command::Save | Command::OpenFile => return dialogs::ask(model, command),
        Command::FilterByValue => dialogs::ask_value(model),
        Command::OnlyPeer => dialogs::only_peer(model),
        Command::ClearFilter => model.set_filter(None),
        Command::NextMatch => model.find(true),
        Command::PreviousMatch => model.find(false),
        Command::Times => {
            model.shared.times = model.shared.times.next(model.shared.reference);
            let times = model.shared.times.description();
            model.shared.say(format!("Times: {times}"));
        }
        // A draft shows what it replaced instead.
        Command::Pseudonyms if !matches!(model.screens.last(), Some(Shown::Draft(_))) => model.toggle_pseudonyms(),
        Command::Theme => return Some(Effect::NextTheme),
        Command::Mark => return dialogs::toggle_mark(model),
        Command::Note => dialogs::ask_note(model),
        Command::Marks => model.toggle(Shown::Marks(Marks::default())),
        Command::Questions => model.toggle(Shown::Questions(Questions::default())),
        Command::Rules => model.toggle(Shown::Rules(Rules::default())),
        Command::Captures => model.toggle(Shown::Captures(Captures::default())),
        Command::Findings => model.toggle(Shown::Findings(Findings::default())),
        Command::Strays => model.strays(),
        Command::Draft => dialogs::ask_form(model),
        Command::Compose | Command::Attach | Command::Remove | Command::CopyAddress => return on_draft(model, command),
        Command::Copy => return dialogs::copied(model),
        Command::Reload => return Some(Effect::Reload(model.shared.live.is_on)),
        Command::Follow if model.shared.live.is_on => {
            model.shared.say("Following stopped");
            return Some(Effect::StopFollowing);
        }
        Command::Follow => return Some(Effect::Reload(true)),
        Command::Pause => pause(model),
        Command::Seen => {
            model.shared.live.see_all();
            model.shared.say("All calls are marked as seen");
        }
        Command::Help => {
            let is_open = matches!(model.shared.dialog, Some(Dialog::Help { .. }));
            model.shared.dialog = if is_open { None } else { Some(Dialog::Help { scroll: 0 }) };
        }
        Command::Palette => {
            model.shared.dialog = Some(Dialog::Palette { input: Input::default(), selected: 0 });
        }
        Command::Redraw => return Some(Effect::Redraw),
        Command::Suspend => return Some(Effect::Suspend),
        Command::Quit => return quit(model),
        Command::Accept => {
            return match dialogs::accept(model)? {
                Accepted::Command(command) => update(model, command),
                Accepted::Effect(effect) => Some(effect),
            };
        }
        Command::Complete => dialogs::complete(model),
        Command::Edit(edit) => dialogs::edit(model, edit),
        Command::Open
        | Command::SwitchFocus
        | Command::Grow
        | Command::Shrink
        | Command::FollowAnswer
        | Command::NextEvidence
        | Command::PreviousEvidence
        | Command::Sort
        | Command::Limit
        | Command::ReverseSort
        | Command::Columns
        | Command::AutoScroll
        | Command::Tick
        | Command::Compare
        | Command::InFull
        | Command::PanLeft
        | Command::PanRight
        | Command::Fold
        | Command::Expected
        | Command::Layer
        | Command::LayerAbove
        | Command::NextPart
        | Command::PreviousPart
        | Command::Reference
        | Command::Pseudonyms
        | Command::NextMark
        | Command::PreviousMark
        | Command::Media
        | Command::Page => model.update(command),
    }
    None
}

/// Keeps the screen as it is while captures grow, or shows what came.
fn pause(model: &mut Model) {
    if !model.shared.live.is_paused && !model.shared.is_reading() {
        return model.shared.say("Nothing to pause: the captures are read to their end");
    }
    model.toggle_pause();
}

/// Does something with the selected draft.
fn on_draft(model: &mut Model, command: Command) -> Option<Effect> {
    let id = model.screen().draft(&model.shared)?;
    match command {
        Command::Compose => return draft::compose(&mut model.shared, id),
        Command::CopyAddress => return draft::copy_address(&mut model.shared, id),
        Command::Attach => draft::ask_target(&mut model.shared, id),
        _ if draft::ask_removal(&mut model.shared, id) => model.remove_draft(id),
        _ => {}
    }
    None
}

/// Exits, after a question if something would be lost. Asked again, it exits.
fn quit(model: &mut Model) -> Option<Effect> {
    let is_asked = matches!(&model.shared.dialog, Some(Dialog::Confirm(asked)) if asked.then == Then::Quit);
    let Some(lost) = model.shared.drafts.lost_by_quitting().filter(|_| !is_asked) else { return Some(Effect::Quit) };
    let question = format!("{lost}. Quit anyway?");
    let confirm = Confirm { question, text: String::new(), scroll: 0, then: Then::Quit };
    model.shared.dialog = Some(Dialog::Confirm(Box::new(confirm)));
    None
}

/// Takes the result of an effect.
pub(super) fn done(model: &mut Model, done: Done) {
    let shared = &mut model.shared;
    match done {
        Done::Message(message) => shared.say(message),
        Done::Written(path) => {
            draft::saved(shared, &path);
            shared.say(format!("Written to {}", path.display()));
        }
        Done::Exists(path) => dialogs::ask_to_overwrite(shared, path),
        Done::Composed { id, text } => draft::composed(shared, id, text),
    }
}
