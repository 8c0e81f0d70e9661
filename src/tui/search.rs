//! Searching what a screen shows, or all stanzas, for a text, a slice at a time.

use std::collections::BTreeSet;

use super::kit::bindings::Context;

/// Entries searched at once, so that a key is never kept waiting.
const SLICE: usize = 1_000;

/// The most matches remembered.
const MATCHES: usize = 100_000;

/// Where a text was found: an entry of the list, and a row in it.
pub(super) type At = (usize, usize);

/// Where a search goes on from: an entry, and a row in it if one is selected.
pub(super) type From = (usize, Option<usize>);

/// What is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Haystack {
    /// All stanzas of the calls that are listed.
    Stanzas,
    /// So many entries of a list.
    Entries(usize),
    /// The lines of a text.
    Lines(Vec<String>),
}

/// The text to search for, and the progress of the search.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The text in lower case; empty before the first search.
    pub(super) text: String,
    /// Whether it goes forward.
    pub(super) forward: bool,
    scan: Option<Scan>,
}

/// A search of one screen.
#[derive(Debug)]
struct Scan {
    context: Context,
    haystack: Haystack,
    places: usize,
    found: BTreeSet<At>,
    /// Where it began, and the next entry; it wraps around.
    start: usize,
    next: At,
    left: usize,
    /// Where to go from, and whether forward, until the match is known.
    goal: Option<(From, bool)>,
}

/// The result of a slice of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Nothing new.
    Idle,
    /// There is more to search.
    NotYet,
    /// The next match.
    Match {
        /// Where it is.
        at: At,
        /// Which match it is and how many there are, as far as that is known, and whether the search passed the end.
        says: String,
    },
    /// The text is nowhere.
    Nothing,
}

impl Search {
    /// Goes to the next or previous match from `from` on; `places` is the number of entries.
    pub(super) fn start(&mut self, context: Context, haystack: Haystack, places: usize, from: From, forward: bool) {
        self.forward = forward;
        if self.text.is_empty() || places == 0 {
            self.scan = None;
            return;
        }
        let is_same = |scan: &Scan| (scan.context, scan.places, &scan.haystack) == (context, places, &haystack);
        if !self.scan.as_ref().is_some_and(is_same) {
            let start = from.0.min(places - 1);
            let found = BTreeSet::new();
            // The entry that it starts in is searched as a whole, and only once.
            self.scan =
                Some(Scan { context, haystack, places, found, start, next: (start, 0), left: places, goal: None });
        }
        if let Some(scan) = &mut self.scan {
            scan.goal = Some((from, forward));
        }
    }

    /// Forgets what was found, because what is searched changed.
    pub(super) fn forget(&mut self) {
        self.scan = None;
    }

    /// Returns whether the user waits for a match, and how much was searched, in percent.
    pub(super) fn waits(&self) -> Option<usize> {
        let scan = self.scan.as_ref().filter(|scan| scan.goal.is_some())?;
        Some((scan.places - scan.left) * 100 / scan.places.max(1))
    }

    /// Returns whether there is more to search.
    pub(super) fn is_running(&self) -> bool {
        self.scan.as_ref().is_some_and(|scan| scan.left > 0 || scan.goal.is_some())
    }

    /// What is searched.
    pub(super) fn haystack(&self) -> Option<&Haystack> {
        self.scan.as_ref().map(|scan| &scan.haystack)
    }

    /// Searches some more. `rows` is the number of rows of an entry, and `has` returns whether one contains the text.
    pub(super) fn work(&mut self, rows: impl Fn(usize) -> usize, has: impl Fn(At, &str) -> bool) -> Progress {
        let Self { text, scan: Some(scan), .. } = self else { return Progress::Idle };
        for _ in 0..SLICE {
            if scan.left == 0 {
                break;
            }
            let (place, row) = scan.next;
            if row < rows(place) {
                if scan.found.len() < MATCHES && has((place, row), text) {
                    scan.found.insert((place, row));
                }
                scan.next = (place, row + 1);
            } else {
                scan.left -= 1;
                scan.next = ((place + 1) % scan.places.max(1), 0);
            }
        }
        let Some((from, forward)) = scan.goal else {
            return if scan.left > 0 { Progress::NotYet } else { Progress::Idle };
        };
        match scan.reached(from, forward) {
            Some((at, wraps)) => {
                scan.goal = None;
                Progress::Match { at, says: scan.says(at, forward, wraps) }
            }
            None if scan.left > 0 => Progress::NotYet,
            None => {
                scan.goal = None;
                Progress::Nothing
            }
        }
    }
}

impl Scan {
    /// The match that a goal leads to, once no nearer one can be found, and whether it is beyond the end.
    fn reached(&self, (place, row): From, forward: bool) -> Option<(At, bool)> {
        let is_done = self.left == 0;
        if forward {
            let after = self.found.range((place, row.map_or(0, |row| row + 1))..).next().map(|at| (*at, false));
            // What comes before the start is searched last.
            let is_sure = is_done || place >= self.start;
            let is_past = is_done || (place >= self.start && self.next.0 < self.start);
            let first = self.found.first().filter(|at| is_past && (is_done || at.0 < self.start));
            return after.filter(|_| is_sure).or_else(|| first.map(|at| (*at, true)));
        }
        let before = self.found.range(..(place, row.unwrap_or(0))).next_back().map(|at| (*at, false));
        before.or_else(|| self.found.last().map(|at| (*at, true))).filter(|_| is_done)
    }

    fn says(&self, at: At, forward: bool, wraps: bool) -> String {
        let wrapped = match (wraps, forward) {
            (false, _) => "",
            (true, true) => ", continued from the top",
            (true, false) => ", continued from the bottom",
        };
        let of = if self.found.len() < MATCHES { "" } else { "at least " };
        match self.left {
            0 => format!("Match {} of {of}{}{wrapped}", self.found.range(..at).count() + 1, self.found.len()),
            _ => format!("Match ({}% searched so far){wrapped}", (self.places - self.left) * 100 / self.places.max(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&[&str]; 4] = [&["x", "b"], &["a"], &[], &["x", "x"]];

    fn search(text: &str) -> Search {
        Search { text: text.to_owned(), ..Search::default() }
    }

    fn go(search: &mut Search, from: From, forward: bool) -> Progress {
        search.start(Context::Calls, Haystack::Stanzas, TEXTS.len(), from, forward);
        loop {
            match search.work(|place| TEXTS[place].len(), |(place, row), text| TEXTS[place][row] == text) {
                Progress::NotYet => {}
                progress => return progress,
            }
        }
    }

    #[test]
    fn matches_are_counted_and_the_search_wraps() {
        let mut search = search("x");
        let at = |progress| match progress {
            Progress::Match { at, says } => (at, says),
            other => panic!("{other:?}"),
        };
        assert_eq!(at(go(&mut search, (1, Some(0)), true)), ((3, 0), "Match 2 of 3".to_owned()));
        assert_eq!(at(go(&mut search, (3, Some(0)), true)), ((3, 1), "Match 3 of 3".to_owned()));
        assert_eq!(
            at(go(&mut search, (3, Some(1)), true)),
            ((0, 0), "Match 1 of 3, continued from the top".to_owned())
        );
        assert_eq!(
            at(go(&mut search, (0, Some(0)), false)),
            ((3, 1), "Match 3 of 3, continued from the bottom".to_owned())
        );
        assert_eq!(at(go(&mut search, (3, Some(1)), false)), ((3, 0), "Match 2 of 3".to_owned()));
    }

    #[test]
    fn what_is_nowhere_is_not_found() {
        assert_eq!(go(&mut search("zz"), (0, None), true), Progress::Nothing);
        assert_eq!(go(&mut search(""), (0, None), true), Progress::Idle);
    }
}
