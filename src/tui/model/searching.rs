//! Searching what is shown.

use super::Model;
use crate::protocol::xml;
use crate::tui::kit::bindings::Context;
use crate::tui::search::{Haystack, Progress, Search};

impl Model {
    /// Continues to the next or previous match of the search.
    pub(in crate::tui) fn find(&mut self, forward: bool) {
        if self.shared.search.text.is_empty() {
            return self.shared.say("No search yet (press ‹search›)");
        }
        let is_of_stanzas = matches!(self.context_below(), Context::Ladder | Context::Stanza);
        self.find_in(is_of_stanzas, forward);
    }

    /// Continues a search of all stanzas, or of what the screen shows.
    fn find_in(&mut self, is_of_stanzas: bool, forward: bool) {
        let context = self.context_below();
        let row = self.ladder().and_then(|screen| Some(screen.place()?.1));
        let (listed, calls) = (self.calls.selected, self.calls.shown.len());
        let viewport = self.shared.viewport;
        let (screen, shared) = self.screen_mut();
        let (haystack, places, from) = if is_of_stanzas {
            // The list and the ladders of its calls are searched as one.
            (Haystack::Stanzas, calls, (listed, row))
        } else if let Some(lines) = screen.lines(shared) {
            let (count, line) = (lines.len(), viewport.scroll);
            (Haystack::Lines(lines), count, (line, Some(0)))
        } else {
            let (selected, count) = screen.list(shared).map_or((0, 0), |(selected, count)| (*selected, count));
            (Haystack::Entries(count), count, (selected, Some(0)))
        };
        let context = if is_of_stanzas { Context::Calls } else { context };
        shared.search.start(context, haystack, places, from, forward);
        if places == 0 {
            self.found_nothing();
        }
    }

    fn found_nothing(&mut self) {
        // What no line of the list shows may be in a stanza.
        if self.context_below() == Context::Calls
            && let Some(Haystack::Entries(1..)) = self.shared.search.haystack()
        {
            return self.find_in(true, self.shared.search.forward);
        }
        let what = match self.shared.search.haystack() {
            Some(Haystack::Stanzas) => "Nothing in the listed calls contains",
            Some(Haystack::Entries(_) | Haystack::Lines(_)) | None => "Nothing on this screen contains",
        };
        let message = format!("{what} \"{}\"", self.shared.search.text);
        self.shared.say(message);
    }

    /// Does some of the work that takes too long for one key. Returns whether there is more.
    pub(in crate::tui) fn work(&mut self) -> bool {
        let filters = self.calls.work(&self.shared);
        let mut search = std::mem::take(&mut self.shared.search);
        let progress = self.search_on(&mut search);
        self.shared.search = search;
        match progress {
            Progress::Idle => {}
            Progress::NotYet => return true,
            Progress::Match { at: (place, row), says } => {
                if self.shared.search.haystack() == Some(&Haystack::Stanzas) {
                    if let Some(call) = self.calls.shown.get(place).copied() {
                        self.go_to_row(call, row);
                    }
                } else {
                    let (screen, shared) = self.screen_mut();
                    screen.found(place, shared);
                }
                self.shared.say(says);
            }
            Progress::Nothing => self.found_nothing(),
        }
        filters || self.shared.search.is_running()
    }

    /// Lets a search go through some more of what it searches.
    fn search_on(&self, search: &mut Search) -> Progress {
        let has = |hay: &str, text: &str| crate::filter::contains(hay, text);
        match search.haystack().cloned() {
            None => Progress::Idle,
            Some(Haystack::Stanzas) => {
                let shown = &self.calls.shown;
                let rows = |place: usize| self.shared.calls().get(*shown.get(place)?).map(|judged| &judged.call.rows);
                search.work(
                    |place| rows(place).map_or(0, Vec::len),
                    |(place, row), text| {
                        let row = rows(place).and_then(|rows| rows.get(row));
                        row.is_some_and(|row| has(&xml::write_line(&row.observed.read().node), text))
                    },
                )
            }
            Some(Haystack::Lines(lines)) => {
                search.work(|_| 1, |(place, _), text| lines.get(place).is_some_and(|line| has(line, text)))
            }
            Some(Haystack::Entries(_)) => {
                let entry = |place: usize| self.screen().entry_text(place, &self.shared);
                search.work(|_| 1, |(place, _), text| entry(place).is_some_and(|entry| has(&entry, text)))
            }
        }
    }
}
