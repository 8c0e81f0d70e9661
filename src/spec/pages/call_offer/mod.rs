//! What is known of SIG-01 (call-offer) of the spec and of the catalogue's entry `call-offer` of the spec.

mod questions;
mod rules;

use crate::spec::page::{CALL_ID, CREATOR, Page, Rows};
use crate::spec::rule::Grade;
use crate::spec::situation::Situation;

const SIG_01: Rows = Rows::coded("SIG-01", "call-offer", include_str!("page.md")).about(Situation::Offer).of_two();
const ENTRY: Rows = Rows::uncoded("call-offer", include_str!("page.md")).about(Situation::Offer);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_01.declared(0x5d97_4c19_6880_fd96),
        SIG_01
            .existential(
                2,
                0x6eee_dc90_9d1b_1e67,
                "media-key-parameters",
                "Does an offer carry a length or a salt for the media key?",
                &["carried", "not-carried"],
                questions::media_key_parameters,
            )
            .also(&[("call-offer", 5)]),
    ],
    rules: &[SIG_01.rule(
        Grade::Violation,
        "SIG-01/offer-order",
        "The children of an offer are in a fixed order.",
        rules::offer_order,
    )],
    sentences: include_str!("sentences.txt"),
    ..SIG_01.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.declared(0x52c5_0e72_14c0_7da9),
        ENTRY.elsewhere(0x1702_41b9_fb29_ac77),
        ENTRY.declared(0x4fa9_4e2b_154c_1667),
        ENTRY.declared(0x453d_6bf2_be49_a99d),
        ENTRY.elsewhere(0x05e7_e8d2_7ea3_a8b9),
        ENTRY.elsewhere(0x89e2_5f95_f506_831c),
    ],
    attributes: &[
        ENTRY.probable("call", "from", "the sender; the server stamps it").required(),
        ENTRY.probable("call", "to", "the addressee; the server delivers it to the addressee's devices").required(),
        ENTRY.probable("call", "id", "the stanza's id, which its ack echoes; not the call-id").required(),
        ENTRY.speculative("call", "t", "creation time in Unix seconds; unconfirmed whether always present"),
        ENTRY.probable("offer", "call-id", CALL_ID).required(),
        ENTRY.probable("offer", "call-creator", CREATOR).required(),
        ENTRY.speculative("audio", "enc", "codec or protection of the audio; its values are unknown"),
        ENTRY.speculative("audio", "rate", "sample rate in Hz; unconfirmed whether required or a hint"),
        ENTRY.speculative("video", "enc", "video codec"),
        ENTRY.speculative("video", "orientation", "camera orientation in degrees; unconfirmed"),
        ENTRY.speculative("net", "medium", "kind of network, a number"),
        ENTRY.probable("capability", "ver", "version of the packed capabilities"),
        ENTRY.probable("encopt", "keygen", "which derivation of the call key"),
        ENTRY.probable("enc", "v", "version of the envelope around the call key"),
        ENTRY.probable("enc", "type", "`pkmsg` if it sets up a Signal session, otherwise `msg`").required(),
        ENTRY.speculative("enc", "count", "possibly the number of attempts"),
        ENTRY.speculative("te", "ip", "address of a candidate for the media path"),
        ENTRY.speculative("te", "port", "its UDP port"),
        ENTRY.speculative("te", "latency", "round trip to it, in milliseconds"),
    ],
    ..ENTRY.page()
};
