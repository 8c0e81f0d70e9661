//! Percentiles by nearest rank: always a value that occurred.

/// The measures of a group of numbers, in order.
pub const MEASURES: [&str; 8] = ["count", "missing", "min", "p50", "p90", "p95", "p99", "max"];

/// The percentiles among [`MEASURES`], including minimum and maximum.
pub(super) const PERCENTS: [usize; 6] = [0, 50, 90, 95, 99, 100];

/// Returns the index of a percentile among `count` sorted values, by nearest rank: the smallest value that at least
/// `percent` of a hundred values do not exceed; the 0th is the first. `None` if there are no values.
#[must_use]
pub(super) fn rank(count: usize, percent: usize) -> Option<usize> {
    let rank = count.checked_mul(percent)?.div_ceil(100).max(1);
    (rank <= count).then(|| rank - 1)
}

/// Returns a percentile of sorted values by nearest rank; `None` if there are none.
#[must_use]
pub fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    sorted.get(rank(sorted.len(), percent)?).copied()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        assert_eq!(percentile(&[], 50), None);
        for percent in PERCENTS {
            assert_eq!(percentile(&[3.0], percent), Some(3.0));
        }
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        let found = PERCENTS.map(|percent| percentile(&hundred, percent));
        assert_eq!(found, [1.0, 50.0, 90.0, 95.0, 99.0, 100.0].map(Some));
        assert_eq!(percentile(&[1.0, 2.0], 50), Some(1.0));
        assert_eq!(percentile(&[1.0, 2.0, 3.0], 50), Some(2.0));
    }

    proptest! {
        #[test]
        fn a_percentile_splits_the_values_at_its_rank(
            mut values in prop::collection::vec(-1e6..1e6, 1..300), percent in 1_usize..=100,
        ) {
            values.sort_by(f64::total_cmp);
            let found = percentile(&values, percent).unwrap();
            let not_above = values.iter().filter(|value| **value <= found).count();
            let below = values.iter().filter(|value| **value < found).count();
            prop_assert!(not_above * 100 >= percent * values.len());
            prop_assert!(below * 100 < percent * values.len());
        }
    }
}
