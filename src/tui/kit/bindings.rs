//! Every command, once: dispatch, palette, footer, help and the reference page all follow from this table.

use super::command::{Command, Movement};
use super::input::Edit;

/// Declares the contexts: each with its name as people read it.
macro_rules! contexts {
    ($($(#[$doc:meta])* $context:ident $name:literal)*) => {
        /// Where a key means something.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Context {
            $($(#[$doc])* $context,)*
        }

        impl Context {
            /// Every context.
            pub const ALL: &[Self] = &[$(Self::$context,)*];

            /// Its name as people read it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$context => $name,)*
                }
            }
        }
    };
}

contexts! {
    /// The list of calls.
    Calls "Calls"
    /// The ladder of a call.
    Ladder "Ladder"
    /// The stanza next to the ladder.
    Stanza "Stanza"
    /// Two stanzas, or two calls, side by side.
    Compare "Compare"
    /// The board of open questions.
    Questions "Questions"
    /// The evidence for one question.
    Evidence "Evidence"
    /// The rules.
    Rules "Rules"
    /// The places where one rule was checked.
    Places "Places"
    /// The page of a question or rule.
    Page "Page"
    /// What was read from each capture.
    Captures "Captures"
    /// The marks and notes.
    Marks "Marks"
    /// The media of a call.
    Media "Media"
    /// The drafted findings.
    Findings "Findings"
    /// One drafted finding.
    Draft "Draft"
    /// The choice of columns.
    Columns "Columns"
    /// The choice of a form for a draft.
    Forms "Form"
    /// The choice of a value to filter by.
    Values "Filter by"
    /// The choice of what to copy.
    Copies "Copy"
    /// A yes-or-no question.
    Confirm "Confirm"
    /// The help.
    Help "Help"
    /// A line being typed.
    Input "Input"
    /// The palette of commands.
    Palette "Palette"
}

impl Context {
    /// Returns whether letters are typed as text here instead of being commands.
    #[must_use]
    pub const fn takes_text(self) -> bool {
        matches!(self, Self::Input | Self::Palette)
    }
}

/// A set of contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contexts(u32);

impl Contexts {
    const ALL: Self = Self::of(Context::ALL);

    const fn of(contexts: &[Context]) -> Self {
        let (mut set, mut rest) = (0, contexts);
        while let [first, others @ ..] = rest {
            set |= 1 << *first as u32;
            rest = others;
        }
        Self(set)
    }

    const fn except(self, contexts: &[Context]) -> Self {
        Self(self.0 & !Self::of(contexts).0)
    }

    /// Returns whether a context is in the set.
    #[must_use]
    pub const fn contains(self, context: Context) -> bool {
        self.0 & (1 << context as u32) != 0
    }

    /// Returns whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A command as the user meets it.
#[derive(Debug)]
pub struct Binding {
    /// Its name: the palette finds it by this, and the config file can give it other keys.
    pub name: &'static str,
    /// Where it is available.
    pub contexts: Contexts,
    /// Its default keys as [`Key`](super::key::Key) writes them, the one to show first.
    pub keys: &'static [&'static str],
    /// The command.
    pub command: Command,
    /// What it does, as the help says it.
    pub help: &'static str,
    /// A word for the footer; empty if it is not shown there.
    pub footer: &'static str,
}

/// Declares the table: name, where, keys, command, help and optionally a word for the footer.
macro_rules! bindings {
    ($($name:literal $contexts:ident [$($key:literal)*] $command:expr, $help:literal $($footer:literal)?;)*) => {
        /// Every command. The order is that of the footer and the help.
        pub const KEYMAP: &[Binding] = &[
            $(Binding {
                name: $name,
                contexts: $contexts,
                keys: &[$($key),*],
                command: $command,
                help: $help,
                footer: concat!($($footer)?),
            },)*
        ];
    };
}

macro_rules! sets {
    ($($name:ident: $($context:ident)*;)*) => {
        $(const $name: Contexts = Contexts::of(&[$(Context::$context),*]);)*
    };
}

sets! {
    CALLS: Calls;
    LADDER: Ladder;
    STANZA: Stanza;
    CALL: Ladder Stanza;
    LISTED: Calls Ladder Stanza;
    TICKED: Calls Ladder;
    COMPARE: Compare;
    BOARDS: Questions Rules;
    QUESTIONS: Questions;
    RULES: Rules;
    PAGED: Questions Rules Evidence Places;
    PLACES: Evidence Places Marks;
    DETAILED: Compare Questions Evidence Rules Places Marks Media Findings;
    MARKS: Marks;
    STRAYS: Calls Captures;
    CAPTURES: Captures;
    SEARCHED: Calls Ladder Stanza Compare Questions Evidence Rules Places Page Captures Marks Media Findings Draft;
    SUBJECTS: Calls Ladder Stanza Questions Evidence Rules Places Draft;
    FINDINGS: Findings;
    DRAFT: Draft;
    DRAFTS: Draft Findings;
    COLUMNS: Columns;
    FORMS: Forms;
    VALUES: Values;
    COPIES: Copies;
    CONFIRM: Confirm;
    PALETTE: Palette;
    INPUT: Input;
    TYPING: Input Palette;
}

const ANYWHERE: Contexts = Contexts::ALL;

/// Everywhere except where text is typed.
const BROWSING: Contexts = ANYWHERE.except(&[Context::Input, Context::Palette]);

/// Where there is a screen to go back to.
const ABOVE: Contexts = BROWSING.except(&[Context::Calls]);

/// Where other screens can be opened.
const ROAMING: Contexts =
    BROWSING.except(&[Context::Forms, Context::Values, Context::Copies, Context::Confirm, Context::Help]);

/// Where something can be copied and written to a file. Drafts have commands of their own for that.
const SHOWN: Contexts = ROAMING.except(&[Context::Captures, Context::Findings, Context::Draft, Context::Columns]);

bindings! {
    "open" CALLS ["Enter"] Command::Open,
        "Open the call's ladder (several ticked calls share one)" "open";
    "open-item" BOARDS ["Enter"] Command::Open,
        "List the evidence or the places" "open";
    "go-to" PLACES ["Enter"] Command::Open,
        "Go to the stanza in its ladder" "go to";
    "open-pair" COMPARE ["Enter"] Command::Open,
        "Compare the two stanzas part by part" "parts";
    "fold-random" COMPARE ["z"] Command::Fold,
        "Cycle: ids, keys and times folded; only differences; everything" "fold";
    "focus-details" DETAILED ["Tab" "Shift-Tab"] Command::SwitchFocus,
        "Switch between the list and the details below it" "details";
    "focus-stanza" LADDER ["Tab" "Shift-Tab" "Enter"] Command::SwitchFocus,
        "Move to the stanza, to scroll it" "stanza";
    "focus-ladder" STANZA ["Tab" "Shift-Tab" "Enter"] Command::SwitchFocus,
        "Move back to the ladder" "ladder";
    "next-part" STANZA ["→" "l"] Command::NextPart,
        "Select the next element or attribute, and its bytes" "parts";
    "previous-part" STANZA ["←" "h"] Command::PreviousPart,
        "Select the previous element or attribute";
    "next-evidence" CALL ["e"] Command::NextEvidence,
        "Next row with a badge (?, ! or +)" "next ?";
    "previous-evidence" CALL ["E"] Command::PreviousEvidence,
        "Previous row with a badge";
    "follow-answer" CALL ["a"] Command::FollowAnswer,
        "Jump between a stanza and its ack or receipt" "answer";
    "next-call" CALL ["]"] Command::NextCall,
        "Next call in the list" "next call";
    "previous-call" CALL ["["] Command::PreviousCall,
        "Previous call in the list";
    "in-full" CALL ["v"] Command::InFull,
        "Show evidence and values in full, or in brief" "in full";
    "pan-left" LADDER ["←" "h"] Command::PanLeft,
        "Scroll the lifelines to the left";
    "pan-right" LADDER ["→" "l"] Command::PanRight,
        "Scroll the lifelines to the right";
    "fold" CALL ["z"] Command::Fold,
        "Cycle: acks and keep-alives folded; also rows that don't match the filter; nothing" "fold";
    "expected" CALL ["u"] Command::Expected,
        "Toggle expected-but-missing flow steps";
    "layer" CALL ["x"] Command::Layer,
        "Next layer: XML, then the bytes of each layer down to the record" "hex";
    "layer-above" CALL ["X"] Command::LayerAbove,
        "Previous layer";
    "grow" CALL ["+" "=" ">"] Command::Grow,
        "Enlarge the ladder";
    "shrink" CALL ["-" "<"] Command::Shrink,
        "Enlarge the stanza";
    "reference" CALL ["r"] Command::Reference,
        "Measure times from this row, or from the start again";
    "filter" LISTED ["f"] Command::Filter,
        "Filter calls by expression" "filter";
    "filter-by-value" LISTED ["&"] Command::FilterByValue,
        "Filter by a value of this call or stanza";
    "only-peer" LISTED ["P"] Command::OnlyPeer,
        "Show only calls with this peer";
    "clear-filter" LISTED ["F"] Command::ClearFilter,
        "Clear the filter";
    "search" SEARCHED ["/"] Command::Search,
        "Search this screen; in a ladder, the stanzas of all listed calls" "find";
    "next-match" SEARCHED ["n"] Command::NextMatch,
        "Next match";
    "previous-match" SEARCHED ["N"] Command::PreviousMatch,
        "Previous match";
    "next-difference" COMPARE ["e"] Command::NextEvidence,
        "Next difference" "next";
    "previous-difference" COMPARE ["E"] Command::PreviousEvidence,
        "Previous difference" "previous";
    "next-problem" CAPTURES ["e"] Command::NextEvidence,
        "Next problem: what was not read, why, and what to do" "next !";
    "previous-problem" CAPTURES ["E"] Command::PreviousEvidence,
        "Previous problem";
    "tick" TICKED ["Space"] Command::Tick,
        "Tick, to compare two, or to open several calls in one ladder" "tick";
    "columns" CALLS ["C"] Command::Columns,
        "Choose the columns";
    "toggle-column" COLUMNS ["Space" "Enter"] Command::Tick,
        "Show or hide the column" "show/hide";
    "keep-columns" COLUMNS ["w"] Command::Save,
        "Save the choice in the config file" "save";
    "mark" LISTED ["m"] Command::Mark,
        "Toggle mark (removing it also deletes the note)";
    "note" LISTED [";"] Command::Note,
        "Edit the note, kept in a file next to the capture" "note";
    "next-mark" LISTED ["}"] Command::NextMark,
        "Next mark";
    "previous-mark" LISTED ["{"] Command::PreviousMark,
        "Previous mark";
    "unmark" MARKS ["m"] Command::Mark,
        "Delete mark and note" "unmark";
    "edit-note" MARKS [";"] Command::Note,
        "Edit the note" "note";
    "limit-questions" QUESTIONS ["h"] Command::Limit,
        "Cycle: open questions folded by page, hidden, listed" "open";
    "limit-rules" RULES ["h"] Command::Limit,
        "Toggle rules without departures" "departures";
    "sort-board" BOARDS ["s"] Command::Sort,
        "Sort by result, page, number of observations, name" "sort";
    "strays" STRAYS ["o"] Command::Strays,
        "Open the stanzas that belong to no known call";
    "media" LISTED ["U"] Command::Media,
        "Show the call's media: UDP flows, and why there is no sound";
    "page" PAGED ["i"] Command::Page,
        "Read its page: what the spec says, and what decides it" "page";
    "open-draft" FINDINGS ["Enter"] Command::Open,
        "Read the draft" "read";
    "compose" DRAFTS ["e"] Command::Compose,
        "Edit it in $EDITOR" "edit";
    "attach" DRAFTS ["a"] Command::Attach,
        "Send it to a GitHub issue, after a preview" "attach";
    "save-draft" DRAFTS ["w"] Command::Save,
        "Write it to a file" "save";
    "copy-draft" DRAFTS ["y"] Command::Copy,
        "Copy it to the clipboard" "copy";
    "remove" DRAFTS ["x"] Command::Remove,
        "Delete the draft" "delete";
    "copy-address" DRAFTS ["u"] Command::CopyAddress,
        "Copy the URL of the issue, or of a prefilled new one";
    "focus-replaced" DRAFT ["Tab" "Shift-Tab"] Command::SwitchFocus,
        "Switch between the text and the list of replacements" "replaced";
    "draft" SUBJECTS ["D"] Command::Draft,
        "Draft a sanitised finding about it, to save or send" "draft";
    "choose-form" FORMS ["Enter" "Space"] Command::Accept,
        "Draft with this form" "draft";
    "choose-value" VALUES ["Enter" "Space"] Command::Accept,
        "Filter by this value" "filter";
    "choose-copy" COPIES ["Enter" "Space" "y"] Command::Accept,
        "Copy this" "copy";
    "compare" LISTED ["d"] Command::Compare,
        "Compare the two ticked ones, or the ticked one with this one" "compare";
    "auto-scroll" CALLS ["V"] Command::AutoScroll,
        "Toggle auto-scroll: select the newest call as calls appear";
    "sort" CALLS ["s"] Command::Sort,
        "Sort by the next column" "sort";
    "reverse" CALLS ["S"] Command::ReverseSort,
        "Reverse the sort order";
    "yes" CONFIRM ["y"] Command::Accept,
        "Yes" "yes";
    "no" CONFIRM ["n"] Command::Back,
        "No" "no";
    "back" ABOVE ["q" "Esc"] Command::Back,
        "Back to the previous screen" "back";
    "down" BROWSING ["j" "↓"] Command::Move(Movement::Down),
        "One line down";
    "up" BROWSING ["k" "↑"] Command::Move(Movement::Up),
        "One line up";
    "page-down" BROWSING ["PgDn" "Ctrl-f"] Command::Move(Movement::PageDown),
        "One page down";
    "page-up" BROWSING ["PgUp" "Ctrl-b"] Command::Move(Movement::PageUp),
        "One page up";
    "first" BROWSING ["g" "Home"] Command::Move(Movement::First),
        "First line";
    "last" BROWSING ["G" "End"] Command::Move(Movement::Last),
        "Last line";
    "questions" ROAMING ["Q"] Command::Questions,
        "Open questions and their evidence" "questions";
    "rules" ROAMING ["R"] Command::Rules,
        "Rules and their results" "rules";
    "findings" ROAMING ["O"] Command::Findings,
        "Drafted findings";
    "marks" ROAMING ["M"] Command::Marks,
        "Marks and notes";
    "captures" ROAMING ["c"] Command::Captures,
        "What was read from each capture, what was not, and why" "captures";
    "open-file" ROAMING ["A"] Command::OpenFile,
        "Open another capture, folder or key log" "add file";
    "reload" ROAMING ["Ctrl-r"] Command::Reload,
        "Read all captures and key logs again";
    "follow" ROAMING ["W"] Command::Follow,
        "Follow the captures as they grow, or stop following";
    "pause" ROAMING ["."] Command::Pause,
        "Pause or resume the screen while captures grow";
    "seen" CALLS ["K"] Command::Seen,
        "Mark all new calls (•) as seen";
    "jump-back" ROAMING ["Ctrl-o" "H"] Command::JumpBack,
        "Go back to where the last jump started";
    "jump-forward" ROAMING ["L"] Command::JumpForward,
        "Go forward again";
    "pseudonyms" ROAMING ["p"] Command::Pseudonyms,
        "Switch between addresses and pseudonyms";
    "times" ROAMING ["t"] Command::Times,
        "Cycle times: since the start, time of day, since the reference row";
    "theme" ROAMING ["T"] Command::Theme,
        "Cycle themes: dark, light, high contrast, none";
    "copy" SHOWN ["y"] Command::Copy,
        "Copy to the clipboard: the stanza, a Wireshark filter, the call-id, the line";
    "save" SHOWN ["w"] Command::Save,
        "Write what is shown to a file";
    "help" BROWSING ["?" "F1"] Command::Help,
        "Show or hide this help" "help";
    "palette" BROWSING [":"] Command::Palette,
        "Find a command of this screen by name" "commands";
    "quit" CALLS ["q"] Command::Quit,
        "Quit" "quit";
    "redraw" ANYWHERE ["Ctrl-l"] Command::Redraw,
        "Redraw the screen";
    "suspend" ANYWHERE ["Ctrl-z"] Command::Suspend,
        "Suspend to the shell (`fg` resumes)";
    "run" PALETTE ["Enter"] Command::Accept,
        "Run the selected command" "run";
    "accept" INPUT ["Enter"] Command::Accept,
        "Accept" "accept";
    "complete" INPUT ["Tab"] Command::Complete,
        "Insert the selected completion" "complete";
    "next-entry" TYPING ["↓" "Ctrl-n"] Command::Move(Movement::Down),
        "Next entry";
    "previous-entry" TYPING ["↑" "Ctrl-p"] Command::Move(Movement::Up),
        "Previous entry";
    "cancel" TYPING ["Esc"] Command::Back,
        "Cancel" "cancel";
    "edit-left" TYPING ["←"] Command::Edit(Edit::Left),
        "One character left";
    "edit-right" TYPING ["→"] Command::Edit(Edit::Right),
        "One character right";
    "edit-start" TYPING ["Home" "Ctrl-a"] Command::Edit(Edit::Start),
        "To the start";
    "edit-end" TYPING ["End" "Ctrl-e"] Command::Edit(Edit::End),
        "To the end";
    "edit-backspace" TYPING ["Backspace" "Ctrl-h"] Command::Edit(Edit::Backspace),
        "Delete the previous character";
    "edit-delete" TYPING ["Del" "Ctrl-d"] Command::Edit(Edit::Delete),
        "Delete the character under the cursor";
    "edit-delete-word" TYPING ["Ctrl-w"] Command::Edit(Edit::DeleteWord),
        "Delete the previous word";
    "edit-clear" TYPING ["Ctrl-u"] Command::Edit(Edit::Clear),
        "Delete everything";
    "quit-anywhere" ANYWHERE ["Ctrl-c"] Command::Quit,
        "Quit from anywhere" "quit";
}
