//! What keys ask of the interface, and what the interface asks of the program.

use std::path::PathBuf;

use super::input::Edit;

/// What a key, the mouse or an entry of the palette asks of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Moves the selection, or scrolls, in the pane that has the focus.
    Move(Movement),
    /// Opens what is selected.
    Open,
    /// Goes back to the screen before, or closes what lies over the screen.
    Back,
    /// Goes back to where the last jump began.
    JumpBack,
    /// Goes forward again to where the last jump led.
    JumpForward,
    /// Gives the focus to the other pane.
    SwitchFocus,
    /// Gives the ladder more room.
    Grow,
    /// Gives the stanza more room.
    Shrink,
    /// Goes from an ack or receipt to what it answers, and from a stanza to its first answer.
    FollowAnswer,
    /// Goes to the next row that is evidence for an open question, or that a rule marks.
    NextEvidence,
    /// Goes to such a row before this one.
    PreviousEvidence,
    /// Opens the call after this one in the list.
    NextCall,
    /// Opens the call before this one in the list.
    PreviousCall,
    /// Sorts the list by the next column.
    Sort,
    /// Turns the order of the list round.
    ReverseSort,
    /// Asks which columns the list has.
    Columns,
    /// Asks for a filter of the list.
    Filter,
    /// Shows every call again.
    ClearFilter,
    /// Asks for a text to look for in all stanzas.
    Search,
    /// Goes to the next stanza with the text, or the next difference.
    NextMatch,
    /// Goes to the one before.
    PreviousMatch,
    /// Ticks what is selected, or takes the tick away.
    Tick,
    /// Shows two ticked calls or stanzas side by side.
    Compare,
    /// Shows fewer rows: folds acks and what keeps a call alive, then what the filter leaves out, then nothing.
    Fold,
    /// Shows the steps of the spec's flow that were to be seen and were not, or leaves them out.
    Expected,
    /// Shows the stanza's XML, or the bytes of the next layer that it came through.
    Layer,
    /// Shows the layer above that, or the stanza's XML.
    LayerAbove,
    /// Shows the next kind of times.
    Times,
    /// Measures times from the selected row on.
    Reference,
    /// Shows letters in the place of addresses, or the addresses again.
    Pseudonyms,
    /// Changes the colours.
    Theme,
    /// Marks what is selected, or takes the mark and its note away.
    Mark,
    /// Asks for a note on what is selected.
    Note,
    /// Goes to the next mark of the call, or to the next marked call.
    NextMark,
    /// Goes to the mark before.
    PreviousMark,
    /// Shows all marks.
    Marks,
    /// Shows the open questions, and what follows for each.
    Questions,
    /// Shows the rules, and what was found.
    Rules,
    /// Leaves out the questions that no evidence bears on, or shows them again.
    OnlyEvidence,
    /// Shows the stanzas that belong to no call.
    Strays,
    /// Shows the page of the selected question or rule.
    Page,
    /// Shows what was read from each capture.
    Captures,
    /// Copies what is selected to the clipboard.
    Copy,
    /// Asks for a file to write what is shown to.
    Save,
    /// Asks as what the selected question, rule or call is to be reported, and drafts it.
    Draft,
    /// Shows the findings that were drafted.
    Findings,
    /// Lets the user change a draft in an editor.
    Compose,
    /// Asks to which issue a draft goes.
    Attach,
    /// Takes a draft away.
    Remove,
    /// Copies the address of an issue to the clipboard.
    CopyAddress,
    /// Shows the keys, or hides them again.
    Help,
    /// Lists every command of this screen.
    Palette,
    /// Draws the whole screen anew.
    Redraw,
    /// Hands the terminal back to the shell until the program is resumed.
    Suspend,
    /// Leaves the program.
    Quit,
    /// Takes what was typed, or the selected entry.
    Accept,
    /// Completes what was typed.
    Complete,
    /// Changes what is typed.
    Edit(Edit),
}

/// A way to move.
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
    /// Where a position from 0 to `last` moves, with `page` lines to a page.
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
    /// To end.
    Quit,
    /// To hand the terminal back until the program is resumed.
    Suspend,
    /// To draw the whole screen anew.
    Redraw,
    /// To change the colours.
    NextTheme,
    /// To put a text on the clipboard.
    Copy(String),
    /// To write a file in the place of the one that is there.
    Keep {
        /// Where to.
        path: PathBuf,
        /// What.
        text: String,
    },
    /// To write the columns of the list of calls, by name, into a config file.
    KeepColumns {
        /// Which file.
        path: PathBuf,
        /// The columns.
        columns: Vec<&'static str>,
    },
    /// To write a file, whole or not at all.
    Write {
        /// Where to.
        path: PathBuf,
        /// What.
        text: String,
        /// What did not find room in it, and the file beside it that takes it.
        rest: Option<(PathBuf, String)>,
        /// Whether one that is there is replaced.
        over: bool,
    },
    /// To let the user change the text of a draft in an editor.
    Compose {
        /// Which draft.
        id: u64,
        /// Its text.
        text: String,
    },
}

/// What came of an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Something to say about it.
    Says(String),
    /// A file was written.
    Written(PathBuf),
    /// Nothing was written, for this file is there already: the user is to be asked.
    IsThere(PathBuf),
    /// The user changed the text of a draft.
    Composed {
        /// Which draft.
        id: u64,
        /// Its new text.
        text: String,
    },
}
