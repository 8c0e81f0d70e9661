//! What is known of SIG-17 (flow-outgoing-1to1) of the spec.

mod questions;

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_17: Rows = Rows::coded("SIG-17", "flow-outgoing-1to1", include_str!("page.md")).about(Situation::Accept);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_17
            .list(
                1,
                0x0beb_1be1_0a31_2437,
                "transport-sequence",
                "In which order do caller and callee exchange transports?",
                questions::transport_sequence,
            )
            .about(Situation::Transport),
        SIG_17.out_of_reach(
            0x5595_d4d2_421a_7e90,
            "What makes the caller start the media of an accepted call?",
            "ringtrace does not read media packets, and what starts them happens inside the client",
        ),
        SIG_17.elsewhere(0x4c33_f801_cfc7_7c60),
        SIG_17
            .existential(
                4,
                0x452f_ceb1_d230_2181,
                "offer-retry",
                "Does the caller resend an unanswered offer?",
                &["again", "once"],
                questions::offer_retry,
            )
            .about(Situation::Offer),
    ],
    ..SIG_17.page()
};
