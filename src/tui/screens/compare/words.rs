//! How differences are written.

use ratatui::text::Span;

use crate::compare::{Pair, Relation, align};
use crate::tui::kit::theme::Theme;
use crate::tui::kit::tokens::tokens;

/// The sign of a relation.
pub(super) const fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "=",
        Relation::SameRole => "≈",
        Relation::Random => "~",
        Relation::Different => "≠",
        Relation::OnlyLeft => "<",
        Relation::OnlyRight => ">",
        Relation::Moved => "↕",
    }
}

/// A relation for people.
pub(super) const fn relation(relation: Relation) -> &'static str {
    match relation {
        Relation::Same => "equal",
        Relation::SameRole => "the same role in both calls",
        Relation::Random => "random: differs between any two stanzas",
        Relation::Different => "differs",
        Relation::OnlyLeft => "only on the left",
        Relation::OnlyRight => "only on the right",
        Relation::Moved => "in a different position among its siblings",
    }
}

/// A text with the tokens highlighted that another does not have.
pub(super) fn marked(own: &str, other: &str, theme: &Theme) -> Vec<Span<'static>> {
    let (own, other) = (tokens(own), tokens(other));
    let spans = align(&own, &other).into_iter().filter_map(|pair| match pair {
        Pair::Both(index, _) => own.get(index).map(|token| Span::raw((*token).to_owned())),
        Pair::Left(index) => own.get(index).map(|token| Span::styled((*token).to_owned(), theme.matched)),
        Pair::Right(_) => None,
    });
    spans.collect()
}
