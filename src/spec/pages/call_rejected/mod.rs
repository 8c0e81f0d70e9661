//! What is known of the flow `call-rejected` of the spec.

mod flow;

use crate::protocol::stanza::ActionName;
use crate::spec::flows::{End, Flow, Passes, step};
use crate::spec::page::{Disputed, Page, Rows};
use crate::spec::rule::Claim;
use crate::spec::situation::Situation;

const ENTRY: Rows = Rows::uncoded("call-rejected", include_str!("page.md")).about(Situation::Decline);

pub(super) static FLOW: Page = Page {
    questions: &[
        ENTRY.declared(0xd6ae_7477_9f62_f714),
        ENTRY.declared(0x0635_d5a9_e3f8_2034),
        ENTRY.declared(0xe171_c98b_d378_d82b),
    ],
    discrepancies: &[Disputed::Declared("terminate-after-reject")],
    flow: Some(&REJECTED),
    rules: &[
        ENTRY.of_flow("FLOW/rejected-no-accept", "A declined call is never accepted.", Claim::NoAccept),
        ENTRY.of_flow("FLOW/rejected-no-media", "A declined call sets up no media path.", Claim::NoMedia),
    ],
    sentences: include_str!("sentences.txt"),
    ..ENTRY.page()
};

/// The flow.
static REJECTED: Flow = Flow {
    page: "call-rejected",
    name: "rejected",
    steps: &[
        step(
            ENTRY.of_flow("FLOW/rejected-step-1", "Declined call, step 1: the caller sends the offer.", Claim::Step(1)),
            End::Caller,
            End::Server,
            Passes::Call(ActionName::Offer),
            "probable",
        ),
        step(
            ENTRY.of_flow(
                "FLOW/rejected-step-2",
                "Declined call, step 2: the callee receives the offer.",
                Claim::Step(2),
            ),
            End::Server,
            End::Offered,
            Passes::Call(ActionName::Offer),
            "probable",
        ),
        step(
            ENTRY.of_flow("FLOW/rejected-step-3", "Declined call, step 3: the callee sends a reject.", Claim::Step(3)),
            End::Callee,
            End::Server,
            Passes::Call(ActionName::Reject),
            "probable",
        )
        .may_miss(flow::by_terminate),
        step(
            ENTRY.of_flow(
                "FLOW/rejected-step-4",
                "Declined call, step 4: the server acknowledges the reject.",
                Claim::Step(4),
            ),
            End::Server,
            End::Callee,
            Passes::Ack(ActionName::Reject),
            "speculative",
        ),
        step(
            ENTRY.of_flow(
                "FLOW/rejected-step-5",
                "Declined call, step 5: the caller receives the reject.",
                Claim::Step(5),
            ),
            End::Server,
            End::Caller,
            Passes::Call(ActionName::Reject),
            "probable",
        )
        .may_miss(flow::by_terminate),
        step(
            ENTRY.of_flow(
                "FLOW/rejected-step-6",
                "Declined call, step 6: a terminate stops the callee's other devices.",
                Claim::Step(6),
            ),
            End::Server,
            End::Siblings,
            Passes::Call(ActionName::Terminate),
            "speculative",
        )
        .may_miss(|_| Some("see terminate-after-reject"))
        .or_from(End::Caller),
    ],
    is_of: flow::is_of,
};
