//! The checks of this page's rules; `page.md` says what each one checks.

use crate::call::{Call, speaks_of_group};
use crate::protocol::binary::Element;
use crate::protocol::stanza::ActionName;
use crate::spec::built::{Departure, note_built};
use crate::spec::observe::stanzas::{self, Sight};
use crate::spec::{Checks, Context};

/// The most children whose order is shown.
const SHOWN: usize = 24;

pub(super) fn offer_order(call: &Call, _: &Context, checks: &mut Checks) {
    let offers = stanzas::of(call, &ActionName::Offer).into_iter().filter(Sight::is_outbound);
    for offer in offers.filter(|offer| !speaks_of_group(offer.row.observed.read())) {
        let children = offer.node.children();
        let found = if children.filter_map(rank).is_sorted() {
            Ok("its children are in the order of the page")
        } else {
            let tags: Vec<_> = children.take(SHOWN).map(|child| child.tag()).collect();
            Err(Departure::Broken(format!("its children are out of order: {}", tags.join(", "))))
        };
        note_built(call, checks, &offer, found);
    }
}

/// The place of a child in the order of the page, which does not know others.
fn rank(child: Element<'_>) -> Option<u8> {
    match child.tag() {
        "privacy" => Some(0),
        "audio" => match child.text("rate").as_deref() {
            Some("8000") => Some(1),
            Some("16000") => Some(2),
            _ => None,
        },
        "net" => Some(3),
        "capability" => Some(4),
        "destination" | "enc" => Some(5),
        "encopt" => Some(6),
        "device-identity" => Some(7),
        _ => None,
    }
}
