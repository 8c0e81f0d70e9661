//! The board of open questions.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::evidence::page_of;
use crate::filter;
use crate::report;
use crate::spec::index::{Entry, State};
use crate::spec::{Finding, Strength, Tally, Verdict};
use crate::tables::Cell;
use crate::tui::board::{Board, Listed, Listing, Wanted};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::csv::{Table, number, text};
use crate::tui::kit::fit::{Growth, fit};
use crate::tui::kit::list::{Details, List, Scroll, cell, headings, row};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, width, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::screen::{Formats, Screen, Step, TABLE};
use crate::tui::shared::Shared;
use crate::words::counted;

/// Columns of the bar next to a hypothesis.
const HYPOTHESIS_BAR: usize = 20;

/// The columns of the list of questions.
const QUESTIONS: [&str; 7] = ["Verdict", "Question", "Answer", "Pro/con", "Id", "Confidence", "Page"];

/// How the columns of the list of questions grow, if an answer needs so many columns: the question first.
fn question_growths(answer: usize, id: usize, question: usize) -> [Growth; 10] {
    [
        (0, 9),
        (1, 44),
        (2, answer.min(12)),
        (3, 7),
        (1, question.min(64)),
        (2, answer.min(24)),
        (4, id),
        (5, 11),
        (6, 26),
        (1, question),
    ]
}

/// The open questions.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Questions {
    selected: usize,
    details: Details,
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

    /// Lists other questions, or in another order. What is selected stays selected.
    fn relist(&mut self, shared: &mut Shared, change: impl FnOnce(&mut Listing)) {
        let selected = self.question(shared);
        change(&mut shared.listing);
        let Some(board) = &mut shared.board else { return };
        board.arrange(&shared.listing);
        let is_same = |line: &usize| selected.is_some() && board.finding_at(*line).map(|it| it.question.id) == selected;
        self.selected = (0..board.questions.len()).find(is_same).unwrap_or_default();
    }

    /// Lists the questions of the selected page that no call bears on, or folds them again.
    fn unfold(&self, page: &'static str, shared: &mut Shared) {
        if !shared.listing.unfolded.remove(page) {
            shared.listing.unfolded.insert(page);
        }
        if let Some(board) = &mut shared.board {
            board.arrange(&shared.listing);
        }
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

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let board = shared.board.as_ref()?;
        Some(match board.questions.get(index)? {
            Listed::Page { page, unfolded: false, .. } => {
                let folded = board.folded(page);
                folded.iter().filter_map(|listed| text_of(board, listed)).collect::<Vec<_>>().join("\n")
            }
            listed => text_of(board, listed)?,
        })
    }

    /// Goes to an entry; if it is a page whose questions are folded, to the one that contains the text.
    fn found(&mut self, place: usize, shared: &mut Shared) {
        self.selected = place;
        if let Some(Listed::Page { page, unfolded: false, .. }) = self.listed(shared) {
            let (page, searched) = (*page, shared.search.text.clone());
            self.unfold(page, shared);
            let Some(board) = &shared.board else { return };
            let has = |text: String| filter::contains(&text, &searched);
            let below = board.questions.iter().enumerate().skip(place + 1);
            let found = below.filter(|(_, listed)| text_of(board, listed).is_some_and(has)).map(|(line, _)| line);
            self.selected = found.min().unwrap_or(place);
        }
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => match self.listed(shared) {
                Some(Listed::Page { page, .. }) => {
                    let page = *page;
                    self.unfold(page, shared);
                    None
                }
                _ => self.question(shared).map(Step::Evidence).or_else(|| self.page(shared)),
            },
            Command::Page => self.page(shared),
            Command::Limit => {
                self.relist(shared, |listing| listing.questions = listing.questions.next());
                let with = shared.board.as_ref().map_or(0, Board::with_evidence);
                shared.say(match shared.listing.questions {
                    Wanted::Folded => format!("Questions with evidence: {with}; the others are folded by page"),
                    Wanted::WithEvidence => format!("Questions with evidence: {with}"),
                    Wanted::All => format!("All questions: {with} with evidence"),
                });
                None
            }
            Command::Sort => {
                self.relist(shared, Listing::sort);
                shared.say_order();
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
            Listed::Page { page, count, .. } => format!("{page}: {}", folded(*count)),
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
                Listed::Page { page, count, .. } => {
                    let title = folded(*count);
                    return Some(
                        ["", page, "open", "", "", "", "", title.as_str()].map(|it| text(it.to_owned())).into(),
                    );
                }
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

/// Draws the open questions.
pub(in crate::tui) fn draw(
    screen: &Questions,
    shared: &Shared,
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let theme = canvas.theme;
    let board = shared.board.as_ref();
    let widths = widths(shared, canvas.area.width.into());
    let empty = match shared.listing.questions {
        Wanted::WithEvidence => "No question has evidence (‹limit-questions›: list all questions).",
        Wanted::Folded | Wanted::All => "There are no questions.",
    };
    let list = List {
        heading: headings(&widths, &QUESTIONS),
        selected: screen.selected,
        details: &screen.details,
        count: board.map_or(0, |board| board.questions.len()),
        empty: shared.empty(empty),
    };
    let entry = |index: usize, _: usize| Some(row(&widths, cells(board?, board?.questions.get(index)?, theme)));
    let details = |columns: usize| match screen.listed(shared) {
        Some(Listed::Checked(_)) => {
            screen.finding(shared).map_or_else(Vec::new, |finding| hypotheses(finding, columns, theme))
        }
        Some(Listed::Unchecked(entry)) => why_unchecked(entry, shared, columns, theme),
        Some(Listed::Page { page, count, unfolded }) => {
            let title = format!("{page}: {}", folded(*count));
            let how = if *unfolded { "‹open-item› folds them." } else { "‹open-item› lists them." };
            let how = shared.keymap.hinted(how);
            [wrap(&[Span::styled(title, theme.heading)], columns, 2), wrap(&[Span::raw(how)], columns, 0)].concat()
        }
        None => Vec::new(),
    };
    list.draw(scroll, canvas, entry, details)
}

/// The widths of the columns of the list of questions.
fn widths(shared: &Shared, room: usize) -> Vec<usize> {
    let (mut answer, mut id, mut question) = (width(QUESTIONS[2]), 0, 0);
    for finding in shared.board.iter().flat_map(|board| &board.findings) {
        answer = answer.max(width(&answer_of(finding))).min(40);
        id = id.max(width(finding.question.id));
        question = question.max(width(finding.question.title));
    }
    fit(QUESTIONS.len(), question_growths(answer, id, question), room)
}

/// What a verdict names, safe to show.
fn answer_of(finding: &Finding) -> String {
    visible_all(&finding.named.join(", ")).into_owned()
}

/// How many questions are folded, for people.
fn folded(count: usize) -> String {
    format!("{} without evidence", counted(count as u64, "question"))
}

/// The cells of an entry of the list.
fn cells(board: &Board, listed: &Listed, theme: &Theme) -> [(String, Style); 7] {
    let none = || (String::new(), theme.muted);
    match listed {
        Listed::Checked(index) => {
            let Some(finding) = board.findings.get(*index) else { return std::array::from_fn(|_| none()) };
            let (supporting, refuting) = weight(finding);
            let style = verdict_style(finding.verdict, theme);
            let title = if finding.verdict == Verdict::Open { theme.muted } else { Style::new() };
            [
                (finding.verdict.name().to_owned(), style),
                (finding.question.title.to_owned(), title),
                (answer_of(finding), style),
                (format!("{supporting}/{refuting}"), theme.muted),
                (finding.question.id.to_owned(), theme.muted),
                (finding.confidence.name().to_owned(), theme.muted),
                (finding.question.place(), theme.muted),
            ]
        }
        Listed::Unchecked(entry) => [
            (status(entry), theme.muted),
            (entry.title.to_owned(), theme.muted),
            none(),
            none(),
            (entry.state.question().map_or_else(String::new, |question| question.id.to_owned()), theme.muted),
            none(),
            (entry.place(), theme.muted),
        ],
        Listed::Page { page, count, unfolded } => {
            let sign = if *unfolded { '▼' } else { '▶' };
            let title = format!("{sign} {page}: {}", folded(*count));
            [("open".to_owned(), theme.muted), (title, Style::new()), none(), none(), none(), none(), none()]
        }
    }
}

/// The same as CSV.
fn unchecked_row(entry: &Entry) -> Vec<Cell<'static>> {
    let id = entry.state.question().map_or("", |question| question.id);
    [id, &entry.place(), entry.state.name(), "", "", "", "", entry.title].map(text).into()
}

/// Why a question is not checked, or which question it is the same as.
fn why_unchecked(entry: &Entry, shared: &Shared, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let title = format!("{} ({})", entry.title, entry.place());
    let mut lines = wrap(&[Span::styled(title, theme.heading)], columns, 2);
    let text = match (reason(entry), entry.state.question()) {
        (Some((label, why)), _) => format!("{label}: {why}."),
        (None, Some(question)) => {
            let same = format!("The same as {} ({}). ‹open-item›: its evidence.", question.id, question.place());
            shared.keymap.hinted(&same)
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
        State::NotYet(missing) => Some(("Not checked yet. Missing", missing.to_owned())),
        State::LookedFor(_) | State::SameAs(_) => None,
    }
}

/// The text of an entry that is not folded, for a search.
fn text_of(board: &Board, listed: &Listed) -> Option<String> {
    Some(match listed {
        Listed::Checked(index) => {
            let it = board.findings.get(*index)?;
            let (question, verdict) = (it.question, it.verdict.name());
            format!("{verdict} {} {} {} {}", question.title, answer_of(it), question.id, question.place())
        }
        Listed::Unchecked(entry) => {
            let id = entry.state.question().map_or("", |question| question.id);
            format!("{} {} {id} {}", status(entry), entry.title, entry.place())
        }
        Listed::Page { page, count, .. } => format!("{page}: {}", folded(*count)),
    })
}

/// The number of pieces of evidence for and against all hypotheses.
fn weight(finding: &Finding) -> (u64, u64) {
    let sum = |count: fn(&Tally) -> u64| finding.tallies.iter().map(count).sum();
    (sum(|tally| tally.supporting), sum(|tally| tally.refuting))
}

fn verdict_style(verdict: Verdict, theme: &Theme) -> Style {
    match verdict {
        Verdict::Open => theme.muted,
        Verdict::Leaning | Verdict::Observed => theme.incoming,
        Verdict::Answered => theme.accent,
        Verdict::Contested => theme.warning,
    }
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
        let mut line = cell(&visible_all(&tally.hypothesis), 24.min(columns / 3), theme.accent).to_vec();
        line.extend([
            Span::styled("█".repeat(full), theme.incoming),
            Span::styled("·".repeat(HYPOTHESIS_BAR.saturating_sub(full)), theme.muted),
            Span::raw(format!(" {} for{direct}, {} against  {strongest}", tally.supporting, tally.refuting)),
        ]);
        lines.push(Line::from(line));
    }
    for advice in &finding.next {
        let advice = Span::raw(visible_all(advice).into_owned());
        lines.extend(wrap(&[Span::styled("Next: ", theme.muted), advice], columns, 6));
    }
    lines
}
