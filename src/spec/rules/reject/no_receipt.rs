//! A reject is acknowledged by an ack alone, not by a receipt.
//!
//! *What the spec says.* The ack of the `<call>` is all the answer that a reject gets; receipts are for offers.
//!
//! *What is checked.* Every inbound reject: the client sends no receipt for it. A receipt is the discrepancy
//! `reject-receipt`, since some clients send one, and no fault.
//!
//! *What a capture cannot show.* What the client sends where the recording has gaps.

use std::collections::HashSet;

use crate::call::Call;
use crate::protocol::stanza::Body;
use crate::spec::acts::rejects;
use crate::spec::observe::covered::{ANSWERED_WITHIN, covered_for};
use crate::spec::observe::stanzas::Sight;
use crate::spec::{Checks, Context, Grade, Rule};

/// The rule.
pub(in crate::spec) const RULE: Rule = Rule {
    id: "SIG-08/no-receipt",
    page: "SIG-08",
    title: "A reject is acknowledged by an ack alone, not by a receipt.",
    grade: Grade::Warning,
    source: include_str!("no_receipt.rs"),
    check,
};

fn check(call: &Call, context: &Context, checks: &mut Checks) {
    let receipts = call.rows.iter().filter(|row| matches!(row.observed.read().body, Body::Receipt(_)));
    let receipted: HashSet<usize> = receipts.filter_map(|row| row.answers).collect();
    for reject in rejects(call).filter(Sight::is_inbound) {
        if receipted.contains(&reject.index) {
            checks.undecided(reject.index, "the client sends a receipt for it: see reject-receipt");
            continue;
        }
        match covered_for(call, context, reject.row, ANSWERED_WITHIN) {
            Ok(()) => checks.holds(reject.index, "no receipt followed it"),
            Err(why) => checks.undecided(reject.index, format!("whether a receipt followed: {why}")),
        }
    }
}
