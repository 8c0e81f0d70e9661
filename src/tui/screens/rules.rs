//! The rules, and the places where one of them was checked.

use ratatui::style::Style;
use ratatui::text::Span;

use crate::call::Row;
use crate::report;
use crate::spec::{self, Conformance, Count, Grade, Judged, Place, RULES, Rule};
use crate::tui::board::Listing;
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::csv::{Table, number, text};
use crate::tui::kit::fit::{Growth, fit};
use crate::tui::kit::list::{Details, List, Scroll, headings, row};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, width, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::screen::{Formats, Screen, Step, TABLE};
use crate::tui::shared::Shared;
use crate::words::counted;

/// The columns of the list of rules, and of places.
const RULE_COLUMNS: [&str; 8] = ["Result", "Requirement", "Rule", "Calls", "!", "+", "Holds", "Undecided"];
const PLACE_COLUMNS: [&str; 4] = ["Call", "Result", "Why", "Record"];

/// How the columns of the list of rules grow.
fn rule_growths() -> [Growth; 10] {
    let id = RULES.iter().map(|rule| width(rule.id)).max().unwrap_or_default();
    let title = RULES.iter().map(|rule| width(rule.title)).max().unwrap_or_default();
    [(0, 13), (1, 40), (2, id.min(24)), (3, 6), (4, 5), (1, title.min(64)), (2, id), (5, 5), (6, 6), (7, 9)]
}

/// How the columns of a list of places grow.
const PLACE_GROWTHS: [Growth; 4] = [(0, 6), (1, 9), (2, 50), (3, 8)];

/// The rules.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Rules {
    selected: usize,
    details: Details,
}

impl Rules {
    /// The index of an entry of the list in [`RULES`].
    fn index(line: usize, shared: &Shared) -> Option<usize> {
        shared.board.as_ref()?.rules.get(line).copied()
    }

    fn rule(&self, shared: &Shared) -> Option<&'static Rule> {
        RULES.get(Self::index(self.selected, shared)?).copied()
    }

    /// Lists other rules, or in another order. What is selected stays selected.
    fn relist(&mut self, shared: &mut Shared, change: impl FnOnce(&mut Listing)) {
        let selected = Self::index(self.selected, shared);
        change(&mut shared.listing);
        let Some(board) = &mut shared.board else { return };
        board.arrange(&shared.listing);
        self.selected = board.rules.iter().position(|index| Some(*index) == selected).unwrap_or_default();
    }

    /// How often a rule was checked, and in how many calls.
    fn counts(index: usize, shared: &Shared) -> (Count, usize) {
        let board = shared.board.as_ref();
        let count = board.and_then(|board| board.counts.get(index)).copied().unwrap_or_default();
        (count, board.and_then(|board| board.calls.get(index)).copied().unwrap_or_default())
    }
}

impl Screen for Rules {
    fn context(&self) -> Context {
        Context::Rules
    }

    fn list(&mut self, shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, shared.board.as_ref().map_or(0, |board| board.rules.len())))
    }

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let index = Self::index(index, shared)?;
        let rule = RULES.get(index)?;
        Some(format!("{} {} {}", result(Self::counts(index, shared).0), rule.title, rule.id))
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => self.rule(shared).map(|rule| Step::Places(rule.id)),
            Command::Page => self.rule(shared).map(page_of),
            Command::Limit => {
                self.relist(shared, |listing| listing.departing = !listing.departing);
                let count = shared.board.as_ref().map_or(0, |board| board.rules.len());
                let what = if shared.listing.departing { "Rules with departures" } else { "All rules" };
                shared.say(format!("{what}: {count}"));
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
        Some((report::Subject::Rule(self.rule(shared)?), None))
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        self.rule(shared).map(|rule| ("Line", format!("{}: {}", rule.id, rule.title)))
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let rows = shared.board.iter().flat_map(|board| &board.rules).filter_map(|index| {
            let rule = RULES.get(*index)?;
            let (count, calls) = Self::counts(*index, shared);
            Some(vec![
                text(rule.id),
                text(rule.page),
                number(count.holds),
                number(count.violated),
                number(count.novelties),
                number(count.undecided),
                number(calls),
                text(rule.title),
            ])
        });
        Some((vec!["rule", "page", "holds", "violated", "novelties", "undecided", "calls", "title"], rows.collect()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some(("rules".to_owned(), TABLE))
    }
}

/// The places where one rule was checked.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Places {
    /// The rule's id.
    rule: &'static str,
    selected: usize,
    details: Details,
}

/// A place: the index of its call, the call, the row, and the place.
type At<'s> = (usize, &'s Judged, &'s Row, &'s Place);

impl Places {
    /// The places of the rule with this id.
    pub(in crate::tui) const fn of(rule: &'static str) -> Self {
        Self { rule, selected: 0, details: Details::START }
    }

    /// The rule's id.
    pub(in crate::tui) const fn id(&self) -> &'static str {
        self.rule
    }

    fn rule(&self) -> Option<&'static Rule> {
        spec::rule(self.rule)
    }

    fn count(shared: &Shared) -> usize {
        shared.board.as_ref().map_or(0, |board| board.places.len())
    }

    fn place(index: usize, shared: &Shared) -> Option<At<'_>> {
        let board = shared.board.as_ref()?;
        let (call, place) = *board.places.get(index)?;
        let judged = board.analysis().judged().nth(call)?;
        let place = judged.places.get(place)?;
        Some((shared.current(call, board.analysis())?, judged, judged.call.rows.get(place.row)?, place))
    }
}

impl Screen for Places {
    fn context(&self) -> Context {
        Context::Places
    }

    fn list(&mut self, shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, Self::count(shared)))
    }

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let (_, judged, _, place) = Self::place(index, shared)?;
        Some(format!("{} {}", place.found.name(), shared.names.in_text(&place.why, &judged.call.people)))
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => Self::place(self.selected, shared).map(|(call, .., place)| Step::Row(call, place.row)),
            Command::Page => self.rule().map(page_of),
            _ => None,
        }
    }

    fn subject(&self, shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        let place = Self::place(self.selected, shared).filter(|(call, ..)| *call < shared.calls().len());
        Some((report::Subject::Rule(self.rule()?), place.map(|(call, .., place)| (call, place.row))))
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        let (.., place) = Self::place(self.selected, shared)?;
        Some(("Line", format!("{}: {}: {}", place.rule.id, place.found.name(), place.why)))
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let rows = (0..Self::count(shared)).filter_map(|index| {
            let (call, judged, row, place) = Self::place(index, shared)?;
            Some(vec![
                text(place.rule.id),
                if call < shared.calls().len() { number(call + 1) } else { text("") },
                number(row.observed.stanza.origin.last),
                text(place.found.name()),
                text(shared.names.in_text(&place.why, &judged.call.people)),
            ])
        });
        Some((vec!["rule", "call", "record", "found", "why"], rows.collect()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some((format!("places-{}", self.rule.replace('/', "-")), TABLE))
    }
}

fn page_of(rule: &'static Rule) -> Step {
    Step::Page { title: rule.id, text: rule.text() }
}

/// The overall result of a rule.
const fn result(count: Count) -> &'static str {
    match count {
        Count { violated: 1.., .. } => "violated",
        Count { novelties: 1.., .. } => "novelty",
        Count { holds: 1.., .. } => "holds",
        Count { undecided: 1.., .. } => "undecided",
        _ => "not exercised",
    }
}

fn result_style(result: &str, theme: &Theme) -> Style {
    match result {
        "violated" => theme.violated,
        "novelty" => theme.novelty,
        "holds" => theme.accent,
        "undecided" => theme.incoming,
        _ => theme.muted,
    }
}

/// Draws the rules.
pub(in crate::tui) fn draw(screen: &Rules, shared: &Shared, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let theme = canvas.theme;
    let widths = fit(RULE_COLUMNS.len(), rule_growths(), canvas.area.width.into());
    let empty = if shared.listing.departing {
        "No departures from any rule (‹limit-rules›: list all rules)."
    } else {
        "This version checks no rules."
    };
    let count = shared.board.as_ref().map_or(0, |board| board.rules.len());
    let heading = headings(&widths, &RULE_COLUMNS);
    let list = List { heading, selected: screen.selected, details: &screen.details, count, empty: shared.empty(empty) };
    let entry = |line: usize, _: usize| {
        let index = Rules::index(line, shared)?;
        let rule = RULES.get(index)?;
        let (count, calls) = Rules::counts(index, shared);
        let result = result(count);
        let [calls, violated, novelties, holds, undecided] =
            [calls as u64, count.violated.into(), count.novelties.into(), count.holds.into(), count.undecided.into()]
                .map(|it| it.to_string());
        let cells = [
            (result, result_style(result, theme)),
            (rule.title, Style::new()),
            (rule.id, theme.muted),
            (&calls, theme.muted),
            (&violated, theme.muted),
            (&novelties, theme.muted),
            (&holds, theme.muted),
            (&undecided, theme.muted),
        ];
        Some(row(&widths, cells))
    };
    let details = |columns: usize| {
        let Some((rule, index)) = screen.rule(shared).zip(Rules::index(screen.selected, shared)) else {
            return Vec::new();
        };
        let mut lines = wrap(&[Span::styled(format!("{}  {}", rule.id, rule.title), theme.heading)], columns, 2);
        let (count, calls) = Rules::counts(index, shared);
        let grade = match rule.grade {
            Grade::Violation => "a departure counts as a violation",
            Grade::Warning => "a departure counts as a warning",
            Grade::Note => "a departure counts as a novelty",
        };
        let text = format!(
            "page {}; {grade}; checked in {}: holds {}, violated {}, novelties {}, undecided {}",
            rule.page,
            counted(calls as u64, "call"),
            count.holds,
            count.violated,
            count.novelties,
            count.undecided
        );
        lines.extend(wrap(&[Span::raw(text)], columns, 2));
        lines
    };
    list.draw(scroll, canvas, entry, details)
}

/// Draws the places where one rule was checked.
pub(in crate::tui) fn draw_places(
    screen: &Places,
    shared: &Shared,
    scroll: &mut Scroll,
    canvas: Canvas<'_, '_>,
) -> Viewport {
    let theme = canvas.theme;
    let widths =
        fit(PLACE_COLUMNS.len(), PLACE_GROWTHS.into_iter().chain([(2, usize::MAX / 2)]), canvas.area.width.into());
    let heading = headings(&widths, &PLACE_COLUMNS);
    let empty = shared.empty("No call exercises this rule. Press ‹page› to see what would.");
    let count = Places::count(shared);
    let list = List { heading, selected: screen.selected, details: &screen.details, count, empty };
    let why = |index: usize| {
        let (_, judged, _, place) = Places::place(index, shared)?;
        Some(visible_all(&shared.names.in_text(&place.why, &judged.call.people)).into_owned())
    };
    let entry = |index: usize, _: usize| {
        let (call, _, stanza, place) = Places::place(index, shared)?;
        let style = match place.found {
            Conformance::Violated => theme.violated,
            Conformance::Novelty => theme.novelty,
            Conformance::Undecided => theme.incoming,
            Conformance::Holds => theme.accent,
        };
        let number = if call < shared.calls().len() { format!("#{}", call + 1) } else { "none".to_owned() };
        let record = stanza.observed.stanza.origin.last.to_string();
        let cells = [
            (number, theme.muted),
            (place.found.name().to_owned(), style),
            (why(index)?, Style::new()),
            (record, theme.muted),
        ];
        Some(row(&widths, cells))
    };
    let title = screen.rule().map_or("", |rule| rule.title);
    let details = |columns: usize| {
        let mut lines = wrap(&[Span::styled(format!("{}  {title}", screen.rule), theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(why(screen.selected).unwrap_or_default())], columns, 0));
        lines
    };
    list.draw(scroll, canvas, entry, details)
}
