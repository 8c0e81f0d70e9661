//! What is done with drafts: writing them, editing, saving and sending.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::github::{Place, Post, Target};
use crate::redact::Redacted;
use crate::report::{self, Form};
use crate::tui::background::{Job, JobDone, Outcome, Task};
use crate::tui::dialog::{Asks, Confirm, Dialog, Prompt, Then};
use crate::tui::drafts::{Entry, Ready, Request, Sending, State, about, forms};
use crate::tui::kit::command::Effect;
use crate::tui::screen::Formats;
use crate::tui::shared::Shared;
use crate::visible::visible;
use crate::words::{capitalised, counted};

const DRAFT: Formats = &[("md", "the draft as it is sent")];
const CORPUS: Formats = &[("yaml", "the draft as an entry of the spec's corpus")];

/// The most leaks named in a message.
const LEAKS_NAMED: usize = 3;

/// What a draft can be written as.
pub(in crate::tui) fn formats(shared: &Shared, id: u64) -> Option<(String, Formats)> {
    let entry = shared.drafts.get(id)?;
    Some((format!("finding-{id}"), if entry.request.form == Form::Corpus { CORPUS } else { DRAFT }))
}

/// The title of a draft, or what it is about if it is not ready.
pub(in crate::tui) fn title(entry: &Entry) -> String {
    match &entry.state {
        State::Ready(ready) => ready.draft.title.clone(),
        State::Writing | State::Impossible(_) => about(&entry.request.subject),
    }
}

/// Starts a draft with the selected one of the suitable forms; returns its number.
pub(in crate::tui) fn start(
    shared: &mut Shared,
    subject: report::Subject,
    stanza: Option<(usize, usize)>,
    selected: usize,
) -> Option<u64> {
    let (form, analysis) = (forms(&subject).get(selected).copied()?, shared.analysis.clone()?);
    let shows_one = matches!(form, Form::StanzaCapture | Form::Corpus);
    let request = Request { subject, form, stanza: stanza.filter(|_| shows_one) };
    let (id, is_new) = shared.drafts.begin(request);
    if is_new {
        let task = Task::Draft { request, analysis, source: shared.source.clone(), here: shared.here.clone() };
        shared.jobs.push(Job { id, task });
    } else {
        shared.say("This draft already exists. Edit it, or delete it and draft again.");
    }
    Some(id)
}

/// Takes the result of a job. `is_shown` tells whether a draft is on the screen.
pub(in crate::tui) fn finished(shared: &mut Shared, done: JobDone, is_shown: impl Fn(u64) -> bool) {
    let JobDone { id, outcome } = done;
    let Some(entry) = shared.drafts.get_mut(id) else { return };
    let message = match outcome {
        Outcome::Drafted(source, drafted) => {
            entry.state = match drafted {
                Ok(draft) => State::Ready(Box::new(Ready::new(Arc::clone(&source), *draft, 0))),
                Err(why) => State::Impossible(why),
            };
            shared.source = Some(source);
            return;
        }
        Outcome::Board(_) | Outcome::Pseudonyms(..) | Outcome::Listed(_) | Outcome::Written(_) => return,
        Outcome::Sent(target, Ok(done)) => {
            let message = format!("{}: {}", capitalised(done.summary()), done.url());
            entry.sending = Sending::Done(target, done);
            message
        }
        Outcome::Sent(target, Err(error)) => {
            let message = format!("Not sent to {target}: {error}");
            entry.sending = Sending::Failed(target, error.to_string());
            message
        }
        Outcome::NoToken(target, prefilled) => {
            entry.sending = Sending::ByHand(target, prefilled);
            let name = entry.file_name();
            // It can be saved instead, unless something else is being asked.
            if shared.dialog.is_none() && is_shown(id) {
                shared.dialog = Some(Prompt::dialog(Asks::Save(None), name));
            }
            "No token in GITHUB_TOKEN or gh: save the draft here (‹copy-address›: copy the URL of a prefilled form)"
                .to_owned()
        }
        Outcome::Failed => {
            let why = "internal error".to_owned();
            match std::mem::replace(&mut entry.sending, Sending::Nothing) {
                Sending::InProgress(target) => entry.sending = Sending::Failed(target, why),
                _ => entry.state = State::Impossible(why),
            }
            return;
        }
    };
    shared.say(message);
}

/// The text of a draft if it may be released; otherwise the reason is shown.
pub(in crate::tui) fn text(shared: &mut Shared, id: u64) -> Option<String> {
    match cleared(shared, id) {
        Ok(ready) => ready.released.as_ref().ok().map(|released| released.body.as_str().to_owned()),
        Err(why) => {
            shared.say(why);
            None
        }
    }
}

/// A draft that is ready and contains no raw identifiers; otherwise why it may not be released.
fn cleared(shared: &Shared, id: u64) -> Result<&Ready, String> {
    let ready = match shared.drafts.get(id).map(|entry| &entry.state) {
        Some(State::Ready(ready)) => ready,
        Some(State::Writing) => return Err("Still being written".to_owned()),
        Some(State::Impossible(why)) => return Err(format!("Cannot draft this: {why}")),
        None => return Err("No draft is selected".to_owned()),
    };
    match ready.leaks() {
        [] => Ok(ready),
        leaks => {
            let named: Vec<_> = leaks.iter().take(LEAKS_NAMED).map(ToString::to_string).collect();
            let more = if leaks.len() > LEAKS_NAMED { " …" } else { "" };
            Err(format!("Blocked by the leak check: {}{more} (‹compose›: edit)", named.join("; ")))
        }
    }
}

/// Opens a draft in the user's editor.
pub(in crate::tui) fn compose(shared: &mut Shared, id: u64) -> Option<Effect> {
    let entry = shared.drafts.get(id)?;
    let text = entry.ready()?.draft.body.clone();
    if matches!(entry.sending, Sending::InProgress(_)) {
        shared.say("Being sent");
        return None;
    }
    Some(Effect::Compose { id, text })
}

/// Takes the edited text of a draft, and checks it for raw identifiers.
pub(in crate::tui) fn composed(shared: &mut Shared, id: u64, text: String) {
    let Some(entry) = shared.drafts.get_mut(id) else { return };
    let State::Ready(ready) = &mut entry.state else { return };
    if text == ready.draft.body {
        return shared.say("No changes");
    }
    let draft = ready.draft.clone().rewritten(text);
    **ready = Ready::new(Arc::clone(&ready.source), draft, ready.revision + 1);
    let left = ready.leaks().len();
    // What was saved or sent was another text.
    entry.file = None;
    if !matches!(entry.sending, Sending::InProgress(_)) {
        entry.sending = Sending::Nothing;
    }
    shared.say(match left {
        0 => "Leak check passed: no raw identifiers".to_owned(),
        _ => format!("Leak check failed: {} (save, copy and send are blocked)", counted(left as u64, "raw identifier")),
    });
}

/// Why a draft must not be written to a file, if so.
pub(in crate::tui) fn refusal(shared: &Shared, id: u64) -> Option<String> {
    cleared(shared, id).err()
}

/// Writes a draft to a file.
pub(in crate::tui) fn save(shared: &mut Shared, id: u64, path: PathBuf, over: bool) -> Option<Effect> {
    let text = text(shared, id)?;
    let entry = shared.drafts.get_mut(id)?;
    let released = entry.ready()?.released.as_ref().ok()?;
    let rest = released.rest.as_ref().map(|rest| {
        let [_, ending] = released.form.endings();
        let mut name = path.clone().into_os_string();
        name.push(format!(".rest.{ending}"));
        (PathBuf::from(name), rest.iter().map(Redacted::as_str).collect())
    });
    entry.file = Some((path.clone(), false));
    Some(Effect::Write { path, text, rest, over })
}

/// Takes note that a file was written.
pub(in crate::tui) fn saved(shared: &mut Shared, path: &Path) {
    for entry in &mut shared.drafts.entries {
        if let Some((_, written)) = entry.file.as_mut().filter(|(to, _)| to == path) {
            *written = true;
        }
    }
}

/// Asks where to send a draft.
pub(in crate::tui) fn ask_target(shared: &mut Shared, id: u64) {
    let refused = match (cleared(shared, id), shared.drafts.get(id).map(|entry| &entry.sending)) {
        (Err(why), _) => Some(why),
        (_, Some(Sending::InProgress(target))) => Some(format!("Being sent to {target}")),
        _ => None,
    };
    match refused {
        None => {
            let previous = shared.drafts.target.as_ref().map_or_else(String::new, ToString::to_string);
            shared.dialog = Some(Prompt::dialog(Asks::Target(id), previous));
        }
        Some(why) => shared.say(why),
    }
}

/// Parses the target for a draft.
///
/// # Errors
/// If it is not a target, or not one for the form of the draft.
pub(in crate::tui) fn target(shared: &Shared, id: u64, text: &str) -> Result<Target, String> {
    let target: Target = text.trim().parse().map_err(str::to_owned)?;
    let is_form = shared.drafts.get(id).is_some_and(|entry| entry.request.form.issue().is_some());
    if target.place == Place::New && !is_form {
        return Err(format!("this form requires an existing issue: {target}#12"));
    }
    Ok(target)
}

/// Shows exactly what would be sent, and asks for confirmation.
pub(in crate::tui) fn confirm(shared: &mut Shared, id: u64, target: Target) {
    let Some(Ok(released)) = shared.drafts.get(id).and_then(Entry::ready).map(Ready::marked) else { return };
    let post = Post { target: &target, report: &released };
    let mut text = String::new();
    if target.place == Place::New {
        text.push_str(&format!("Title: {}\nLabels: {}\n\n", released.title, post.labels().join(", ")));
    }
    text.push_str(released.body.as_str());
    let question = format!("{}, over {}: send this?", post.summary(), shared.access.api);
    shared.drafts.target = Some(target.clone());
    let confirm = Confirm { question, text, scroll: 0, then: Then::Send(id, target) };
    shared.dialog = Some(Dialog::Confirm(Box::new(confirm)));
}

/// Sends a draft in the background.
pub(in crate::tui) fn send(shared: &mut Shared, id: u64, target: Target) {
    let access = shared.access.clone();
    let Some(entry) = shared.drafts.get_mut(id) else { return };
    let Some(Ok(report)) = entry.ready().map(Ready::marked) else { return };
    entry.sending = Sending::InProgress(target.clone());
    shared.say(format!("Sending to {target} …"));
    shared.jobs.push(Job { id, task: Task::Send { report: Box::new(report), target, access } });
}

/// Returns whether a draft can be deleted right away; asks first if that would lose something.
pub(in crate::tui) fn ask_removal(shared: &mut Shared, id: u64) -> bool {
    let Some(entry) = shared.drafts.get(id) else { return false };
    if matches!(entry.sending, Sending::InProgress(_)) {
        shared.say("Being sent");
        return false;
    }
    if !entry.is_only_here() {
        return true;
    }
    let question = "Discard this draft? Your edits have not been saved or sent.".to_owned();
    let text = title(entry);
    let confirm = Confirm { question, text, scroll: 0, then: Then::Remove(id) };
    shared.dialog = Some(Dialog::Confirm(Box::new(confirm)));
    false
}

/// Copies the URL of the issue that a draft went to, or of a prefilled form.
pub(in crate::tui) fn copy_address(shared: &mut Shared, id: u64) -> Option<Effect> {
    let address = match &shared.drafts.get(id)?.sending {
        Sending::Done(_, done) => done.url().to_owned(),
        Sending::ByHand(_, prefilled) => prefilled.url.clone(),
        Sending::Nothing | Sending::InProgress(_) | Sending::Failed(..) => String::new(),
    };
    if address.is_empty() {
        shared.say("No URL yet (‹attach›: send it)");
        return None;
    }
    shared.say("URL copied to the clipboard");
    Some(Effect::Copy(visible(&address).into_owned()))
}
