//! `t` of an ack counts seconds since 1970.
//!
//! *What the spec says.* `t` is the moment at which the server made the ack, in seconds since 1970, and may be
//! left out.
//!
//! *What is checked.* Every ack with `t`: decimal digits, and no more of them than seconds have before the year
//! 5138: milliseconds have more.
//!
//! *What a capture cannot show.* Whether the server's clock is right.

use crate::call::Call;
use crate::spec::acts::acks;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "ACK/t",
    page: "call-ack",
    title: "`t` of an ack counts seconds since 1970.",
    grade: Grade::Violation,
    source: include_str!("t.rs"),
    check,
};

/// The year 5138. Milliseconds since 1970 are beyond it since 1973.
const LATEST: u64 = 100_000_000_000;

fn check(call: &Call, _: &Context, checks: &mut Checks) {
    for (index, row, _) in acks(call) {
        let Some(t) = row.observed.read().node.text("t") else { continue };
        let seconds = t.bytes().all(|byte| byte.is_ascii_digit()).then(|| t.parse::<u64>().ok()).flatten();
        match seconds {
            Some(seconds) if seconds < LATEST => checks.holds(index, "its `t` counts seconds"),
            Some(_) => checks.violated(index, format!("its `t` is too large for seconds: {t}")),
            None => checks.violated(index, format!("its `t` is no number of seconds: {t}")),
        }
    }
}
