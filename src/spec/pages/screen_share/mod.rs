//! What is known of SIG-11 (screen-share) of the spec.

use crate::call::Call;
use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;
use crate::spec::{Context, Evidence, Question, lists};

const SIG_11: Rows = Rows::coded("SIG-11", "screen-share", include_str!("page.md")).about(Situation::Video);

pub(super) static SIGNALLING: Page = Page {
    questions: &[SIG_11.list(
        1,
        0x3b41_4c05_105b_79bd,
        "screen-sharing",
        "What marks a shared screen in the signalling?",
        screen_sharing,
    )],
    ..SIG_11.page()
};

fn screen_sharing(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    lists::by_name(call, question, &["share", "shared", "sharing", "screenshare", "screensharing", "screencast"])
}
