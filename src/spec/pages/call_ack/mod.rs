//! What is known of SIG-07 (call-ack) of the spec and of the catalogue's entry `call-ack` of the spec.

mod questions;
mod rules;

use crate::spec::page::{Disputed, Page, Rows};
use crate::spec::rule::{Carrier, Form, Grade};
use crate::spec::situation::Situation;

const SIG_07: Rows = Rows::coded("SIG-07", "call-ack", include_str!("page.md")).about(Situation::Receipt);
const ENTRY: Rows = Rows::uncoded("call-ack", include_str!("page.md")).about(Situation::Ack);

pub(super) static SIGNALLING: Page = Page {
    questions: &[SIG_07.declared(0x8c47_4999_3850_c440), SIG_07.declared(0x176a_b35f_4357_c571)],
    rules: &[SIG_07.rule(
        Grade::Violation,
        "SIG-07/ack-required",
        "A client acknowledges every call stanza that it receives.",
        rules::ack_required,
    )],
    sentences: include_str!("signalling.txt"),
    ..SIG_07.page()
};

pub(super) static STANZA: Page = Page {
    questions: &[
        ENTRY.existential(
            1,
            0xa2f0_f845_555a_117e,
            "ack-from-peers",
            "Do peer devices acknowledge call stanzas, or only the server?",
            &["peers-too", "server-only"],
            questions::ack_from_peers,
        ),
        ENTRY.declared(0x1b87_afc2_2e19_9a0f),
        ENTRY.declared(0xf1f7_6c11_ef14_c0d9),
        ENTRY.declared(0x702d_a937_8af6_9551),
    ],
    discrepancies: &[Disputed::Declared("ack-sender"), Disputed::Declared("ack-error-form")],
    rules: &[
        ENTRY.rule(Grade::Note, "ACK/id-echo", "An ack repeats the id of the stanza it acknowledges.", rules::id_echo),
        ENTRY.rule(
            Grade::Note,
            "ACK/class",
            "An ack's class is the tag of the stanza it acknowledges.",
            rules::class_is_tag,
        ),
        ENTRY.form(Grade::Note, "ACK/from", "An ack's `from` is an address.", Carrier::Ack, "from", Form::Address),
        ENTRY.form(Grade::Note, "ACK/to", "An ack's `to` is an address.", Carrier::Ack, "to", Form::Address),
        ENTRY.form(
            Grade::Note,
            "ACK/t",
            "An ack's `t` is in seconds since 1970.",
            Carrier::Ack,
            "t",
            Form::UnixSeconds,
        ),
        ENTRY.rule(Grade::Note, "ACK/type", "An ack's `type` is the action it acknowledges.", rules::type_is_action),
        ENTRY.rule(Grade::Note, "ACK/error-single", "An ack has at most one `<error>`.", rules::error_single),
        ENTRY.rule(Grade::Note, "ACK/error-code", "The code of an ack's error is a number.", rules::error_code),
        ENTRY.rule(
            Grade::Note,
            "ACK/error-text",
            "An ack's error has a code and a text, and nothing else.",
            rules::error_text,
        ),
        ENTRY.rule(Grade::Note, "ACK/missing", "Every call stanza is acknowledged.", rules::missing),
        ENTRY.rule(
            Grade::Note,
            "ACK/retransmission",
            "A stanza is sent again only if no ack arrived.",
            rules::retransmission,
        ),
    ],
    sentences: include_str!("sentences.txt"),
    attributes: &[
        ENTRY.probable("ack", "id", "the id of the stanza that it answers").required(),
        ENTRY.probable("ack", "class", "the tag of the acknowledged stanza; `call` in call signalling").required(),
        ENTRY.probable("ack", "from", "who acknowledges"),
        ENTRY.speculative("ack", "to", "who sent the acknowledged stanza"),
        ENTRY.speculative("ack", "type", "the kind of ack; its values are unconfirmed"),
        ENTRY.speculative("ack", "t", "when the server created it, in Unix seconds"),
        ENTRY.speculative("error", "code", "error code"),
        ENTRY.speculative("error", "text", "error text"),
    ],
    ..ENTRY.page()
};
