//! What is known of SIG-04 (call-preaccept) of the spec and of the catalogue's entry `call-preaccept` of the spec.

mod questions;

use crate::spec::page::{CALL_ID, CREATOR, Page, Rows};
use crate::spec::situation::Situation;

const SIG_04: Rows = Rows::coded("SIG-04", "call-preaccept", include_str!("page.md")).about(Situation::Preaccept);
const ENTRY: Rows = Rows::uncoded("call-preaccept", include_str!("page.md")).about(Situation::Preaccept);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_04
            .list(
                1,
                0xe365_a829_8298_455f,
                "preaccept-effect",
                "How do calls end with and without a preaccept?",
                questions::preaccept_effect,
            )
            .about(Situation::Offer),
        SIG_04.existential(
            2,
            0xffc3_4ae0_2356_8e41,
            "preaccept-children",
            "Does a preaccept have children other than audio, encopt and capability?",
            &["more", "no-more"],
            questions::preaccept_children,
        ),
        SIG_04.exclusive(
            3,
            0x03a0_9d08_54a0_dec1,
            "capability-final-byte",
            "Does the last byte of a capability depend on the action?",
            &["by-action", "not-by-action"],
            questions::capability_final_byte,
        ),
    ],
    ..SIG_04.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY
            .list(
                1,
                0xc0df_cb5d_613d_9b4c,
                "preaccept-conduct",
                "Do devices answer without a preaccept?",
                questions::preaccept_conduct,
            )
            .about(Situation::Offer)
            .also(&[("outgoing-1to1-audio", 1)]),
        ENTRY.existential(
            2,
            0x3b9e_c296_2416_f156,
            "preaccept-candidates",
            "Does a preaccept carry candidates for the media path?",
            &["in-preaccept", "not-in-preaccept"],
            questions::preaccept_candidates,
        ),
        ENTRY.existential(
            3,
            0x81a2_1aa0_1b94_eeac,
            "preaccept-devices",
            "Do several of the callee's devices send a preaccept?",
            &["several", "one"],
            questions::preaccept_devices,
        ),
    ],
    attributes: &[
        ENTRY.probable("preaccept", "call-id", CALL_ID).required(),
        ENTRY.probable("preaccept", "call-creator", CREATOR).required(),
    ],
    ..ENTRY.page()
};
