//! The time between two rows, and the order of the rows of several calls.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ptr;

use crate::call::Call;
use crate::origin::Timestamp;

/// Returns the nanoseconds from a row of a call to a row of the same or another call, on aligned clocks; negative if
/// the first is later. `None` if a time, or the difference between the clocks, is unknown. The clocks of two calls'
/// first vantages are assumed to agree.
#[must_use]
pub fn elapsed(from: (&Call, usize), to: (&Call, usize)) -> Option<i64> {
    if ptr::eq(from.0, to.0) {
        return from.0.elapsed(from.1, to.1);
    }
    Some(to.0.aligned(to.1)?.nanoseconds_since(from.0.aligned(from.1)?))
}

/// Returns whether the clocks are known well enough to say which of two rows of a call came first. Rows of two
/// different calls are always taken to be in order.
#[must_use]
pub fn is_order_known(one: (&Call, usize), other: (&Call, usize)) -> bool {
    !ptr::eq(one.0, other.0) || one.1 == other.1 || one.0.is_before(one.1, other.1).is_some()
}

/// Returns the rows of all calls, as the index of the call and of the row: those of one call in its order, otherwise by
/// time. A row without a time stays next to the row before it in its call.
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
