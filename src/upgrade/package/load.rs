//! Database → package.

use super::components::Components;
use super::conditions::Conditions;
use super::limits::Memory;
use super::search::searches;
use super::sequence::{custom_actions, sequence};
use super::table::{PackageError, RowView, Rows, languages, long_name};
use super::{Component, Directory, Feature, Named, Package, Payload, Upgrade};
use crate::id::{Arch, ProductVersion};
use crate::msi::Database;
use crate::msi::schema::standard_table;
use installer_condition::Condition;
use std::collections::{BTreeMap, BTreeSet};

/// Standard tables that put something on a machine and are not simulated.
const NOT_SIMULATED: [&str; 21] = [
    "AppId",
    "BindImage",
    "Class",
    "Complus",
    "Extension",
    "Font",
    "IniFile",
    "IsolatedComponent",
    "LockPermissions",
    "MIME",
    "MsiLockPermissionsEx",
    "MsiServiceConfig",
    "ODBCDataSource",
    "ODBCDriver",
    "ODBCTranslator",
    "ProgId",
    "PublishComponent",
    "RemoveIniFile",
    "SelfReg",
    "TypeLib",
    "Verb",
];

/// Tables of extensions that are played.
const PLAYED: [&str; 4] = ["IISGlobalModule", "AncmConfiguration", "AncmHandlerFolder", "FileSwap"];

impl Package {
    /// Reads the package `name` from its database, with what is known of its files' bytes.
    ///
    /// # Errors
    /// A table that is read is broken, or a property that every package needs is missing; playing it would take more memory
    /// than a package may take by default.
    pub fn load(name: &str, database: &Database, payload: &Payload) -> Result<Package, PackageError> {
        Package::load_within(Memory::default(), name, database, payload)
    }

    /// As [`Package::load`]; playing the package may take so much memory.
    ///
    /// # Errors
    /// Likewise.
    pub fn load_within(
        memory: Memory,
        name: &str,
        database: &Database,
        payload: &Payload,
    ) -> Result<Package, PackageError> {
        let rows = database.tables.values().map(|table| table.rows.len()).sum();
        memory.admits_database(database)?;
        let properties = properties(database)?;
        let property =
            |key: &'static str| properties.get(key).map(String::as_str).ok_or(PackageError::Property(key));
        let wrong = |key: &str, problem: String| PackageError::cell("Property", key, "Value", &problem);
        let product_code =
            property("ProductCode")?.parse().map_err(|e| wrong("ProductCode", format!("{e}")))?;
        let version =
            property("ProductVersion")?.parse().map_err(|e| wrong("ProductVersion", format!("{e}")))?;
        let upgrade_code = match properties.get("UpgradeCode") {
            Some(code) => Some(code.parse().map_err(|e| wrong("UpgradeCode", format!("{e}")))?),
            None => None,
        };
        let language = properties.get("ProductLanguage").and_then(|text| text.parse().ok()).unwrap_or(0);
        let secure = properties
            .get("SecureCustomProperties")
            .map(|list| list.split(';').map(str::to_owned).collect())
            .unwrap_or_default();
        let conditions = Conditions::within(memory);
        let features = features(database, &conditions)?;
        let components = Components::read(database, &features, payload, &conditions)?.components;
        let directories = directories(database)?;
        let custom_actions = custom_actions(database)?;
        let not_simulated = not_simulated(database, payload, &components, &directories);
        Ok(Package {
            name: name.to_owned(),
            arch: arch(&database.summary.template),
            product_code,
            upgrade_code,
            version,
            language,
            per_machine: {
                let text = |name: &str| properties.get(name).map_or("", String::as_str);
                is_per_machine(text("ALLUSERS"), text("MSIINSTALLPERUSER"))
            },
            type_libraries: type_libraries(database)?,
            chosen_by_user: chosen_by_user(database, &properties)?,
            secure,
            used_directories: used_directories(&components, &directories),
            rows,
            directories,
            features,
            components,
            upgrades: upgrades(database)?,
            execute: sequence(database, "InstallExecuteSequence", &custom_actions, &conditions)?,
            ui: sequence(database, "InstallUISequence", &custom_actions, &conditions)?,
            launch_conditions: launch_conditions(database, &conditions)?,
            searches: searches(database)?,
            not_simulated,
            properties,
        })
    }
}

/// The platform of the Template property (<https://learn.microsoft.com/windows/win32/msi/template-summary>).
fn arch(template: &str) -> Arch {
    let platform = template.split(';').next().unwrap_or_default().split(',').next().unwrap_or_default();
    match platform.to_ascii_lowercase().as_str() {
        "x64" | "amd64" | "intel64" => Arch::X64,
        "arm64" => Arch::Arm64,
        _ => Arch::X86,
    }
}

/// Whether a package is installed for the machine (<https://learn.microsoft.com/windows/win32/msi/allusers>), by a user
/// who may do that.
pub(crate) fn is_per_machine(all_users: &str, per_user: &str) -> bool {
    all_users == "1" || (all_users == "2" && per_user != "1")
}

fn not_simulated(
    database: &Database,
    payload: &Payload,
    components: &[Component],
    directories: &BTreeMap<String, Directory>,
) -> Vec<String> {
    let rows = |name: &str| database.tables.get(name).map_or(0, |table| table.rows.len());
    let mut parts: Vec<String> =
        NOT_SIMULATED.iter().filter(|table| rows(table) > 0).map(|table| format!("table {table}")).collect();
    let of_extensions = database.tables.values().filter(|table| {
        let mut names = ["Component_", "Component", "File_", "File"].into_iter();
        let acts = names.any(|column| table.column(column).is_some());
        let name = table.name.as_str();
        acts && !table.rows.is_empty() && standard_table(name).is_none() && !PLAYED.contains(&name)
    });
    parts.extend(of_extensions.map(|table| format!("table {}", table.name)));
    let with_files = components.iter().filter(|component| !component.files.is_empty());
    let used: BTreeSet<&str> = with_files.map(|component| component.directory.as_str()).collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let is_of_windows = |directory: &str| {
        let mut at = directory;
        while let Some((key, directory)) = directories.get_key_value(at).filter(|(key, _)| seen.insert(key)) {
            if ["WindowsFolder", "SystemFolder", "System64Folder", "FontsFolder"].contains(&key.as_str()) {
                return true;
            }
            at = &directory.parent;
        }
        false
    };
    if used.into_iter().any(is_of_windows) {
        parts.push("Windows' protection of its own files".to_owned());
    }
    let unread = rows("File").saturating_sub(payload.len());
    if unread > 0 {
        parts.push(format!(
            "the bytes of {unread} of {} files: they are taken as the File table has them",
            rows("File")
        ));
    }
    parts
}

/// Versions of type libraries (<https://learn.microsoft.com/windows/win32/msi/typelib-table>).
fn type_libraries(database: &Database) -> Result<BTreeMap<(String, i32), i32>, PackageError> {
    Rows::of(database, "TypeLib")
        .with(&["LibID", "Language", "Version"])?
        .iter()
        .map(|row| {
            let library = row.required("LibID")?.to_ascii_uppercase();
            Ok(((library, row.number("Language", 0)?), row.number("Version", 0)?))
        })
        .collect()
}

/// Public directories of features and of WiX's dialog that nothing in the package sets again.
fn chosen_by_user(database: &Database, properties: &Named<String>) -> Result<BTreeSet<String>, PackageError> {
    let mut chosen: BTreeSet<String> = properties.get("WIXUI_INSTALLDIR").cloned().into_iter().collect();
    for row in Rows::of(database, "Feature").with(&["Feature"])? {
        chosen.insert(row.text("Directory_")?.to_owned());
    }
    let mut set: BTreeSet<&str> = BTreeSet::new();
    let rows = Rows::of(database, "AppSearch").with(&["Property"])?;
    for row in &rows {
        set.insert(row.text("Property")?);
    }
    let rows = Rows::of(database, "CustomAction").with(&["Source"])?;
    for row in &rows {
        set.insert(row.text("Source")?);
    }
    let is_public = |name: &String| {
        !name.is_empty() && *name != "TARGETDIR" && !name.contains(|c: char| c.is_ascii_lowercase())
    };
    chosen.retain(|name| is_public(name) && !set.contains(name.as_str()));
    Ok(chosen)
}

fn properties(database: &Database) -> Result<Named<String>, PackageError> {
    let mut properties = Named::default();
    for row in Rows::of(database, "Property").with(&["Property", "Value"])? {
        properties.set(row.required("Property")?, row.text("Value")?.to_owned());
    }
    Ok(properties)
}

/// Folders below each other beyond this are refused: Windows Installer's paths have 260 characters at the most.
const DEEPEST: usize = 130;

fn directories(database: &Database) -> Result<BTreeMap<String, Directory>, PackageError> {
    let rows = Rows::of(database, "Directory").with(&["Directory", "Directory_Parent", "DefaultDir"])?;
    let mut directories = BTreeMap::new();
    for row in &rows {
        let key = row.required("Directory")?;
        let parent = row.text("Directory_Parent")?;
        let parent = if parent == key { "" } else { parent };
        let target = row.text("DefaultDir")?.split(':').next().unwrap_or_default();
        let name = match long_name(target) {
            "." => "",
            name => name,
        };
        directories.insert(key.to_owned(), Directory { parent: parent.to_owned(), name: name.to_owned() });
    }
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        let (mut at, mut way) = (row.required("Directory")?, Vec::new());
        let mut depth = loop {
            if let Some(depth) = depths.get(at) {
                break *depth;
            }
            match directories.get(at) {
                Some(directory) if !directory.parent.is_empty() && way.len() <= DEEPEST => {
                    way.push(at);
                    at = &directory.parent;
                }
                Some(directory) if !directory.parent.is_empty() => break DEEPEST,
                _ => break 0,
            }
        };
        while let Some(below) = way.pop() {
            depth += 1;
            depths.insert(below, depth);
        }
        if depth > DEEPEST {
            let problem = format!("is below more than {DEEPEST} folders, or below itself");
            return Err(row.wrong("Directory_Parent", problem));
        }
    }
    drop(depths);
    Ok(directories)
}

/// Those of `directories` that components and their rows name.
fn used_directories(components: &[Component], directories: &BTreeMap<String, Directory>) -> BTreeSet<String> {
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for component in components {
        used.insert(&component.directory);
        used.extend(component.create_folders.iter().map(String::as_str));
        used.extend(component.remove_files.iter().map(|row| row.directory.as_str()));
        used.extend(component.duplicate_files.iter().map(|row| row.directory.as_str()));
        used.extend(component.shortcuts.iter().map(|row| row.directory.as_str()));
        let moves = component.move_files.iter();
        used.extend(moves.flat_map(|row| [row.source_directory.as_str(), row.directory.as_str()]));
    }
    used.into_iter().filter(|key| directories.contains_key(*key)).map(str::to_owned).collect()
}

/// `Feature.Attributes`: the feature is installed where its parent is.
const FOLLOW_PARENT: i32 = 2;

fn features(database: &Database, conditions: &Conditions) -> Result<Vec<Feature>, PackageError> {
    let rows = Rows::of(database, "Feature").with(&["Feature", "Level"])?;
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        places.insert(row.required("Feature")?, place);
    }
    let place = |row: &RowView, column: &str| -> Result<usize, PackageError> {
        let key = row.required(column)?;
        let place = places.get(key).copied();
        place.ok_or_else(|| row.wrong(column, format!("there is no feature `{key}`")))
    };
    let mut features = Vec::with_capacity(rows.len());
    for row in &rows {
        features.push(Feature {
            key: row.required("Feature")?.to_owned(),
            parent: match row.text("Feature_Parent")? {
                "" => None,
                _ => Some(place(row, "Feature_Parent")?),
            },
            level: row.number("Level", 1)?,
            follows_parent: row.number("Attributes", 0)? & FOLLOW_PARENT != 0,
            levels: Vec::new(),
        });
    }
    for row in Rows::of(database, "Condition").with(&["Feature_", "Level", "Condition"])? {
        let feature = place(&row, "Feature_")?;
        features[feature].levels.push((row.number("Level", 1)?, conditions.of(&row, "Condition")?));
    }
    Ok(features)
}

fn upgrades(database: &Database) -> Result<Vec<Upgrade>, PackageError> {
    Rows::of(database, "Upgrade")
        .with(&["UpgradeCode", "VersionMin", "VersionMax", "Attributes", "ActionProperty"])?
        .iter()
        .map(|row| {
            Ok(Upgrade {
                upgrade_code: row
                    .parsed("UpgradeCode")?
                    .ok_or_else(|| row.wrong("UpgradeCode", "is empty, expected a GUID"))?,
                min: bound(row, "VersionMin")?,
                max: bound(row, "VersionMax")?,
                languages: languages(row, "Language")?,
                attributes: row.number("Attributes", 0)?,
                remove: match row.text("Remove")? {
                    "" => None,
                    list => Some(list.to_owned()),
                },
                property: row.required("ActionProperty")?.to_owned(),
            })
        })
        .collect()
}

/// A bound of a version range. Packages have bounds that no version reaches, as `99999.0.0`: they are as high as can be.
fn bound(row: &RowView, column: &str) -> Result<Option<ProductVersion>, PackageError> {
    const HIGHEST: [u32; 4] = [255, 255, 65_535, 65_535];
    let text = row.text(column)?;
    let fields: Option<Vec<u32>> = text.split('.').map(|field| field.parse().ok()).collect();
    match fields {
        Some(fields) if fields.len() <= HIGHEST.len() => {
            let limited: Vec<String> =
                fields.iter().zip(HIGHEST).map(|(field, highest)| highest.min(*field).to_string()).collect();
            limited.join(".").parse().map(Some).map_err(|error| row.wrong(column, format!("{error}")))
        }
        _ => row.parsed(column),
    }
}

fn launch_conditions(
    database: &Database,
    conditions: &Conditions,
) -> Result<Vec<(Condition, String)>, PackageError> {
    Rows::of(database, "LaunchCondition")
        .with(&["Condition", "Description"])?
        .iter()
        .map(|row| Ok((conditions.of(row, "Condition")?, row.text("Description")?.to_owned())))
        .collect()
}
