//! Which calls somebody means.

use std::fmt;
use std::sync::Arc;

use super::model::{Analysis, Chosen};
use crate::visible::visible;
use crate::words::nearest;

/// Ids that a message lists.
const LISTED: usize = 5;

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
            Self::NoCalls => f.write_str("no calls found"),
            Self::NoneChosen(count) => write!(f, "--filter matches none of the {count} calls"),
            Self::Several(calls) => {
                f.write_str("use --call to select one of: ")?;
                list(f, calls)
            }
            Self::NoSuchNumber(1) => f.write_str("no such call; there is only #1"),
            Self::NoSuchNumber(count) => write!(f, "no such call; there are #1 to #{count}"),
            Self::LeftOut(number) => write!(f, "--filter excludes call #{number}"),
            Self::Unknown(asked, None) => write!(f, "no call-id begins with `{}`", visible(asked)),
            Self::Unknown(asked, Some((number, id))) => {
                write!(f, "no call-id begins with `{}`; did you mean #{number} {}?", visible(asked), visible(id))
            }
            Self::Ambiguous(asked, calls) => {
                let same = calls.iter().all(|(_, id)| **id == **asked);
                let why = if same { "is the call-id of" } else { "begins the call-ids of" };
                write!(f, "`{}` {why} {} calls: ", visible(asked), calls.len())?;
                list(f, calls)?;
                f.write_str("; use the number to select one")
            }
        }
    }
}

impl Analysis {
    /// The same with the calls at these indexes only, each with what it says about the spec next to all others. What
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
                let suggestion = nearest(asked, all.iter().map(|(_, id)| *id));
                let near = all.iter().find(|(_, id)| Some(*id) == suggestion);
                Err(NoChoice::Unknown(asked.to_owned(), near.map(|(index, id)| (self.number(*index), (*id).into()))))
            }
            [(index, _)] => Ok(*index),
            several => Err(NoChoice::Ambiguous(asked.to_owned(), named(several))),
        }
    }
}
