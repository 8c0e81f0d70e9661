//! Clients that derive from themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::Finding;
use crate::patch::repository::{Folder, Repository, id_of};

pub(super) fn check(check: &'static str, repository: &Repository) -> Vec<Finding> {
    let flavors = || repository.files(Folder::Flavors);
    let origins: BTreeMap<&str, Vec<&str>> = flavors()
        .filter_map(|(_, flavor)| Some((id_of(flavor)?, flavor.root().texts_of("derives_from").collect())))
        .collect();
    let found = flavors().filter_map(|(file, flavor)| {
        let id = id_of(flavor)?;
        let cycle = cycle(id, &origins)?;
        let node = flavor.root().get("derives_from")?;
        let message = format!("{id} derives from itself: {}", cycle.join(" -> "));
        // A cycle is found once, at the first of its clients.
        (cycle.iter().min() == Some(&id)).then(|| Finding::at(check, (file, flavor), node, message))
    });
    found.collect()
}

/// The way from a client back to itself, if there is one.
fn cycle<'r>(id: &'r str, origins: &BTreeMap<&'r str, Vec<&'r str>>) -> Option<Vec<&'r str>> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![vec![id]]);
    while let Some(way) = open.pop() {
        for next in way.last().and_then(|last| origins.get(last)).into_iter().flatten() {
            let longer: Vec<_> = way.iter().copied().chain([*next]).collect();
            if *next == id {
                return Some(longer);
            }
            if seen.insert(*next) {
                open.push(longer);
            }
        }
    }
    None
}
