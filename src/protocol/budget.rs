//! A limit on trial decryption, so that damaged or hostile captures cannot make a decoder try keys and counters forever.

/// The work that trial decryption may still cost. The unit is roughly one decrypted byte.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    left: u64,
    most: u64,
}

impl Budget {
    /// The cost of a trial in addition to its bytes.
    const TRIAL: u64 = 512;

    /// A budget of `most` units.
    pub(super) const fn new(most: u64) -> Self {
        Self { left: most, most }
    }

    /// A budget for `count` trials on short frames.
    pub(super) const fn trials(count: u64) -> Self {
        Self::new(count * 2 * Self::TRIAL)
    }

    /// Pays for one trial on `length` bytes. Returns `false` if not enough is left.
    pub(super) const fn pay(&mut self, length: usize) -> bool {
        let cost = Self::TRIAL + length as u64;
        let enough = self.left >= cost;
        if enough {
            self.left -= cost;
        }
        enough
    }

    /// Returns part of what was spent, for `length` bytes that were decrypted: a connection that can be read earns
    /// further trials.
    pub(super) fn earn(&mut self, length: usize) {
        self.left = (self.left + 4 * length as u64).min(self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_after_its_trials() {
        let mut budget = Budget::trials(3);
        let paid = (0..100).take_while(|_| budget.pay(100)).count();
        assert_eq!(paid, 5);
        assert!(!budget.pay(100));
    }

    #[test]
    fn earning_refills_up_to_the_initial_budget() {
        let mut budget = Budget::new(2048);
        assert!(budget.pay(1536) && !budget.pay(0));
        budget.earn(128);
        assert!(budget.pay(0) && !budget.pay(0));
        budget.earn(usize::MAX >> 4);
        assert!(budget.pay(1536) && !budget.pay(0));
    }
}
