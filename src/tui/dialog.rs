//! Dialogs on top of a screen: the help, the palette, choices, questions, and a line being typed.

use std::path::PathBuf;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::kit::bindings::Context;
use super::kit::input::Input;
use super::kit::keymap::{Bound, Keymap};
use super::kit::paths::{Folder, split};
use crate::filter::{Completion, Completions};
use crate::github::Target;
use crate::notes;
use crate::origin::CaptureId;
use crate::report::Subject;
use crate::tables::Selection;

/// A dialog on top of the screen.
#[derive(Debug)]
pub(super) enum Dialog {
    /// The keys.
    Help {
        /// How far it is scrolled.
        scroll: usize,
    },
    /// Every command, by name.
    Palette {
        /// What was typed of the name.
        input: Input,
        /// The selected one of the matching commands.
        selected: usize,
    },
    /// The choice of columns.
    Columns {
        /// The selected one of all columns.
        selected: usize,
    },
    /// The choice of a form for a report.
    Forms {
        /// What the report is about.
        subject: Subject,
        /// The stanza to show, by the indexes of its call and row.
        stanza: Option<(usize, usize)>,
        /// The selected one of the suitable forms.
        selected: usize,
    },
    /// The choice of a value to filter by.
    Values {
        /// The filters, one per value.
        filters: Vec<String>,
        /// The selected one.
        selected: usize,
    },
    /// The choice of what to copy.
    Copies {
        /// What can be copied: what it is, and its text.
        copies: Vec<(&'static str, String)>,
        /// The selected one.
        selected: usize,
    },
    /// A yes-or-no question.
    Confirm(Box<Confirm>),
    /// A line being typed.
    Prompt(Box<Prompt>),
}

/// A yes-or-no question.
#[derive(Debug)]
pub(super) struct Confirm {
    /// The question.
    pub(super) question: String,
    /// A text to read before answering.
    pub(super) text: String,
    /// How far the text is scrolled.
    pub(super) scroll: usize,
    /// What to do on yes.
    pub(super) then: Then,
}

/// What to do after a question is answered with yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Exit.
    Quit,
    /// Send a draft.
    Send(u64, Target),
    /// Delete a draft.
    Remove(u64),
}

/// A line being typed.
#[derive(Debug)]
pub(super) struct Prompt {
    /// What is asked for.
    pub(super) asks: Asks,
    /// What was typed.
    pub(super) input: Input,
    /// Completions of what was typed.
    pub(super) completions: Completions,
    /// The selected completion.
    pub(super) selected: usize,
    /// Why what was typed is invalid.
    pub(super) error: Option<String>,
    /// How many calls the filter that was typed matches.
    pub(super) matching: Option<Counting>,
}

/// The number of calls that a filter matches, while they are counted.
#[derive(Debug)]
pub(super) struct Counting {
    /// The filter.
    pub(super) selection: Selection,
    /// The next call.
    pub(super) next: usize,
    /// The calls that match so far.
    pub(super) count: usize,
}

/// What a prompt asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// A filter of the list.
    Filter,
    /// A text to search for.
    Search,
    /// A note on a call or a stanza in these captures.
    Note(notes::Subject, Vec<CaptureId>),
    /// A file to write what is shown to; `Some` if this file exists and entering its name again replaces it.
    Save(Option<PathBuf>),
    /// Another file to open; and what the folder contains that it is typed in, once that was read.
    Open(Option<Folder>),
    /// The issue that a draft goes to.
    Target(u64),
}

impl Dialog {
    /// The context of its keys.
    pub(super) const fn context(&self) -> Context {
        match self {
            Self::Help { .. } => Context::Help,
            Self::Palette { .. } => Context::Palette,
            Self::Columns { .. } => Context::Columns,
            Self::Forms { .. } => Context::Forms,
            Self::Values { .. } => Context::Values,
            Self::Copies { .. } => Context::Copies,
            Self::Confirm(_) => Context::Confirm,
            Self::Prompt(_) => Context::Input,
        }
    }
}

impl Prompt {
    /// A prompt with an initial text.
    pub(super) fn dialog(asks: Asks, text: impl Into<String>) -> Dialog {
        let input = Input::new(text);
        Dialog::Prompt(Box::new(Self {
            asks,
            input,
            completions: Completions::default(),
            selected: 0,
            error: None,
            matching: None,
        }))
    }

    /// Takes the content of a folder, if it is the one of the path that is typed.
    pub(super) fn take_folder(&mut self, folder: Folder) {
        if matches!(self.asks, Asks::Open(_)) && split(self.input.text()).0 == folder.typed {
            self.completions = paths(&folder, self.input.text());
            self.asks = Asks::Open(Some(folder));
            self.selected = 0;
        }
    }
}

/// Completions of a path in a folder.
pub(super) fn paths(folder: &Folder, typed: &str) -> Completions {
    let (typed_folder, name) = split(typed);
    let known = if typed_folder == folder.typed { folder.beginning(name) } else { Vec::new() };
    let entries = known.into_iter().map(|text| Completion { text, doc: "" });
    Completions { start: typed_folder.len(), entries: entries.collect() }
}

/// What is typed into the palette by the habits of vi, or with an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Quit.
    Quit,
    /// Write what is shown to a file; to one that is asked for if there is none.
    Write(String),
    /// Open another file; one that is asked for if there is none.
    Open(String),
    /// Filter the calls.
    Filter(String),
    /// Go to a line of the list.
    Line(usize),
    /// Show the keys.
    Help,
}

impl Typed {
    /// Reads what was typed, unless it is the name of a command.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (word, argument) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let argument = argument.trim().to_owned();
        match word {
            "q" | "q!" | "qa" | "qa!" | "x" | "quit" | "exit" => Some(Self::Quit),
            "w" | "write" | "save" | "export" => Some(Self::Write(argument)),
            "e" | "edit" | "open" => Some(Self::Open(argument)),
            "f" | "filter" if !argument.is_empty() => Some(Self::Filter(argument)),
            "h" | "help" => Some(Self::Help),
            number => number.parse().ok().map(Self::Line),
        }
    }

    /// What it does.
    pub(super) fn description(&self) -> String {
        match self {
            Self::Quit => "Quit".to_owned(),
            Self::Write(file) if file.is_empty() => "Write what is shown to a file".to_owned(),
            Self::Write(file) => format!("Write what is shown to {file}"),
            Self::Open(file) if file.is_empty() => "Open another file".to_owned(),
            Self::Open(file) => format!("Open {file}"),
            Self::Filter(filter) => format!("Show calls that match {filter}"),
            Self::Line(line) => format!("Go to line {line}"),
            Self::Help => "Show the keys".to_owned(),
        }
    }
}

/// The commands of a context whose names or descriptions match what was typed, best first; all if nothing was typed.
pub(super) fn matching<'k>(keymap: &'k Keymap, context: Context, typed: &str) -> Vec<&'k Bound> {
    let bound: Vec<&Bound> = keymap.in_context(context).collect();
    if typed.trim().is_empty() {
        return bound;
    }
    let pattern = Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut score = |text: &str| {
        let mut buffer = Vec::new();
        pattern.score(Utf32Str::new(text, &mut buffer), &mut matcher)
    };
    let mut scored: Vec<(u32, &Bound)> = bound
        .into_iter()
        .filter_map(|bound| {
            let name = bound.binding.name;
            let is_beginning = name.starts_with(typed.trim());
            let by_name = score(name).map(|score| if is_beginning { u32::MAX } else { score * 2 });
            by_name.max(score(bound.binding.help)).map(|score| (score, bound))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    scored.into_iter().map(|(_, bound)| bound).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_habits_of_vi_are_known() {
        assert_eq!(Typed::read(" q "), Some(Typed::Quit));
        assert_eq!(Typed::read("w calls.csv"), Some(Typed::Write("calls.csv".to_owned())));
        assert_eq!(Typed::read("export a b.csv"), Some(Typed::Write("a b.csv".to_owned())));
        assert_eq!(Typed::read("f outcome == missed"), Some(Typed::Filter("outcome == missed".to_owned())));
        assert_eq!(Typed::read("12"), Some(Typed::Line(12)));
        assert_eq!(Typed::read("filter"), None, "the command asks for it");
        assert_eq!(Typed::read("questions"), None);
    }

    #[test]
    fn commands_are_found_by_parts_of_their_names_and_by_their_descriptions() {
        let keymap = Keymap::default();
        let found = |typed| matching(&keymap, Context::Ladder, typed).first().map(|bound| bound.binding.name);
        assert_eq!(found("nxev"), Some("next-evidence"));
        assert_eq!(found("bytes"), Some("layer"));
        assert_eq!(found("clipboard"), Some("copy"));
        assert_eq!(found("fo"), Some("focus-stanza"), "a beginning of a name comes first");
        assert_eq!(found("zzzzqqq"), None);
        assert_eq!(matching(&keymap, Context::Ladder, " ").len(), keymap.in_context(Context::Ladder).count());
    }
}
