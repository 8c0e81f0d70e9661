//! Where a stanza comes from: the record, related stanzas, what the server changed, and the layers.

use ratatui::style::Style;
use ratatui::text::Line;

use super::panel::Panel;
use crate::analysis::Capture;
use crate::call::{Call, Change, Clock, How, Row, What};
use crate::origin::Direction;
use crate::protocol::stanza::Body;
use crate::tui::kit::text::{shown, visible_all};
use crate::tui::kit::times::{latency, transit};
use crate::words::{clock_precise, count, offset};

/// The most answers and copies of a stanza named.
const ANSWERS_NAMED: usize = 4;

/// The most changes to a stanza named.
const CHANGES_NAMED: usize = 24;

/// The most columns of the name of a device or a capture.
const NAME: usize = 60;

impl Panel<'_> {
    /// Writes where, when and by whom it was recorded.
    pub(super) fn place(&mut self, call: &Call, index: usize, row: &Row) {
        let origin = row.observed.stanza.origin;
        let direction = match origin.direction {
            Some(Direction::Outbound) => "out",
            Some(Direction::Inbound) => "in",
            None => "direction unknown",
        };
        // A single vantage is visible in the ladder already.
        let vantage = call.vantage_of(row).filter(|_| call.vantages.len() > 1);
        let device = vantage.and_then(|vantage| vantage.device.jid());
        let device = device.map(|jid| self.shared.names.of(jid, &call.people));
        let clock = vantage
            .and_then(|vantage| vantage.clock)
            .filter(|clock| *clock != Clock::SAME)
            .map(|clock| format!("clock {} to {} behind the first vantage's", offset(clock.least), offset(clock.most)));
        let analysis = self.shared.analysis.as_deref();
        let also = row.also.iter().map(|other| {
            let name = analysis.and_then(|analysis| analysis.capture(other.capture()));
            let name = name.map_or_else(String::new, |capture| format!(" of {}", shown(&capture.name, NAME)));
            format!("also {}{name}", other.stanza.origin)
        });
        let copy = row
            .copy_of
            .get()
            .and_then(|copy| call.rows.get(copy))
            .map(|copy| format!("the sender's copy is {}", copy.observed.stanza.origin));
        let capture = analysis.and_then(|analysis| analysis.capture(origin.capture));
        let connections = capture.map_or("connection", Capture::connections_are);
        let capture = capture.filter(|_| analysis.is_some_and(|analysis| analysis.captures.len() > 1));
        let facts = [
            origin.to_string(),
            origin.time.map_or_else(String::new, clock_precise),
            direction.to_owned(),
            format!("emitter {}", row.emitter.name()),
            origin.connection.map_or_else(String::new, |id| format!("{connections} {}", id.0)),
            format!("phase {}", row.phase.name()),
            device.map_or_else(String::new, |device| format!("seen by {}", shown(&device, NAME))),
            capture.map_or_else(String::new, |capture| shown(&capture.name, NAME).into_owned()),
        ];
        let facts: Vec<String> =
            facts.into_iter().chain(self.step(index)).chain(clock).chain(copy).chain(also).collect();
        self.facts(&facts, Style::new());
    }

    /// Writes what it answers, what answers it, and what it repeats.
    pub(super) fn related(&mut self, call: &Call, index: usize, row: &Row) {
        let name = |row: &Row| {
            let action = row.action.as_ref().map_or("", |action| action.as_str());
            let tag = match row.observed.read().body {
                Body::Call(_) => "",
                _ => row.observed.read().node.tag(),
            };
            format!(
                "{}{}{}",
                shown(tag, NAME),
                if tag.is_empty() || action.is_empty() { "" } else { " " },
                shown(action, NAME)
            )
        };
        let record = |row: &Row| row.observed.stanza.origin.last;
        let took = |index: usize| latency(call, index).map_or_else(String::new, |took| format!(" after {took}"));
        if let Some(asked) = row.answers.get().and_then(|asked| call.rows.get(asked)) {
            let answer = format!("answers {} in record {}{}", name(asked), record(asked), took(index));
            self.facts(&[answer], self.theme.accent);
        }
        let mut answers =
            call.rows.iter().enumerate().skip(index).filter(|(_, other)| other.answers.get() == Some(index));
        let named = answers.by_ref().take(ANSWERS_NAMED);
        let mut named: Vec<_> = named
            .map(|(index, other)| format!("{} {}{}", other.observed.read().node.tag(), record(other), took(index)))
            .collect();
        if let more @ 1.. = answers.count() {
            named.push(format!("{more} more"));
        }
        match named.first_mut() {
            Some(first) => {
                first.insert_str(0, "answered by ");
                self.facts(&named, self.theme.accent);
            }
            None if matches!(row.observed.read().body, Body::Call(_)) => {
                self.facts(&["no answer seen".to_owned()], self.theme.muted);
            }
            None => {}
        }
        if let Some(first) = row.repeats.get().and_then(|first| call.rows.get(first)) {
            self.facts(&[format!("resent: first sent in record {}", record(first))], self.theme.warning);
        }
    }

    /// Writes what the server added, dropped, changed and reordered, in this copy or in the copies of this stanza.
    pub(super) fn changes(&mut self, call: &Call, index: usize) {
        if call.vantages.len() < 2 {
            return;
        }
        let copies =
            call.rows.iter().enumerate().filter(|(_, row)| row.copy_of.get() == Some(index)).map(|(copy, _)| copy);
        let copies: Vec<usize> = copies.take(ANSWERS_NAMED).collect();
        for copy in copies {
            let Some(row) = call.rows.get(copy) else { continue };
            let took = transit(call, index, copy).map_or_else(String::new, |took| format!(", {took} later"));
            let device = call.vantage_of(row).and_then(|vantage| vantage.device.jid());
            let device = device.map(|jid| self.shared.names.of(jid, &call.people));
            let device = device.map_or_else(String::new, |device| format!(" by {}", shown(&device, NAME)));
            self.facts(&[format!("received in {}{device}{took}", row.observed.stanza.origin)], self.theme.accent);
            self.server_changes(call, copy);
        }
        let original = call.rows.get(index).and_then(|row| row.copy_of.get());
        if let Some(original) = original {
            if let Some(took) = transit(call, original, index) {
                self.facts(&[format!("{took} in transit")], self.theme.accent);
            }
            self.server_changes(call, index);
        }
    }

    fn server_changes(&mut self, call: &Call, copy: usize) {
        let Some(changes) = call.changes(copy) else { return };
        let named = |how: How, word: &str| {
            let of_kind: Vec<_> = changes.iter().filter(|change| change.how == how).collect();
            let mut names: Vec<_> = of_kind.iter().take(CHANGES_NAMED).map(|change| named(change)).collect();
            if let more @ 1.. = of_kind.len().saturating_sub(CHANGES_NAMED) {
                names.push(format!("{more} more"));
            }
            if names.is_empty() { String::new() } else { format!("{word} {}", names.join(", ")) }
        };
        let parts = [named(How::Added, "added"), named(How::Dropped, "dropped"), named(How::Changed, "changed")];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let text = match parts.as_slice() {
            [] => "the server forwarded it unchanged".to_owned(),
            parts => format!("the server {}", parts.join("; ")),
        };
        self.facts(&[text], self.theme.novelty);
    }

    /// The step of the spec's flow that it is.
    fn step(&self, index: usize) -> Option<String> {
        let flow = self.judged.flow.as_ref()?;
        let (number, odd) = flow.place_of(index)?;
        let odd = odd.map_or_else(String::new, |odd| format!(", {odd}"));
        Some(format!("step {number} of {}{odd}", flow.flow.page))
    }

    /// Writes the layers that it came through, from the outermost.
    pub(super) fn layers(&mut self, row: &Row) {
        let origin = row.observed.stanza.origin;
        let capture = self.shared.analysis.as_deref().and_then(|analysis| analysis.capture(origin.capture));
        let is_stream = capture.is_none_or(Capture::has_packets);
        let of = if is_stream { "its stream" } else { "the capture" };
        let mut facts = vec![origin.to_string(), format!("byte {} of {of}", count(origin.offset))];
        match &row.observed.read().wire {
            Some(wire) => facts.extend([
                format!("Noise counter {}", wire.counter),
                format!("frame {} bytes", count(wire.ciphertext.len() as u64)),
                format!("WABinary {} bytes", count(wire.plaintext.len() as u64)),
            ]),
            None => facts.push("recorded as text, without bytes".to_owned()),
        }
        self.lines.push(Line::default());
        self.facts(&facts, self.theme.muted);
    }
}

/// The name of what changed; for the root element without the element: `t`, `offer <net>`.
fn named(change: &Change) -> String {
    let inside = change.element.split_once('/').map(|(_, inside)| visible_all(inside));
    let inside = inside.map_or_else(String::new, |inside| format!("{inside} "));
    let what = match &change.what {
        What::Attribute(name) => visible_all(name).into_owned(),
        What::Child(tag) => format!("<{}>", visible_all(tag)),
        What::Content => "its content".to_owned(),
        What::Order => "the order of its children".to_owned(),
    };
    format!("`{inside}{what}`")
}
