//! What is known of SIG-16 (flow-incoming-1to1) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_16: Rows = Rows::coded("SIG-16", "flow-incoming-1to1", include_str!("page.md")).about(Situation::Accept);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_16.declared(0xd26c_e880_619f_238a),
        SIG_16.declared(0x261d_a27c_0623_086e),
        SIG_16.declared(0x5d08_80ae_30e3_989d),
    ],
    ..SIG_16.page()
};
