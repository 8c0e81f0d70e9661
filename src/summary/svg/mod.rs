//! A diagram as an SVG picture: it needs nothing but itself, and suits light and dark pages.

mod layout;
mod style;

use super::diagram::{Absent, Arrow, ArrowKind, Diagram, Mark, Party, Step};
use crate::protocol::xml::{Document, number};
use layout::{Layout, Place};

impl Diagram {
    /// The diagram as an SVG document.
    #[must_use]
    pub fn svg(&self) -> String {
        let layout = Layout::of(self);
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
        svg.text("title", &[], &self.title);
        svg.text("style", &[], style::STYLE);
        svg.empty("rect", &[("class", "page"), ("width", &width), ("height", &height), ("rx", "6")]);
        label(&mut svg, "title", layout::MARGIN, 30.0, &self.title);
        label(&mut svg, "small", layout::MARGIN, 50.0, &self.subtitle);
        lifelines(&mut svg, self, &layout);
        label(&mut svg, "small end", layout::RECORD, layout::HEADING, "record");
        label(&mut svg, "small end", layout::TIME, layout::HEADING, "since start");
        for (step, place) in self.steps.iter().zip(&layout.places) {
            match step {
                Step::Arrow(arrow) => draw(&mut svg, arrow, place, &layout),
                Step::Wait(time) => pause(&mut svg, "wait", &format!("{time} later"), place, &layout),
                Step::Gap(what) => pause(&mut svg, "gap", &format!("gap: {what}"), place, &layout),
                Step::Expected(absent) => ghost(&mut svg, absent, place, &layout),
            }
        }
        for (index, arrow) in self.arrows() {
            tie(&mut svg, index, arrow, &layout);
        }
        legend(&mut svg, self, &layout);
        svg.finish()
    }
}

/// A line of text that begins, ends or is centred at a point, as its class says.
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

/// The lines, broken where a step says so, and a box with the name on top of each.
fn lifelines(svg: &mut Document, diagram: &Diagram, layout: &Layout) {
    for (party, x) in diagram.lifelines.iter().zip(&layout.lifelines) {
        let class = if party.recorded { "life recorded" } else { "life" };
        let mut top = layout::HEADER + layout::BOX;
        for place in layout.places.iter().filter(|place| place.is_break) {
            line(svg, class, (*x, top), (*x, place.y - layout::BREAK));
            top = place.y + layout::BREAK;
        }
        line(svg, class, (*x, top), (*x, layout.bottom));
        heading(svg, party, *x, layout);
    }
}

fn heading(svg: &mut Document, party: &Party, x: f64, layout: &Layout) {
    let (left, width) = (number(x - layout.card / 2.0), number(layout.card));
    let (top, height) = (number(layout::HEADER), number(layout::BOX));
    let class = if party.recorded { "box recorded" } else { "box" };
    svg.empty(
        "rect",
        &[("class", class), ("x", &left), ("y", &top), ("width", &width), ("height", &height), ("rx", "5")],
    );
    let below = match (party.role, party.recorded) {
        ("", false) => "",
        ("", true) => "recorded here",
        ("caller", true) => "caller, recorded here",
        ("callee", true) => "callee, recorded here",
        (role, _) => role,
    };
    let middle = layout::HEADER + layout::BOX / 2.0;
    if below.is_empty() {
        label(svg, "name", x, middle + 5.0, &party.name);
    } else {
        label(svg, "name", x, middle - 3.0, &party.name);
        label(svg, "small middle", x, middle + 14.0, below);
    }
}

fn draw(svg: &mut Document, arrow: &Arrow, place: &Place, layout: &Layout) {
    let (Some(from), Some(to)) = (layout.lifelines.get(arrow.from), layout.lifelines.get(arrow.to)) else { return };
    let class = match arrow.kind {
        ArrowKind::Outgoing => "out",
        ArrowKind::Incoming => "in",
        ArrowKind::Answer => "answer",
    };
    let y = place.y;
    label(svg, "number end", layout::RECORD, y + 4.0, &arrow.record);
    label(svg, "number end", layout::TIME, y + 4.0, &arrow.time);
    let again = if arrow.again { " again" } else { "" };
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
    words(svg, arrow, middle, y - 6.0, layout);
    svg.close();
    for (index, mark) in arrow.marks.iter().enumerate() {
        badge(svg, mark, layout.marks, place.mark_y(index));
    }
}

/// What the arrow says: the action strong, its attributes behind it; cut to the room there is, and then whole on
/// demand.
fn words(svg: &mut Document, arrow: &Arrow, x: f64, y: f64, layout: &Layout) {
    let again = if arrow.again { " (again)" } else { "" };
    let took = arrow.answers.as_ref().filter(|(_, took)| !took.is_empty());
    let took = took.map_or_else(String::new, |(_, took)| format!(" after {took}"));
    let way = arrow.way.as_ref().map_or_else(String::new, |way| format!(", {way}"));
    let whole = format!("{}{again}{took}{way}", arrow.label);
    let shown = cut(&whole, layout.characters(arrow.from.abs_diff(arrow.to)));
    let (action, attributes) = match (arrow.kind, shown.split_once(' ')) {
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

/// A text in at most so many characters.
fn cut(whole: &str, room: usize) -> String {
    if whole.chars().count() <= room {
        return whole.to_owned();
    }
    let cut: String = whole.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

/// What was to be seen and was not.
fn ghost(svg: &mut Document, absent: &Absent, place: &Place, layout: &Layout) {
    let (Some(from), Some(to)) = (layout.lifelines.get(absent.from), layout.lifelines.get(absent.to)) else { return };
    let towards = (to - from).signum();
    svg.open("g", &[("class", "ghost")]);
    if absent.from == absent.to {
        line(svg, "line", (*from, place.y), (from + 26.0, place.y));
    } else {
        line(svg, "line", (*from, place.y), (to - 6.0 * towards, place.y));
        head(svg, (*to, place.y), towards);
    }
    let shown = cut(&absent.label, layout.characters(absent.from.abs_diff(absent.to)));
    let (x, y) = (number(f64::midpoint(*from, *to)), number(place.y - 6.0));
    svg.open("text", &[("class", "words"), ("x", &x), ("y", &y)]);
    svg.text("title", &[], &absent.label);
    svg.text("tspan", &[("class", "attributes")], &shown);
    svg.close();
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

/// What a stanza says about the spec, beside its arrow.
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

/// A break in all lifelines, and why.
fn pause(svg: &mut Document, class: &str, why: &str, place: &Place, layout: &Layout) {
    svg.open("g", &[("class", class)]);
    for x in &layout.lifelines {
        for y in [place.y - layout::BREAK, place.y + layout::BREAK] {
            line(svg, "line", (x - 6.0, y + 3.0), (x + 6.0, y - 3.0));
        }
    }
    let ends = layout.lifelines.first().zip(layout.lifelines.get(1));
    let middle = ends.map_or(layout.width / 2.0, |(first, second)| f64::midpoint(*first, *second));
    label(svg, "why", middle, place.y + 4.0, why);
    svg.close();
}

/// A bracket beside the lifeline that an answer and what it answers share.
fn tie(svg: &mut Document, index: usize, arrow: &Arrow, layout: &Layout) {
    let Some(tie) = layout.ties.get(&index) else { return };
    let (Some(from), Some(to)) = (layout.places.get(tie.from), layout.places.get(index)) else { return };
    let Some(x) = layout.lifelines.get(tie.lifeline) else { return };
    let reach = number(x + tie.side * layout::tie_reach(tie.lane));
    let start = number(x + tie.side * 3.0);
    let d = format!("M{start} {0}H{reach}V{1}H{start}", number(from.y), number(to.y));
    let title = format!("{} answers record {}", arrow.label, tie.record);
    svg.open("g", &[("class", "tie")]);
    svg.text("title", &[], &title);
    path(svg, "line", &d);
    svg.close();
}

/// What the lines mean.
fn legend(svg: &mut Document, diagram: &Diagram, layout: &Layout) {
    let y = layout.height - 18.0;
    let mut x = layout::MARGIN;
    let known = [
        ("out", "left a recorded device"),
        ("in", "reached one"),
        ("answer", "ack or receipt, tied to what it answers"),
        ("ghost", "expected, not seen"),
    ];
    let has_ghosts = diagram.steps.iter().any(|step| matches!(step, Step::Expected(_)));
    for (class, what) in known.into_iter().filter(|(class, _)| has_ghosts || *class != "ghost") {
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
