//! `Feature` with the components that it has.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::{Work, flags};
use crate::source::Element;
use std::collections::{BTreeMap, BTreeSet};

/// Features inside one another; Windows Installer takes 16.
const DEEPEST: usize = 64;
/// Tables that name the feature by which a component is advertised, with the columns of both.
const ADVERTISED: [(&str, &str, &str); 5] = [
    ("Class", "Component_", "Feature_"),
    ("Extension", "Component_", "Feature_"),
    ("MsiAssembly", "Component_", "Feature_"),
    ("Shortcut", "Component_", "Target"),
    ("TypeLib", "Component_", "Feature_"),
];

struct Features<'d> {
    rows: BTreeMap<&'d str, Row<'d>>,
    below: BTreeMap<&'d str, Vec<&'d str>>,
    components: BTreeMap<&'d str, Vec<&'d str>>,
    /// The feature that advertises a component, where it has several.
    primary: BTreeSet<(&'d str, &'d str)>,
    levels: BTreeMap<&'d str, Vec<Row<'d>>>,
    written: BTreeSet<&'d str>,
}

/// Rows of Feature, FeatureComponents and Condition.
pub(super) fn features(work: &mut Work<'_>) {
    let rows: BTreeMap<&str, Row<'_>> =
        work.rows("Feature").filter_map(|row| Some((row.text("Feature")?, row))).collect();
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, row) in &rows {
        let parent = row.text("Feature_Parent").filter(|parent| parent != id && rows.contains_key(parent));
        below.entry(parent.unwrap_or_default()).or_default().push(id);
    }
    for features in below.values_mut() {
        features.sort_by_key(|id| rows.get(id).map(|row| (row.or_zero("Display"), *id)));
    }
    let mut components: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for row in work.rows("FeatureComponents") {
        components.entry(row.or_empty("Feature_")).or_default().push(row.or_empty("Component_"));
        *count.entry(row.or_empty("Component_")).or_default() += 1;
    }
    let advertised = ADVERTISED.into_iter().flat_map(|(table, component, feature)| {
        work.rows(table).filter_map(move |row| Some((row.text(component)?, row.text(feature)?)))
    });
    let primary = advertised.filter(|(component, feature)| {
        rows.contains_key(feature) && count.get(component).is_some_and(|n| *n > 1)
    });
    let primary = primary.map(|(component, feature)| (feature, component)).collect();
    let mut levels: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows("Condition") {
        levels.entry(row.or_empty("Feature_")).or_default().push(row);
    }
    let mut features = Features { rows, below, components, primary, levels, written: BTreeSet::new() };
    let mut tops = features.below.get("").cloned().unwrap_or_default();
    // what stands in a circle comes after what a parent leads to
    tops.extend(features.rows.keys().copied());
    for id in tops {
        if let Some(feature) = features.feature(id, 0) {
            work.put("Package", "", feature);
        }
    }
}

impl<'d> Features<'d> {
    fn feature(&mut self, id: &'d str, depth: usize) -> Option<Element> {
        if depth > DEEPEST || !self.written.insert(id) {
            return None;
        }
        let row = *self.rows.get(id)?;
        let bits = row.or_zero("Attributes");
        let default = match bits & 3 {
            1 => Some("source"),
            2 => Some("followParent"),
            _ => None,
        };
        let display = match row.int("Display") {
            Some(0) => Some("hidden".to_owned()),
            number => number.map(|number| number.to_string()),
        };
        let feature = element("Feature")
            .with("Id", id)
            .with("Title", row.text("Title"))
            .with("Description", row.text("Description"))
            .with("Display", display)
            .with("Level", row.int("Level").filter(|level| *level != 1))
            .with("ConfigurableDirectory", row.text("Directory_"))
            .with("InstallDefault", default)
            .with("TypicalDefault", (bits & 4 != 0).then_some("advertise"))
            .with("AllowAdvertise", (bits & 8 != 0).then_some("no"))
            .with("AllowAbsent", (bits & 16 != 0).then_some("no"));
        let levels = self.levels.get(id).cloned().unwrap_or_default().into_iter().map(|row| {
            element("Level").with("Value", row.int("Level")).with("Condition", row.text("Condition"))
        });
        let components = self.components.get(id).cloned().unwrap_or_default().into_iter().map(|component| {
            let primary = i32::from(self.primary.contains(&(id, component)));
            flags(element("ComponentRef").with("Id", component), primary, &[("Primary", 1)])
        });
        let own: Vec<Element> = levels.chain(components).collect();
        let below = self.below.get(id).cloned().unwrap_or_default();
        let inside: Vec<Element> = below.into_iter().filter_map(|id| self.feature(id, depth + 1)).collect();
        Some(feature.holding(own).holding(inside))
    }
}
