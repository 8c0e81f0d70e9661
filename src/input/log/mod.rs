//! Logs of client programs, and pasted text: lines, some of which hold stanzas. Joins at the node layer.
//!
//! A record is a line. Lines with stanzas are found by a marker anywhere in them, so neither what a supervisor put
//! before it nor colours matter, and one log may mix the lines of several clients with any others. Each client's lines
//! are a [`LineFormat`].

mod entry;

mod names;

mod clock;

mod twins;

mod pending;

mod envelope;

mod scanner;

mod json_node;

pub(crate) mod frames;

mod printed;

mod surroundings;

mod finder;

mod flat;

mod pino;

mod by_message;

mod by_logger;

mod web;

mod ringtrace;

mod nodes;

mod xml;

mod recorder;

mod events;

pub(crate) mod corpus;

pub(super) use by_logger::{WHATSAPP_RUST, WHATSMEOW};
pub(super) use by_message::{BAILEYS, ZAPO};
pub(super) use entry::LineFormat;
pub(super) use events::{EVENT_VALUES, EVENTS};
pub(super) use nodes::NODES;
pub(super) use recorder::RECORDER;
pub(super) use ringtrace::RINGTRACE;
pub(super) use scanner::{has_entry, read};
pub(super) use web::{DIAGNOSTIC as WEB_DIAGNOSTIC, HOOK as WEB_HOOK};
pub(super) use xml::XML;
