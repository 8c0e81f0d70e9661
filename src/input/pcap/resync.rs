//! Where a damaged capture goes on.
//!
//! Nothing in a capture marks where a record begins. But records and blocks state their lengths, so that each leads
//! to the next: a place from which several follow each other, and make sense, is one.

use std::ops::Range;

use crate::input::diagnoses::DAMAGED;
use crate::input::model::Sink;
use crate::input::source::Source;
use crate::origin::RecordNumber;

/// How many bytes behind a place are looked at to tell whether the capture goes on there. Records and blocks that
/// are to be recognised in so many are at most [`LONGEST`] long.
const WINDOW: usize = 4 << 20;

/// The longest record or block, header included, that leads from one place to the next.
pub(super) const LONGEST: usize = WINDOW / 8;

/// How a place is recognised at which a damaged capture goes on.
pub(super) trait Start {
    /// At which offset from such a place one of which two bytes stands, so that most places need no second look.
    fn mark(&self) -> (usize, [u8; 2]);

    /// Whether the capture goes on with `data`, which are the last of the input if `is_last`. It does not go on with
    /// zeros.
    fn is_at(&self, data: &[u8], is_last: bool) -> bool;
}

/// Reports damage after `record`, skips it, and says whether the capture goes on.
pub(super) fn damaged(
    source: &mut Source<'_>,
    record: RecordNumber,
    what: &str,
    start: &impl Start,
    out: &mut dyn Sink,
) -> bool {
    let anomaly = source.anomaly(&DAMAGED, record);
    let from = source.offset();
    // What begins here is the damage.
    source.consume(1);
    let goes_on = skip_to(start, source);
    let rest = if goes_on {
        format!("read on at byte {}", source.offset())
    } else {
        "nothing after it could be read".to_owned()
    };
    let detail = format!("{what} at byte {from}, after record {record}; {rest}");
    out.anomaly(anomaly.bytes(source.offset() - from).detail(detail));
    goes_on
}

/// Whether the capture goes on at a place after the first byte of `data` and before `end`.
pub(super) fn goes_on_within(data: &[u8], end: usize, is_last: bool, start: &impl Start) -> bool {
    find(start, data, 1..end, is_last).is_some()
}

/// Skips the input up to the first place where it goes on, or its end, and says which.
fn skip_to(start: &impl Start, source: &mut Source<'_>) -> bool {
    loop {
        let is_last = !source.reach(2 * WINDOW);
        let data = source.data();
        let end = if is_last { data.len() } else { data.len() - WINDOW };
        let found = find(start, data, 0..end, is_last);
        source.consume(found.unwrap_or(end));
        if found.is_some() || is_last {
            return found.is_some();
        }
    }
}

/// The first of these places in `data` where the capture goes on.
fn find(start: &impl Start, data: &[u8], places: Range<usize>, is_last: bool) -> Option<usize> {
    /// Preallocated files end in these, and crashes leave them.
    const ZEROS: [u8; 1024] = [0; 1024];
    /// How many zeros at most may begin something else.
    const OVERLAP: usize = 32;
    let (offset, [one, other]) = start.mark();
    let mut at = places.start;
    while at < places.end {
        let rest = data.get(at..)?;
        if rest.starts_with(&ZEROS) {
            at += ZEROS.len() - OVERLAP;
            continue;
        }
        let ahead = memchr::memchr2(one, other, rest.get(offset..)?)?;
        if ahead == 0 && start.is_at(rest, is_last) {
            return Some(at);
        }
        at += ahead.max(1);
    }
    None
}
