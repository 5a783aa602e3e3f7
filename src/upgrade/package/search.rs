//! Searches, as far as they say where they look.

use super::table::{PackageError, Rows, long_name};
use crate::id::ComponentId;
use crate::msi::Database;
use std::collections::BTreeMap;

/// A row of the AppSearch table, followed through DrLocator where that works without a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// The property set.
    pub property: String,
    /// The formatted path that the search looks at; none for searches that only a machine can answer.
    pub path: Option<String>,
    /// The registry value that it looks at.
    pub in_registry: Option<InRegistry>,
    /// The component whose key path it looks for, and whether it gives the file and not its folder.
    pub component: Option<(ComponentId, bool)>,
}

/// A row of the RegLocator table (<https://learn.microsoft.com/windows/win32/msi/reglocator-table>).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InRegistry {
    /// See [`super::Registry::root`].
    pub root: i32,
    /// The key, formatted.
    pub key: String,
    /// The value's name, formatted.
    pub name: String,
    /// Whether the property gets the value as it is.
    pub is_raw: bool,
    /// Whether the value names a file, and not a folder.
    pub is_file: bool,
    /// Whether it looks at the 64-bit view.
    pub is_wide: bool,
}

/// So many DrLocator rows behind each other are followed.
const SEARCHED: usize = 16;

/// Follows DrLocator rows upwards: `[ProgramFiles64Folder]` + `IIS Express` + `iisexpress.exe` is a path that needs no
/// machine, if one assumes that the search finds what it looks for. A search for a folder gives the folder of the
/// file found.
pub(super) fn searches(database: &Database) -> Result<Vec<Search>, PackageError> {
    /// `RegLocator.Type`: what the value is, and the bit of the 64-bit view.
    const KIND: i32 = 15;
    const WIDE: i32 = 16;
    let mut values: BTreeMap<&str, InRegistry> = BTreeMap::new();
    for row in &Rows::of(database, "RegLocator").with(&["Signature_", "Root", "Key"])? {
        let kind = row.number("Type", 0)?;
        let value = InRegistry {
            root: row.number("Root", 2)?,
            key: row.required("Key")?.to_owned(),
            name: row.text("Name")?.to_owned(),
            is_raw: kind & KIND == 2,
            is_file: kind & KIND == 1,
            is_wide: kind & WIDE != 0,
        };
        values.insert(row.required("Signature_")?, value);
    }
    let mut components: BTreeMap<&str, (ComponentId, bool)> = BTreeMap::new();
    for row in &Rows::of(database, "CompLocator").with(&["Signature_", "ComponentId"])? {
        // a search for what is no ComponentId finds nothing that is known
        if let Ok(id) = row.required("ComponentId")?.parse() {
            components.insert(row.required("Signature_")?, (id, row.number("Type", 1)? & KIND == 1));
        }
    }
    let mut locators: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    let rows = Rows::of(database, "DrLocator").with(&["Signature_", "Parent", "Path"])?;
    for row in &rows {
        locators.insert(row.required("Signature_")?, (row.text("Parent")?, row.text("Path")?));
    }
    let mut signatures: BTreeMap<&str, &str> = BTreeMap::new();
    let rows = Rows::of(database, "Signature").with(&["Signature", "FileName"])?;
    for row in &rows {
        signatures.insert(row.required("Signature")?, long_name(row.text("FileName")?));
    }
    let path = |signature: &str| {
        let (mut at, mut parts) = (signature, Vec::new());
        for _ in 0..SEARCHED {
            let (parent, own) = locators.get(at)?;
            if !own.is_empty() {
                parts.push(*own);
            }
            if parent.is_empty() {
                let file = signatures.get(signature).copied().unwrap_or_default();
                parts.reverse();
                return Some(format!("{}\\{file}", parts.join("\\")));
            }
            at = parent;
        }
        None
    };
    Rows::of(database, "AppSearch")
        .with(&["Property", "Signature_"])?
        .iter()
        .map(|row| {
            Ok(Search {
                property: row.required("Property")?.to_owned(),
                path: path(row.required("Signature_")?),
                in_registry: values.get(row.required("Signature_")?).cloned(),
                component: components.get(row.required("Signature_")?).copied(),
            })
        })
        .collect()
}
