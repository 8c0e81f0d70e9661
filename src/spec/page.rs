//! The page of a rule or a question: the doc comment at the head of its file.

/// The text of the module's doc comment, in Markdown.
#[must_use]
pub fn page(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_doc_comment_at_the_head() {
        assert_eq!(page("//! Title.\n//!\n//! *Text.* More.\n\nuse x;\n//! not this\n"), "Title.\n\n*Text.* More.");
        assert_eq!(page("use x;\n"), "");
    }
}
