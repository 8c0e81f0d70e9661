//! A draft: its text exactly as it will be sent, what was replaced in it, and editing, saving and sending it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::github::{Place, Post, Target};
use crate::redact::Replaced;
use crate::report::{self, Form};
use crate::tui::background::{Job, JobDone, Outcome, Task};
use crate::tui::dialog::{Asks, Confirm, Dialog, Prompt, Then};
use crate::tui::drafts::{Entry, Ready, Request, Sending, State, about, forms};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::{Command, Effect, Movement};
use crate::tui::kit::pane::{self, Canvas, Viewport};
use crate::tui::kit::text::{cut, visible_all, width, wrap};
use crate::tui::kit::theme::{Theme, ThemeName};
use crate::tui::screen::{Formats, Screen, Step, scrolled, texts};
use crate::tui::shared::Shared;
use crate::visible::visible;
use crate::words::{capitalised, counted};

const DRAFT: Formats = &[("md", "the draft as it is sent")];
const CORPUS: Formats = &[("yaml", "the draft as an entry of the spec's corpus")];

/// The most leaks named in a message.
const LEAKS_NAMED: usize = 3;

/// From this width on the replacements are next to the text, otherwise below it.
const WIDE: u16 = 120;

/// Columns of the replacements next to the text.
const REPLACED: u16 = 52;

/// Below this height there is room for only one of them.
const LEAST_SHARED: u16 = 10;

/// The most characters of a URL shown.
const ADDRESS: usize = 120;

/// A draft being read.
#[derive(Clone, Debug)]
pub(in crate::tui) struct DraftScreen {
    /// The draft's number.
    id: u64,
    scroll: usize,
    replaced_scroll: usize,
    /// Whether the list of replacements has the focus.
    in_replaced: bool,
    /// Whether the replaced values are shown.
    raw: bool,
}

impl DraftScreen {
    /// A draft at its start.
    pub(in crate::tui) const fn of(id: u64) -> Self {
        Self { id, scroll: 0, replaced_scroll: 0, in_replaced: false, raw: false }
    }

    /// The draft's number.
    pub(in crate::tui) const fn id(&self) -> u64 {
        self.id
    }
}

impl Screen for DraftScreen {
    fn context(&self) -> Context {
        Context::Draft
    }

    fn go(&mut self, movement: Movement, shared: &Shared) {
        let scroll = if self.in_replaced { &mut self.replaced_scroll } else { &mut self.scroll };
        scrolled(scroll, movement, shared);
    }

    fn update(&mut self, command: Command, _shared: &mut Shared) -> Option<Step> {
        match command {
            Command::SwitchFocus => self.in_replaced = !self.in_replaced,
            Command::Pseudonyms => self.raw = !self.raw,
            _ => {}
        }
        None
    }

    fn lines(&self, shared: &Shared) -> Option<Vec<String>> {
        let ready = shared.drafts.get(self.id)?.ready()?;
        Some(texts(&body(ready, shared.viewport.columns, &Theme::of(ThemeName::None))))
    }

    fn found(&mut self, place: usize, _shared: &mut Shared) {
        (self.in_replaced, self.scroll) = (false, place);
    }

    fn subject(&self, shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        let request = shared.drafts.get(self.id)?.request;
        Some((request.subject, request.stanza))
    }

    fn draft(&self, _shared: &Shared) -> Option<u64> {
        Some(self.id)
    }

    fn formats(&self, shared: &Shared) -> Option<(String, Formats)> {
        formats(shared, self.id)
    }
}

/// What a draft can be written as.
pub(super) fn formats(shared: &Shared, id: u64) -> Option<(String, Formats)> {
    let entry = shared.drafts.get(id)?;
    Some((format!("finding-{id}"), if entry.request.form == Form::Corpus { CORPUS } else { DRAFT }))
}

/// The title of a draft, or what it is about if it is not ready.
pub(super) fn title(entry: &Entry) -> String {
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
            "No token in GITHUB_TOKEN or gh: save the draft here (u: copy the URL of a prefilled form)".to_owned()
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
            Err(format!("Blocked by the leak check: {}{more} (e: edit)", named.join("; ")))
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
        (PathBuf::from(name), rest.as_str().to_owned())
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
        shared.say("No URL yet (a: send it)");
        return None;
    }
    shared.say("URL copied to the clipboard");
    Some(Effect::Copy(visible(&address).into_owned()))
}

/// The text as last written, and what it depends on.
#[derive(Debug, Default)]
pub(in crate::tui) struct Cache {
    key: Option<(u64, u64, u16, Theme)>,
    lines: Vec<Line<'static>>,
}

impl Cache {
    fn lines(&mut self, id: u64, ready: &Ready, columns: u16, theme: &Theme) -> &[Line<'static>] {
        let key = (id, ready.revision, columns, *theme);
        if self.key != Some(key) {
            self.lines = body(ready, columns.into(), theme);
            self.key = Some(key);
        }
        &self.lines
    }
}

/// Draws a draft.
pub(in crate::tui) fn draw(
    screen: &DraftScreen,
    shared: &Shared,
    cache: &mut Cache,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    let Some(entry) = shared.drafts.get(screen.id) else {
        frame.render_widget(Line::styled("This draft was deleted.", theme.muted), area);
        return Viewport::default();
    };
    let ready = match &entry.state {
        State::Ready(ready) => ready,
        State::Writing => {
            frame.render_widget(Line::styled("Writing the draft …", theme.accent), area);
            return Viewport::default();
        }
        State::Impossible(why) => {
            let text = format!("Cannot draft this: {}.", visible_all(why));
            return pane::text(&wrap(&[Span::styled(text, theme.warning)], area.width.into(), 0), 0, frame, area);
        }
    };
    let (head, body, replaced) = if area.height < LEAST_SHARED {
        let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        if screen.in_replaced { (head, None, Some(body)) } else { (head, Some(body), None) }
    } else if area.width >= WIDE {
        let [left, _, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(2), Constraint::Length(REPLACED)]).areas(area);
        let [head, body] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(left);
        (head, Some(body), Some(right))
    } else {
        let [head, body, replaced] =
            Layout::vertical([Constraint::Length(1), Constraint::Fill(3), Constraint::Fill(2)]).areas(area);
        (head, Some(body), Some(replaced))
    };
    let (mut seen, mut place) = (Viewport::default(), String::new());
    if let Some(body) = body {
        let of_body = pane::text(cache.lines(entry.id, ready, body.width, theme), screen.scroll, frame, body);
        if !screen.in_replaced {
            seen = of_body;
        }
        place = pane::position(screen.scroll, of_body);
    }
    let title = visible_all(&title(entry)).into_owned();
    let title = cut(&title, usize::from(head.width).saturating_sub(width(&place))).into_owned();
    frame.render_widget(Line::styled(title, theme.heading), head);
    frame.render_widget(Line::styled(place, theme.muted).right_aligned(), head);
    if let Some(area) = replaced {
        let [heading, list] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
        let lines = details(entry, ready, screen.raw, list.width.into(), theme);
        let of_list = pane::text(&lines, screen.replaced_scroll, frame, list);
        let heading_text = if screen.raw { "Replaced (p: hide the values) " } else { "Replaced (p: show the values) " };
        let place = pane::position(screen.replaced_scroll, of_list);
        let style = if screen.in_replaced { theme.accent } else { theme.muted };
        let rest = "─".repeat(usize::from(heading.width).saturating_sub(width(heading_text) + width(&place) + 2));
        frame.render_widget(Line::styled(format!("─ {heading_text}{rest}{place}"), style), heading);
        if screen.in_replaced {
            seen = of_list;
        }
    }
    seen
}

/// The text, line by line as it will be sent; lines with raw identifiers are highlighted.
fn body(ready: &Ready, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let leaking: BTreeSet<usize> = ready.leaks().iter().map(|leak| leak.line).collect();
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(ready.draft.body.lines()) {
        let style = match (leaking.contains(&number), line.starts_with("### ") || line.starts_with("**")) {
            (true, _) => theme.violated,
            (false, true) => theme.heading,
            (false, false) => Style::new(),
        };
        let sign = if leaking.contains(&number) { "✗ " } else { "" };
        lines.extend(wrap(&[Span::styled(sign, style), Span::styled(visible_all(line), style)], columns, 0));
    }
    lines
}

/// Details of the draft: raw identifiers left in it, where it was sent, and what was replaced.
fn details(entry: &Entry, ready: &Ready, raw: bool, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut line = |text: &str, style: Style| lines.extend(wrap(&[Span::styled(visible_all(text), style)], columns, 2));
    for leak in ready.leaks() {
        line(&format!("✗ {leak}"), theme.violated);
    }
    if !ready.leaks().is_empty() {
        line("It cannot be saved, copied or sent. Edit it (e) to remove them.", theme.warning);
    }
    match &entry.sending {
        Sending::Nothing => line("Not sent (a: send it)", theme.muted),
        Sending::InProgress(target) => line(&format!("Sending to {target} …"), theme.accent),
        Sending::Done(target, done) => {
            line(&format!("To {target}, {}: {}", done.summary(), shortened(done.url())), theme.accent);
        }
        Sending::Failed(target, why) => line(&format!("Not sent to {target}: {why}"), theme.warning),
        Sending::ByHand(target, prefilled) => {
            line(
                &format!("No token. To submit manually to {target}, open {} (u: copy)", shortened(&prefilled.url)),
                theme.accent,
            );
            if !prefilled.left_out.is_empty() {
                line(&format!("Too long for the URL: {}", prefilled.left_out.join(", ")), theme.warning);
            }
        }
    }
    if let Some(note) = &ready.draft.note {
        line(note, theme.muted);
    }
    if ready.draft.rest.is_some() {
        line("Too long for an issue; the rest is saved in a second file.", theme.warning);
    }
    for replaced in &ready.replaced {
        lines.extend(wrap(&replacement(replaced, raw, theme), columns, 2));
    }
    let times = "times of day → times since the start of the capture or call";
    lines.extend(wrap(&[Span::styled(times, theme.muted)], columns, 2));
    lines
}

/// What was replaced by what, and how often: `address → B ×8`.
fn replacement(replaced: &Replaced, raw: bool, theme: &Theme) -> Vec<Span<'static>> {
    let Replaced { shown, kind, raw: was, count } = replaced;
    let mut spans = vec![Span::raw((*kind).to_owned()), Span::styled(" → ", theme.muted)];
    spans.push(Span::styled(visible_all(shown).into_owned(), theme.accent));
    spans.push(Span::styled(format!(" ×{count}"), theme.muted));
    if raw && !was.is_empty() {
        spans.push(Span::raw(format!("  {}", visible_all(&was.join(", ")))));
    }
    spans
}

fn shortened(text: &str) -> String {
    let mut kept: String = text.chars().take(ADDRESS).collect();
    if kept.len() < text.len() {
        kept.push('…');
    }
    kept
}
