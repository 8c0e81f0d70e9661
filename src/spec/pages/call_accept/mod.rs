//! What is known of SIG-03 (call-accept) of the spec and of the catalogue's entry `call-accept` of the spec.

mod questions;

use crate::spec::page::{CALL_ID, CREATOR, Page, Rows};
use crate::spec::situation::Situation;

const SIG_03: Rows = Rows::coded("SIG-03", "call-accept", include_str!("page.md")).about(Situation::Accept);
const ENTRY: Rows = Rows::uncoded("call-accept", include_str!("page.md")).about(Situation::Accept);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_03.declared(0x055c_d945_5946_15d0),
        SIG_03
            .list(
                2,
                0x520f_66bf_3a00_6d00,
                "accept-settings",
                "What do a call's `<rte>` and `<voip_settings>` contain?",
                questions::accept_settings,
            )
            .about(Situation::Offer),
        SIG_03.declared(0x747f_4978_7a53_5ba2),
    ],
    ..SIG_03.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.declared(0x9eb9_3e67_161f_fc8f),
        ENTRY.declared(0xbc08_10f4_daf1_7fa0),
        ENTRY.elsewhere(0x5a99_7780_050e_4b66),
    ],
    attributes: &[
        ENTRY.probable("accept", "call-id", CALL_ID).required(),
        ENTRY.probable("accept", "call-creator", CREATOR).required(),
    ],
    ..ENTRY.page()
};
