//! What is known of SIG-06 (group-call) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_06: Rows = Rows::coded("SIG-06", "group-call", include_str!("page.md")).about(Situation::Group);

pub(super) static SIGNALLING: Page = Page {
    questions: &[SIG_06.declared(0x4f8f_c009_082d_ec07), SIG_06.declared(0x62df_b1b0_b9ce_a0f1)],
    ..SIG_06.page()
};
