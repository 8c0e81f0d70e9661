//! What is known of the flow `outgoing-1to1-audio` of the spec.

mod questions;

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const ENTRY: Rows = Rows::uncoded("outgoing-1to1-audio", include_str!("page.md")).about(Situation::Accept);

pub(super) static FLOW: Page = Page {
    questions: &[
        ENTRY.elsewhere(0x65c9_d31e_4497_f33a),
        ENTRY.elsewhere(0x5f18_e5e5_6b6c_d80e),
        ENTRY
            .exclusive(
                3,
                0x3458_ba25_952c_93c4,
                "relay-choice-moment",
                "Is the relay chosen before or after the accept?",
                &["before", "after"],
                questions::relay_choice_moment,
            )
            .about(Situation::Latency),
        ENTRY.declared(0x2780_dad0_0cf4_2791),
    ],
    ..ENTRY.page()
};
