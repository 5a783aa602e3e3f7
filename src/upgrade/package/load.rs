//! Database → package.

use super::table::{PackageError, RowView, Rows};
use super::{
    Action, Component, ComponentAttributes, CustomAction, Directory, DuplicateFile, Environment, Feature,
    File, FileFacts, KeyPath, MoveFile, Package, Payload, Registry, RemoveFile, RemoveRegistry, Search,
    ServiceControl, Shortcut, Upgrade,
};
use crate::id::{Arch, FileVersion};
use crate::msi::Database;
use crate::upgrade::condition::Condition;
use std::collections::{BTreeMap, BTreeSet};

/// Tables that put something on a machine and are not simulated.
const NOT_SIMULATED: [&str; 14] = [
    "BindImage",
    "Class",
    "Complus",
    "Extension",
    "Font",
    "IniFile",
    "MIME",
    "MsiServiceConfig",
    "ODBCDataSource",
    "ODBCDriver",
    "ProgId",
    "RemoveIniFile",
    "SelfReg",
    "TypeLib",
];

impl Package {
    /// Reads the package `name` from its database, with what is known of its files' bytes.
    ///
    /// # Errors
    /// A table that is read is broken, or a property that every package needs is missing.
    pub fn load(name: &str, database: &Database, payload: &Payload) -> Result<Package, PackageError> {
        let properties = properties(database)?;
        let property =
            |key: &'static str| properties.get(key).map(String::as_str).ok_or(PackageError::Property(key));
        let wrong = |key: &str, problem: String| PackageError::Cell {
            table: "Property".to_owned(),
            row: key.to_owned(),
            column: "Value".to_owned(),
            problem,
        };
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
        let features = features(database)?;
        let components = Components::read(database, &features, payload)?.components;
        Ok(Package {
            name: name.to_owned(),
            arch: arch(&database.summary.template),
            product_code,
            upgrade_code,
            version,
            language,
            per_machine: properties.get("ALLUSERS").is_some_and(|users| users == "1"),
            secure,
            directories: directories(database)?,
            features,
            components,
            upgrades: upgrades(database)?,
            execute: sequence(database, "InstallExecuteSequence")?,
            ui: sequence(database, "InstallUISequence")?,
            custom_actions: custom_actions(database)?,
            launch_conditions: launch_conditions(database)?,
            searches: searches(database)?,
            not_simulated: NOT_SIMULATED
                .iter()
                .filter(|table| database.tables.get(**table).is_some_and(|table| !table.rows.is_empty()))
                .map(|table| (*table).to_owned())
                .collect(),
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

/// The long name of `short|long`.
fn long_name(name: &str) -> &str {
    name.split_once('|').map_or(name, |(_, long)| long)
}

fn languages(row: &RowView, column: &str) -> Result<BTreeSet<u16>, PackageError> {
    row.text(column)?
        .split(',')
        .map(str::trim)
        .filter(|language| !language.is_empty())
        .map(|language| {
            language.parse().map_err(|_| row.wrong(column, format!("`{language}` is not a language number")))
        })
        .collect()
}

fn properties(database: &Database) -> Result<BTreeMap<String, String>, PackageError> {
    Rows::of(database, "Property")
        .with(&["Property", "Value"])?
        .iter()
        .map(|row| Ok((row.required("Property")?.to_owned(), row.text("Value")?.to_owned())))
        .collect()
}

fn directories(database: &Database) -> Result<BTreeMap<String, Directory>, PackageError> {
    Rows::of(database, "Directory")
        .with(&["Directory", "Directory_Parent", "DefaultDir"])?
        .iter()
        .map(|row| {
            let key = row.required("Directory")?;
            let parent = row.text("Directory_Parent")?;
            let parent = if parent == key { "" } else { parent };
            let target = row.text("DefaultDir")?.split(':').next().unwrap_or_default();
            let name = match long_name(target) {
                "." => "",
                name => name,
            };
            Ok((key.to_owned(), Directory { parent: parent.to_owned(), name: name.to_owned() }))
        })
        .collect()
}

fn features(database: &Database) -> Result<Vec<Feature>, PackageError> {
    let rows = Rows::of(database, "Feature").with(&["Feature", "Level"])?;
    let keys: Vec<&str> = rows.iter().map(|row| row.required("Feature")).collect::<Result<_, _>>()?;
    let mut features = Vec::with_capacity(rows.len());
    for row in &rows {
        let parent = match row.text("Feature_Parent")? {
            "" => None,
            key => Some(
                keys.iter()
                    .position(|other| *other == key)
                    .ok_or_else(|| row.wrong("Feature_Parent", format!("there is no feature `{key}`")))?,
            ),
        };
        features.push(Feature {
            key: row.required("Feature")?.to_owned(),
            parent,
            level: row.number("Level", 1)?,
            levels: Vec::new(),
        });
    }
    for row in Rows::of(database, "Condition").with(&["Feature_", "Level", "Condition"])? {
        let key = row.required("Feature_")?;
        let feature = keys
            .iter()
            .position(|other| *other == key)
            .ok_or_else(|| row.wrong("Feature_", format!("there is no feature `{key}`")))?;
        features[feature].levels.push((row.number("Level", 1)?, condition(&row, "Condition")?));
    }
    Ok(features)
}

fn condition(row: &RowView, column: &str) -> Result<Condition, PackageError> {
    Ok(row.parsed(column)?.unwrap_or_else(|| "".parse().expect("the empty condition is one")))
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
                min: row.parsed("VersionMin")?,
                max: row.parsed("VersionMax")?,
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

fn sequence(database: &Database, table: &str) -> Result<Vec<Action>, PackageError> {
    let mut actions = Vec::new();
    for row in Rows::of(database, table).with(&["Action", "Condition", "Sequence"])? {
        let sequence = row.number("Sequence", 0)?;
        if sequence > 0 {
            actions.push(Action {
                name: row.required("Action")?.to_owned(),
                condition: condition(&row, "Condition")?,
                sequence,
            });
        }
    }
    actions.sort_by(|a, b| (a.sequence, &a.name).cmp(&(b.sequence, &b.name)));
    Ok(actions)
}

fn custom_actions(database: &Database) -> Result<BTreeMap<String, CustomAction>, PackageError> {
    Rows::of(database, "CustomAction")
        .with(&["Action", "Type", "Source", "Target"])?
        .iter()
        .map(|row| {
            let name = row.required("Action")?.to_owned();
            let action = CustomAction {
                name: name.clone(),
                kind: row.number("Type", 0)?,
                source: row.text("Source")?.to_owned(),
                target: row.text("Target")?.to_owned(),
            };
            Ok((name, action))
        })
        .collect()
}

fn launch_conditions(database: &Database) -> Result<Vec<(Condition, String)>, PackageError> {
    Rows::of(database, "LaunchCondition")
        .with(&["Condition", "Description"])?
        .iter()
        .map(|row| Ok((condition(row, "Condition")?, row.text("Description")?.to_owned())))
        .collect()
}

/// Follows DrLocator rows upwards: `[ProgramFiles64Folder]` + `IIS Express` + `iisexpress.exe` is a path that needs no
/// machine, if one assumes that the search finds what it looks for. A search for a folder gives the folder of the
/// file found.
fn searches(database: &Database) -> Result<Vec<Search>, PackageError> {
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
        let (mut at, mut path) = (signature, String::new());
        for _ in 0..=locators.len() {
            let (parent, own) = locators.get(at)?;
            path = match (own.is_empty(), path.is_empty()) {
                (true, _) => path,
                (false, true) => (*own).to_owned(),
                (false, false) => format!("{own}\\{path}"),
            };
            if parent.is_empty() {
                let file = signatures.get(signature).copied().unwrap_or_default();
                return Some(format!("{path}\\{file}"));
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
            })
        })
        .collect()
}

/// Components while rows are handed to their owners.
struct Components<'a> {
    database: &'a Database,
    components: Vec<Component>,
    by_key: BTreeMap<&'a str, usize>,
}

impl<'a> Components<'a> {
    fn read(
        database: &'a Database,
        features: &[Feature],
        payload: &Payload,
    ) -> Result<Components<'a>, PackageError> {
        let rows = Rows::of(database, "Component").with(&[
            "Component",
            "ComponentId",
            "Directory_",
            "Attributes",
            "Condition",
            "KeyPath",
        ])?;
        let mut all = Components { database, components: Vec::new(), by_key: BTreeMap::new() };
        for row in &rows {
            let key = row.required("Component")?;
            all.by_key.insert(key, all.components.len());
            all.components.push(Component {
                key: key.to_owned(),
                id: row.parsed("ComponentId")?,
                directory: row.required("Directory_")?.to_owned(),
                attributes: ComponentAttributes(row.number("Attributes", 0)?),
                condition: condition(row, "Condition")?,
                key_path: KeyPath::Directory,
                files: Vec::new(),
                registry: Vec::new(),
                remove_files: Vec::new(),
                remove_registry: Vec::new(),
                duplicate_files: Vec::new(),
                move_files: Vec::new(),
                create_folders: Vec::new(),
                services: Vec::new(),
                service_controls: Vec::new(),
                environment: Vec::new(),
                shortcuts: Vec::new(),
                assembly: None,
                modules: Vec::new(),
                features: Vec::new(),
            });
        }
        all.files(payload)?;
        all.registry()?;
        all.file_actions()?;
        all.system()?;
        all.extensions()?;
        all.memberships(features)?;
        for (index, row) in rows.iter().enumerate() {
            all.components[index].key_path = key_path(&all.components[index], row)?;
        }
        Ok(all)
    }

    fn each(
        &mut self,
        table: &'a str,
        columns: &[&str],
        mut give: impl FnMut(&mut Component, &RowView) -> Result<(), PackageError>,
    ) -> Result<(), PackageError> {
        let database = self.database;
        for row in Rows::of(database, table).with(columns)? {
            let key = row.required("Component_")?;
            let index = *self
                .by_key
                .get(key)
                .ok_or_else(|| row.wrong("Component_", format!("there is no component `{key}`")))?;
            give(&mut self.components[index], &row)?;
        }
        Ok(())
    }

    fn files(&mut self, payload: &Payload) -> Result<(), PackageError> {
        let mut hashes = BTreeMap::new();
        let parts = ["File_", "HashPart1", "HashPart2", "HashPart3", "HashPart4"];
        let rows = Rows::of(self.database, "MsiFileHash").with(&parts)?;
        for row in &rows {
            let mut hash = [0; 4];
            for (part, column) in hash.iter_mut().zip(&parts[1..]) {
                *part = row.number(column, 0)?;
            }
            hashes.insert(row.required("File_")?, hash);
        }
        let keys: BTreeSet<&str> = Rows::of(self.database, "File")
            .with(&["File"])?
            .iter()
            .map(|row| row.required("File"))
            .collect::<Result<_, _>>()?;
        self.each("File", &["File", "Component_", "FileName", "Version", "Sequence"], |component, row| {
            let key = row.required("File")?;
            let text = row.text("Version")?;
            let companion = keys.contains(text).then(|| text.to_owned());
            let version: Option<FileVersion> =
                if companion.is_some() { None } else { row.parsed("Version")? };
            let languages = languages(row, "Language")?;
            let hash = hashes.get(key).copied();
            let size = row.number("FileSize", -1)?;
            let claimed = FileFacts {
                version,
                languages: languages.clone(),
                hash,
                size: u64::try_from(size).ok(),
                ..FileFacts::default()
            };
            component.files.push(File {
                key: key.to_owned(),
                name: long_name(row.required("FileName")?).to_owned(),
                version,
                companion,
                languages,
                attributes: row.number("Attributes", 0)?,
                sequence: row.number("Sequence", 0)?,
                hash,
                facts: payload.get(key).cloned().unwrap_or(claimed),
            });
            Ok(())
        })?;
        for component in &mut self.components {
            component.files.sort_by_key(|file| file.sequence);
        }
        Ok(())
    }

    fn registry(&mut self) -> Result<(), PackageError> {
        self.each(
            "Registry",
            &["Registry", "Root", "Key", "Name", "Value", "Component_"],
            |component, row| {
                component.registry.push(Registry {
                    key: row.required("Registry")?.to_owned(),
                    root: row.number("Root", 0)?,
                    path: row.required("Key")?.to_owned(),
                    name: row.text("Name")?.to_owned(),
                    value: row.text("Value")?.to_owned(),
                });
                Ok(())
            },
        )?;
        self.each("RemoveRegistry", &["Root", "Key", "Name", "Component_"], |component, row| {
            component.remove_registry.push(RemoveRegistry {
                root: row.number("Root", 0)?,
                path: row.required("Key")?.to_owned(),
                name: row.text("Name")?.to_owned(),
            });
            Ok(())
        })
    }

    fn file_actions(&mut self) -> Result<(), PackageError> {
        self.each(
            "RemoveFile",
            &["FileKey", "Component_", "FileName", "DirProperty", "InstallMode"],
            |component, row| {
                component.remove_files.push(RemoveFile {
                    key: row.required("FileKey")?.to_owned(),
                    pattern: long_name(row.text("FileName")?).to_owned(),
                    directory: row.required("DirProperty")?.to_owned(),
                    mode: row.number("InstallMode", 0)?,
                });
                Ok(())
            },
        )?;
        self.each("DuplicateFile", &["Component_", "File_", "DestName", "DestFolder"], |component, row| {
            component.duplicate_files.push(DuplicateFile {
                file: row.required("File_")?.to_owned(),
                name: long_name(row.text("DestName")?).to_owned(),
                directory: row.text("DestFolder")?.to_owned(),
            });
            Ok(())
        })?;
        self.each(
            "MoveFile",
            &["Component_", "SourceName", "DestName", "SourceFolder", "DestFolder"],
            |component, row| {
                component.move_files.push(MoveFile {
                    source: row.text("SourceName")?.to_owned(),
                    source_directory: row.text("SourceFolder")?.to_owned(),
                    name: long_name(row.text("DestName")?).to_owned(),
                    directory: row.required("DestFolder")?.to_owned(),
                    moves: row.number("Options", 0)? & 1 != 0,
                });
                Ok(())
            },
        )?;
        self.each("CreateFolder", &["Directory_", "Component_"], |component, row| {
            component.create_folders.push(row.required("Directory_")?.to_owned());
            Ok(())
        })
    }

    fn system(&mut self) -> Result<(), PackageError> {
        self.each("ServiceInstall", &["Name", "Component_"], |component, row| {
            component.services.push(row.required("Name")?.to_owned());
            Ok(())
        })?;
        self.each("ServiceControl", &["Name", "Event", "Component_"], |component, row| {
            component.service_controls.push(ServiceControl {
                service: row.required("Name")?.to_owned(),
                events: row.number("Event", 0)?,
            });
            Ok(())
        })?;
        self.each("Environment", &["Name", "Value", "Component_"], |component, row| {
            component.environment.push(Environment {
                name: row.required("Name")?.to_owned(),
                value: row.text("Value")?.to_owned(),
            });
            Ok(())
        })?;
        self.each("Shortcut", &["Directory_", "Name", "Component_", "Target"], |component, row| {
            component.shortcuts.push(Shortcut {
                directory: row.required("Directory_")?.to_owned(),
                name: long_name(row.required("Name")?).to_owned(),
                target: row.text("Target")?.to_owned(),
            });
            Ok(())
        })
    }

    /// Assemblies for the global cache (those without `File_Application`), and modules of Microsoft's IIS extension.
    fn extensions(&mut self) -> Result<(), PackageError> {
        let mut names: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
        let rows = Rows::of(self.database, "MsiAssemblyName").with(&["Component_", "Name", "Value"])?;
        for row in &rows {
            names
                .entry(row.required("Component_")?)
                .or_default()
                .insert(row.required("Name")?, row.text("Value")?);
        }
        self.each("MsiAssembly", &["Component_", "File_Application"], |component, row| {
            if row.text("File_Application")?.is_empty() {
                let parts = names.get(component.key.as_str()).into_iter().flatten();
                let identity: Vec<String> = parts.map(|(name, value)| format!("{name}={value}")).collect();
                component.assembly = Some(identity.join(","));
            }
            Ok(())
        })?;
        for row in Rows::of(self.database, "IISGlobalModule").with(&["Name", "File_"])? {
            let file = row.required("File_")?;
            let owner = self
                .components
                .iter_mut()
                .find(|component| component.files.iter().any(|own| own.key == file))
                .ok_or_else(|| row.wrong("File_", format!("there is no file `{file}`")))?;
            owner.modules.push(row.required("Name")?.to_owned());
        }
        Ok(())
    }

    fn memberships(&mut self, features: &[Feature]) -> Result<(), PackageError> {
        self.each("FeatureComponents", &["Feature_", "Component_"], |component, row| {
            let key = row.required("Feature_")?;
            let feature = features
                .iter()
                .position(|feature| feature.key == key)
                .ok_or_else(|| row.wrong("Feature_", format!("there is no feature `{key}`")))?;
            component.features.push(feature);
            Ok(())
        })
    }
}

fn key_path(component: &Component, row: &RowView) -> Result<KeyPath, PackageError> {
    let key = row.text("KeyPath")?;
    let position = |found: Option<usize>, what: &str| {
        found.ok_or_else(|| row.wrong("KeyPath", format!("the component has no {what} `{key}`")))
    };
    if key.is_empty() {
        Ok(KeyPath::Directory)
    } else if component.attributes.has(ComponentAttributes::REGISTRY_KEY_PATH) {
        let found = component.registry.iter().position(|value| value.key == key);
        Ok(KeyPath::Registry(position(found, "registry value")?))
    } else if component.attributes.has(ComponentAttributes::ODBC_DATA_SOURCE) {
        Ok(KeyPath::OdbcDataSource(key.to_owned()))
    } else {
        let found = component.files.iter().position(|file| file.key == key);
        Ok(KeyPath::File(position(found, "file")?))
    }
}
