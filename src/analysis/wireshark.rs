//! Display filters for Wireshark.

use std::collections::{BTreeMap, BTreeSet};

use crate::origin::{Origin, RecordNumber};

/// The display filter that shows these records in Wireshark; `None` if none of them is on a TCP connection. They are of one
/// capture of packets, so that records are Wireshark's frames, and connections its streams.
///
/// ```
/// use ringtrace::analysis::display_filter;
/// use ringtrace::origin::{CaptureId, ConnectionId, Origin};
///
/// let at = |record| Origin { connection: Some(ConnectionId(1)), ..Origin::of_record(CaptureId(0), record, 0, None) };
/// assert_eq!(display_filter([at(166)]).unwrap(), "tcp.stream==1 && frame.number==166");
/// assert_eq!(display_filter([166, 167, 170].map(at)).unwrap(), "tcp.stream==1 && frame.number in {166..167, 170}");
/// ```
#[must_use]
pub fn display_filter(origins: impl IntoIterator<Item = Origin>) -> Option<String> {
    let mut streams: BTreeMap<u32, BTreeSet<(RecordNumber, RecordNumber)>> = BTreeMap::new();
    for origin in origins {
        streams.entry(origin.connection?.0).or_default().insert((origin.first, origin.last));
    }
    let several = streams.len() > 1;
    let parts = streams.into_iter().map(|(stream, records)| {
        let filter = format!("tcp.stream=={stream} && {}", numbers(records));
        if several { format!("({filter})") } else { filter }
    });
    let parts: Vec<_> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(" || "))
}

/// A filter for frames, given as ranges by their first number.
fn numbers(records: BTreeSet<(RecordNumber, RecordNumber)>) -> String {
    let mut ranges: Vec<(RecordNumber, RecordNumber)> = Vec::new();
    for (first, last) in records {
        match ranges.last_mut() {
            Some(range) if first <= range.1.saturating_add(1) => range.1 = range.1.max(last),
            _ => ranges.push((first, last)),
        }
    }
    let range = |(first, last): &(RecordNumber, RecordNumber)| match first == last {
        true => first.to_string(),
        false => format!("{first}..{last}"),
    };
    match ranges.as_slice() {
        [(first, last)] if first == last => format!("frame.number=={first}"),
        ranges => format!("frame.number in {{{}}}", ranges.iter().map(range).collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::{CaptureId, ConnectionId};

    #[test]
    fn frames_are_joined_to_ranges_by_stream() {
        let at = |stream, first, last| Origin {
            connection: Some(ConnectionId(stream)),
            first,
            ..Origin::of_record(CaptureId(0), last, 0, None)
        };
        let filter = display_filter([at(3, 9, 9), at(0, 5, 7), at(0, 8, 8), at(0, 20, 20), at(0, 6, 6)]).unwrap();
        assert_eq!(filter, "(tcp.stream==0 && frame.number in {5..8, 20}) || (tcp.stream==3 && frame.number==9)");
        assert_eq!(display_filter([]), None);
        assert_eq!(display_filter([Origin { connection: None, ..at(0, 1, 1) }]), None);
    }
}
