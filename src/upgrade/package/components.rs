//! Components, and the rows that belong to them.

use super::conditions::Conditions;
use super::table::{PackageError, RowView, Rows, languages, long_name};
use super::{
    Component, ComponentAttributes, Configuration, DuplicateFile, Environment, Feature, Few, File, FileFacts,
    HandlerFolder, KeyPath, MoveFile, Payload, Registry, RemoveFile, RemoveRegistry, ServiceControl,
    Shortcut, Swap,
};
use crate::id::FileVersion;
use crate::msi::Database;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Components while rows are handed to their owners.
pub(super) struct Components<'a> {
    database: &'a Database,
    conditions: &'a Conditions,
    pub(super) components: Vec<Component>,
    by_key: BTreeMap<&'a str, usize>,
    /// The component of each file.
    owners: BTreeMap<&'a str, usize>,
}

impl<'a> Components<'a> {
    pub(super) fn read(
        database: &'a Database,
        features: &[Feature],
        payload: &Payload,
        conditions: &'a Conditions,
    ) -> Result<Components<'a>, PackageError> {
        let rows = Rows::of(database, "Component").with(&[
            "Component",
            "ComponentId",
            "Directory_",
            "Attributes",
            "Condition",
            "KeyPath",
        ])?;
        let mut all = Components {
            database,
            conditions,
            components: Vec::with_capacity(rows.len()),
            by_key: BTreeMap::new(),
            owners: BTreeMap::new(),
        };
        for row in &rows {
            let key = row.required("Component")?;
            all.by_key.insert(key, all.components.len());
            all.components.push(Component {
                key: key.into(),
                id: row.parsed("ComponentId")?,
                directory: row.required("Directory_")?.to_owned(),
                attributes: ComponentAttributes(row.number("Attributes", 0)?),
                condition: conditions.of(row, "Condition")?,
                key_path: KeyPath::Directory,
                files: Vec::new(),
                registry: Vec::new(),
                remove_files: Few::default(),
                remove_registry: Few::default(),
                duplicate_files: Few::default(),
                move_files: Few::default(),
                create_folders: Few::default(),
                services: Few::default(),
                service_controls: Few::default(),
                environment: Few::default(),
                shortcuts: Few::default(),
                assembly: None,
                modules: Few::default(),
                configurations: Few::default(),
                handler_folders: Few::default(),
                swaps: Few::default(),
                has_rules_of_its_own: false,
                features: Vec::new(),
            });
        }
        all.files(payload)?;
        let key_values = all.registry(&rows)?;
        all.file_actions()?;
        all.system()?;
        all.extensions()?;
        all.memberships(features)?;
        for component in &mut all.components {
            component.files.shrink_to_fit();
            component.registry.shrink_to_fit();
            component.features.shrink_to_fit();
        }
        for (index, row) in rows.iter().enumerate() {
            all.components[index].key_path = key_path(&all.components[index], row, &key_values)?;
        }
        Ok(all)
    }

    fn each(
        &mut self,
        table: &'a str,
        columns: &[&str],
        mut give: impl FnMut(&mut Component, &RowView<'a>) -> Result<(), PackageError>,
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
        let mut owners = BTreeMap::new();
        for row in &Rows::of(self.database, "File").with(&["File", "Component_"])? {
            if let Some(owner) = self.by_key.get(row.required("Component_")?) {
                owners.insert(row.required("File")?, *owner);
            }
        }
        self.each("File", &["File", "Component_", "FileName", "Version", "Sequence"], |component, row| {
            let key = row.required("File")?;
            let text = row.text("Version")?;
            let companion = owners.contains_key(text).then(|| text.to_owned());
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
                facts: Arc::new(payload.get(key).cloned().unwrap_or(claimed)),
            });
            Ok(())
        })?;
        for component in &mut self.components {
            component.files.sort_by_key(|file| file.sequence);
        }
        self.owners = owners;
        Ok(())
    }

    /// Gives the places of the values that are key paths.
    fn registry(&mut self, components: &[RowView<'a>]) -> Result<KeyValues<'a>, PackageError> {
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        for row in components {
            if ComponentAttributes(row.number("Attributes", 0)?).has(ComponentAttributes::REGISTRY_KEY_PATH) {
                wanted.insert(row.text("KeyPath")?);
            }
        }
        let mut places = KeyValues::new();
        // texts that stand in many rows are kept once
        let mut texts: BTreeMap<&str, Arc<str>> = BTreeMap::new();
        let mut once = |text: &'a str| texts.entry(text).or_insert_with(|| text.into()).clone();
        let columns = ["Registry", "Root", "Key", "Name", "Value", "Component_"];
        self.each("Registry", &columns, |component, row| {
            let key = row.required("Registry")?;
            if wanted.contains(key) {
                places.insert(key, (component.key.clone(), component.registry.len()));
            }
            component.registry.push(Registry {
                root: row.number("Root", 0)?,
                path: once(row.required("Key")?),
                name: once(row.text("Name")?),
                value: once(row.text("Value")?),
            });
            Ok(())
        })?;
        self.each("RemoveRegistry", &["Root", "Key", "Name", "Component_"], |component, row| {
            component.remove_registry.push(RemoveRegistry {
                root: row.number("Root", 0)?,
                path: row.required("Key")?.to_owned(),
                name: row.text("Name")?.to_owned(),
            });
            Ok(())
        })?;
        Ok(places)
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
                let parts = names.get(&*component.key).into_iter().flatten();
                let identity: Vec<String> = parts.map(|(name, value)| format!("{name}={value}")).collect();
                component.assembly = Some(identity.join(","));
            }
            Ok(())
        })?;
        for row in Rows::of(self.database, "Font").with(&["File_"])? {
            let file = row.required("File_")?;
            let owner = self.owners.get(file);
            let owner = owner.ok_or_else(|| row.wrong("File_", format!("there is no file `{file}`")))?;
            self.components[*owner].has_rules_of_its_own = true;
        }
        for row in Rows::of(self.database, "IsolatedComponent")
            .with(&["Component_Shared", "Component_Application"])?
        {
            for column in ["Component_Shared", "Component_Application"] {
                let key = row.required(column)?;
                let place = self.by_key.get(key);
                let place =
                    place.ok_or_else(|| row.wrong(column, format!("there is no component `{key}`")))?;
                self.components[*place].has_rules_of_its_own = true;
            }
        }
        for row in Rows::of(self.database, "IISGlobalModule").with(&["Name", "File_"])? {
            let file = row.required("File_")?;
            let owner = self.owners.get(file);
            let owner = owner.ok_or_else(|| row.wrong("File_", format!("there is no file `{file}`")))?;
            self.components[*owner].modules.push(row.required("Name")?.to_owned());
        }
        self.configurations()
    }

    /// The tables of our own packages.
    fn configurations(&mut self) -> Result<(), PackageError> {
        /// In `Attributes`: the file can be a shared one.
        const SHARED: i32 = 16;
        let columns = ["Component_", "File", "Condition", "Module", "Image", "Attributes"];
        let conditions = self.conditions;
        self.each("AncmConfiguration", &columns, |component, row| {
            component.configurations.push(Configuration {
                file: row.required("File")?.to_owned(),
                condition: conditions.of(row, "Condition")?,
                module: row.required("Module")?.to_owned(),
                image: row.required("Image")?.to_owned(),
                of_iis: row.number("Attributes", 0)? & SHARED != 0,
            });
            Ok(())
        })?;
        self.each("AncmHandlerFolder", &["Component_", "Folder", "Kept", "Files"], |component, row| {
            component.handler_folders.push(HandlerFolder {
                folder: row.required("Folder")?.to_owned(),
                kept: row.required("Kept")?.to_owned(),
                files: row.required("Files")?.split(';').map(str::to_owned).collect(),
            });
            Ok(())
        })?;
        self.each("FileSwap", &["Component_", "File", "From", "New"], |component, row| {
            let text = |column| row.text(column).map(str::to_owned);
            component.swaps.push(Swap {
                file: row.required("File")?.to_owned(),
                from: row.required("From")?.to_owned(),
                right: text("Right")?,
                lowest: row.parsed("Lowest")?,
                highest: row.parsed("Highest")?,
                new: row.required("New")?.to_owned(),
                kept: text("Kept")?,
                second: text("Second")?,
                source: text("Source")?,
                second_processor: text("SecondProcessor")?,
                backup: text("Backup")?,
            });
            Ok(())
        })
    }

    fn memberships(&mut self, features: &[Feature]) -> Result<(), PackageError> {
        let places: BTreeMap<&str, usize> =
            features.iter().enumerate().map(|(place, feature)| (feature.key.as_str(), place)).collect();
        self.each("FeatureComponents", &["Feature_", "Component_"], |component, row| {
            let key = row.required("Feature_")?;
            let feature = *places
                .get(key)
                .ok_or_else(|| row.wrong("Feature_", format!("there is no feature `{key}`")))?;
            component.features.push(feature);
            Ok(())
        })
    }
}

/// The values that are key paths, by their keys: whose each is, and at which place.
type KeyValues<'a> = BTreeMap<&'a str, (Arc<str>, usize)>;

fn key_path(component: &Component, row: &RowView, values: &KeyValues) -> Result<KeyPath, PackageError> {
    let key = row.text("KeyPath")?;
    let position = |found: Option<usize>, what: &str| {
        found.ok_or_else(|| row.wrong("KeyPath", format!("the component has no {what} `{key}`")))
    };
    if key.is_empty() {
        Ok(KeyPath::Directory)
    } else if component.attributes.has(ComponentAttributes::REGISTRY_KEY_PATH) {
        let own = values.get(key).filter(|(owner, _)| *owner == component.key);
        Ok(KeyPath::Registry(position(own.map(|(_, place)| *place), "registry value")?))
    } else if component.attributes.has(ComponentAttributes::ODBC_DATA_SOURCE) {
        Ok(KeyPath::OdbcDataSource(key.to_owned()))
    } else {
        let found = component.files.iter().position(|file| file.key == key);
        Ok(KeyPath::File(position(found, "file")?))
    }
}
