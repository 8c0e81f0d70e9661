//! Which children of two elements belong together.

use std::collections::{HashMap, VecDeque};

use super::align::{Pair, align};
use crate::protocol::binary::Element;

/// Two children that belong together, or one without a counterpart: indexes into the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paired {
    pub(super) left: Option<usize>,
    pub(super) right: Option<usize>,
    /// Whether its place among the others differs.
    pub(super) is_moved: bool,
}

/// What children are aligned by: the tag, and where siblings have the same tag, what they hold.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key<'n> {
    tag: &'n str,
    form: Option<String>,
}

/// Pairs the children of two elements, in the order of the left ones, with those of the right one where they belong.
/// `form` returns what a child holds apart from what is random by nature.
pub(super) fn pair<'n>(sides: [&[Element<'n>]; 2], form: [&dyn Fn(Element<'n>) -> String; 2]) -> Vec<Paired> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for nodes in sides {
        let mut own: HashMap<&str, usize> = HashMap::new();
        nodes.iter().for_each(|node| *own.entry(node.tag()).or_default() += 1);
        for (tag, count) in own {
            let most = counts.entry(tag).or_default();
            *most = count.max(*most);
        }
    }
    let is_repeated = |tag: &str| counts.get(tag).is_some_and(|count| *count > 1);
    let keys = |side: usize| -> Vec<Key<'n>> {
        let nodes = sides.get(side).copied().unwrap_or_default();
        let key = |node: &Element<'n>| {
            let form = form.get(side).filter(|_| is_repeated(node.tag())).map(|form| form(*node));
            Key { tag: node.tag(), form }
        };
        nodes.iter().map(key).collect()
    };
    let (ours, theirs) = (keys(0), keys(1));
    let mut paired: Vec<Paired> = align(&ours, &theirs).into_iter().map(Paired::from).collect();
    // First what moved as it is, then what was changed in place.
    join(&mut paired, &ours, &theirs, true, |key| Some(key.clone()));
    join(&mut paired, &ours, &theirs, false, |key| Some(Key { tag: key.tag, form: None }));
    paired
}

impl From<Pair> for Paired {
    fn from(pair: Pair) -> Self {
        let (left, right) = match pair {
            Pair::Both(left, right) => (Some(left), Some(right)),
            Pair::Left(left) => (Some(left), None),
            Pair::Right(right) => (None, Some(right)),
        };
        Self { left, right, is_moved: false }
    }
}

/// Joins elements that only one side has with those of the same key that only the other has, in order.
pub(super) fn join<K, J: std::hash::Hash + Eq>(
    paired: &mut Vec<Paired>,
    ours: &[K],
    theirs: &[K],
    is_moved: bool,
    key: impl Fn(&K) -> Option<J>,
) {
    let mut single: HashMap<J, VecDeque<usize>> = HashMap::new();
    for pair in paired.iter().filter(|pair| pair.left.is_none()) {
        if let Some((right, key)) = pair.right.and_then(|right| Some((right, key(theirs.get(right)?)?))) {
            single.entry(key).or_default().push_back(right);
        }
    }
    let mut taken = Vec::new();
    for pair in paired.iter_mut().filter(|pair| pair.right.is_none()) {
        let own = pair.left.and_then(|left| key(ours.get(left)?));
        if let Some(right) = own.and_then(|own| single.get_mut(&own)?.pop_front()) {
            (pair.right, pair.is_moved) = (Some(right), is_moved);
            taken.push(right);
        }
    }
    paired.retain(|pair| pair.left.is_some() || !pair.right.is_some_and(|right| taken.contains(&right)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::xml::{Dialect, read, write_line};

    fn paired(left: &str, right: &str) -> Vec<(Option<usize>, Option<usize>, bool)> {
        let node = |inner: &str| read(&format!("<x>{inner}</x>"), Dialect::RINGTRACE).node.unwrap();
        let (left, right) = (node(left), node(right));
        let [left, right] = [&left, &right].map(|node| node.children().collect::<Vec<_>>());
        let pairs = pair([&left, &right], [&write_line, &write_line]);
        pairs.into_iter().map(|pair| (pair.left, pair.right, pair.is_moved)).collect()
    }

    #[test]
    fn a_child_that_moved_is_one_pair() {
        let same = |left, right| (Some(left), Some(right), false);
        assert_eq!(paired("<a/><b/><c/>", "<b/><c/><a/>"), [(Some(0), Some(2), true), same(1, 0), same(2, 1)]);
        assert_eq!(paired("<a/>", "<b/>"), [(Some(0), None, false), (None, Some(0), false)]);
    }

    #[test]
    fn siblings_of_one_tag_are_paired_by_what_they_hold() {
        let (narrow, wide) = ("<audio rate='8000'/>", "<audio rate='16000'/>");
        let swapped = paired(&format!("{narrow}{wide}"), &format!("{wide}{narrow}"));
        assert_eq!(swapped.iter().filter(|(_, _, is_moved)| *is_moved).count(), 1);
        assert!(swapped.iter().all(|(left, right, _)| left.is_some() && right.is_some()));
        let changed = paired(&format!("{narrow}{wide}"), &format!("<audio rate='9000'/>{wide}"));
        assert_eq!(changed, [(Some(0), Some(0), false), (Some(1), Some(1), false)]);
        assert_eq!(paired(wide, &format!("{narrow}{wide}")), [(None, Some(0), false), (Some(0), Some(1), false)]);
    }
}
