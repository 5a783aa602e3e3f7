//! What is in force for the whole server: sections outside of all locations, and those in the locations that mean the
//! file's own level. What only a site's location has is in force for that site.

use super::{collection, keys};
use crate::Error;
use crate::document::address::Trail;
use crate::document::tree::{Document, Element, Node};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The group of sections that modules belong to.
pub(crate) const WEB_SERVER: &str = "system.webServer";

/// Whether the element is a location of the file's own level.
pub(crate) fn is_root_location(element: &Element) -> bool {
    keys::is_location(element.name()) && element.value("path").is_none_or(|path| keys::is_own_level(&path))
}

/// Trails of all elements at `path` below `system.webServer` that are in force for the whole server, in the order in
/// which IIS merges them: those outside of locations first.
pub(crate) fn at_server(document: &Document, path: &[&str]) -> Vec<Trail> {
    let Some(root_at) = document.content.iter().position(|node| node.element().is_some()) else {
        return Vec::new();
    };
    let root = document.root();
    let way: Vec<&str> = core::iter::once(WEB_SERVER).chain(path.iter().copied()).collect();
    let mut found = Vec::new();
    descend(&root.content, &way, &mut alloc::vec![root_at], &mut found);
    for (at, location) in children(&root.content).filter(|(_, element)| is_root_location(element)) {
        descend(&location.content, &way, &mut alloc::vec![root_at, at], &mut found);
    }
    found
}

/// Collects the trails of all elements at `way` below.
pub(crate) fn descend(content: &[Node], way: &[&str], trail: &mut Trail, found: &mut Vec<Trail>) {
    let Some((name, rest)) = way.split_first() else { return found.push(trail.clone()) };
    for (at, element) in children(content).filter(|(_, element)| element.name() == *name) {
        trail.push(at);
        descend(&element.content, rest, trail, found);
        trail.pop();
    }
}

fn children<'c, 'a>(content: &'c [Node<'a>]) -> impl Iterator<Item = (usize, &'c Element<'a>)> {
    content.iter().enumerate().filter_map(|(at, node)| Some((at, node.element()?)))
}

/// Refuses a section that stands twice on one level: "Sections must only appear once per config file. See the help topic
/// <location> for exceptions", says IIS (500.19, 0x800700b7).
pub(crate) fn check_single(document: &Document, sections: &[Trail], name: &str) -> Result<(), Error> {
    let level = |trail: &Trail| {
        let location = trail.get(1).copied();
        location.filter(|at| {
            document.root().content.get(*at).and_then(Node::element).is_some_and(is_root_location)
        })
    };
    let mut levels: Vec<_> = sections.iter().map(level).collect();
    levels.sort_unstable();
    if levels.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::Doubled(alloc::format!("{WEB_SERVER}/{name}")));
    }
    Ok(())
}

/// The locations of sites.
pub(crate) fn sites<'d, 'a>(document: &'d Document<'a>) -> impl Iterator<Item = &'d Element<'a>> {
    let is_site = |element: &&Element| keys::is_location(element.name()) && !is_root_location(element);
    document.root().elements().filter(is_site)
}

/// Paths of the sites' locations that add an entry to the collection at `path`, and do not take out what is above.
pub(crate) fn sites_that_add(document: &Document, path: &[&str], key: &str, value: &str) -> Vec<String> {
    let way: Vec<&str> = core::iter::once(WEB_SERVER).chain(path.iter().copied()).collect();
    let adds = |site: &&Element| {
        let mut found = Vec::new();
        descend(&site.content, &way, &mut Vec::new(), &mut found);
        found.iter().filter_map(|trail| below(site, trail)).any(|section| {
            let first = collection::children(section, key, value).next();
            first.is_some_and(|(_, kind)| kind == collection::Kind::Add)
        })
    };
    sites(document).filter(adds).map(|site| site.value("path").unwrap_or_default().to_string()).collect()
}

fn below<'e, 'a>(element: &'e Element<'a>, trail: &[usize]) -> Option<&'e Element<'a>> {
    trail.iter().try_fold(element, |element, at| element.content.get(*at)?.element())
}
