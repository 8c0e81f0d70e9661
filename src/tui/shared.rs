//! What all screens share: the analysis, the user's settings and notes, drafts, and what is on top of the screen.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use super::background::{Job, LayerBytes};
use super::board::{Board, Listing};
use super::dialog::Dialog;
use super::drafts::{Drafts, Source};
use super::kit::keymap::Keymap;
use super::kit::names::Names;
use super::kit::pane::Viewport;
use super::kit::times::Times;
use super::live::Live;
use super::search::Search;
use crate::analysis::Analysis;
use crate::call::Call;
use crate::github::Access;
use crate::notes::{Notes, Shelf};
use crate::origin::Timestamp;
use crate::protocol::binary::Node;
use crate::redact::Redactor;
use crate::spec::Judged;
use crate::tables::Selection;
use crate::words::counted;

/// What all screens share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The latest snapshot; `None` until the first one arrives.
    pub(super) analysis: Option<Arc<Analysis>>,
    /// The latest snapshot while captures are read again and the previous result is still shown.
    pub(super) reloading: Option<Arc<Analysis>>,
    /// How the interface keeps up with captures that grow.
    pub(super) live: Live,
    /// How many captures and calls there were when further files were opened, until these are read.
    pub(super) opened_at: Option<(usize, usize)>,
    /// Whether data was lost.
    pub(super) lossy: bool,
    /// Whether no further snapshot will come.
    pub(super) stopped: bool,
    /// The dialog on top of the screen.
    pub(super) dialog: Option<Dialog>,
    /// The results for questions and rules, while a screen shows them.
    pub(super) board: Option<Board>,
    /// The analysis that is being summed up.
    pub(super) summing: Option<Arc<Analysis>>,
    /// What the boards list, and in which order.
    pub(super) listing: Listing,
    /// The bytes that the selected stanza came in.
    pub(super) layer_bytes: LayerBytes,
    /// The search of all stanzas.
    pub(super) search: Search,
    /// The filter of the list, and its text.
    pub(super) filter: Option<(String, Selection)>,
    /// How the ladder and the stanza share the screen.
    pub(super) split: Split,
    /// How parties are named.
    pub(super) names: Names,
    /// What replaces names and ids while pseudonyms are shown, once it is known for the latest snapshot.
    pub(super) redactor: Option<Arc<Redactor>>,
    /// Which times are shown.
    pub(super) times: Times,
    /// The moment that the user chose as reference.
    pub(super) reference: Option<Timestamp>,
    /// The user's notes.
    pub(super) notes: Arc<Notes>,
    /// The files with the notes.
    pub(super) shelf: Shelf,
    /// Every command and its keys.
    pub(super) keymap: Keymap,
    /// The config file, where the choice of columns can be saved.
    pub(super) config: Option<PathBuf>,
    /// The drafted findings.
    pub(super) drafts: Drafts,
    /// What they are made from, once there is one.
    pub(super) source: Option<Arc<Source>>,
    /// Jobs to start in the background.
    pub(super) jobs: Vec<Job>,
    /// The server that findings are sent to.
    pub(super) access: Access,
    /// The names of the user and the machine, which must not be published.
    pub(super) here: Vec<String>,
    /// The result of the last command.
    pub(super) message: Option<String>,
    /// What the last drawing showed of the pane with the focus.
    pub(super) viewport: Viewport,
}

/// The ladder's share of the screen; the rest is the stanza's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Split {
    /// The share that the user chose, in percent.
    chosen: Option<u16>,
}

impl Split {
    const USUAL: u16 = 55;
    const STEP: u16 = 5;
    const LEAST: u16 = 20;
    const MOST: u16 = 80;

    fn percent(self) -> u16 {
        self.chosen.unwrap_or(Self::USUAL)
    }

    /// The ladder's share of `cells`.
    pub(super) fn of(self, cells: u16) -> u16 {
        // At most `cells`, so it fits.
        u16::try_from(u32::from(cells) * u32::from(self.percent()) / 100).unwrap_or(cells)
    }

    /// The ladder's share of `cells` if it needs at least and at most so many, unless the user chose otherwise.
    pub(super) fn by_need(self, cells: u16, least: usize, most: usize) -> u16 {
        let usual = self.of(cells);
        let needed = usize::from(usual).max(least).min(most);
        if self.chosen.is_some() { usual } else { u16::try_from(needed).unwrap_or(usual) }
    }

    /// A little more for the ladder.
    pub(super) fn grown(self) -> Self {
        Self { chosen: Some((self.percent() + Self::STEP).min(Self::MOST)) }
    }

    /// A little less for the ladder.
    pub(super) fn shrunk(self) -> Self {
        Self { chosen: Some((self.percent() - Self::STEP).max(Self::LEAST)) }
    }

    /// The nearest split at which the ladder takes `part` of `cells`.
    pub(super) fn at(part: u16, cells: u16) -> Self {
        let percent = u32::from(part) * 100 / u32::from(cells.max(1));
        Self { chosen: Some(u16::try_from(percent).unwrap_or(Self::MOST).clamp(Self::LEAST, Self::MOST)) }
    }
}

/// Shown instead of what pseudonyms do not cover.
pub(super) const HIDDEN: &str = "(hidden)";

impl Shared {
    /// The calls so far.
    pub(super) fn calls(&self) -> &[Arc<Judged>] {
        self.analysis.as_ref().map_or(&[], |analysis| &analysis.calls)
    }

    /// The call with this index; after the last call, the stanzas that belong to no call.
    pub(super) fn judged(&self, index: usize) -> Option<&Arc<Judged>> {
        self.analysis.as_ref()?.judged_at(index)
    }

    /// The index of a call of an analysis, which may be an earlier one, in the latest.
    pub(super) fn current(&self, call: usize, of: &Analysis) -> Option<usize> {
        let Some(judged) = of.calls.get(call) else {
            return (call == of.calls.len()).then_some(self.calls().len());
        };
        let stays = self.calls().get(call).is_some_and(|known| known.call.id == judged.call.id);
        if stays { Some(call) } else { find_call(self.calls(), &judged.call) }
    }

    /// The number of a call as listed, from 1.
    pub(super) fn number_of(&self, judged: &Arc<Judged>) -> Option<usize> {
        let same = self.calls().iter().position(|known| Arc::ptr_eq(known, judged));
        same.or_else(|| find_call(self.calls(), &judged.call)).map(|place| place + 1)
    }

    /// Returns whether all calls are from one file.
    pub(super) fn has_one_capture(&self) -> bool {
        let captures = self.analysis.as_ref().map_or(&[][..], |analysis| &analysis.captures);
        captures.iter().filter(|capture| capture.format.is_some()).nth(1).is_none()
    }

    /// The stanzas that belong to no call, once they are known.
    pub(super) fn strays(&self) -> Option<&Arc<Judged>> {
        self.analysis.as_ref()?.strays.as_ref()
    }

    /// Returns whether more snapshots may come.
    pub(super) fn is_reading(&self) -> bool {
        !self.stopped && (self.reloading.is_some() || !self.analysis.as_ref().is_some_and(|analysis| analysis.complete))
    }

    /// The filter, and the analysis that its fields are read from, if there is one.
    pub(super) fn selection(&self) -> Option<(&Selection, &Analysis)> {
        self.filter.as_ref().map(|(_, selection)| selection).zip(self.analysis.as_deref())
    }

    /// A text as it may leave the interface: with pseudonyms, nothing in it may be a raw identifier.
    ///
    /// # Errors
    /// If one is left, or the pseudonyms are not known yet; the error says so.
    pub(super) fn released(&self, text: String) -> Result<String, String> {
        if !self.names.in_letters {
            return Ok(text);
        }
        let Some(redactor) = &self.redactor else { return Err("Pseudonyms are still being prepared".to_owned()) };
        let people = self.calls().first().map(|judged| Arc::clone(&judged.call.people)).unwrap_or_default();
        match redactor.release(redactor.text(&self.names.in_text(&text, &people))) {
            Ok(redacted) => Ok(redacted.as_str().to_owned()),
            Err(leaks) => Err(format!(
                "Blocked: {} would show (‹pseudonyms›: show addresses)",
                counted(leaks.len() as u64, "raw identifier")
            )),
        }
    }

    /// The same for a text on the screen: hidden if it cannot be shown.
    pub(super) fn presentable(&self, text: String) -> String {
        self.released(text).unwrap_or_else(|_| HIDDEN.to_owned())
    }

    /// A stanza of a call; with pseudonyms, as a report has it, once that is known.
    pub(super) fn node<'c>(&self, call: &'c Call, row: usize) -> Option<Cow<'c, Node>> {
        let node = &call.rows.get(row)?.observed.read().node;
        if !self.names.in_letters {
            return Some(Cow::Borrowed(node));
        }
        let start = call.start().map(|time| time.0 / 1_000_000_000);
        Some(Cow::Owned(self.redactor.as_ref()?.node(node, start)))
    }

    /// The id of a call, or its alias.
    pub(super) fn call_id(&self, id: &str) -> String {
        match (&self.redactor, self.names.in_letters) {
            (_, false) => id.to_owned(),
            (Some(redactor), true) => redactor.call_id(id),
            (None, true) => HIDDEN.to_owned(),
        }
    }

    /// Shows a message in place of the footer, with keys as [`hinted`](Keymap::hinted).
    pub(super) fn say(&mut self, message: impl AsRef<str>) {
        self.message = Some(self.keymap.hinted(message.as_ref()));
    }

    /// Returns whether what is typed can be completed.
    pub(super) fn has_completions(&self) -> bool {
        matches!(&self.dialog, Some(Dialog::Prompt(prompt)) if !prompt.completions.entries.is_empty())
    }

    /// Says in which order questions and rules are listed.
    pub(super) fn say_order(&mut self) {
        self.say(format!("Sorted by {}", self.listing.order.description()));
    }

    /// Says that something needs captures that were read to their end.
    pub(super) fn say_not_yet(&mut self, what: &str) {
        let message = match self.keymap.key_of("follow").filter(|_| self.live.is_on) {
            Some(key) => format!("{what} once all captures are read; {key} stops following"),
            None => format!("{what} once all captures are read"),
        };
        self.say(message);
    }

    /// What an empty list shows: `text`, unless entries may still come.
    pub(super) fn empty(&self, text: &str) -> String {
        self.keymap.hinted(match () {
            () if self.summing.is_some() && self.board.is_none() => "Collecting evidence …",
            () if self.is_reading() => "Nothing so far.",
            () => text,
        })
    }
}

/// Finds a call of an earlier snapshot: by its id, and by its creator if several calls have that id.
pub(super) fn find_call(calls: &[Arc<Judged>], call: &Call) -> Option<usize> {
    let same_id = |known: &Arc<Judged>| known.call.id == call.id;
    let same = calls.iter().position(|known| same_id(known) && known.call.creator == call.creator);
    same.or_else(|| calls.iter().position(same_id))
}
