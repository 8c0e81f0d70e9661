//! A form, filled in.

use super::form::{Field, IssueForm};
use super::inert::inert_lines;

/// The most bytes of a body. GitHub takes 65,536 characters.
pub(super) const LIMIT: usize = 60_000 - MARKER;

/// Bytes that are left for the line by which a report is found again.
const MARKER: usize = 200;

/// What GitHub writes where nothing was filled in.
const EMPTY: &str = "_No response_";

/// Fewest bytes of a value that is cut.
const LEAST: usize = 400;

/// The text of an issue: each field under its heading, in the form's order. `values` has a value for each field.
///
/// What is too long is cut at the end of a line, the longest value first; the second text is then the whole.
pub fn write(form: &IssueForm, values: &[String]) -> (String, Option<String>) {
    let whole = joined(form, values);
    if whole.len() <= LIMIT {
        return (whole, None);
    }
    let mut values = values.to_vec();
    let mut body = whole.clone();
    while body.len() > LIMIT {
        let excess = body.len() - LIMIT;
        let Some(longest) = values.iter_mut().max_by_key(|value| value.len()).filter(|value| value.len() > LEAST)
        else {
            break;
        };
        *longest = cut(longest, longest.len().saturating_sub(excess + LEAST / 2).max(LEAST / 2));
        body = joined(form, &values);
    }
    (body, Some(whole))
}

/// The beginning of a text, whole lines of it if it has any that are short enough, and how many lines follow.
pub(super) fn cut(text: &str, most: usize) -> String {
    let most = text.floor_char_boundary(most);
    let beginning = text.get(..most).unwrap_or_default();
    let beginning = beginning.rfind('\n').and_then(|end| beginning.get(..end)).unwrap_or(beginning);
    let left = text.get(beginning.len()..).unwrap_or_default().lines().filter(|line| !line.is_empty()).count();
    format!("{beginning}\n[{left} more lines are in the file with this report]")
}

fn joined(form: &IssueForm, values: &[String]) -> String {
    let mut text = String::new();
    for (slot, value) in form.fields.iter().zip(values) {
        let value = value.trim_matches('\n');
        let value = match (value.trim().is_empty(), slot.is_code) {
            (true, _) => EMPTY.to_owned(),
            (false, true) => fenced("text", value),
            (false, false) => inert_lines(value),
        };
        text.push_str(&format!("### {}\n\n{}\n\n", slot.label, headless(&value)));
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The values that an issue's text has for the fields of a form. What is no heading of the form is text of the field
/// before it.
pub(super) fn read(form: &IssueForm, text: &str) -> Vec<(&'static str, String)> {
    let mut fields: Vec<(&'static Field, String)> = Vec::new();
    for line in text.lines() {
        let slot =
            form.fields.iter().find(|slot| line.strip_prefix("### ").is_some_and(|label| label.trim() == slot.label));
        match (slot, fields.last_mut()) {
            (Some(slot), _) => fields.push((slot, String::new())),
            (None, Some((_, value))) => {
                value.extend([line.strip_prefix('\\').filter(|it| it.starts_with("### ")).unwrap_or(line), "\n"])
            }
            (None, None) => {}
        }
    }
    let value = |(slot, value): (&'static Field, String)| {
        let value = value.trim_matches('\n');
        let value = if slot.is_code { unfenced(value) } else { value.to_owned() };
        (slot.id, value)
    };
    fields.into_iter().map(value).filter(|(_, value)| !value.is_empty() && value != EMPTY).collect()
}

/// What stands in a fence, where a text is one.
fn unfenced(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    match lines.as_slice() {
        [first, inside @ .., last] if first.starts_with("```") && first.starts_with(last) => inside.join("\n"),
        _ => text.to_owned(),
    }
}

/// The text with no line that begins like a field's heading.
fn headless(text: &str) -> String {
    let line = |line: &str| if line.starts_with("### ") { format!("\\{line}") } else { line.to_owned() };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A text as code, in a fence that nothing in it can end.
pub(super) fn fenced(language: &str, text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{}\n{fence}", text.trim_end_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Form;

    fn written(what: &str, source: &str) -> (String, Option<String>) {
        let values = [what, source, "", "none"].map(str::to_owned);
        write(Form::Discrepancy.issue().unwrap(), &values)
    }

    #[test]
    fn every_field_has_its_heading_and_nothing_else_looks_like_one() {
        let (body, rest) = written("one\n### two\n", "### <a/>\n```\n");
        assert_eq!(rest, None);
        insta::assert_snapshot!(body, @r"
        ### What conflicts

        one
        \### two

        ### Source A (technique + evidence)

        ````text
        \### <a/>
        ```
        ````

        ### Source B (technique + evidence)

        _No response_

        ### Proposed resolution

        none
        ");
    }

    #[test]
    fn what_was_written_reads_back() {
        let form = Form::Discrepancy.issue().unwrap();
        let (body, _) = written("one\n### two", "### <a/>\n```\n<b/>");
        let read = read(form, &body);
        let expected =
            [("what-conflicts", "one\n### two"), ("source-a", "### <a/>\n```\n<b/>"), ("proposed-resolution", "none")];
        assert_eq!(read, expected.map(|(id, value)| (id, value.to_owned())));
        assert_eq!(
            super::read(form, "### Proposed resolution\n\nmine\n### not a field\n")[0].1,
            "mine\n### not a field"
        );
        assert_eq!(super::read(form, "nothing of the form"), []);
    }

    #[test]
    fn what_is_too_long_is_cut_and_kept_whole_beside_it() {
        let long = "a line of évidence\n".repeat(9_000);
        let (body, rest) = written("what", &long);
        assert!(body.len() <= LIMIT && body.len() > LIMIT - 1_000, "{}", body.len());
        assert!(body.contains("more lines are in the file with this report]\n```\n"), "the fence is closed");
        assert!(body.ends_with("### Proposed resolution\n\nnone\n"));
        assert_eq!(rest.unwrap().matches("évidence").count(), 9_000);
        let (body, _) = written("what", &"é".repeat(90_000));
        assert!(body.len() <= LIMIT);
    }
}
