//! What is known of SIG-13 (call-mute) of the spec and of the catalogue's entry `call-mute` of the spec.

use crate::spec::page::{CALL_ID, CREATOR, Page, Rows};
use crate::spec::situation::Situation;

const SIG_13: Rows = Rows::coded("SIG-13", "call-mute", include_str!("page.md")).about(Situation::Mute);
const ENTRY: Rows = Rows::uncoded("call-mute", include_str!("page.md")).about(Situation::Mute);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_13.declared(0x9141_9f53_465b_bfa2),
        SIG_13.declared(0x4056_8d29_22a6_b66c),
        SIG_13.elsewhere(0x5e98_a678_6029_e979),
        SIG_13.declared(0x2ac4_9bfc_b6cc_d540),
    ],
    ..SIG_13.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.declared(0x47cf_6947_b2dc_2264),
        ENTRY.declared(0x5357_a581_c71c_415d),
        ENTRY.elsewhere(0x607b_f0fa_d8b0_666f),
        ENTRY.declared(0x2584_a55f_ad4c_4821),
    ],
    attributes: &[
        ENTRY.probable("video", "call-id", CALL_ID).required(),
        ENTRY.speculative("video", "state", "new state of the video; its values are unconfirmed"),
        ENTRY.probable("mute", "call-id", CALL_ID).required(),
        ENTRY.probable("mute", "call-creator", CREATOR),
        ENTRY.speculative("mute", "media", "audio or video"),
        ENTRY.speculative("mute", "value", "the new state"),
    ],
    ..ENTRY.page()
};
