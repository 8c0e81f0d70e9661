//! The sets of contexts that commands share.

use crate::tui::keymap::Context;

pub(super) const CALLS: &[Context] = &[Context::Calls];
pub(super) const LADDER: &[Context] = &[Context::Ladder];
pub(super) const STANZA: &[Context] = &[Context::Stanza];
pub(super) const CALL: &[Context] = &[Context::Ladder, Context::Stanza];
pub(super) const LISTS: &[Context] = &[Context::Calls, Context::Ladder, Context::Stanza];
pub(super) const COMPARE: &[Context] = &[Context::Compare];
pub(super) const BOARDS: &[Context] = &[Context::Questions, Context::Rules];
pub(super) const PAGED: &[Context] = &[Context::Questions, Context::Rules, Context::Evidence, Context::Places];
pub(super) const PLACES: &[Context] = &[Context::Evidence, Context::Places, Context::Marks];
pub(super) const TICKED: &[Context] = &[Context::Calls, Context::Ladder];
pub(super) const SEARCHED: &[Context] = &[Context::Calls, Context::Ladder, Context::Stanza];
pub(super) const BOARD: &[Context] = &[Context::Questions];
pub(super) const DRAFTS: &[Context] = &[Context::Draft, Context::Findings];

/// What a finding can be about.
pub(super) const SUBJECTS: &[Context] = &[
    Context::Calls,
    Context::Ladder,
    Context::Stanza,
    Context::Questions,
    Context::Evidence,
    Context::Rules,
    Context::Places,
    Context::Draft,
];

pub(super) const COLUMNS: &[Context] = &[Context::Columns];
pub(super) const TYPING: &[Context] = &[Context::Input, Context::Palette];
pub(super) const PALETTE: &[Context] = &[Context::Palette];
pub(super) const INPUT: &[Context] = &[Context::Input];

/// Where the screens before are gone back to.
pub(super) const ABOVE: &[Context] = &[
    Context::Ladder,
    Context::Stanza,
    Context::Compare,
    Context::Questions,
    Context::Evidence,
    Context::Rules,
    Context::Places,
    Context::Page,
    Context::Captures,
    Context::Marks,
    Context::Findings,
    Context::Draft,
    Context::Columns,
    Context::Forms,
    Context::Confirm,
    Context::Help,
];

/// Everywhere but where text is typed.
pub(super) const BROWSING: &[Context] = &[
    Context::Calls,
    Context::Ladder,
    Context::Stanza,
    Context::Compare,
    Context::Questions,
    Context::Evidence,
    Context::Rules,
    Context::Places,
    Context::Page,
    Context::Captures,
    Context::Marks,
    Context::Findings,
    Context::Draft,
    Context::Columns,
    Context::Forms,
    Context::Confirm,
    Context::Help,
];

/// Where other screens can be gone to.
pub(super) const ROAMING: &[Context] = &[
    Context::Calls,
    Context::Ladder,
    Context::Stanza,
    Context::Compare,
    Context::Questions,
    Context::Evidence,
    Context::Rules,
    Context::Places,
    Context::Page,
    Context::Captures,
    Context::Marks,
    Context::Findings,
    Context::Draft,
    Context::Columns,
    Context::Help,
];

/// What can be copied, and written to a file.
pub(super) const SHOWN: &[Context] = &[
    Context::Calls,
    Context::Ladder,
    Context::Stanza,
    Context::Compare,
    Context::Questions,
    Context::Evidence,
    Context::Rules,
    Context::Places,
    Context::Page,
    Context::Marks,
];
