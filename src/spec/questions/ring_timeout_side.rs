//! Whose timer ends a call that nobody answers?
//!
//! *The question.* The flow of the missed call ends when the ring timeout is over, and asks on which side that timer
//! runs: the caller's, the callee's or the server's.
//!
//! *What decides it.* Only calls that rang live and were neither answered, declined nor refused. A terminate at the ring
//! timeout shows whose timer ran out: direct where it left a recorded socket or is matched with a copy that did, or
//! where the server must have made it; indirect where it only came in. If two sides each sent one, the first
//! counts, and neither is direct evidence where the clocks of the recordings do not tell which that was. The settings
//! of an offer or of its ack can announce a `caller_timeout`: that is indirect evidence for the caller. A terminate that says
//! `reason="timeout"` at no known ring timeout is indirect evidence too; timing alone, of one call alone, is none.
//!
//! *What is recorded.* The terminate with its ring time, and the setting.

use crate::call::Call;
use crate::spec::context::Moment;
use crate::spec::observe::{ringing, seconds};
use crate::spec::{Context, Evidence, Question, Shape, Strength};

/// The question.
pub(super) const QUESTION: Question = Question {
    id: "ring-timeout-side",
    page: "call-missed-timeout",
    number: Some(1),
    also: &[],
    title: "Whose timer ends a call that nobody answers?",
    shape: Shape::Exclusive,
    hypotheses: &["caller", "callee", "server"],
    source: include_str!("ring_timeout_side.rs"),
    observe,
};

fn observe(call: &Call, context: &Context) -> Vec<Evidence> {
    let Some(rang) = ringing::rang_out(call) else { return Vec::new() };
    let announced = rang.announced.map(|announced| {
        let why = format!("The settings announce a caller_timeout of {}.", seconds(announced.timeout));
        Evidence::supporting(QUESTION.id, "caller", Strength::Indirect, announced.index, why)
    });
    let ended = rang.endings.iter().filter_map(|ending| {
        let made = ending.made.as_ref()?;
        let by_timer = ending.says_timeout() || ending.reason.is_none();
        let (strength, when) = match context.moment(&rang, ending) {
            Some(Moment::At(when)) if by_timer && !ending.is_tied => (made.strength, when),
            Some(Moment::At(when)) if by_timer => (
                made.strength.min(Strength::Indirect),
                format!("{when}, but the clocks do not tell whether it was the first"),
            ),
            _ if ending.says_timeout() => {
                let when = ending
                    .ring
                    .map_or_else(|| "at a time not recorded".to_owned(), |ring| format!("after {}", seconds(ring)));
                let why = format!("{when}, with reason timeout, though not at a known ring timeout");
                (made.strength.min(Strength::Indirect), why)
            }
            _ => return None,
        };
        let why = format!("The {}'s terminate ended the unanswered call {when}: {}.", made.by.name(), made.how);
        Some(Evidence::supporting(QUESTION.id, made.by.name(), strength, ending.index, why))
    });
    announced.into_iter().chain(ended).collect()
}
