//! What is known of SIG-05 (call-transport) of the spec and of the catalogue's entry `call-transport` of the spec.

mod questions;

use crate::spec::page::{CALL_ID, CREATOR, Page, Rows};
use crate::spec::situation::Situation;

const SIG_05: Rows = Rows::coded("SIG-05", "call-transport", include_str!("page.md")).about(Situation::Transport);
const ENTRY: Rows = Rows::uncoded("call-transport", include_str!("page.md")).about(Situation::Transport);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_05.declared(0xbd9f_d17b_ad77_ebe9),
        SIG_05.declared(0x6eb7_f80b_ece8_0378),
        SIG_05.declared(0x7043_399c_138d_6bad),
        SIG_05.list(
            4,
            0xb76d_d372_1ac1_9e6b,
            "candidate-rounds",
            "How many candidate rounds does a call have?",
            questions::candidate_rounds,
        ),
    ],
    ..SIG_05.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.declared(0x128b_7ecb_61f4_6512),
        ENTRY.declared(0x29b4_e26b_655a_7be0),
        ENTRY.declared(0x4fa3_3662_d7a5_da2d),
        ENTRY.exclusive(
            4,
            0xd761_93bf_bd1a_7e8f,
            "candidate-priority",
            "Is the priority of a candidate an ICE priority?",
            &["ice", "other-scale"],
            questions::candidate_priority,
        ),
        ENTRY.declared(0x6e55_2aea_85d3_0444),
    ],
    attributes: &[
        ENTRY.speculative("te", "priority", "priority of the candidate, higher first"),
        ENTRY.speculative("te", "proto", "its transport protocol"),
        ENTRY.speculative("endpoint", "ip", "address of a candidate, in the other spelling of `te`"),
        ENTRY.speculative("endpoint", "port", "its UDP port"),
        ENTRY.probable("transport", "call-id", CALL_ID).required(),
        ENTRY.probable("transport", "call-creator", CREATOR),
        ENTRY.speculative("transport", "ver", "increases, so that stale candidates can be dropped"),
    ],
    ..ENTRY.page()
};
