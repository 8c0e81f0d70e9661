//! The screens above the list of calls.

use super::screen::Screen;
use super::screens::captures::Captures;
use super::screens::compare::Comparison;
use super::screens::draft::DraftScreen;
use super::screens::findings::Findings;
use super::screens::ladder::LadderScreen;
use super::screens::marks::Marks;
use super::screens::media::Media;
use super::screens::page::Page;
use super::screens::questions::{Evidence, Questions};
use super::screens::rules::{Places, Rules};

/// A screen above the list of calls.
#[derive(Clone, Debug)]
pub(super) enum Shown {
    /// The ladder of one or more calls, next to the selected stanza.
    Ladder(Box<LadderScreen>),
    /// Two calls or two stanzas side by side.
    Compare(Box<Comparison>),
    /// The open questions.
    Questions(Questions),
    /// The evidence for one question.
    Evidence(Evidence),
    /// The rules.
    Rules(Rules),
    /// The places where one rule was checked.
    Places(Places),
    /// The page of a question or a rule.
    Page(Page),
    /// The captures.
    Captures(Captures),
    /// The marks and notes.
    Marks(Marks),
    /// The media of a call.
    Media(Media),
    /// The drafted findings.
    Findings(Findings),
    /// One drafted finding.
    Draft(DraftScreen),
}

impl Shown {
    /// The screen.
    pub(super) fn screen(&self) -> &dyn Screen {
        match self {
            Self::Ladder(screen) => screen.as_ref(),
            Self::Compare(screen) => screen.as_ref(),
            Self::Questions(screen) => screen,
            Self::Evidence(screen) => screen,
            Self::Rules(screen) => screen,
            Self::Places(screen) => screen,
            Self::Page(screen) => screen,
            Self::Captures(screen) => screen,
            Self::Marks(screen) => screen,
            Self::Media(screen) => screen,
            Self::Findings(screen) => screen,
            Self::Draft(screen) => screen,
        }
    }

    /// The screen, to be changed.
    pub(super) fn screen_mut(&mut self) -> &mut dyn Screen {
        match self {
            Self::Ladder(screen) => screen.as_mut(),
            Self::Compare(screen) => screen.as_mut(),
            Self::Questions(screen) => screen,
            Self::Evidence(screen) => screen,
            Self::Rules(screen) => screen,
            Self::Places(screen) => screen,
            Self::Page(screen) => screen,
            Self::Captures(screen) => screen,
            Self::Marks(screen) => screen,
            Self::Media(screen) => screen,
            Self::Findings(screen) => screen,
            Self::Draft(screen) => screen,
        }
    }

    /// Returns whether it shows results for questions or rules.
    pub(super) const fn needs_board(&self) -> bool {
        matches!(self, Self::Questions(_) | Self::Evidence(_) | Self::Rules(_) | Self::Places(_))
    }
}
