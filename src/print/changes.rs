//! What the server changed in stanzas that were captured at both ends.

use std::collections::HashMap;
use std::io::{self, Write};

use crate::call::{Call, Change, How, What};
use crate::origin::RecordNumber;
use crate::visible::visible;
use crate::words::plural;

/// Records listed per line.
const LISTED: usize = 5;

/// Stanzas that reached one device with the same changes.
struct Alike {
    action: String,
    device: String,
    changes: String,
    records: Vec<RecordNumber>,
}

/// Writes one line per action, device and set of changes, in order.
pub(super) fn write(call: &Call, out: &mut impl Write) -> io::Result<()> {
    let mut all: Vec<Alike> = Vec::new();
    let mut places: HashMap<(String, usize, String), usize> = HashMap::new();
    for (index, row) in call.rows.iter().enumerate() {
        let Some(changes) = call.changes(index) else { continue };
        let tag = || row.observed.read().node.tag().to_string();
        let action = row.observed.read().action().map_or_else(tag, |action| action.name.as_str().to_owned());
        let changes = in_words(&changes);
        let place = *places.entry((action.clone(), row.vantage, changes.clone())).or_insert_with(|| {
            let device = call.vantage_of(row).and_then(|vantage| vantage.device.jid());
            let unknown = || format!("an unknown device ({})", call.role_of(row).name());
            let device = device.map_or_else(unknown, ToString::to_string);
            all.push(Alike { action, device, changes, records: Vec::new() });
            all.len() - 1
        });
        if let Some(alike) = all.get_mut(place) {
            alike.records.push(row.observed.stanza.origin.last);
        }
    }
    for Alike { action, device, changes, records } in all {
        let listed: Vec<_> = records.iter().take(LISTED).map(ToString::to_string).collect();
        let more = records.len() - listed.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let records = format!("record{} {}{more}", plural(records.len() as u64), listed.join(", "));
        writeln!(
            out,
            "    ~ {} on its way to {} ({records}): {}",
            visible(&action),
            visible(&device),
            visible(&changes)
        )?;
    }
    Ok(())
}

/// What was dropped, added and changed; each thing once, with its count.
fn in_words(changes: &[Change]) -> String {
    let mut parts = Vec::new();
    for (how, word) in [(How::Dropped, "dropped"), (How::Added, "added"), (How::Changed, "changed")] {
        let mut things: Vec<(String, usize)> = Vec::new();
        for thing in changes.iter().filter(|change| change.how == how).map(thing) {
            match things.iter_mut().find(|(known, _)| *known == thing) {
                Some((_, count)) => *count += 1,
                None => things.push((thing, 1)),
            }
        }
        let times = |(thing, count): (String, usize)| if count > 1 { format!("{thing} ({count})") } else { thing };
        let things: Vec<_> = things.into_iter().map(times).collect();
        if !things.is_empty() {
            parts.push(format!("{word} {}", things.join(", ")));
        }
    }
    if parts.is_empty() { "nothing changed".to_owned() } else { parts.join("; ") }
}

/// An attribute by name, with its element unless that is the stanza itself; a child in angle brackets.
fn thing(change: &Change) -> String {
    let inner = change.element.split_once('/').map(|(_, inner)| inner);
    let own = inner.unwrap_or(&change.element);
    match &change.what {
        What::Attribute(name) => inner.map_or_else(|| name.clone(), |inner| format!("{inner}@{name}")),
        What::Child(tag) => inner.map_or_else(|| format!("<{tag}>"), |inner| format!("<{inner}/{tag}>")),
        What::Content => format!("the content of <{own}>"),
        What::Order => format!("the order in <{own}>"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_named_by_where_they_are() {
        let change = |element: &str, what, how| Change { element: element.to_owned(), what, how };
        let changes = [
            change("call", What::Attribute("to".to_owned()), How::Dropped),
            change("call", What::Attribute("from".to_owned()), How::Added),
            change("call/terminate", What::Child("destination".to_owned()), How::Dropped),
            change("call/offer", What::Child("relay".to_owned()), How::Added),
            change("call/offer", What::Child("relay".to_owned()), How::Added),
            change("call/offer/enc", What::Attribute("type".to_owned()), How::Changed),
            change("call/offer/enc", What::Content, How::Changed),
            change("call/offer", What::Order, How::Changed),
        ];
        assert_eq!(
            in_words(&changes),
            "dropped to, <terminate/destination>; added from, <offer/relay> (2); changed offer/enc@type, the content of \
             <offer/enc>, the order in <offer>"
        );
        assert_eq!(in_words(&[]), "nothing changed");
    }
}
