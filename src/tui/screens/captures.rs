//! The captures: what was read, what was not, why, and what to do about it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::analysis::{Analysis, Capture, Connection, KeyLog};
use crate::anomaly::{Kind, Severity, Tally};
use crate::call::People;
use crate::keys::SessionId;
use crate::origin::{CaptureId, ConnectionId};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::{Command, Movement};
use crate::tui::kit::key::Key;
use crate::tui::kit::names::Names;
use crate::tui::kit::pane::{self, Canvas, Viewport};
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::kit::theme::{Theme, ThemeName};
use crate::tui::screen::{Screen, Step, scrolled, texts};
use crate::tui::shared::Shared;
use crate::words::{bytes, counted};

/// The most connections of one capture shown.
const CONNECTIONS_SHOWN: usize = 1_000;

/// The most files named that are not captures, and the most connections named that a key log opened.
const FILES_NAMED: usize = 3;
const OPENED_NAMED: usize = 12;

/// Before what was lost or contradicts itself.
const PROBLEM: &str = "! ";

/// Indents of lines about a capture, and about a connection in it.
const OF_CAPTURE: usize = 2;
const OF_CONNECTION: usize = 4;

/// The captures.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Captures {
    scroll: usize,
    /// The line of the problem last gone to.
    problem: Option<usize>,
}

impl Screen for Captures {
    fn context(&self) -> Context {
        Context::Captures
    }

    fn go(&mut self, movement: Movement, shared: &Shared) {
        scrolled(&mut self.scroll, movement, shared);
        self.problem = None;
    }

    fn lines(&self, shared: &Shared) -> Option<Vec<String>> {
        let theme = Theme::of(ThemeName::None);
        Some(texts(&report(shared.analysis.as_ref()?, shared, shared.viewport.columns, &theme)))
    }

    fn found(&mut self, place: usize, _shared: &mut Shared) {
        self.scroll = place;
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        if let Command::NextEvidence | Command::PreviousEvidence = command {
            let lines = self.lines(shared).unwrap_or_default();
            let is_problem = |line: &usize| lines.get(*line).is_some_and(|line| line.trim_start().starts_with(PROBLEM));
            let problems: Vec<usize> = (0..lines.len()).filter(is_problem).collect();
            let place = match command {
                Command::NextEvidence => {
                    let from = self.problem.map_or(self.scroll, |at| at + 1);
                    problems.iter().position(|line| *line >= from)
                }
                _ => problems.iter().rposition(|line| *line < self.problem.unwrap_or(self.scroll)),
            };
            match place.and_then(|place| Some((place, *problems.get(place)?))) {
                Some((place, line)) => {
                    (self.scroll, self.problem) = (line, Some(line));
                    shared.say(format!("Problem {} of {}", place + 1, problems.len()));
                }
                None if problems.is_empty() => shared.say("No problems: everything was read"),
                None => shared.say("No more problems"),
            }
        }
        None
    }
}

/// The text as last written, and what it depends on.
#[derive(Debug, Default)]
pub(in crate::tui) struct Cache {
    key: Option<(Arc<Analysis>, u16, Theme, bool)>,
    lines: Vec<Line<'static>>,
}

impl Cache {
    fn lines(&mut self, shared: &Shared, analysis: &Arc<Analysis>, columns: u16, theme: &Theme) -> &[Line<'static>] {
        let letters = shared.names.in_letters;
        let fresh = self.key.as_ref().is_some_and(|(of, at, look, named)| {
            Arc::ptr_eq(of, analysis) && *at == columns && look == theme && *named == letters
        });
        if !fresh {
            self.lines = report(analysis, shared, columns.into(), theme);
            self.key = Some((Arc::clone(analysis), columns, *theme, letters));
        }
        &self.lines
    }
}

/// Draws the report on the captures.
pub(in crate::tui) fn draw(screen: &Captures, shared: &Shared, cache: &mut Cache, canvas: Canvas<'_, '_>) -> Viewport {
    let Canvas { theme, frame, area, .. } = canvas;
    let Some(analysis) = &shared.analysis else { return Viewport::default() };
    pane::text(cache.lines(shared, analysis, area.width, theme), screen.scroll, frame, area)
}

/// Draws the report instead of an empty list of calls.
pub(in crate::tui) fn draw_instead(shared: &Shared, cache: &mut Cache, mut canvas: Canvas<'_, '_>) -> Viewport {
    let text = if shared.is_reading() { "No calls so far." } else { "No calls found." };
    let [first, _, rest] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(u16::from(canvas.area.height > 4)),
        Constraint::Fill(1),
    ])
    .areas(canvas.area);
    canvas.frame.render_widget(Line::styled(text, canvas.theme.heading), first);
    draw(&Captures::default(), shared, cache, canvas.part(rest))
}

/// The anomalies of one capture, by connection.
type ByConnection<'a> = BTreeMap<Option<ConnectionId>, Vec<&'a Tally>>;

fn report(analysis: &Analysis, shared: &Shared, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let key_logs = &analysis.key_logs;
    let (names, opens) = (&shared.names, shared.keymap.key_of("open-file"));
    let mut report = Report { columns, names, opens, theme, key_logs, lines: Vec::new(), connections: "connection" };
    let mut tallies: BTreeMap<CaptureId, ByConnection<'_>> = BTreeMap::new();
    for tally in analysis.anomalies.iter() {
        let of_capture = tallies.entry(tally.first.capture).or_default();
        of_capture.entry(tally.first.connection).or_default().push(tally);
    }
    let mut others = Vec::new();
    for (capture, id) in analysis.captures.iter().zip((0..).map(CaptureId)) {
        let tallies = tallies.remove(&id).unwrap_or_default();
        if (analysis.complete || analysis.caught_up) && capture.is_skipped() && tallies.is_empty() {
            others.push(capture);
            continue;
        }
        report.gap();
        report.capture(capture, tallies, analysis.complete);
    }
    report.skipped(&others);
    report.keys(analysis, tallies);
    if !analysis.orphans.is_empty() {
        report.gap();
        let count = counted(analysis.orphans.len() as u64, "stanza");
        let why = "acks of stanzas that were not recorded, or stanzas without a call-id";
        let next = analysis.strays.as_ref().map_or_else(String::new, |_| shared.keymap.hinted(" (‹strays›: show)"));
        report.line(0, &format!("{count} could not be attributed to a call: {why}{next}."), Style::new());
    }
    report.lines
}

/// A report being written.
struct Report<'a> {
    columns: usize,
    names: &'a Names,
    /// The key that opens a key log.
    opens: Option<Key>,
    theme: &'a Theme,
    key_logs: &'a [KeyLog],
    lines: Vec<Line<'static>>,
    /// What the capture's connections are called.
    connections: &'static str,
}

impl Report<'_> {
    /// An empty line between two parts.
    fn gap(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(Line::default());
        }
    }

    /// A line at an indent; continuation lines are indented by two more columns.
    fn line(&mut self, indent: usize, text: &str, style: Style) {
        let spans = [Span::raw(" ".repeat(indent)), Span::styled(visible_all(text), style)];
        self.lines.extend(wrap(&spans, self.columns, indent + 2));
    }

    fn capture(&mut self, capture: &Capture, mut tallies: ByConnection<'_>, complete: bool) {
        self.connections = capture.connections_are();
        self.line(0, &capture.name, self.theme.heading);
        let format = capture.format.unwrap_or(if complete { "format not recognised" } else { "not read yet" });
        let container = capture.container.as_ref().map_or_else(String::new, |container| format!(" in {container}"));
        let records = counted(capture.records, "record");
        let read = match capture.size.filter(|size| *size != capture.bytes) {
            Some(size) => format!("{} of {}", bytes(capture.bytes), bytes(size)),
            None => bytes(capture.bytes),
        };
        self.line(OF_CAPTURE, &format!("{format}{container}, {records}, {read}"), Style::new());
        if let Some(failure) = &capture.failure {
            self.line(OF_CAPTURE, failure, self.theme.warning);
        }
        if capture.connections.is_empty() && capture.format.is_some() && complete && capture.connections_are() != "log"
        {
            self.line(OF_CAPTURE, "No WebSocket connection was recognised.", Style::new());
        }
        let shown = capture.connections.iter().take(CONNECTIONS_SHOWN);
        let connections: Vec<_> =
            shown.map(|connection| (connection, tallies.remove(&Some(connection.id)).unwrap_or_default())).collect();
        for tallies in tallies.values().take(CONNECTIONS_SHOWN) {
            self.tallies(OF_CAPTURE, tallies);
        }
        for (connection, tallies) in connections {
            self.connection(connection);
            self.tallies(OF_CONNECTION, &tallies);
        }
        if let more @ 1.. = capture.connections.len().saturating_sub(CONNECTIONS_SHOWN) {
            self.line(OF_CAPTURE, &format!("{} more not shown", counted(more as u64, "connection")), self.theme.muted);
        }
    }

    /// Files of folders that are not captures, on one line.
    fn skipped(&mut self, files: &[&Capture]) {
        if files.is_empty() {
            return;
        }
        self.gap();
        let named: Vec<_> = files.iter().take(FILES_NAMED).map(|file| file.file_name()).collect();
        let more = match files.len().saturating_sub(FILES_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let are = if files.len() == 1 { "is not a capture" } else { "are not captures" };
        let count = counted(files.len() as u64, "other file");
        self.line(0, &format!("{count} {are}: {}{more}", named.join(", ")), self.theme.muted);
    }

    /// The key logs: how many keys each has, and which connections it opened.
    fn keys(&mut self, analysis: &Analysis, mut tallies: BTreeMap<CaptureId, ByConnection<'_>>) {
        if analysis.key_logs.is_empty() {
            return;
        }
        self.gap();
        self.line(0, "Keys", self.theme.heading);
        let place = u32::try_from(analysis.captures.len()).unwrap_or(u32::MAX);
        for (log, id) in analysis.key_logs.iter().zip((place..).map(CaptureId)) {
            self.key_log(log, analysis);
            for tallies in tallies.remove(&id).unwrap_or_default().values() {
                self.tallies(OF_CONNECTION, tallies);
            }
        }
    }

    fn key_log(&mut self, log: &KeyLog, analysis: &Analysis) {
        self.line(OF_CAPTURE, &log.name, self.theme.accent);
        let mut opened: Vec<String> = analysis
            .opened_by(log)
            .map(|(capture, connection)| {
                let of =
                    if analysis.captures.len() > 1 { format!(" of {}", capture.file_name()) } else { String::new() };
                format!("{} {}{of}", capture.connections_are(), connection.id.0)
            })
            .collect();
        let lines = format!("{} with a key", counted(log.lines, "line"));
        let more = opened.len().saturating_sub(OPENED_NAMED);
        opened.truncate(OPENED_NAMED);
        let (used, style) = match (opened.is_empty(), analysis.complete) {
            (true, false) => ("not used so far".to_owned(), self.theme.muted),
            (true, true) => ("not used: no connection matches its keys".to_owned(), self.theme.warning),
            (false, _) if more > 0 => (format!("decrypted {} and {more} more", opened.join(", ")), Style::new()),
            (false, _) => (format!("decrypted {}", opened.join(", ")), Style::new()),
        };
        self.line(OF_CONNECTION, &format!("{lines}, {used}"), style);
    }

    fn connection(&mut self, connection: &Connection) {
        let Connection { id, client, server, tls, websocket, noise, messages, frames, stanzas, device, sessions } =
            connection;
        let (client, server) =
            if self.names.in_letters { ("client", "server") } else { (client.as_str(), server.as_str()) };
        let heading = format!("{} {}   {client} → {server}", self.connections, id.0);
        self.line(OF_CAPTURE, &heading, self.theme.accent);
        let messages_in = format!("tls {tls}, websocket {websocket}: {}", counted(*messages, "message"));
        self.line(OF_CONNECTION, &messages_in, Style::new());
        let decrypted =
            format!("noise {noise}: {} decrypted, {}", counted(*frames, "frame"), counted(*stanzas, "stanza"));
        let is_encrypted = *messages > 0 && *frames == 0 && *noise != "none";
        self.line(OF_CONNECTION, &decrypted, if is_encrypted { self.theme.warning } else { Style::new() });
        let is_logged = |session: &SessionId| self.key_logs.iter().any(|log| log.sessions.contains(session));
        if !sessions.iter().all(is_logged) {
            self.line(OF_CONNECTION, "decrypted with secrets that the capture itself contains", Style::new());
        }
        if let Some(device) = device {
            let device = self.names.in_text(device, &People::default()).into_owned();
            self.line(OF_CONNECTION, &format!("recorded at {device}"), Style::new());
        }
    }

    /// Anomalies, the worst first, each with what to do about it.
    fn tallies(&mut self, indent: usize, tallies: &[&Tally]) {
        for severity in Severity::ALL {
            for tally in tallies.iter().filter(|tally| tally.diagnosis.severity == severity) {
                let (mark, style) = match severity {
                    Severity::Loss => (format!("{PROBLEM}not read"), self.theme.warning),
                    Severity::Contradiction => (format!("{PROBLEM}contradictory"), self.theme.warning),
                    Severity::Note => ("· noted".to_owned(), self.theme.muted),
                };
                let first = if tally.count == 1 { "" } else { "first " };
                let record = tally.first.last;
                let connection = tally.first.connection.filter(|_| indent < OF_CONNECTION);
                let stream = connection.map_or_else(String::new, |id| format!(" of {} {}", self.connections, id.0));
                let text = format!("{tally}, {first}in record {record}{stream} [{}]", tally.diagnosis.id);
                let spans = [
                    Span::raw(" ".repeat(indent)),
                    Span::styled(mark, style),
                    Span::raw(": "),
                    Span::raw(visible_all(&text)),
                ];
                self.lines.extend(wrap(&spans, self.columns, indent + 2));
                if !tally.diagnosis.next.is_empty() {
                    self.line(indent + 2, &format!("→ {}", tally.diagnosis.next), self.theme.incoming);
                }
                if let (Kind::NoKey, Some(key)) = (tally.diagnosis.kind, self.opens) {
                    let here = format!("→ {key} opens a key log here, without a restart.");
                    self.line(indent + 2, &here, self.theme.incoming);
                }
            }
        }
    }
}
