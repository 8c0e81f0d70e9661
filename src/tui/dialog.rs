//! What lies over a screen: the help, the palette, choices, questions, and a line being typed.

use std::path::PathBuf;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::input::Input;
use super::keymap::{Bound, Context, Keymap};
use crate::filter::Completions;
use crate::github::Target;
use crate::notes;
use crate::origin::CaptureId;
use crate::report::Subject;

/// What lies over the screen.
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
        /// The selected one of those that fit.
        selected: usize,
    },
    /// Which columns the list has.
    Columns {
        /// The selected one of all columns.
        selected: usize,
    },
    /// As what something is to be reported.
    Forms {
        /// What.
        subject: Subject,
        /// The stanza to show, by the indexes of its call and row.
        stanza: Option<(usize, usize)>,
        /// The selected one of the forms that suit it.
        selected: usize,
    },
    /// A question to be answered with yes or no.
    Confirm(Box<Confirm>),
    /// A line being typed.
    Prompt(Box<Prompt>),
}

/// A question to be answered with yes or no.
#[derive(Debug)]
pub(super) struct Confirm {
    /// What is asked.
    pub(super) asks: String,
    /// What it is about, to be read before the answer.
    pub(super) text: String,
    /// How far that is scrolled.
    pub(super) scroll: usize,
    /// What follows from yes.
    pub(super) then: Then,
}

/// What follows from yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The program ends.
    Quit,
    /// A draft is to be sent.
    Send(u64, Target),
    /// A draft is to be taken away.
    Remove(u64),
}

/// A line being typed.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) asks: Asks,
    pub(super) input: Input,
    /// How it can go on.
    pub(super) completions: Completions,
    /// The selected completion.
    pub(super) selected: usize,
    /// Why what was typed cannot be taken.
    pub(super) error: Option<String>,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Asks {
    /// A filter of the list.
    Filter,
    /// A text to look for.
    Search,
    /// A note on a call or a stanza that these captures hold.
    Note(notes::Subject, Vec<CaptureId>),
    /// A file to write what is shown to; the one that is there already, which the same name replaces.
    Save(Option<PathBuf>),
    /// The issue that a draft goes to.
    Target(u64),
}

impl Dialog {
    /// Where keys are pressed in it.
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
    /// A line with a text in it to begin with.
    pub(super) fn dialog(asks: Asks, text: impl Into<String>) -> Dialog {
        let input = Input::new(text);
        Dialog::Prompt(Box::new(Self { asks, input, completions: Completions::default(), selected: 0, error: None }))
    }
}

/// The commands of a context whose names or descriptions fit what was typed, best first; all where nothing was.
pub(super) fn fitting<'k>(keymap: &'k Keymap, context: Context, typed: &str) -> Vec<&'k Bound> {
    // What was typed is about the screen below.
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
    fn commands_are_found_by_parts_of_their_names_and_by_what_they_do() {
        let keymap = Keymap::default();
        let found = |typed| fitting(&keymap, Context::Ladder, typed).first().map(|bound| bound.binding.name);
        assert_eq!(found("nxev"), Some("next-evidence"));
        assert_eq!(found("bytes"), Some("layer"));
        assert_eq!(found("clipboard"), Some("copy"));
        assert_eq!(found("zzzzqqq"), None);
        assert_eq!(fitting(&keymap, Context::Ladder, " ").len(), keymap.in_context(Context::Ladder).count());
    }
}
