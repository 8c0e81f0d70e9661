//! Colours and attributes, named by what they mean.

use ratatui::style::{Color, Modifier, Style};

/// A theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeName {
    /// For a dark background.
    #[default]
    Dark,
    /// For a light background.
    Light,
    /// Bright colours on black, whatever the terminal's background is.
    HighContrast,
    /// No colours.
    None,
}

impl ThemeName {
    /// Every theme.
    pub const ALL: [Self; 4] = [Self::Dark, Self::Light, Self::HighContrast, Self::None];

    /// Its name, in the config and for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::HighContrast => "high-contrast",
            Self::None => "none",
        }
    }

    /// The theme with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// The theme after this one.
    pub(in crate::tui) fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::HighContrast,
            Self::HighContrast => Self::None,
            Self::None => Self::Dark,
        }
    }
}

/// The styles of the interface. Every role differs from every other without colour too, or comes with a sign that shows
/// it: an arrow's direction, `!`, `+`, `?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tui) struct Theme {
    /// Everything without another style.
    pub(in crate::tui) base: Style,
    /// The title, and headings of columns and sections.
    pub(in crate::tui) heading: Style,
    /// What should catch the eye: badges of evidence, tags, keys.
    pub(in crate::tui) accent: Style,
    /// The least important: borders, acks, attribute names.
    pub(in crate::tui) muted: Style,
    /// What left the recorded client.
    pub(in crate::tui) outgoing: Style,
    /// What reached the recorded client.
    pub(in crate::tui) incoming: Style,
    /// What keys act on. Applied on top of other styles.
    pub(in crate::tui) selected: Style,
    /// Problems and the unusual: long waits, losses, repeats, refusals.
    pub(in crate::tui) warning: Style,
    /// A violated rule.
    pub(in crate::tui) violated: Style,
    /// Something that is not in the spec.
    pub(in crate::tui) novelty: Style,
    /// Matches of a search, and differences.
    pub(in crate::tui) matched: Style,
}

const BOLD: Modifier = Modifier::BOLD;
const UNDERLINED: Modifier = Modifier::UNDERLINED;

impl Theme {
    /// The styles of a theme.
    pub(in crate::tui) const fn of(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => Self::dark(),
            ThemeName::Light => Self::light(),
            ThemeName::HighContrast => Self::high_contrast(),
            ThemeName::None => Self::plain(),
        }
    }

    /// For a dark background, in the sixteen colours that every terminal has. Directions are yellow and blue, which
    /// nearly everyone can tell apart.
    const fn dark() -> Self {
        Self {
            base: Style::new(),
            heading: Style::new().add_modifier(BOLD),
            accent: Style::new().fg(Color::Cyan).add_modifier(BOLD),
            muted: Style::new().add_modifier(Modifier::DIM),
            outgoing: Style::new().fg(Color::Yellow),
            incoming: Style::new().fg(Color::LightBlue),
            selected: Style::new().fg(Color::White).bg(Color::Blue).remove_modifier(Modifier::DIM),
            warning: Style::new().fg(Color::LightYellow).add_modifier(BOLD.union(UNDERLINED)),
            violated: Style::new().fg(Color::LightRed).add_modifier(BOLD),
            novelty: Style::new().fg(Color::LightMagenta).add_modifier(BOLD.union(Modifier::ITALIC)),
            matched: Style::new().fg(Color::Black).bg(Color::Yellow),
        }
    }

    /// For a light background. Many light palettes have dark yellows and pale greys, so those are given as they are meant.
    const fn light() -> Self {
        Self {
            base: Style::new(),
            heading: Style::new().add_modifier(BOLD),
            accent: Style::new().fg(Color::Blue).add_modifier(BOLD),
            muted: Style::new().fg(Color::Rgb(0x5f, 0x63, 0x6b)),
            outgoing: Style::new().fg(Color::Rgb(0x8a, 0x4b, 0x00)),
            incoming: Style::new().fg(Color::Blue),
            selected: Style::new().fg(Color::Black).bg(Color::Rgb(0xc8, 0xdc, 0xff)).remove_modifier(Modifier::DIM),
            warning: Style::new().fg(Color::Rgb(0x8a, 0x4b, 0x00)).add_modifier(BOLD.union(UNDERLINED)),
            violated: Style::new().fg(Color::Red).add_modifier(BOLD),
            novelty: Style::new().fg(Color::Rgb(0x8a, 0x1a, 0x8a)).add_modifier(BOLD.union(Modifier::ITALIC)),
            matched: Style::new().fg(Color::Black).bg(Color::Rgb(0xff, 0xe0, 0x80)),
        }
    }

    /// Bright on black, and no dim text.
    const fn high_contrast() -> Self {
        Self {
            base: Style::new().fg(Color::White).bg(Color::Black),
            heading: Style::new().fg(Color::White).add_modifier(BOLD.union(Modifier::REVERSED)),
            accent: Style::new().fg(Color::LightCyan).add_modifier(BOLD),
            muted: Style::new().fg(Color::Gray),
            outgoing: Style::new().fg(Color::LightYellow),
            incoming: Style::new().fg(Color::LightCyan),
            selected: Style::new().fg(Color::Black).bg(Color::White).add_modifier(BOLD),
            warning: Style::new().fg(Color::LightYellow).add_modifier(BOLD.union(UNDERLINED)),
            violated: Style::new().fg(Color::LightRed).add_modifier(BOLD.union(UNDERLINED)),
            novelty: Style::new().fg(Color::LightMagenta).add_modifier(BOLD),
            matched: Style::new().fg(Color::Black).bg(Color::LightYellow),
        }
    }

    /// Without any colour.
    const fn plain() -> Self {
        Self {
            base: Style::new(),
            heading: Style::new().add_modifier(BOLD.union(Modifier::REVERSED)),
            accent: Style::new().add_modifier(UNDERLINED),
            muted: Style::new().add_modifier(Modifier::DIM),
            outgoing: Style::new().add_modifier(BOLD),
            incoming: Style::new(),
            selected: Style::new().add_modifier(Modifier::REVERSED).remove_modifier(Modifier::DIM),
            warning: Style::new().add_modifier(BOLD.union(UNDERLINED)),
            violated: Style::new().add_modifier(BOLD.union(UNDERLINED).union(Modifier::REVERSED)),
            novelty: Style::new().add_modifier(BOLD.union(Modifier::ITALIC)),
            matched: Style::new().add_modifier(UNDERLINED.union(Modifier::REVERSED)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(theme: Theme) -> [Style; 10] {
        let Theme {
            base: _,
            heading,
            accent,
            muted,
            outgoing,
            incoming,
            selected,
            warning,
            violated,
            novelty,
            matched,
        } = theme;
        [heading, accent, muted, outgoing, incoming, selected, warning, violated, novelty, matched]
    }

    #[test]
    fn every_role_differs_from_every_other() {
        for name in ThemeName::ALL {
            let roles = roles(Theme::of(name));
            for (index, role) in roles.iter().enumerate() {
                assert!(!roles[..index].contains(role), "role {index} equals an earlier one in {name:?}");
            }
            assert_eq!(ThemeName::named(name.name()), Some(name));
        }
    }

    #[test]
    fn the_plain_theme_has_no_colour() {
        for role in roles(Theme::of(ThemeName::None)) {
            assert_eq!((role.fg, role.bg), (None, None));
        }
    }

    /// Red, green and blue of a colour, as xterm has it.
    fn rgb(colour: Color) -> [f64; 3] {
        let [red, green, blue] = match colour {
            Color::Black => [0, 0, 0],
            Color::Red => [205, 0, 0],
            Color::Green => [0, 205, 0],
            Color::Yellow => [205, 205, 0],
            Color::Blue => [0, 0, 238],
            Color::Magenta => [205, 0, 205],
            Color::Cyan => [0, 205, 205],
            Color::Gray => [229, 229, 229],
            Color::DarkGray => [127, 127, 127],
            Color::LightRed => [255, 0, 0],
            Color::LightYellow => [255, 255, 0],
            Color::LightBlue => [92, 92, 255],
            Color::LightMagenta => [255, 0, 255],
            Color::LightCyan => [0, 255, 255],
            Color::White => [255, 255, 255],
            Color::Rgb(red, green, blue) => [red, green, blue],
            other => panic!("{other:?} is not in any theme"),
        };
        [red, green, blue].map(f64::from)
    }

    /// Colours as seen by people without red cones, without green cones, and without blue cones (Viénot and
    /// others, 1999, in its common linear form).
    const SEEN: [[[f64; 3]; 3]; 3] = [
        [[0.567, 0.433, 0.0], [0.558, 0.442, 0.0], [0.0, 0.242, 0.758]],
        [[0.625, 0.375, 0.0], [0.7, 0.3, 0.0], [0.0, 0.3, 0.7]],
        [[0.95, 0.05, 0.0], [0.0, 0.433, 0.567], [0.0, 0.475, 0.525]],
    ];

    /// The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio).
    fn contrast(one: Color, other: Color) -> f64 {
        let luminance = |colour| {
            let linear = rgb(colour).map(|value| {
                let value = value / 255.0;
                if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055_f64).powf(2.4) }
            });
            linear.iter().zip([0.2126, 0.7152, 0.0722]).map(|(value, share)| value * share).sum::<f64>()
        };
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_its_background() {
        let themes = [
            (ThemeName::Dark, Color::Black),
            (ThemeName::Light, Color::White),
            (ThemeName::HighContrast, Color::Black),
        ];
        for (name, background) in themes {
            for role in roles(Theme::of(name)) {
                let (Some(ink), paper) = (role.fg, role.bg.unwrap_or(background)) else { continue };
                assert!(contrast(ink, paper) > 4.4, "{name:?}: {ink:?} on {paper:?}: {:.1}", contrast(ink, paper));
            }
        }
    }

    #[test]
    fn roles_that_differ_only_in_colour_differ_for_the_colour_blind() {
        for name in [ThemeName::Dark, ThemeName::Light, ThemeName::HighContrast] {
            let theme = Theme::of(name);
            let (one, other) = (theme.outgoing, theme.incoming);
            assert_eq!(one.add_modifier, other.add_modifier);
            let (one, other) = (rgb(one.fg.unwrap()), rgb(other.fg.unwrap()));
            for seen in SEEN {
                let look = |colour: [f64; 3]| seen.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum::<f64>());
                let apart: f64 = look(one).iter().zip(look(other)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
                assert!(apart > 90.0, "{name:?}: {apart:.0}");
            }
        }
    }
}
