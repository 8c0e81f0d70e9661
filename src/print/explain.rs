//! Pages that explain an id: a question, discrepancy, rule, column, anomaly, exit code, or page of the spec.

use std::io::{self, Write};

use serde_json::json;

use super::index::coverage;
use super::json::write_json;
use crate::analysis::diagnoses;
use crate::anomaly::Severity;
use crate::spec::index::{self, Entry};
use crate::spec::{self, Checkout, Fact, Grade, Knowledge, PAGES, Question, RULES, Shape};
use crate::tables::{Description, Table, filter_page};
use crate::words::{Layout, capitalised, counted, nearest};

/// An exit code and its meaning.
pub type ExitCode = (u8, &'static str);

/// A page about something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What it is: `question`, `discrepancy`, `rule`, `report` (what others report), `anomaly`, `column`, `page` (of the
    /// spec), `filter` or `exit-code`.
    pub kind: &'static str,
    /// What it is about, as it is named in full.
    pub id: String,
    /// What there is to say, in Markdown.
    pub text: String,
}

impl Page {
    fn new(kind: &'static str, id: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind, id: id.into(), text: text.into() }
    }
}

/// Everything that can be explained.
#[derive(Clone, Copy, Debug)]
pub struct Glossary<'g> {
    /// The exit codes, which the command line defines.
    pub exit_codes: &'g [ExitCode],
    /// A checkout of the spec, to quote its wording.
    pub spec: Option<&'g Checkout>,
    /// What others report.
    pub knowledge: &'g Knowledge,
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
    /// The pages of an id: one for each thing of that name, none if there is none. A column can also be named
    /// as `table.column`, a page of the spec by its code or id, and one of its open questions as `SIG-14 #2`.
    #[must_use]
    pub fn pages(&self, id: &str) -> Vec<Page> {
        let mut pages = Vec::new();
        let questions = spec::questions().filter(|question| question.id == id);
        pages.extend(questions.map(|question| self.question(question)));
        pages.extend(RULES.iter().filter(|rule| rule.id == id).map(|rule| {
            let departure = match rule.grade {
                Grade::Violation => "a violation",
                Grade::Warning => "a warning",
                Grade::Note => "news for the spec, not a fault",
            };
            let text = format!("*Rule {}* ({}). A departure is {departure}.\n\n{}", rule.id, rule.page, rule.text());
            Page::new("rule", rule.id, text + &self.reported(rule.id))
        }));
        let is_elsewhere = !pages.is_empty();
        let facts = self.knowledge.about(id).filter(|_| !is_elsewhere);
        pages.extend(facts.map(|fact| {
            let what = match id.parse::<u16>() {
                Ok(_) => format!("*Error {id}* of an ack to a call stanza"),
                Err(_) => format!("*{}*", capitalised(id)),
            };
            Page::new("report", &*fact.about, format!("{what}, as others report it.\n\n{}", cited(fact)))
        }));
        let diagnoses = diagnoses().into_iter().filter(|diagnosis| diagnosis.id == id);
        pages.extend(diagnoses.map(|diagnosis| {
            let effect = match diagnosis.severity {
                Severity::Loss => "Data is lost: the exit code is 1.",
                Severity::Contradiction => "No data is lost, but what depends on it is unknown.",
                Severity::Note => "No data is lost.",
            };
            let text = format!(
                "*Anomaly {}* ({} layer, {}). {effect}\n\nIn this capture, {}.\n\n{}",
                diagnosis.id,
                diagnosis.layer.name(),
                diagnosis.kind.name(),
                diagnosis.why,
                diagnosis.next
            );
            Page::new("anomaly", diagnosis.id, text)
        }));
        for (name, table) in TABLES {
            let (of, column) = id.split_once('.').map_or((name, id), |(of, column)| (of, column));
            let columns = table.columns().into_iter().filter(|known| of == name && known.name == column);
            pages.extend(columns.map(|Description { name: column, kind, doc, .. }| {
                let text = format!("*Column {column}* of table `{name}` ({}).\n\n{doc}", kind.name());
                Page::new("column", format!("{name}.{column}"), text)
            }));
        }
        pages.extend(self.page_of_the_spec(id));
        if id == FILTER {
            let text = format!("*The language of --filter.*\n\n{}", filter_page());
            pages.push(Page::new("filter", FILTER, text));
        }
        let codes = self.exit_codes.iter().filter(|(code, _)| code.to_string() == id);
        let codes =
            codes.map(|(code, when)| Page::new("exit-code", code.to_string(), format!("*Exit code {code}*: {when}")));
        pages.extend(codes);
        pages
    }

    /// The open questions of a page of the spec, or the one whose number follows its name.
    fn page_of_the_spec(&self, id: &str) -> Option<Page> {
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
            (None, count) => format!("its {}", counted(count as u64, "open question")),
        };
        let entries: Vec<_> = entries.iter().map(|entry| self.entry(entry)).collect();
        let text = format!("*Page {page}* of the spec{title}: {count}.\n\n{}", entries.join("\n\n"));
        let id = number.map_or_else(|| page.to_owned(), |number| format!("{page} #{}", number.trim()));
        Some(Page::new("page", id, text))
    }

    /// An open question of a page, and whether the program covers it.
    fn entry(&self, entry: &Entry) -> String {
        let wording = self.spec.and_then(|spec| spec.wording_at(entry.page, entry.number));
        let wording = wording.map_or_else(String::new, |wording| format!("\n\nThe spec: {wording}"));
        format!("*{}.* {}{wording}\n\n{}.", entry.place(), entry.title, capitalised(&coverage(entry)))
    }

    fn question(&self, question: &Question) -> Page {
        let kind = if question.number.is_some() { "question" } else { "discrepancy" };
        let answers = match question.shape {
            Shape::List => "a list of all values observed, never considered complete".to_owned(),
            Shape::Exclusive => format!("one of {}", question.hypotheses.join(", ")),
            Shape::Existential { occurs } => {
                format!("{}; one direct observation of `{occurs}` settles it", question.hypotheses.join(" or "))
            }
        };
        let also: String = question.also.iter().map(|(page, number)| format!(", also {page} #{number}")).collect();
        let mut text =
            format!("*{} {}* ({}{also}). Answer: {answers}.\n\n", capitalised(kind), question.id, question.place());
        if let Some(wording) = self.spec.and_then(|spec| spec.wording(question)) {
            text.push_str(&format!("The spec: {wording}\n\n"));
        }
        text.push_str(&question.text());
        Page::new(kind, question.id, text + &self.reported(question.id))
    }

    /// The known id that `id` is most likely a misspelling of.
    #[must_use]
    pub fn nearest(&self, id: &str) -> Option<&str> {
        let columns = TABLES.iter().flat_map(|(_, table)| table.columns()).map(|column| column.name);
        let questions = spec::questions().map(|question| question.id);
        let rules = RULES.iter().map(|rule| rule.id);
        let anomalies = diagnoses().into_iter().map(|diagnosis| diagnosis.id);
        let pages = PAGES.iter().map(|page| page.name()).chain([FILTER]);
        let facts = self.knowledge.iter().map(|fact| fact.about.as_str()).filter(|about| about.len() > 3);
        nearest(id, questions.chain(rules).chain(anomalies).chain(columns).chain(pages).chain(facts))
    }

    /// What others report about a question or a rule, as further paragraphs of its page.
    fn reported(&self, id: &str) -> String {
        self.knowledge.about(id).map(|fact| format!("\n\n*Reported elsewhere.* {}", cited(fact))).collect()
    }
}

/// A fact with its source, which is not this program's own evidence.
fn cited(fact: &Fact) -> String {
    let see = if fact.see.is_empty() { String::new() } else { format!(" See {}.", fact.see.join(", ")) };
    format!("{} Source: {} ({}); ringtrace has not verified it.{see}", fact.says, fact.source, fact.date)
}

/// Writes pages, separated by empty lines.
///
/// # Errors
/// If `out` cannot be written.
pub fn text(pages: &[Page], layout: Layout, out: &mut impl Write) -> io::Result<()> {
    for (index, page) in pages.iter().enumerate() {
        write!(out, "{}{}", if index == 0 { "" } else { "\n" }, layout.page(&page.text, 0))?;
    }
    Ok(())
}

/// The version of what [`json()`] writes. Adding fields does not change it.
const SCHEMA: u32 = 1;

/// Writes the same as JSON: `{"schema", "pages": [{"kind", "id", "text"}]}`, with Markdown as text.
///
/// # Errors
/// If `out` cannot be written.
pub fn json(pages: &[Page], out: &mut impl Write) -> io::Result<()> {
    let pages = pages.iter().map(|page| json!({ "kind": page.kind, "id": page.id, "text": page.text }));
    write_json(&json!({ "schema": SCHEMA, "pages": pages.collect::<Vec<_>>() }), out)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;
    use crate::spec::KNOWLEDGE;

    static GLOSSARY: LazyLock<Glossary<'_>> =
        LazyLock::new(|| Glossary { exit_codes: &[(2, "usage error")], spec: None, knowledge: &KNOWLEDGE });

    fn texts(id: &str) -> Vec<String> {
        GLOSSARY.pages(id).into_iter().map(|page| page.text).collect()
    }

    #[test]
    fn every_id_has_its_page() {
        for question in spec::questions() {
            let pages = texts(question.id);
            assert_eq!(pages.len(), 1, "{}", question.id);
            for part in ["*The question.*", "*What decides it.*", "*What is recorded.*"] {
                assert!(pages.iter().all(|page| page.contains(part)), "{} lacks {part}", question.id);
            }
        }
        for diagnosis in diagnoses() {
            assert_eq!(texts(diagnosis.id).len(), 1, "{}", diagnosis.id);
        }
        assert_eq!(texts("time_utc").len(), 3);
        assert_eq!(texts("calls.ring_ms").len(), 1);
        assert_eq!(texts("2").len(), 1);
        assert!(texts("calls.nonsense").is_empty());
    }

    #[test]
    fn error_codes_of_acks_are_explained_by_what_others_report() {
        let pages = texts("439");
        assert_eq!(pages.len(), 1);
        let page = pages.concat();
        assert!(
            page.contains("SIG-01/offer-order") && page.contains("2026") && page.contains("not verified"),
            "{page}"
        );
        assert!(texts("438").is_empty());
        assert!(texts("reject-without-effect").concat().contains("tctoken"));
    }

    #[test]
    fn every_page_of_the_spec_has_its_open_questions() {
        for known in PAGES {
            let pages = texts(known.name()).concat();
            assert_eq!(pages.matches(&format!("*{} #", known.name())).count(), known.questions.len(), "{pages}");
        }
        let one = texts("sig-18 #1");
        assert!(one.len() == 1 && one.iter().all(|page| page.contains("The same as reject-fanout (SIG-08 #2).")));
        assert_eq!(texts("SIG-18#1"), one);
        for nonsense in ["SIG-18 #9", "SIG-18 #", "SIG-18 #x", "#1", "SIG-99"] {
            assert!(texts(nonsense).is_empty(), "{nonsense}");
        }
    }

    #[test]
    fn a_close_id_is_suggested_and_a_distant_one_is_not() {
        assert_eq!(GLOSSARY.nearest("timout-terminate-sender"), Some("timeout-terminate-sender"));
        assert_eq!(GLOSSARY.nearest("RING_MS"), Some("ring_ms"));
        assert_eq!(GLOSSARY.nearest("offer"), None);
    }
}
