//! What keys ask of the interface, and what the interface asks of the program.

/// What a key asks of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// Moves the selection, or scrolls, in the pane that has the focus.
    Move(Movement),
    /// Opens what is selected.
    Open,
    /// Goes back to the screen before.
    Back,
    /// Gives the focus to the other pane.
    SwitchFocus,
    /// Gives the ladder more room.
    Grow,
    /// Gives the stanza more room.
    Shrink,
    /// Goes from an ack or receipt to what it answers, and from a stanza to its first answer.
    FollowAnswer,
    /// Goes to the next row that is evidence for an open question.
    NextEvidence,
    /// Goes to the row before that is evidence for an open question.
    PreviousEvidence,
    /// Opens the call after this one in the list.
    NextCall,
    /// Opens the call before this one in the list.
    PreviousCall,
    /// Shows what was read from each capture, or hides it again.
    Captures,
    /// Shows the keys, or hides them again.
    Help,
    /// Leaves the program.
    Quit,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// To end.
    Quit,
}
