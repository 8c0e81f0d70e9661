//! A place in a call that bears on an open question, and how much it proves.

use std::borrow::Cow;

use crate::call::Proof;

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
    /// How much it proves of a stanza's maker that he is known in the given way; `None` if he is not known.
    #[must_use]
    pub const fn of(proof: Proof) -> Option<Self> {
        match proof {
            Proof::None => None,
            Proof::Claim | Proof::SilenceOfSome => Some(Self::Indirect),
            Proof::Silence | Proof::Copy | Proof::Outbound => Some(Self::Direct),
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

/// A row of a call that bears on an open question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The question's id.
    pub question: &'static str,
    /// The hypothesis that it is about; of a question that asks for a list, a value as the wire has it. Such a value
    /// is untrusted text.
    pub hypothesis: Cow<'static, str>,
    /// Whether it speaks for the hypothesis, or against it.
    pub supports: bool,
    /// How much it proves.
    pub strength: Strength,
    /// Whether it says what stanzas of its kind hold anyway: it counts like any other, and its row is not marked for it.
    pub routine: bool,
    /// Index of the row in [`Call::rows`](crate::call::Call::rows).
    pub row: usize,
    /// What the wire has, as sent, where a question asks for values beside its hypotheses. Untrusted text.
    pub values: Vec<String>,
    /// One sentence why. Text from the capture in it is untrusted.
    pub why: String,
}

impl Evidence {
    /// A row that speaks for a hypothesis.
    #[must_use]
    pub fn supporting(
        question: &'static str,
        hypothesis: impl Into<Cow<'static, str>>,
        strength: Strength,
        row: usize,
        why: impl Into<String>,
    ) -> Self {
        let (hypothesis, why) = (hypothesis.into(), why.into());
        Self { question, hypothesis, supports: true, strength, routine: false, row, values: Vec::new(), why }
    }

    /// The same, with what the wire has.
    #[must_use]
    pub fn with_values(self, values: Vec<String>) -> Self {
        Self { values, ..self }
    }

    /// The same, as one of many: it says what stanzas of its kind hold anyway.
    #[must_use]
    pub fn routine(self) -> Self {
        Self { routine: true, ..self }
    }
}
