//! The lines around the screen: title, progress, keys.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::analysis::Analysis;
use crate::call::Call;
use crate::tui::keymap::{Context, KEYMAP};
use crate::tui::model::Model;
use crate::tui::quantity::{NONE, bytes, counted, date};
use crate::tui::text::{address, cut, shown, width};
use crate::tui::theme::Theme;

/// What leads to the captures where something was lost.
const LOSSY: &str = "! not everything was read: c ";

/// The least columns of a call-id in the title.
const TITLE_ID: usize = 20;

/// Columns of the progress bar.
const BAR: usize = 20;

/// The least and the most columns of an address in the title.
const LEAST_ADDRESS: usize = 8;
const TITLE_ADDRESS: usize = 26;

/// Draws the title: which screen this is, of what, and where in it.
pub(super) fn title(model: &Model, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let count = model.calls().len();
    let call = model.calls().get(model.selected).map(|judged| &judged.call);
    let date = call
        .zip(model.analysis.as_ref())
        .and_then(|(call, analysis)| analysis.start_utc(call))
        .map_or_else(String::new, date);
    let (name, right) = match (model.context_below_help(), &model.opened) {
        (Context::Captures, _) => ("Captures".to_owned(), String::new()),
        (_, Some(_)) => (format!("Call {} of {count}", model.selected + 1), date),
        (_, None) if count == 0 => ("Calls".to_owned(), String::new()),
        (_, None) => {
            ("Calls".to_owned(), format!("{date}   {} of {}", model.selected + 1, counted(count as u64, "call")))
        }
    };
    let left = format!(" ringtrace  {name}");
    let whole = usize::from(area.width);
    let room = whole.saturating_sub(width(&left) + width(&right) + 7);
    let what = match (&model.opened, model.context_below_help()) {
        (Some(opened), Context::Ladder | Context::Stanza) => call_in(&opened.judged.call, room),
        _ => captures(model),
    };
    let left = if room > 8 { format!("{left}   {}", cut(&what, room)) } else { left };
    let right = if width(&left) + width(&right) + 2 <= whole { right } else { String::new() };
    let gap = whole.saturating_sub(width(&left) + width(&right) + 1);
    let line = Line::from(format!("{left}{}{right} ", " ".repeat(gap)));
    frame.render_widget(line.style(theme.heading.patch(theme.selected)), area);
}

/// A call in some `room` columns: what does not fit can be cut off.
fn call_in(call: &Call, room: usize) -> String {
    let outcome = call.course.outcome.name();
    let each = (room.saturating_sub(outcome.len() + 5) / 2).min(TITLE_ADDRESS);
    let party = |jid: &Option<_>| jid.as_ref().map_or_else(|| NONE.to_owned(), |jid| address(jid, each));
    if each < LEAST_ADDRESS {
        return outcome.to_owned();
    }
    let parties = format!("{outcome}  {} → {}", party(&call.caller), party(&call.callee));
    let id = format!("  call-id {}", shown(&call.id, 64));
    if width(&parties) + TITLE_ID <= room { parties + &id } else { parties }
}

fn captures(model: &Model) -> String {
    let captures = model.analysis.as_ref().map_or(&[][..], |analysis| &analysis.captures);
    let Some((first, others)) = captures.split_first() else { return String::new() };
    let file = first.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
    format!("{}{more}", shown(file, 200))
}

/// Whether there is progress to show, or that there will be none.
pub(super) fn has_progress(model: &Model) -> bool {
    model.is_reading() || !model.analysis.as_ref().is_some_and(|analysis| analysis.complete)
}

/// Draws how far reading has come.
pub(super) fn progress(model: &Model, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let line = match &model.analysis {
        _ if !model.is_reading() => {
            Line::styled(" Reading stopped before the captures ended: what is shown is incomplete.", theme.warning)
        }
        None => Line::styled(" Reading …", theme.accent),
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
                Span::raw(" Reading "),
                Span::styled("█".repeat(full), theme.accent),
                Span::styled("░".repeat(BAR.saturating_sub(full)), theme.muted),
                Span::raw(format!(" {percent}%   {} of {}   {counts}", bytes(read), bytes(size))),
            ])
        }
        None => Line::from(format!(" Reading   {}   {counts}", bytes(read))),
    }
}

/// Draws the keys that matter most here, as many as fit.
pub(super) fn footer(model: &Model, theme: &Theme, frame: &mut Frame<'_>, area: Rect) {
    let context = model.context();
    let mut spans = Vec::new();
    let mut words = vec![""];
    let mut room = usize::from(area.width);
    for binding in KEYMAP.iter().filter(|binding| binding.contexts.contains(&context)) {
        let Some(key) = binding.keys.first().filter(|_| !words.contains(&binding.footer)) else { continue };
        words.push(binding.footer);
        let (key, word) = (format!(" {key}"), format!(" {} ", binding.footer));
        let Some(left) = room.checked_sub(width(&key) + width(&word)) else { break };
        room = left;
        spans.push(Span::styled(key, theme.accent));
        spans.push(Span::styled(word, theme.muted));
    }
    frame.render_widget(Line::from(spans), area);
    if model.lossy && context != Context::Captures && width(LOSSY) <= room {
        frame.render_widget(Line::styled(LOSSY, theme.warning).right_aligned(), area);
    }
}
