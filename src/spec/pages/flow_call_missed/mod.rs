//! What is known of SIG-12 (flow-call-missed) of the spec.

mod questions;

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_12: Rows = Rows::coded("SIG-12", "flow-call-missed", include_str!("page.md")).about(Situation::RangOut);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_12.list(
            1,
            0x911a_b852_abd6_cf4f,
            "ring-time",
            "How long does an unanswered call ring?",
            questions::ring_time,
        ),
        SIG_12.existential(
            2,
            0x4b5f_b3f6_09e6_1332,
            "missed-reason",
            "Does the terminate of a missed call give a reason?",
            &["reason", "no-reason"],
            questions::missed_reason,
        ),
        SIG_12
            .existential(
                3,
                0xf698_8491_1bb0_a598,
                "missed-call-notice",
                "Does the server send its own missed-call notification?",
                &["tells", "silent"],
                questions::missed_call_notice,
            )
            .about(Situation::RangOut),
        SIG_12.list(
            4,
            0xfbd9_8965_cdb1_54fe,
            "missed-durations",
            "Which durations does the terminate of a missed call give?",
            questions::missed_durations,
        ),
    ],
    ..SIG_12.page()
};
