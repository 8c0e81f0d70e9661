//! Logs of client programs, and pasted text: lines, some of which hold stanzas. Joins at the node layer.
//!
//! A record is a line. What a line holds is told by a marker anywhere in it, so that neither what a supervisor put
//! before it nor colours matter, and one log may mix the lines of several clients with any others. Each client's lines
//! are a [`LineFormat`].

mod baileys;
mod clock;
mod corpus;
mod diagnoses;
mod events;
mod extent;
mod frames;
mod held;
mod json_node;
mod line;
mod pino;
mod ringtrace;
mod scanner;
mod shared;
mod web;
mod whatsapp_rust;
mod whatsmeow;
mod wrapping;
mod xml;
mod zapo;

pub(super) use baileys::BAILEYS;
pub(super) use corpus::CORPUS;
pub(super) use diagnoses::DIAGNOSES;
pub(super) use events::EVENTS;
pub(super) use frames::FRAMES;
pub(super) use line::LineFormat;
pub(super) use ringtrace::RINGTRACE;
pub(super) use scanner::read;
pub(super) use web::{DIAGNOSTIC as WEB_DIAGNOSTIC, HOOK as WEB_HOOK};
pub(super) use whatsapp_rust::WHATSAPP_RUST;
pub(super) use whatsmeow::WHATSMEOW;
pub(super) use xml::XML;
pub(super) use zapo::ZAPO;

use super::{FORMATS, Format, Reading};

/// The formats of lines, in the order in which they are tried on a line.
pub(super) fn formats() -> Vec<(&'static Format, &'static LineFormat)> {
    let lines = FORMATS.iter().filter_map(|format| match &format.reading {
        Reading::Lines(lines) => Some((format, lines)),
        Reading::Whole { .. } => None,
    });
    lines.collect()
}

/// What lines with stanzas are found by, for people: without the forms that one takes inside others' quotes.
pub(super) fn marks() -> String {
    let mut marks: Vec<String> = Vec::new();
    for mark in formats().iter().flat_map(|(_, lines)| lines.markers) {
        let is_variant = mark.contains(['"', '\\', '>']);
        let mark = format!("`{}`", mark.trim_end());
        if !is_variant && !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    marks.join(", ")
}
