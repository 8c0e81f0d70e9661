//! Classic pcap: one header, then records (draft-ietf-opsawg-pcap).
//!
//! Read are both byte orders, microseconds and nanoseconds, the longer records of the old "modified" form, and files
//! that were joined. A record is believed because of what follows it: its length leads there. While a file is still being
//! written, a record with which it ends is believed for itself.

use std::ops::ControlFlow;

use pcap_parser::nom;
use pcap_parser::parse_pcap_header;

use crate::input::damage::cut;
use crate::input::diagnoses::CONTINUED;
use crate::input::model::{Entry, Error, Format, Piece, Sink};
use crate::input::source::Source;
use crate::origin::{Located, Origin, Timestamp};
use crate::protocol::packet::Record;

use super::form::{FILE_HEADER, Form, Header, Resumption};
use super::resync::{damaged, goes_on_within};

/// Whether an input that begins so is a classic pcap.
pub(in crate::input) fn probe(beginning: &[u8]) -> bool {
    beginning.len() >= 4 && matches!(parse_pcap_header(beginning), Ok(_) | Err(nom::Err::Incomplete(_)))
}

/// Reads a classic pcap, and returns the number of its records.
pub(in crate::input) fn read(
    format: &'static Format,
    source: &mut Source<'_>,
    out: &mut dyn Sink,
) -> Result<u64, Error> {
    if !probe(source.data()) {
        return Err(Error::NotInFormat(format.name));
    }
    source.reach(FILE_HEADER);
    let Some(mut form) = Form::announced(source.data()) else {
        cut(source, 0, out);
        return Ok(0);
    };
    out.piece(Piece::Header(source.data().get(..FILE_HEADER).unwrap_or_default()));
    source.consume(FILE_HEADER);

    let mut number = 0;
    // When, in seconds, the last record was captured whose time makes sense.
    let mut last = None;
    loop {
        if !source.reach(form.header_length) {
            if !source.data().is_empty() {
                cut(source, number, out);
            }
            return Ok(number);
        }
        match next(source, &form, last, out.is_waited_for()) {
            Next::Record { header, is_timed } => {
                number += 1;
                if is_timed {
                    last = Some(header.seconds);
                }
                let time = Some(Timestamp(form.nanoseconds(&header)));
                let length = form.length(&header);
                let whole = source.data().get(..length).unwrap_or_default();
                let data = whole.get(form.header_length..).unwrap_or_default();
                out.piece(Piece::Packet(whole));
                let entry = Entry::Record(Record { link: form.link, data, wire_length: header.wire });
                let origin =
                    Origin::of_record(source.capture(), number, source.offset(), None).timed(time, form.resolution());
                let flow = out.entry(Located::new(origin, entry));
                source.consume(length);
                if flow == ControlFlow::Break(()) {
                    return Ok(number);
                }
            }
            Next::File(another) => {
                out.anomaly(source.anomaly(&CONTINUED, number));
                out.piece(Piece::Header(source.data().get(..FILE_HEADER).unwrap_or_default()));
                source.consume(FILE_HEADER);
                (form, last) = (another, None);
            }
            Next::Cut => {
                cut(source, number, out);
                return Ok(number);
            }
            Next::Damage(what) => {
                if !damaged(source, number, what, &Resumption { form: &form, last }, out) {
                    return Ok(number);
                }
                // What was found there was found by what follows it.
                last = None;
            }
        }
    }
}

/// What stands next in the input.
enum Next {
    /// A whole record, and whether its time makes sense.
    Record { header: Header, is_timed: bool },
    /// The header of another file.
    File(Form),
    /// The beginning of a record.
    Cut,
    /// Something else.
    Damage(&'static str),
}

const IMPOSSIBLE_LENGTH: &str = "a record of impossible length";

/// Finds out what stands next, after records of which `last` is the time. There is a whole record header. `is_waited_for`
/// says that what follows may be long in coming: a sound record with which the input ends is then believed without.
fn next(source: &mut Source<'_>, form: &Form, last: Option<u32>, is_waited_for: bool) -> Next {
    let Some(header) = form.header(source.data()) else { return Next::Cut };
    if Form::may_begin(source.data())
        && source.reach(FILE_HEADER)
        && let Some(another) = Form::announced(source.data())
    {
        return Next::File(another);
    }
    if header.captured > form.longest {
        return Next::Damage(IMPOSSIBLE_LENGTH);
    }
    let length = form.length(&header);
    let start = Resumption { form, last };
    if !source.reach(length) {
        let is_damage = !header.is_possible() || goes_on_within(source.data(), usize::MAX, true, &start);
        return if is_damage { Next::Damage(IMPOSSIBLE_LENGTH) } else { Next::Cut };
    }

    let is_sound = form.is_sound(&header, last);
    if is_sound && is_waited_for && source.data().len() == length {
        return Next::Record { header, is_timed: true };
    }
    let has_follower = source.reach(length + form.header_length);
    let behind = source.data().get(length..).unwrap_or_default();
    let follower = form.header(behind);
    let agrees = behind.is_empty() || follower.is_some_and(|follower| form.is_sound(&follower, Some(header.seconds)));
    if is_sound && (agrees || Form::may_begin(behind)) {
        return Next::Record { header, is_timed: true };
    }
    // Only the time of this record may be odd.
    if header.is_possible() && last.is_some() && follower.is_some_and(|follower| form.is_sound(&follower, last)) {
        return Next::Record { header, is_timed: false };
    }
    let is_last = !source.reach(length + form.leading());
    // Nothing else than records would come out even.
    if is_last && header.is_possible() && form.leads_to_end(source.data().get(length..).unwrap_or_default()) {
        return Next::Record { header, is_timed: is_sound };
    }
    if goes_on_within(source.data(), length, is_last, &start) {
        return Next::Damage("a record of wrong length");
    }
    // The damage comes after this record, or the recorder's clock was set, or its writer has odd habits.
    let behind = source.data().get(length..).unwrap_or_default();
    if is_sound || header.is_possible() && (agrees || !has_follower || form.leads_on(behind, is_last)) {
        Next::Record { header, is_timed: is_sound || has_follower }
    } else {
        Next::Damage("a record that leads nowhere")
    }
}
