//! Text that does nothing in GitHub's renderer: no link, no mention, no markup but the code that it marks itself.
//!
//! GitHub looks for `#3`, `@name`, commits and addresses in the rendered text, so that a backslash does not stop it; in
//! code it does not look. Words that could be such become code, and everything else that is markup is escaped.

/// A line of text in which only code between backticks is markup.
pub(super) fn inert(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + line.len() / 8);
    let mut rest = line;
    while let Some((before, inside, after)) = code_in(rest) {
        plain(before, &mut out);
        push_code(inside, &mut out);
        rest = after;
    }
    plain(rest, &mut out);
    out
}

/// Several lines of such text, of which those that begin with `- ` are points of a list.
pub(super) fn inert_lines(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("- ") {
        Some(point) => format!("- {}", inert(point)),
        None => inert(line),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Such text in the cell of a table.
pub(super) fn inert_cell(text: &str) -> String {
    // In code, a bar that ends no cell cannot be told from an escaped one.
    inert(&text.replace(['\n', '\r'], " ").replace('|', "¦"))
}

/// What stands before the first code in a text, in it, and after it.
fn code_in(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(begin) = text.get(from..)?.find('`').map(|at| from + at) {
        let fence = run(text, begin);
        let inside = begin + fence;
        let mut at = inside;
        while let Some(end) = text.get(at..)?.find('`').map(|found| at + found) {
            let length = run(text, end);
            if length == fence && end > inside {
                return Some((text.get(..begin)?, text.get(inside..end)?, text.get(end + length..)?));
            }
            at = end + length;
        }
        from = inside;
    }
    None
}

/// How many backticks stand at a place.
fn run(text: &str, at: usize) -> usize {
    text.as_bytes().iter().skip(at).take_while(|byte| **byte == b'`').count()
}

/// Adds text as code, in a fence that nothing in it can end.
fn push_code(text: &str, out: &mut String) {
    let runs: Vec<_> = text.split(|character| character != '`').map(str::len).collect();
    let length = (1..=runs.len() + 1).find(|length| !runs.contains(length)).unwrap_or(1);
    let fence = "`".repeat(length);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    // Two fences side by side are one of another length.
    if out.ends_with('`') {
        out.push(' ');
    }
    out.extend([&fence, space, text, space, &fence]);
}

/// Adds text outside of code.
fn plain(text: &str, out: &mut String) {
    let mut rest = text;
    while !rest.is_empty() {
        let begin = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        let (space, from) = rest.split_at(begin);
        out.push_str(space);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        let bare = word.trim_end_matches(['.', ',', ';', ')']);
        if acts(bare) {
            // A colon after it is no part of it, unless it is that of an emoji.
            let bare = bare.strip_suffix(':').filter(|bare| acts(bare)).unwrap_or(bare);
            let open = bare.len() - bare.trim_start_matches('(').len();
            let (opening, bare) = bare.split_at(open);
            escaped(opening, out);
            push_code(bare, out);
            escaped(word.get(open + bare.len()..).unwrap_or_default(), out);
        } else {
            escaped(word, out);
        }
        rest = after;
    }
}

/// The fewest hex digits that GitHub takes for a commit.
const COMMIT: usize = 7;

/// Whether GitHub could make something of a word: an issue, a person, a commit, a link, a formula or an emoji.
fn acts(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let digit_after = |mark: &str| {
        lower
            .match_indices(mark)
            .any(|(at, mark)| lower.as_bytes().get(at + mark.len()).is_some_and(u8::is_ascii_digit))
    };
    let is_commit = |part: &str| part.len() >= COMMIT && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_emoji = || {
        let mut parts = lower.split(':').skip(1).peekable();
        let mut found = false;
        while let Some(part) = parts.next() {
            let named =
                !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte));
            found |= named && parts.peek().is_some() && part.bytes().any(|byte| byte.is_ascii_alphabetic());
        }
        found
    };
    digit_after("#")
        || digit_after("gh-")
        || word.contains(['@', '$'])
        || ["://", "www.", "mailto:", "xmpp:"].iter().any(|mark| lower.contains(mark))
        || lower.split(|c: char| !c.is_ascii_alphanumeric()).any(is_commit)
        || has_emoji()
}

/// Adds a word with its markup escaped.
fn escaped(word: &str, out: &mut String) {
    let mut before = None;
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        let between =
            before.is_some_and(char::is_alphanumeric) && characters.peek().is_some_and(|c| c.is_alphanumeric());
        let begins_line = before.is_none() && (out.is_empty() || out.ends_with('\n'));
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '_' if between => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' => out.extend(['\\', character]),
            '#' | '>' | '+' | '-' | '=' | ':' if begins_line => out.extend(['\\', character]),
            '.' | ')' if is_ordinal(before, out) => out.extend(['\\', character]),
            _ => out.push(character),
        }
        before = Some(character);
    }
}

/// Whether the line so far is digits, which a point would make an item of a list.
fn is_ordinal(before: Option<char>, out: &str) -> bool {
    let line = out.rsplit('\n').next().unwrap_or(out).trim_start();
    before.is_some_and(|c| c.is_ascii_digit()) && line.len() < 10 && line.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_act_becomes_code() {
        for (text, shown) in [
            ("as in call #3, see", "as in call `#3`, see"),
            ("fixes #12 and closes octo/spec#7.", "fixes `#12` and closes `octo/spec#7`."),
            ("resolves GH-9", "resolves `GH-9`"),
            ("ask @somebody (@team/x)", "ask `@somebody` (`@team/x`)"),
            ("A:7@lid hung up", "`A:7@lid` hung up"),
            ("see https://example.org/a_b_c now", "see `https://example.org/a_b_c` now"),
            ("www.example.org", "`www.example.org`"),
            ("commit 0123abc and deadbeef", "commit `0123abc` and `deadbeef`"),
            ("octo/spec@0123abc", "`octo/spec@0123abc`"),
            ("costs $x$", "costs `$x$`"),
            (":tada: done", "`:tada:` done"),
        ] {
            assert_eq!(inert(text), shown);
        }
    }

    #[test]
    fn markup_is_escaped_and_our_own_code_stays() {
        for (text, shown) in [
            ("its `to` is new", "its `to` is new"),
            ("**bold** _x_ a_b ~~no~~", r"\*\*bold\*\* \_x\_ a_b \~\~no\~\~"),
            ("![i](u) [l](u) [^1] <img src=x>", r"!\[i\](u) \[l\](u) \[^1\] &lt;img src=x>"),
            ("a & b &#35;3", "a &amp; b `&#35;3`"),
            ("back\\slash", r"back\\slash"),
            ("a lone ` tick", r"a lone \` tick"),
            ("`` a`b `` #3", "`` a`b `` `#3`"),
            ("`#3``@x`", "`#3``@x`"),
            ("#3`x`", "`#3` `x`"),
            ("10:15:33 and 1/2", "10:15:33 and 1/2"),
            ("# head", r"\# head"),
            ("> quote", r"\> quote"),
            ("1. one", r"1\. one"),
        ] {
            assert_eq!(inert(text), shown);
        }
        assert_eq!(inert_cell("a|b\n`c|d`"), "a¦b `c¦d`");
        assert_eq!(inert_lines("- call #3\n- [x]"), "- call `#3`\n- \\[x\\]");
    }

    /// What stands outside of code in Markdown, with each code as a control character.
    fn outside(mut text: &str) -> String {
        let mut outside = String::new();
        while let Some(first) = text.chars().next() {
            let is_escape = first == '\\' && text.chars().nth(1).is_some_and(|next| next.is_ascii_punctuation());
            let code = (first == '`').then(|| code_in(text)).flatten().filter(|(before, ..)| before.is_empty());
            text = match code {
                Some((.., after)) => {
                    outside.push('\u{1}');
                    after
                }
                None => {
                    let shown = if is_escape { text.chars().nth(1) } else { Some(first) };
                    outside.extend(shown);
                    text.get(if is_escape { 2 } else { first.len_utf8() }..).unwrap_or_default()
                }
            };
        }
        outside.replace("&lt;", "<").replace("&amp;", "&")
    }

    proptest::proptest! {
        #[test]
        fn outside_of_code_nothing_acts(text in "([a-z0-9#@`*_<>!|:/.$\\\\\\[\\]() -]){0,40}") {
            let shown = inert(&text);
            let outside = outside(&shown);
            for word in outside.split(|c: char| c.is_whitespace() || c == '\u{1}') {
                let word = word.trim_end_matches(['.', ',', ';', ')']);
                proptest::prop_assert!(!acts(word), "{text:?} as {shown:?}: {word:?}");
            }
        }
    }
}
