//! How columns share the width of a terminal: by need, the most important first, and none gets narrower on a wider
//! terminal.

/// Lets a column grow: which one, and to which width. A column without width appears with it.
pub(in crate::tui) type Growth = (usize, usize);

/// The widths of `count` columns in `room` columns of the terminal, with one between two. Growths are granted in order,
/// until one does not fit; a column appears whole, unless it is the first one. A width of 0 hides a column.
pub(in crate::tui) fn fit(count: usize, growths: impl IntoIterator<Item = Growth>, room: usize) -> Vec<usize> {
    let mut widths = vec![0; count];
    // No gap follows the last column.
    let mut left = room.saturating_add(1);
    for (column, width) in growths {
        let is_first = widths.iter().all(|width| *width == 0);
        let Some(own) = widths.get_mut(column) else { continue };
        let more = match *own {
            _ if width <= *own => continue,
            0 if is_first => width.min(left.saturating_sub(1)),
            0 if width >= left => break,
            own => (width - own).min(left),
        };
        left = left.saturating_sub(more + usize::from(*own == 0));
        *own += more;
        if *own < width {
            break;
        }
    }
    widths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_growths_are_granted_first() {
        let growths = [(1, 5), (0, 3), (1, 9), (2, 4)];
        let widths = |room| fit(3, growths, room);
        assert_eq!(widths(3), [0, 3, 0]);
        assert_eq!(widths(5), [0, 5, 0]);
        assert_eq!(widths(8), [0, 5, 0]);
        assert_eq!(widths(9), [3, 5, 0]);
        assert_eq!(widths(12), [3, 8, 0]);
        assert_eq!(widths(17), [3, 9, 0]);
        assert_eq!(widths(18), [3, 9, 4]);
        assert_eq!(widths(90), [3, 9, 4]);
    }

    proptest! {
        #[test]
        fn nothing_gets_narrower_and_everything_fits(
            growths in prop::collection::vec((0_usize..6, 1_usize..30), 0..20),
            room in 0_usize..160,
        ) {
            let (narrow, wide) = (fit(6, growths.clone(), room), fit(6, growths, room + 1));
            prop_assert!(narrow.iter().zip(&wide).all(|(narrow, wide)| narrow <= wide), "{narrow:?} {wide:?}");
            let shown = narrow.iter().filter(|width| **width > 0);
            prop_assert!(shown.clone().sum::<usize>() + shown.count().saturating_sub(1) <= room);
        }
    }
}
