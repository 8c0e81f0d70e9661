//! The commands of the ladder screen.

use std::sync::Arc;

use super::parts::parts;
use super::state::{Focus, Fold, LadderScreen};
use crate::call::{Call, People, Row};
use crate::diagram::{Picture, Step as DiagramStep};
use crate::notes::Subject;
use crate::origin::CaptureId;
use crate::protocol::binary::Jid;
use crate::protocol::xml;
use crate::report;
use crate::spec::{Conformance, Judged};
use crate::tui::kit::bindings::Context;
use crate::tui::kit::command::{Command, Movement};
use crate::tui::kit::times::Times;
use crate::tui::screen::{FILTER, Formats, Screen, Step, origins, scrolled, wireshark_filter};
use crate::tui::shared::{Shared, find_call};

const FORMATS: Formats = &[
    ("txt", "the ladder as shown, as text"),
    ("svg", "the ladder as a picture"),
    ("mmd", "the ladder as a Mermaid diagram"),
    ("md", "the ladder as a Mermaid code block, as GitHub renders it"),
    ("xml", "the selected stanza"),
];

impl LadderScreen {
    /// The rung of what the selected row answers, otherwise of its first answer.
    fn answer(&self) -> Option<usize> {
        let (judged, row) = self.place()?;
        let rows = &judged.call.rows;
        let answers = rows.get(row)?.answers.get();
        let found = answers.or_else(|| rows.iter().position(|other| other.answers.get() == Some(row)))?;
        self.rung_of(self.rung()?.call, found)
    }

    /// The next or previous rung with a badge.
    fn badge(&self, forward: bool) -> Option<usize> {
        let here = self.rung_index()?;
        let has_badge = |rung: &usize| self.at(*rung).is_some_and(|(judged, row)| has_badge(judged, row));
        if forward { (here + 1..self.diagram.steps.len()).find(has_badge) } else { (0..here).rev().find(has_badge) }
    }

    /// The next or previous rung with a mark.
    fn mark(&self, forward: bool, shared: &Shared) -> Option<usize> {
        let here = self.rung_index()?;
        let marked = self.calls.iter().enumerate().flat_map(|(call, judged)| {
            let own = Subject::of_call(&judged.call);
            let of_call = move |subject: &&Subject| subject.call == own.call && subject.creator == own.creator;
            let subjects = shared.notes.iter().map(|(subject, _)| subject).filter(of_call);
            subjects.filter_map(move |subject| self.rung_of(call, row_of(&judged.call, subject)?))
        });
        if forward { marked.filter(|rung| *rung > here).min() } else { marked.filter(|rung| *rung < here).max() }
    }

    /// Ticks the selected stanza, removes the tick, or compares it with the ticked one.
    fn tick(&mut self, shared: &mut Shared) -> Option<Step> {
        let here = self.rung_index();
        match self.ticked {
            Some(ticked) if Some(ticked) == here => self.ticked = None,
            Some(_) => return self.compared(shared),
            None => {
                self.ticked = here;
                shared.say("Ticked (‹tick› on another stanza compares the two)");
            }
        }
        None
    }

    fn compared(&mut self, shared: &mut Shared) -> Option<Step> {
        let at = |rung: usize| self.at(rung).map(|(judged, row)| (Arc::clone(judged), row));
        let pair = self.ticked.and_then(at).zip(self.rung_index().and_then(at));
        match pair.filter(|_| self.ticked != self.rung_index()) {
            Some((one, other)) => {
                self.ticked = None;
                Some(Step::CompareStanzas([one, other]))
            }
            None => {
                shared.say("To compare two, tick one with Space, then press d on the other");
                None
            }
        }
    }

    fn fold_more(&mut self, shared: &mut Shared) {
        self.fold = match self.fold {
            Fold::Nothing => Fold::Noise,
            Fold::Noise if shared.filter.is_some() => Fold::Filtered,
            Fold::Noise | Fold::Filtered => Fold::Nothing,
        };
        self.arrange(shared.selection());
        let folded = self.diagram.arrows().count() - self.rungs_shown();
        shared.say(match self.fold {
            Fold::Nothing => "All rows are shown".to_owned(),
            Fold::Noise => format!("Acks, receipts and keep-alives are folded ({folded} rows)"),
            Fold::Filtered => format!("Only rows that match the filter are shown ({folded} folded)"),
        });
    }

    fn toggle_steps(&mut self, shared: &mut Shared) {
        self.toggle_expected(shared.selection());
        let flows: Vec<_> = self.calls.iter().filter_map(|judged| judged.flow.as_ref()).collect();
        let hidden: usize = flows.iter().map(|flow| flow.hidden()).sum();
        shared.say(match (self.expected, flows.is_empty()) {
            (false, _) => "Expected steps that were not seen are hidden".to_owned(),
            (true, true) => "The spec has no flow for a call with this outcome".to_owned(),
            (true, false) => {
                let steps = self.diagram.steps.iter();
                let missing = steps.filter(|step| matches!(step, DiagramStep::Expected(_))).count();
                format!("Expected steps: {missing} not seen, {hidden} not visible from this device")
            }
        });
    }

    /// Measures times from the selected row, or from the start again if that is the reference already.
    fn set_reference(&self, shared: &mut Shared) {
        let Some(time) = self.place().and_then(|(judged, row)| judged.call.aligned(row)) else { return };
        (shared.times, shared.reference) = if shared.times == Times::Reference(time) {
            (Times::Start, None)
        } else {
            (Times::Reference(time), Some(time))
        };
        shared.say(format!("Times: {}", shared.times.description()));
    }

    /// Shows the next layer that the stanza came through.
    fn next_layer(&mut self, down: bool, shared: &mut Shared) {
        let Some((judged, row)) = self.place().map(|(judged, row)| (Arc::clone(judged), row)) else { return };
        let Some(row) = judged.call.rows.get(row) else { return };
        let capture = shared.analysis.as_deref().and_then(|analysis| analysis.capture(row.observed.capture()));
        self.layer = self.layer.next(down, |layer| layer.is_in(row, capture));
        self.follows_part = self.part.is_some();
        self.say_part(row, shared);
    }

    /// Says where the bytes of the selected element or attribute are.
    fn say_part(&self, row: &Row, shared: &mut Shared) {
        let parts = parts(row.observed.read().node.root());
        if let Some(part) = self.part.and_then(|part| parts.get(part)) {
            shared.say(part.description(row, self.layer, &shared.layer_bytes));
        }
    }

    /// Selects the next or previous element or attribute, and says where its bytes are.
    fn next_part(&mut self, forward: bool, shared: &mut Shared) {
        let Some((judged, row)) = self.place().map(|(judged, row)| (Arc::clone(judged), row)) else { return };
        let Some(row) = judged.call.rows.get(row) else { return };
        let last = parts(row.observed.read().node.root()).len().saturating_sub(1);
        let movement = if forward { Movement::Down } else { Movement::Up };
        self.part = Some(self.part.map_or(0, |part| movement.from(part, last, 1)));
        (self.stanza_scroll, self.follows_part) = (shared.viewport.scroll, true);
        self.say_part(row, shared);
    }

    /// The XML of the selected stanza.
    fn stanza_xml(&self, shared: &Shared) -> Option<String> {
        let (judged, row) = self.place()?;
        Some(xml::write(shared.node(&judged.call, row)?.as_ref()))
    }
}

impl Screen for LadderScreen {
    fn context(&self) -> Context {
        match self.focus {
            Focus::Ladder => Context::Ladder,
            Focus::Stanza => Context::Stanza,
        }
    }

    fn go(&mut self, movement: Movement, shared: &Shared) {
        match self.focus {
            Focus::Stanza => {
                if std::mem::take(&mut self.follows_part) {
                    self.stanza_scroll = shared.viewport.scroll;
                }
                scrolled(&mut self.stanza_scroll, movement, shared);
            }
            Focus::Ladder => {
                let last = self.lines.len().saturating_sub(1);
                self.select_line(movement.from(self.selected, last, shared.viewport.page));
            }
        }
    }

    fn update(&mut self, command: Command, shared: &mut Shared) -> Option<Step> {
        match command {
            Command::SwitchFocus => {
                self.focus = match self.focus {
                    Focus::Ladder => Focus::Stanza,
                    Focus::Stanza => Focus::Ladder,
                };
            }
            Command::Grow => shared.split = shared.split.grown(),
            Command::Shrink => shared.split = shared.split.shrunk(),
            Command::Media => return self.place().map(|(judged, _)| Step::Media(Arc::clone(judged))),
            Command::FollowAnswer => return self.answer().map(Step::Rung),
            Command::NextEvidence | Command::PreviousEvidence => {
                let forward = command == Command::NextEvidence;
                let found = self.badge(forward);
                if found.is_none() {
                    shared.say(format!("No row with a badge {}", if forward { "below" } else { "above" }));
                }
                return found.map(Step::Rung);
            }
            Command::NextMark | Command::PreviousMark => {
                let forward = command == Command::NextMark;
                let found = self.mark(forward, shared);
                if found.is_none() {
                    shared.say(format!("No mark {}", if forward { "below" } else { "above" }));
                }
                return found.map(Step::Rung);
            }
            Command::Tick => return self.tick(shared),
            Command::Compare => return self.compared(shared),
            Command::InFull => {
                self.in_full = !self.in_full;
                self.stanza_scroll = 0;
            }
            Command::PanLeft => self.pan = Some(shared.viewport.lane.saturating_sub(1)),
            Command::PanRight => self.pan = Some(shared.viewport.lane.saturating_add(1)),
            Command::Fold => self.fold_more(shared),
            Command::Expected => self.toggle_steps(shared),
            Command::Layer | Command::LayerAbove => {
                self.next_layer(command == Command::Layer, shared);
                self.stanza_scroll = 0;
            }
            Command::NextPart | Command::PreviousPart => self.next_part(command == Command::NextPart, shared),
            Command::Reference => self.set_reference(shared),
            _ => {}
        }
        None
    }

    fn subject(&self, shared: &Shared) -> Option<(report::Subject, Option<(usize, usize)>)> {
        let (judged, row) = self.place()?;
        let call = find_call(shared.calls(), &judged.call)?;
        Some((report::Subject::Call(call), Some((call, row))))
    }

    fn noted(&self, _shared: &Shared) -> Option<(Subject, Vec<CaptureId>)> {
        let (judged, row) = self.place()?;
        Some((Subject::of_row(&judged.call, row)?, vec![judged.call.rows.get(row)?.observed.capture()]))
    }

    fn copied(&self, shared: &Shared) -> Option<(&'static str, String)> {
        Some(("Stanza", self.stanza_xml(shared)?))
    }

    fn also_copied(&self, shared: &Shared) -> Vec<(&'static str, String)> {
        let Some((judged, row)) = self.place() else { return Vec::new() };
        let origin = judged.call.rows.get(row).map(|row| row.observed.stanza.origin);
        let filter = origin.and_then(|origin| wireshark_filter(shared, [origin])).map(|filter| (FILTER, filter));
        let of_call = wireshark_filter(shared, origins(self.calls.iter().map(|judged| judged.call.as_ref())));
        let of_call = of_call.map(|filter| ("… of the call", filter));
        let id = (!judged.call.id.is_empty()).then(|| ("Call-id", judged.call.id.to_string()));
        filter.into_iter().chain(of_call).chain(id).collect()
    }

    fn packets(&self, _shared: &Shared) -> Vec<Arc<Judged>> {
        self.calls.clone()
    }

    fn formats(&self, shared: &Shared) -> Option<(String, Formats)> {
        let number = match self.calls.as_slice() {
            [judged] => find_call(shared.calls(), &judged.call),
            _ => None,
        };
        Some((number.map_or_else(|| "calls".to_owned(), |call| format!("call-{}", call + 1)), FORMATS))
    }

    fn written(&self, extension: &str, shared: &Shared) -> Option<String> {
        if extension == "xml" {
            return self.stanza_xml(shared);
        }
        let name = |jid: &Jid, people: &People| shared.names.of(jid, people);
        let picture = Picture {
            diagram: &self.diagram,
            shown: self.lines.as_ref().into(),
            is_folded: self.fold == Fold::Noise,
            name: &name,
        };
        match extension {
            "txt" => {
                let mut out = Vec::new();
                picture.text(&mut out).ok()?;
                String::from_utf8(out).ok()
            }
            "svg" => Some(picture.svg(shared.analysis.as_deref()?)),
            "mmd" => Some(picture.mermaid(shared.analysis.as_deref()?)),
            _ => Some(format!("```mermaid\n{}```\n", picture.mermaid(shared.analysis.as_deref()?))),
        }
    }
}

/// Returns whether a row is evidence, violates a rule, or is a novelty.
fn has_badge(judged: &Judged, row: usize) -> bool {
    let departs = |found| matches!(found, Conformance::Violated | Conformance::Novelty);
    judged.is_telling(row) || judged.places_in(row).any(|place| departs(place.found))
}

/// The row of a call that a note is about.
pub(in crate::tui) fn row_of(call: &Call, subject: &Subject) -> Option<usize> {
    let key = subject.stanza.as_ref()?;
    let may_be = |index: &usize| {
        let id = call.rows.get(*index).and_then(|row| row.observed.read().id.as_deref());
        id.is_none_or(|id| *id == *key.id)
    };
    let mut candidates = (0..call.rows.len()).filter(may_be);
    candidates.find(|index| Subject::of_row(call, *index).as_ref() == Some(subject))
}
