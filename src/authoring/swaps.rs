//! The generated part of a patch: its files in their folder, and the rows of the table `FileSwap` (`wix/patch.wxs`).

use super::xml::Xml;
use super::{NAMESPACE, bitness, split};
use crate::ledger::KeyPath;
use crate::plan::{Package, PlannedComponent, Swap};
use std::collections::BTreeSet;

/// The WiX source text with the component group `Swaps`, which `wix/patch.wxs` puts into its feature.
pub(super) fn source(file: &str, package: &Package) -> String {
    let paths: Vec<(&PlannedComponent, &str)> = package
        .components
        .iter()
        .filter_map(|component| match &component.key_path {
            KeyPath::File { path, .. } => Some((component, path.as_str())),
            KeyPath::Registry { .. } => None,
        })
        .collect();
    let folders: BTreeSet<&str> = paths.iter().map(|(_, path)| split(path).0).collect();
    let mut xml = Xml::new();
    xml.comment(&format!("Generated from {file}. Change that file, or src/authoring, not this one."));
    xml.within("Wix", &[("xmlns", NAMESPACE)], |xml| {
        xml.within("Fragment", &[], |xml| {
            xml.within("ComponentGroup", &[("Id", "Swaps")], |xml| {
                for (component, path) in &paths {
                    self::component(xml, component, path);
                }
            });
            xml.within("CustomTableRef", &[("Id", "FileSwap")], |xml| {
                package.swaps.iter().for_each(|swap| row(xml, swap));
            });
        });
        for folder in folders {
            let (root, rest) = folder.trim_start_matches('[').split_once(']').unwrap_or((folder, ""));
            xml.within("Fragment", &[], |xml| {
                xml.within("StandardDirectory", &[("Id", root)], |xml| {
                    xml.element("Directory", &[("Id", &directory(folder)), ("Name", rest)]);
                });
            });
        }
    });
    xml.finish()
}

/// The id of a folder: its last name.
fn directory(folder: &str) -> String {
    format!("Folder.{}", split(folder).1)
}

fn component(xml: &mut Xml, component: &PlannedComponent, path: &str) {
    let (folder, name) = split(path);
    let attributes = [
        ("Id", component.component.as_str()),
        ("Guid", &component.id.to_string()),
        ("Directory", &directory(folder)),
        ("Bitness", bitness(component.bits)),
    ];
    xml.within("Component", &attributes, |xml| {
        let Some(file) = &component.file else { return };
        let attributes =
            [("Id", file.file.as_str()), ("Name", name), ("Source", &file.stage_path), ("KeyPath", "yes")];
        xml.element("File", &attributes);
    });
}

fn row(xml: &mut Xml, swap: &Swap) {
    let cells = [
        ("Swap", &swap.key),
        ("Component_", &swap.component),
        ("File", &swap.file),
        ("From", &swap.from),
        ("Right", &swap.right),
        ("Lowest", &swap.lowest),
        ("Highest", &swap.highest),
        ("Exports", &swap.exports),
        ("New", &swap.new),
        ("Kept", &swap.kept),
        ("Second", &swap.second),
        ("Source", &swap.source),
        ("SecondProcessor", &swap.second_processor),
        ("Backup", &swap.backup),
        ("Missing", &swap.missing),
        ("SourceMissing", &swap.source_missing),
    ];
    xml.within("Row", &[], |xml| {
        for (column, value) in cells.into_iter().filter(|(_, value)| !value.is_empty()) {
            xml.element("Data", &[("Column", column), ("Value", value)]);
        }
    });
}
