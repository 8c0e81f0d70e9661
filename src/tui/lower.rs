//! What the selected stanza came in, below Noise: asked for when it is to be shown, and kept for one stanza.

use crate::analysis::{LookupError, Passages, Wanted};

/// What is known of what a stanza came in.
#[derive(Debug, Default)]
pub(super) enum Sought {
    /// It was not asked for, or did not come yet.
    #[default]
    Waits,
    /// It is this.
    Found(Passages),
    /// It cannot be shown, and why.
    Failed(LookupError),
}

/// What a stanza came in.
#[derive(Debug, Default)]
pub(super) struct Lower {
    wanted: Option<Wanted>,
    sought: Sought,
    /// How often it changed.
    changes: usize,
}

impl Lower {
    /// Wants that of a stanza; whether it is to be asked for.
    pub(super) fn want(&mut self, wanted: &Wanted) -> bool {
        let is_new = self.wanted.as_ref() != Some(wanted);
        if is_new {
            *self = Self { wanted: Some(wanted.clone()), sought: Sought::Waits, changes: self.changes + 1 };
        }
        is_new
    }

    /// Takes what came, unless something else is wanted by now.
    pub(super) fn take(&mut self, wanted: &Wanted, found: Result<Passages, LookupError>) {
        if self.wanted.as_ref() == Some(wanted) {
            self.sought = found.map_or_else(Sought::Failed, Sought::Found);
            self.changes += 1;
        }
    }

    /// What is known of a stanza's.
    pub(super) fn of(&self, wanted: &Wanted) -> &Sought {
        if self.wanted.as_ref() == Some(wanted) { &self.sought } else { &Sought::Waits }
    }

    /// What differs after each change.
    pub(super) const fn changes(&self) -> usize {
        self.changes
    }
}
