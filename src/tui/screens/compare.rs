//! Two calls compared row by row, or two stanzas element by element.

mod words;

use std::sync::Arc;

use ratatui::layout::{Constraint, Layout};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use words::{marked, relation, sign};

use crate::call::Call;
use crate::compare::{self, Aligned, Part, Relation, Side, What};
use crate::diagram::label;
use crate::protocol::xml;
use crate::spec::Judged;
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::Command;
use crate::tui::kit::fit::fit;
use crate::tui::kit::list::{Details, Scroll, headings, row};
use crate::tui::kit::pane::{Canvas, Target, Viewport};
use crate::tui::kit::text::{cut, visible_all, width, wrap};
use crate::tui::kit::theme::Theme;
use crate::tui::screen::{At, Formats, Screen, Step};
use crate::tui::shared::Shared;
use crate::words::{counted, offset};

const FORMATS: Formats = &[("txt", "both sides, line by line")];

/// The columns of two stanzas, and of two calls.
const OF_STANZAS: [&str; 4] = ["Part", "", "Left", "Right"];
const OF_CALLS: [&str; 4] = ["Left", "", "Right", "What differs"];

/// From this height on the selected line is shown in full below the list, in that share of the height.
const LEAST_WHOLE: u16 = 14;
const SHARE: u16 = 3;

/// What is compared.
#[derive(Clone, Debug)]
enum Compared {
    /// Two calls, and their rows.
    Calls([Arc<Judged>; 2], Arc<[Aligned]>),
    /// Two stanzas, each with its call, and their parts.
    Stanzas([At; 2], Arc<[Part]>),
}

/// Which lines are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listed {
    /// All but values that are random by nature.
    #[default]
    Folded,
    /// Those that differ.
    Differing,
    /// All.
    All,
}

/// Two calls or stanzas side by side.
#[derive(Clone, Debug)]
pub(in crate::tui) struct Comparison {
    compared: Compared,
    listed: Listed,
    /// The lines that are listed: indexes of rows or parts.
    lines: Arc<[usize]>,
    selected: usize,
    details: Details,
}

impl Comparison {
    /// Compares two calls by their rows.
    pub(in crate::tui) fn of_calls(calls: [Arc<Judged>; 2]) -> Self {
        let [left, right] = &calls;
        let rows = compare::calls(&left.call, &right.call).into();
        Self::new(Compared::Calls(calls, rows))
    }

    /// Compares two stanzas by their elements and attributes.
    pub(in crate::tui) fn of_stanzas(stanzas: [At; 2]) -> Self {
        let [left, right] = stanzas.each_ref().map(|(judged, row)| Side { call: &judged.call, row: *row });
        let parts = compare::stanzas(left, right).into();
        Self::new(Compared::Stanzas(stanzas, parts))
    }

    fn new(compared: Compared) -> Self {
        let mut comparison =
            Self { compared, listed: Listed::Folded, lines: Arc::default(), selected: 0, details: Details::START };
        comparison.list();
        comparison
    }

    /// The number of rows or parts.
    fn count(&self) -> usize {
        match &self.compared {
            Compared::Calls(_, rows) => rows.len(),
            Compared::Stanzas(_, parts) => parts.len(),
        }
    }

    /// Returns whether a row or part differs.
    fn differs(&self, index: usize) -> bool {
        match &self.compared {
            Compared::Calls(_, rows) => rows.get(index).is_some_and(Aligned::differs),
            Compared::Stanzas(_, parts) => parts.get(index).is_some_and(|part| part.relation.differs()),
        }
    }

    fn is_random(&self, index: usize) -> bool {
        match &self.compared {
            Compared::Calls(..) => false,
            Compared::Stanzas(_, parts) => parts.get(index).is_some_and(|part| part.relation == Relation::Random),
        }
    }

    /// Rebuilds the list. What is selected stays selected, or the line after it.
    fn list(&mut self) {
        let selected = self.lines.get(self.selected).copied().unwrap_or_default();
        let is_listed = |index: &usize| match self.listed {
            Listed::Folded => !self.is_random(*index),
            Listed::Differing => self.differs(*index),
            Listed::All => true,
        };
        self.lines = (0..self.count()).filter(is_listed).collect();
        self.selected = self.lines.iter().position(|index| *index >= selected).unwrap_or_default();
    }

    fn list_next(&mut self, shared: &mut Shared) {
        self.listed = match self.listed {
            Listed::Folded => Listed::Differing,
            Listed::Differing => Listed::All,
            Listed::All => Listed::Folded,
        };
        self.list();
        shared.say(match self.listed {
            Listed::Folded => "Ids, keys, tokens and times are folded",
            Listed::Differing => "Only what differs",
            Listed::All => "Everything",
        });
    }

    /// The next or previous line that differs.
    fn next_difference(&self, forward: bool) -> Option<usize> {
        let differs = |line: &usize| self.lines.get(*line).is_some_and(|index| self.differs(*index));
        if forward {
            (self.selected + 1..self.lines.len()).find(differs)
        } else {
            (0..self.selected).rev().find(differs)
        }
    }

    /// The two stanzas of the selected line, if calls are compared and both have one.
    fn pair(&self) -> Option<[At; 2]> {
        let Compared::Calls([left, right], rows) = &self.compared else { return None };
        let row = rows.get(*self.lines.get(self.selected)?)?;
        Some([(Arc::clone(left), row.left?), (Arc::clone(right), row.right?)])
    }

    /// The calls of both sides.
    fn calls(&self) -> [&Call; 2] {
        match &self.compared {
            Compared::Calls(calls, _) => calls.each_ref().map(|judged| judged.call.as_ref()),
            Compared::Stanzas(stanzas, _) => stanzas.each_ref().map(|(judged, _)| judged.call.as_ref()),
        }
    }

    /// The cells of a line: of stanzas the part, the sign, and both values; of calls both rows around the sign, and what
    /// differs.
    fn cells(&self, line: usize, shared: &Shared) -> Option<[String; 4]> {
        let index = *self.lines.get(line)?;
        let [left, right] = self.calls();
        let named = |text: &str, call: &Call| {
            visible_all(&shared.presentable(shared.names.in_text(text, &call.people).into_owned())).into_owned()
        };
        match &self.compared {
            Compared::Calls(_, rows) => {
                let row = rows.get(index)?;
                let side = |call: &Call, row: Option<usize>| {
                    row.map_or_else(String::new, |row| format!("{}{}", shown_row(call, row), since_start(call, row)))
                };
                let sign = match (row.left, row.right, row.differs()) {
                    (_, _, false) => "=",
                    (Some(_), None, _) => "<",
                    (None, Some(_), _) => ">",
                    _ => "≠",
                };
                let summary = if row.left.is_some() && row.right.is_some() { row.summary() } else { String::new() };
                let summary = shared.names.in_text(&summary, &left.people).into_owned();
                Some([
                    named(&side(left, row.left), left),
                    sign.to_owned(),
                    named(&side(right, row.right), right),
                    named(&summary, right),
                ])
            }
            Compared::Stanzas(_, parts) => {
                let part = parts.get(index)?;
                let value = |value: &Option<String>, call: &Call| match (&part.what, value) {
                    (What::Element, Some(tag)) => format!("<{}>", visible_all(tag)),
                    (_, Some(value)) => named(value, call),
                    (_, None) => String::new(),
                };
                let indent = "  ".repeat(part.depth.min(DEEPEST) + usize::from(part.what != What::Element));
                let name = match part.what {
                    What::Element => format!("<{}>", part.name()),
                    What::Content => "content".to_owned(),
                    What::Attribute(_) | What::Key(_) => part.name().to_owned(),
                };
                let (mut one, mut other) = (value(&part.left, left), value(&part.right, right));
                if part.what == What::Element {
                    // The name says it already, unless only one has it.
                    let is_both = part.left.is_some() && part.right.is_some();
                    for side in [&mut one, &mut other] {
                        if is_both {
                            side.clear();
                        }
                    }
                }
                Some([format!("{indent}{}", visible_all(&name)), sign(part.relation).to_owned(), one, other])
            }
        }
    }

    /// The selected line in full.
    fn in_full(&self, shared: &Shared, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
        let Some(index) = self.lines.get(self.selected) else { return Vec::new() };
        let [left, right] = self.calls();
        let named = |text: &str, call: &Call| {
            visible_all(&shared.presentable(shared.names.in_text(text, &call.people).into_owned())).into_owned()
        };
        let mut lines = Vec::new();
        let mut add = |part: &Part| {
            let place = match &part.what {
                What::Element | What::Content => part.element.clone(),
                What::Attribute(name) | What::Key(name) => format!("{} {name}", part.element),
            };
            let says = format!("{} · {}", visible_all(&place), relation(part.relation));
            lines.extend(wrap(&[Span::styled(says, theme.muted)], columns, 2));
            let text = |value: &Option<String>, call| value.as_deref().map(|value| named(value, call));
            let (one, other) = (text(&part.left, left), text(&part.right, right));
            for (sign, own, against) in [("< ", &one, &other), ("> ", &other, &one)] {
                let mut spans = vec![Span::styled(sign, theme.accent)];
                match own {
                    Some(own) => spans.extend(marked(own, against.as_deref().unwrap_or(own), theme)),
                    None => spans.push(Span::styled("nothing", theme.muted)),
                }
                lines.extend(wrap(&spans, columns, 2));
            }
        };
        match &self.compared {
            Compared::Stanzas(_, parts) => parts.get(*index).into_iter().for_each(add),
            Compared::Calls(_, rows) => {
                let Some(row) = rows.get(*index) else { return lines };
                row.differences.iter().for_each(&mut add);
                let alone = match (row.left, row.right) {
                    (Some(row), None) => Some(("only in the left call", left, row)),
                    (None, Some(row)) => Some(("only in the right call", right, row)),
                    _ => None,
                };
                if let Some((says, call, row)) = alone {
                    lines.push(Line::styled(says, theme.muted));
                    if let Some(node) = shared.node(call, row) {
                        let text = xml::write_bounded(node.as_ref(), STANZA_SHOWN);
                        let text = text.lines().map(|line| shared.names.in_text(line, &call.people).into_owned());
                        lines.extend(
                            text.flat_map(|line| wrap(&[Span::raw(visible_all(&line).into_owned())], columns, 2)),
                        );
                    }
                } else if lines.is_empty() {
                    let says = if row.differs() {
                        row.summary()
                    } else {
                        "the same except for ids, keys and times".to_owned()
                    };
                    lines.push(Line::styled(says, theme.muted));
                }
            }
        }
        lines
    }
}

/// The most characters shown of a stanza without a counterpart.
const STANZA_SHOWN: usize = 4_000;

/// The deepest indent of an element.
const DEEPEST: usize = 8;

fn shown_row(call: &Call, row: usize) -> String {
    call.rows.get(row).map_or_else(String::new, label)
}

/// The time of a row since the start of its call.
fn since_start(call: &Call, row: usize) -> String {
    let time = call.rows.get(row).and_then(|row| row.observed.time()).zip(call.start());
    time.map_or_else(String::new, |(time, start)| format!("  {}", offset(time.nanoseconds_since(start))))
}

impl Screen for Comparison {
    fn context(&self) -> Context {
        Context::Compare
    }

    fn list(&mut self, _shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, self.lines.len()))
    }

    fn details(&mut self) -> Option<&mut Details> {
        Some(&mut self.details)
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        self.cells(index, shared).map(|cells| cells.join(" "))
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => match (self.pair(), &self.compared) {
                (Some(pair), _) => return Some(Step::CompareStanzas(pair)),
                (None, Compared::Calls(..)) => {
                    shared.say("Only one of the calls has this row (‹focus-details› scrolls it)")
                }
                (None, Compared::Stanzas(..)) => shared
                    .say("The stanzas are compared part by part already (‹focus-details› scrolls the selected part)"),
            },
            Command::NextEvidence | Command::PreviousEvidence => {
                match self.next_difference(command == Command::NextEvidence) {
                    Some(line) => self.selected = line,
                    None => shared.say("No more differences"),
                }
            }
            Command::Fold => self.list_next(shared),
            _ => {}
        }
        None
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        Some(("Comparison", self.written("txt", shared)?))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some(("comparison".to_owned(), FORMATS))
    }

    /// The lines as listed, with the sign of each first.
    fn written(&self, _extension: &str, shared: &Shared) -> Option<String> {
        let lines = (0..self.lines.len()).filter_map(|line| self.cells(line, shared)).map(|cells| {
            let [one, two, three, four] = match &self.compared {
                Compared::Calls(..) => {
                    let [left, sign, right, differs] = cells;
                    [sign, left, right, differs]
                }
                Compared::Stanzas(..) => {
                    let [part, sign, left, right] = cells;
                    [sign, part, left, right]
                }
            };
            format!("{one} {two:<40} | {three:<40} | {four}").trim_end().to_owned() + "\n"
        });
        Some(lines.collect())
    }
}

/// Draws the comparison.
pub(in crate::tui) fn draw(
    comparison: &Comparison,
    shared: &Shared,
    scroll: &mut Scroll,
    mut canvas: Canvas<'_, '_>,
) -> Viewport {
    let Canvas { theme, regions, frame, area } = &mut canvas;
    let (theme, area) = (*theme, *area);
    let whole = if area.height >= LEAST_WHOLE { area.height / SHARE } else { 0 };
    let [sides, heads, list, rule, below] = Layout::vertical([
        Constraint::Length(u16::from(area.height > 4)),
        Constraint::Length(u16::from(area.height > 3)),
        Constraint::Fill(1),
        Constraint::Length(u16::from(whole > 0)),
        Constraint::Length(whole),
    ])
    .areas(area);
    let columns = usize::from(area.width);
    let room = usize::from(list.height);
    let first = scroll.follow(comparison.selected, comparison.lines.len(), room);
    let shown: Vec<_> = (first..).take(room).map_while(|line| comparison.cells(line, shared)).collect();
    let widths = widths(comparison, &shown, columns);
    let [left, right] = heads_of(shared, comparison);
    let each = columns.saturating_sub(1) / 2;
    let gap = " ".repeat(each.saturating_sub(width(&cut(&left, each))) + 1);
    let both = format!("{}{gap}{}", cut(&left, each), cut(&right, each));
    frame.render_widget(Line::from(both).style(theme.heading), sides);
    let names = if matches!(comparison.compared, Compared::Calls(..)) { OF_CALLS } else { OF_STANZAS };
    frame.render_widget(headings(&widths, &names).style(theme.muted), heads);
    regions.add(list, Target::Lines(first));
    for ((line, cells), area) in (first..).zip(shown).zip(list.rows()) {
        let index = comparison.lines.get(line).copied().unwrap_or_default();
        let style = match (comparison.differs(index), comparison.is_random(index)) {
            (true, _) => theme.matched,
            (false, true) => theme.muted,
            (false, false) => Style::new(),
        };
        let styles = [Style::new(), style, Style::new(), Style::new()];
        frame.render_widget(Line::from(row(&widths, cells.into_iter().zip(styles))), area);
        if line == comparison.selected {
            frame.buffer_mut().set_style(area, theme.selected);
        }
    }
    let mut seen = Viewport::of_list(room);
    if whole > 0 {
        let differing = (0..comparison.count()).filter(|index| comparison.differs(*index)).count();
        let random = (0..comparison.count()).filter(|index| comparison.is_random(*index)).count();
        let lines = match comparison.compared {
            Compared::Calls(..) => "row",
            Compared::Stanzas(..) => "part",
        };
        let folded = match comparison.listed {
            Listed::Folded if random > 0 => format!(", {random} random values folded (‹fold-random›)"),
            Listed::Folded | Listed::All => String::new(),
            Listed::Differing => ", only these are listed (‹fold-random›)".to_owned(),
        };
        let says = format!("{differing} of {} differ{folded}", counted(comparison.count() as u64, lines));
        let says = shared.keymap.hinted(&says);
        let details = comparison.in_full(shared, columns, theme);
        let of_details =
            comparison.details.draw(comparison.selected, &says, &details, canvas.part(area), [rule, below]);
        if comparison.details.has_focus {
            seen = of_details;
        }
    }
    seen
}

/// The widths of the columns: by what is shown in them.
fn widths(comparison: &Comparison, shown: &[[String; 4]], room: usize) -> Vec<usize> {
    let need = |column: usize| shown.iter().filter_map(|cells| cells.get(column)).map(|text| width(text)).max();
    let [first, _, third, fourth] = [0, 1, 2, 3].map(|column| need(column).unwrap_or_default().max(1));
    match comparison.compared {
        // What differs is more important than the times.
        Compared::Calls(..) => {
            let (left, right) = (first.max(width(OF_CALLS[0])), third.max(width(OF_CALLS[2])));
            let what = fourth.max(width(OF_CALLS[3]));
            let growths =
                [(0, left.min(18)), (1, 1), (2, right.min(18)), (3, what.min(36)), (0, left), (2, right), (3, what)];
            fit(4, growths, room)
        }
        // Both sides get the same.
        Compared::Stanzas(..) => {
            let part = first.min(room / 3).max(width(OF_STANZAS[0]));
            let each = room.saturating_sub(part + 4) / 2;
            fit(4, [(0, part), (1, 1), (2, each), (3, each)], room)
        }
    }
}

/// The heading of each side.
fn heads_of(shared: &Shared, comparison: &Comparison) -> [String; 2] {
    let call = |judged: &Arc<Judged>| {
        let number = shared.calls().iter().position(|known| Arc::ptr_eq(known, judged));
        let number = number.map_or_else(String::new, |number| format!("#{} ", number + 1));
        let by = judged.call.progress.ended_by.map_or_else(String::new, |by| format!(", ended by {}", by.name()));
        format!(
            "{number}{}{by}  {}",
            judged.call.progress.outcome.name(),
            visible_all(&shared.call_id(&judged.call.id))
        )
    };
    match &comparison.compared {
        Compared::Calls(calls, _) => calls.each_ref().map(call),
        Compared::Stanzas(stanzas, _) => stanzas.each_ref().map(|(judged, row)| {
            let origin = judged.call.rows.get(*row).map(|row| row.observed.stanza.origin);
            let record = origin.map_or_else(String::new, |origin| format!("{origin} of "));
            format!("{record}{}", call(judged))
        }),
    }
}
