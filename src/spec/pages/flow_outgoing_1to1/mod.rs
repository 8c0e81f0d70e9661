//! What is known of SIG-17 (flow-outgoing-1to1) of the spec.

mod questions;
mod rules;

use crate::spec::page::{Page, Rows};
use crate::spec::rule::Grade;
use crate::spec::situation::Situation;

const SIG_17: Rows =
    Rows::coded("SIG-17", "flow-outgoing-1to1", include_str!("page.md")).about(Situation::Accept).of_two();

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
            "where UDP was captured, `media_out_ms` says when media starts; what starts it happens inside the client",
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
    rules: &[
        SIG_17.rule(
            Grade::Violation,
            "SIG-17/no-early-media",
            "A caller sends no media on a preaccept alone.",
            rules::no_early_media,
        ),
        SIG_17.rule(
            Grade::Violation,
            "SIG-17/kept-alive",
            "A connected caller keeps the media path alive.",
            rules::kept_alive,
        ),
        SIG_17.rule(
            Grade::Violation,
            "SIG-17/media-stops",
            "A caller's media stops at the terminate.",
            rules::media_stops,
        ),
    ],
    sentences: include_str!("sentences.txt"),
    ..SIG_17.page()
};
