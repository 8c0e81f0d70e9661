//! The texts of a page's questions and rules, which `page.md` in its folder has under one heading each.

/// The section of `texts` under the heading `## ID`. A heading that ends in `*` is for all ids that begin like it.
pub(super) fn section<'t>(texts: &'t str, id: &str) -> &'t str {
    let sections = texts.split("\n## ").skip(1).filter_map(|section| section.split_once('\n'));
    let is_its = |heading: &str| heading.strip_suffix('*').map_or(heading == id, |start| id.starts_with(start));
    sections.into_iter().find(|(heading, _)| is_its(heading)).map_or("", |(_, text)| text.trim())
}

/// The ids that have a section of their own in `texts`.
#[cfg(test)]
pub(super) fn headings(texts: &str) -> impl Iterator<Item = &str> {
    texts.split("\n## ").skip(1).filter_map(|section| section.lines().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_what_stands_under_its_heading() {
        let texts = "# Page\n\n## one\n\nFirst.\n\nMore.\n\n## P/step-*\n\nSteps.\n";
        assert_eq!(section(texts, "one"), "First.\n\nMore.");
        assert_eq!(section(texts, "P/step-2"), "Steps.");
        assert_eq!(section(texts, "two"), "");
        assert_eq!(headings(texts).collect::<Vec<_>>(), ["one", "P/step-*"]);
    }
}
