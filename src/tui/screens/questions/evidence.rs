//! The evidence for one question.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::call::Row;
use crate::report;
use crate::spec::{self, Judged, Question};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::csv::{Table, number, text};
use crate::tui::kit::fit::{Growth, fit};
use crate::tui::kit::list::{Details, List, Scroll, headings, row};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, width, wrap};
use crate::tui::screen::{Formats, Screen, Step, TABLE};
use crate::tui::shared::Shared;
use crate::words::{NONE, clock_precise};

/// The columns of a list of evidence.
const EVIDENCE: [&str; 6] = ["Call", "Hypothesis", "Why", "Strength", "Record", "Time"];

/// The pieces of evidence whose texts decide how wide columns are.
const SAMPLED: usize = 200;

/// How the columns of a list of evidence grow: the reason first.
fn evidence_growths(bears: usize, why: usize) -> [Growth; 8] {
    [(0, 6), (1, bears.min(14)), (2, why.min(32)), (3, 8), (1, bears.min(24)), (2, why.min(80)), (4, 8), (5, 12)]
}

/// The evidence for one question.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Evidence {
    /// The question's id.
    question: &'static str,
    selected: usize,
    details: Details,
}

/// A piece of evidence: the index of its call, the call, the row, and the piece.
type Piece<'s> = (usize, &'s Judged, &'s Row, &'s spec::Evidence);

impl Evidence {
    /// The evidence for the question with this id.
    pub(in crate::tui) const fn of(question: &'static str) -> Self {
        Self { question, selected: 0, details: Details::START }
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
        let board = shared.board.as_ref()?;
        let at = board.finding(self.question)?.pieces.get(index)?;
        let judged = board.analysis().judged_at(at.call())?;
        let piece = judged.evidence.get(at.piece())?;
        Some((shared.current(at.call(), board.analysis())?, judged, judged.call.rows.get(piece.row)?, piece))
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

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let (_, judged, _, piece) = self.piece(index, shared)?;
        let why = shared.names.in_text(&piece.why, &judged.call.people);
        Some(format!("{} {} {} {why}", bearing(piece), piece.hypothesis, piece.strength.name()))
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
                shared.calls().get(call).map_or_else(|| text(NONE), |_| number(call + 1)),
                number(row.observed.stanza.origin.last),
                text(row.observed.time().map_or_else(String::new, clock_precise)),
                text(bearing(piece)),
                text(piece.hypothesis.as_str()),
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

/// Draws the evidence for one question.
pub(in crate::tui) fn draw_evidence(
    screen: &Evidence,
    shared: &Shared,
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let theme = canvas.theme;
    let why = |index: usize| {
        let (_, judged, _, piece) = screen.piece(index, shared)?;
        Some(visible_all(&shared.names.in_text(&piece.why, &judged.call.people)).into_owned())
    };
    let bears = |piece: &spec::Evidence| format!("{} {}", bearing(piece), visible_all(&piece.hypothesis));
    let (mut widest_bears, mut widest_why) = (0, 0);
    for index in 0..screen.count(shared).min(SAMPLED) {
        widest_bears = widest_bears.max(screen.piece(index, shared).map_or(0, |(.., piece)| width(&bears(piece))));
        widest_why = widest_why.max(why(index).map_or(0, |why| width(&why)));
    }
    let widths = fit(EVIDENCE.len(), evidence_growths(widest_bears, widest_why), canvas.area.width.into());
    let empty = shared.empty("No call has evidence for this question. Press ‹page› to see what would decide it.");
    let heading = headings(&widths, &EVIDENCE);
    let count = screen.count(shared);
    let list = List { heading, selected: screen.selected, details: &screen.details, count, empty };
    let entry = |index: usize, _: usize| {
        let (call, _, stanza, piece) = screen.piece(index, shared)?;
        let cells = [
            (shared.calls().get(call).map_or_else(|| NONE.to_owned(), |_| format!("#{}", call + 1)), theme.muted),
            (bears(piece), theme.accent),
            (why(index)?, Style::new()),
            (piece.strength.name().to_owned(), Style::new()),
            (stanza.observed.stanza.origin.last.to_string(), theme.muted),
            (stanza.observed.time().map_or_else(|| NONE.to_owned(), clock_precise), Style::new()),
        ];
        Some(row(&widths, cells))
    };
    let title = screen.question().map_or("", |question| question.title);
    let details = |columns: usize| {
        let mut lines = wrap(&[Span::styled(title, theme.heading)], columns, 2);
        lines.extend(why(screen.selected).into_iter().flat_map(|why| wrap(&[Span::raw(why)], columns, 0)));
        lines
    };
    list.draw(scroll, canvas, entry, details)
}

fn bearing(piece: &spec::Evidence) -> &'static str {
    if piece.supports { "for" } else { "against" }
}

/// The page of a question.
pub(super) fn page_of(question: &'static Question) -> Step {
    Step::Page { title: question.id, text: question.text() }
}
