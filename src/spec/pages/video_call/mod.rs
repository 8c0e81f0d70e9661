//! What is known of SIG-02 (video-call) of the spec.

use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;

const SIG_02: Rows = Rows::coded("SIG-02", "video-call", include_str!("page.md")).about(Situation::Video);

pub(super) static SIGNALLING: Page = Page {
    questions: &[
        SIG_02.declared(0xbfe2_bec5_a141_84b3),
        SIG_02.declared(0xbcc1_59af_2f41_92b3),
        SIG_02.declared(0xd743_cd60_7ab9_4573),
        SIG_02.declared(0xc196_6a22_de0d_a7b1),
    ],
    ..SIG_02.page()
};
