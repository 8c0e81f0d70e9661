//! The text of a pull request for a change: in the form of the repository's own template, if the checkout has one.

use super::change::Change;
use super::test_servers::TEST_SERVER;
use crate::words::counted;

/// The repository's template for pull requests, below the checkout.
pub const TEMPLATE: &str = ".github/pull_request_template.md";

/// Reasons that are listed of one file.
const LISTED: usize = 60;

/// The most characters of a title.
const TITLE: usize = 72;

/// A pull request, as far as a program can write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullRequest {
    /// The name of a branch.
    pub branch: String,
    /// The title, a Conventional Commits one.
    pub title: String,
    /// The text.
    pub body: String,
    /// What of it is written here: the rest is the repository's own, of its template.
    pub own: String,
}

impl PullRequest {
    /// The pull request for a change.
    #[must_use]
    pub fn of(change: &Change, template: Option<&str>) -> Self {
        let digest = change.digest.as_deref().and_then(|digest| digest.get(..12)).unwrap_or("captures");
        let (branch, title) = (format!("ingest/ringtrace-{digest}"), title(change));
        let own = format!("{branch}\n{title}\n{}\n{}", summary(change), notes(change));
        Self { branch, title, body: body(change, template), own }
    }
}

fn title(change: &Change) -> String {
    let mut pages: Vec<_> = change.files.iter().filter(|file| file.path.starts_with("spec/")).map(name).collect();
    pages.sort_unstable();
    pages.dedup();
    let test = if change.is_test { format!(" {TEST_SERVER}") } else { String::new() };
    let whole = format!("feat(signaling): evidence on {}{test}", pages.join(", "));
    let short = format!("feat(signaling): evidence from captures on {}{test}", counted(pages.len() as u64, "page"));
    if whole.chars().count() <= TITLE && !pages.is_empty() { whole } else { short }
}

fn name(file: &super::change::FileChange) -> &str {
    file.path.rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml")
}

fn body(change: &Change, template: Option<&str>) -> String {
    let mut text = String::new();
    let sections = template.map(sections).unwrap_or_default();
    let headed = |heading: &str, value: String| format!("## {heading}\n\n{}\n\n", value.trim_end());
    if sections.is_empty() {
        return headed("Summary", summary(change)) + &headed("Notes for reviewers", notes(change));
    }
    for (heading, body) in sections {
        let lower = heading.to_lowercase();
        text.push_str(&headed(
            &heading,
            if lower.contains("summary") {
                summary(change)
            } else if lower.contains("notes") {
                notes(change)
            } else if lower.contains("kind of change") {
                ticked(change, &body)
            } else if lower.contains("issue") {
                "None.".to_owned()
            } else {
                body
            },
        ));
    }
    text
}

/// The sections of a template, without its comments.
fn sections(template: &str) -> Vec<(String, String)> {
    let mut bare = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("<!--") {
        bare.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let sections = bare.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'));
    sections.map(|(heading, body)| (heading.trim().to_owned(), body.trim().to_owned())).collect()
}

/// The kinds of change, those ticked whose folder has a file of the change.
fn ticked(change: &Change, kinds: &str) -> String {
    let line = |line: &str| {
        let folder = line.split('`').nth(1).filter(|folder| folder.contains('/'));
        let is_touched = folder.is_some_and(|folder| change.files.iter().any(|file| file.path.starts_with(folder)));
        if is_touched { line.replacen("- [ ]", "- [x]", 1) } else { line.to_owned() }
    };
    kinds.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn summary(change: &Change) -> String {
    let [before, after] = &change.coverage;
    let test = if change.is_test {
        format!("\n\n**Evidence of a test server is in this change; every line of it says so: {TEST_SERVER}.**")
    } else {
        String::new()
    };
    format!(
        "What {} in {} show of the spec, written by ringtrace {}. Coverage after it: {}% over {} facts (now {}% over {}).{test}",
        counted(change.calls as u64, "call"),
        "captures",
        env!("CARGO_PKG_VERSION"),
        after.overall.percent(),
        after.overall.total(),
        before.overall.percent(),
        before.overall.total()
    )
}

/// What was written and why, by file, and what was not.
fn notes(change: &Change) -> String {
    let code = |text: &str| format!("`{}`", text.replace('`', "'"));
    let mut lines = Vec::new();
    for file in &change.files {
        lines.push(format!("- {}", code(&file.path)));
        lines.extend(file.why.iter().take(LISTED).map(|why| format!("  - {}", code(why))));
        if let Some(more) = file.why.len().checked_sub(LISTED).filter(|more| *more > 0) {
            lines.push(format!("  - and {more} more"));
        }
    }
    if !change.discrepancies.is_empty() {
        lines.push(String::new());
        lines.push("Not edited, since captures stand against the spec (one report each):".to_owned());
        lines.extend(change.discrepancies.iter().map(|it| format!("- {}", code(&it.id))));
    }
    lines.push(String::new());
    lines.push("`docs/**`, `COVERAGE.md` and the badge are generated: run `npm run build` and commit them.".to_owned());
    lines.join("\n")
}
