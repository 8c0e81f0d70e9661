//! What every screen does, and where its commands can lead.

use std::sync::Arc;

use ratatui::text::Line;

use super::kit::bindings::Context;
use super::kit::command::{Command, Movement};
use super::kit::csv::{self, Table};
use super::kit::list::Details;
use super::shared::Shared;
use crate::analysis::{Capture, display_filter};
use crate::call::Call;
use crate::notes;
use crate::origin::{CaptureId, Origin};
use crate::report::Subject;
use crate::spec::Judged;

/// A stanza: its call, and its row in it.
pub(super) type At = (Arc<Judged>, usize);

/// Where a command of a screen leads.
#[derive(Debug)]
pub(super) enum Step {
    /// To the ladder of these calls.
    Calls(Vec<Arc<Judged>>),
    /// To a row of a call, by indexes.
    Row(usize, usize),
    /// To a rung of the ladder that is shown.
    Rung(usize),
    /// To another entry of the list of calls.
    Listed(usize),
    /// To two calls side by side.
    CompareCalls([Arc<Judged>; 2]),
    /// To two stanzas side by side.
    CompareStanzas([At; 2]),
    /// To the evidence for a question.
    Evidence(&'static str),
    /// To the places of a rule.
    Places(&'static str),
    /// To a page in Markdown.
    Page {
        /// What it is about.
        title: &'static str,
        /// Its text.
        text: String,
    },
    /// To the media of a call.
    Media(Arc<Judged>),
    /// To a draft.
    Draft(u64),
    /// Nowhere else, but the list of calls must be rebuilt.
    Relist,
}

/// The file formats that a screen can be written in: file extension and description.
pub(super) type Formats = &'static [(&'static str, &'static str)];

/// The formats of packets, of one capture in classic pcap, and of any other captures of packets.
pub(super) const CLASSIC: Formats =
    &[("pcap", "the packets of the call, as recorded"), ("pcapng", "the packets of the call, as pcapng")];
pub(super) const NEXT_GENERATION: Formats = &[("pcapng", "the packets of the call, as pcapng")];

/// The format of screens with a table.
pub(super) const TABLE: Formats = &[("csv", "the rows as shown, comma-separated")];

/// What every screen does. What most do not do has a default.
pub(super) trait Screen {
    /// The context of its keys.
    fn context(&self) -> Context;

    /// The selected entry of its list, and the number of entries, if it shows a list.
    fn list(&mut self, _shared: &Shared) -> Option<(&mut usize, usize)> {
        None
    }

    /// The details below its list, if it shows any.
    fn details(&mut self) -> Option<&mut Details> {
        None
    }

    /// Moves the selection, or scrolls.
    fn go(&mut self, movement: Movement, shared: &Shared) {
        let seen = shared.viewport;
        let Some((selected, count)) = self.list(shared).map(|(selected, count)| (*selected, count)) else { return };
        if let Some(details) = self.details().filter(|details| details.has_focus) {
            details.go(selected, movement, seen);
        } else if let Some((moved, _)) = self.list(shared) {
            *moved = movement.from(selected, count.saturating_sub(1), seen.page);
        }
    }

    /// The text of an entry of its list, for a search.
    fn entry_text(&self, _index: usize, _shared: &Shared) -> Option<String> {
        None
    }

    /// The lines of its text, for a search, if it shows a text.
    fn lines(&self, _shared: &Shared) -> Option<Vec<String>> {
        None
    }

    /// Goes to the entry or line that a search found.
    fn found(&mut self, place: usize, shared: &mut Shared) {
        if let Some((selected, _)) = self.list(shared) {
            *selected = place;
        }
    }

    /// Does what a command asks for, if it is a command of this screen.
    fn update(&mut self, _command: Command, _shared: &mut Shared) -> Option<Step> {
        None
    }

    /// What is selected, as the subject of a report, and the stanza to show.
    fn subject(&self, _shared: &Shared) -> Option<(Subject, Option<(usize, usize)>)> {
        None
    }

    /// What is selected, as the subject of a note, and the captures that contain it.
    fn noted(&self, _shared: &Shared) -> Option<(notes::Subject, Vec<CaptureId>)> {
        None
    }

    /// The draft that is selected.
    fn draft(&self, _shared: &Shared) -> Option<u64> {
        None
    }

    /// What is copied to the clipboard: a name for it, and the text.
    fn copied(&self, _shared: &Shared) -> Option<(&'static str, String)> {
        None
    }

    /// What else can be copied.
    fn also_copied(&self, _shared: &Shared) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The calls whose packets can be written to a file: one or several.
    fn packets(&self, _shared: &Shared) -> Vec<Arc<Judged>> {
        Vec::new()
    }

    /// The rows that are shown.
    fn table(&self, _shared: &Shared) -> Option<Table> {
        None
    }

    /// What it can be written as: the file name without extension, and the formats.
    fn formats(&self, _shared: &Shared) -> Option<(String, Formats)> {
        None
    }

    /// Its content in one of these formats.
    fn written(&self, _extension: &str, shared: &Shared) -> Option<String> {
        self.table(shared).and_then(csv::csv)
    }
}

/// The name of a display filter among what can be copied.
pub(super) const FILTER: &str = "Wireshark filter";

/// Where the stanzas of calls were recorded.
pub(super) fn origins<'c>(calls: impl Iterator<Item = &'c Call>) -> impl Iterator<Item = Origin> {
    calls.flat_map(|call| &call.rows).map(|row| row.observed.stanza.origin)
}

/// The display filter that shows records in Wireshark, if they are packets of one capture.
pub(super) fn wireshark_filter(shared: &Shared, origins: impl IntoIterator<Item = Origin>) -> Option<String> {
    let origins: Vec<Origin> = origins.into_iter().collect();
    let capture = origins.first()?.capture;
    let is_of_packets = shared.analysis.as_ref()?.capture(capture).is_some_and(Capture::has_packets);
    let is_one = origins.iter().all(|origin| origin.capture == capture);
    display_filter(origins).filter(|_| is_one && is_of_packets)
}

/// The texts of lines.
pub(super) fn texts(lines: &[Line<'_>]) -> Vec<String> {
    lines.iter().map(ToString::to_string).collect()
}

/// Scrolls a text.
pub(super) fn scrolled(scroll: &mut usize, movement: Movement, shared: &Shared) {
    *scroll = movement.from(*scroll, shared.viewport.last_scroll(), shared.viewport.page);
}
