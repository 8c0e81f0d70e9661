//! What is shown, as a file: its name says in which form.

use std::path::PathBuf;

use super::{compared, findings, stanza, tables};
use crate::call::People;
use crate::diagram::Picture;
use crate::filter::{Completion, Completions};
use crate::protocol::binary::Jid;
use crate::report::Form;
use crate::tui::command::Effect;
use crate::tui::model::Model;
use crate::tui::opened::{Fold, Opened};
use crate::tui::screen::Screen;

/// The endings of a ladder's files, and what they mean.
const LADDER: &[(&str, &str)] = &[
    ("txt", "the ladder as it is shown, in characters"),
    ("svg", "the ladder as a picture"),
    ("mmd", "the ladder as a Mermaid diagram"),
    ("md", "the same, fenced as GitHub draws it in an issue"),
    ("xml", "the selected stanza"),
];
const TABLE: &[(&str, &str)] = &[("csv", "the rows as they are shown, comma-separated")];
const COMPARISON: &[(&str, &str)] = &[("txt", "both sides, line by line")];
const DRAFT: &[(&str, &str)] = &[("md", "the draft as it is sent")];
const CORPUS: &[(&str, &str)] = &[("yaml", "the draft as an entry of the corpus")];
const PAGE: &[(&str, &str)] = &[("md", "the page, as Markdown")];

/// What the screen can be written as: the file's name without an ending, and its endings.
fn forms(model: &Model) -> Option<(String, &'static [(&'static str, &'static str)])> {
    Some(match model.screens.last() {
        None => ("calls".to_owned(), TABLE),
        Some(Screen::Call(opened)) => {
            let of_list = model.list.selected_call().filter(|_| opened.calls.len() == 1);
            (of_list.map_or_else(|| "calls".to_owned(), |call| format!("call-{}", call + 1)), LADDER)
        }
        Some(Screen::Compare(_)) => ("comparison".to_owned(), COMPARISON),
        Some(Screen::Questions { .. }) => ("questions".to_owned(), TABLE),
        Some(Screen::Evidence { question, .. }) => (format!("evidence-{question}"), TABLE),
        Some(Screen::Rules { .. }) => ("rules".to_owned(), TABLE),
        Some(Screen::Places { rule, .. }) => (format!("places-{}", rule.replace('/', "-")), TABLE),
        Some(Screen::Marks { .. }) => ("notes".to_owned(), TABLE),
        Some(Screen::Page { title, .. }) => (title.replace('/', "-"), PAGE),
        Some(Screen::Draft(_) | Screen::Findings { .. }) => {
            let entry = findings::selected(model)?;
            (format!("finding-{}", entry.id), if entry.order.form == Form::Corpus { CORPUS } else { DRAFT })
        }
        Some(Screen::Captures { .. }) => return None,
    })
}

/// Names for a file of what is shown, one a form. Empty where there is nothing to write.
pub(in crate::tui::update) fn names(model: &Model) -> Completions {
    let Some((stem, endings)) = forms(model) else { return Completions::default() };
    let entries = endings.iter().map(|(ending, doc)| Completion { text: format!("{stem}.{ending}"), doc });
    Completions { start: 0, entries: entries.collect() }
}

/// What is to be written to a file of this name; in the place of the one that is there only where `over`.
pub(in crate::tui::update) fn written(model: &mut Model, path: PathBuf, over: bool) -> Option<Effect> {
    if let Some(Screen::Draft(_) | Screen::Findings { .. }) = model.screens.last() {
        return findings::written(model, path, over);
    }
    let (_, endings) = forms(model)?;
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let is_known = endings.iter().any(|(known, _)| *known == ending);
    let text = if is_known { text(model, &ending) } else { None };
    if text.is_none() {
        let known = endings.iter().map(|(ending, doc)| format!(".{ending} {doc}")).collect::<Vec<_>>().join("; ");
        model.message = Some(format!("Not written: the name's ending says the form: {known}"));
    }
    Some(Effect::Write { path, text: text?, rest: None, over })
}

fn text(model: &Model, ending: &str) -> Option<String> {
    match (model.screens.last(), ending) {
        (Some(Screen::Call(opened)), "xml") => stanza(model, opened),
        (Some(Screen::Call(opened)), _) => ladder(model, opened, ending),
        (Some(Screen::Compare(comparison)), _) => Some(compared(comparison)),
        (Some(Screen::Page { text, .. }), _) => Some(text.clone()),
        (screen, _) => tables::csv(model, screen),
    }
}

/// The lines of the ladder that are shown.
fn ladder(model: &Model, opened: &Opened, ending: &str) -> Option<String> {
    let name = |jid: &Jid, people: &People| model.names.of(jid, people);
    let picture = Picture {
        diagram: &opened.diagram,
        shown: opened.lines.as_ref().into(),
        is_folded: opened.fold == Fold::Noise,
        name: &name,
    };
    match ending {
        "txt" => {
            let mut out = Vec::new();
            picture.text(&mut out).ok()?;
            String::from_utf8(out).ok()
        }
        "svg" => Some(picture.svg(model.analysis.as_deref()?)),
        "mmd" => Some(picture.mermaid(model.analysis.as_deref()?)),
        _ => Some(format!("```mermaid\n{}```\n", picture.mermaid(model.analysis.as_deref()?))),
    }
}
