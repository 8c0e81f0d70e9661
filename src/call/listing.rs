//! The order in which calls are listed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Call;
use crate::origin::CaptureId;

/// Calls by their first stanza. Those that begin in one capture are in its order, whatever its clock says; over several
/// captures the earliest of the next ones comes first.
pub(super) fn in_order(calls: impl Iterator<Item = Arc<Call>>) -> Vec<Arc<Call>> {
    let mut by_capture: BTreeMap<CaptureId, Vec<Arc<Call>>> = BTreeMap::new();
    let first = |call: &Call| call.rows.first().map(|row| row.observed.place());
    for call in calls {
        by_capture
            .entry(call.rows.first().map_or_else(CaptureId::default, |row| row.observed.capture()))
            .or_default()
            .push(call);
    }
    let mut tracks: Vec<_> = by_capture
        .into_values()
        .map(|mut calls| {
            calls.sort_by_key(|call| first(call));
            calls.into_iter().peekable()
        })
        .collect();
    let mut ordered = Vec::new();
    let mut heads: BTreeSet<_> =
        tracks.iter_mut().enumerate().filter_map(|(track, calls)| Some((calls.peek()?.start(), track))).collect();
    while let Some((_, track)) = heads.pop_first() {
        let Some(calls) = tracks.get_mut(track) else { continue };
        ordered.extend(calls.next());
        heads.extend(calls.peek().map(|call| (call.start(), track)));
    }
    ordered
}
