//! Something that was found in a checkout.

use crate::yaml::{Document, Node};

/// Something that was found in a checkout, and where. Text from the checkout in it is untrusted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file, below the checkout.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The check that found it.
    pub check: &'static str,
    /// What is wrong.
    pub message: String,
}

impl Finding {
    /// Something at a node of a file.
    pub(super) fn at(check: &'static str, (file, document): (&str, &Document), node: &Node, message: String) -> Self {
        Self { file: file.to_owned(), line: document.line(node.span.start), check, message }
    }
}
