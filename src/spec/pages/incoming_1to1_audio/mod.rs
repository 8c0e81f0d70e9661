//! What is known of the flow `incoming-1to1-audio` of the spec.

mod questions;

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const ENTRY: Rows = Rows::uncoded("incoming-1to1-audio", include_str!("page.md")).about(Situation::Preaccept);

pub(super) static FLOW: Page = Page {
    questions: &[
        ENTRY
            .exclusive(
                1,
                0x2a50_ea65_abbe_e56e,
                "offer-answer-order",
                "Does a device answer an offer before or after it starts ringing?",
                &["before", "after"],
                questions::offer_answer_order,
            )
            .about(Situation::Receipt),
        ENTRY.declared(0x3d98_6b51_f466_2598),
        ENTRY.existential(
            3,
            0x0117_3809_9b64_a4e2,
            "preaccept-route",
            "Does a preaccept go through the server?",
            &["through-server", "device-to-device"],
            questions::preaccept_route,
        ),
    ],
    ..ENTRY.page()
};
