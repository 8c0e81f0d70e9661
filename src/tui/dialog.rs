//! Dialogs on top of a screen: the help, the palette, choices, questions, and a line being typed.

use std::path::PathBuf;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::kit::bindings::Context;
use super::kit::input::Input;
use super::kit::keymap::{Bound, Keymap};
use crate::filter::Completions;
use crate::github::Target;
use crate::notes;
use crate::origin::CaptureId;
use crate::report::Subject;

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
            Self::Confirm(_) => Context::Confirm,
            Self::Prompt(_) => Context::Input,
        }
    }
}

impl Prompt {
    /// A prompt with an initial text.
    pub(super) fn dialog(asks: Asks, text: impl Into<String>) -> Dialog {
        let input = Input::new(text);
        Dialog::Prompt(Box::new(Self { asks, input, completions: Completions::default(), selected: 0, error: None }))
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
            let by_name = score(bound.binding.name).map(|score| score * 2);
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
    fn commands_are_found_by_parts_of_their_names_and_by_their_descriptions() {
        let keymap = Keymap::default();
        let found = |typed| matching(&keymap, Context::Ladder, typed).first().map(|bound| bound.binding.name);
        assert_eq!(found("nxev"), Some("next-evidence"));
        assert_eq!(found("bytes"), Some("layer"));
        assert_eq!(found("clipboard"), Some("copy"));
        assert_eq!(found("zzzzqqq"), None);
        assert_eq!(matching(&keymap, Context::Ladder, " ").len(), keymap.in_context(Context::Ladder).count());
    }
}
