//! The open questions, and the evidence for one of them.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::call::Row;
use crate::report;
use crate::spec::index::{Entry, State};
use crate::spec::{self, Finding, Judged, Question, Strength, Tally, Verdict};
use crate::tables::Cell;
use crate::tui::board::Listed;
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::csv::{Table, number, text};
use crate::tui::kit::list::{Cells, List, Scroll, cell, last};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::screen::{Formats, Screen, Step, TABLE};
use crate::tui::shared::Shared;
use crate::words::{NONE, clock_precise};

/// Columns of the bar in the list, and next to a hypothesis.
const BAR: usize = 10;
const HYPOTHESIS_BAR: usize = 20;

/// Columns of the section, and of the page alone on narrow terminals.
const SECTION: usize = 26;
const PAGE: usize = 13;

/// From this width on all columns are shown.
const WIDE: u16 = 100;

/// The open questions.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Questions {
    selected: usize,
}

impl Questions {
    fn listed<'s>(&self, shared: &'s Shared) -> Option<&'s Listed> {
        shared.board.as_ref()?.questions.get(self.selected)
    }

    fn finding<'s>(&self, shared: &'s Shared) -> Option<&'s Finding> {
        shared.board.as_ref()?.finding_at(self.selected)
    }

    /// The page of the selected question, or why it is not checked.
    fn page(&self, shared: &Shared) -> Option<Step> {
        if let Some(Listed::Unchecked(entry)) = self.listed(shared)
            && let Some((label, why)) = reason(entry)
        {
            let text = format!("{} ({})\n\n*{label}:* {why}.", entry.title, entry.place());
            return Some(Step::Page { title: entry.page, text });
        }
        Some(page_of(self.finding(shared)?.question))
    }

    /// The next or previous question that contains the search text.
    fn find(&mut self, forward: bool, shared: &mut Shared) {
        if shared.search.text.is_empty() {
            return shared.say("No search yet (press /)");
        }
        let Some(board) = &shared.board else { return };
        let contains = |line: &usize| {
            let text = match board.questions.get(*line) {
                Some(Listed::Unchecked(entry)) => format!("{} {} {}", status(entry), entry.place(), entry.title),
                _ => board.finding_at(*line).map_or_else(String::new, |it| {
                    format!("{} {} {} {}", it.question.id, it.question.place(), it.question.title, it.verdict.name())
                }),
            };
            text.to_lowercase().contains(&shared.search.text)
        };
        let (here, count) = (self.selected, board.questions.len());
        let found = if forward {
            (here + 1..count).chain(0..count.min(here + 1)).find(contains)
        } else {
            (0..here.min(count)).rev().chain((here..count).rev()).find(contains)
        };
        match found {
            Some(line) => self.selected = line,
            None => shared.say(format!("No question contains \"{}\"", shared.search.text)),
        }
    }

    /// Selects the question that was selected before the list was rebuilt, and says how many there are.
    pub(in crate::tui) fn reselect(&mut self, question: Option<&'static str>, shared: &mut Shared) {
        let Some(board) = &shared.board else { return };
        let count = board.questions.len();
        let is_same = |line: &usize| board.finding_at(*line).map(|it| it.question.id) == question;
        self.selected = (0..count).find(is_same).unwrap_or_default();
        let all = if shared.with_evidence { "Questions with evidence" } else { "All questions" };
        shared.say(format!("{all}: {count}"));
    }

    /// The id of the selected question.
    pub(in crate::tui) fn question(&self, shared: &Shared) -> Option<&'static str> {
        self.finding(shared).map(|finding| finding.question.id)
    }
}

impl Screen for Questions {
    fn context(&self) -> Context {
        Context::Questions
    }

    fn list(&mut self, shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, shared.board.as_ref().map_or(0, |board| board.questions.len())))
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => self.question(shared).map(Step::Evidence).or_else(|| self.page(shared)),
            Command::Page => self.page(shared),
            Command::NextMatch | Command::PreviousMatch => {
                self.find(command == Command::NextMatch, shared);
                None
            }
            _ => None,
        }
    }

    fn subject(&self, shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        Some((report::Subject::Question(self.finding(shared)?.question), None))
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        let line = match self.listed(shared)? {
            Listed::Unchecked(entry) => format!("{}: {}", entry.place(), entry.title),
            Listed::Checked(_) => {
                let finding = self.finding(shared)?;
                format!("{}: {}", finding.question.id, finding.verdict.name())
            }
        };
        Some(("Line", line))
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let board = shared.board.as_ref();
        let rows = board.into_iter().flat_map(|board| &board.questions).filter_map(|listed| {
            let index = match listed {
                Listed::Checked(index) => *index,
                Listed::Unchecked(entry) => return Some(unchecked_row(entry)),
            };
            let finding = board?.findings.get(index)?;
            let (supporting, refuting) = weight(finding);
            Some(vec![
                text(finding.question.id),
                text(finding.question.place()),
                text(finding.verdict.name()),
                text(finding.named.join(" ")),
                text(finding.confidence.name()),
                number(supporting),
                number(refuting),
                text(finding.question.title),
            ])
        });
        let heading = vec!["question", "page", "verdict", "hypothesis", "confidence", "for", "against", "title"];
        Some((heading, rows.collect()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some(("questions".to_owned(), TABLE))
    }
}

/// The evidence for one question.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Evidence {
    /// The question's id.
    question: &'static str,
    selected: usize,
}

/// A piece of evidence: the index of its call, the call, the row, and the piece.
type Piece<'s> = (usize, &'s Judged, &'s Row, &'s spec::Evidence);

impl Evidence {
    /// The evidence for the question with this id.
    pub(in crate::tui) const fn of(question: &'static str) -> Self {
        Self { question, selected: 0 }
    }

    /// The question's id.
    pub(in crate::tui) const fn id(&self) -> &'static str {
        self.question
    }

    fn question(&self) -> Option<&'static Question> {
        spec::question(self.question)
    }

    fn count(&self, shared: &Shared) -> usize {
        let finding = shared.board.as_ref().and_then(|board| board.finding(self.question));
        finding.map_or(0, |finding| finding.pieces.len())
    }

    fn piece<'s>(&self, index: usize, shared: &'s Shared) -> Option<Piece<'s>> {
        let at = shared.board.as_ref()?.finding(self.question)?.pieces.get(index)?;
        let judged = shared.calls().get(at.call)?;
        let piece = judged.evidence.get(at.piece)?;
        Some((at.call, judged, judged.call.rows.get(piece.row)?, piece))
    }
}

impl Screen for Evidence {
    fn context(&self) -> Context {
        Context::Evidence
    }

    fn list(&mut self, shared: &Shared) -> Option<(&mut usize, usize)> {
        let count = self.count(shared);
        Some((&mut self.selected, count))
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => self.piece(self.selected, shared).map(|(call, .., piece)| Step::Row(call, piece.row)),
            Command::Page => self.question().map(page_of),
            _ => None,
        }
    }

    fn subject(&self, shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        let row = self.piece(self.selected, shared).map(|(call, .., piece)| (call, piece.row));
        Some((report::Subject::Question(self.question()?), row))
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        let (.., it) = self.piece(self.selected, shared)?;
        Some(("Evidence", format!("{}: {}: {}: {}", it.question.id, it.hypothesis, it.strength.name(), it.why)))
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let rows = (0..self.count(shared)).filter_map(|index| {
            let (call, judged, row, piece) = self.piece(index, shared)?;
            Some(vec![
                number(call + 1),
                number(row.observed.stanza.origin.last),
                text(row.observed.time().map_or_else(String::new, clock_precise)),
                text(bearing(piece)),
                text(piece.hypothesis.clone()),
                text(piece.strength.name()),
                text(shared.names.in_text(&piece.why, &judged.call.people)),
            ])
        });
        Some((vec!["call", "record", "time", "bears", "hypothesis", "strength", "why"], rows.collect()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some((format!("evidence-{}", self.question), TABLE))
    }
}

/// Draws the open questions.
pub(in crate::tui) fn draw(
    screen: &Questions,
    shared: &Shared,
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let theme = canvas.theme;
    let board = shared.board.as_ref();
    let is_wide = canvas.area.width >= WIDE;
    let mut heading = vec![cell("Verdict", 12, Style::new())];
    if is_wide {
        heading.push(cell("Confidence", 11, Style::new()));
        heading.push(cell("For/against", BAR + 8, Style::new()));
        heading.push(cell("Page", SECTION, Style::new()));
    } else {
        heading.push(cell("For", 7, Style::new()));
        heading.push(cell("Page", PAGE, Style::new()));
    }
    heading.push(Span::raw("Question"));
    let empty =
        if shared.with_evidence { "No question has evidence (h: show all)." } else { "There are no questions." };
    let list = List {
        heading: Line::from(heading),
        selected: screen.selected,
        count: board.map_or(0, |board| board.questions.len()),
        empty: shared.empty(empty),
    };
    let entry = |index: usize, columns: usize| {
        let (cells, title, style) = match board?.questions.get(index)? {
            Listed::Checked(index) => {
                let finding = board?.findings.get(*index)?;
                (checked(finding, is_wide, theme), finding.question.title, Style::new())
            }
            Listed::Unchecked(entry) => (unchecked(entry, is_wide, theme), entry.title, theme.muted),
        };
        Some(last(cells, title, columns, style))
    };
    let details = |columns: usize| match screen.listed(shared) {
        Some(Listed::Checked(_)) => {
            screen.finding(shared).map_or_else(Vec::new, |finding| hypotheses(finding, columns, theme))
        }
        Some(Listed::Unchecked(entry)) => why_unchecked(entry, columns, theme),
        None => Vec::new(),
    };
    list.draw(scroll, canvas, entry, details)
}

/// The line of a question that is checked, up to its title.
fn checked(finding: &Finding, is_wide: bool, theme: &Theme) -> Cells {
    let (supporting, refuting) = weight(finding);
    let mut cells = vec![cell(finding.verdict.name(), 12, verdict_style(finding.verdict, theme))];
    if is_wide {
        cells.push(cell(finding.confidence.name(), 11, theme.muted));
        cells.push(Span::styled(bar(supporting, refuting), theme.incoming));
        cells.push(cell(&format!(" {supporting}/{refuting}"), 7, theme.muted));
        cells.push(cell(&finding.question.place(), SECTION, theme.muted));
    } else {
        cells.push(cell(&format!("{supporting}/{refuting}"), 7, theme.muted));
        cells.push(cell(finding.question.page, PAGE, theme.muted));
    }
    cells
}

/// The line of a question that is not checked, or is the same as another one, up to its title.
fn unchecked(entry: &Entry, is_wide: bool, theme: &Theme) -> Cells {
    let mut cells = vec![cell(&status(entry), 12, theme.muted)];
    if is_wide {
        cells.push(cell("", 11 + 1 + BAR + 7, theme.muted));
        cells.push(cell(&entry.place(), SECTION, theme.muted));
    } else {
        cells.push(cell("", 7, theme.muted));
        cells.push(cell(entry.page, PAGE, theme.muted));
    }
    cells
}

/// The same as CSV.
fn unchecked_row(entry: &Entry) -> Vec<Cell<'static>> {
    let id = entry.state.question().map_or("", |question| question.id);
    [id, &entry.place(), entry.state.name(), "", "", "", "", entry.title].map(text).into()
}

/// Why a question is not checked, or which question it is the same as.
fn why_unchecked(entry: &Entry, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let title = format!("{} ({})", entry.title, entry.place());
    let mut lines = wrap(&[Span::styled(title, theme.heading)], columns, 2);
    let text = match (reason(entry), entry.state.question()) {
        (Some((label, why)), _) => format!("{label}: {why}."),
        (None, Some(question)) => {
            format!("The same as {} ({}). Enter: its evidence.", question.id, question.place())
        }
        (None, None) => String::new(),
    };
    lines.extend(wrap(&[Span::raw(text)], columns, 2));
    lines
}

/// Whether a question is checked, in a word or two.
fn status(entry: &Entry) -> String {
    entry.state.name().replace('-', " ")
}

/// Why a question is not checked, if it is not: a label, and the reason.
fn reason(entry: &Entry) -> Option<(&'static str, String)> {
    match entry.state {
        State::OutOfReach(why) => Some(("No capture can show this", why.to_owned())),
        State::NotYet(missing) => Some(("Not checked yet; missing", missing.to_owned())),
        State::LookedFor(_) | State::SameAs(_) => None,
    }
}

fn page_of(question: &'static Question) -> Step {
    Step::Page { title: question.id, text: question.text() }
}

/// The number of pieces of evidence for and against all hypotheses.
fn weight(finding: &Finding) -> (u64, u64) {
    let sum = |count: fn(&Tally) -> u64| finding.tallies.iter().map(count).sum();
    (sum(|tally| tally.supporting), sum(|tally| tally.refuting))
}

/// A bar with the share of the evidence that is for.
fn bar(supporting: u64, refuting: u64) -> String {
    let Some(all) = Some(supporting + refuting).filter(|all| *all > 0) else { return " ".repeat(BAR) };
    let full = usize::try_from(supporting * BAR as u64 / all).unwrap_or(BAR);
    format!("{}{}", "█".repeat(full), "░".repeat(BAR - full))
}

fn verdict_style(verdict: Verdict, theme: &Theme) -> Style {
    match verdict {
        Verdict::Open => theme.muted,
        Verdict::Leaning | Verdict::Observed => theme.incoming,
        Verdict::Answered => theme.accent,
        Verdict::Contested => theme.warning,
    }
}

fn bearing(piece: &spec::Evidence) -> &'static str {
    if piece.supports { "for" } else { "against" }
}

/// The question, and a bar per hypothesis.
fn hypotheses(finding: &Finding, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let title = format!("{} ({})", finding.question.title, finding.question.place());
    let confidence = format!("  {}, {}", finding.verdict.name(), finding.confidence.name());
    let mut lines = wrap(&[Span::styled(title, theme.heading), Span::styled(confidence, theme.muted)], columns, 2);
    let most = finding.tallies.iter().map(|tally| tally.supporting).max().unwrap_or(0).max(1);
    for tally in &finding.tallies {
        let full = usize::try_from(tally.supporting * HYPOTHESIS_BAR as u64 / most).unwrap_or(HYPOTHESIS_BAR);
        let direct = if tally.direct > 0 { format!(", {} direct", tally.direct) } else { String::new() };
        let strongest = tally.strongest.map_or("", Strength::name);
        lines.push(Line::from(vec![
            cell(&visible_all(&tally.hypothesis), 24.min(columns / 3), theme.accent),
            Span::styled("█".repeat(full), theme.incoming),
            Span::styled("·".repeat(HYPOTHESIS_BAR.saturating_sub(full)), theme.muted),
            Span::raw(format!(" {} for{direct}, {} against  {strongest}", tally.supporting, tally.refuting)),
        ]));
    }
    lines
}

/// Draws the evidence for one question.
pub(in crate::tui) fn draw_evidence(
    screen: &Evidence,
    shared: &Shared,
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let theme = canvas.theme;
    let heading = Line::from(vec![
        cell("Call", 6, Style::new()),
        cell("Record", 8, Style::new()),
        cell("Time", 12, Style::new()),
        cell("Bears", 24, Style::new()),
        cell("Strength", 8, Style::new()),
        Span::raw("Why"),
    ]);
    let empty = shared.empty("No call has evidence for this question. Press i to see what would decide it.");
    let list = List { heading, selected: screen.selected, count: screen.count(shared), empty };
    let why = |index: usize| {
        let (_, judged, _, piece) = screen.piece(index, shared)?;
        Some(visible_all(&shared.names.in_text(&piece.why, &judged.call.people)).into_owned())
    };
    let entry = |index: usize, columns: usize| {
        let (call, _, row, piece) = screen.piece(index, shared)?;
        let cells = vec![
            cell(&format!("#{}", call + 1), 6, theme.muted),
            cell(&row.observed.stanza.origin.last.to_string(), 8, theme.muted),
            cell(&row.observed.time().map_or_else(|| NONE.to_owned(), clock_precise), 12, Style::new()),
            cell(&format!("{} {}", bearing(piece), visible_all(&piece.hypothesis)), 24, theme.accent),
            cell(piece.strength.name(), 8, Style::new()),
        ];
        Some(last(cells, &why(index)?, columns, Style::new()))
    };
    let title = screen.question().map_or("", |question| question.title);
    let details = |columns: usize| {
        let mut lines = wrap(&[Span::styled(title, theme.heading)], columns, 2);
        lines.extend(why(screen.selected).into_iter().flat_map(|why| wrap(&[Span::raw(why)], columns, 0)));
        lines
    };
    list.draw(scroll, canvas, entry, details)
}
