//! A diagram as Mermaid, which GitHub and many others draw.

use std::fmt::Write;

use super::diagram::{Arrow, ArrowKind, Diagram, Step};

/// Bytes of a diagram. Mermaid refuses texts of more than 50,000 characters.
const LIMIT: usize = 48_000;

impl Diagram {
    /// The diagram as the text of a Mermaid sequence diagram, without a fence. Where it would be too long for
    /// Mermaid, it ends early and says so.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let mut text =
            format!("sequenceDiagram\n    title {}\n", escaped(&format!("{} ({})", self.title, self.subtitle)));
        for (index, party) in self.lifelines.iter().enumerate() {
            let role = [party.role, if party.recorded { "recorded" } else { "" }];
            let role = role.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
            let role = if role.is_empty() { role } else { format!(" ({role})") };
            line(&mut text, &format!("participant p{index} as {}{role}", escaped(&party.name)));
        }
        let last = self.lifelines.len().saturating_sub(1);
        for (place, step) in self.steps.iter().enumerate() {
            let before = text.len();
            match step {
                Step::Wait(time) => line(&mut text, &format!("Note over p0,p{last}: {} later", escaped(time))),
                Step::Gap(what) => line(&mut text, &format!("Note over p0,p{last}: gap, {}", escaped(what))),
                Step::Arrow(arrow) => draw(&mut text, arrow, last),
                Step::Expected(absent) => {
                    line(&mut text, &format!("p{}--xp{}: {}", absent.from, absent.to, escaped(&absent.label)));
                }
            }
            if text.len() > LIMIT {
                text.truncate(before);
                let left = self.steps.len() - place;
                line(&mut text, &format!("Note over p0,p{last}: {left} more steps are not drawn"));
                break;
            }
        }
        text
    }
}

fn line(text: &mut String, line: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(text, "    {line}");
}

fn draw(text: &mut String, arrow: &Arrow, last: usize) {
    let stroke = if arrow.kind == ArrowKind::Answer { "-->>" } else { "->>" };
    let again = if arrow.again { " (again)" } else { "" };
    let took = arrow.answers.as_ref().map_or("", |(_, took)| took);
    let way = arrow.way.as_ref().map_or_else(String::new, |way| format!(", {way}"));
    let after = if took.is_empty() { way } else { format!(" after {took}{way}") };
    line(text, &format!("p{}{stroke}p{}: {}{again}{}", arrow.from, arrow.to, escaped(&arrow.label), escaped(&after)));
    for mark in &arrow.marks {
        let place = match (arrow.from.min(arrow.to), arrow.from.max(arrow.to)) {
            (left, right) if left == right && right == last => format!("left of p{right}"),
            (left, right) if left == right => format!("right of p{left}"),
            (left, right) => format!("over p{left},p{right}"),
        };
        let words = format!("{} {} (record {})", mark.sign, mark.short, arrow.record);
        line(text, &format!("Note {place}: {}", escaped(&words)));
    }
}

/// Text that Mermaid takes for nothing but text: letters, digits and harmless signs as they are, everything else as
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
    fn what_mermaid_would_read_is_an_entity() {
        assert_eq!(escaped("a;b#c<d>\"e\":%%{}"), "a#59;b#35;c#60;d#62;#34;e#34;#58;#37;#37;#123;#125;");
        assert_eq!(escaped("1:2@lid reason=timeout"), "1#58;2@lid reason=timeout");
    }
}
