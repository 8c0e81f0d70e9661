//! Findings as text, and in the formats that other programs show.

use serde_json::json;

use super::finding::Finding;
use crate::gate;
use crate::protocol::xml::write_text;
use crate::visible::visible;
use crate::words::counted;

/// A format of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// JSON.
    Json,
    /// SARIF 2.1.0, as code scanners exchange it.
    Sarif,
    /// JUnit's XML, a test case per check.
    Junit,
    /// Commands of GitHub's workflows, which annotate lines.
    Github,
}

/// Writes findings. `checks` are the ids of all checks with what they look for.
pub(super) fn write(findings: &[Finding], checks: &[(&str, &str)], format: Format) -> String {
    match format {
        Format::Text => text(findings),
        Format::Json => {
            format!("{:#}\n", json!({"schema": 1, "findings": findings.iter().map(object).collect::<Vec<_>>()}))
        }
        Format::Sarif => format!("{:#}\n", sarif(findings, checks)),
        Format::Junit => junit(findings, checks),
        Format::Github => findings.iter().map(annotation).collect(),
    }
}

fn text(findings: &[Finding]) -> String {
    let line = |it: &Finding| format!("{}:{}: {} [{}]\n", visible(&it.file), it.line, visible(&it.message), it.check);
    let lines: String = findings.iter().map(line).collect();
    format!("{lines}{}\n", counted(findings.len() as u64, "finding"))
}

fn object(finding: &Finding) -> serde_json::Value {
    json!({"check": finding.check, "file": finding.file, "line": finding.line, "message": finding.message})
}

fn sarif(findings: &[Finding], checks: &[(&str, &str)]) -> serde_json::Value {
    let rule = |(id, says): &(&str, &str)| json!({"id": id, "shortDescription": {"text": says}});
    let result = |it: &Finding| {
        let place = json!({"artifactLocation": {"uri": it.file}, "region": {"startLine": it.line}});
        json!({
            "ruleId": it.check,
            "level": "warning",
            "message": {"text": it.message},
            "locations": [{"physicalLocation": place}],
        })
    };
    let rules: Vec<_> = checks.iter().map(rule).collect();
    let driver = json!({"name": "ringtrace", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    let results: Vec<_> = findings.iter().map(result).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    })
}

fn junit(findings: &[Finding], checks: &[(&str, &str)]) -> String {
    let failed = checks.iter().filter(|(id, _)| findings.iter().any(|it| it.check == *id)).count();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"spec\" tests=\"{}\" failures=\"{failed}\">\n",
        checks.len()
    );
    for (id, says) in checks {
        let lines = findings
            .iter()
            .filter(|it| it.check == *id)
            .map(|it| write_text(&format!("{}:{}: {}", it.file, it.line, it.message)).into_owned());
        let lines: Vec<_> = lines.collect();
        xml.push_str(&format!("    <testcase classname=\"spec\" name=\"{id}\""));
        if lines.is_empty() {
            xml.push_str("/>\n");
        } else {
            xml.push_str(&format!(
                ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                write_text(says),
                lines.join("\n")
            ));
        }
    }
    xml.push_str("  </testsuite>\n</testsuites>\n");
    xml
}

/// A command of GitHub's workflows that annotates a line.
fn annotation(finding: &Finding) -> String {
    let Finding { file, line, check, message } = finding;
    format!("::warning file={},line={line},title={check}::{}\n", gate::property(file), gate::message(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_says_acts_in_no_format() {
        let message = "100% <b> \"x\"\n::error::no\u{1b}[31m".to_owned();
        let finding = Finding { file: "a,b:c.yaml".to_owned(), line: 7, check: "one", message };
        let checks = [("one", "One & only."), ("two", "Two.")];
        let all = [Format::Text, Format::Json, Format::Sarif, Format::Junit, Format::Github];
        for written in all.map(|format| write(std::slice::from_ref(&finding), &checks, format)) {
            assert!(!written.contains('\u{1b}') && !written.contains("\n::error"), "{written}");
        }
        let github = write(std::slice::from_ref(&finding), &checks, Format::Github);
        assert!(github.starts_with("::warning file=a%2Cb%3Ac.yaml,line=7,title=one::100%25 <b>"), "{github}");
        let junit = write(&[finding], &checks, Format::Junit);
        assert!(
            junit.contains("failures=\"1\"") && junit.contains("name=\"two\"/>") && junit.contains("&lt;b&gt;"),
            "{junit}"
        );
    }
}
