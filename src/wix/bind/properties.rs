//! Properties: those of the package that depend on others, and the lists of names that Windows Installer reads.

use super::resolve::{self, Facts};
use crate::diag::Location;
use crate::id::ProductVersion;
use crate::localization::Localization;
use crate::report::Report;
use crate::symbol::{Field, Id, Kind, Package, Property, Symbol};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// Stands for a product code that is made from the contents, until they are known. No author can mean it.
pub(crate) const DERIVED_PRODUCT_CODE: &str = "{5D0FC7A5-0C57-4A0A-9E0B-0FD2A5B42A8E}";

/// Takes the package out of `symbols` with where it was written, and sets the properties that follow from it: a
/// language, a product code, and a version without a leading `v`.
pub(super) fn package(symbols: &mut Vec<Symbol>, localization: &Localization) -> Option<(Package, Location)> {
    let at = symbols.iter().position(|symbol| matches!(symbol.kind, Kind::Package(_)))?;
    let Symbol { kind: Kind::Package(mut package), at, .. } = symbols.remove(at) else { return None };
    let language = package.language.clone().or_else(|| localization.language.clone());
    let language = language.unwrap_or_else(|| "0".to_owned());
    let authored = package.version.clone();
    let version = bare(&authored).to_owned();
    let product_code = package.product_code.clone().unwrap_or_else(|| DERIVED_PRODUCT_CODE.to_owned());
    for symbol in &mut *symbols {
        let (Kind::Property(property), Some(id)) = (&mut symbol.kind, &symbol.id) else { continue };
        match id.name.as_str() {
            "ProductLanguage" => property.value = Some(language.clone()),
            "ProductCode" => property.value = Some(product_code.clone()),
            "ProductVersion" => property.value = Some(version.clone()),
            _ => {}
        }
    }
    bare_versions(symbols);
    package.language = Some(language);
    package.version = version;
    Some((package, at))
}

/// A version without the `v` before it.
fn bare(version: &str) -> &str {
    version.strip_prefix(['v', 'V']).unwrap_or(version)
}

/// Takes the `v` from the versions that Windows Installer compares.
fn bare_versions(symbols: &mut [Symbol]) {
    for symbol in symbols {
        let versions: [Option<&mut String>; 2] = match (&mut symbol.kind, &symbol.id) {
            (Kind::Upgrade(upgrade), _) => [upgrade.minimum.as_mut(), upgrade.maximum.as_mut()],
            (Kind::Property(property), Some(id)) if id.name == "ProductVersion" => {
                [property.value.as_mut(), None]
            }
            _ => continue,
        };
        for version in versions.into_iter().flatten() {
            *version = bare(version).to_owned();
        }
    }
}

/// The package with `!(bind.…)` resolved; its version and those of upgrades are checked (WIX1148).
pub(super) fn bound(
    mut package: Package,
    symbols: &mut [Symbol],
    at: &Location,
    facts: &Facts,
    report: &Report,
) -> Package {
    let texts = [&mut package.name, &mut package.manufacturer, &mut package.version].into_iter();
    for text in texts.chain(&mut package.language).chain(&mut package.codepage) {
        if text.contains("!(") {
            *text = resolve::resolve_bind(text, facts, at, report);
        }
    }
    // A variable may have given a version with a `v`.
    package.version = bare(&package.version).to_owned();
    bare_versions(symbols);
    let compared = |version: &str, at: &Location| {
        if let Err(error) = version.parse::<ProductVersion>() {
            report.warning(1148, at, format!("Windows Installer cannot compare this version: {error}"));
        }
    };
    compared(&package.version, at);
    for symbol in symbols.iter() {
        if let Kind::Upgrade(upgrade) = &symbol.kind {
            let limits = [&upgrade.minimum, &upgrade.maximum].into_iter().flatten();
            limits.filter(|limit| **limit != package.version).for_each(|limit| compared(limit, &symbol.at));
        }
    }
    package
}

/// Adds the properties that list others: `AdminProperties`, `SecureCustomProperties`, `MsiHiddenProperties`.
pub(super) fn special(symbols: &mut Vec<Symbol>) {
    let mut admin = BTreeSet::new();
    let mut secure = BTreeSet::new();
    let mut hidden = BTreeSet::new();
    for Symbol { id, kind, .. } in &*symbols {
        match (kind, id) {
            (Kind::Property(property), Some(id)) => {
                for (flag, names) in [
                    (property.admin, &mut admin),
                    (property.secure, &mut secure),
                    (property.hidden, &mut hidden),
                ] {
                    if flag {
                        names.insert(Name(id.name.clone()));
                    }
                }
            }
            // An upgrade's property must reach the elevated part of the installation.
            (Kind::Upgrade(upgrade), _) => {
                secure.insert(Name(upgrade.property.clone()));
            }
            (Kind::Row { table, fields }, Some(id)) if table == "CustomAction" && hides_its_data(fields) => {
                hidden.insert(Name(id.name.clone()));
            }
            _ => {}
        }
    }
    let Some(at) = symbols.first().map(|symbol| symbol.at.clone()) else { return };
    for (name, names) in
        [("AdminProperties", admin), ("SecureCustomProperties", secure), ("MsiHiddenProperties", hidden)]
    {
        if names.is_empty() {
            continue;
        }
        let names: Vec<String> = names.into_iter().map(|Name(name)| name).collect();
        let property = Property { value: Some(names.join(";")), ..Property::default() };
        symbols.push(Symbol { id: Some(Id::section(name)), at: at.clone(), kind: Kind::Property(property) });
    }
}

/// Whether a custom action is deferred and says that its data must not be logged
/// (<https://learn.microsoft.com/windows/win32/msi/custom-action-hidden-target-option>).
fn hides_its_data(fields: &[Field]) -> bool {
    const IN_SCRIPT: i32 = 1024;
    const HIDE_TARGET: i32 = 8192;
    matches!(fields.get(1), Some(Field::Int(kind)) if kind & IN_SCRIPT != 0 && kind & HIDE_TARGET != 0)
}

/// A name in such a list: sorted as WiX sorts them, by letters whatever their case, with `_` before everything.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name(String);

impl Ord for Name {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |text: &str| -> Vec<u8> {
            text.bytes().map(|b| if b == b'_' { 0 } else { b.to_ascii_lowercase() }).collect()
        };
        // Of names that differ in case only, the lower-case one goes first.
        rank(&self.0).cmp(&rank(&other.0)).then_with(|| other.0.cmp(&self.0))
    }
}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
