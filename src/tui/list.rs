//! The list of calls: which of them, in which order, and which is selected.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::columns::{Column, Setting};
use super::names::Names;
use crate::analysis::Analysis;
use crate::call::Call;
use crate::notes::Subject;
use crate::spec::Judged;
use crate::tables::Selection;

/// Rows of calls that a filter looks at in one go. The rest waits, so that keys are never kept waiting.
const SLICE: usize = 4_000;

/// The list.
#[derive(Debug)]
pub(super) struct List {
    /// Indexes into [`Analysis::calls`], in the order shown.
    pub(super) shown: Vec<usize>,
    /// The selected place in `shown`.
    pub(super) selected: usize,
    /// The column that it is sorted by.
    pub(super) sort: Column,
    /// Whether the order is turned round.
    pub(super) reversed: bool,
    /// The columns that the user wants.
    pub(super) columns: Vec<Column>,
    /// The filter, and its text.
    pub(super) filter: Option<(String, Selection)>,
    /// The calls that are ticked.
    pub(super) ticked: BTreeSet<Subject>,
    sieve: Option<Sieve>,
}

/// A filter on its way through the calls.
#[derive(Debug, Default)]
struct Sieve {
    next: usize,
    kept: Vec<usize>,
    /// The calls looked at, and whether they are wanted: what does not change is not looked at again.
    known: Vec<(Arc<Judged>, bool)>,
}

impl Default for List {
    fn default() -> Self {
        Self {
            shown: Vec::new(),
            selected: 0,
            sort: Column::Number,
            reversed: false,
            columns: Column::ALL.iter().copied().filter(|column| *column != Column::Vantages).collect(),
            filter: None,
            ticked: BTreeSet::new(),
            sieve: None,
        }
    }
}

impl List {
    /// Index in [`Analysis::calls`] of the selected call.
    pub(super) fn selected_call(&self) -> Option<usize> {
        self.shown.get(self.selected).copied()
    }

    /// Selects a call, if it is shown.
    pub(super) fn select_call(&mut self, index: usize) {
        if let Some(place) = self.shown.iter().position(|shown| *shown == index) {
            self.selected = place;
        }
    }

    /// Whether the filter has not seen all calls yet.
    pub(super) fn is_sieving(&self) -> bool {
        self.sieve.as_ref().is_some_and(|sieve| sieve.next != usize::MAX)
    }

    /// Begins to make the list anew from the calls: at once, or in slices where there is a filter.
    pub(super) fn renew(&mut self, analysis: &Analysis, names: &Names) {
        if self.filter.is_none() {
            self.sieve = None;
            self.arrange((0..analysis.calls.len()).collect(), analysis, names);
            return;
        }
        let sieve = self.sieve.get_or_insert_default();
        (sieve.next, sieve.kept) = (0, Vec::new());
        self.work(analysis, names);
    }

    /// Sets the filter, or takes it away.
    pub(super) fn set_filter(&mut self, filter: Option<(String, Selection)>, analysis: &Analysis, names: &Names) {
        self.filter = filter;
        self.sieve = None;
        self.renew(analysis, names);
    }

    /// Lets the filter look at more calls. Whether it has more to do.
    pub(super) fn work(&mut self, analysis: &Analysis, names: &Names) -> bool {
        let (Some((_, selection)), Some(sieve)) = (&self.filter, &mut self.sieve) else { return false };
        if sieve.next == usize::MAX {
            return false;
        }
        let chooser = selection.over(analysis);
        let mut looked_at = 0;
        while let Some(judged) = analysis.calls.get(sieve.next)
            && looked_at < SLICE
        {
            let known = sieve.known.get(sieve.next).filter(|(known, _)| Arc::ptr_eq(known, judged));
            let wanted = known.map(|(_, wanted)| *wanted).unwrap_or_else(|| {
                looked_at += judged.call.rows.len();
                chooser.wants_call(judged)
            });
            if wanted {
                sieve.kept.push(sieve.next);
            }
            match sieve.known.get_mut(sieve.next) {
                Some(known) => *known = (Arc::clone(judged), wanted),
                None => sieve.known.push((Arc::clone(judged), wanted)),
            }
            sieve.next += 1;
        }
        if sieve.next < analysis.calls.len() {
            return true;
        }
        sieve.next = usize::MAX;
        let kept = std::mem::take(&mut sieve.kept);
        self.arrange(kept, analysis, names);
        false
    }

    /// Sorts what is shown. What is selected stays selected.
    fn arrange(&mut self, mut shown: Vec<usize>, analysis: &Analysis, names: &Names) {
        let selected = self.selected_call();
        if self.sort != Column::Number {
            let setting = Setting { analysis: None, names, reference: None, note: None };
            shown.sort_by(|one, other| match (analysis.calls.get(*one), analysis.calls.get(*other)) {
                (Some(one), Some(other)) => self.sort.order(one, other, &setting),
                _ => one.cmp(other),
            });
        }
        if self.reversed {
            shown.reverse();
        }
        self.shown = shown;
        let place = selected.and_then(|call| self.shown.iter().position(|shown| *shown == call));
        self.selected = place.unwrap_or_else(|| self.selected.min(self.shown.len().saturating_sub(1)));
    }

    /// Ticks a call, or takes the tick away.
    pub(super) fn toggle_tick(&mut self, call: &Call) {
        let subject = Subject::of_call(call);
        if !self.ticked.remove(&subject) {
            self.ticked.insert(subject);
        }
    }

    /// Whether a call is ticked.
    pub(super) fn is_ticked(&self, call: &Call) -> bool {
        !self.ticked.is_empty() && self.ticked.contains(&Subject::of_call(call))
    }

    /// The ticked calls, in the order of the analysis.
    pub(super) fn ticked_calls(&self, analysis: &Analysis) -> Vec<Arc<Judged>> {
        if self.ticked.is_empty() {
            return Vec::new();
        }
        analysis.calls.iter().filter(|judged| self.is_ticked(&judged.call)).cloned().collect()
    }
}
