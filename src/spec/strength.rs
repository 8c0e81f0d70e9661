//! How much a piece of evidence proves.

use crate::call::Provenance;

/// How much a piece of evidence proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// A thing could have appeared in a covered window, and did not.
    Absence,
    /// An inbound claim, timing, or an announced setting.
    Indirect,
    /// Seen leaving the emitter's own socket, or the token itself.
    Direct,
}

impl Strength {
    /// How much it proves of a stanza's originator that he is known in the given way; `None` if he is not known.
    #[must_use]
    pub const fn of(provenance: Provenance) -> Option<Self> {
        match provenance {
            Provenance::None => None,
            Provenance::Claim | Provenance::SilenceOfSome => Some(Self::Indirect),
            Provenance::Silence | Provenance::Copy | Provenance::Outbound => Some(Self::Direct),
        }
    }

    /// The strength's name in tables and JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absence => "absence",
            Self::Indirect => "indirect",
            Self::Direct => "direct",
        }
    }
}
