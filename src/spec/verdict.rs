//! What follows for a question from its evidence, counted.

use super::question::Shape;
use super::strength::Strength;

/// What follows for a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing bears on it.
    #[default]
    Open,
    /// There is evidence for a hypothesis, none of it direct.
    Leaning,
    /// There is direct evidence for one hypothesis, and none against it.
    Answered,
    /// There is direct evidence on both sides, or on one side more indirect evidence than the other has in all.
    Contested,
    /// It asks for a list, and values were seen.
    Observed,
}

impl Verdict {
    /// The verdict's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Leaning => "leaning",
            Self::Answered => "answered",
            Self::Contested => "contested",
            Self::Observed => "observed",
        }
    }
}

/// The evidence on one hypothesis, counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The hypothesis, or the value of a list, which is untrusted text.
    pub hypothesis: String,
    /// Pieces that speak for it.
    pub supporting: u64,
    /// Pieces that speak against it.
    pub refuting: u64,
    /// Pieces that speak for it and are indirect.
    pub indirect: u64,
    /// Pieces that speak for it and are direct.
    pub direct: u64,
    /// Pieces that speak against it and are direct.
    pub direct_against: u64,
    /// The most that a piece that speaks for it proves.
    pub strongest: Option<Strength>,
}

/// The verdict, and the hypotheses that it names.
pub(super) fn decide(shape: Shape, tallies: &[Tally]) -> (Verdict, Vec<String>) {
    let names = |tallies: &[&Tally]| tallies.iter().map(|tally| tally.hypothesis.clone()).collect::<Vec<_>>();
    let supported: Vec<_> = tallies.iter().filter(|tally| tally.supporting > 0).collect();
    if supported.is_empty() {
        return (Verdict::Open, Vec::new());
    }
    if shape == Shape::List {
        return (Verdict::Observed, names(&supported));
    }
    if let Shape::Existential { occurs } = shape
        && let Some(seen) = supported.iter().find(|tally| tally.hypothesis == occurs && tally.direct > 0)
    {
        return (Verdict::Answered, names(&[seen]));
    }
    let direct: Vec<_> = supported.iter().copied().filter(|tally| tally.direct > 0).collect();
    match *direct {
        // That a thing was not seen never answers that it does not occur.
        [one] if !matches!(shape, Shape::Existential { .. }) => {
            // More indirect evidence than that is not overruled in silence.
            let outnumbers = |other: &&&Tally| {
                other.hypothesis != one.hypothesis && other.direct_against == 0 && other.indirect > one.supporting
            };
            let others: Vec<_> = supported.iter().filter(outnumbers).copied().collect();
            let is_contested = one.direct_against > 0 || !others.is_empty();
            let named: Vec<_> = std::iter::once(one).chain(others).collect();
            (if is_contested { Verdict::Contested } else { Verdict::Answered }, names(&named))
        }
        [] | [_] => {
            let weight = |tally: &Tally| (tally.strongest, tally.supporting.saturating_sub(tally.refuting));
            // Nobody leans to what was directly refuted.
            let standing = || supported.iter().copied().filter(|tally| tally.direct_against == 0);
            let heaviest = standing().map(weight).max();
            let leading: Vec<_> = standing().filter(|tally| Some(weight(tally)) == heaviest).collect();
            let verdict = if leading.is_empty() { Verdict::Open } else { Verdict::Leaning };
            (verdict, names(&leading))
        }
        _ => (Verdict::Contested, names(&direct)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(hypothesis: &str, indirect: u64, direct: u64, direct_against: u64) -> Tally {
        let strongest = match (indirect, direct) {
            (_, 1..) => Some(Strength::Direct),
            (1.., _) => Some(Strength::Indirect),
            _ => None,
        };
        Tally {
            hypothesis: hypothesis.to_owned(),
            supporting: indirect + direct,
            indirect,
            refuting: direct_against,
            direct,
            direct_against,
            strongest,
        }
    }

    fn verdict(shape: Shape, tallies: &[Tally]) -> (Verdict, String) {
        let (verdict, named) = decide(shape, tallies);
        (verdict, named.join(" "))
    }

    #[test]
    fn exclusive_hypotheses_are_weighed() {
        let decide = |tallies: &[Tally]| verdict(Shape::Exclusive, tallies);
        let (none, other) = (counted("a", 0, 0, 0), counted("b", 0, 0, 0));
        assert_eq!(decide(&[none.clone(), other.clone()]), (Verdict::Open, String::new()));
        assert_eq!(decide(&[counted("a", 2, 0, 0), other.clone()]), (Verdict::Leaning, "a".to_owned()));
        assert_eq!(decide(&[counted("a", 2, 0, 0), counted("b", 1, 0, 0)]), (Verdict::Leaning, "a".to_owned()));
        assert_eq!(decide(&[counted("a", 1, 0, 0), counted("b", 1, 0, 0)]), (Verdict::Leaning, "a b".to_owned()));
        assert_eq!(decide(&[counted("a", 1, 0, 0), counted("b", 0, 1, 0)]), (Verdict::Answered, "b".to_owned()));
        assert_eq!(decide(&[counted("a", 9, 0, 0), counted("b", 0, 1, 0)]), (Verdict::Contested, "b a".to_owned()));
        assert_eq!(decide(&[counted("a", 0, 1, 0), counted("b", 0, 3, 0)]), (Verdict::Contested, "a b".to_owned()));
        assert_eq!(decide(&[counted("a", 0, 2, 1), other]), (Verdict::Contested, "a".to_owned()));
        assert_eq!(decide(&[counted("a", 0, 0, 4), none]), (Verdict::Open, String::new()));
    }

    #[test]
    fn one_sight_answers_whether_a_thing_occurs_and_no_absence_does() {
        let decide = |tallies: &[Tally]| verdict(Shape::Existential { occurs: "yes" }, tallies);
        assert_eq!(decide(&[counted("yes", 0, 1, 0), counted("no", 0, 50, 0)]), (Verdict::Answered, "yes".to_owned()));
        assert_eq!(decide(&[counted("yes", 0, 0, 0), counted("no", 0, 50, 0)]), (Verdict::Leaning, "no".to_owned()));
        assert_eq!(decide(&[counted("yes", 1, 0, 0), counted("no", 0, 0, 0)]), (Verdict::Leaning, "yes".to_owned()));
    }

    #[test]
    fn a_list_is_never_more_than_observed() {
        let seen = [counted("timeout", 0, 3, 0), counted("busy", 1, 0, 0)];
        assert_eq!(verdict(Shape::List, &seen), (Verdict::Observed, "timeout busy".to_owned()));
        assert_eq!(verdict(Shape::List, &[]), (Verdict::Open, String::new()));
    }
}
