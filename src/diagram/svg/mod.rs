//! A diagram as a self-contained SVG picture that suits light and dark pages.

mod layout;
mod style;

use super::lane::LaneMark;
use super::model::Expected;
use super::picture::{ArrowKind, ArrowLine, Line, Mark, MediaLine, Picture};
use crate::analysis::Analysis;
use crate::protocol::xml::{Document, number};
use crate::visible::visible;
use crate::words::{duration, offset};
use layout::{Bracket, Layout, Row, Texts};

impl Picture<'_> {
    /// Returns the picture as an SVG document. The calls are those of `analysis`.
    #[must_use]
    pub fn svg(&self, analysis: &Analysis) -> String {
        let (title, subtitle) = (self.title(), self.subtitle(analysis));
        let lifelines = &self.diagram.lifelines;
        let names: Vec<String> = lifelines.iter().map(|lifeline| self.name_of(lifeline)).collect();
        let recorded: Vec<bool> = lifelines.iter().map(|lifeline| lifeline.is_recorded()).collect();
        let texts = Texts { title: &title, subtitle: &subtitle, names: &names, recorded: &recorded };
        let lines = self.lines().into_iter().flat_map(narrow).collect();
        let layout = Layout::of(lines, &texts);
        let (width, height) = (number(layout.width), number(layout.height));
        let mut svg = Document::default();
        svg.open(
            "svg",
            &[
                ("xmlns", "http://www.w3.org/2000/svg"),
                ("width", &width),
                ("height", &height),
                ("viewBox", &format!("0 0 {width} {height}")),
                ("role", "img"),
            ],
        );
        svg.text("title", &[], &title);
        svg.text("style", &[], style::STYLE);
        svg.empty("rect", &[("class", "page"), ("width", &width), ("height", &height), ("rx", "6")]);
        label(&mut svg, "title", layout::MARGIN, 30.0, &title);
        label(&mut svg, "small", layout::MARGIN, 50.0, &subtitle);
        for ((lifeline, name), x) in lifelines.iter().zip(&names).zip(&layout.lifelines) {
            draw_lifeline(&mut svg, lifeline.is_recorded(), *x, &layout);
            heading(&mut svg, lifeline.is_recorded(), [name, &self.role_of(lifeline)], *x, &layout);
        }
        label(&mut svg, "small end", layout::RECORD, layout::HEADING, "record");
        label(&mut svg, "small end", layout::TIME, layout::HEADING, "since start");
        for row in &layout.rows {
            match &row.line {
                Line::Arrow(line) => draw(&mut svg, line, row, &layout),
                Line::Wait(waited) => {
                    interrupt(&mut svg, "wait", &format!("{} later", duration(*waited)), row, &layout)
                }
                Line::Gap(gap) => interrupt(&mut svg, "gap", &format!("gap: {}", self.gap_text(gap)), row, &layout),
                Line::Event(event) => {
                    interrupt(&mut svg, "event", &format!("event: {}", visible(&event.label)), row, &layout);
                }
                Line::Expected(expected) => draw_expected(&mut svg, expected, row, &layout),
                Line::Media(line) => draw_media(&mut svg, line, row, &layout),
            }
        }
        for bracket in &layout.brackets {
            draw_bracket(&mut svg, bracket, &layout);
        }
        legend(&mut svg, &layout);
        svg.finish()
    }
}

/// The most characters of a line about the media.
const NARROW: usize = 90;

/// A line about the media in as many as it needs; other lines as they are.
fn narrow(line: Line<'_>) -> Vec<Line<'_>> {
    let Line::Media(MediaLine { mark, since_start, .. }) = line else { return vec![line] };
    let mut texts: Vec<String> = Vec::new();
    for word in mark.text.split(' ') {
        match texts.last_mut() {
            Some(text) if text.chars().count() + word.chars().count() < NARROW => {
                text.push(' ');
                text.push_str(word);
            }
            _ => texts.push(word.to_owned()),
        }
    }
    let more = |(place, text): (usize, String)| {
        let since_start = since_start.filter(|_| place == 0);
        Line::Media(MediaLine { mark: LaneMark { text, ..mark.clone() }, since_start, is_more: place > 0 })
    };
    texts.into_iter().enumerate().map(more).collect()
}

/// A line of text that begins, ends or is centred at a point, depending on its class.
fn label(svg: &mut Document, class: &str, x: f64, y: f64, text: &str) {
    svg.text("text", &[("class", class), ("x", &number(x)), ("y", &number(y))], text);
}

fn line(svg: &mut Document, class: &str, from: (f64, f64), to: (f64, f64)) {
    let [x1, y1, x2, y2] = [from.0, from.1, to.0, to.1].map(number);
    svg.empty("line", &[("class", class), ("x1", &x1), ("y1", &y1), ("x2", &x2), ("y2", &y2)]);
}

fn path(svg: &mut Document, class: &str, d: &str) {
    svg.empty("path", &[("class", class), ("d", d)]);
}

/// A lifeline with its interruptions.
fn draw_lifeline(svg: &mut Document, is_recorded: bool, x: f64, layout: &Layout<'_>) {
    let class = if is_recorded { "life recorded" } else { "life" };
    let mut top = layout::HEADER + layout::BOX;
    for row in layout.rows.iter().filter(|row| row.is_break) {
        line(svg, class, (x, top), (x, row.y - layout::BREAK));
        top = row.y + layout::BREAK;
    }
    line(svg, class, (x, top), (x, layout.bottom));
}

/// The box at the top of a lifeline, with its name and role.
fn heading(svg: &mut Document, is_recorded: bool, [name, role]: [&str; 2], x: f64, layout: &Layout<'_>) {
    let (left, width) = (number(x - layout.card / 2.0), number(layout.card));
    let (top, height) = (number(layout::HEADER), number(layout::BOX));
    let class = if is_recorded { "box recorded" } else { "box" };
    svg.empty(
        "rect",
        &[("class", class), ("x", &left), ("y", &top), ("width", &width), ("height", &height), ("rx", "5")],
    );
    let middle = layout::HEADER + layout::BOX / 2.0;
    if role.is_empty() {
        label(svg, "name", x, middle + 5.0, name);
    } else {
        label(svg, "name", x, middle - 3.0, name);
        label(svg, "small middle", x, middle + 14.0, role);
    }
}

fn draw(svg: &mut Document, drawn: &ArrowLine<'_>, row: &Row<'_>, layout: &Layout<'_>) {
    let arrow = drawn.arrow;
    let (Some(from), Some(to)) = (layout.lifelines.get(arrow.from), layout.lifelines.get(arrow.to)) else { return };
    let class = match drawn.kind {
        ArrowKind::Outgoing => "out",
        ArrowKind::Incoming => "in",
        ArrowKind::Answer => "answer",
    };
    let y = row.y;
    let nearly = if drawn.is_order_known { "" } else { "~" };
    let time = drawn.since_start.map_or_else(String::new, |since| format!("{nearly}{}", offset(since)));
    label(svg, "number end", layout::RECORD, y + 4.0, &drawn.record());
    label(svg, "number end", layout::TIME, y + 4.0, &time);
    let again = if drawn.is_repeated { " again" } else { "" };
    svg.open("g", &[("class", &format!("{class}{again}"))]);
    let middle = if arrow.from == arrow.to {
        let right = from + 26.0;
        path(
            svg,
            "line",
            &format!(
                "M{0} {1}H{2}V{3}H{4}",
                number(*from),
                number(y - 6.0),
                number(right),
                number(y + 5.0),
                number(from + 7.0)
            ),
        );
        head(svg, (*from, y + 5.0), -1.0);
        right + layout.room(1) / 2.0
    } else {
        let towards = (to - from).signum();
        line(svg, "line", (*from, y), (to - 6.0 * towards, y));
        head(svg, (*to, y), towards);
        f64::midpoint(*from, *to)
    };
    arrow_text(svg, drawn, middle, y - 6.0, layout);
    svg.close();
    for (index, mark) in row.marks.iter().enumerate() {
        badge(svg, mark, layout.marks, row.mark_y(index));
    }
}

/// The text on an arrow: the action in bold, its attributes after it; cut to fit, with the whole as a tooltip.
fn arrow_text(svg: &mut Document, drawn: &ArrowLine<'_>, x: f64, y: f64, layout: &Layout<'_>) {
    let whole = drawn.text();
    let shown = cut(&whole, layout.characters(drawn.arrow.from.abs_diff(drawn.arrow.to)));
    let (action, attributes) = match (drawn.kind, shown.split_once(' ')) {
        (ArrowKind::Answer, _) | (_, None) => (shown.as_str(), String::new()),
        (_, Some((action, attributes))) => (action, format!(" {attributes}")),
    };
    svg.open("text", &[("class", "words"), ("x", &number(x)), ("y", &number(y))]);
    if shown != whole {
        svg.text("title", &[], &whole);
    }
    svg.text("tspan", &[("class", "action")], action);
    if !attributes.is_empty() {
        svg.text("tspan", &[("class", "attributes")], &attributes);
    }
    svg.close();
}

/// A text cut to `room` characters.
fn cut(whole: &str, room: usize) -> String {
    if whole.chars().count() <= room {
        return whole.to_owned();
    }
    let cut: String = whole.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// A step of the spec's flow that was not observed.
fn draw_expected(svg: &mut Document, expected: &Expected, row: &Row<'_>, layout: &Layout<'_>) {
    let (Some(from), Some(to)) = (layout.lifelines.get(expected.from), layout.lifelines.get(expected.to)) else {
        return;
    };
    let towards = (to - from).signum();
    svg.open("g", &[("class", "ghost")]);
    if expected.from == expected.to {
        line(svg, "line", (*from, row.y), (from + 26.0, row.y));
    } else {
        line(svg, "line", (*from, row.y), (to - 6.0 * towards, row.y));
        head(svg, (*to, row.y), towards);
    }
    let whole = visible(&expected.label);
    let shown = cut(&whole, layout.characters(expected.from.abs_diff(expected.to)));
    let (x, y) = (number(f64::midpoint(*from, *to)), number(row.y - 6.0));
    svg.open("text", &[("class", "words"), ("x", &x), ("y", &y)]);
    svg.text("title", &[], &whole);
    svg.text("tspan", &[("class", "attributes")], &shown);
    svg.close();
    svg.close();
}

/// What packets show of the media, next to the lifelines.
fn draw_media(svg: &mut Document, drawn: &MediaLine, row: &Row<'_>, layout: &Layout<'_>) {
    label(svg, "number end", layout::RECORD, row.y + 4.0, &drawn.record());
    label(svg, "number end", layout::TIME, row.y + 4.0, &drawn.since_start.map_or_else(String::new, offset));
    svg.open("g", &[("class", "media")]);
    let ends = layout.lifelines.first().zip(layout.lifelines.last());
    if let Some((first, last)) = ends {
        line(svg, "line", (*first, row.y), (last + layout.card / 2.0, row.y));
    }
    label(svg, "said", layout.marks, row.y + 4.0, &drawn.mark.text);
    svg.close();
}

/// An arrow's head, its tip at a lifeline.
fn head(svg: &mut Document, tip: (f64, f64), towards: f64) {
    let back = number(tip.0 - 9.0 * towards);
    let d = format!(
        "M{} {}L{back} {}L{back} {}Z",
        number(tip.0 - towards),
        number(tip.1),
        number(tip.1 - 4.5),
        number(tip.1 + 4.5)
    );
    path(svg, "head", &d);
}

/// What a stanza means for the spec, next to its arrow.
fn badge(svg: &mut Document, mark: &Mark, x: f64, y: f64) {
    let class = match mark.sign {
        '!' => "mark broken",
        '*' => "mark new",
        _ => "mark open",
    };
    svg.open("g", &[("class", class)]);
    svg.text("title", &[], &mark.why);
    svg.empty("circle", &[("cx", &number(x + 8.0)), ("cy", &number(y)), ("r", "8")]);
    label(svg, "sign", x + 8.0, y + 4.0, &mark.sign.to_string());
    label(svg, "said", x + 22.0, y + 4.0, &mark.short);
    svg.close();
}

/// A break across all lifelines, and the reason for it.
fn interrupt(svg: &mut Document, class: &str, why: &str, row: &Row<'_>, layout: &Layout<'_>) {
    svg.open("g", &[("class", class)]);
    for x in &layout.lifelines {
        for y in [row.y - layout::BREAK, row.y + layout::BREAK] {
            line(svg, "line", (x - 6.0, y + 3.0), (x + 6.0, y - 3.0));
        }
    }
    let ends = layout.lifelines.first().zip(layout.lifelines.get(1));
    let middle = ends.map_or(layout.width / 2.0, |(first, second)| f64::midpoint(*first, *second));
    label(svg, "why", middle, row.y + 4.0, why);
    svg.close();
}

/// A bracket next to the lifeline that an answer and what it answers share.
fn draw_bracket(svg: &mut Document, bracket: &Bracket, layout: &Layout<'_>) {
    let ends = layout.arrow(bracket.answered).zip(layout.arrow(bracket.answer));
    let Some(((from, asked), (to, answer))) = ends else { return };
    let Some(x) = layout.lifelines.get(bracket.lifeline) else { return };
    let reach = number(x + bracket.side * layout::reach(bracket.track));
    let start = number(x + bracket.side * 3.0);
    let d = format!("M{start} {0}H{reach}V{1}H{start}", number(from.y), number(to.y));
    svg.open("g", &[("class", "tie")]);
    svg.text("title", &[], &format!("{} answers record {}", answer.label, asked.record()));
    path(svg, "line", &d);
    svg.close();
}

/// The meaning of the lines.
fn legend(svg: &mut Document, layout: &Layout<'_>) {
    let y = layout.height - 18.0;
    let mut x = layout::MARGIN;
    let known = [
        ("out", "sent by a recorded device"),
        ("in", "received by one"),
        ("answer", "ack or receipt, tied to what it answers"),
        ("ghost", "expected, not observed"),
    ];
    let has_expected = layout.rows.iter().any(|row| matches!(row.line, Line::Expected(_)));
    for (class, what) in known.into_iter().filter(|(class, _)| has_expected || *class != "ghost") {
        svg.open("g", &[("class", class)]);
        line(svg, "line", (x, y), (x + 22.0, y));
        head(svg, (x + 28.0, y), 1.0);
        svg.close();
        label(svg, "small", x + 36.0, y + 4.0, what);
        #[expect(clippy::cast_precision_loss, reason = "a few dozen letters")]
        let length = what.len() as f64;
        x += 56.0 + length * 6.2;
    }
}
