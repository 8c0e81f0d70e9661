//! What keys ask of the interface, and what the interface asks of the program.

use std::path::PathBuf;

use super::input::Edit;
use crate::analysis::{Excerpt, Packing};

/// A command: what a key, the mouse or an entry of the palette asks of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Move the selection, or scroll, in the pane with the focus.
    Move(Movement),
    /// Open what is selected.
    Open,
    /// Return to the previous screen, or close the dialog.
    Back,
    /// Return to where the last jump started.
    JumpBack,
    /// Go forward again to where the last jump led.
    JumpForward,
    /// Move the focus to the other pane.
    SwitchFocus,
    /// Enlarge the ladder.
    Grow,
    /// Enlarge the stanza.
    Shrink,
    /// Go from an ack or receipt to what it answers, and from a stanza to its first answer.
    FollowAnswer,
    /// Go to the next row that is evidence for an open question or departs from a rule, or to the next difference.
    NextEvidence,
    /// Go to the previous such row.
    PreviousEvidence,
    /// Open the next call of the list.
    NextCall,
    /// Open the previous call of the list.
    PreviousCall,
    /// Sort the list by the next column.
    Sort,
    /// Reverse the order of the list.
    ReverseSort,
    /// Choose the columns of the list.
    Columns,
    /// Ask for a filter of the list.
    Filter,
    /// Choose a value of the selected call or stanza to filter by.
    FilterByValue,
    /// Show only the calls with the other party of the selected one.
    OnlyPeer,
    /// Show every call again.
    ClearFilter,
    /// Ask for a text to search for.
    Search,
    /// Go to the next match.
    NextMatch,
    /// Go to the previous one.
    PreviousMatch,
    /// Tick what is selected, or remove the tick.
    Tick,
    /// Show two ticked calls or stanzas side by side.
    Compare,
    /// Scroll the lifelines to the left.
    PanLeft,
    /// Scroll the lifelines to the right.
    PanRight,
    /// Show evidence, bytes and JSON in full, or in brief again.
    InFull,
    /// Show fewer rows: fold acks and keep-alives, then rows that the filter excludes, then nothing.
    Fold,
    /// Show or hide the steps of the spec's flow that were expected but not seen.
    Expected,
    /// Show the stanza's XML, or the bytes of the next layer that it came through.
    Layer,
    /// Show the previous layer.
    LayerAbove,
    /// Select the next element or attribute, and its bytes.
    NextPart,
    /// Select the previous one.
    PreviousPart,
    /// Show the next kind of times.
    Times,
    /// Measure times from the selected row.
    Reference,
    /// Show letters instead of addresses, or the addresses again.
    Pseudonyms,
    /// Change the colours.
    Theme,
    /// Mark what is selected, or remove the mark and its note.
    Mark,
    /// Ask for a note on what is selected.
    Note,
    /// Go to the next mark of the call, or to the next marked call.
    NextMark,
    /// Go to the previous mark.
    PreviousMark,
    /// Show all marks.
    Marks,
    /// Show the open questions and their verdicts.
    Questions,
    /// Show the rules and their results.
    Rules,
    /// List fewer questions or rules: those with evidence or departures, or all again.
    Limit,
    /// Show the stanzas that belong to no call.
    Strays,
    /// Show the media of the selected call.
    Media,
    /// Show the page of the selected question or rule.
    Page,
    /// Show what was read from each capture.
    Captures,
    /// Ask for another file to open.
    OpenFile,
    /// Read everything again.
    Reload,
    /// Read captures on as they grow, or no longer.
    Follow,
    /// Keep the screen as it is while captures grow, or show what came.
    Pause,
    /// Select the newest call as calls appear, or no longer.
    AutoScroll,
    /// Mark all new calls as seen.
    Seen,
    /// Copy what is selected to the clipboard.
    Copy,
    /// Ask for a file to write what is shown to.
    Save,
    /// Ask for the form of a report on the selected question, rule or call, and draft it.
    Draft,
    /// Show the drafted findings.
    Findings,
    /// Edit a draft in an editor.
    Compose,
    /// Ask which issue a draft goes to.
    Attach,
    /// Delete a draft.
    Remove,
    /// Copy the URL of an issue to the clipboard.
    CopyAddress,
    /// Show or hide the keys.
    Help,
    /// List every command of this screen.
    Palette,
    /// Redraw the whole screen.
    Redraw,
    /// Return the terminal to the shell until the program is resumed.
    Suspend,
    /// Exit.
    Quit,
    /// Accept what was typed, or the selected entry.
    Accept,
    /// Complete what was typed.
    Complete,
    /// Edit what is typed.
    Edit(Edit),
}

/// How to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Movement {
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first line.
    First,
    /// To the last line.
    Last,
}

impl Movement {
    /// The position from 0 to `last` that a move leads to, with `page` lines per page.
    #[must_use]
    pub fn from(self, position: usize, last: usize, page: usize) -> usize {
        let page = page.saturating_sub(1).max(1);
        let moved = match self {
            Self::Up => position.saturating_sub(1),
            Self::Down => position.saturating_add(1),
            Self::PageUp => position.saturating_sub(page),
            Self::PageDown => position.saturating_add(page),
            Self::First => 0,
            Self::Last => last,
        };
        moved.min(last)
    }
}

/// What the interface asks of the program that runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Exit.
    Quit,
    /// Release the terminal until the program is resumed.
    Suspend,
    /// Redraw the whole screen.
    Redraw,
    /// Change the colours.
    NextTheme,
    /// Open another file.
    Open(PathBuf),
    /// Read everything again, and on as it grows if that is `true`.
    Reload(bool),
    /// Stop following: what was read is complete.
    StopFollowing,
    /// Put a text on the clipboard.
    Copy(String),
    /// Write a file of notes, replacing an existing one.
    Keep {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: String,
    },
    /// Write the columns of the list of calls, by name, into a config file.
    KeepColumns {
        /// The config file.
        path: PathBuf,
        /// The columns.
        columns: Vec<&'static str>,
    },
    /// Write a file, whole or not at all.
    Write {
        /// The file.
        path: PathBuf,
        /// Its text.
        text: String,
        /// What did not fit into it, and the file next to it for that.
        rest: Option<(PathBuf, String)>,
        /// Whether an existing file is replaced.
        over: bool,
    },
    /// Write packets of the captures to a file, whole or not at all.
    WritePackets {
        /// The file.
        path: PathBuf,
        /// Which packets.
        excerpt: Excerpt,
        /// How they are written.
        packing: Packing,
        /// Whether an existing file is replaced.
        over: bool,
    },
    /// Let the user edit the text of a draft.
    Compose {
        /// The draft.
        id: u64,
        /// Its text.
        text: String,
    },
}

/// The result of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// A message for the user.
    Message(String),
    /// A file was written.
    Written(PathBuf),
    /// Nothing was written because this file exists: the user must be asked.
    Exists(PathBuf),
    /// The user edited the text of a draft.
    Composed {
        /// The draft.
        id: u64,
        /// Its new text.
        text: String,
    },
}
