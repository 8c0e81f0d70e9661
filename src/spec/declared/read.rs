//! Reading questions from TOML.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;

use super::form::{self, Asked, Declaration};
use super::look::Looks;
use crate::declaration::{self, Spanned, Wrong};
use crate::spec::question::{Observe, Question, Shape};
use crate::spec::situation::Situation;

/// The version of the form of a file.
const SCHEMA: u32 = 1;

/// The most bytes of a file, questions in it, and looks of a question.
const BYTES: usize = 1 << 20;
const QUESTIONS: usize = 200;
const LOOKS: usize = 32;

/// A question that was read, with what its file says and the program checks later.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    /// The question.
    pub question: &'static Question,
    /// The file, for people; empty for those that the program ships.
    pub source: &'static str,
    /// The line on which it begins.
    pub line: usize,
    looks: &'static Looks,
    /// The line of each look.
    lines: &'static [usize],
}

/// A path of a look that led nowhere in all captures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// The line of the look.
    pub line: usize,
    /// The path, as written.
    pub path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: Spanned<u32>,
    #[serde(default)]
    question: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    id: Spanned<String>,
    #[serde(default = "own_page")]
    page: String,
    number: Option<u8>,
    #[serde(default)]
    also: Vec<(String, u8)>,
    title: Spanned<String>,
    shape: Form,
    #[serde(default)]
    hypotheses: Vec<Spanned<String>>,
    #[serde(default)]
    discrepancy: bool,
    #[serde(default)]
    described: Vec<String>,
    #[serde(default)]
    known: Vec<Spanned<String>>,
    #[serde(default)]
    words: Vec<Spanned<String>>,
    about: Option<Spanned<String>>,
    #[serde(default)]
    text: String,
    look: Vec<Spanned<Declaration>>,
}

fn own_page() -> String {
    "own".to_owned()
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Form {
    List,
    Exclusive,
    Existential,
}

/// Reads the questions of a file. They live as long as the program does, like those that are compiled in.
///
/// # Errors
/// If the text is not such a file, is too large, or a question names a field, path, hypothesis or situation that there is
/// not: with the line.
pub fn read(text: &str) -> Result<Vec<Declared>, Wrong> {
    if text.len() > BYTES {
        return Err(Wrong::at(text, 0..0, format!("the file is larger than {} KiB", BYTES >> 10)));
    }
    let File { schema, question } = declaration::read(text)?;
    if *schema.get_ref() != SCHEMA {
        let why = format!("this file has schema {}, and only schema {SCHEMA} is supported", schema.get_ref());
        return Err(Wrong::at(text, schema.span(), why));
    }
    if let Some(further) = question.get(QUESTIONS) {
        return Err(Wrong::at(text, further.span(), format!("a file can have {QUESTIONS} questions")));
    }
    let mut ids: Vec<String> = Vec::new();
    let mut read = Vec::new();
    for (number, entry) in (1..).zip(question) {
        let line = declaration::line_of(text, entry.span().start);
        let entry = entry.into_inner();
        let (id, place) = (entry.id.get_ref().clone(), entry.id.span());
        let is_name =
            |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-';
        if id.is_empty() || !id.chars().all(is_name) {
            return Err(Wrong::at(text, place, "an id consists of lower-case letters, digits and `-`"));
        }
        if ids.contains(&id) {
            return Err(Wrong::at(text, place, format!("another question of this file is called `{id}`")));
        }
        ids.push(id);
        read.push(declared(text, number, line, entry)?);
    }
    Ok(read)
}

fn declared(text: &str, ordinal: u8, line: usize, entry: Entry) -> Result<Declared, Wrong> {
    let Entry { id, page, number, also, title, shape, hypotheses, discrepancy, about, text: page_text, look, .. } =
        entry;
    if let Some(further) = look.get(LOOKS) {
        return Err(Wrong::at(text, further.span(), format!("a question can have {LOOKS} looks")));
    }
    let names: Vec<&'static str> = hypotheses.iter().map(|name| leaked(name.get_ref().clone())).collect();
    let names: &'static [&'static str] = Box::leak(names.into_boxed_slice());
    let shape = match (shape, names) {
        (Form::List, []) => Shape::List,
        (Form::List, _) => return Err(Wrong::at(text, id.span(), "a list has no hypotheses: its values are")),
        (Form::Exclusive, [_, _, ..]) => Shape::Exclusive,
        (Form::Existential, [occurs, _]) => Shape::Existential { occurs },
        (Form::Exclusive, _) => return Err(Wrong::at(text, id.span(), "two or more hypotheses exclude each other")),
        (Form::Existential, _) => {
            return Err(Wrong::at(
                text,
                id.span(),
                "an existential question has two hypotheses: that it occurs, and that not",
            ));
        }
    };
    let about = match &about {
        None => Situation::Call,
        Some(name) => {
            let found = Situation::ALL.iter().find(|situation| situation.name() == name.get_ref().as_str());
            *found.ok_or_else(|| {
                let known = Situation::ALL.iter().map(|situation| situation.name()).collect::<Vec<_>>().join(", ");
                Wrong::at(text, name.span(), format!("no situation is called `{}`; there are: {known}", name.get_ref()))
            })?
        }
    };
    let known = form::names(text, entry.known, entry.words)?;
    let mut looks = Vec::new();
    let mut lines = Vec::new();
    for declaration in look {
        lines.push(declaration::line_of(text, declaration.span().start));
        looks.push(Asked { text, shape, hypotheses: names, names: &known }.look(declaration)?);
    }
    let looks: &'static Looks = Box::leak(Box::new(Looks {
        looks,
        described: entry.described,
        names: known,
        were_asked: AtomicBool::new(false),
    }));
    let also: Vec<(&'static str, u8)> = also.into_iter().map(|(page, number)| (leaked(page), number)).collect();
    let texts = if page_text.is_empty() { String::new() } else { format!("\n\n## {}\n\n{page_text}\n", id.get_ref()) };
    let question = Question {
        id: leaked(id.into_inner()),
        page: leaked(page),
        number: (!discrepancy).then(|| number.unwrap_or(ordinal)),
        also: Box::leak(also.into_boxed_slice()),
        title: leaked(title.into_inner()),
        shape,
        about,
        hypotheses: names,
        texts: leaked(texts),
        observe: Observe::Declared(looks),
    };
    let question: &'static Question = Box::leak(Box::new(question));
    Ok(Declared { question, source: "", line, looks, lines: Box::leak(lines.into_boxed_slice()) })
}

fn leaked(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

impl Declared {
    /// The same with the texts of its page.
    #[must_use]
    pub(in crate::spec) fn with_texts(self, texts: &'static str) -> Self {
        let question = Box::leak(Box::new(Question { texts, ..*self.question }));
        Self { question, ..self }
    }

    /// Returns whether a value is one that the spec does not describe, though it describes values.
    #[must_use]
    pub fn is_news(&self, value: &str) -> bool {
        self.looks.is_news(value)
    }

    /// The same from a file of this name.
    #[must_use]
    pub fn from(self, source: &str) -> Self {
        Self { source: leaked(source.to_owned()), ..self }
    }

    /// Returns the paths that led nowhere in everything that was judged so far; none if nothing was.
    #[must_use]
    pub fn unmatched(&self) -> Vec<Unmatched> {
        if !self.looks.were_asked.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let looks = self.looks.looks.iter().zip(self.lines);
        let unmatched = looks
            .flat_map(|(look, line)| look.unmatched().map(|path| Unmatched { line: *line, path: path.to_owned() }));
        unmatched.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::FIELDS;
    use super::super::words::WORDS;
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_damage_panics(at in 0..4_000_usize, length in 0..40_usize, by in "[\\[\\]{}\"=@#^ a-z\n]{0,8}") {
            let text = include_str!("../pages/call_terminate/questions.toml");
            let start = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((start + length).min(text.len()));
            let damaged = format!("{}{by}{}", &text[..start], &text[end..]);
            if let Err(wrong) = read(&damaged) {
                proptest::prop_assert!(wrong.line <= damaged.lines().count() + 1);
            }
        }
    }

    #[test]
    fn the_docs_name_every_field_word_and_part() {
        let docs = include_str!("../../../docs/questions.md");
        let fields = FIELDS.iter().map(|field| format!("`{}`", field.name));
        let words = WORDS.iter().map(|word| format!("`{{{}}}`", word.name));
        let missing: Vec<_> = fields.chain(words).filter(|name| !docs.contains(name)).collect();
        assert_eq!(missing, Vec::<String>::new());
    }

    const HEAD: &str = "schema = 1\n[[question]]\nid = \"x\"\ntitle = \"Does it?\"\n";

    fn wrong(rest: &str) -> String {
        read(&format!("{HEAD}{rest}")).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_question_is_refused_with_the_line() {
        let list = "shape = \"list\"\n[[question.look]]\nstrength = \"direct\"\nwhy = \"x\"\n";
        assert_eq!(wrong(list), "line 6, column 1: a look of a list has a value");
        assert!(read(&format!("{HEAD}{list}value = \"{{@reason}}\"\n")).is_ok());
        let field = wrong(&format!("{list}value = \"x\"\nwhere = \"acton == offer\"\n"));
        assert_eq!(field, "line 10, column 10: where: no field is called `acton`; did you mean `action`?");
        let path = wrong(&format!("{list}value = \"x\"\nhas = [\"a b\"]\n"));
        assert_eq!(path, "line 10, column 8: `a b` is not the name of an element");
        let template = wrong(&format!("{list}value = \"{{@\"\n"));
        assert_eq!(template, "line 9, column 9: `{` is not closed");
        assert!(
            wrong(&format!("{list}value = \"x\"\nvalu = 1\n")).starts_with("line 10, column 1: unknown field `valu`")
        );
        let regex = wrong(&format!("{list}value = \"x\"\nwhere = \"reason matches (a+)+\"\n"));
        assert!(regex.starts_with("line 10, column 17: where: "), "{regex}");
        let exclusive = "shape = \"exclusive\"\nhypotheses = [\"a\", \"b\"]\n[[question.look]]\nsupports = \"c\"\n\
                         strength = \"direct\"\nwhy = \"x\"\n";
        assert_eq!(wrong(exclusive), "line 8, column 12: `c` is not one of the hypotheses: a, b");
        let words = wrong(&format!("{list}value = \"x\"\nhas = [\"#named\"]\n"));
        assert_eq!(words, "line 10, column 8: `#named` needs the `words` of the question");
        let other = wrong(&format!("{list}value = \"x\"\ncite = \"other\"\n"));
        assert!(other.contains("is there another stanza"), "{other}");
        assert!(wrong(&format!("{list}value = \"x\"\nonce = \"call\"\n")).starts_with("line 10, column 8: "));
        assert!(wrong(&format!("{list}value = \"x\"\nwatched = [\"soon\"]\n")).starts_with("line 10, column 12: "));
        assert_eq!(read("schema = 9\n").unwrap_err().line, 1);
        let twice =
            format!("{HEAD}{list}value = \"x\"\n[[question]]\nid = \"x\"\ntitle = \"?\"\n{list}value = \"x\"\n");
        assert_eq!(
            read(&twice).unwrap_err().to_string(),
            "line 11, column 6: another question of this file is called `x`"
        );
    }
}
