//! What is known of SIG-09 (raise-hand) of the spec.

use crate::call::Call;
use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;
use crate::spec::{Context, Evidence, Question, lists};

const SIG_09: Rows = Rows::coded("SIG-09", "raise-hand", include_str!("page.md")).about(Situation::Group);

pub(super) static SIGNALLING: Page = Page {
    questions: &[SIG_09.list(
        1,
        0x33fa_5baf_13fd_bcef,
        "raised-hand",
        "Which stanza signals a raised hand?",
        raised_hand,
    )],
    ..SIG_09.page()
};

fn raised_hand(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    lists::by_name(call, question, &["hand", "hands", "raise", "raised", "raisehand", "handraise"])
}
