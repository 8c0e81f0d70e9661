//! What is known of SIG-15 (call-relaylatency) of the spec and of the catalogue's entry `call-relaylatency` of the spec.

mod questions;

use crate::spec::page::{CALL_ID, Page, Rows};
use crate::spec::situation::Situation;

const SIG_15: Rows = Rows::coded("SIG-15", "call-relaylatency", include_str!("page.md")).about(Situation::Latency);
const ENTRY: Rows = Rows::uncoded("call-relaylatency", include_str!("page.md")).about(Situation::Latency);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_15.declared(0xaea4_49a6_3558_f571),
        SIG_15.not_yet(
            0xc45b_90c7_b15e_7961,
            "Which names do relays have, and which of them does a client report?",
            "a list of the names; they reveal where a user is, so nothing that leaves the machine may contain them",
        ),
        SIG_15.declared(0xc5f7_9912_8477_1f4f),
        SIG_15.declared(0x77ca_2411_0c50_bb3c),
    ],
    ..SIG_15.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.out_of_reach(
            0x905e_6f84_1db6_5d26,
            "Is the round trip to a relay measured over UDP, outside the signalling?",
            "the probes are not part of the signalling; where UDP was captured, `latency-unit` compares what is reported with the round trips that packets show",
        ),
        ENTRY.list(
            2,
            0xc18a_3264_13fb_f9b9,
            "latency-unit",
            "What is the unit of a reported latency?",
            questions::latency_unit,
        ),
        ENTRY.exclusive(
            3,
            0x06d6_20dc_5034_383f,
            "latency-reader",
            "Is a latency report meant for the server or the peer?",
            &["peer", "server"],
            questions::latency_reader,
        ),
        ENTRY.exclusive(
            4,
            0x6b3e_2c77_c6b3_c78a,
            "relay-naming",
            "Does a latency report name relays by address, by name, or both?",
            &["address", "name", "both"],
            questions::relay_naming,
        ),
        ENTRY.declared(0xae43_7441_91e8_3471),
    ],
    attributes: &[
        ENTRY.speculative("relaylatency", "call-id", CALL_ID),
        ENTRY.speculative("relay", "ip", "address of the relay that was probed"),
        ENTRY.speculative("relay", "token", "the server's name for the relay"),
        ENTRY.speculative("relay", "latency", "round trip to the relay; the unit is unconfirmed").required(),
        ENTRY.speculative("relay", "jitter", "variation of the round trip"),
    ],
    ..ENTRY.page()
};
