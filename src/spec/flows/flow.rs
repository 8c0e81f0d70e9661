//! A flow of the spec: the steps of calls that end in one way.

use crate::call::Call;
use crate::protocol::stanza::ActionName;
use crate::spec::rule::Rule;

/// Who a step of a flow goes from or to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The device that placed the call.
    Caller,
    /// The server.
    Server,
    /// A device that the call was offered to, and in a declined call the one that declined it.
    Callee,
    /// The callee's devices that another one of them declined the call for.
    Siblings,
    /// Every device that the call was offered to.
    Offered,
}

/// What a step passes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passes {
    /// A call stanza with this action.
    Call(ActionName),
    /// The ack of one.
    Ack(ActionName),
}

/// One step of a flow.
#[derive(Debug)]
pub struct Step {
    /// The rule that calls have it.
    pub rule: Rule,
    /// Who sends it.
    pub from: End,
    /// Who gets it.
    pub to: End,
    /// What it is.
    pub passes: Passes,
    /// How sure the page is of it.
    pub confidence: &'static str,
    /// Why its absence from a call is no departure: the page calls it optional, or a discrepancy or an open question
    /// covers it.
    pub(super) may_miss: fn(&Call) -> Option<&'static str>,
    /// Who else may turn out to send it, which the page leaves open.
    pub or_from: Option<End>,
}

/// A flow of the spec.
#[derive(Debug)]
pub struct Flow {
    /// Its id on the spec's pages.
    pub page: &'static str,
    /// What names its steps: `rejected-step-3`.
    pub name: &'static str,
    /// The steps, in order.
    pub steps: &'static [Step],
    /// Whether a call ended as the flow does.
    pub(in crate::spec) is_of: fn(&Call) -> bool,
}

/// A step that every call of the flow has.
pub(in crate::spec) const fn step(rule: Rule, from: End, to: End, passes: Passes, confidence: &'static str) -> Step {
    Step { rule, from, to, passes, confidence, may_miss: |_| None, or_from: None }
}

impl Step {
    /// The same, where its absence may be no departure.
    pub(in crate::spec) const fn may_miss(mut self, why: fn(&Call) -> Option<&'static str>) -> Self {
        self.may_miss = why;
        self
    }

    /// The same, where the page leaves open whether another end sends it.
    pub(in crate::spec) const fn or_from(mut self, end: End) -> Self {
        self.or_from = Some(end);
        self
    }
}
