//! What is known of SIG-08 (call-reject) of the spec and of the catalogue's entry `call-reject` of the spec.

mod questions;
mod rules;

use crate::spec::page::{CALL_ID, CREATOR, Disputed, Page, Rows};
use crate::spec::question::Shape;
use crate::spec::rule::Grade;
use crate::spec::situation::Situation;

const SIG_08: Rows = Rows::coded("SIG-08", "call-reject", include_str!("page.md")).about(Situation::Reject).of_two();
const ENTRY: Rows = Rows::uncoded("call-reject", include_str!("page.md")).about(Situation::Reject);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_08.declared(0x2fec_561a_2cfe_238b),
        SIG_08
            .exclusive(
                2,
                0xa61d_1b6a_5fb1_9e1e,
                "reject-fanout",
                "Who stops the callee's other devices when one declines?",
                &["caller-forwards", "server-forwards", "each-device-rejects"],
                questions::reject_fanout,
            )
            .about(Situation::Elsewhere)
            .also(&[("SIG-18", 1)]),
    ],
    discrepancies: &[
        Disputed::Declared("reject-carries-reason"),
        Disputed::Declared("reject-after-preaccept"),
        Disputed::LookedFor(SIG_08.disputed(
            "reject-no-media",
            "Does a rejecting device set up media before rejecting?",
            Shape::Existential { occurs: "media-prepared" },
            &["media-prepared", "no-media"],
            questions::reject_no_media,
        )),
        Disputed::Declared("reject-receipt"),
        Disputed::Declared("reject-without-effect"),
        Disputed::Declared("terminate-before-accept"),
    ],
    rules: &[
        SIG_08.rule(
            Grade::Note,
            "SIG-08/before-accept",
            "A reject is only sent before the offer is accepted.",
            rules::before_accept,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/to-is-offer-from",
            "A reject goes to where the offer came from.",
            rules::to_is_offer_from,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/two-attributes",
            "A reject has two attributes, `call-id` and `call-creator`.",
            rules::two_attributes,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/verbatim",
            "A reject copies `call-id` and `call-creator` from the offer.",
            rules::verbatim,
        ),
        SIG_08.rule(Grade::Violation, "SIG-08/empty", "A reject is empty.", rules::empty),
        SIG_08.rule(
            Grade::Note,
            "SIG-08/no-counters",
            "A reject has no reason, durations or destination.",
            rules::no_counters,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/terminal",
            "A rejecting device has not accepted the call and takes no further part in it.",
            rules::terminal,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/missing-identity",
            "An inbound reject names its call and the call's creator.",
            rules::missing_identity,
        ),
        SIG_08.rule(
            Grade::Note,
            "SIG-08/envelope",
            "An inbound reject has the usual attributes of a `<call>`.",
            rules::envelope,
        ),
        SIG_08.rule(Grade::Note, "SIG-08/no-receipt", "A reject gets an ack, but no receipt.", rules::no_receipt),
        SIG_08.rule(Grade::Note, "SIG-08/no-media", "A rejecting device sets up no media path.", rules::no_media),
    ],
    sentences: include_str!("sentences.txt"),
    ..SIG_08.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.declared(0xa8a9_fbe7_5627_38c4),
        ENTRY.declared(0xea3f_48c5_6458_fd33),
        ENTRY.declared(0x5059_ebfe_e238_9806),
    ],
    attributes: &[
        ENTRY.probable("reject", "call-id", CALL_ID).required(),
        ENTRY.probable("reject", "call-creator", CREATOR).required(),
        ENTRY.probable("reject", "reason", "the reason, one of a terminate's"),
    ],
    ..ENTRY.page()
};
