//! The spec's issue forms: their fields, in order, under their labels.

/// What a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A finding about how the protocol acts.
    ProtocolFinding,
    /// One stanza as it was recorded.
    StanzaCapture,
    /// Two sources that disagree.
    Discrepancy,
    /// A comment on an issue that is there.
    Comment,
    /// An entry of the spec's corpus.
    Corpus,
    /// One document on everything that the captures show.
    Analysis,
}

/// A form of the spec's repository.
#[derive(Debug)]
pub struct IssueForm {
    /// The name of its file there.
    pub template: &'static str,
    /// What its titles begin with.
    pub title: &'static str,
    /// The labels of its issues.
    pub labels: &'static [&'static str],
    /// Its fields, in order.
    pub fields: &'static [Field],
}

/// A field of a form.
#[derive(Debug)]
pub struct Field {
    /// Its name in an address that fills it in.
    pub id: &'static str,
    /// Its heading in an issue.
    pub label: &'static str,
    /// Whether an issue shows its value as code.
    pub is_code: bool,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 6] =
        [Self::Comment, Self::ProtocolFinding, Self::StanzaCapture, Self::Discrepancy, Self::Corpus, Self::Analysis];

    /// What a file ends with that has it, and what one ends with that has what did not find room in it.
    #[must_use]
    pub const fn endings(self) -> [&'static str; 2] {
        match self {
            Self::Comment => ["md", "ndjson"],
            Self::Corpus => ["yaml", "md"],
            Self::ProtocolFinding | Self::StanzaCapture | Self::Discrepancy | Self::Analysis => ["md", "md"],
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProtocolFinding => "protocol-finding",
            Self::StanzaCapture => "stanza-capture",
            Self::Discrepancy => "discrepancy",
            Self::Comment => "comment",
            Self::Corpus => "corpus",
            Self::Analysis => "analysis",
        }
    }

    /// The form of the spec's repository, if it is one of them.
    #[must_use]
    pub const fn issue(self) -> Option<&'static IssueForm> {
        match self {
            Self::ProtocolFinding => Some(&PROTOCOL_FINDING),
            Self::StanzaCapture => Some(&STANZA_CAPTURE),
            Self::Discrepancy => Some(&DISCREPANCY),
            Self::Comment | Self::Corpus | Self::Analysis => None,
        }
    }
}

const fn text(id: &'static str, label: &'static str) -> Field {
    Field { id, label, is_code: false }
}

const fn code(id: &'static str, label: &'static str) -> Field {
    Field { id, label, is_code: true }
}

static PROTOCOL_FINDING: IssueForm = IssueForm {
    template: "protocol_finding.yml",
    title: "[finding]: ",
    labels: &["type/finding", "status/needs-review"],
    fields: &[
        text("area", "Area"),
        text("summary", "Summary"),
        code("evidence", "Evidence"),
        text("techniques", "Technique(s)"),
        text("confidence", "Confidence"),
        text("affects", "Affects which stanzas/flows"),
        text("open-questions", "Open questions"),
    ],
};

static STANZA_CAPTURE: IssueForm = IssueForm {
    template: "stanza_capture.yml",
    title: "[capture]: ",
    labels: &["type/stanza-capture", "status/needs-review"],
    fields: &[
        text("stanza-tag", "Stanza tag"),
        text("direction", "Direction"),
        text("client-platform", "Client / platform"),
        text("capture-technique", "Capture technique"),
        text("tools-used", "Tools used"),
        text("confidence", "Confidence"),
        code("raw-stanza", "Raw stanza"),
        text("decoded-structure", "Decoded structure"),
        text("observed-attributes", "Observed attributes"),
        text("provenance", "Provenance"),
        text("notes-open-questions", "Notes / open questions"),
    ],
};

static DISCREPANCY: IssueForm = IssueForm {
    template: "discrepancy.yml",
    title: "[discrepancy]: ",
    labels: &["type/discrepancy", "status/needs-review"],
    fields: &[
        text("what-conflicts", "What conflicts"),
        code("source-a", "Source A (technique + evidence)"),
        code("source-b", "Source B (technique + evidence)"),
        text("proposed-resolution", "Proposed resolution"),
    ],
};
