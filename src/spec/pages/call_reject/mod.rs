//! What is known of SIG-08 (call-reject) of the spec and of the catalogue's entry `call-reject` of the spec.

mod questions;
mod rules;

use crate::spec::page::{CALL_ID, CREATOR, Page, Rows};
use crate::spec::question::Shape;
use crate::spec::rule::Grade;

const SIG_08: Rows = Rows::coded("SIG-08", "call-reject", include_str!("page.md"));
const ENTRY: Rows = Rows::uncoded("call-reject", include_str!("page.md"));

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_08.existential(
            1,
            0x2fec_561a_2cfe_238b,
            "reject-extra-attributes",
            "Do rejects carry more than the two attributes that name the call?",
            &["some", "none"],
            questions::reject_extra_attributes,
        ),
        SIG_08
            .exclusive(
                2,
                0xa61d_1b6a_5fb1_9e1e,
                "reject-fanout",
                "Who tells the callee's other devices that one of them declined?",
                &["caller-forwards", "server-forwards", "each-device-rejects"],
                questions::reject_fanout,
            )
            .also(&[("SIG-18", 1)]),
    ],
    discrepancies: &[
        SIG_08.disputed(
            "reject-carries-reason",
            "Does the reject of a user who declines carry a reason?",
            Shape::Exclusive,
            &["two-attributes", "reason"],
            questions::reject_carries_reason,
        ),
        SIG_08.disputed(
            "reject-after-preaccept",
            "May a device that rings with a preaccept reject?",
            Shape::Existential { occurs: "preaccept-first" },
            &["preaccept-first", "reject-alone"],
            questions::reject_after_preaccept,
        ),
        SIG_08.disputed(
            "reject-no-media",
            "Does a device that rejects prepare the media path before?",
            Shape::Existential { occurs: "media-prepared" },
            &["media-prepared", "no-media"],
            questions::reject_no_media,
        ),
        SIG_08.disputed(
            "reject-receipt",
            "Does a reject get a receipt?",
            Shape::Existential { occurs: "receipt" },
            &["receipt", "no-receipt"],
            questions::reject_receipt,
        ),
    ],
    rules: &[
        SIG_08.rule(
            Grade::Warning,
            "SIG-08/before-accept",
            "A reject declines an offer that is not yet accepted.",
            rules::before_accept,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/to-is-offer-from",
            "A reject goes to where the offer came from.",
            rules::to_is_offer_from,
        ),
        SIG_08.rule(
            Grade::Warning,
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
            Grade::Violation,
            "SIG-08/no-counters",
            "A reject has no reason, no durations and no destination.",
            rules::no_counters,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/terminal",
            "A device that rejects did not take the call before, and does nothing in it after.",
            rules::terminal,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/missing-identity",
            "A reject that comes in names its call and its creator.",
            rules::missing_identity,
        ),
        SIG_08.rule(
            Grade::Violation,
            "SIG-08/envelope",
            "A reject comes in with the usual attributes of a `<call>`.",
            rules::envelope,
        ),
        SIG_08.rule(
            Grade::Warning,
            "SIG-08/no-receipt",
            "A reject is acknowledged by an ack alone, not by a receipt.",
            rules::no_receipt,
        ),
        SIG_08.rule(Grade::Warning, "SIG-08/no-media", "A device that rejects sets up no media path.", rules::no_media),
    ],
    sentences: include_str!("sentences.txt"),
    ..SIG_08.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.list(
            1,
            0xa8a9_fbe7_5627_38c4,
            "reject-reasons",
            "Which reasons do rejects give?",
            questions::reject_reasons,
        ),
        ENTRY.exclusive(
            2,
            0xea3f_48c5_6458_fd33,
            "auto-reject-reason",
            "Does a reject that no user made give another reason?",
            &["another-reason", "same-as-decline"],
            questions::auto_reject_reason,
        ),
        ENTRY.existential(
            3,
            0x5059_ebfe_e238_9806,
            "reject-then-terminate",
            "Does the caller get a terminate, too, after a reject?",
            &["terminate-too", "reject-alone"],
            questions::reject_then_terminate,
        ),
    ],
    attributes: &[
        ENTRY.probable("reject", "call-id", CALL_ID).required(),
        ENTRY.probable("reject", "call-creator", CREATOR).required(),
        ENTRY.probable("reject", "reason", "why, in the words of a terminate"),
    ],
    ..ENTRY.page()
};
