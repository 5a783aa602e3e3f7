//! Small packages, made row by row.

use ancm_installer::id::FileVersion;
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{Cell, ColumnKind, Database};
use ancm_installer::upgrade::{FileFacts, Folded, Package, Payload, Report, Resource, Scenario, Verdict};

/// Where RemoveExistingProducts stands, after which action.
pub const SCHEDULES: [(&str, i32); 5] = [
    ("afterInstallValidate", 1401),
    ("afterInstallInitialize", 1501),
    ("afterInstallExecute", 6501),
    ("afterInstallExecuteAgain", 6561),
    ("afterInstallFinalize", 6601),
];

/// The standard actions with their standard places.
const ACTIONS: [(&str, i32); 36] = [
    ("FindRelatedProducts", 25),
    ("AppSearch", 50),
    ("LaunchConditions", 100),
    ("CostInitialize", 800),
    ("FileCost", 900),
    ("CostFinalize", 1000),
    ("MigrateFeatureStates", 1200),
    ("InstallValidate", 1400),
    ("InstallInitialize", 1500),
    ("ProcessComponents", 1600),
    ("UnpublishFeatures", 1800),
    ("StopServices", 1900),
    ("DeleteServices", 2000),
    ("RemoveRegistryValues", 2600),
    ("MsiUnpublishAssemblies", 2700),
    ("RemoveShortcuts", 3200),
    ("RemoveEnvironmentStrings", 3300),
    ("RemoveDuplicateFiles", 3400),
    ("RemoveFiles", 3500),
    ("RemoveFolders", 3600),
    ("CreateFolders", 3700),
    ("MoveFiles", 3800),
    ("InstallFiles", 4000),
    ("DuplicateFiles", 4210),
    ("CreateShortcuts", 4500),
    ("WriteRegistryValues", 5000),
    ("WriteEnvironmentStrings", 5200),
    ("InstallServices", 5800),
    ("StartServices", 5900),
    ("RegisterUser", 6000),
    ("RegisterProduct", 6100),
    ("MsiPublishAssemblies", 6250),
    ("PublishFeatures", 6300),
    ("PublishProduct", 6400),
    ("InstallFinalize", 6600),
    ("RemoveExistingProducts", 6601),
];

/// A GUID by number.
pub fn guid(number: u32) -> String {
    format!("{{{number:08X}-0000-4000-8000-00000000C0DE}}")
}

/// The UpgradeCode of the packages made here.
pub fn family() -> String {
    guid(0xFFFF_0001)
}

/// A package under construction. Names and defaults are those of a plain per-machine x64 package whose folder is
/// `C:\Program Files\App`.
#[derive(Clone)]
pub struct Msi {
    name: String,
    database: Database,
    payload: Payload,
}

impl Msi {
    /// A package without components, with RemoveExistingProducts after InstallFinalize.
    pub fn new(version: &str) -> Msi {
        let mut msi =
            Msi { name: version.to_owned(), database: Database::default(), payload: Payload::new() };
        msi.database.summary.template = "x64;1033".to_owned();
        let code = version.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
        for (property, value) in [
            ("ProductCode", guid(code).as_str()),
            ("ProductVersion", version),
            ("ProductName", "App"),
            ("ProductLanguage", "1033"),
            ("UpgradeCode", family().as_str()),
            ("ALLUSERS", "1"),
            ("SecureCustomProperties", "OLD"),
        ] {
            msi.row("Property", &[property, value]);
        }
        for (action, sequence) in ACTIONS {
            msi.row("InstallExecuteSequence", &[action, "", &sequence.to_string()]);
        }
        for (directory, parent, name) in [
            ("TARGETDIR", "", "SourceDir"),
            ("ProgramFiles64Folder", "TARGETDIR", "."),
            ("ProgramFilesFolder", "TARGETDIR", "."),
            ("SystemFolder", "TARGETDIR", "."),
            ("System64Folder", "TARGETDIR", "."),
            ("APPDIR", "ProgramFiles64Folder", "App"),
        ] {
            msi.row("Directory", &[directory, parent, name]);
        }
        msi.row("Feature", &["Main", "", "", "", "1", "1", "", "0"]);
        msi.upgrade(&family(), 0x100)
    }

    /// Makes it a package for ARM64.
    pub fn for_arm64(mut self) -> Msi {
        self.database.summary.template = "Arm64;1033".to_owned();
        self
    }

    /// Makes it a package for x86.
    pub fn for_x86(mut self) -> Msi {
        self.database.summary.template = "Intel;1033".to_owned();
        self
    }

    /// Adds a row; cells are text, numbers are read where the column holds numbers.
    pub fn row(&mut self, table: &str, cells: &[&str]) {
        let empty = || standard_table(table).unwrap_or_else(|| panic!("`{table}` is no standard table"));
        let table = self.database.tables.entry(table.to_owned()).or_insert_with(empty);
        assert!(cells.len() <= table.columns.len(), "{}: too many cells", table.name);
        let row = table.columns.iter().enumerate().map(|(index, column)| {
            match (cells.get(index).copied().unwrap_or_default(), column.kind) {
                ("", _) => Cell::Null,
                (text, ColumnKind::Int2 | ColumnKind::Int4) => Cell::Int(text.parse().expect(text)),
                (text, _) => Cell::text(text),
            }
        });
        let row = row.collect();
        table.rows.push(row);
    }

    /// As [`Msi::row`], for chaining.
    pub fn with(mut self, table: &str, cells: &[&str]) -> Msi {
        self.row(table, cells);
        self
    }

    /// Takes rows away whose first cell is `key`.
    pub fn without(mut self, table: &str, key: &str) -> Msi {
        let table = self.database.tables.get_mut(table).expect("a table with rows");
        table.rows.retain(|row| row[0].as_str() != Some(key));
        self
    }

    /// Takes the component `key` out of its features.
    pub fn without_membership(mut self, key: &str) -> Msi {
        let table = self.database.tables.get_mut("FeatureComponents").expect("a table with rows");
        table.rows.retain(|row| row[1].as_str() != Some(key));
        self
    }

    /// Changes a property.
    pub fn property(self, name: &str, value: &str) -> Msi {
        self.without("Property", name).with("Property", &[name, value])
    }

    /// Puts RemoveExistingProducts at `sequence`, with the two InstallExecute actions that late slots need.
    pub fn removes_at(self, sequence: i32) -> Msi {
        let msi = self
            .without("InstallExecuteSequence", "RemoveExistingProducts")
            .with("InstallExecuteSequence", &["RemoveExistingProducts", "", &sequence.to_string()]);
        if (6500..6600).contains(&sequence) {
            msi.with("InstallExecuteSequence", &["InstallExecute", "", "6500"])
                .with("InstallExecuteSequence", &["InstallExecuteAgain", "", "6560"])
        } else {
            msi
        }
    }

    /// Replaces the Upgrade rows by one: every version of `code` below 100, with these attributes. (Wine subtracts
    /// versions as signed numbers, so that 255 would be below 1.)
    pub fn upgrade(mut self, code: &str, attributes: i32) -> Msi {
        self.database.tables.remove("Upgrade");
        self.with("Upgrade", &[code, "0.0.0", "100.0.0", "", &attributes.to_string(), "", "OLD"])
    }

    /// A component of the only feature, without key path.
    pub fn component(self, key: &str, id: &str, attributes: i32) -> Msi {
        self.with("Component", &[key, id, "APPDIR", &attributes.to_string(), "", ""])
            .with("FeatureComponents", &["Main", key])
    }

    /// Changes column `column` of the row of `table` whose first cell is `key`.
    pub fn set(mut self, table: &str, key: &str, column: &str, value: &str) -> Msi {
        let table = self.database.tables.get_mut(table).expect("a table with rows");
        let column = table.column(column).expect("a column");
        let row = table.rows.iter_mut().find(|row| row[0].as_str() == Some(key)).expect("the row");
        row[column] = Cell::text(value);
        self
    }

    /// A file of `component` with the key `component.name`, and its bytes' facts.
    pub fn file(mut self, component: &str, name: &str, version: &str, bytes: i32) -> Msi {
        let key = format!("{component}.{name}");
        let sequence = self.database.tables.get("File").map_or(1, |table| table.rows.len() + 1).to_string();
        self.row("File", &[&key, component, name, "100", version, "", "512", &sequence]);
        if version.is_empty() {
            let part = bytes.to_string();
            self.row("MsiFileHash", &[&key, "0", &part, &part, &part, &part]);
        }
        let facts =
            FileFacts { version: version.parse().ok(), hash: Some([bytes; 4]), ..FileFacts::default() };
        self.payload.insert(key, facts);
        self
    }

    /// A component with one key file.
    pub fn key_file(
        self,
        key: &str,
        id: &str,
        attributes: i32,
        name: &str,
        version: &str,
        bytes: i32,
    ) -> Msi {
        let file = format!("{key}.{name}");
        self.component(key, id, attributes).file(key, name, version, bytes).set(
            "Component",
            key,
            "KeyPath",
            &file,
        )
    }

    /// Changes what the bytes of a file say their version is.
    pub fn real_version(mut self, file: &str, version: &str) -> Msi {
        self.payload.get_mut(file).expect("the file").version = version.parse().ok();
        self
    }

    /// The files in the order of the cabinet: key, the number that stands for their bytes, version.
    pub fn numbers(&self) -> Vec<(String, i32, Option<FileVersion>)> {
        let rows = self.database.tables.get("File").map(|table| table.rows.as_slice()).unwrap_or_default();
        let file = |row: &Vec<Cell>| {
            let key = row[0].as_str().expect("a key").to_owned();
            let facts = &self.payload[&key];
            let number = facts.hash.expect("given")[0];
            (key, number, facts.version)
        };
        rows.iter().map(file).collect()
    }

    /// Says what a file's bytes are, in its facts, in FileSize and in MsiFileHash.
    pub fn know(&mut self, file: &str, facts: FileFacts) {
        let hash = facts.hash.expect("read from bytes");
        let table = self.database.tables.get_mut("File").expect("files");
        let size = table.column("FileSize").expect("a column");
        let row = table.rows.iter_mut().find(|row| row[0].as_str() == Some(file)).expect("the file");
        row[size] = Cell::Int(i32::try_from(facts.size.expect("read from bytes")).expect("small"));
        if let Some(table) = self.database.tables.get_mut("MsiFileHash")
            && let Some(row) = table.rows.iter_mut().find(|row| row[0].as_str() == Some(file))
        {
            row[2..6].iter_mut().zip(hash).for_each(|(cell, part)| *cell = Cell::Int(part));
        }
        self.payload.insert(file.to_owned(), facts);
    }

    /// The package.
    pub fn load(&self) -> Package {
        Package::load(&self.name, &self.database, &self.payload).expect("well-formed")
    }

    /// The database.
    pub fn database(&self) -> &Database {
        &self.database
    }
}

/// A file of the packages' own folder.
pub fn app_file(name: &str) -> Resource {
    Resource::File(Folded::path(&format!(r"C:\Program Files\App\{name}")))
}

/// What became of `resource` when `new` came over `old`.
pub fn upgrade(old: &Package, new: &Package, resource: &Resource) -> Option<Verdict> {
    Report::of(&Scenario::upgrade(old, new)).outcome(resource).map(|outcome| outcome.verdict)
}

/// What becomes of everything that is not as the new package brings it, by the last part of its name; `?` where it is
/// uncertain.
pub fn fates(report: &Report) -> Vec<String> {
    let shown = report.outcomes.iter().map(|outcome| {
        let name = outcome.resource.to_string();
        let end = name.rsplit('\\').next().unwrap_or(&name).to_owned();
        format!("{end} {}{}", outcome.verdict, if outcome.is_uncertain() { "?" } else { "" })
    });
    shown.filter(|fate| !fate.ends_with(" present-new")).collect()
}
