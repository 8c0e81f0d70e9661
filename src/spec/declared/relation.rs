//! Other stanzas that the same recorded device saw before or after one.

use std::cell::OnceCell;

use foldhash::HashMap;

use super::fields::ACTION;
use super::looked::Looked;
use crate::filter::Filter;
use crate::protocol::binary::Jid;
use crate::spec::context::Context;
use crate::spec::observe::Survey;

/// Whether there is another stanza, and where.
#[derive(Debug)]
pub(super) struct Relation {
    pub(super) filter: Filter,
    /// Whether it is before the one that is looked at, rather than after it.
    pub(super) is_before: bool,
    /// Whether it must be there, rather than must not.
    pub(super) is_there: bool,
}

/// The recorded device, and the sender where that matters.
type Key = (usize, Option<(Jid, u16)>);

/// The first and the last of the other stanzas in a call, by device.
#[derive(Default)]
pub(super) struct Others(OnceCell<HashMap<Key, (usize, usize)>>);

impl Others {
    /// Returns whether the relation holds for a stanza, and the other one if there is one.
    pub(super) fn of(&self, relation: &Relation, looked: &Looked<'_, '_>, same_sender: bool) -> (bool, Option<usize>) {
        let places = self.0.get_or_init(|| relation.places(looked.survey, looked.context, same_sender));
        let index = looked.seen.index;
        let other = places.get(&key(looked, same_sender)).and_then(|(first, last)| {
            let places = [*first, *last].into_iter();
            let mut there = places.filter(|place| if relation.is_before { *place < index } else { *place > index });
            there.next()
        });
        (other.is_some() == relation.is_there, other)
    }
}

impl Relation {
    fn places(&self, survey: &Survey<'_>, context: &Context, same_sender: bool) -> HashMap<Key, (usize, usize)> {
        let actions: Option<Vec<String>> =
            self.filter.only(ACTION).map(|actions| actions.into_iter().map(str::to_owned).collect());
        let mut places: HashMap<Key, (usize, usize)> = HashMap::default();
        for seen in survey.rows().with(actions.as_deref()) {
            let looked = Looked { survey, context, seen: *seen };
            if self.filter.matches(&looked) {
                let place = places.entry(key(&looked, same_sender)).or_insert((seen.index, seen.index));
                *place = (place.0.min(seen.index), place.1.max(seen.index));
            }
        }
        places
    }
}

fn key(looked: &Looked<'_, '_>, same_sender: bool) -> Key {
    (looked.seen.row.vantage, if same_sender { looked.sender() } else { None })
}
