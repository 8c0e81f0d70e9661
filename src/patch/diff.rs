//! Unified diffs (as `git diff` and `patch` have them) of files of which few lines change.

/// Lines around a change that a diff shows.
const CONTEXT: usize = 3;

/// Cells of a table of lines against lines beyond which what differs is shown as replaced whole.
const CELLS: usize = 4_000_000;

/// A line of a diff, by its place in the old or the new text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Kept(usize, usize),
    Gone(usize),
    Came(usize),
}

/// A unified diff of a file; empty if nothing differs. A file that was not there is `/dev/null`.
#[must_use]
pub fn unified(path: &str, before: Option<&str>, after: &str) -> String {
    let (old, new) = (lines(before.unwrap_or_default()), lines(after));
    let script = script(&old, &new);
    if !script.iter().any(|line| !matches!(line, Line::Kept(..))) {
        return String::new();
    }
    let from = if before.is_some() { format!("a/{path}") } else { "/dev/null".to_owned() };
    let mode = if before.is_some() { "" } else { "new file mode 100644\n" };
    let mut text = format!("diff --git a/{path} b/{path}\n{mode}--- {from}\n+++ b/{path}\n");
    for hunk in hunks(&script) {
        text.push_str(&written(hunk, &old, &new));
    }
    text
}

/// The lines that come new, each by its number from 0, and without its line break.
#[must_use]
pub(super) fn added<'t>(before: Option<&str>, after: &'t str) -> Vec<(usize, &'t str)> {
    let (old, new) = (lines(before.unwrap_or_default()), lines(after));
    let came = script(&old, &new).into_iter().filter_map(|line| match line {
        Line::Came(at) => Some((at, new.get(at)?.trim_end_matches(['\n', '\r']))),
        Line::Kept(..) | Line::Gone(_) => None,
    });
    came.collect()
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// How the old lines become the new ones: a longest common subsequence stays.
fn script(old: &[&str], new: &[&str]) -> Vec<Line> {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
    let tail = old.iter().skip(head).rev().zip(new.iter().skip(head).rev()).take_while(|(one, other)| one == other);
    let tail = tail.count();
    let middle = |lines: &[&str]| lines.len().saturating_sub(head + tail);
    let mut script: Vec<_> = (0..head).map(|at| Line::Kept(at, at)).collect();
    add_middle(&mut script, head, [old, new].map(|lines| lines.get(head..head + middle(lines)).unwrap_or_default()));
    let (old_tail, new_tail) = (old.len() - tail, new.len() - tail);
    script.extend((0..tail).map(|at| Line::Kept(old_tail + at, new_tail + at)));
    script
}

fn add_middle(script: &mut Vec<Line>, head: usize, [old, new]: [&[&str]; 2]) {
    let width = new.len() + 1;
    if old.len().saturating_mul(width) > CELLS {
        script.extend((0..old.len()).map(|at| Line::Gone(head + at)));
        script.extend((0..new.len()).map(|at| Line::Came(head + at)));
        return;
    }
    // The length of the longest common subsequence from each pair of lines on.
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    let cell = |longest: &[u32], (i, j): (usize, usize)| longest.get(i * width + j).copied().unwrap_or_default();
    for (i, one) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            let length = if one == other {
                cell(&longest, (i + 1, j + 1)) + 1
            } else {
                cell(&longest, (i + 1, j)).max(cell(&longest, (i, j + 1)))
            };
            if let Some(cell) = longest.get_mut(i * width + j) {
                *cell = length;
            }
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old.get(i) == new.get(j) {
            script.push(Line::Kept(head + i, head + j));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || cell(&longest, (i + 1, j)) >= cell(&longest, (i, j + 1))) {
            script.push(Line::Gone(head + i));
            i += 1;
        } else {
            script.push(Line::Came(head + j));
            j += 1;
        }
    }
}

/// The parts of a script around its changes.
fn hunks(script: &[Line]) -> Vec<&[Line]> {
    let changed = script.iter().enumerate().filter(|(_, line)| !matches!(line, Line::Kept(..))).map(|(at, _)| at);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for at in changed {
        let (start, end) = (at.saturating_sub(CONTEXT), (at + CONTEXT + 1).min(script.len()));
        match ranges.last_mut() {
            Some((_, last)) if *last >= start => *last = end,
            _ => ranges.push((start, end)),
        }
    }
    ranges.into_iter().filter_map(|(start, end)| script.get(start..end)).collect()
}

fn written(hunk: &[Line], old: &[&str], new: &[&str]) -> String {
    let (mut body, mut counts) = (String::new(), [0, 0]);
    let mut first: [Option<usize>; 2] = [None, None];
    for line in hunk {
        let (sign, text, places) = match *line {
            Line::Kept(i, j) => (' ', old.get(i), [Some(i), Some(j)]),
            Line::Gone(i) => ('-', old.get(i), [Some(i), None]),
            Line::Came(j) => ('+', new.get(j), [None, Some(j)]),
        };
        for ((first, count), place) in first.iter_mut().zip(&mut counts).zip(places) {
            if let Some(place) = place {
                first.get_or_insert(place + 1);
                *count += 1;
            }
        }
        let text = text.copied().unwrap_or_default();
        body.push(sign);
        body.push_str(text);
        if !text.ends_with('\n') {
            body.push_str("\n\\ No newline at end of file\n");
        }
    }
    let [old_from, new_from] = first.map(Option::unwrap_or_default);
    let [old_count, new_count] = counts;
    format!("@@ -{old_from},{old_count} +{new_from},{new_count} @@\n{body}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changes_and_what_is_around_it() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
        let after = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n10\n11\n12\n13";
        insta::assert_snapshot!(unified("a.yaml", Some(before), after), @r"
        diff --git a/a.yaml b/a.yaml
        --- a/a.yaml
        +++ b/a.yaml
        @@ -2,7 +2,7 @@
         2
         3
         4
        -5
        +five
         6
         7
         8
        @@ -10,3 +10,4 @@
         10
         11
         12
        +13
        \ No newline at end of file
        ");
        assert_eq!(
            unified("a", None, "x\n"),
            "diff --git a/a b/a\nnew file mode 100644\n--- /dev/null\n+++ b/a\n@@ -0,0 +1,1 @@\n+x\n"
        );
        assert_eq!(unified("a", Some("x\n"), "x\n"), "");
    }

    #[test]
    fn what_stays_in_between_is_not_new() {
        let after = "a\nnew\nb\nc\nmore\nd\n";
        assert_eq!(added(Some("a\nb\nc\nd\n"), after), [(1, "new"), (4, "more")]);
    }
}
