//! Aligning two sequences.

/// The largest table of common subsequences. Longer sequences are compared index by index instead.
const CELLS: usize = 4_000_000;

/// One line of the comparison: indexes into the left and the right sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// Both have it.
    Both(usize, usize),
    /// Only the left one has it.
    Left(usize),
    /// Only the right one has it.
    Right(usize),
}

/// Aligns two sequences so that as many equal elements as possible are paired.
#[must_use]
pub fn align<T: PartialEq>(left: &[T], right: &[T]) -> Vec<Pair> {
    let prefix = left.iter().zip(right).take_while(|(one, other)| one == other).count();
    let (left_rest, right_rest) = (left.get(prefix..).unwrap_or_default(), right.get(prefix..).unwrap_or_default());
    let equal = left_rest.iter().rev().zip(right_rest.iter().rev());
    let suffix = equal.take_while(|(one, other)| one == other).count();
    let (left_end, right_end) = (left.len() - suffix, right.len() - suffix);
    let mut pairs: Vec<Pair> = (0..prefix).map(|index| Pair::Both(index, index)).collect();
    let inner_left = left.get(prefix..left_end).unwrap_or_default();
    let inner_right = right.get(prefix..right_end).unwrap_or_default();
    pairs.extend(middle(inner_left, inner_right).into_iter().map(|pair| match pair {
        Pair::Both(one, other) => Pair::Both(one + prefix, other + prefix),
        Pair::Left(one) => Pair::Left(one + prefix),
        Pair::Right(other) => Pair::Right(other + prefix),
    }));
    pairs.extend((0..suffix).map(|index| Pair::Both(left_end + index, right_end + index)));
    pairs
}

/// The same for sequences without a common start or end, by their longest common subsequence.
fn middle<T: PartialEq>(left: &[T], right: &[T]) -> Vec<Pair> {
    let width = right.len() + 1;
    if left.is_empty() || right.is_empty() || (left.len() + 1).saturating_mul(width) > CELLS {
        let common = left.iter().zip(right).enumerate().flat_map(|(index, (one, other))| {
            let both = one == other;
            let apart = [Pair::Left(index), Pair::Right(index)];
            both.then_some(Pair::Both(index, index)).into_iter().chain(apart.into_iter().filter(move |_| !both))
        });
        let shorter = left.len().min(right.len());
        let rest = (shorter..left.len()).map(Pair::Left).chain((shorter..right.len()).map(Pair::Right));
        return common.chain(rest).collect();
    }
    // How long the longest common subsequence is from each pair of places on.
    let mut lengths = vec![0_u32; (left.len() + 1) * width];
    let at = |lengths: &[u32], one: usize, other: usize| lengths.get(one * width + other).copied().unwrap_or_default();
    for (one, left) in left.iter().enumerate().rev() {
        for (other, right) in right.iter().enumerate().rev() {
            let longest = if left == right {
                at(&lengths, one + 1, other + 1) + 1
            } else {
                at(&lengths, one + 1, other).max(at(&lengths, one, other + 1))
            };
            if let Some(cell) = lengths.get_mut(one * width + other) {
                *cell = longest;
            }
        }
    }
    let (mut one, mut other) = (0, 0);
    let mut pairs = Vec::with_capacity(left.len() + right.len());
    loop {
        match (left.get(one), right.get(other)) {
            (Some(left), Some(right)) if left == right => {
                pairs.push(Pair::Both(one, other));
                (one, other) = (one + 1, other + 1);
            }
            (Some(_), right) if right.is_none() || at(&lengths, one + 1, other) >= at(&lengths, one, other + 1) => {
                pairs.push(Pair::Left(one));
                one += 1;
            }
            (_, Some(_)) => {
                pairs.push(Pair::Right(other));
                other += 1;
            }
            (_, None) => return pairs,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_elements_are_paired() {
        use Pair::{Both, Left, Right};
        let words = |text: &'static str| text.split(' ').collect::<Vec<_>>();
        let pairs = align(&words("offer ack preaccept accept terminate"), &words("offer ack accept mute terminate"));
        assert_eq!(pairs, [Both(0, 0), Both(1, 1), Left(2), Both(3, 2), Right(3), Both(4, 4)]);
        assert_eq!(align::<u8>(&[], &[]), []);
        assert_eq!(align(&[1], &[2]), [Left(0), Right(0)]);
    }

    #[test]
    fn sequences_too_long_to_align_are_still_complete() {
        let left: Vec<u32> = (0..5_000).collect();
        let right: Vec<u32> = (0..5_000).map(|number| number * 7 % 4_999).collect();
        let pairs = align(&left, &right);
        let shown = |is_one: fn(&Pair) -> bool| pairs.iter().filter(|pair| is_one(pair)).count();
        assert_eq!(shown(|pair| !matches!(pair, Pair::Right(_))), 5_000);
        assert_eq!(shown(|pair| !matches!(pair, Pair::Left(_))), 5_000);
    }

    proptest! {
        #[test]
        fn every_element_appears_once_and_pairs_are_equal(left in "[abc]{0,20}", right in "[abc]{0,20}") {
            let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
            let (mut ones, mut others) = (Vec::new(), Vec::new());
            for pair in align(&left, &right) {
                match pair {
                    Pair::Both(one, other) => {
                        prop_assert_eq!(left[one], right[other]);
                        ones.push(one);
                        others.push(other);
                    }
                    Pair::Left(one) => ones.push(one),
                    Pair::Right(other) => others.push(other),
                }
            }
            prop_assert_eq!(ones, (0..left.len()).collect::<Vec<_>>());
            prop_assert_eq!(others, (0..right.len()).collect::<Vec<_>>());
        }
    }
}
