//! What the user noted on calls and their stanzas, for others to read.

use super::Aliases;
use crate::analysis::Analysis;

/// A note on a call or on one of its stanzas. Calls and stanzas that it names by their ids go by their aliases; whomever
/// else it names is looked for before it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Index of the call.
    pub call: usize,
    /// Index of the row; `None` for the call itself.
    pub row: Option<usize>,
    /// The note, on one line; never empty.
    pub text: String,
}

/// All notes of an analysis, by call and row, those on a call first.
pub(super) fn remarks(analysis: &Analysis, aliases: &Aliases) -> Vec<Remark> {
    let notes = &analysis.notes;
    if notes.is_empty() {
        return Vec::new();
    }
    let noted = analysis.calls.iter().enumerate().flat_map(|(index, judged)| {
        let call = &judged.call;
        let on_rows = (0..call.rows.len()).map(|row| (Some(row), notes.of_row(call, row)));
        let all = std::iter::once((None, notes.of_call(call))).chain(on_rows);
        all.filter_map(move |(row, note)| Some((index, row, note?)))
    });
    let remark = |(call, row, note): (usize, Option<usize>, &str)| {
        let text = aliases.replaced_in(&note.split_whitespace().collect::<Vec<_>>().join(" "));
        (!text.is_empty()).then_some(Remark { call, row, text })
    };
    noted.filter_map(remark).collect()
}
