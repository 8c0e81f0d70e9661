//! The lists of questions and rules: their pages, what is left out, and looking for a text in them.

use crate::spec;
use crate::spec::RULES;
use crate::spec::index::{Entry, State};
use crate::tui::board::Asked;
use crate::tui::model::Model;
use crate::tui::screen::Screen;

/// How the program stands to a question, in a word or two.
pub(in crate::tui) fn standing(entry: &Entry) -> String {
    entry.state.name().replace('-', " ")
}

/// Why a question is not looked for, where it is not: in a word, and the reason.
pub(in crate::tui) fn reason(entry: &Entry) -> Option<(&'static str, String)> {
    match entry.state {
        State::OutOfReach(why) => Some(("No recording can show it", why.to_owned())),
        State::NotYet(missing) => Some(("It is not looked for yet; missing is", missing.to_owned())),
        State::LookedFor(_) | State::SameAs(_) => None,
    }
}

/// Leaves out the questions that no evidence bears on, or shows them again. What is selected stays selected.
pub(super) fn only_evidence(model: &mut Model) {
    let selected = match (model.screens.last(), &model.board) {
        (Some(Screen::Questions { selected }), Some(board)) => board.finding_at(*selected).map(|it| it.question.id),
        _ => None,
    };
    model.with_evidence = !model.with_evidence;
    model.renew_board();
    let Some(board) = &model.board else { return };
    let lines = 0..board.asked.len();
    let is_same = |line: &usize| board.finding_at(*line).map(|it| it.question.id) == selected;
    let place = lines.clone().find(is_same).unwrap_or_default();
    model.message = Some(if model.with_evidence {
        format!("{} questions that evidence bears on", lines.len())
    } else {
        format!("All {} questions", lines.len())
    });
    if let Some(Screen::Questions { selected }) = model.screens.last_mut() {
        *selected = place;
    }
}

/// Goes to the next question with the text that is looked for.
pub(super) fn find_question(model: &mut Model, forward: bool) {
    let text = model.search.text.clone();
    let (Some(Screen::Questions { selected }), Some(board)) = (model.screens.last_mut(), &model.board) else { return };
    let has = |line: &usize| {
        let said = match board.asked.get(*line) {
            Some(Asked::Unsought(entry)) => format!("{} {} {}", standing(entry), entry.place(), entry.title),
            _ => board.finding_at(*line).map_or_else(String::new, |it| {
                format!("{} {} {} {}", it.question.id, it.question.place(), it.question.title, it.verdict.name())
            }),
        };
        said.to_lowercase().contains(&text)
    };
    let (here, count) = (*selected, board.asked.len());
    let found = if forward {
        (here + 1..count).chain(0..count.min(here + 1)).find(has)
    } else {
        (0..here.min(count)).rev().chain((here..count).rev()).find(has)
    };
    match found {
        Some(line) => *selected = line,
        None => model.message = Some(format!("\"{text}\" is in no question shown")),
    }
}

/// Shows the page of the selected question or rule.
pub(super) fn page(model: &mut Model) {
    let board = model.board.as_ref();
    let unsought = match (model.screens.last(), board) {
        (Some(Screen::Questions { selected }), Some(board)) => board.asked.get(*selected),
        _ => None,
    };
    if let Some(Asked::Unsought(entry)) = unsought
        && let Some((says, why)) = reason(entry)
    {
        let (page, text) = (entry.page, format!("{} ({})\n\n*{says}:* {why}.", entry.title, entry.place()));
        model.leave_mark();
        model.screens.push(Screen::Page { title: page, text, scroll: 0 });
        return;
    }
    let question = match model.screens.last() {
        Some(Screen::Questions { selected }) => {
            board.and_then(|board| board.finding_at(*selected)).map(|finding| finding.question)
        }
        Some(Screen::Evidence { question, .. }) => spec::question(question),
        _ => None,
    };
    let rule = match model.screens.last() {
        Some(Screen::Rules { selected }) => RULES.get(*selected).copied(),
        Some(Screen::Places { rule, .. }) => spec::rule(rule),
        _ => None,
    };
    let of_question = question.map(|question| (question.id, question.text()));
    if let Some((title, text)) = of_question.or_else(|| rule.map(|rule| (rule.id, rule.text()))) {
        model.leave_mark();
        model.screens.push(Screen::Page { title, text, scroll: 0 });
    }
}
