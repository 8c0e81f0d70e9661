//! What is known of SIG-05 (call-transport) of the spec and of the catalogue's entry `call-transport` of the spec.

mod questions;

use crate::spec::page::{CALL_ID, CREATOR, Page, Rows};

const SIG_05: Rows = Rows::coded("SIG-05", "call-transport", include_str!("page.md"));
const ENTRY: Rows = Rows::uncoded("call-transport", include_str!("page.md"));

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_05.list(
            1,
            0xbd9f_d17b_ad77_ebe9,
            "transport-te",
            "What do the transport endpoints of transports look like?",
            questions::transport_te,
        ),
        SIG_05.list(
            2,
            0x6eb7_f80b_ece8_0378,
            "transport-types",
            "Which types do transports have?",
            questions::transport_types,
        ),
        SIG_05.existential(
            3,
            0x7043_399c_138d_6bad,
            "transport-medium",
            "Do transports name another network medium than 2?",
            &["others", "only-2"],
            questions::transport_medium,
        ),
        SIG_05.list(
            4,
            0xb76d_d372_1ac1_9e6b,
            "candidate-rounds",
            "How many rounds of candidates are there in a call?",
            questions::candidate_rounds,
        ),
    ],
    ..SIG_05.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.exclusive(
            1,
            0x128b_7ecb_61f4_6512,
            "candidate-tag",
            "Which tag has a candidate in a transport?",
            &["te", "endpoint"],
            questions::candidate_tag,
        ),
        ENTRY.exclusive(
            2,
            0x29b4_e26b_655a_7be0,
            "candidate-encoding",
            "Is a candidate written as attributes or as packed bytes?",
            &["attributes", "bytes"],
            questions::candidate_encoding,
        ),
        ENTRY.exclusive(
            3,
            0x4fa3_3662_d7a5_da2d,
            "in-call-update",
            "Does a call under way go on with transports, or with a new offer?",
            &["transport", "new-offer"],
            questions::in_call_update,
        ),
        ENTRY.exclusive(
            4,
            0xd761_93bf_bd1a_7e8f,
            "candidate-priority",
            "Is a candidate's priority one that ICE computes?",
            &["ice", "other-scale"],
            questions::candidate_priority,
        ),
        ENTRY.existential(
            5,
            0x6e55_2aea_85d3_0444,
            "rekeying",
            "Are keys made anew while a call goes on?",
            &["new-key", "none-seen"],
            questions::rekeying,
        ),
    ],
    attributes: &[
        ENTRY.speculative("te", "priority", "order of the candidates, higher first"),
        ENTRY.speculative("te", "proto", "its transport protocol"),
        ENTRY.speculative("endpoint", "ip", "address of a candidate, in another spelling of `te`"),
        ENTRY.speculative("endpoint", "port", "its UDP port"),
        ENTRY.probable("transport", "call-id", CALL_ID).required(),
        ENTRY.probable("transport", "call-creator", CREATOR),
        ENTRY.speculative("transport", "ver", "counts up, so that old candidates can be dropped"),
    ],
    ..ENTRY.page()
};
