//! Every command, once: keys, palette, footer, help and the reference page are made from this table.

mod contexts;

use crossterm::event::KeyCode;

use super::command::{Command, Movement};
use super::input::Edit;
use super::key::Key;
use super::keymap::Context;
use contexts::{
    ABOVE, BOARD, BOARDS, BROWSING, CALL, CALLS, COLUMNS, COMPARE, DRAFTS, INPUT, LADDER, LISTS, PAGED, PALETTE,
    PLACES, ROAMING, SEARCHED, SHOWN, STANZA, SUBJECTS, TICKED, TYPING,
};

/// A command as the user meets it.
#[derive(Debug)]
pub struct Binding {
    /// Its name, by which the palette finds it and the config gives it other keys.
    pub name: &'static str,
    /// Where it can be asked for.
    pub contexts: &'static [Context],
    /// Its usual keys, the one to show first.
    pub keys: &'static [Key],
    /// What it asks for.
    pub command: Command,
    /// What it does, as the help says it.
    pub help: &'static str,
    /// A word for the footer; empty if it is not shown there.
    pub footer: &'static str,
}

const fn letter(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), control: false }
}

const fn named(code: KeyCode) -> Key {
    Key { code, control: false }
}

const fn control(letter: char) -> Key {
    Key { code: KeyCode::Char(letter), control: true }
}

const fn bind(
    name: &'static str,
    contexts: &'static [Context],
    keys: &'static [Key],
    command: Command,
    (help, footer): (&'static str, &'static str),
) -> Binding {
    Binding { name, contexts, keys, command, help, footer }
}

const fn edit(name: &'static str, keys: &'static [Key], edit: Edit, help: &'static str) -> Binding {
    bind(name, TYPING, keys, Command::Edit(edit), (help, ""))
}

const fn movement(name: &'static str, keys: &'static [Key], movement: Movement, help: &'static str) -> Binding {
    bind(name, BROWSING, keys, Command::Move(movement), (help, ""))
}

/// Every command.
pub const KEYMAP: &[Binding] = &[
    bind(
        "open",
        CALLS,
        &[named(KeyCode::Enter)],
        Command::Open,
        ("Open the call's ladder; the ticked calls in one", "open"),
    ),
    bind("open-item", BOARDS, &[named(KeyCode::Enter)], Command::Open, ("Open what was found for it", "open")),
    bind("go-to", PLACES, &[named(KeyCode::Enter)], Command::Open, ("Go to the stanza in its ladder", "go to")),
    bind("open-pair", COMPARE, &[named(KeyCode::Enter)], Command::Open, ("Compare the two stanzas by token", "tokens")),
    bind(
        "focus-stanza",
        LADDER,
        &[named(KeyCode::Tab), named(KeyCode::BackTab), named(KeyCode::Enter)],
        Command::SwitchFocus,
        ("Scroll the stanza", "stanza"),
    ),
    bind(
        "focus-ladder",
        STANZA,
        &[named(KeyCode::Tab), named(KeyCode::BackTab), named(KeyCode::Enter)],
        Command::SwitchFocus,
        ("Back to the ladder's rows", "ladder"),
    ),
    bind(
        "next-evidence",
        CALL,
        &[letter('e')],
        Command::NextEvidence,
        ("Next row with a badge: evidence, or a rule's mark", "next ?"),
    ),
    bind("previous-evidence", CALL, &[letter('E')], Command::PreviousEvidence, ("Previous row with a badge", "")),
    bind(
        "follow-answer",
        CALL,
        &[letter('a')],
        Command::FollowAnswer,
        ("From an ack or receipt to what it answers, from a stanza to its answer", "answer"),
    ),
    bind("next-call", CALL, &[letter(']')], Command::NextCall, ("Next call in the list", "next call")),
    bind("previous-call", CALL, &[letter('[')], Command::PreviousCall, ("Previous call in the list", "")),
    bind(
        "fold",
        CALL,
        &[letter('z')],
        Command::Fold,
        ("Fold acks and keep-alives; then only what the filter names; then all", "fold"),
    ),
    bind(
        "expected",
        CALL,
        &[letter('u')],
        Command::Expected,
        ("Steps of the spec's flow that were to be seen and were not, or only what was seen", ""),
    ),
    bind(
        "layer",
        CALL,
        &[letter('x')],
        Command::Layer,
        ("The stanza as XML, or the bytes of each layer that it came through, down to the record", "hex"),
    ),
    bind("layer-above", CALL, &[letter('X')], Command::LayerAbove, ("The layer above that", "")),
    bind("grow", CALL, &[letter('+'), letter('='), letter('>')], Command::Grow, ("More room for the ladder", "")),
    bind("shrink", CALL, &[letter('-'), letter('<')], Command::Shrink, ("More room for the stanza", "")),
    bind(
        "reference",
        CALL,
        &[letter('r')],
        Command::Reference,
        ("Measure times from this row; again: from the call's start", ""),
    ),
    bind("filter", LISTS, &[letter('f')], Command::Filter, ("Show only calls that an expression names", "filter")),
    bind("clear-filter", LISTS, &[letter('F')], Command::ClearFilter, ("Show every call again", "")),
    bind("search", SEARCHED, &[letter('/')], Command::Search, ("Look for a text in all stanzas", "find")),
    bind("next-match", SEARCHED, &[letter('n')], Command::NextMatch, ("Next stanza with the text", "")),
    bind("previous-match", SEARCHED, &[letter('N')], Command::PreviousMatch, ("Previous stanza with the text", "")),
    bind("find-question", BOARD, &[letter('/')], Command::Search, ("Look for a text in the questions", "find")),
    bind("next-found", BOARD, &[letter('n')], Command::NextMatch, ("Next question with the text", "")),
    bind("previous-found", BOARD, &[letter('N')], Command::PreviousMatch, ("Previous question with the text", "")),
    bind("next-difference", COMPARE, &[letter('n')], Command::NextMatch, ("Next difference", "next")),
    bind("previous-difference", COMPARE, &[letter('N')], Command::PreviousMatch, ("Previous difference", "previous")),
    bind(
        "tick",
        TICKED,
        &[letter(' ')],
        Command::Tick,
        ("Tick it: two can be compared, several calls opened in one ladder", "tick"),
    ),
    bind("columns", CALLS, &[letter('C')], Command::Columns, ("Choose the columns", "")),
    bind(
        "toggle-column",
        COLUMNS,
        &[letter(' '), named(KeyCode::Enter)],
        Command::Tick,
        ("Show the column, or leave it out", "show"),
    ),
    bind(
        "keep-columns",
        COLUMNS,
        &[letter('w')],
        Command::Save,
        ("Keep this choice in the config file, for the next time too", "keep"),
    ),
    bind("mark", LISTS, &[letter('m')], Command::Mark, ("Mark it; again: take mark and note away", "")),
    bind("note", LISTS, &[letter(';')], Command::Note, ("Write a note on it, kept beside the capture", "note")),
    bind("next-mark", LISTS, &[letter('}')], Command::NextMark, ("Next mark", "")),
    bind("previous-mark", LISTS, &[letter('{')], Command::PreviousMark, ("Previous mark", "")),
    bind("unmark", &[Context::Marks], &[letter('m')], Command::Mark, ("Take mark and note away", "unmark")),
    bind("edit-note", &[Context::Marks], &[letter(';')], Command::Note, ("Write a note on it", "note")),
    bind(
        "only-evidence",
        &[Context::Questions],
        &[letter('h')],
        Command::OnlyEvidence,
        ("Hide the questions that no evidence bears on; again: show all", "hide open"),
    ),
    bind(
        "strays",
        &[Context::Calls, Context::Captures],
        &[letter('o')],
        Command::Strays,
        ("The stanzas that belong to no call", ""),
    ),
    bind(
        "page",
        PAGED,
        &[letter('i')],
        Command::Page,
        ("Its page: what the spec asks or says, and what decides it", "page"),
    ),
    bind("open-draft", &[Context::Findings], &[named(KeyCode::Enter)], Command::Open, ("Read the draft", "read")),
    bind("compose", DRAFTS, &[letter('e')], Command::Compose, ("Change it in your editor", "edit")),
    bind("attach", DRAFTS, &[letter('a')], Command::Attach, ("Send it to an issue, after showing it", "attach")),
    bind("save-draft", DRAFTS, &[letter('w')], Command::Save, ("Write it to a file", "save")),
    bind("copy-draft", DRAFTS, &[letter('y')], Command::Copy, ("Copy it to the clipboard", "copy")),
    bind("remove", DRAFTS, &[letter('x')], Command::Remove, ("Take the draft away", "remove")),
    bind(
        "copy-address",
        DRAFTS,
        &[letter('u')],
        Command::CopyAddress,
        ("Copy the address of the issue, or of a form that is filled in already", ""),
    ),
    bind(
        "focus-replaced",
        &[Context::Draft],
        &[named(KeyCode::Tab), named(KeyCode::BackTab)],
        Command::SwitchFocus,
        ("Scroll what was replaced; again: the text", "replaced"),
    ),
    bind(
        "draft",
        SUBJECTS,
        &[letter('D')],
        Command::Draft,
        ("Draft a finding about it, sanitised, to be saved or sent", "draft"),
    ),
    bind(
        "choose-form",
        &[Context::Forms],
        &[named(KeyCode::Enter), letter(' ')],
        Command::Accept,
        ("Draft it so", "draft"),
    ),
    bind(
        "compare",
        LISTS,
        &[letter('d')],
        Command::Compare,
        ("Compare the ticked two, or the ticked one with this one", "compare"),
    ),
    bind("sort", CALLS, &[letter('s')], Command::Sort, ("Sort by the next column", "sort")),
    bind("reverse", CALLS, &[letter('S')], Command::ReverseSort, ("Turn the order round", "")),
    bind("yes", &[Context::Confirm], &[letter('y')], Command::Accept, ("Yes, do it", "yes")),
    bind("no", &[Context::Confirm], &[letter('n')], Command::Back, ("No, leave it", "no")),
    bind("back", ABOVE, &[letter('q'), named(KeyCode::Esc)], Command::Back, ("Back to the screen before", "back")),
    movement("down", &[letter('j'), named(KeyCode::Down)], Movement::Down, "One line down"),
    movement("up", &[letter('k'), named(KeyCode::Up)], Movement::Up, "One line up"),
    movement("page-down", &[named(KeyCode::PageDown), control('f')], Movement::PageDown, "One page down"),
    movement("page-up", &[named(KeyCode::PageUp), control('b')], Movement::PageUp, "One page up"),
    movement("first", &[letter('g'), named(KeyCode::Home)], Movement::First, "To the first line"),
    movement("last", &[letter('G'), named(KeyCode::End)], Movement::Last, "To the last line"),
    bind(
        "questions",
        ROAMING,
        &[letter('Q')],
        Command::Questions,
        ("The open questions, and what the captures say about each", "questions"),
    ),
    bind("rules", ROAMING, &[letter('R')], Command::Rules, ("The rules, and where they hold and do not", "rules")),
    bind(
        "findings",
        ROAMING,
        &[letter('O')],
        Command::Findings,
        ("The findings that you drafted, and what became of them", ""),
    ),
    bind("marks", ROAMING, &[letter('M')], Command::Marks, ("All marks and notes", "")),
    bind(
        "captures",
        ROAMING,
        &[letter('c')],
        Command::Captures,
        ("What was read from each capture, what was not, and why", "captures"),
    ),
    bind(
        "jump-back",
        ROAMING,
        &[control('o'), letter('H')],
        Command::JumpBack,
        ("Back to where the last jump began", ""),
    ),
    bind("jump-forward", ROAMING, &[letter('L')], Command::JumpForward, ("Forward again", "")),
    bind(
        "pseudonyms",
        ROAMING,
        &[letter('p')],
        Command::Pseudonyms,
        ("One letter a person in the place of addresses, or the addresses", ""),
    ),
    bind(
        "times",
        ROAMING,
        &[letter('t')],
        Command::Times,
        ("Other times: since the start, of day, since the reference", ""),
    ),
    bind("theme", ROAMING, &[letter('T')], Command::Theme, ("Other colours: dark, light, high contrast, none", "")),
    bind(
        "copy",
        SHOWN,
        &[letter('y')],
        Command::Copy,
        ("Copy the stanza, the call-id or the line to the clipboard", ""),
    ),
    bind("save", SHOWN, &[letter('w')], Command::Save, ("Write what is shown to a file", "")),
    bind("help", BROWSING, &[letter('?'), named(KeyCode::F(1))], Command::Help, ("These keys", "help")),
    bind("palette", BROWSING, &[letter(':')], Command::Palette, ("Every command of this screen, by name", "commands")),
    bind("quit", CALLS, &[letter('q')], Command::Quit, ("Quit", "quit")),
    bind("redraw", Context::ALL, &[control('l')], Command::Redraw, ("Draw the screen anew", "")),
    bind("suspend", Context::ALL, &[control('z')], Command::Suspend, ("To the shell, until `fg`", "")),
    bind("run", PALETTE, &[named(KeyCode::Enter)], Command::Accept, ("Run the selected command", "run")),
    bind("accept", INPUT, &[named(KeyCode::Enter)], Command::Accept, ("Take it", "take it")),
    bind("complete", INPUT, &[named(KeyCode::Tab)], Command::Complete, ("Take the selected completion", "complete")),
    bind(
        "next-entry",
        TYPING,
        &[named(KeyCode::Down), control('n')],
        Command::Move(Movement::Down),
        ("Next entry", ""),
    ),
    bind(
        "previous-entry",
        TYPING,
        &[named(KeyCode::Up), control('p')],
        Command::Move(Movement::Up),
        ("Previous entry", ""),
    ),
    bind("cancel", TYPING, &[named(KeyCode::Esc)], Command::Back, ("Leave it", "cancel")),
    edit("edit-left", &[named(KeyCode::Left)], Edit::Left, "One character to the left"),
    edit("edit-right", &[named(KeyCode::Right)], Edit::Right, "One character to the right"),
    edit("edit-start", &[named(KeyCode::Home), control('a')], Edit::Start, "To the beginning"),
    edit("edit-end", &[named(KeyCode::End), control('e')], Edit::End, "To the end"),
    edit("edit-backspace", &[named(KeyCode::Backspace), control('h')], Edit::Backspace, "Delete the character before"),
    edit("edit-delete", &[named(KeyCode::Delete), control('d')], Edit::Delete, "Delete the character at the cursor"),
    edit("edit-delete-word", &[control('w')], Edit::DeleteWord, "Delete the word before"),
    edit("edit-clear", &[control('u')], Edit::Clear, "Delete everything"),
    bind("quit-anywhere", Context::ALL, &[control('c')], Command::Quit, ("Quit from anywhere", "quit")),
];
