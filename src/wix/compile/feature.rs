//! `Feature`, `FeatureGroup`, references to them, and `Level`.

use super::Compiler;
use super::component;
use super::elements::{self, Rule, Within};
use super::place::Place;
use crate::source::Element;
use crate::symbol::{Container, GroupKind, Kind, Member, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("Feature", Within::Definition(top_feature)),
    ("FeatureGroupRef", Within::Package(|c, element| feature_group_ref(c, element, None))),
    ("FeatureRef", Within::Definition(|c, element| feature_ref(c, element, None))),
];

/// The bits of the Attributes column (<https://learn.microsoft.com/windows/win32/msi/feature-table>).
const FAVOR_SOURCE: i32 = 1;
const FOLLOW_PARENT: i32 = 2;
const FAVOR_ADVERTISE: i32 = 4;
const DISALLOW_ADVERTISE: i32 = 8;
const DISALLOW_ABSENT: i32 = 16;

/// What a feature stands in: a feature, a feature group, or the package.
type Parent<'a> = Option<(Container, &'a str)>;

/// A feature at the top of a section.
fn top_feature(c: &mut Compiler, element: &Element) {
    let mut last = c.last_display;
    feature(c, element, None, &mut last);
    c.last_display = last;
}

/// `Feature`: <https://docs.firegiant.com/wix/schema/wxs/feature/>. `last` is the Display of the feature before it on
/// the same level.
pub(super) fn feature(c: &mut Compiler, element: &Element, parent: Parent<'_>, last: &mut i32) {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let mut attributes = a
        .choice("InstallDefault", &[("local", 0), ("source", FAVOR_SOURCE), ("followParent", FOLLOW_PARENT)])
        .unwrap_or_default();
    if attributes == FOLLOW_PARENT && parent.is_none() && c.package.is_some() {
        a.illegal(209, "InstallDefault", "cannot be `followParent`: the feature has no parent");
    }
    attributes |= a.choice("TypicalDefault", &[("install", 0), ("advertise", FAVOR_ADVERTISE)]).unwrap_or(0);
    if a.yes_no("AllowAdvertise") == Some(false) {
        if attributes & FAVOR_ADVERTISE != 0 {
            a.illegal(30, "TypicalDefault", "cannot be `advertise` with `AllowAdvertise=\"no\"`");
        }
        attributes |= DISALLOW_ADVERTISE;
    }
    if a.yes_no("AllowAbsent") == Some(false) {
        attributes |= DISALLOW_ABSENT;
    }
    let directory = a.reference("ConfigurableDirectory");
    if let Some(directory) = &directory {
        c.refer("Directory", directory, a.at("ConfigurableDirectory"));
        if directory.to_uppercase() != *directory {
            let problem =
                format_args!("is `{directory}`; a directory that users choose has an upper-case id");
            a.illegal(29, "ConfigurableDirectory", problem);
        }
    }
    let title = a.text("Title");
    let description = a.text("Description");
    let level = a.integer("Level", 0..=i32::from(i16::MAX)).unwrap_or(1);
    let display = a.text("Display");
    let Some(id) = id else { return };
    if id.name.len() > 38 {
        a.illegal(210, "Id", format_args!("has {} characters; a feature's id has at most 38", id.name.len()));
    }
    let mut last_child = 0;
    members(c, element, (Container::Feature, &id.name), &mut last_child, |c, child| {
        if child.name == "Level" {
            self::level(c, child, &id.name);
        }
        child.name == "Level"
    });
    // Odd numbers open the feature in the tree, even ones close it; they rise along a level.
    let display = match display.as_deref() {
        None | Some("collapse") => (*last | 1) + 1,
        Some("expand") => (*last + 1) | 1,
        Some("hidden") => 0,
        Some(number) => number.parse().unwrap_or_else(|_| {
            let problem = format_args!("is `{number}`; expected `collapse`, `expand`, `hidden` or a number");
            a.illegal(21, "Display", problem);
            0
        }),
    };
    if display != 0 {
        *last = display;
    }
    if let Some(parent) = parent {
        c.member(parent, (Member::Feature, &id.name), false, &element.at);
    }
    let fields = fields![&id, None::<&str>, title, description, display, level, directory, attributes];
    c.row("Feature", Some(id), &element.at, fields);
}

/// `FeatureRef`: <https://docs.firegiant.com/wix/schema/wxs/featureref/>.
pub(super) fn feature_ref(c: &mut Compiler, element: &Element, parent: Parent<'_>) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    let ignore_parent = a.flag("IgnoreParent");
    let Some(id) = id else { return };
    c.refer("Feature", &id, &element.at);
    members(c, element, (Container::Feature, &id), &mut 0, |c, child| {
        if child.name == "FeatureGroup"
            && let Some(group) = feature_group(c, child)
        {
            c.member((Container::Feature, &id), (Member::FeatureGroup, &group), false, &child.at);
        }
        child.name == "FeatureGroup"
    });
    if let Some(parent) = parent.filter(|_| !ignore_parent) {
        c.member(parent, (Member::Feature, &id), false, &element.at);
    }
}

/// `FeatureGroup`: <https://docs.firegiant.com/wix/schema/wxs/featuregroup/>. Gives its id.
pub(super) fn feature_group(c: &mut Compiler, element: &Element) -> Option<String> {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"))?;
    members(c, element, (Container::FeatureGroup, &id.name), &mut 0, |_, _| false);
    let name = id.name.clone();
    c.add(Some(id), &element.at, Kind::Group(GroupKind::Feature));
    Some(name)
}

/// `FeatureGroupRef`: <https://docs.firegiant.com/wix/schema/wxs/featuregroupref/>.
pub(super) fn feature_group_ref(c: &mut Compiler, element: &Element, parent: Parent<'_>) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    let ignore_parent = a.flag("IgnoreParent");
    let primary = a.flag("Primary");
    c.no_children(element);
    let Some(id) = id else { return };
    c.refer("WixFeatureGroup", &id, &element.at);
    if let Some(parent) = parent.filter(|_| !ignore_parent) {
        c.member(parent, (Member::FeatureGroup, &id), primary, &element.at);
    }
}

/// Compiles what features and groups of them have inside; `more` knows what else there may be.
fn members(
    c: &mut Compiler,
    element: &Element,
    (container, id): (Container, &str),
    last: &mut i32,
    mut more: impl FnMut(&mut Compiler, &Element) -> bool,
) {
    let owner = Some((container, id.to_owned()));
    let place = Place { parent: owner.clone(), ..Place::default() };
    c.children(element, |c, child| {
        match child.name.as_str() {
            "ComponentRef" => component::component_ref(c, child, owner.as_ref()),
            "ComponentGroupRef" => component::component_group_ref(c, child, owner.as_ref()),
            "Feature" => feature(c, child, Some((container, id)), last),
            "FeatureRef" => feature_ref(c, child, Some((container, id))),
            "FeatureGroupRef" => feature_group_ref(c, child, Some((container, id))),
            _ => return elements::in_place(c, child, &place) || more(c, child),
        }
        true
    });
}

/// `Level`: <https://docs.firegiant.com/wix/schema/wxs/level/>.
fn level(c: &mut Compiler, element: &Element, feature: &str) {
    let a = c.attributes(element);
    let value = a.required("Value", a.integer("Value", 0..=i32::from(i16::MAX)));
    let condition = a.required("Condition", a.text("Condition"));
    c.no_children(element);
    let (Some(value), Some(condition)) = (value, condition) else { return };
    c.row("Condition", None, &element.at, fields![feature, value, condition]);
}
