//! Lists that come in pages: the `Link` header (RFC 8288).

/// The address of the next page.
pub(super) fn next(link: &str) -> Option<&str> {
    link.split(',').find_map(|part| {
        let (address, parameters) = part.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = |parameter: &str| matches!(parameter.trim(), "rel=\"next\"" | "rel=next");
        parameters.split(';').any(is_next).then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_next_page_is_the_one_that_is_called_so() {
        let link =
            r#"<https://x/?page=1>; rel="prev", <https://x/?page=3>; rel="next", <https://x/?page=9>; rel="last""#;
        assert_eq!(next(link), Some("https://x/?page=3"));
        assert_eq!(next(r#"<https://x/?page=9>; rel="last""#), None);
        assert_eq!(next("nonsense, <"), None);
    }
}
