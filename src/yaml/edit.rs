//! Edits of a file: what is added or taken away, and nothing else.

use std::ops::Range;

use super::data::{Data, Meaning, folded, is_plain, quoted};
use super::tree::{Document, Invalid, Kind, Node, Style};

/// An edit. Nodes are named by their paths, as [`Document::at`] takes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Another scalar instead of one on one line, or instead of nothing.
    Set {
        /// The scalar.
        at: String,
        /// Its new value.
        to: Data,
    },
    /// An item of a list.
    Insert {
        /// The list, which may be empty, but must be there.
        at: String,
        /// Before which of its items; their number for its end.
        index: usize,
        /// The item.
        item: Data,
    },
    /// One item of a list less.
    Remove {
        /// The list.
        at: String,
        /// Which of its items.
        index: usize,
    },
    /// A key that a mapping does not have.
    Add {
        /// The mapping.
        at: String,
        /// The key.
        key: &'static str,
        /// Its value.
        value: Data,
        /// Keys of the mapping, of which the last one that it has comes before the new one; at its end if it has none.
        after: &'static [&'static str],
    },
    /// A sentence at the end of a text.
    Append {
        /// The text.
        at: String,
        /// What follows.
        text: String,
        /// Whether it is a paragraph of its own, where the text has any.
        is_paragraph: bool,
    },
}

/// Why a file was not edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEdit {
    /// The node to be edited is not there, or is of another kind.
    #[error("`{0}` is not there, or is not what it should be")]
    Missing(String),
    /// The node is written in a way that such an edit cannot keep.
    #[error("line {0}: written in a form that cannot be edited without reformatting it")]
    Layout(usize),
    /// The result would not be YAML.
    #[error("{0}")]
    Invalid(#[from] Invalid),
}

/// Text that takes the place of bytes.
type Change = (Range<usize>, String);

impl Document {
    /// The file with an edit. Every line that the edit does not touch stays as it is.
    ///
    /// # Errors
    /// If the node is not there, or the edit would change anything else.
    pub fn apply(&self, edit: &Edit) -> Result<Self, NoEdit> {
        let (at, (range, new)) = match edit {
            Edit::Set { at, to } => (at, self.set(at, to)?),
            Edit::Insert { at, index, item } => (at, self.insert(at, *index, item)?),
            Edit::Remove { at, index } => (at, self.remove(at, *index)?),
            Edit::Add { at, key, value, after } => (at, self.add(at, key, value, after)?),
            Edit::Append { at, text, is_paragraph } => (at, self.append(at, text, *is_paragraph)?),
        };
        let layout = || NoEdit::Layout(self.line(range.start));
        let (before, after) = (self.text().get(..range.start), self.text().get(range.end..));
        let (before, after) = before.zip(after).ok_or_else(layout)?;
        let edited = Self::parse(format!("{before}{new}{after}"))?;
        let mut meant = Meaning::from(self.root());
        meant.apply(at, edit).ok_or_else(|| NoEdit::Missing(at.clone()))?;
        if Meaning::from(edited.root()) == meant { Ok(edited) } else { Err(layout()) }
    }

    fn node(&self, at: &str) -> Result<&Node, NoEdit> {
        let mut node = self.root();
        for step in at.split('/').filter(|step| !step.is_empty()) {
            self.unshared(node)?;
            node = node.step(step).ok_or_else(|| NoEdit::Missing(at.to_owned()))?;
        }
        self.unshared(node)?;
        Ok(node)
    }

    /// What an anchor names is written once for several places.
    fn unshared(&self, node: &Node) -> Result<(), NoEdit> {
        if node.is_shared { Err(self.layout(node)) } else { Ok(()) }
    }

    fn layout(&self, node: &Node) -> NoEdit {
        NoEdit::Layout(self.line(node.span.start))
    }

    fn newline(&self) -> &'static str {
        let first = self.text().split_inclusive('\n').next().unwrap_or_default();
        if first.ends_with("\r\n") { "\r\n" } else { "\n" }
    }

    fn line_start(&self, at: usize) -> usize {
        self.text().get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
    }

    /// The end of a line, without its line break.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.text().get(at..).unwrap_or_default();
        let line = rest.split('\n').next().unwrap_or_default();
        at + line.strip_suffix('\r').unwrap_or(line).len()
    }

    /// The column of a byte, if only spaces are before it on its line, or what `may_precede` holds.
    fn column(&self, at: usize, may_precede: &[char]) -> Option<usize> {
        let before = self.text().get(self.line_start(at)..at)?;
        before.chars().all(|c| c == ' ' || may_precede.contains(&c)).then_some(before.len())
    }

    /// Lines that follow the one that a byte is in.
    fn lines_after(&self, at: usize, lines: &[String]) -> Change {
        let end = self.line_end(at);
        (end..end, lines.iter().flat_map(|line| [self.newline(), line]).collect())
    }

    fn set(&self, at: &str, to: &Data) -> Result<Change, NoEdit> {
        let node = self.node(at)?;
        match &node.kind {
            Kind::Scalar(..) if node.span.is_empty() => {
                let before = self.text().get(..node.span.start).unwrap_or_default();
                let space = if before.ends_with(' ') { "" } else { " " };
                Ok((node.span.clone(), format!("{space}{}", to.inline())))
            }
            Kind::Scalar(_, Style::Plain | Style::Single | Style::Double) => Ok((node.span.clone(), to.inline())),
            _ => Err(self.layout(node)),
        }
    }

    fn insert(&self, at: &str, index: usize, item: &Data) -> Result<Change, NoEdit> {
        let list = self.node(at)?;
        match &list.kind {
            Kind::Sequence(items, true) => match (items.get(index), items.last()) {
                (Some(next), _) => Ok((next.span.start..next.span.start, format!("{}, ", item.inline()))),
                (None, Some(last)) => Ok((last.span.end..last.span.end, format!(", {}", item.inline()))),
                (None, None) if matches!(item, Data::Map(_)) => self.open(at, list, item),
                (None, None) => Ok((list.span.clone(), format!("[{}]", item.inline()))),
            },
            Kind::Sequence(items, false) => {
                let next = items.get(index);
                let near = next.or(items.last()).ok_or_else(|| self.layout(list))?;
                let dash = self.dash(near)?;
                let lines = item.item(dash - self.line_start(dash));
                Ok(match next {
                    Some(_) => {
                        let start = self.line_start(dash);
                        (start..start, lines.iter().flat_map(|line| [line, self.newline()]).collect())
                    }
                    None => self.lines_after(near.span.end, &lines),
                })
            }
            Kind::Scalar(..) if list.is_null() => self.open(at, list, item),
            Kind::Scalar(..) | Kind::Mapping(..) => Err(NoEdit::Missing(at.to_owned())),
        }
    }

    /// The first item of a list that is `[]`, or nothing, in lines below its key.
    fn open(&self, at: &str, list: &Node, item: &Data) -> Result<Change, NoEdit> {
        let key = self.key(at).ok_or_else(|| self.layout(list))?;
        let indent = self.column(key.span.start, &['-']).ok_or_else(|| self.layout(list))?;
        let before = self.text().get(..list.span.start).unwrap_or_default();
        let start = before.trim_end_matches(' ').len();
        let rest = self.text().get(list.span.end..self.line_end(list.span.end)).unwrap_or_default();
        let lines = item.item(indent + 2);
        let lines = lines.iter().flat_map(|line| [self.newline(), line]).collect::<String>();
        Ok((start..self.line_end(list.span.end), format!("{rest}{lines}")))
    }

    /// The key of the value at a path.
    fn key(&self, at: &str) -> Option<&Node> {
        let (parent, name) = at.rsplit_once('/').unwrap_or(("", at));
        self.at(parent)?.entries().iter().map(|(key, _)| key).find(|key| key.text() == Some(name))
    }

    /// The dash before an item of a block list, alone on its line before it.
    fn dash(&self, item: &Node) -> Result<usize, NoEdit> {
        let before = self.text().get(..item.span.start).unwrap_or_default().trim_end_matches(' ');
        let dash = before.strip_suffix('-').map(str::len);
        dash.filter(|dash| self.column(*dash, &[]).is_some()).ok_or_else(|| self.layout(item))
    }

    fn remove(&self, at: &str, index: usize) -> Result<Change, NoEdit> {
        let list = self.node(at)?;
        let Kind::Sequence(items, is_flow) = &list.kind else { return Err(NoEdit::Missing(at.to_owned())) };
        let item = items.get(index).ok_or_else(|| NoEdit::Missing(at.to_owned()))?;
        if *is_flow {
            let before = index.checked_sub(1).and_then(|index| items.get(index)).map(|item| item.span.end);
            let after = items.get(index + 1).map(|item| item.span.start);
            let range = match (before, after) {
                (_, Some(after)) => item.span.start..after,
                (Some(before), None) => before..item.span.end,
                (None, None) => list.span.clone(),
            };
            let left = if items.len() == 1 { "[]" } else { "" };
            return Ok((range, left.to_owned()));
        }
        let (start, end) = (self.line_start(self.dash(item)?), self.line_end(item.span.end));
        if items.len() == 1 {
            let key = self.key(at).ok_or_else(|| self.layout(list))?;
            let rest = self.text().get(key.span.end..).unwrap_or_default();
            let colon = key.span.end + rest.find(':').ok_or_else(|| self.layout(list))? + 1;
            // What else is on the line of the key, a comment, stays; the lines of the item go.
            let between = self.text().get(colon..start).unwrap_or_default();
            let between = between.strip_suffix(self.newline()).unwrap_or(between);
            return Ok((colon..end, format!(" []{between}")));
        }
        let rest = self.text().get(end..).unwrap_or_default();
        let broken = [self.newline(), "\n"].into_iter().find(|newline| rest.starts_with(newline));
        match broken {
            Some(newline) => Ok((start..end + newline.len(), String::new())),
            None => Ok((start.saturating_sub(self.newline().len())..end, String::new())),
        }
    }

    fn add(&self, at: &str, key: &str, value: &Data, after: &[&str]) -> Result<Change, NoEdit> {
        let map = self.node(at)?;
        let Kind::Mapping(entries, is_flow) = &map.kind else { return Err(NoEdit::Missing(at.to_owned())) };
        let is_known = |name: &str| entries.iter().find(|(known, _)| known.text() == Some(name));
        if is_known(key).is_some() {
            return Err(NoEdit::Missing(at.to_owned()));
        }
        let before = after.iter().rev().find_map(|name| is_known(name)).or(entries.last());
        let Some((_, last)) = before else { return Err(self.layout(map)) };
        if *is_flow {
            return Ok((last.span.end..last.span.end, format!(", {key}: {}", value.inline())));
        }
        let first = entries.first().map_or(map.span.start, |(key, _)| key.span.start);
        let indent = self.column(first, &['-']).ok_or_else(|| self.layout(map))?;
        Ok(self.lines_after(last.span.end, &value.entry(key, indent)))
    }

    fn append(&self, at: &str, text: &str, is_paragraph: bool) -> Result<Change, NoEdit> {
        let node = self.node(at)?;
        let Kind::Scalar(known, style) = &node.kind else { return Err(NoEdit::Missing(at.to_owned())) };
        let end = node.span.end;
        match style {
            Style::Literal | Style::Folded => {
                let first = self.line_start(node.span.start);
                let line = self.text().get(first..).unwrap_or_default();
                let indent = line.len() - line.trim_start_matches(' ').len();
                let mut lines = folded(text, indent);
                if is_paragraph {
                    lines.insert(0, String::new());
                }
                Ok(self.lines_after(end, &lines))
            }
            Style::Double => {
                let inside = quoted(text);
                let inside = inside.get(1..inside.len().saturating_sub(1)).unwrap_or_default();
                Ok((end.saturating_sub(1)..end.saturating_sub(1), format!(" {inside}")))
            }
            Style::Single => {
                Ok((end.saturating_sub(1)..end.saturating_sub(1), format!(" {}", text.replace('\'', "''"))))
            }
            Style::Plain if known.is_empty() => Err(self.layout(node)),
            Style::Plain if is_plain(&format!("x {text}")) => Ok((end..end, format!(" {text}"))),
            Style::Plain => Ok((node.span.clone(), quoted(&format!("{known} {text}")))),
        }
    }
}

impl Meaning {
    /// What an edit means. `None` if there is nothing that it could be an edit of.
    fn apply(&mut self, at: &str, edit: &Edit) -> Option<()> {
        let node = at.split('/').filter(|step| !step.is_empty()).try_fold(self, |node, step| node.step(step))?;
        match (edit, node) {
            (Edit::Set { to, .. }, node) => *node = to.into(),
            (Edit::Insert { index, item, .. }, Self::List(items)) => {
                items.insert(*index.min(&items.len()), item.into())
            }
            (Edit::Insert { item, .. }, node) => *node = Self::List(vec![item.into()]),
            (Edit::Remove { index, .. }, Self::List(items)) if *index < items.len() => drop(items.remove(*index)),
            (Edit::Add { key, value, after, .. }, Self::Map(entries)) => {
                let place = |name: &&str| entries.iter().position(|(known, _)| known == name);
                let place = after.iter().rev().find_map(place).map_or(entries.len(), |place| place + 1);
                entries.insert(place, ((*key).to_owned(), value.into()));
            }
            (Edit::Append { text, .. }, node @ Self::Text(_)) => {
                let Self::Text(known) = &*node else { return None };
                *node = Self::text(&format!("{known} {text}"));
            }
            _ => return None,
        }
        Some(())
    }

    fn step(&mut self, step: &str) -> Option<&mut Self> {
        match self {
            Self::Text(_) => None,
            Self::List(items) => items.get_mut(step.parse::<usize>().ok()?),
            Self::Map(entries) => entries.iter_mut().find(|(key, _)| key == step).map(|(_, value)| value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\
# Theirs.
id: ack   # the page
summary: >
  An answer
  to a stanza.
attributes:
  - name: id
    confidence: probable # for now
    observed_values: [ \"a\", 'b' ]
    provenance:
      techniques: [websocket-capture]
      sources: []
  # A comment of theirs.
  - name: class
    provenance: { techniques: [ mitm-tls ], sources: [] }
open_questions:
  - \"One,
    in two lines?\"
  - Two?

findings: |
  What is
  known.

note: Optional.
changelog:
- date: 2026-06-21
  note: 'It''s new.'
";

    /// The page with an edit, as the lines that went and came.
    fn changed(page: &str, edit: Edit) -> String {
        let before = Document::parse(page).unwrap();
        let after = before.apply(&edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
        let (old, new): (Vec<_>, Vec<_>) = (page.lines().collect(), after.text().lines().collect());
        let head = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
        let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(one, other)| one == other);
        let tail = tail.count();
        let gone = old[head..old.len() - tail].iter().map(|line| format!("-{line}"));
        let came = new[head..new.len() - tail].iter().map(|line| format!("+{line}"));
        gone.chain(came).collect::<Vec<_>>().join("\n")
    }

    fn insert(at: &str, index: usize, item: Data) -> Edit {
        Edit::Insert { at: at.to_owned(), index, item }
    }

    #[test]
    fn scalars_are_set_and_their_comments_stay() {
        let set = |at: &str, to: &str| changed(PAGE, Edit::Set { at: at.to_owned(), to: Data::word(to) });
        insta::assert_snapshot!(set("attributes/0/confidence", "confirmed"), @r"
        -    confidence: probable # for now
        +    confidence: confirmed # for now
        ");
        insta::assert_snapshot!(set("id", "a: b"), @r#"
        -id: ack   # the page
        +id: "a: b"   # the page
        "#);
    }

    #[test]
    fn items_are_inserted_in_the_form_of_their_list() {
        let map = || Data::Map(vec![("name", Data::word("t")), ("required", Data::Literal("false".to_owned()))]);
        let edits = [
            insert("attributes/0/observed_values", 2, Data::word("c")),
            insert("attributes/0/provenance/sources", 0, Data::word("#12")),
            insert("attributes/1/provenance/techniques", 0, Data::word("x")),
            insert("attributes/1/provenance/sources", 0, Data::word("y")),
            insert("attributes", 2, map()),
            insert("attributes", 1, map()),
            insert("attributes/0/provenance/sources", 0, map()),
            insert("open_questions", 2, Data::word("Three?")),
            insert("changelog", 0, map()),
        ];
        let all = edits.map(|edit| changed(PAGE, edit)).join("\n\n");
        insta::assert_snapshot!(all);
    }

    #[test]
    fn items_are_removed_with_all_their_lines() {
        let remove = |page: &str, at: &str, index| changed(page, Edit::Remove { at: at.to_owned(), index });
        assert_eq!(remove(PAGE, "open_questions", 0), "-  - \"One,\n-    in two lines?\"");
        assert_eq!(remove(PAGE, "open_questions", 1), "-  - Two?");
        assert_eq!(remove("a: # why\n  - one\nb: 1\n", "a", 0), "-a: # why\n-  - one\n+a: [] # why");
        assert_eq!(remove("a: [x, y, z]", "a", 1), "-a: [x, y, z]\n+a: [x, z]");
        assert_eq!(remove("a: [x, y]", "a", 1), "-a: [x, y]\n+a: [x]");
        assert_eq!(remove("a: [x]", "a", 0), "-a: [x]\n+a: []");
        assert_eq!(remove("a:\n  - x\n  - y", "a", 1), "-  - y");
    }

    #[test]
    fn keys_are_added_after_those_that_come_before_them() {
        let add = |at: &str, key, value, after| changed(PAGE, Edit::Add { at: at.to_owned(), key, value, after });
        let all = [
            add("attributes/0", "observed", Data::words(["x"]), &["name", "confidence"]),
            add("attributes/0/provenance", "flavors", Data::words(["zapo"]), &["techniques", "tools"]),
            add("attributes/1/provenance", "flavors", Data::words(["zapo"]), &["techniques"]),
            add("", "since", Data::Quoted("0.1.0".to_owned()), &["nothing"]),
            add("", "status", Data::Prose("word ".repeat(30)), &["summary"]),
        ];
        insta::assert_snapshot!(all.join("\n\n"));
    }

    #[test]
    fn texts_grow_at_their_end() {
        let append = |at: &str, is_paragraph| {
            changed(PAGE, Edit::Append { at: at.to_owned(), text: "It's so: yes.".to_owned(), is_paragraph })
        };
        let all = [
            append("summary", false),
            append("findings", true),
            append("note", false),
            append("open_questions/0", false),
            append("changelog/0/note", false),
        ];
        insta::assert_snapshot!(all.join("\n\n"));
    }

    #[test]
    fn line_breaks_and_a_missing_last_one_stay() {
        let page = PAGE.replace('\n', "\r\n");
        let after = Document::parse(page.trim_end()).unwrap().apply(&insert("changelog", 1, Data::word("x"))).unwrap();
        assert_eq!(after.text(), format!("{}\r\n- x", page.trim_end()));
        assert_eq!(after.text().matches('\n').count(), after.text().matches("\r\n").count());
    }

    #[test]
    fn what_cannot_be_kept_is_not_edited() {
        let apply =
            |page: &str, edit: Edit| Document::parse(page).unwrap().apply(&edit).map(|page| page.text().to_owned());
        let item = || Data::word("x");
        for (page, at) in [("a: &b [1]\nc: *b\n", "a"), ("a: &b [1]\nc: *b\n", "c"), ("- - 1\n  - 2\n", "0")] {
            assert!(matches!(apply(page, insert(at, 0, item())), Err(NoEdit::Layout(_))), "{page}");
        }
        for at in ["b", "a/x", "a/7"] {
            assert!(matches!(apply("a: [1]\n", insert(at, 0, item())), Err(NoEdit::Missing(_))), "{at}");
        }
        let set = Edit::Set { at: "a".to_owned(), to: item() };
        assert!(matches!(apply("a: |\n  x\n", set), Err(NoEdit::Layout(_))));
    }
}
