//! What a call has many times, told once.

use std::collections::HashMap;

use crate::spec::Evidence;

/// Of pieces of evidence that say the same (hypothesis, strength and values), the first, and how many more there are.
#[must_use]
pub fn first_of_each(pieces: impl IntoIterator<Item = Evidence>) -> Vec<Evidence> {
    let mut known = HashMap::new();
    let mut first: Vec<(Evidence, usize)> = Vec::new();
    for piece in pieces {
        let same = (piece.hypothesis.clone(), piece.supports, piece.strength, piece.values.clone());
        let place = *known.entry(same).or_insert(first.len());
        match first.get_mut(place) {
            Some((_, more)) => *more += 1,
            None => first.push((piece, 0)),
        }
    }
    let told = first.into_iter().map(|(piece, more)| match more {
        0 => piece,
        _ => Evidence { why: format!("{} The call has {more} more like it.", piece.why), ..piece },
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Strength;

    #[test]
    fn what_is_the_same_is_counted_and_what_is_not_stands_apart() {
        let piece = |hypothesis: &'static str, strength, row| {
            Evidence::supporting("q", hypothesis, strength, row, format!("Row {row}."))
        };
        let told = first_of_each([
            piece("a", Strength::Direct, 1),
            piece("b", Strength::Direct, 2),
            piece("a", Strength::Direct, 3),
            piece("a", Strength::Indirect, 4),
            piece("a", Strength::Direct, 5).with_values(vec!["x".to_owned()]),
            piece("a", Strength::Direct, 6),
        ]);
        let told: Vec<_> = told.iter().map(|piece| piece.why.as_str()).collect();
        assert_eq!(told, ["Row 1. The call has 2 more like it.", "Row 2.", "Row 4.", "Row 5."]);
    }
}
