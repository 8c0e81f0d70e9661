//! The pages of the spec, one folder each: a page that has a code and the one of the catalogue with its id share one.
//!
//! A folder has the rows of its pages (`mod.rs`), what a reader is told of each question and rule (`page.md`), and the
//! functions that look at calls (`questions.rs`, `rules.rs`). [`PAGES`] is the one list; [`QUESTIONS`],
//! [`DISCREPANCIES`] and [`RULES`] follow from it.

mod call_terminate;

mod call_offer;

mod video_call;

mod call_accept;

mod call_preaccept;

mod call_transport;

mod group_call;

mod call_ack;

mod call_reject;

mod raise_hand;

mod reactions;

mod screen_share;

mod flow_call_missed;

mod call_mute;

mod call_relaylatency;

mod flow_incoming_1to1;

mod flow_outgoing_1to1;

mod flow_call_rejected;

mod call_missed_timeout;

mod call_rejected;

mod incoming_1to1_audio;

mod outgoing_1to1_audio;

mod client_conduct;

use std::sync::{LazyLock, OnceLock};

use super::declared::{self, Declared};
use super::flows::Flow;
use super::page::{Asked, Attribute, Disputed, Page, Pursuit, Sentence};
use super::question::Question;
use super::rule::Rule;

/// The pages of the spec, in its order.
pub static PAGES: &[&Page] = &[
    &call_offer::SIGNALLING,
    &video_call::SIGNALLING,
    &call_accept::SIGNALLING,
    &call_preaccept::SIGNALLING,
    &call_transport::SIGNALLING,
    &group_call::SIGNALLING,
    &call_ack::SIGNALLING,
    &call_reject::SIGNALLING,
    &raise_hand::SIGNALLING,
    &reactions::SIGNALLING,
    &screen_share::SIGNALLING,
    &flow_call_missed::SIGNALLING,
    &call_mute::SIGNALLING,
    &call_terminate::SIGNALLING,
    &call_relaylatency::SIGNALLING,
    &flow_incoming_1to1::SIGNALLING,
    &flow_outgoing_1to1::SIGNALLING,
    &flow_call_rejected::SIGNALLING,
    &call_missed_timeout::FLOW,
    &call_rejected::FLOW,
    &incoming_1to1_audio::FLOW,
    &outgoing_1to1_audio::FLOW,
    &call_accept::STANZA,
    &call_ack::STANZA,
    &call_mute::STANZA,
    &call_offer::STANZA,
    &call_preaccept::STANZA,
    &call_reject::STANZA,
    &call_relaylatency::STANZA,
    &call_terminate::STANZA,
    &call_transport::STANZA,
];

/// Every open question that the program looks for, in the order of the pages.
pub static QUESTIONS: LazyLock<Vec<&Question>> = LazyLock::new(|| {
    let asked =
        PAGES.iter().flat_map(|page| (1..).zip(page.questions).map(move |(number, asked)| (page, number, asked)));
    asked.filter_map(|(page, number, asked)| sought(page, number, asked)).collect()
});

/// Lists the pages that declare questions, by folder.
macro_rules! declarations {
    ($($page:ident),* $(,)?) => {
        &[$((
            include_str!(concat!(stringify!($page), "/page.md")),
            include_str!(concat!(stringify!($page), "/questions.toml")),
        )),*]
    };
}

/// The texts and the declared questions of each page that declares any.
const DECLARATIONS: &[(&str, &str)] = declarations![
    call_terminate,
    call_offer,
    video_call,
    call_accept,
    call_preaccept,
    call_transport,
    group_call,
    call_ack,
    call_reject,
    raise_hand,
    reactions,
    screen_share,
    flow_call_missed,
    call_mute,
    call_relaylatency,
    flow_incoming_1to1,
    flow_call_rejected,
    call_rejected,
    incoming_1to1_audio,
    outgoing_1to1_audio,
];

/// The questions that the pages declare.
static DECLARED: LazyLock<Vec<Declared>> = LazyLock::new(|| {
    let read = DECLARATIONS.iter().flat_map(|(texts, declarations)| {
        let declared = declared::read(declarations).unwrap_or_default();
        declared.into_iter().map(move |declared| declared.with_texts(texts))
    });
    read.collect()
});

/// The question that the program looks for where a page asks; `None` if it does not look, or under another page.
pub(super) fn sought(page: &Page, number: u8, asked: &'static Asked) -> Option<&'static Question> {
    match &asked.pursuit {
        Pursuit::LookedFor(question) => Some(question),
        Pursuit::Declared => {
            let is_it = |question: &&'static Question| question.page == page.name() && question.number == Some(number);
            DECLARED.iter().map(|declared| declared.question).find(is_it)
        }
        Pursuit::Elsewhere | Pursuit::NotLookedFor { .. } => None,
    }
}

/// Questions of the user's own.
static ADDED: OnceLock<Vec<Declared>> = OnceLock::new();

/// A question of the user's that has the id of another one, by its place among those that were to be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlreadyAsked(pub usize);

/// Adds questions of the user's own to all others, once and before any call is judged: from then on they are listed,
/// judged and reported like those that the program ships.
///
/// # Errors
/// If one has the id of a question that there is.
pub fn add_questions(questions: Vec<Declared>) -> Result<(), AlreadyAsked> {
    let is_known =
        |declared: &Declared| question(declared.question.id).is_some() || rule(declared.question.id).is_some();
    if let Some(place) = questions.iter().position(is_known) {
        return Err(AlreadyAsked(place));
    }
    // Whoever comes second adds nothing: the first set is in use.
    let _ = ADDED.set(questions);
    Ok(())
}

/// The questions of the user's own.
#[must_use]
pub fn added_questions() -> &'static [Declared] {
    ADDED.get().map_or(&[], Vec::as_slice)
}

/// Returns whether a value of a question's list is one that no page of the spec describes.
#[must_use]
pub fn is_news(question: &Question, value: &str) -> bool {
    let declared = DECLARED.iter().chain(added_questions()).find(|declared| declared.question == question);
    declared.is_some_and(|declared| declared.is_news(value))
}

/// Where pages contradict each other, or the wire, in the order of the pages. The hypotheses of each are the sides.
pub static DISCREPANCIES: LazyLock<Vec<&Question>> = LazyLock::new(|| {
    let disputed = PAGES.iter().flat_map(|page| page.discrepancies);
    let question = |disputed: &'static Disputed| match disputed {
        Disputed::LookedFor(question) => Some(question),
        Disputed::Declared(id) => DECLARED.iter().map(|declared| declared.question).find(|question| question.id == *id),
    };
    disputed.filter_map(question).collect()
});

/// Every rule, in the order of the pages; of a page with a flow, those of its steps first. Those on clients are last.
pub static RULES: LazyLock<Vec<&Rule>> = LazyLock::new(|| {
    let steps = |page: &&Page| page.flow.into_iter().flat_map(|flow| flow.steps).map(|step| &step.rule);
    ruled().flat_map(|page| steps(&page).chain(page.rules)).collect()
});

/// The pages with rules: those of the spec, and what public reports say about clients.
fn ruled() -> impl Iterator<Item = &'static Page> {
    PAGES.iter().copied().chain([&client_conduct::CONDUCT])
}

/// The questions, and then the discrepancies.
pub fn questions() -> impl Iterator<Item = &'static Question> {
    let added = added_questions().iter().map(|declared| declared.question);
    QUESTIONS.iter().copied().chain(added).chain(DISCREPANCIES.iter().copied())
}

/// The question or discrepancy of that id.
#[must_use]
pub fn question(id: &str) -> Option<&'static Question> {
    questions().find(|question| question.id == id)
}

/// The rule of that id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// The flows that pages describe.
pub(super) fn flows() -> impl Iterator<Item = &'static Flow> {
    PAGES.iter().filter_map(|page| page.flow)
}

/// The page of that name.
#[must_use]
pub fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name() == name).copied()
}

/// What the spec says of an attribute; `None` if none of its pages describes it there.
#[must_use]
pub fn attribute(element: &str, name: &str) -> Option<&'static Attribute> {
    attributes().find(|known| known.element == element && known.name == name)
}

fn attributes() -> impl Iterator<Item = &'static Attribute> {
    PAGES.iter().flat_map(|page| page.attributes)
}

/// Every normative sentence of the pages, page by page.
pub fn sentences() -> impl Iterator<Item = Sentence> {
    ruled().flat_map(Page::sentences)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::spec::page_text;

    #[test]
    fn questions_are_numbered_as_their_page_lists_them() {
        for page in PAGES {
            for (number, asked) in (1_u8..).zip(page.questions) {
                if let Pursuit::LookedFor(question) = &asked.pursuit {
                    assert_eq!((question.page, question.number), (page.name(), Some(number)), "{}", question.id);
                }
            }
            for disputed in page.discrepancies {
                let page_of = |id: &str| question(id).map(|question| question.page);
                let is_here = match disputed {
                    Disputed::LookedFor(question) => question.page == page.name(),
                    Disputed::Declared(id) => page_of(id) == Some(page.name()),
                };
                assert!(is_here, "{disputed:?}");
            }
        }
    }

    #[test]
    fn declared_questions_are_read_and_are_those_that_pages_ask() {
        let mut declared = 0;
        for (_, text) in DECLARATIONS {
            declared += declared::read(text).unwrap_or_else(|wrong| panic!("{wrong}: {text}")).len();
        }
        let is_declared = |asked: &&Asked| matches!(asked.pursuit, Pursuit::Declared);
        let is_declared_dispute = |disputed: &&Disputed| matches!(disputed, Disputed::Declared(_));
        let disputed = PAGES.iter().flat_map(|page| page.discrepancies).filter(is_declared_dispute).count();
        let asked = PAGES.iter().flat_map(|page| page.questions).filter(is_declared).count() + disputed;
        assert_eq!((declared, DECLARED.len()), (asked, asked));
    }

    #[test]
    fn names_ids_and_fingerprints_are_unique() {
        let names: BTreeSet<_> = PAGES.iter().map(|page| page.name()).collect();
        assert_eq!(names.len(), PAGES.len());
        let ids: BTreeSet<_> = questions().map(|question| question.id).collect();
        assert_eq!(ids.len(), QUESTIONS.len() + DISCREPANCIES.len());
        for page in PAGES {
            let fingerprints: BTreeSet<_> = page.questions.iter().map(|asked| asked.fingerprint).collect();
            assert_eq!(fingerprints.len(), page.questions.len(), "{}", page.name());
        }
    }

    #[test]
    fn every_question_and_rule_has_a_text_and_every_text_is_of_one() {
        let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for question in questions() {
            texts.entry(question.texts).or_default().push(question.id);
        }
        for rule in RULES.iter() {
            texts.entry(rule.texts).or_default().push(rule.id);
        }
        for (text, ids) in texts {
            for id in &ids {
                assert!(page_text::section(text, id).len() > 100, "{id} has no text");
            }
            for heading in page_text::headings(text) {
                let start = heading.trim_end_matches('*');
                assert!(ids.iter().any(|id| *id == heading || start != heading && id.starts_with(start)), "{heading}");
            }
        }
    }

    #[test]
    fn each_attribute_stands_once() {
        for (index, one) in attributes().enumerate() {
            let again = attributes().take(index).any(|other| (other.element, other.name) == (one.element, one.name));
            assert!(!again, "{}@{}", one.element, one.name);
            assert!(!one.says.ends_with('.') && one.says.len() > 8);
        }
        assert!(attribute("offer", "call-id").is_some_and(|it| it.required));
        assert_eq!(attribute("offer", "caller_pn"), None);
    }

    #[test]
    fn every_rule_checks_a_sentence_and_every_sentence_has_a_rule_or_a_reason() {
        let checked: BTreeSet<_> = sentences().flat_map(|sentence| sentence.rules).collect();
        let rules: BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
        assert_eq!(checked, rules);
        for sentence in sentences() {
            assert!(!sentence.rules.is_empty() || sentence.not_shown.len() > 10, "{sentence:?}");
            assert!(RULES.iter().any(|rule| rule.page == sentence.page), "{sentence:?}");
        }
    }

    #[test]
    fn the_places_of_a_page_are_told_apart() {
        let mut places = BTreeSet::new();
        for sentence in sentences() {
            assert!(places.insert((sentence.page, sentence.place)), "{sentence:?} stands twice");
        }
    }
}
