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
        SIG_04.declared(0xffc3_4ae0_2356_8e41),
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
        ENTRY.declared(0xc0df_cb5d_613d_9b4c),
        ENTRY.declared(0x3b9e_c296_2416_f156),
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
