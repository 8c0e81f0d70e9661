//! Where a line ends: the one rule by which text is broken, whether into characters or into styled spans.

/// A line being filled, in columns.
#[derive(Debug)]
pub struct Fill {
    columns: usize,
    indent: usize,
    taken: usize,
}

impl Fill {
    /// A line of at most `columns` columns of which `first` are taken. Later lines begin after `indent` columns.
    #[must_use]
    pub fn new(columns: usize, first: usize, indent: usize) -> Self {
        Self { columns, indent, taken: first }
    }

    /// Takes a piece of `width` columns that comes `gap` columns after what the line holds. Returns whether it begins
    /// a new line, where the gap is left out.
    pub fn breaks(&mut self, gap: usize, width: usize) -> bool {
        let breaks = !self.fits(gap.saturating_add(width));
        self.taken = if breaks { self.indent } else { self.taken.saturating_add(gap) }.saturating_add(width);
        breaks
    }

    /// Whether the line still has `width` columns.
    #[must_use]
    pub fn fits(&self, width: usize) -> bool {
        self.taken.saturating_add(width) <= self.columns
    }

    /// Whether an empty line has `width` columns.
    #[must_use]
    pub fn fits_alone(&self, width: usize) -> bool {
        self.indent.saturating_add(width) <= self.columns
    }

    /// Begins a new line.
    pub fn start_line(&mut self) {
        self.taken = self.indent;
    }
}

#[cfg(test)]
mod tests {
    use super::Fill;

    #[test]
    fn a_line_takes_the_words_that_fit_and_the_next_one_breaks() {
        let mut fill = Fill::new(10, 0, 2);
        let breaks: Vec<bool> =
            [4, 5, 7, 1, 1].into_iter().enumerate().map(|(n, width)| fill.breaks(usize::from(n > 0), width)).collect();
        assert_eq!(breaks, [false, false, true, true, false]);
    }

    #[test]
    fn what_fits_no_line_is_told_before_it_is_placed() {
        let fill = Fill::new(10, 9, 2);
        assert!(fill.fits(1) && !fill.fits(2));
        assert!(fill.fits_alone(8) && !fill.fits_alone(9));
    }
}
