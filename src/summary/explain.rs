//! What an id means: the page of a question, a discrepancy, a rule, a column, an anomaly or an exit code; the open
//! questions of a page of the spec.

use std::io::{self, Write};

use super::index::stand;
use super::plural;
use crate::analysis::diagnoses;
use crate::export::{Description, Table, filter_page};
use crate::spec;
use crate::spec::PAGES;
use crate::spec::RULES;
use crate::spec::index::{self, Entry};
use crate::spec::{Checkout, Grade, Question, Shape};
use crate::words::Layout;

/// An exit code, and when the program ends with it.
pub type ExitCode = (u8, &'static str);

/// What can be explained.
#[derive(Clone, Copy, Debug)]
pub struct Glossary<'g> {
    /// The exit codes, which only the program has.
    pub exit_codes: &'g [ExitCode],
    /// A checkout of the spec, for the wording of its questions.
    pub spec: Option<&'g Checkout>,
}

/// The id of the page about filters.
const FILTER: &str = "filter";

/// The tables with columns that can be explained.
const TABLES: [(&str, Table); 5] = [
    ("stanzas", Table::Stanzas),
    ("calls", Table::Calls),
    ("evidence", Table::Evidence),
    ("anomalies", Table::Anomalies),
    ("messages", Table::Messages),
];

impl Glossary<'_> {
    /// What an id means, in Markdown, one page for each thing of that name; empty if there is none. A column is also
    /// known as `table.column`; a page of the spec by its code or id, and one of its open questions as `SIG-14 #2`.
    #[must_use]
    pub fn pages(&self, id: &str) -> Vec<String> {
        let mut pages = Vec::new();
        let questions = spec::questions().filter(|question| question.id == id);
        pages.extend(questions.map(|question| self.question(question)));
        pages.extend(RULES.iter().filter(|rule| rule.id == id).map(|rule| {
            let broken = if rule.grade == Grade::Violation { "violation" } else { "warning" };
            format!("*Rule {}* of {}; broken, it is a {broken}.\n\n{}", rule.id, rule.page, rule.text())
        }));
        let diagnoses = diagnoses().into_iter().filter(|diagnosis| diagnosis.id == id);
        pages.extend(diagnoses.map(|diagnosis| {
            let effect = match diagnosis.severity {
                crate::anomaly::Severity::Loss => "a loss, which makes the exit code 1",
                crate::anomaly::Severity::Note => "noted, and no loss",
            };
            format!(
                "*Anomaly {}* of layer {}: {} ({effect}).\n\nWhat was found: {}\n\n{}",
                diagnosis.id,
                diagnosis.layer.name(),
                diagnosis.kind.name(),
                diagnosis.why,
                diagnosis.next
            )
        }));
        for (name, table) in TABLES {
            let (of, column) = id.split_once('.').map_or((name, id), |(of, column)| (of, column));
            let columns = table.columns().into_iter().filter(|known| of == name && known.name == column);
            pages.extend(columns.map(|Description { name: column, kind, doc, .. }| {
                format!("*Column {column}* of table {name}, {}.\n\n{doc}", kind.name())
            }));
        }
        pages.extend(self.page_of_the_spec(id));
        if id == FILTER {
            pages.push(format!("*The language of --filter.*\n\n{}", filter_page()));
        }
        let codes = self.exit_codes.iter().filter(|(code, _)| code.to_string() == id);
        pages.extend(codes.map(|(code, when)| format!("*Exit code {code}*: {when}")));
        pages
    }

    /// The open questions of a page of the spec, or the one whose number follows the page's name.
    fn page_of_the_spec(&self, id: &str) -> Option<String> {
        let (name, number) = id.split_once('#').map_or((id, None), |(name, number)| (name.trim(), Some(number)));
        let page = PAGES.iter().find(|page| page.name().eq_ignore_ascii_case(name))?.name();
        let entries = match number {
            Some(number) => vec![index::entry(page, number.trim().parse().ok()?)?],
            None => index::of_page(page),
        };
        let title =
            self.spec.and_then(|spec| spec.page(page)).map_or_else(String::new, |page| format!(" ({})", page.title));
        let count = match (number, entries.len()) {
            (Some(_), _) => "one of its open questions".to_owned(),
            (None, count) => format!("its {count} open question{}", plural(count)),
        };
        let entries: Vec<_> = entries.iter().map(|entry| self.entry(entry)).collect();
        Some(format!("*Page {page}* of the spec{title}, {count}.\n\n{}", entries.join("\n\n")))
    }

    /// An open question of a page, and how the program stands to it.
    fn entry(&self, entry: &Entry) -> String {
        let wording = self.spec.and_then(|spec| spec.wording_at(entry.page, entry.number));
        let wording = wording.map_or_else(String::new, |wording| format!("\n\nThe spec: {wording}"));
        format!("*{}.* {}{wording}\n\n{}.", entry.place(), entry.title, capitalised(&stand(entry)))
    }

    fn question(&self, question: &Question) -> String {
        let kind = if question.number.is_some() { "Question" } else { "Discrepancy" };
        let answers = match question.shape {
            Shape::List => "all values that occur; never called complete".to_owned(),
            Shape::Exclusive => format!("one of {}", question.hypotheses.join(", ")),
            Shape::Existential { occurs } => {
                format!("{}; one direct sight of {occurs} answers", question.hypotheses.join(" or "))
            }
        };
        let also: String = question.also.iter().map(|(page, number)| format!(", also {page} #{number}")).collect();
        let mut text = format!("*{kind} {}*, {}{also}: {answers}.\n\n", question.id, question.place());
        if let Some(wording) = self.spec.and_then(|spec| spec.wording(question)) {
            text.push_str(&format!("The spec: {wording}\n\n"));
        }
        text.push_str(&question.text());
        text
    }

    /// The known id that is most like `id`.
    #[must_use]
    pub fn nearest(&self, id: &str) -> Option<String> {
        let columns = TABLES.iter().flat_map(|(_, table)| table.columns()).map(|column| column.name.to_owned());
        let questions = spec::questions().map(|question| question.id.to_owned());
        let rules = RULES.iter().map(|rule| rule.id.to_owned());
        let anomalies = diagnoses().into_iter().map(|diagnosis| diagnosis.id.to_owned());
        let pages = PAGES.iter().map(|page| page.name().to_owned()).chain([FILTER.to_owned()]);
        let known = questions.chain(rules).chain(anomalies).chain(columns).chain(pages);
        // An id has at most a few dozen characters.
        let id: String = id.chars().take(80).collect::<String>().to_lowercase();
        known.min_by_key(|known| distance(&id, &known.to_lowercase()))
    }
}

/// A sentence of a clause.
fn capitalised(clause: &str) -> String {
    let mut characters = clause.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Writes pages, apart by an empty line.
///
/// # Errors
/// If `out` takes no more bytes.
pub fn text(pages: &[String], layout: Layout, out: &mut impl Write) -> io::Result<()> {
    for (index, page) in pages.iter().enumerate() {
        write!(out, "{}{}", if index == 0 { "" } else { "\n" }, layout.page(page, 0))?;
    }
    Ok(())
}

/// How many characters must be changed, added or taken away to make one text of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, character) in one.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (place, known) in other.iter().enumerate() {
            let above = row.get(place + 1).copied().unwrap_or(usize::MAX);
            let least = (diagonal + usize::from(character != *known)).min(above + 1).min(left + 1);
            if let Some(slot) = row.get_mut(place) {
                *slot = left;
            }
            (diagonal, left) = (above, least);
        }
        if let Some(slot) = row.last_mut() {
            *slot = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOSSARY: Glossary<'_> = Glossary { exit_codes: &[(2, "The command line makes no sense.")], spec: None };

    #[test]
    fn distance_counts_changes() {
        for (one, other, changes) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ab", "ba", 2)]
        {
            assert_eq!(distance(one, other), changes, "{one} {other}");
        }
    }

    #[test]
    fn every_id_has_its_page() {
        for question in spec::questions() {
            let pages = GLOSSARY.pages(question.id);
            assert_eq!(pages.len(), 1, "{}", question.id);
            for part in ["*The question.*", "*What decides it.*", "*What is recorded.*"] {
                assert!(pages.iter().all(|page| page.contains(part)), "{} lacks {part}", question.id);
            }
        }
        for diagnosis in diagnoses() {
            assert_eq!(GLOSSARY.pages(diagnosis.id).len(), 1, "{}", diagnosis.id);
        }
        assert_eq!(GLOSSARY.pages("time_utc").len(), 3);
        assert_eq!(GLOSSARY.pages("calls.ring_ms").len(), 1);
        assert_eq!(GLOSSARY.pages("2").len(), 1);
        assert!(GLOSSARY.pages("calls.nonsense").is_empty());
    }

    #[test]
    fn every_page_of_the_spec_has_its_open_questions() {
        for known in PAGES {
            let pages = GLOSSARY.pages(known.name()).concat();
            assert_eq!(pages.matches(&format!("*{} #", known.name())).count(), known.questions.len(), "{pages}");
        }
        let one = GLOSSARY.pages("sig-18 #1");
        assert!(one.len() == 1 && one.iter().all(|page| page.contains("The same as reject-fanout (SIG-08 #2).")));
        assert_eq!(GLOSSARY.pages("SIG-18#1"), one);
        for nonsense in ["SIG-18 #9", "SIG-18 #", "SIG-18 #x", "#1", "SIG-99"] {
            assert!(GLOSSARY.pages(nonsense).is_empty(), "{nonsense}");
        }
    }

    #[test]
    fn what_is_misspelt_is_found() {
        assert_eq!(GLOSSARY.nearest("timout-terminate-sender").as_deref(), Some("timeout-terminate-sender"));
        assert_eq!(GLOSSARY.nearest("RING_MS").as_deref(), Some("ring_ms"));
    }
}
