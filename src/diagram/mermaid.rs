//! A diagram as Mermaid, which GitHub and many other sites render.

use std::fmt::Write;

use super::picture::{ArrowKind, ArrowLine, Line, Picture};
use crate::analysis::Analysis;
use crate::visible::visible;
use crate::words::duration;

/// Bytes of a diagram. Mermaid refuses texts of more than 50,000 characters.
const LIMIT: usize = 48_000;

impl Picture<'_> {
    /// Returns the text of a Mermaid sequence diagram, without a fence. A diagram too long for Mermaid is cut short,
    /// with a note that says so. The calls are those of `analysis`.
    #[must_use]
    pub fn mermaid(&self, analysis: &Analysis) -> String {
        let title = format!("{} ({})", self.title(), self.subtitle(analysis));
        let mut text = format!("sequenceDiagram\n    title {}\n", escaped(&title));
        for (index, lifeline) in self.diagram.lifelines.iter().enumerate() {
            let role = self.role_of(lifeline);
            let role = if role.is_empty() { role } else { format!(" ({role})") };
            statement(&mut text, &format!("participant p{index} as {}{role}", escaped(&self.name_of(lifeline))));
        }
        let last = self.diagram.lifelines.len().saturating_sub(1);
        let lines = self.lines();
        for (place, line) in lines.iter().enumerate() {
            let before = text.len();
            match line {
                Line::Arrow(line) => draw(&mut text, line, last),
                Line::Wait(waited) => {
                    statement(&mut text, &format!("Note over p0,p{last}: {} later", escaped(&duration(*waited))));
                }
                Line::Gap(gap) => {
                    let gap = escaped(&self.gap_text(gap));
                    statement(&mut text, &format!("Note over p0,p{last}: gap, {gap}"));
                }
                Line::Event(event) => {
                    let label = escaped(&visible(&event.label));
                    statement(&mut text, &format!("Note over p0,p{last}: event, {label}"));
                }
                Line::Expected(expected) => {
                    let label = escaped(&visible(&expected.label));
                    statement(&mut text, &format!("p{}--xp{}: {label}", expected.from, expected.to));
                }
                Line::Media(line) => {
                    let note = format!("media, {} (record {})", line.mark.text, line.record());
                    statement(&mut text, &format!("Note over p0,p{last}: {}", escaped(&note)));
                }
            }
            if text.len() > LIMIT {
                text.truncate(before);
                let left = lines.len() - place;
                statement(&mut text, &format!("Note over p0,p{last}: {left} more steps are not drawn"));
                break;
            }
        }
        text
    }
}

fn statement(text: &mut String, statement: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "    {statement}");
}

fn draw(text: &mut String, line: &ArrowLine<'_>, last: usize) {
    let (from, to) = (line.arrow.from, line.arrow.to);
    let stroke = if line.kind == ArrowKind::Answer { "-->>" } else { "->>" };
    statement(text, &format!("p{from}{stroke}p{to}: {}", escaped(&line.text())));
    for mark in line.marks() {
        let place = match (from.min(to), from.max(to)) {
            (left, right) if left == right && right == last => format!("left of p{right}"),
            (left, right) if left == right => format!("right of p{left}"),
            (left, right) => format!("over p{left},p{right}"),
        };
        let note = format!("{} {} (record {})", mark.sign, mark.short, line.record());
        statement(text, &format!("Note {place}: {}", escaped(&note)));
    }
}

/// Text that Mermaid reads only as text: letters, digits and harmless signs as they are, everything else as
/// Mermaid's entities, `#59;`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, ' ' | '.' | ',' | '_' | '-' | '=' | '@' | '/' | '(' | ')')
        {
            escaped.push(character);
        } else {
            // Writing to a string does not fail.
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn mermaid_syntax_is_written_as_entities() {
        assert_eq!(escaped("a;b#c<d>\"e\":%%{}"), "a#59;b#35;c#60;d#62;#34;e#34;#58;#37;#37;#123;#125;");
        assert_eq!(escaped("1:2@lid reason=timeout"), "1#58;2@lid reason=timeout");
    }
}
