//! What whoever made the package says that is in it, held against what is.

use super::Contents;
use crate::diag::{Diagnostic, Place};
use crate::id::{ComponentId, FileVersion, UpgradeCode};
use crate::msi::{Cell, Database};
use std::collections::BTreeMap;

/// A component that should be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedComponent {
    /// Its key.
    pub component: String,
    /// Its id.
    pub id: ComponentId,
    /// Its key file with the version that the table should have for it; none where the key path is no file.
    pub key_file: Option<(String, Option<FileVersion>)>,
}

/// What should be in a package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Its UpgradeCode.
    pub upgrade_code: Option<UpgradeCode>,
    /// Its components.
    pub components: Vec<ExpectedComponent>,
    /// SHA-256 of its files, by File key.
    pub files: BTreeMap<String, [u8; 32]>,
    /// SHA-256 of its custom action DLLs, by Binary key.
    pub binaries: BTreeMap<String, [u8; 32]>,
}

/// The code of these findings.
const DIFFERS: &str = "check::differs";

impl Expected {
    /// What differs in `database`, and the components that nobody expects (their keys and ids).
    #[must_use]
    pub fn compare(
        &self,
        database: &Database,
        contents: &Contents,
    ) -> (Vec<Diagnostic>, Vec<(String, String)>) {
        let mut findings = Vec::new();
        let mut differs = |table: &str, column: &str, row: &str, message: String| {
            let place = Place { table: table.into(), column: column.into(), row: vec![row.to_owned()] };
            findings.push(Diagnostic::error(DIFFERS, message).place(place));
        };
        let mut ids = column(database, "Component", "ComponentId");
        let versions = column(database, "File", "Version");
        for expected in &self.components {
            let name = &expected.component;
            match ids.remove(name) {
                Some(id) if id == expected.id.to_string() => {}
                Some(id) => {
                    let message = format!("component `{name}` has {id}, not {}", expected.id);
                    differs("Component", "ComponentId", name, message);
                }
                None => differs("Component", "Component", name, format!("component `{name}` is missing")),
            }
            let Some((file, version)) = &expected.key_file else { continue };
            let version = version.map_or(String::new(), |version| version.to_string());
            let found = versions.get(file).cloned().unwrap_or_default();
            if found != version {
                let message = format!("file `{file}` has version `{found}`, not `{version}`");
                differs("File", "Version", file, message);
            }
        }
        for (kind, wanted, found) in
            [("File", &self.files, contents.files()), ("Binary", &self.binaries, contents.binaries())]
        {
            for (name, sha256) in wanted {
                if found.get(name).map(|facts| &facts.sha256) != Some(sha256) {
                    differs(
                        kind,
                        "",
                        name,
                        format!("the bytes of `{name}` are not those that were to go into it"),
                    );
                }
            }
        }
        if let Some(code) = self.upgrade_code
            && column(database, "Property", "Value").get("UpgradeCode") != Some(&code.to_string())
        {
            differs("Property", "Value", "UpgradeCode", format!("its UpgradeCode is not {code}"));
        }
        (findings, ids.into_iter().collect())
    }
}

/// A column of text, by the first key column.
fn column(database: &Database, table: &str, name: &str) -> BTreeMap<String, String> {
    let Some(table) = database.tables.get(table) else { return BTreeMap::new() };
    let Some(index) = table.column(name) else { return BTreeMap::new() };
    let text = |cell: Option<&Cell>| cell.and_then(Cell::as_str).unwrap_or_default().to_owned();
    table.rows.iter().map(|row| (text(row.first()), text(row.get(index)))).collect()
}
