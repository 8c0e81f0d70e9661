//! What is known of SIG-18 (flow-call-rejected) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_18: Rows = Rows::coded("SIG-18", "flow-call-rejected", include_str!("page.md")).about(Situation::Decline);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_18.elsewhere(0x49fd_e2b6_3b57_8054),
        SIG_18.declared(0x9b4c_99d4_eaab_9c10),
        SIG_18.out_of_reach(
            0xbe17_f5fd_f12c_2700,
            "Does the caller's client display a declined call differently from a missed one?",
            "what a client shows its user is never sent",
        ),
    ],
    ..SIG_18.page()
};
