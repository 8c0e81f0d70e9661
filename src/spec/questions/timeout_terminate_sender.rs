//! Who sends the terminate when nobody answers?
//!
//! *The question.* A call that rings out ends with a terminate. The flow of the missed call draws it from caller to
//! callee, and asks whether the caller, the callee or the server makes it.
//!
//! *What decides it.* The maker of the terminate that ended a call which rang live: no offer from the offline queue,
//! none that says that it is over, no mere notice of an offer, none that was refused; never accepted, never declined.
//! It must say `reason="timeout"`, or nothing at the ring timeout: what the settings announce, else the ring time at
//! which three or more calls were ended by the same person. Leaving a recorded socket, or matched with a copy that
//! did, it is direct evidence for that side. Arriving, it is indirect: the server stamps `from`, and may have made the
//! stanza itself. If the device that `from` names was recorded without a gap and sent no such stanza, the server made
//! it, and that is direct too; where `from` names an account of which not all devices were recorded, it is not.
//!
//! *What is recorded.* The terminate, its maker, how that is known, and when it came. A recording that ends while it
//! rings says nothing.

use crate::call::{Call, Side};
use crate::spec::context::Moment;
use crate::spec::observe::ringing;
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "timeout-terminate-sender",
    page: "call-missed-timeout",
    number: Some(2),
    also: &[],
    title: "Who sends the terminate when nobody answers?",
    shape: Shape::Exclusive,
    hypotheses: &["caller", "callee", "server"],
    source: include_str!("timeout_terminate_sender.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let pieces = rang.endings.iter().filter_map(|ending| {
        let made = ending.made.as_ref().filter(|made| made.by != Side::Unknown)?;
        let what = match (context.moment(&rang, ending), ending.says_timeout(), ending.reason) {
            (Some(Moment::At(when)), true, _) => format!("a terminate with reason timeout {when}"),
            (_, true, _) => "a terminate with reason timeout".to_owned(),
            (Some(Moment::At(when)), false, None) => format!("a terminate without reason {when}"),
            _ => return None,
        };
        let (strength, tie) = if ending.is_tied {
            (made.strength.min(Strength::Indirect), "; which side's came first is not to be told from the clocks")
        } else {
            (made.strength, "")
        };
        let why = format!("The unanswered call was ended by {what}: {}{tie}.", made.how);
        Some(Evidence::supporting(QUESTION.id, made.by.name(), strength, ending.index, why))
    });
    pieces.collect()
}
