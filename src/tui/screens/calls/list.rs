//! The list of calls: which are shown, in which order, and which is selected.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::columns::{CellContext, Column, SortKey};
use crate::analysis::Analysis;
use crate::call::Call;
use crate::notes::Subject;
use crate::origin::CaptureId;
use crate::report;
use crate::spec::Judged;
use crate::tables::Cell;
use crate::tui::dialog::Dialog;
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::{Command, Effect, Movement};
use crate::tui::kit::csv::{Table, text};
use crate::tui::screen::{FILTER, Formats, Screen, Step, TABLE, origins, wireshark_filter};
use crate::tui::shared::Shared;
use crate::words::{NONE, counted};

/// How much is done at once, so that a key is never kept waiting: calls, and stanzas that a filter examines.
const SLICE: usize = 1_000;

/// As how many of them a call counts that has to be judged first.
const UNJUDGED: usize = 20;

/// The list of calls.
#[derive(Debug)]
pub(in crate::tui) struct Calls {
    /// Indexes into [`Analysis::calls`], in the order shown.
    pub(in crate::tui) shown: Vec<usize>,
    /// The selected index in `shown`.
    pub(in crate::tui) selected: usize,
    /// The column that it is sorted by.
    pub(in crate::tui) sort: Column,
    /// Whether the order is reversed.
    pub(in crate::tui) reversed: bool,
    /// The columns that the user wants.
    pub(in crate::tui) columns: Vec<Column>,
    /// The calls that are ticked.
    pub(in crate::tui) ticked: BTreeSet<Subject>,
    arranging: Option<Arranging>,
    /// Whether there is a later snapshot than the one that is being arranged.
    is_outdated: bool,
    /// The calls that the filter examined, and whether they match: calls that did not change are not examined again.
    known: Vec<(Arc<Judged>, bool)>,
}

/// Filtering and sorting, call by call.
#[derive(Debug)]
struct Arranging {
    of: Arc<Analysis>,
    next: usize,
    kept: BTreeSet<(Option<SortKey>, usize)>,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            shown: Vec::new(),
            selected: 0,
            sort: Column::Number,
            reversed: false,
            columns: Column::ALL.iter().copied().filter(|column| *column != Column::Vantages).collect(),
            ticked: BTreeSet::new(),
            arranging: None,
            is_outdated: false,
            known: Vec::new(),
        }
    }
}

impl Calls {
    /// The index of the selected call in [`Analysis::calls`].
    pub(in crate::tui) fn selected_index(&self) -> Option<usize> {
        self.shown.get(self.selected).copied()
    }

    /// Selects the call with this index, if it is shown.
    pub(in crate::tui) fn select_call(&mut self, index: usize) {
        if let Some(place) = self.shown.iter().position(|shown| *shown == index) {
            self.selected = place;
        }
    }

    /// Selects the newest of the calls that are shown.
    pub(in crate::tui) fn select_newest(&mut self) {
        let newest = self.shown.iter().enumerate().max_by_key(|(_, index)| **index);
        self.selected = newest.map_or(self.selected, |(place, _)| place);
    }

    /// Returns whether not all calls are filtered and sorted yet.
    pub(in crate::tui) const fn is_arranging(&self) -> bool {
        self.arranging.is_some()
    }

    /// Rebuilds the list from a later snapshot, once what was begun is done: snapshots may come faster.
    pub(in crate::tui) fn renew(&mut self, shared: &Shared) {
        if self.arranging.is_some() {
            self.is_outdated = true;
        } else {
            self.rearrange(shared);
        }
    }

    /// Rebuilds the list for another filter.
    pub(in crate::tui) fn refilter(&mut self, shared: &Shared) {
        self.known.clear();
        self.rearrange(shared);
    }

    /// Starts to rebuild the list: at once if it is all calls in their order, otherwise in slices.
    pub(in crate::tui) fn rearrange(&mut self, shared: &Shared) {
        let Some(analysis) = &shared.analysis else { return };
        self.is_outdated = false;
        self.arranging = None;
        if shared.filter.is_none() && self.sort == Column::Number {
            self.show((0..analysis.calls.len()).collect());
            return;
        }
        self.arranging = Some(Arranging { of: Arc::clone(analysis), next: 0, kept: BTreeSet::new() });
        self.work(shared);
    }

    /// Filters and sorts more calls. Returns whether there are more.
    pub(in crate::tui) fn work(&mut self, shared: &Shared) -> bool {
        let Some(Arranging { of, next, kept }) = &mut self.arranging else { return false };
        let chooser = shared.filter.as_ref().map(|(_, selection)| selection.over(of));
        let context = CellContext { analysis: None, names: &shared.names, reference: None, note: None };
        let mut done = 0;
        while let Some(judged) = of.calls.get(*next)
            && done < SLICE
        {
            let is_wanted = chooser.as_ref().is_none_or(|chooser| {
                let known = self.known.get(*next).filter(|(known, _)| Arc::ptr_eq(known, judged));
                let wanted = known.map(|(_, wanted)| *wanted).unwrap_or_else(|| {
                    done += judged.call.rows.len();
                    chooser.wants_call(judged)
                });
                match self.known.get_mut(*next) {
                    Some(known) => *known = (Arc::clone(judged), wanted),
                    None => self.known.push((Arc::clone(judged), wanted)),
                }
                wanted
            });
            if is_wanted {
                let is_judged_first = self.sort.is_of_verdicts() && !judged.is_judged();
                done += if is_judged_first { UNJUDGED } else { 1 };
                let key = (self.sort != Column::Number).then(|| self.sort.key(judged, &context));
                kept.insert((key, *next));
            }
            *next += 1;
        }
        if *next < of.calls.len() {
            return true;
        }
        let kept = std::mem::take(kept);
        self.arranging = None;
        self.show(kept.into_iter().map(|(_, call)| call).collect());
        if self.is_outdated {
            self.rearrange(shared);
        }
        self.arranging.is_some()
    }

    /// Shows these calls, or their reverse. The selected call stays selected.
    fn show(&mut self, mut shown: Vec<usize>) {
        let selected = self.selected_index();
        if self.reversed {
            shown.reverse();
        }
        self.shown = shown;
        let place = selected.and_then(|call| self.shown.iter().position(|shown| *shown == call));
        self.selected = place.unwrap_or_else(|| self.selected.min(self.shown.len().saturating_sub(1)));
    }

    /// Ticks a call, or removes the tick.
    pub(in crate::tui) fn toggle_tick(&mut self, call: &Call) {
        let subject = Subject::of_call(call);
        if !self.ticked.remove(&subject) {
            self.ticked.insert(subject);
        }
    }

    /// Returns whether a call is ticked.
    pub(in crate::tui) fn is_ticked(&self, call: &Call) -> bool {
        !self.ticked.is_empty() && self.ticked.contains(&Subject::of_call(call))
    }

    /// The ticked calls, in the order of the analysis.
    pub(in crate::tui) fn ticked_calls(&self, analysis: &Analysis) -> Vec<Arc<Judged>> {
        if self.ticked.is_empty() {
            return Vec::new();
        }
        analysis.calls.iter().filter(|judged| self.is_ticked(&judged.call)).cloned().collect()
    }

    /// The selected call, and its index.
    pub(in crate::tui) fn selected_call<'s>(&self, shared: &'s Shared) -> Option<(usize, &'s Arc<Judged>)> {
        let index = self.selected_index()?;
        Some((index, shared.calls().get(index)?))
    }

    /// The ticked calls, otherwise the selected one.
    fn chosen(&self, shared: &Shared) -> Vec<Arc<Judged>> {
        let ticked = shared.analysis.as_ref().map(|analysis| self.ticked_calls(analysis)).unwrap_or_default();
        if !ticked.is_empty() {
            return ticked;
        }
        self.selected_call(shared).map(|(_, judged)| vec![Arc::clone(judged)]).unwrap_or_default()
    }

    fn tick(&mut self, shared: &mut Shared) {
        if let Some(Dialog::Columns { selected }) = &shared.dialog {
            if let Some(column) = Column::ALL.get(*selected).copied() {
                self.toggle_column(column);
            }
        } else if let Some(judged) = self.selected_call(shared).map(|(_, judged)| Arc::clone(judged)) {
            self.toggle_tick(&judged.call);
            self.go(Movement::Down, shared);
            shared.say(format!(
                "{} ticked (‹compare›: compare two, ‹open›: open all in one ladder)",
                counted(self.ticked.len() as u64, "call")
            ));
        }
    }

    fn toggle_column(&mut self, column: Column) {
        if self.columns.contains(&column) {
            self.columns.retain(|kept| *kept != column);
        } else {
            self.columns.push(column);
            self.columns.sort_unstable();
        }
    }

    /// Selects the newest call from now on, or no longer.
    fn toggle_scrolling(&mut self, shared: &mut Shared) {
        shared.live.scrolls = !shared.live.scrolls;
        if shared.live.scrolls {
            self.select_newest();
        }
        shared.say(if shared.live.scrolls { "Auto-scroll on: the newest call is selected" } else { "Auto-scroll off" });
    }

    /// The ticked two, or the ticked one and the selected one.
    fn compared(&mut self, shared: &mut Shared) -> Option<Step> {
        let mut calls = shared.analysis.as_ref().map(|analysis| self.ticked_calls(analysis)).unwrap_or_default();
        if let ([one], Some((_, selected))) = (calls.as_slice(), self.selected_call(shared))
            && (&one.call.id, &one.call.creator) != (&selected.call.id, &selected.call.creator)
        {
            calls.push(Arc::clone(selected));
        }
        match <[Arc<Judged>; 2]>::try_from(calls) {
            Ok(calls) => {
                self.ticked.clear();
                Some(Step::CompareCalls(calls))
            }
            Err(_) => {
                shared.say("To compare two, tick one with ‹tick›, then press ‹compare› on the other");
                None
            }
        }
    }

    /// Sorts by the next column that is shown; after the last one by number again.
    fn sort_next(&mut self, shared: &mut Shared) {
        let columns: Vec<Column> = self.columns.iter().copied().filter(|column| *column != Column::Note).collect();
        let place = columns.iter().position(|column| *column == self.sort);
        let next = place.map_or(0, |place| place + 1);
        self.sort = columns.get(next).copied().unwrap_or(Column::Number);
        self.reversed = false;
        shared.say(format!("Sorted by {} (‹reverse›: reverse)", self.sort.description()));
    }

    /// Sorts by this column, or reverses the order if it is sorted by it already.
    pub(in crate::tui) fn sort_by(&mut self, column: Column) {
        self.reversed = self.sort == column && !self.reversed;
        self.sort = column;
    }

    /// Saves the choice of columns in the config file.
    pub(in crate::tui) fn keep_columns(&self, shared: &mut Shared) -> Option<Effect> {
        let columns = self.columns.iter().map(|column| column.name()).collect();
        if shared.config.is_none() {
            shared.say("There is no config file to save to; start with --config FILE");
        }
        Some(Effect::KeepColumns { path: shared.config.clone()?, columns })
    }

    /// The next or previous call with a mark.
    fn next_mark(&self, forward: bool, shared: &mut Shared) -> Option<Step> {
        let is_marked = |judged: &Arc<Judged>| shared.notes.is_marked(&judged.call);
        let marked = self.shown.iter().enumerate();
        let mut marked = marked.filter(|(_, call)| shared.calls().get(**call).is_some_and(is_marked)).map(|it| it.0);
        let found = if forward {
            marked.find(|place| *place > self.selected)
        } else {
            marked.take_while(|place| *place < self.selected).last()
        };
        if found.is_none() {
            shared.say(format!("No mark {}", if forward { "below" } else { "above" }));
        }
        found.map(Step::Listed)
    }

    /// The columns that the user wants without those that say the same of every call.
    pub(super) fn columns_with_text(&self, shared: &Shared) -> impl Iterator<Item = Column> {
        self.columns.iter().copied().filter(|column| match column {
            Column::Note => !shared.notes.is_empty(),
            Column::Capture => !shared.has_one_capture(),
            Column::Violations => !crate::spec::RULES.is_empty(),
            _ => true,
        })
    }

    /// What the cells of a call depend on.
    pub(in crate::tui) fn cell_context<'s>(shared: &'s Shared, note: Option<&'s str>) -> CellContext<'s> {
        let analysis = shared.analysis.as_deref();
        CellContext { analysis, names: &shared.names, reference: shared.times.reference(), note }
    }
}

impl Screen for Calls {
    fn context(&self) -> Context {
        Context::Calls
    }

    fn list(&mut self, _shared: &Shared) -> Option<(&mut usize, usize)> {
        Some((&mut self.selected, self.shown.len()))
    }

    fn entry_text(&self, index: usize, shared: &Shared) -> Option<String> {
        let call = *self.shown.get(index)?;
        let judged = shared.calls().get(call)?;
        let context = Self::cell_context(shared, shared.notes.of_call(&judged.call));
        let texts: Vec<_> = self.columns_with_text(shared).map(|column| column.text(call, judged, &context)).collect();
        Some(texts.join(" "))
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::Open => return Some(self.chosen(shared)).filter(|calls| !calls.is_empty()).map(Step::Calls),
            Command::Media => return self.chosen(shared).into_iter().next().map(Step::Media),
            Command::Tick => self.tick(shared),
            Command::Compare => return self.compared(shared),
            Command::AutoScroll => self.toggle_scrolling(shared),
            Command::Columns => shared.dialog = Some(Dialog::Columns { selected: 0 }),
            Command::NextMark | Command::PreviousMark => return self.next_mark(command == Command::NextMark, shared),
            Command::Sort => {
                self.sort_next(shared);
                return Some(Step::Relist);
            }
            Command::ReverseSort => {
                self.reversed = !self.reversed;
                return Some(Step::Relist);
            }
            _ => {}
        }
        None
    }

    fn subject(&self, shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        Some((report::Subject::Call(self.selected_call(shared)?.0), None))
    }

    fn noted(&self, shared: &Shared) -> Option<(Subject, Vec<CaptureId>)> {
        let (_, judged) = self.selected_call(shared)?;
        // The first is whose notes it goes to: one with stanzas, not a log of events.
        let mut captures = judged.call.captures();
        let has_stanzas = |capture: &CaptureId| judged.call.rows.iter().any(|row| row.observed.capture() == *capture);
        captures.sort_by_key(|capture| !has_stanzas(capture));
        Some((Subject::of_call(&judged.call), captures))
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        Some(("Call-id", self.selected_call(shared)?.1.call.id.to_string()))
    }

    fn also_copied(&self, shared: &Shared) -> Vec<(&'static str, String)> {
        let calls = self.chosen(shared);
        let filter = wireshark_filter(shared, origins(calls.iter().map(|judged| judged.call.as_ref())));
        filter.map(|filter| (FILTER, filter)).into_iter().collect()
    }

    fn packets(&self, shared: &Shared) -> Vec<Arc<Judged>> {
        self.chosen(shared)
    }

    fn table(&self, shared: &Shared) -> Option<Table> {
        let rows = self.shown.iter().filter_map(|index| {
            let judged = shared.calls().get(*index)?;
            let context = Self::cell_context(shared, shared.notes.of_call(&judged.call));
            let cell = |column: &Column| match column.text(*index, judged, &context) {
                none if none == NONE => Cell::Null,
                number if column.is_number() => number.parse().map_or_else(|_| text(number), Cell::Integer),
                other => text(other),
            };
            Some(self.columns.iter().map(cell).collect())
        });
        Some((self.columns.iter().map(|column| column.name()).collect(), rows.collect()))
    }

    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        Some(("calls".to_owned(), TABLE))
    }
}
