//! The coverage that the spec's own script (`scripts/coverage.ts`) prints for a set of pages.

use std::collections::BTreeMap;
use std::fmt;

use super::repository::entries;
use crate::yaml::Document;

/// Facts by grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Confirmed facts.
    pub confirmed: u64,
    /// Probable ones.
    pub probable: u64,
    /// Speculative ones.
    pub speculative: u64,
    /// Those without a grade, or graded unknown.
    pub unknown: u64,
}

impl Tally {
    fn add(&mut self, confidence: Option<&str>) {
        match confidence {
            Some("confirmed") => self.confirmed += 1,
            Some("probable") => self.probable += 1,
            Some("speculative") => self.speculative += 1,
            _ => self.unknown += 1,
        }
    }

    /// All facts.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.confirmed + self.probable + self.speculative + self.unknown
    }

    /// The percentage: a confirmed fact counts whole, a probable one half. Computed in the script's own order, since
    /// a half that floating point misses is rounded down there, too.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "few facts"
    )]
    pub fn percent(self) -> u64 {
        let [confirmed, probable, total] = [self.confirmed, self.probable, self.total()].map(|count| count as f64);
        if total == 0.0 { 0 } else { ((confirmed + 0.5 * probable) / total * 100.0).round() as u64 }
    }
}

/// The coverage of the stanza catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Of all facts.
    pub overall: Tally,
    /// Of the pages of each category.
    pub by_category: BTreeMap<String, Tally>,
}

impl Coverage {
    /// The coverage of these pages.
    #[must_use]
    pub fn of<'d>(pages: impl Iterator<Item = &'d Document>) -> Self {
        let mut coverage = Self::default();
        for page in pages {
            let category = page.root().text_of("category").unwrap_or_default();
            let of_category = coverage.by_category.entry(category.to_owned()).or_default();
            for entry in entries(page) {
                let confidence = entry.node.text_of("confidence");
                coverage.overall.add(confidence);
                of_category.add(confidence);
            }
        }
        coverage
    }
}

impl fmt::Display for Coverage {
    /// As the script prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally { confirmed, probable, speculative, unknown } = self.overall;
        writeln!(f, "Spec coverage: {}% over {} facts.", self.overall.percent(), self.overall.total())?;
        writeln!(f, "  confirmed    {confirmed}")?;
        writeln!(f, "  probable     {probable}")?;
        writeln!(f, "  speculative  {speculative}")?;
        write!(f, "  unknown      {unknown}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_rounded_as_in_javascript() {
        for (confirmed, probable, others, percent) in [
            (0, 0, 0, 0),
            (0, 1, 0, 50),
            (0, 57, 55, 25),
            (0, 1, 3, 13),
            (1, 0, 2, 33),
            (2, 0, 1, 67),
            (0, 1, 99, 1),
            (0, 29, 71, 14),
        ] {
            let tally = Tally { confirmed, probable, speculative: others, unknown: 0 };
            assert_eq!(tally.percent(), percent, "{tally:?}");
        }
    }

    #[test]
    fn every_attribute_and_child_counts_once() {
        let page = "id: a\ntag: call\ncategory: media\nattributes:\n  - {name: x, confidence: probable}\nchildren:\n  - tag: b\n    confidence: confirmed\n    attributes: [{name: y}]\n    children: [{tag: c, confidence: speculative}]\n";
        let page = Document::parse(page).unwrap();
        let coverage = Coverage::of([&page, &page].into_iter());
        let tally = Tally { confirmed: 2, probable: 2, speculative: 2, unknown: 2 };
        assert_eq!((coverage.overall, coverage.by_category["media"]), (tally, tally));
        let names: Vec<_> = entries(&page).iter().map(super::super::repository::Entry::name).collect();
        assert_eq!(names, ["call@x", "call>b", "call>b@y", "call>b>c"]);
    }
}
