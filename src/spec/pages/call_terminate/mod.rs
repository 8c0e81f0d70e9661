//! What is known of SIG-14 (call-terminate) of the spec and of the catalogue's entry `call-terminate` of the spec.

mod questions;
mod rules;

use crate::spec::page::{CALL_ID, Disputed, Page, Rows};
use crate::spec::question::Shape;
use crate::spec::rule::{Carrier, Form, Grade};
use crate::spec::situation::Situation;

const SIG_14: Rows = Rows::coded("SIG-14", "call-terminate", include_str!("page.md")).about(Situation::Terminate);
const ENTRY: Rows = Rows::uncoded("call-terminate", include_str!("page.md")).about(Situation::HangUp);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_14.declared(0xf94b_e442_be9e_0415),
        SIG_14.declared(0x89bc_e9ef_357c_a733),
        SIG_14.declared(0x8c30_16ea_32dd_fc9b),
    ],
    discrepancies: &[
        Disputed::Declared("elsewhere-spelling"),
        Disputed::LookedFor(
            SIG_14
                .disputed(
                    "duration-unit",
                    "Are durations in seconds or milliseconds?",
                    Shape::Exclusive,
                    &["seconds", "milliseconds"],
                    questions::duration_unit,
                )
                .about(Situation::HangUp),
        ),
        Disputed::Declared("terminate-address"),
    ],
    rules: &[
        SIG_14.rule(
            Grade::Violation,
            "SIG-14/to-required",
            "An outbound terminate names the peer in `to`.",
            rules::to_required,
        ),
        SIG_14.rule(
            Grade::Violation,
            "SIG-14/call-id",
            "A terminate names its call by the offer's call-id.",
            rules::call_id,
        ),
        SIG_14.rule(
            Grade::Violation,
            "SIG-14/call-creator",
            "A terminate names the creator of its call.",
            rules::call_creator,
        ),
        SIG_14.rule(
            Grade::Violation,
            "SIG-14/reason-empty",
            "A terminate without a reason omits `reason` instead of leaving it empty.",
            rules::reason_empty,
        ),
        SIG_14.rule(
            Grade::Violation,
            "SIG-14/destination-single",
            "A terminate has at most one `<destination>`.",
            rules::destination_single,
        ),
        SIG_14.rule(
            Grade::Violation,
            "SIG-14/destination-members",
            "A `<destination>` names each target device once.",
            rules::destination_members,
        ),
        SIG_14.rule(
            Grade::Note,
            "SIG-14/elsewhere-destination",
            "An elsewhere reason goes to the other devices once one has accepted or declined the call.",
            rules::elsewhere_destination,
        ),
        SIG_14.form(
            Grade::Warning,
            "SIG-14/duration-u32",
            "A terminate's `duration` is an unsigned 32-bit integer.",
            Carrier::Terminate,
            "duration",
            Form::U32,
        ),
        SIG_14.form(
            Grade::Warning,
            "SIG-14/audio-duration-u32",
            "A terminate's `audio_duration` is an unsigned 32-bit integer.",
            Carrier::Terminate,
            "audio_duration",
            Form::U32,
        ),
        SIG_14.rule(
            Grade::Warning,
            "SIG-14/duration-seconds",
            "A terminate's `duration` is in seconds.",
            rules::duration_seconds,
        ),
        SIG_14.rule(
            Grade::Violation,
            "SIG-14/unknown-action",
            "A client ignores an action that it does not know.",
            rules::unknown_action,
        ),
        SIG_14.rule(
            Grade::Note,
            "SIG-14/hang-up-reason",
            "A terminate that hangs up may omit the reason.",
            rules::hang_up_reason,
        ),
    ],
    sentences: include_str!("sentences.txt"),
    ..SIG_14.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.declared(0x84b0_ca91_b5a7_7cd2),
        ENTRY.declared(0x042b_beb1_0ef0_93a4),
        ENTRY.declared(0xeccd_6b05_a613_e183),
    ],
    attributes: &[
        ENTRY.probable("terminate", "call-id", CALL_ID).required(),
        ENTRY.speculative(
            "terminate",
            "call-creator",
            "the device that created the call; unconfirmed whether always present",
        ),
        ENTRY.probable("terminate", "reason", "why the call ended; optional for an ordinary hang-up"),
    ],
    ..ENTRY.page()
};
