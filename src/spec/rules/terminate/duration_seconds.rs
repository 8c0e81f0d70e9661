//! `duration` of a terminate counts seconds.
//!
//! *What the spec says.* `duration` is the length of the call in seconds.
//!
//! *What is checked.* Every `duration` of a terminate that ended an answered call, against the time from accept
//! to end: it holds where the value fits as seconds and not as milliseconds. A value that fits as milliseconds
//! is no fault of a client's but the discrepancy `duration-unit`.
//!
//! *What a capture cannot show.* When the media began: the talk time is measured from the accept, and may
//! differ by a second or two. Values of very short calls fit both units.

use super::decimal_u32;
use crate::call::Call;
use crate::spec::acts::terminates;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-14/duration-seconds",
    page: "SIG-14",
    title: "`duration` of a terminate counts seconds.",
    grade: Grade::Violation,
    source: include_str!("duration_seconds.rs"),
    check,
};

/// Seconds by which a reported duration may differ from the measured one.
const SLACK: f64 = 2.0;

/// The share by which it may differ beside: both ends count from other moments.
const SLACK_SHARE: f64 = 0.05;

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    let Some((ended, talk)) = call.course.ended.zip(call.course.talk) else { return };
    let Some(end) = terminates(call).find(|act| act.index == ended) else { return };
    let Some(duration) = end.node.text("duration").and_then(|duration| decimal_u32(&duration)) else { return };
    let talked = seconds(talk);
    let fits = |reported: f64| (reported - talked).abs() <= SLACK.max(talked * SLACK_SHARE);
    let reported = f64::from(duration);
    match (fits(reported), fits(reported / 1000.0)) {
        (true, false) => checks.holds(ended, "it fits the talk time as seconds"),
        (false, true) => checks.undecided(
            ended,
            format!("{duration} fits the {talked:.1} s talked as milliseconds, not as seconds: see duration-unit"),
        ),
        (true, true) => {
            checks.undecided(ended, format!("{talked:.1} s talked are too short to tell the unit of {duration}"))
        }
        (false, false) => checks.undecided(ended, format!("{duration} fits the {talked:.1} s talked in no unit")),
    }
}

#[expect(clippy::cast_precision_loss, reason = "the length of a call is far below 2^53 ns")]
fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}
