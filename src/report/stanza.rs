//! One stanza for the spec: as a form's values and as an entry of its corpus.

use super::assessment::{Assessment, Citation};
use super::citation::{self, TOOL};
use super::notes;
use super::request::{Report, Shown, Unfit};
use crate::analysis::Analysis;
use crate::call::{Call, Provenance, Row};
use crate::protocol::binary::{Content, Element};
use crate::protocol::xml;
use crate::redact::Remark;
use crate::spec::Confidence;

/// The stanza that a report shows.
pub(super) struct Exhibit<'r> {
    report: &'r Report<'r>,
    call: &'r Call,
    /// Index of its call.
    number: usize,
    row: &'r Row,
    index: usize,
    /// What it says about the spec.
    citations: Vec<&'r Citation>,
}

impl<'r> Exhibit<'r> {
    /// The stanza that was asked for by its ordinal; else the one that tells most; of a call about which nothing tells
    /// anything the one that ended it, else its first.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn of(report: &'r Report<'r>, assessment: &'r Assessment) -> Result<Self, Unfit> {
        let calls = &report.sanitised.analysis().calls;
        let (number, index) = match report.stanza {
            Some(Shown::Row { call, row }) => (call, row),
            Some(Shown::Seq(seq)) => {
                let own = report.subject_call().into_iter().chain(assessment.calls());
                let mut places = own.chain(0..calls.len()).filter_map(|number| {
                    let rows = &calls.get(number)?.call.rows;
                    Some((number, rows.iter().position(|row| row.observed.seq == seq)?))
                });
                places.next().ok_or(Unfit::NoSuchStanza(seq))?
            }
            None => {
                let of_call =
                    |number: usize| Some((number, calls.get(number)?.call.progress.ended.unwrap_or_default()));
                let told = assessment.foremost().map(|citation| (citation.call, citation.row));
                told.or_else(|| report.subject_call().and_then(of_call)).ok_or(Unfit::NoStanza)?
            }
        };
        let call = calls.get(number).map(|judged| judged.call.as_ref()).ok_or(Unfit::NoStanza)?;
        let row = call.rows.get(index).ok_or(Unfit::NoStanza)?;
        let here = |citation: &&Citation| citation.call == number && citation.row == index;
        let citations = assessment.citations.iter().filter(here).collect();
        Ok(Self { report, call, number, row, index, citations })
    }

    fn analysis(&self) -> &'r Analysis {
        self.report.sanitised.analysis()
    }

    fn node(&self) -> Element<'r> {
        self.row.observed.read().node.root()
    }

    fn technique(&self) -> Option<&'r str> {
        citation::technique(self.analysis(), self.call, self.row)
    }

    fn direction(&self) -> Option<&'static str> {
        citation::direction(self.call, self.index)
    }

    /// That it was recorded whole, under one technique, is probable; what no technique vouches for is not known.
    fn confidence(&self) -> Confidence {
        if self.technique().is_some() { Confidence::Probable } else { Confidence::Unknown }
    }

    /// The tag and its action: `call/terminate`.
    pub(super) fn title(&self) -> String {
        let tag = self.node().tag();
        let action = self.row.action.as_ref().map_or_else(String::new, |action| format!(" {action}"));
        format!("{tag}{action} {}", self.direction().unwrap_or("of unknown direction"))
    }

    /// The user's notes that it shows.
    pub(super) fn remarks(&self) -> Vec<&'r Remark> {
        notes::on_stanza(self.report, self.number, self.index)
    }

    /// Which stanza it is, for the message about the report.
    pub(super) fn note(&self) -> String {
        let seq = self.row.observed.seq;
        format!(
            "the stanza is {} ({}; --stanza {seq})",
            self.title(),
            citation::place(self.analysis(), self.call, self.number, self.row)
        )
    }

    /// The values of the form for a stanza.
    pub(super) fn values(&self) -> Vec<String> {
        vec![
            self.node().tag().to_string(),
            self.direction().unwrap_or_default().to_owned(),
            self.platform(),
            self.technique().unwrap_or_default().to_owned(),
            "ringtrace".to_owned(),
            self.confidence().name().to_owned(),
            xml::write(self.node()),
            self.decoded(),
            self.attributes()
                .into_iter()
                .map(|(name, value)| format!("{name} = {value}"))
                .collect::<Vec<_>>()
                .join("\n"),
            self.provenance(),
            self.notes(),
        ]
    }

    /// The client that was recorded, and what the stanza says of the one that made it.
    fn platform(&self) -> String {
        let client = self.call.recording(self.row).and_then(|recording| recording.client);
        let recorded = client.map(|client| format!("recorded at {client}"));
        let said = ["platform", "version"].iter().filter_map(|name| self.node().text(name));
        let said = said.map(std::borrow::Cow::into_owned).collect::<Vec<_>>().join(" ");
        let said = (!said.is_empty()).then(|| format!("made by {said}"));
        said.into_iter().chain(recorded).collect::<Vec<_>>().join(", ")
    }

    /// The tree, an element a line, and who made it.
    fn decoded(&self) -> String {
        let mut lines = Vec::new();
        let mut open = vec![(self.node(), 0_usize)];
        while let Some((node, depth)) = open.pop() {
            let attributes = node.attributes().map(|attribute| format!("{}={}", attribute.name, attribute.value));
            let attributes = attributes.collect::<Vec<_>>().join(", ");
            let attributes = if attributes.is_empty() { attributes } else { format!(" ({attributes})") };
            let content = match node.content() {
                Content::Elided(bytes) => format!(", {bytes} bytes"),
                Content::Bytes(bytes) => format!(", {} bytes", bytes.len()),
                Content::Value(value) => format!(": {value}"),
                Content::None | Content::Nodes(_) => String::new(),
            };
            lines.push(format!("{}- {}{attributes}{content}", "  ".repeat(depth), node.tag()));
            open.extend(node.children().reversed().map(|child| (child, depth + 1)));
        }
        lines.push(String::new());
        lines.push(format!("Made by {}.", self.originator()));
        lines.join("\n")
    }

    fn originator(&self) -> String {
        let originator = &self.row.originator;
        let device = originator.device.as_ref().map_or_else(String::new, |device| format!(", {device}"));
        let provenance = match originator.provenance {
            Provenance::Outbound => "it left the recorded socket",
            Provenance::Copy => "it was recorded as it left its originator's socket",
            Provenance::Silence => "the socket of whom it names did not send it",
            Provenance::SilenceOfSome => "no recorded socket of whom it names sent it",
            Provenance::Claim => "so its from says",
            Provenance::None => "nothing tells",
        };
        format!("the {}{device}: {provenance}", originator.side.name())
    }

    /// The attributes of the stanza and of what is in it, each by its path.
    fn attributes(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let mut open = vec![(self.node(), String::new())];
        while let Some((node, path)) = open.pop() {
            found.extend(
                node.attributes().map(|attribute| (format!("{path}{}", attribute.name), attribute.value.to_string())),
            );
            let children = node.children().reversed();
            open.extend(children.map(|child| (child, format!("{path}{}.", child.tag()))));
        }
        found
    }

    fn provenance(&self) -> String {
        let technique = self.technique().unwrap_or("not known");
        let place = citation::place(self.analysis(), self.call, self.number, self.row);
        let vantage = citation::vantage(self.call, self.row);
        let captures = citation::captures(self.report.sanitised, self.report.digests, &[self.number]);
        let command = self.report.command();
        format!("Technique: {technique}. Recorded at {vantage}: {place}.\n{captures}\nMade by {TOOL}: `{command}`")
    }

    /// What it says about the spec, and what the user noted on it and its call.
    fn notes(&self) -> String {
        let cited = self.citations.iter().map(|citation| format!("- {}: {}", citation.says, citation.why));
        let noted = notes::on_stanza(self.report, self.number, self.index);
        let noted = noted.into_iter().map(|remark| format!("- {}", notes::line(self.report, remark)));
        cited.chain(noted).collect::<Vec<_>>().join("\n")
    }

    /// An entry of the corpus, as YAML.
    ///
    /// # Errors
    /// If something is not known that an entry has to say.
    pub(super) fn corpus(&self) -> Result<String, Unfit> {
        let technique = self.technique().ok_or(Unfit::NoTechnique)?;
        let direction = self.direction().ok_or(Unfit::NoDirection)?;
        let id = citation::corpus_id(self.report.digests, &self.row.observed);
        let id = id.unwrap_or_else(|| format!("ringtrace-capture-{}", self.row.observed.seq));
        let mut yaml = String::new();
        let mut line = |text: &str| {
            yaml.push_str(text);
            yaml.push('\n');
        };
        line(&format!("id: {}", quoted(&id)));
        line(&format!(
            "title: {}",
            quoted(&format!("{}, call #{}", self.title(), self.analysis().number(self.number)))
        ));
        line("status: draft");
        line(&format!("source:\n  technique: {technique}\n  tools:\n    - {}", quoted(TOOL)));
        line(&format!("stanza_tag: {}", quoted(self.node().tag())));
        line(&format!("direction: {direction}"));
        line(&format!("confidence: {}", self.confidence().name()));
        line(&format!("raw:\n  format: xml\n  body: {}", block(&xml::write(self.node()), 4)));
        line(&format!("decoded: {}", block(&self.decoded(), 2)));
        let attributes = self.attributes();
        if !attributes.is_empty() {
            line("attributes:");
        }
        for (name, value) in attributes {
            line(&format!("  - name: {}\n    value: {}", quoted(&name), quoted(&value)));
        }
        let notes = [self.provenance(), self.notes()].join("\n");
        line(&format!("notes: {}", block(notes.trim_end(), 2)));
        line("sanitized: true");
        Ok(yaml)
    }
}

/// A text in double quotes, which YAML reads as JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text as a block of lines (YAML 1.2, section 8.1.2), indented by so many spaces; in quotes where it is no such
/// block.
fn block(text: &str, indent: usize) -> String {
    let is_plain = |character: char| character == '\n' || !crate::visible::is_hidden(character);
    if text.is_empty() || text.starts_with([' ', '\n']) || !text.chars().all(is_plain) {
        return quoted(text);
    }
    let indented = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("\n{}{line}", " ".repeat(indent)) });
    let lines = indented.map(|line| if line.is_empty() { "\n".to_owned() } else { line });
    format!("|-{}", lines.collect::<String>())
}
