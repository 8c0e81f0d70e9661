//! Findings: drafted, changed, saved, copied and sent.

use std::path::PathBuf;
use std::sync::Arc;

use crate::github::{Place, Post, Target};
use crate::report::Subject;
use crate::spec;
use crate::spec::RULES;
use crate::tui::command::Effect;
use crate::tui::dialog::{Asks, Confirm, Dialog, Prompt, Then};
use crate::tui::drafts::{Entry, Made, Sending, State, forms};
use crate::tui::jobs::{Job, JobDone, Order, Outcome, Task};
use crate::tui::model::Model;
use crate::tui::screen::{Reading, Screen, place_of};
use crate::visible::visible;

/// Leaks that a message names.
const LEAKS_NAMED: usize = 3;

/// What is selected, as something to report, and the stanza of it that is meant.
fn subject(model: &Model) -> Option<(Subject, Option<(usize, usize)>)> {
    let board = model.board.as_ref();
    match model.screens.last() {
        None => Some((Subject::Call(model.selected_call()?.0), None)),
        Some(Screen::Call(opened)) => {
            let (judged, row) = opened.place()?;
            let call = place_of(model.calls(), &judged.call)?;
            Some((Subject::Call(call), Some((call, row))))
        }
        Some(Screen::Questions { selected }) => Some((Subject::Question(board?.finding_at(*selected)?.question), None)),
        Some(Screen::Evidence { question, selected }) => {
            let at = board?.finding(question).and_then(|finding| finding.pieces.get(*selected));
            let row = at.and_then(|at| Some((at.call, model.calls().get(at.call)?.evidence.get(at.piece)?.row)));
            Some((Subject::Question(spec::question(question)?), row))
        }
        Some(Screen::Rules { selected }) => Some((Subject::Rule(RULES.get(*selected)?), None)),
        Some(Screen::Places { rule: id, selected }) => {
            let at = board.and_then(|board| board.places.get(*selected).copied());
            let row = at.and_then(|(call, place)| Some((call, model.calls().get(call)?.places.get(place)?.row)));
            Some((Subject::Rule(spec::rule(id)?), row))
        }
        Some(Screen::Draft(reading)) => {
            let order = model.drafts.get(reading.id)?.order;
            Some((order.subject, order.stanza))
        }
        Some(_) => None,
    }
}

/// Asks as what the selected thing is to be reported.
pub(super) fn ask_form(model: &mut Model) {
    if model.is_reading() {
        model.message = Some("A finding needs all that was captured: wait until reading has ended".to_owned());
        return;
    }
    match subject(model) {
        Some((subject, stanza)) => model.dialog = Some(Dialog::Forms { subject, stanza, selected: 0 }),
        None => model.message = Some("Nothing here can be reported".to_owned()),
    }
}

/// Drafts it, and shows the draft.
pub(super) fn begin(model: &mut Model, subject: Subject, stanza: Option<(usize, usize)>, selected: usize) {
    let (Some(form), Some(analysis)) = (forms(&subject).get(selected).copied(), model.analysis.clone()) else { return };
    let shows_one = matches!(form, crate::report::Form::StanzaCapture | crate::report::Form::Corpus);
    let order = Order { subject, form, stanza: stanza.filter(|_| shows_one) };
    let (id, is_new) = model.drafts.begin(order);
    if is_new {
        let task = Task::Draft { order, analysis, desk: model.desk.clone(), here: model.here.clone() };
        model.jobs.push(Job { id, task });
    } else {
        model.message = Some("This draft is there already: change it, or take it away and draft it again".to_owned());
    }
    model.leave_mark();
    // From one draft to another, not over it.
    model.screens.pop_if(|screen| matches!(screen, Screen::Draft(_)));
    model.screens.push(Screen::Draft(Reading::of(id)));
}

/// Takes what came of a job.
pub(super) fn done(model: &mut Model, done: JobDone) {
    let JobDone { id, outcome } = done;
    let Some(entry) = model.drafts.get_mut(id) else { return };
    let said = match outcome {
        Outcome::Drafted(desk, drafted) => {
            model.desk = Some(Arc::clone(&desk));
            match drafted {
                Ok(draft) => entry.state = State::Made(Box::new(Made::new(desk, *draft, 0))),
                Err(why) => entry.state = State::Unfit(why),
            }
            None
        }
        Outcome::Sent(target, Ok(done)) => {
            let says = format!("{}: {}", capital(done.summary()), done.url());
            entry.sending = Sending::Done(target, done);
            Some(says)
        }
        Outcome::Sent(target, Err(error)) => {
            let says = format!("Nothing was sent to {target}: {error}");
            entry.sending = Sending::Failed(target, error.to_string());
            Some(says)
        }
        Outcome::NoToken(target, prefilled) => {
            entry.sending = Sending::ByHand(target, prefilled);
            let name = entry.file_name();
            // What cannot be sent is saved, unless something else is being asked.
            if model.dialog.is_none() && reading(model).is_some_and(|reading| reading.id == id) {
                model.dialog = Some(Prompt::dialog(Asks::Save(None), name));
            }
            Some("No token in GITHUB_TOKEN or gh: save it here; u copies the address for it".to_owned())
        }
        Outcome::Failed => {
            let why = "the program failed at it".to_owned();
            match std::mem::replace(&mut entry.sending, Sending::Nothing) {
                Sending::UnderWay(target) => entry.sending = Sending::Failed(target, why),
                _ => entry.state = State::Unfit(why),
            }
            None
        }
    };
    model.message = said.or(model.message.take());
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The draft that is read, where one is.
fn reading(model: &Model) -> Option<&Reading> {
    match model.screens.last() {
        Some(Screen::Draft(reading)) => Some(reading),
        _ => None,
    }
}

/// The selected draft: the one that is read, or the one of the list.
pub(super) fn selected(model: &Model) -> Option<&Entry> {
    match model.screens.last() {
        Some(Screen::Draft(reading)) => model.drafts.get(reading.id),
        Some(Screen::Findings { selected }) => model.drafts.entries.get(*selected),
        _ => None,
    }
}

/// The text of the selected draft, if it may leave; else says why not.
pub(super) fn text(model: &mut Model) -> Option<String> {
    match cleared(model) {
        Ok(made) => made.released.as_ref().ok().map(|released| released.body.as_str().to_owned()),
        Err(why) => {
            model.message = Some(why);
            None
        }
    }
}

/// The selected draft if it is written and nothing raw is in it; else why it may not leave.
fn cleared(model: &Model) -> Result<&Made, String> {
    let made = match selected(model).map(|entry| &entry.state) {
        Some(State::Made(made)) => made,
        Some(State::Making) => return Err("It is still being written".to_owned()),
        Some(State::Unfit(why)) => return Err(format!("There is no such text: {why}")),
        None => return Err("No draft is selected".to_owned()),
    };
    match made.leaks() {
        [] => Ok(made),
        leaks => {
            let named: Vec<_> = leaks.iter().take(LEAKS_NAMED).map(ToString::to_string).collect();
            let more = if leaks.len() > LEAKS_NAMED { " …" } else { "" };
            Err(format!("It may not leave: {}{more}; e changes it", named.join("; ")))
        }
    }
}

/// Asks for the user's own words.
pub(super) fn compose(model: &mut Model) -> Option<Effect> {
    let entry = selected(model)?;
    let (id, made) = (entry.id, entry.made()?);
    if matches!(entry.sending, Sending::UnderWay(_)) {
        model.message = Some("It is being sent".to_owned());
        return None;
    }
    Some(Effect::Compose { id, text: made.draft.body.clone() })
}

/// Takes the text that the user made of a draft, and looks whether it may leave.
pub(super) fn composed(model: &mut Model, id: u64, text: String) {
    let Some(State::Made(made)) = model.drafts.get_mut(id).map(|entry| &mut entry.state) else { return };
    if text == made.draft.body {
        model.message = Some("Nothing was changed".to_owned());
        return;
    }
    let draft = made.draft.clone().rewritten(text);
    **made = Made::new(Arc::clone(&made.desk), draft, made.revision + 1);
    let left = made.leaks().len();
    if let Some(entry) = model.drafts.get_mut(id) {
        // What was saved or sent was another text.
        entry.file = None;
        if !matches!(entry.sending, Sending::UnderWay(_)) {
            entry.sending = Sending::Nothing;
        }
    }
    model.message = Some(match left {
        0 => "No raw identifier is left in it".to_owned(),
        1 => "A raw identifier is left in it: it cannot be saved, copied or sent".to_owned(),
        _ => format!("{left} raw identifiers are left in it: it cannot be saved, copied or sent"),
    });
}

/// Why the selected draft may not be written to a file, where one is selected.
pub(super) fn refusal(model: &Model) -> Option<String> {
    selected(model).and_then(|_| cleared(model).err())
}

/// What is to be written to a file for the selected draft.
pub(super) fn written(model: &mut Model, path: PathBuf, over: bool) -> Option<Effect> {
    let made = match cleared(model) {
        Ok(made) => made,
        Err(why) => {
            model.message = Some(why);
            return None;
        }
    };
    let released = made.released.as_ref().ok()?;
    let rest = released.rest.as_ref().map(|rest| {
        let [_, ending] = released.form.endings();
        let mut name = path.clone().into_os_string();
        name.push(format!(".rest.{ending}"));
        (PathBuf::from(name), rest.as_str().to_owned())
    });
    let text = released.body.as_str().to_owned();
    let id = selected(model)?.id;
    model.drafts.get_mut(id)?.file = Some((path.clone(), false));
    Some(Effect::Write { path, text, rest, over })
}

/// Takes note that a file was written.
pub(super) fn saved(model: &mut Model, path: &std::path::Path) {
    for entry in &mut model.drafts.entries {
        if let Some((_, written)) = entry.file.as_mut().filter(|(to, _)| to == path) {
            *written = true;
        }
    }
}

/// Asks where the selected draft is to be sent.
pub(super) fn ask_target(model: &mut Model) {
    let refused = match (cleared(model), selected(model).map(|entry| &entry.sending)) {
        (Err(why), _) => Some(why),
        (_, Some(Sending::UnderWay(target))) => Some(format!("It is on its way to {target}")),
        _ => None,
    };
    match (refused, selected(model).map(|entry| entry.id)) {
        (None, Some(id)) => {
            let before = model.drafts.target.as_ref().map_or_else(String::new, ToString::to_string);
            model.dialog = Some(Prompt::dialog(Asks::Target(id), before));
        }
        (refused, _) => model.message = refused,
    }
}

/// The target that was typed for a draft.
///
/// # Errors
/// If it is none, or none for its form: why.
pub(super) fn target(model: &Model, id: u64, text: &str) -> Result<Target, String> {
    let target: Target = text.trim().parse().map_err(str::to_owned)?;
    let is_form = model.drafts.get(id).is_some_and(|entry| entry.order.form.issue().is_some());
    if target.place == Place::New && !is_form {
        return Err(format!("this form is for an issue that is there: {target}#12"));
    }
    Ok(target)
}

/// Shows exactly what would be sent, and asks whether it is to be.
pub(super) fn confirm(model: &mut Model, id: u64, target: Target) {
    let Some(Ok(released)) = model.drafts.get(id).and_then(Entry::made).map(|made| made.marked()) else { return };
    let post = Post { target: &target, report: &released };
    let mut text = String::new();
    if target.place == Place::New {
        text.push_str(&format!("Title: {}\nLabels: {}\n\n", released.title, post.labels().join(", ")));
    }
    text.push_str(released.body.as_str());
    let asks = format!("{}, over {}: send this?", post.summary(), model.access.api);
    model.drafts.target = Some(target.clone());
    model.dialog = Some(Dialog::Confirm(Box::new(Confirm { asks, text, scroll: 0, then: Then::Send(id, target) })));
}

/// Sends a draft, behind.
pub(super) fn send(model: &mut Model, id: u64, target: Target) {
    let access = model.access.clone();
    let Some(entry) = model.drafts.get_mut(id) else { return };
    let Some(Ok(report)) = entry.made().map(Made::marked) else { return };
    entry.sending = Sending::UnderWay(target.clone());
    model.message = Some(format!("Being sent to {target} …"));
    model.jobs.push(Job { id, task: Task::Send { report: Box::new(report), target, access } });
}

/// Takes the selected draft away, after a question where something would be lost.
pub(super) fn ask_removal(model: &mut Model) {
    let Some(entry) = selected(model) else { return };
    let id = entry.id;
    if matches!(entry.sending, Sending::UnderWay(_)) {
        model.message = Some("It is being sent".to_owned());
    } else if entry.is_only_here() {
        let asks = "You edited this draft, and it is neither saved nor sent: take it away?".to_owned();
        let text = entry.made().map_or_else(String::new, |made| made.draft.title.clone());
        model.dialog = Some(Dialog::Confirm(Box::new(Confirm { asks, text, scroll: 0, then: Then::Remove(id) })));
    } else {
        remove(model, id);
    }
}

/// Takes a draft away.
pub(super) fn remove(model: &mut Model, id: u64) {
    model.drafts.remove(id);
    model.screens.retain(|screen| !matches!(screen, Screen::Draft(reading) if reading.id == id));
    let last = model.drafts.entries.len().saturating_sub(1);
    if let Some(Screen::Findings { selected }) = model.screens.last_mut() {
        *selected = (*selected).min(last);
    }
    model.message = Some("The draft was taken away".to_owned());
}

/// The address of the issue that the selected draft went to, or can be sent to by hand.
pub(super) fn address(model: &mut Model) -> Option<Effect> {
    let address = match &selected(model)?.sending {
        Sending::Done(_, done) => done.url().to_owned(),
        Sending::ByHand(_, prefilled) => prefilled.url.clone(),
        Sending::Nothing | Sending::UnderWay(_) | Sending::Failed(..) => String::new(),
    };
    if address.is_empty() {
        model.message = Some("There is no address yet: a sends it".to_owned());
        return None;
    }
    model.message = Some("The address was handed to the terminal's clipboard".to_owned());
    Some(Effect::Copy(visible(&address).into_owned()))
}
