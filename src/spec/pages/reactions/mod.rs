//! What is known of SIG-10 (reactions) of the spec.

use crate::call::Call;
use crate::spec::page::{Page, Rows};
use crate::spec::situation::Situation;
use crate::spec::{Context, Evidence, Question, lists};

const SIG_10: Rows = Rows::coded("SIG-10", "reactions", include_str!("page.md")).about(Situation::Accept);

pub(super) static SIGNALLING: Page = Page {
    questions: &[SIG_10.list(
        1,
        0x653e_9c75_ec46_9a9e,
        "call-reactions",
        "Which stanza carries a reaction during a call?",
        call_reactions,
    )],
    ..SIG_10.page()
};

fn call_reactions(question: &'static Question, call: &Call, _: &Context) -> Vec<Evidence> {
    lists::by_name(call, question, &["reaction", "reactions", "react", "emoji"])
}
