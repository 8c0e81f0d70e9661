//! What is known of SIG-12 (flow-call-missed) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_12: Rows = Rows::coded("SIG-12", "flow-call-missed", include_str!("page.md")).about(Situation::RangOut);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_12.declared(0x911a_b852_abd6_cf4f),
        SIG_12.declared(0x4b5f_b3f6_09e6_1332),
        SIG_12.declared(0xf698_8491_1bb0_a598),
        SIG_12.declared(0xfbd9_8965_cdb1_54fe),
    ],
    ..SIG_12.page()
};
