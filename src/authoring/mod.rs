//! The generated part of a package's authoring: directories, components, files, registry values, as WiX source text.
//!
//! Everything here follows from the plan and the ledger; the rest of the authoring is written by hand in `wix/`.
//! Computes nothing that an engine computes: no 8.3 names, no sequence numbers, no hashes.

mod component;
mod directory;
mod handler;
mod refused;
mod swaps;
mod xml;

use crate::id::Arch;
use crate::ledger::{Bits, Holds, KeyPath, Ledger};
use crate::plan::{Package, Plan, PlannedComponent};
use crate::product::Product;
use directory::Tree;
use xml::Xml;

const NAMESPACE: &str = "http://wixtoolset.org/schemas/v4/wxs";

/// The WiX source text with the directories and components of `package`, a package of `plan`, which is of `product`.
///
/// It defines the component groups `Module` and `Provider`, which `wix/package.wxs` puts into features; for a patch, the
/// group `Swaps` of `wix/patch.wxs`.
#[must_use]
pub fn components(plan: &Plan, package: &Package, ledger: &Ledger, product: &Product) -> String {
    if !package.swaps.is_empty() {
        return swaps::source(&product.file, package);
    }
    let fragment = Fragment {
        product,
        package,
        ledger,
        tree: Tree::new(ledger.entries(package.flavour), package, &plan.handler_folder),
        handler_folder: &plan.handler_folder,
    };
    let mut xml = Xml::new();
    xml.comment(&format!(
        "Generated from {} for {} {}. Change that file, or src/authoring, not this one.",
        ledger.file, package.flavour, package.arch
    ));
    xml.within("Wix", &[("xmlns", NAMESPACE)], |xml| {
        xml.within("Fragment", &[], |xml| fragment.tree.write(xml));
        let (provider, module): (Vec<_>, Vec<_>) =
            package.components.iter().partition(|component| component.holds == Holds::Provider);
        for (group, components) in [("Module", module), ("Provider", provider)] {
            xml.within("Fragment", &[], |xml| {
                xml.within("ComponentGroup", &[("Id", group)], |xml| {
                    for component in &components {
                        fragment.component(xml, component);
                    }
                });
                if group == "Module" {
                    fragment.handler_folders(xml);
                    fragment.refused(xml);
                }
            });
        }
    });
    xml.finish()
}

/// The key of the component that line `line` (from 1) of a generated source is about; none for lines that are about
/// none.
#[must_use]
pub fn component_of_line(source: &str, line: u32) -> Option<&str> {
    let count = usize::try_from(line).unwrap_or(usize::MAX);
    let mut component = None;
    for (index, text) in source.lines().take(count).map(str::trim_start).enumerate() {
        if let Some(rest) = text.strip_prefix("<Component Id=\"") {
            component = rest.split('"').next();
        } else if text.starts_with("</Component>") && index + 1 < count {
            component = None;
        }
    }
    component
}

struct Fragment<'a> {
    product: &'a Product,
    package: &'a Package,
    ledger: &'a Ledger,
    tree: Tree<'a>,
    handler_folder: &'a str,
}

/// A folder in the package's own terms: the half of Windows that it is for has the standard directories `…6432Folder`,
/// so that the same names stand for it in every package.
fn own_terms(arch: Arch, folder: &str) -> String {
    let native: &[(&str, &str)] = match arch {
        Arch::X86 => {
            &[("[ProgramFilesFolder]", "[ProgramFiles6432Folder]"), ("[SystemFolder]", "[System6432Folder]")]
        }
        Arch::X64 | Arch::Arm64 => &[
            ("[ProgramFiles64Folder]", "[ProgramFiles6432Folder]"),
            ("[System64Folder]", "[System6432Folder]"),
        ],
    };
    let fitting = native.iter().find_map(|(from, to)| Some((to, folder.strip_prefix(from)?)));
    fitting.map_or_else(|| folder.to_owned(), |(to, rest)| format!("{to}{rest}"))
}

/// Folder, without a final backslash, and name of an installed file.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('\\').unwrap_or(("", path))
}

fn bitness(bits: Bits) -> &'static str {
    match bits {
        Bits::B32 => "always32",
        Bits::B64 => "always64",
    }
}

fn file_path(component: &PlannedComponent) -> Option<&str> {
    match &component.key_path {
        KeyPath::File { path, .. } => Some(path),
        KeyPath::Registry { .. } => None,
    }
}
