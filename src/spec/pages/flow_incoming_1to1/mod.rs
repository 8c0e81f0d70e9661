//! What is known of SIG-16 (flow-incoming-1to1) of the spec.

mod questions;

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_16: Rows = Rows::coded("SIG-16", "flow-incoming-1to1", include_str!("page.md")).about(Situation::Accept);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_16.existential(
            1,
            0xd26c_e880_619f_238a,
            "accept-alone",
            "Does a device ever accept without a preaccept?",
            &["accept-alone", "rings-first"],
            questions::accept_alone,
        ),
        SIG_16.list(
            2,
            0x261d_a27c_0623_086e,
            "accept-optional",
            "Which of its optional children does an accept have?",
            questions::accept_optional,
        ),
        SIG_16
            .list(
                3,
                0x5d08_80ae_30e3_989d,
                "receipt-address",
                "Which kind of address does a device use in the receipt for an offer?",
                questions::receipt_address,
            )
            .about(Situation::Receipt),
    ],
    ..SIG_16.page()
};
