//! What is known of SIG-06 (group-call) of the spec.

mod questions;

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_06: Rows = Rows::coded("SIG-06", "group-call", include_str!("page.md")).about(Situation::Group);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_06.list(
            1,
            0x4f8f_c009_082d_ec07,
            "group-stanzas",
            "What do group calls send that 1:1 calls do not?",
            questions::group_stanzas,
        ),
        SIG_06.list(
            2,
            0x62df_b1b0_b9ce_a0f1,
            "group-keys",
            "Which stanzas of a group call carry wrapped keys?",
            questions::group_keys,
        ),
    ],
    ..SIG_06.page()
};
