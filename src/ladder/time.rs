//! The time from one row to another, and the order of several calls.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::call::Call;
use crate::origin::Timestamp;

/// Nanoseconds from a row of a call to a row of the same or another call, on aligned clocks; negative if the first is
/// later. `None` where a time or how the clocks are to one another is unknown. The clocks of two calls' first vantages
/// are taken for equal.
#[must_use]
pub fn elapsed(from: (&Call, usize), to: (&Call, usize)) -> Option<i64> {
    if std::ptr::eq(from.0, to.0) {
        return from.0.elapsed(from.1, to.1);
    }
    Some(to.0.aligned(to.1)?.nanoseconds_since(from.0.aligned(from.1)?))
}

/// Whether two rows of one call are known to be in the order in which they stand. Of two calls nobody asks.
#[must_use]
pub fn is_order_known(one: (&Call, usize), other: (&Call, usize)) -> bool {
    !std::ptr::eq(one.0, other.0) || one.1 == other.1 || one.0.is_before(one.1, other.1).is_some()
}

/// The rows of all calls, as index of the call and of the row: those of one call in its order, otherwise by time. What
/// has no time comes with what is before it in its call.
pub(super) fn merged(calls: &[&Call]) -> Vec<(usize, usize)> {
    let mut rows = Vec::with_capacity(calls.iter().map(|call| call.rows.len()).sum());
    let mut heads = BinaryHeap::new();
    let head = |call: usize, row: usize, last: Option<Timestamp>| {
        let known = calls.get(call).filter(|known| row < known.rows.len())?;
        Some(Reverse((known.aligned(row).max(last), call, row)))
    };
    heads.extend((0..calls.len()).filter_map(|call| head(call, 0, None)));
    while let Some(Reverse((time, call, row))) = heads.pop() {
        rows.push((call, row));
        heads.extend(head(call, row + 1, time));
    }
    rows
}
