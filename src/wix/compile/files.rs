//! `Files`: files by wildcards.

use super::elements::{Rule, Within};
use super::place::Place;
use super::{Compiler, directory};
use crate::source::Element;
use crate::symbol::{Harvest, Kind};

pub(super) const ELEMENTS: &[Rule] = &[("Files", Within::Place(files))];

/// `Files`: <https://docs.firegiant.com/wix/schema/wxs/files/>.
pub(super) fn files(c: &mut Compiler, element: &Element, place: &Place) {
    let a = c.attributes(element);
    let include = a.required("Include", a.text("Include"));
    let directory = directory::place(c, &a, place.directory.clone());
    let mut exclude = Vec::new();
    c.children(element, |c, child| {
        if child.name == "Exclude" {
            let a = c.attributes(child);
            exclude.extend(a.required("Files", a.text("Files")).iter().flat_map(|list| patterns(list)));
            c.no_children(child);
        }
        child.name == "Exclude"
    });
    let Some(include) = include else { return };
    let harvest = Harvest {
        directory,
        include: patterns(&include).collect(),
        exclude,
        source: place.source.clone(),
        parent: place.parent.clone(),
    };
    c.add(None, &element.at, Kind::Harvest(harvest));
}

/// The patterns of a list with semicolons between them.
fn patterns(list: &str) -> impl Iterator<Item = String> + '_ {
    list.split(';').filter(|pattern| !pattern.is_empty()).map(str::to_owned)
}
