//! The rules, and the places where one of them was checked.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::call::Row;
use crate::report;
use crate::spec::{self, Conformance, Count, Grade, Judged, Place, RULES, Rule};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::csv::{Table, number, text};
use crate::tui::kit::list::{List, Scroll, cell, last};
use crate::tui::kit::pane::{Canvas, Viewport};
use crate::tui::kit::text::{visible_all, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::screen::{Formats, Screen, Step, TABLE};
use crate::tui::shared::Shared;
use crate::words::counted;

/// From this width on the counts are shown.
const WIDE: u16 = 100;

/// The rules.
#[derive(Clone, Debug, Default)]
pub(in crate::tui) struct Rules {
    selected: usize,
}

impl Rules {
    fn rule(&self) -> Option<&'static Rule> {
        RULES.get(self.selected).copied()
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

    fn list(&mut self, _shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, RULES.len()))
    }

    fn update(&mut self, command: Command, _shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => self.rule().map(|rule| Step::Places(rule.id)),
            Command::Page => self.rule().map(page_of),
            _ => None,
        }
    }

    fn subject(&self, _shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        Some((report::Subject::Rule(self.rule()?), None))
    }

    fn copied(&self, _shared: &Shared) -> Option<(&'static str, String)> {
        self.rule().map(|rule| ("Line", format!("{}: {}", rule.id, rule.title)))
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let rows = RULES.iter().enumerate().map(|(index, rule)| {
            let (count, calls) = Self::counts(index, shared);
            vec![
                text(rule.id),
                text(rule.page),
                number(count.holds),
                number(count.violated),
                number(count.novelties),
                number(count.undecided),
                number(calls),
                text(rule.title),
            ]
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
}

/// A place: the index of its call, the call, the row, and the place.
type At<'s> = (usize, &'s Judged, &'s Row, &'s Place);

impl Places {
    /// The places of the rule with this id.
    pub(in crate::tui) const fn of(rule: &'static str) -> Self {
        Self { rule, selected: 0 }
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
        let (call, place) = *shared.board.as_ref()?.places.get(index)?;
        let judged = shared.judged(call)?;
        let place = judged.places.get(place)?;
        Some((call, judged, judged.call.rows.get(place.row)?, place))
    }
}

impl Screen for Places {
    fn context(&self) -> Context {
        Context::Places
    }

    fn list(&mut self, shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, Self::count(shared)))
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
fn result(count: Count, theme: &Theme) -> (&'static str, Style) {
    match count {
        Count { violated: 1.., .. } => ("violated", theme.violated),
        Count { novelties: 1.., .. } => ("novelty", theme.novelty),
        Count { holds: 1.., .. } => ("holds", theme.accent),
        Count { undecided: 1.., .. } => ("undecided", theme.incoming),
        _ => ("not exercised", theme.muted),
    }
}

/// Draws the rules.
pub(in crate::tui) fn draw(screen: &Rules, shared: &Shared, scroll: &mut Scroll, canvas: Canvas<'_, '_>) -> Viewport {
    let theme = canvas.theme;
    let names = ["Holds", "!", "+", "Undecided", "Calls"];
    let numbers = names.map(|name| Span::raw(format!("{name:>9} ")));
    let is_wide = canvas.area.width >= WIDE;
    let mut heading = vec![cell("Result", 13, Style::new())];
    heading.extend(if is_wide { numbers.to_vec() } else { Vec::new() });
    heading.push(Span::raw("Rule"));
    let empty = "This version checks no rules.";
    let list = List { heading: Line::from(heading), selected: screen.selected, count: RULES.len(), empty };
    let entry = |index: usize, columns: usize| {
        let rule = RULES.get(index)?;
        let (count, calls) = Rules::counts(index, shared);
        let (result, style) = result(count, theme);
        let mut cells = vec![cell(result, 13, style)];
        if is_wide {
            let numbers = [count.holds, count.violated, count.novelties, count.undecided, calls as u64];
            cells.extend(numbers.map(|number| Span::styled(format!("{number:>9} "), theme.muted)));
        }
        Some(last(cells, &format!("{}  {}", rule.id, rule.title), columns, Style::new()))
    };
    let details = |columns: usize| {
        let Some(rule) = screen.rule() else { return Vec::new() };
        let mut lines = wrap(&[Span::styled(format!("{}  {}", rule.id, rule.title), theme.heading)], columns, 2);
        let (count, calls) = Rules::counts(screen.selected, shared);
        let grade = match rule.grade {
            Grade::Violation => "a departure is a violation",
            Grade::Warning => "a departure is a warning",
        };
        let text = format!(
            "page {}; {grade}; in {}: holds {}, violated {}, novelties {}, undecided {}",
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
    let heading = Line::from(vec![
        cell("Call", 6, Style::new()),
        cell("Record", 8, Style::new()),
        cell("Result", 9, Style::new()),
        Span::raw("Why"),
    ]);
    let empty = shared.empty("No call exercises this rule. Press i to see what would.");
    let list = List { heading, selected: screen.selected, count: Places::count(shared), empty };
    let why = |index: usize| {
        let (_, judged, _, place) = Places::place(index, shared)?;
        Some(visible_all(&shared.names.in_text(&place.why, &judged.call.people)).into_owned())
    };
    let entry = |index: usize, columns: usize| {
        let (call, _, row, place) = Places::place(index, shared)?;
        let style = match place.found {
            Conformance::Violated => theme.violated,
            Conformance::Novelty => theme.novelty,
            Conformance::Undecided => theme.incoming,
            Conformance::Holds => theme.accent,
        };
        let number = if call < shared.calls().len() { format!("#{}", call + 1) } else { "none".to_owned() };
        let cells = vec![
            cell(&number, 6, theme.muted),
            cell(&row.observed.stanza.origin.last.to_string(), 8, theme.muted),
            cell(place.found.name(), 9, style),
        ];
        Some(last(cells, &why(index)?, columns, Style::new()))
    };
    let title = screen.rule().map_or("", |rule| rule.title);
    let details = |columns: usize| {
        let mut lines = wrap(&[Span::styled(format!("{}  {title}", screen.rule), theme.heading)], columns, 2);
        lines.extend(wrap(&[Span::raw(why(screen.selected).unwrap_or_default())], columns, 0));
        lines
    };
    list.draw(scroll, canvas, entry, details)
}
