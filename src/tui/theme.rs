//! What things look like, named by what they mean.

use ratatui::style::{Color, Modifier, Style};

/// The looks of the interface. Every role can be told from every other without colour too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Theme {
    /// The title, and headings of columns and sections.
    pub(super) heading: Style,
    /// What the eye should find: marks of evidence, tags, keys.
    pub(super) accent: Style,
    /// What is there to be read last: borders, acks, attribute names.
    pub(super) muted: Style,
    /// What left the recorded client.
    pub(super) outgoing: Style,
    /// What reached it.
    pub(super) incoming: Style,
    /// What keys act on. Laid over whatever stands there.
    pub(super) selected: Style,
    /// What went wrong or is out of the ordinary: long waits, losses, repeats, refusals.
    pub(super) warning: Style,
}

impl Theme {
    /// For a dark background, in the sixteen colours that every terminal has.
    pub(super) const fn dark() -> Self {
        Self {
            heading: Style::new().fg(Color::White).add_modifier(Modifier::BOLD),
            accent: Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD),
            muted: Style::new().add_modifier(Modifier::DIM),
            outgoing: Style::new().fg(Color::Green),
            incoming: Style::new().fg(Color::LightBlue),
            selected: Style::new().fg(Color::White).bg(Color::Blue).remove_modifier(Modifier::DIM),
            warning: Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        }
    }

    /// Without any colour.
    pub(super) const fn plain() -> Self {
        Self {
            heading: Style::new().add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            accent: Style::new().add_modifier(Modifier::UNDERLINED),
            muted: Style::new().add_modifier(Modifier::DIM),
            outgoing: Style::new().add_modifier(Modifier::BOLD),
            incoming: Style::new(),
            selected: Style::new().add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM),
            warning: Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(theme: Theme) -> [Style; 7] {
        let Theme { heading, accent, muted, outgoing, incoming, selected, warning } = theme;
        [heading, accent, muted, outgoing, incoming, selected, warning]
    }

    #[test]
    fn every_role_differs_from_every_other() {
        for theme in [Theme::dark(), Theme::plain()] {
            let roles = roles(theme);
            for (index, role) in roles.iter().enumerate() {
                assert!(!roles[..index].contains(role), "role {index} looks like an earlier one in {theme:?}");
            }
        }
    }

    #[test]
    fn the_plain_theme_has_no_colour() {
        for role in roles(Theme::plain()) {
            assert_eq!((role.fg, role.bg), (None, None));
        }
    }
}
