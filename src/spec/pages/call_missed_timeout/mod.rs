//! What is known of the flow `call-missed-timeout` of the spec.

mod flow;
mod questions;

use crate::protocol::stanza::ActionName;
use crate::spec::flows::{End, Flow, Passes, step};
use crate::spec::page::{Page, Rows};
use crate::spec::rule::Claim;
use crate::spec::situation::Situation;

const ENTRY: Rows = Rows::uncoded("call-missed-timeout", include_str!("page.md")).about(Situation::RangOut);

pub(super) static FLOW: Page = Page {
    questions: &[
        ENTRY.exclusive(
            1,
            0xa433_8658_581e_1719,
            "ring-timeout-side",
            "Whose timer ends an unanswered call?",
            &["caller", "callee", "server"],
            questions::ring_timeout_side,
        ),
        ENTRY.exclusive(
            2,
            0xfd79_7161_c52f_c751,
            "timeout-terminate-sender",
            "Who sends the terminate when nobody answers?",
            &["caller", "callee", "server"],
            questions::timeout_terminate_sender,
        ),
        ENTRY.exclusive(
            3,
            0x6964_271d_cea8_59d7,
            "cancel-vs-timeout",
            "Does a caller who gives up send a different reason than a ring timeout?",
            &["distinct", "same"],
            questions::cancel_vs_timeout,
        ),
        ENTRY
            .exclusive(
                4,
                0x16a6_c8c0_163f_1a30,
                "timeout-other-devices",
                "With which reason do the callee's other devices stop ringing when nobody answers?",
                &["timeout", "elsewhere", "none"],
                questions::timeout_other_devices,
            )
            .about(Situation::RangOut),
    ],
    flow: Some(&MISSED),
    rules: &[
        ENTRY.of_flow("FLOW/missed-no-accept", "A missed call is never accepted.", Claim::NoAccept),
        ENTRY.of_flow("FLOW/missed-no-media", "A missed call sets up no media path.", Claim::NoMedia),
    ],
    sentences: include_str!("sentences.txt"),
    ..ENTRY.page()
};

/// The flow.
static MISSED: Flow = Flow {
    page: "call-missed-timeout",
    name: "missed",
    steps: &[
        step(
            ENTRY.of_flow("FLOW/missed-step-1", "Missed call, step 1: the caller sends the offer.", Claim::Step(1)),
            End::Caller,
            End::Server,
            Passes::Call(ActionName::Offer),
            "probable",
        ),
        step(
            ENTRY.of_flow(
                "FLOW/missed-step-2",
                "Missed call, step 2: the server acknowledges the offer.",
                Claim::Step(2),
            ),
            End::Server,
            End::Caller,
            Passes::Ack(ActionName::Offer),
            "probable",
        ),
        step(
            ENTRY.of_flow("FLOW/missed-step-3", "Missed call, step 3: the callee receives the offer.", Claim::Step(3)),
            End::Server,
            End::Offered,
            Passes::Call(ActionName::Offer),
            "probable",
        ),
        step(
            ENTRY.of_flow(
                "FLOW/missed-step-4",
                "Missed call, step 4: the callee may signal that it rings.",
                Claim::Step(4),
            ),
            End::Callee,
            End::Caller,
            Passes::Call(ActionName::Preaccept),
            "speculative",
        )
        .may_miss(|_| Some("it is optional")),
        step(
            ENTRY.of_flow(
                "FLOW/missed-step-5",
                "Missed call, step 5: a terminate to the callee ends the call.",
                Claim::Step(5),
            ),
            End::Caller,
            End::Callee,
            Passes::Call(ActionName::Terminate),
            "probable",
        )
        .or_from(End::Callee),
        step(
            ENTRY.of_flow(
                "FLOW/missed-step-6",
                "Missed call, step 6: the callee acknowledges the terminate.",
                Claim::Step(6),
            ),
            End::Callee,
            End::Server,
            Passes::Ack(ActionName::Terminate),
            "speculative",
        )
        .may_miss(flow::ended_here),
    ],
    is_of: flow::is_of,
};
