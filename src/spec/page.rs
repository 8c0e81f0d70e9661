//! What is known of a page of the spec, as rows: its questions, rules, sentences and attributes.

use super::context::Context;
use super::flows::Flow;
use super::question::{Observe, Observer, Question, Shape};
use super::rule::{Carrier, Check, Checks, Claim, Form, Grade, Rule};
use super::situation::Situation;
use crate::call::Call;

/// A page of the spec: of its commit 0114515.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// Its code; `None` for a page without one, a flow or an entry of the stanza catalogue.
    pub code: Option<&'static str>,
    /// Its id. A page with a code and one without can share it.
    pub id: &'static str,
    /// Its open questions, in order.
    pub questions: &'static [Asked],
    /// Where it contradicts another page, or the wire.
    pub(super) discrepancies: &'static [Disputed],
    /// Its normative claims that are checked, but for those of the steps of its flow.
    pub rules: &'static [Rule],
    /// The flow that it describes.
    pub flow: Option<&'static Flow>,
    /// The attributes that it describes; of one that many pages describe alike, the first has it.
    pub attributes: &'static [Attribute],
    /// What a reader is told of its questions and rules, in Markdown: its `page.md`.
    pub texts: &'static str,
    /// Its normative sentences, one a line: see [`Sentence`].
    pub(super) sentences: &'static str,
}

impl Page {
    /// Its name here: its code, or its id where it has none.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self.code {
            Some(code) => code,
            None => self.id,
        }
    }

    /// Its normative sentences, steps and table rows, in order.
    pub fn sentences(&self) -> impl Iterator<Item = Sentence> {
        let lines = self.sentences.lines().filter(|line| !line.starts_with('#'));
        let page = self.name();
        lines.filter_map(move |line| {
            let mut columns = line.split('|').map(str::trim);
            Some(Sentence {
                page,
                place: columns.next()?,
                obliges: columns.next()?,
                rules: columns.next()?.split(' ').filter(|id| *id != "-").collect(),
                not_shown: columns.next()?,
            })
        })
    }
}

/// An open question of a page.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Of its wording, by [`fingerprint`].
    pub fingerprint: u64,
    /// What the program does about it.
    pub(super) pursuit: Pursuit,
}

/// What the program does about an open question.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pursuit {
    /// It looks for evidence.
    LookedFor(Question),
    /// It looks for evidence as the page's `questions.toml` says.
    Declared,
    /// It looks for evidence under another page, whose question has this place among its further ones.
    Elsewhere,
    /// It does not look: the question in this program's own words, whether a recording could bear on it, and why the
    /// program does not look, a clause.
    NotLookedFor { title: &'static str, is_in_reach: bool, why: &'static str },
}

/// A place where a page contradicts another one, or the wire.
#[derive(Clone, Copy, Debug)]
pub(super) enum Disputed {
    /// The program looks for evidence.
    LookedFor(Question),
    /// It looks for evidence as the page's `questions.toml` says under this id.
    Declared(&'static str),
}

impl Asked {
    /// The same, where further pages ask it too.
    #[must_use]
    pub(super) const fn also(self, also: &'static [(&'static str, u8)]) -> Self {
        match self.pursuit {
            Pursuit::LookedFor(question) => Self { pursuit: Pursuit::LookedFor(Question { also, ..question }), ..self },
            Pursuit::Declared | Pursuit::Elsewhere | Pursuit::NotLookedFor { .. } => self,
        }
    }

    /// The same, about calls with another situation than the page's.
    #[must_use]
    pub(super) const fn about(self, about: Situation) -> Self {
        match self.pursuit {
            Pursuit::LookedFor(question) => {
                Self { pursuit: Pursuit::LookedFor(Question { about, ..question }), ..self }
            }
            Pursuit::Declared | Pursuit::Elsewhere | Pursuit::NotLookedFor { .. } => self,
        }
    }
}

/// A normative sentence, a step or a row of a table on one of the spec's pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// The page's code, or its id where it has none.
    pub page: &'static str,
    /// Where on the page.
    pub place: &'static str,
    /// Its words of obligation (RFC 2119), in order; none where the page only describes.
    pub obliges: &'static str,
    /// The rules that check it.
    pub rules: Vec<&'static str>,
    /// Why no capture shows it, or what of it none shows; empty if a capture shows all of it.
    pub not_shown: &'static str,
}

/// An attribute that the spec's pages describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// The element that carries it.
    pub element: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The page that describes it; of one that many pages describe alike, the first.
    pub page: &'static str,
    /// Whether the page has it as required.
    pub required: bool,
    /// The page's confidence in it.
    pub confidence: &'static str,
    /// What it says, in this program's own words.
    pub says: &'static str,
}

impl Attribute {
    /// The same, where the page has it as required.
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// What pages say of `call-id`.
pub(super) const CALL_ID: &str = "the call's id, the same in all its stanzas";

/// What pages say of `call-creator`.
pub(super) const CREATOR: &str = "the device that created the call";

/// Makes the rows of one page, so that each row says only what is its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    code: Option<&'static str>,
    id: &'static str,
    texts: &'static str,
    is_of_two: bool,
    about: Situation,
}

impl Rows {
    /// Of a page with a code. `texts` are the page's `page.md`.
    pub(super) const fn coded(code: &'static str, id: &'static str, texts: &'static str) -> Self {
        Self { code: Some(code), id, texts, is_of_two: false, about: Situation::Call }
    }

    /// Of a page without a code. `texts` are the page's `page.md`.
    pub(super) const fn uncoded(id: &'static str, texts: &'static str) -> Self {
        Self { code: None, id, texts, is_of_two: false, about: Situation::Call }
    }

    /// The same, of a page whose rules are on calls between two people.
    pub(super) const fn of_two(self) -> Self {
        Self { is_of_two: true, ..self }
    }

    /// The same, of a page whose questions are about calls with a situation.
    pub(super) const fn about(self, about: Situation) -> Self {
        Self { about, ..self }
    }

    /// The page without rows.
    pub(super) const fn page(self) -> Page {
        Page {
            code: self.code,
            id: self.id,
            questions: &[],
            discrepancies: &[],
            rules: &[],
            flow: None,
            attributes: &[],
            texts: self.texts,
            sentences: "",
        }
    }

    /// An open question, the `number`th of the page, that asks for all values that occur.
    pub(super) const fn list(
        self,
        number: u8,
        fingerprint: u64,
        id: &'static str,
        title: &'static str,
        observe: Observer,
    ) -> Asked {
        let question = self.disputed(id, title, Shape::List, &[], observe);
        Asked { fingerprint, pursuit: Pursuit::LookedFor(Question { number: Some(number), ..question }) }
    }

    /// An open question whose hypotheses exclude each other.
    pub(super) const fn exclusive(
        self,
        number: u8,
        fingerprint: u64,
        id: &'static str,
        title: &'static str,
        hypotheses: &'static [&'static str],
        observe: Observer,
    ) -> Asked {
        let question = self.disputed(id, title, Shape::Exclusive, hypotheses, observe);
        Asked { fingerprint, pursuit: Pursuit::LookedFor(Question { number: Some(number), ..question }) }
    }

    /// An open question on whether a thing occurs: the first hypothesis is that it does.
    pub(super) const fn existential(
        self,
        number: u8,
        fingerprint: u64,
        id: &'static str,
        title: &'static str,
        hypotheses: &'static [&'static str; 2],
        observe: Observer,
    ) -> Asked {
        let [occurs, _] = *hypotheses;
        let question = self.disputed(id, title, Shape::Existential { occurs }, hypotheses, observe);
        Asked { fingerprint, pursuit: Pursuit::LookedFor(Question { number: Some(number), ..question }) }
    }

    /// An open question that the page's `questions.toml` declares, under the same number.
    pub(super) const fn declared(self, fingerprint: u64) -> Asked {
        Asked { fingerprint, pursuit: Pursuit::Declared }
    }

    /// An open question that is looked for under another page.
    pub(super) const fn elsewhere(self, fingerprint: u64) -> Asked {
        Asked { fingerprint, pursuit: Pursuit::Elsewhere }
    }

    /// An open question that no recording of signalling can show the answer of, and why, a clause.
    pub(super) const fn out_of_reach(self, fingerprint: u64, title: &'static str, why: &'static str) -> Asked {
        Asked { fingerprint, pursuit: Pursuit::NotLookedFor { title, is_in_reach: false, why } }
    }

    /// An open question that the program does not look for, and what is missing, a clause.
    pub(super) const fn not_yet(self, fingerprint: u64, title: &'static str, missing: &'static str) -> Asked {
        Asked { fingerprint, pursuit: Pursuit::NotLookedFor { title, is_in_reach: true, why: missing } }
    }

    /// A place where the page contradicts another one, or the wire: the hypotheses are the sides.
    pub(super) const fn disputed(
        self,
        id: &'static str,
        title: &'static str,
        shape: Shape,
        hypotheses: &'static [&'static str],
        observe: Observer,
    ) -> Question {
        let page = self.page().name();
        let Self { about, texts, .. } = self;
        Question {
            id,
            page,
            number: None,
            also: &[],
            title,
            shape,
            about,
            hypotheses,
            texts,
            observe: Observe::Code(observe),
        }
    }

    /// A rule that is checked by what is in a call.
    pub(super) const fn rule(
        self,
        grade: Grade,
        id: &'static str,
        title: &'static str,
        check: fn(&Call, &Context, &mut Checks),
    ) -> Rule {
        self.checked(grade, id, title, Check::Call(check))
    }

    /// A rule that gives an attribute its form.
    pub(super) const fn form(
        self,
        grade: Grade,
        id: &'static str,
        title: &'static str,
        carrier: Carrier,
        name: &'static str,
        form: Form,
    ) -> Rule {
        self.checked(grade, id, title, Check::Attribute(carrier, name, form))
    }

    /// A rule on the calls that end as the page's flow does.
    pub(super) const fn of_flow(self, id: &'static str, title: &'static str, claim: Claim) -> Rule {
        self.checked(Grade::Note, id, title, Check::Flow(claim))
    }

    const fn checked(self, grade: Grade, id: &'static str, title: &'static str, check: Check) -> Rule {
        let Self { texts, is_of_two, .. } = self;
        Rule { id, page: self.page().name(), title, grade, is_of_two, texts, check }
    }

    /// An attribute, of which the page is fairly sure.
    pub(super) const fn probable(self, element: &'static str, name: &'static str, says: &'static str) -> Attribute {
        Attribute { element, name, page: self.page().name(), required: false, confidence: "probable", says }
    }

    /// An attribute at which the page guesses.
    pub(super) const fn speculative(self, element: &'static str, name: &'static str, says: &'static str) -> Attribute {
        Attribute { element, name, page: self.page().name(), required: false, confidence: "speculative", says }
    }
}

/// A hash (64-bit FNV-1a) of a question's words: letters and digits of ASCII, lower case, apart by single spaces. A
/// question that is merely repunctuated or rewrapped keeps it.
#[must_use]
pub fn fingerprint(wording: &str) -> u64 {
    let words = wording.split(|character: char| !character.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join(" ");
    words.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A fingerprint as the sources have it: `0xf94b_e442_be9e_0415`.
#[must_use]
pub fn written(fingerprint: u64) -> String {
    let digits = format!("{fingerprint:016x}");
    let groups: Vec<_> = digits.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    format!("0x{}", groups.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_of_the_words() {
        assert_eq!(fingerprint("Does `x`\nring?"), fingerprint("does X ring"));
        assert_ne!(fingerprint("Does x ring?"), fingerprint("Does y ring?"));
    }
}
