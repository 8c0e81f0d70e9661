//! The lines around the screen: title, progress, footer.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::kit::bindings::Context;
use super::kit::command::Command;
use super::kit::keymap::Bound;
use super::kit::text::{address, cut, shown, width};
use super::kit::theme::Theme;
use super::model::Model;
use super::screens::ladder::LadderScreen;
use super::shared::Shared;
use super::shown::Shown;
use crate::analysis::{Analysis, Capture};
use crate::call::Call;
use crate::protocol::binary::Jid;
use crate::words::{NONE, bytes, counted, date};

/// Shown if data was lost; the key leads to the captures.
const LOSSY: &str = "! data was lost (‹captures›) ";

/// The least columns of a call-id in the title.
const TITLE_ID: usize = 20;

/// The commands in the footer where there are no calls, besides the help and the palette.
const WITHOUT_CALLS: [Command; 3] = [Command::Captures, Command::OpenFile, Command::Quit];

/// Columns of the progress bar.
const BAR: usize = 20;

/// The least and the most columns of an address in the title.
const LEAST_ADDRESS: usize = 8;
const TITLE_ADDRESS: usize = 26;

/// Draws the title: which screen this is, of what, and the position in it.
pub(super) fn title(model: &Model, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let count = model.calls.shown.len();
    let whole = usize::from(area.width);
    let selected = model.selected_call();
    let start = selected.zip(model.shared.analysis.as_ref()).and_then(|((_, judged), it)| it.start_utc(&judged.call));
    let date = start.map_or_else(String::new, date);
    let (name, right) = match (model.context_below(), model.ladder()) {
        (_, Some(screen)) if screen.calls.len() > 1 => (format!("{} calls", screen.calls.len()), date),
        (_, Some(screen)) if screen.is_of_strays() => ("Unattributed stanzas".to_owned(), date),
        (_, Some(screen)) => (called(&model.shared, screen), date),
        (Context::Calls, None) if model.shared.calls().is_empty() => ("Calls".to_owned(), String::new()),
        (Context::Calls, None) => {
            let all = model.shared.calls().len();
            let place = if count == 0 { 0 } else { model.calls.selected + 1 };
            // The filter is more important than the date.
            let right = match model.shared.filter {
                None => format!("{date}   {place} of {}", counted(count as u64, "call")),
                Some(_) => format!("{place} of {count} ({all} in total)"),
            };
            ("Calls".to_owned(), right)
        }
        (context, None) => {
            let is_verdict =
                matches!(context, Context::Questions | Context::Evidence | Context::Rules | Context::Places);
            let right = if is_verdict && model.shared.is_reading() { "provisional" } else { "" };
            (context.name().to_owned(), right.to_owned())
        }
    };
    let left = format!(" ringtrace  {name}");
    let room = whole.saturating_sub(width(&left) + width(&right) + 7);
    let what = match model.screens.last() {
        Some(Shown::Ladder(screen)) if !screen.is_of_strays() => {
            let shown = screen.place().map(|(judged, _)| judged).or(screen.calls.first());
            shown.map_or_else(String::new, |judged| call_in(&model.shared, &judged.call, room))
        }
        Some(Shown::Evidence(screen)) => screen.id().to_owned(),
        Some(Shown::Places(screen)) => screen.id().to_owned(),
        Some(Shown::Page(screen)) => screen.title().to_owned(),
        Some(Shown::Media(screen)) => call_in(&model.shared, &screen.judged().call, room),
        None => model.shared.filter.as_ref().map_or_else(
            || captures(&model.shared),
            |(text, _)| format!("filter: {}", shown(&model.shared.presentable(text.clone()), room.saturating_sub(8))),
        ),
        Some(_) => captures(&model.shared),
    };
    let left = if room > 8 { format!("{left}   {}", cut(&what, room)) } else { left };
    let right = if width(&left) + width(&right) + 2 <= whole { right } else { String::new() };
    let gap = whole.saturating_sub(width(&left) + width(&right) + 1);
    let line = Line::from(format!("{left}{}{right} ", " ".repeat(gap)));
    frame.render_widget(line.style(theme.heading.patch(theme.selected)), area);
}

/// The number of the call that is shown, and of all.
fn called(shared: &Shared, screen: &LadderScreen) -> String {
    let all = shared.calls().len();
    match screen.calls.first().and_then(|judged| shared.number_of(judged)) {
        Some(number) => format!("Call {number} of {all}"),
        None => "Call".to_owned(),
    }
}

/// A call in `room` columns.
fn call_in(shared: &Shared, call: &Call, room: usize) -> String {
    let outcome = call.progress.outcome.name();
    let each = (room.saturating_sub(outcome.len() + 5) / 2).min(TITLE_ADDRESS);
    let party = |jid: &Option<Jid>| match jid {
        Some(jid) if shared.names.in_letters => shown(&shared.names.of(jid, &call.people), each).into_owned(),
        Some(jid) => address(jid, each),
        None => NONE.to_owned(),
    };
    if each < LEAST_ADDRESS {
        return outcome.to_owned();
    }
    let parties = format!("{outcome}  {} → {}", party(&call.caller), party(&call.callee));
    let id = format!("  call-id {}", shown(&shared.call_id(&call.id), 64));
    if width(&parties) + TITLE_ID <= room { parties + &id } else { parties }
}

fn captures(shared: &Shared) -> String {
    let captures = shared.analysis.as_ref().map_or(&[][..], |analysis| &analysis.captures);
    // A folder has other files too; while it is read, no one knows which.
    let is_none = captures.iter().all(Capture::is_skipped);
    let mut named = captures.iter().filter(|capture| is_none || !capture.is_skipped());
    let Some(first) = named.next() else { return String::new() };
    let more = match named.count() {
        0 => String::new(),
        others => format!(" and {others} more"),
    };
    format!("{}{more}", shown(first.file_name(), 200))
}

/// Returns whether there is progress to show, or a warning that there will be none.
pub(super) fn has_progress(shared: &Shared) -> bool {
    shared.is_reading() || !shared.analysis.as_ref().is_some_and(|analysis| analysis.complete)
}

/// Draws the progress of loading.
pub(super) fn progress(shared: &Shared, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let line = match shared.reloading.as_ref().or(shared.analysis.as_ref()) {
        _ if !shared.is_reading() => {
            Line::styled(" Loading stopped before the end of the captures: what is shown is incomplete.", theme.warning)
        }
        None => Line::styled(" Loading …", theme.accent),
        Some(analysis) if (shared.live.is_on || shared.live.is_paused) && shared.reloading.is_none() => {
            following(shared, analysis, area.width.into(), theme)
        }
        Some(analysis) => how_far(analysis, theme),
    };
    frame.render_widget(line, area);
}

fn how_far(analysis: &Analysis, theme: &Theme) -> Line<'static> {
    let read: u64 = analysis.captures.iter().map(|capture| capture.bytes).sum();
    let records: u64 = analysis.captures.iter().map(|capture| capture.records).sum();
    let size: Option<u64> = analysis.captures.iter().map(|capture| capture.size).sum();
    let counts = format!("{}   {}", counted(records, "record"), counted(analysis.calls.len() as u64, "call"));
    match size.filter(|size| *size > 0) {
        Some(size) => {
            let percent = u64::try_from(u128::from(read.min(size)) * 100 / u128::from(size)).unwrap_or(100);
            let full = usize::try_from(percent).unwrap_or(100) * BAR / 100;
            Line::from(vec![
                Span::raw(" Loading "),
                Span::styled("█".repeat(full), theme.accent),
                Span::styled("░".repeat(BAR.saturating_sub(full)), theme.muted),
                Span::raw(format!(" {percent}%   {} of {}   {counts}", bytes(read), bytes(size))),
            ])
        }
        None => {
            let doing = if analysis.caught_up { "Waiting for more" } else { "Loading" };
            Line::from(format!(" {doing}   {}   {counts}", bytes(read)))
        }
    }
}

/// What is shown of captures that are followed: as many parts as fit.
fn following(shared: &Shared, analysis: &Analysis, room: usize, theme: &Theme) -> Line<'static> {
    let live = &shared.live;
    let read: u64 = analysis.captures.iter().map(|capture| capture.bytes).sum();
    let records: u64 = analysis.captures.iter().map(|capture| capture.records).sum();
    let calls = analysis.calls.len();
    let key = |name: &str, does: &str| shared.keymap.key_of(name).map(|key| format!("{key} {does}"));
    let (doing, continues) = match () {
        () if live.is_paused => {
            let more = live.held_calls().map_or(0, |held| held.saturating_sub(calls));
            let more = if more == 0 { String::new() } else { format!(": {} more", counted(more as u64, "call")) };
            (format!("Paused{more}"), "continue")
        }
        () if analysis.caught_up => ("Following".to_owned(), "pause"),
        () => ("Catching up".to_owned(), "pause"),
    };
    let new = if live.count() > 0 { format!(", {} new", live.count()) } else { String::new() };
    let parts = [
        Some(format!("{}{new}", counted(calls as u64, "call"))),
        Some("verdicts provisional".to_owned()),
        live.scrolls.then(|| "auto-scroll".to_owned()),
        key("pause", continues),
        key("follow", "stop"),
        Some(format!("{}, {}", counted(records, "record"), bytes(read))),
    ];
    let mut text = format!(" {doing}");
    for part in parts.into_iter().flatten() {
        if width(&text) + width(&part) + 3 <= room {
            text.push_str("   ");
            text.push_str(&part);
        }
    }
    Line::styled(text, if live.is_paused { theme.warning } else { theme.accent })
}

/// Draws the message, otherwise the most important keys of the context, as many as fit.
pub(super) fn footer(model: &Model, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let context = model.context();
    if let Some(message) = &model.shared.message {
        let text = format!(" {}", shown(message, usize::from(area.width).saturating_sub(1)));
        frame.render_widget(Line::styled(text, theme.accent), area);
        return;
    }
    let mut spans = Vec::new();
    let mut words = vec![""];
    let mut room = usize::from(area.width);
    // The help and the palette are always included: they lead to everything else.
    let always = |bound: &&Bound| matches!(bound.binding.name, "help" | "palette");
    // Without calls, the captures are shown instead.
    let is_empty = context == Context::Calls && model.shared.calls().is_empty();
    let is_useful = |bound: &&Bound| !is_empty || always(bound) || WITHOUT_CALLS.contains(&bound.binding.command);
    let bound: Vec<&Bound> = model.shared.keymap.in_context(context).filter(is_useful).collect();
    let kept: usize = bound.iter().filter(|bound| always(bound)).map(|bound| columns(bound)).sum();
    // What the user waits for, and losses, are more important than other keys.
    let is_lossy = model.shared.lossy && context != Context::Captures;
    let right = model.waits_for().or_else(|| is_lossy.then(|| model.shared.keymap.hinted(LOSSY)));
    let mut others = room.saturating_sub(kept + right.as_deref().map_or(0, width));
    for bound in bound {
        let word = bound.binding.footer;
        let is_useless = bound.binding.command == Command::Complete && !model.shared.has_completions();
        let Some(key) = bound.keys.first().filter(|_| !is_useless && !words.contains(&word)) else { continue };
        let budget = if always(&bound) { &mut room } else { &mut others };
        let Some(left) = budget.checked_sub(columns(bound)) else { continue };
        *budget = left;
        words.push(word);
        spans.push(Span::styled(format!(" {key}"), theme.accent));
        spans.push(Span::styled(format!(" {word} "), theme.muted));
    }
    let taken: usize = spans.iter().map(Span::width).sum();
    frame.render_widget(Line::from(spans), area);
    if let Some(right) = right.filter(|right| width(right) + taken <= usize::from(area.width)) {
        frame.render_widget(Line::styled(right, theme.warning).right_aligned(), area);
    }
}

/// The columns that a command takes in the footer.
fn columns(bound: &Bound) -> usize {
    let key = bound.keys.first().map_or(0, |key| width(&key.to_string()));
    key + width(bound.binding.footer) + 3
}
