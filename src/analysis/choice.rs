//! Which calls somebody means.

use std::fmt;
use std::sync::Arc;

use super::Analysis;
use crate::visible::visible;

/// Ids that a message lists.
const LISTED: usize = 5;

/// Characters of an id that are compared to find the nearest.
const COMPARED: usize = 64;

/// Some of all calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The place of each among all, from 0, in order.
    pub places: Vec<usize>,
    /// How many calls there are in all.
    pub of: usize,
}

/// Why no call was chosen. Calls are numbered as they are listed, from 1; their ids are untrusted text, which is made
/// safe where this is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoChoice {
    /// There are no calls.
    NoCalls,
    /// None of these many was chosen before.
    NoneChosen(usize),
    /// Nothing was asked for, and there are several calls.
    Several(Vec<(usize, Box<str>)>),
    /// There is no such number; there are so many calls.
    NoSuchNumber(usize),
    /// The call of this number is not among those that were chosen before.
    LeftOut(usize),
    /// No id begins so; the nearest, if one is near.
    Unknown(String, Option<(usize, Box<str>)>),
    /// These ids begin so, or the same id is that of several calls.
    Ambiguous(String, Vec<(usize, Box<str>)>),
}

impl fmt::Display for NoChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, calls: &[(usize, Box<str>)]| {
            for (place, (number, id)) in calls.iter().take(LISTED).enumerate() {
                let comma = if place > 0 { ", " } else { "" };
                write!(f, "{comma}#{number} {}", visible(id))?;
            }
            match calls.len().saturating_sub(LISTED) {
                0 => Ok(()),
                more => write!(f, ", and {more} more"),
            }
        };
        match self {
            Self::NoCalls => f.write_str("there are no calls"),
            Self::NoneChosen(count) => write!(f, "--filter names none of the {count} calls"),
            Self::Several(calls) => {
                f.write_str("--call says which call is meant; there are ")?;
                list(f, calls)
            }
            Self::NoSuchNumber(1) => f.write_str("there is one call, #1"),
            Self::NoSuchNumber(count) => write!(f, "there are {count} calls, #1 to #{count}"),
            Self::LeftOut(number) => write!(f, "--filter leaves call #{number} out"),
            Self::Unknown(asked, None) => write!(f, "there is no call {}", visible(asked)),
            Self::Unknown(asked, Some((number, id))) => {
                write!(f, "there is no call {}; the nearest is #{number} {}", visible(asked), visible(id))
            }
            Self::Ambiguous(asked, calls) => {
                let same = calls.iter().all(|(_, id)| **id == **asked);
                let why = if same { "is the id of" } else { "begins the ids of" };
                write!(f, "{} {why} {} calls: ", visible(asked), calls.len())?;
                list(f, calls)?;
                f.write_str("; the number says which is meant")
            }
        }
    }
}

impl Analysis {
    /// The same with the calls at these indexes only, each with what it says about the spec beside all others. What
    /// belongs to no call is left out.
    #[must_use]
    pub fn narrowed(&self, indexes: &[usize]) -> Self {
        let calls = indexes.iter().filter_map(|index| self.calls.get(*index)).cloned().collect();
        let places = indexes.iter().map(|index| self.number(*index) - 1).collect();
        let chosen = Some(Arc::new(Chosen { places, of: self.calls_in_all() }));
        Self { calls, chosen, strays: None, orphans: Vec::new(), ..self.clone() }
    }

    /// The number by which the call at an index is listed: its place among all calls, from 1.
    #[must_use]
    pub fn number(&self, index: usize) -> usize {
        let places = self.chosen.as_ref().map(|chosen| &chosen.places);
        places.and_then(|places| places.get(index)).copied().unwrap_or(index) + 1
    }

    /// How many calls there are, whether they were chosen or not.
    #[must_use]
    pub fn calls_in_all(&self) -> usize {
        self.chosen.as_ref().map_or(self.calls.len(), |chosen| chosen.of)
    }

    /// The index in [`calls`](Self::calls) of the call that is meant by its call-id, by the beginning of it, or by
    /// `#N` as calls are listed. Nothing means the only call there is.
    ///
    /// # Errors
    /// If there is none, or more than one.
    pub fn choose(&self, asked: Option<&str>) -> Result<usize, NoChoice> {
        let calls = self.calls.iter().enumerate();
        let all: Vec<(usize, &str)> = calls.map(|(index, judged)| (index, &*judged.call.id)).collect();
        let named =
            |calls: &[(usize, &str)]| calls.iter().map(|(index, id)| (self.number(*index), (*id).into())).collect();
        if all.is_empty() {
            let count = self.calls_in_all();
            return Err(if count == 0 { NoChoice::NoCalls } else { NoChoice::NoneChosen(count) });
        }
        let Some(asked) = asked else {
            return match all.as_slice() {
                [_] => Ok(0),
                several => Err(NoChoice::Several(named(several))),
            };
        };
        if let Some(number) = asked.strip_prefix('#').and_then(|number| number.parse::<usize>().ok()) {
            let index = (0..all.len()).find(|index| self.number(*index) == number);
            let is_left_out = (1..=self.calls_in_all()).contains(&number);
            let why =
                || if is_left_out { NoChoice::LeftOut(number) } else { NoChoice::NoSuchNumber(self.calls_in_all()) };
            return index.ok_or_else(why);
        }
        let that = |fits: &dyn Fn(&str) -> bool| -> Vec<(usize, &str)> {
            all.iter().filter(|(_, id)| fits(id)).copied().collect()
        };
        let mut found = that(&|id| id == asked);
        if found.is_empty() && !asked.is_empty() {
            found = that(&|id| id.get(..asked.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(asked)));
        }
        match found.as_slice() {
            [] => {
                let nearest = all.iter().min_by_key(|(_, id)| distance(asked, id));
                let near = nearest.filter(|(_, id)| distance(asked, id) <= asked.chars().count() / 2);
                Err(NoChoice::Unknown(asked.to_owned(), near.map(|(index, id)| (self.number(*index), (*id).into()))))
            }
            [(index, _)] => Ok(*index),
            several => Err(NoChoice::Ambiguous(asked.to_owned(), named(several))),
        }
    }
}

/// The name that is nearest to what was asked for, if one is near.
#[must_use]
pub fn nearest<'n>(asked: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let (distance, nearest) = names.map(|name| (distance(asked, name), name)).min()?;
    (distance <= asked.chars().count() / 2).then_some(nearest)
}

/// How many characters must be put in, taken out or changed to make one text of the other, letter case aside.
fn distance(one: &str, other: &str) -> usize {
    let lower = |text: &str| -> Vec<char> { text.chars().take(COMPARED).map(|c| c.to_ascii_lowercase()).collect() };
    let (one, other) = (lower(one), lower(other));
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, here) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (there, above) in other.iter().zip(row.iter_mut().skip(1)) {
            let changed = diagonal + usize::from(here != there);
            diagonal = *above;
            left = changed.min(left + 1).min(*above + 1);
            *above = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (one, other, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("ABCD", "abcd", 0),
            ("flaw", "lawn", 2),
            ("a", "", 1),
        ] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
