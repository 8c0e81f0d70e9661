//! The pictures in `assets/`, made of what the program shows.

use std::fs;
use std::path::{Path, PathBuf};

use super::CAPTURE;
use super::session::Session;
use crate::merged::without_gap;

/// The pictures in `assets/`: of what, and what is pressed, and waited for, to get there.
const PICTURES: &[(&str, Of, &str, &str)] = &[
    ("calls", Of::Included, "", "7 calls"),
    ("ladder", Of::Included, "j\rGk", "terminate reason=timeout"),
    ("expected", Of::BothSides, "\rGk", "expected: ack terminate"),
    ("hex", Of::Included, "j\rxxx", "a WebSocket message"),
    ("compare", Of::Included, " jd", "rows differ"),
    ("questions", Of::Included, "Q", "Question"),
    ("rules", Of::Included, "R", "Holds"),
    ("captures", Of::Included, "c", "noise decrypted"),
    ("calls-light", Of::Included, "T/missed\r", "Match 1 of "),
    ("ladder-light", Of::Included, "Tj\rGk", "terminate reason=timeout"),
];

/// A capture that pictures are made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The included one.
    Included,
    /// A call that both sides recorded, each by its own clock.
    BothSides,
}

#[test]
fn the_pictures_show_what_the_program_shows() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let folder = tempfile::tempdir().unwrap();
    let both = folder.path().join("both-sides.ndjson");
    fs::write(&both, without_gap().trim_start()).unwrap();
    for (name, of, keys, awaited) in PICTURES {
        let (capture, calls) = match of {
            Of::Included => (CAPTURE, "7 calls"),
            Of::BothSides => (both.to_str().unwrap(), "1 call"),
        };
        let mut session = Session::start(&[capture], 140, 26);
        session.wait_for(calls).press(keys).wait_for(awaited).settle();
        let palette = if name.ends_with("-light") { &LIGHT } else { &DARK };
        let svg = picture(session.screen.screen(), palette);
        session.press("\x03").end();
        let path: PathBuf = assets.join(format!("{name}.svg"));
        if std::env::var_os("RINGTRACE_BLESS").is_some() {
            fs::write(&path, svg).unwrap();
        } else {
            let committed = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                committed == svg,
                "{} is not what the program shows; RINGTRACE_BLESS=1 makes it anew",
                path.display()
            );
        }
    }
}

/// The colours of the pictures' terminal.
struct Palette {
    paper: &'static str,
    ink: &'static str,
    dim: &'static str,
    sixteen: [&'static str; 16],
}

const DARK: Palette = Palette {
    paper: "#1c1f26",
    ink: "#c8ccd4",
    dim: "#8b919d",
    sixteen: [
        "#1c1f26", "#e06c75", "#98c379", "#e5c07b", "#2f6fb3", "#c678dd", "#56b6c2", "#c8ccd4", "#6b7280", "#ff7b86",
        "#b5e890", "#ffd68a", "#7cc4ff", "#e28cf5", "#6fd6e2", "#ffffff",
    ],
};

const LIGHT: Palette = Palette {
    paper: "#ffffff",
    ink: "#1f2328",
    dim: "#6e7781",
    sixteen: [
        "#24292f", "#cf222e", "#116329", "#4d2d00", "#0550ae", "#8250df", "#1b7c83", "#6e7781", "#57606a", "#a40e26",
        "#1a7f37", "#633c01", "#0969da", "#a475f9", "#3192aa", "#8c959f",
    ],
};

fn colour(colour: vt100::Color, default: &str, palette: &Palette) -> String {
    match colour {
        vt100::Color::Default => default.to_owned(),
        vt100::Color::Idx(index @ 0..=15) => palette.sixteen[usize::from(index)].to_owned(),
        vt100::Color::Idx(index @ 16..=231) => {
            let level = |value: u8| if value == 0 { 0 } else { 55 + 40 * u16::from(value) };
            let index = index - 16;
            format!("#{:02x}{:02x}{:02x}", level(index / 36), level(index / 6 % 6), level(index % 6))
        }
        vt100::Color::Idx(index) => {
            let grey = 8 + 10 * (index - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// A run of cells that look alike.
struct Stretch {
    column: u16,
    width: u16,
    text: String,
    style: (String, String, bool, bool),
}

/// The screen as SVG: a rectangle and a text per run of cells that look alike.
fn picture(screen: &vt100::Screen, palette: &Palette) -> String {
    const CELL: (f32, f32) = (8.4, 18.0);
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let (width, height) = (f32::from(columns) * CELL.0 + 20.0, f32::from(rows) * CELL.1 + 20.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{}\"/>\n",
        palette.paper
    );
    for row in 0..rows {
        for stretch in stretches(screen, row, columns, palette) {
            let (x, y) = (10.0 + f32::from(stretch.column) * CELL.0, 10.0 + f32::from(row) * CELL.1);
            let (ink, paper, bold, underlined) = &stretch.style;
            let run = f32::from(stretch.width) * CELL.0;
            if paper != palette.paper {
                svg.push_str(&format!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{run:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>\n",
                    CELL.1
                ));
            }
            if !stretch.text.trim().is_empty() {
                let weight = if *bold { " font-weight=\"bold\"" } else { "" };
                let line = if *underlined { " text-decoration=\"underline\"" } else { "" };
                let text = quick_xml::escape::escape(stretch.text.as_str());
                svg.push_str(&format!(
                    "<text x=\"{x:.1}\" y=\"{:.1}\" fill=\"{ink}\"{weight}{line} textLength=\"{run:.1}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">{text}</text>\n",
                    y + 13.5
                ));
            }
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn stretches(screen: &vt100::Screen, row: u16, columns: u16, palette: &Palette) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for column in 0..columns {
        let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
        let mut ink = colour(cell.fgcolor(), palette.ink, palette);
        let mut paper = colour(cell.bgcolor(), palette.paper, palette);
        if cell.inverse() {
            std::mem::swap(&mut ink, &mut paper);
        }
        if cell.dim() {
            ink = palette.dim.to_owned();
        }
        let style = (ink, paper, cell.bold(), cell.underline());
        let text = if cell.has_contents() { cell.contents().to_owned() } else { " ".to_owned() };
        let width = if cell.is_wide() { 2 } else { 1 };
        match stretches.last_mut() {
            Some(last) if last.style == style && last.column + last.width == column => {
                last.text.push_str(&text);
                last.width += width;
            }
            _ => stretches.push(Stretch { column, width, text, style }),
        }
    }
    stretches
}
