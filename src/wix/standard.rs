//! What Windows Installer itself defines: standard directories, standard actions with their numbers, and which actions
//! a table needs. WiX calls it the standard library; sections of it are linked like a fragment's.

use crate::diag::Location;
use crate::id::Arch;
use crate::symbol::{
    Access, Action, Directory, Id, Kind, Reference, Schedule, Section, SectionKind, Sequence, Symbol,
};

/// Standard directories and the names that they have on a source medium
/// (<https://learn.microsoft.com/windows/win32/msi/property-reference>, system folder properties).
const DIRECTORIES: &[(&str, &str)] = &[
    ("TARGETDIR", "SourceDir"),
    ("AdminToolsFolder", "Admin"),
    ("AppDataFolder", "AppData"),
    ("CommonAppDataFolder", "CommApp"),
    ("CommonFilesFolder", "CFiles"),
    ("CommonFiles64Folder", "CFiles64"),
    ("CommonFiles6432Folder", "."),
    ("DesktopFolder", "Desktop"),
    ("FavoritesFolder", "Favs"),
    ("FontsFolder", "Fonts"),
    ("LocalAppDataFolder", "LocalApp"),
    ("MyPicturesFolder", "Pictures"),
    ("NetHoodFolder", "NetHood"),
    ("PersonalFolder", "Personal"),
    ("PerUserProgramFilesFolder", "Programs"),
    ("PrintHoodFolder", "Printers"),
    ("ProgramFilesFolder", "PFiles"),
    ("ProgramFiles64Folder", "PFiles64"),
    ("ProgramFiles6432Folder", "."),
    ("ProgramMenuFolder", "PMenu"),
    ("RecentFolder", "Recent"),
    ("SendToFolder", "SendTo"),
    ("StartMenuFolder", "StrtMenu"),
    ("StartupFolder", "StartUp"),
    ("SystemFolder", "System"),
    ("System16Folder", "System16"),
    ("System64Folder", "System64"),
    ("System6432Folder", "."),
    ("TempFolder", "Temp"),
    ("TemplateFolder", "Template"),
    ("WindowsFolder", "Windows"),
];

/// Standard actions: number, name, condition, and the sequences that have them: `A`dmin, `a`dmin UI, ad`V`ertise,
/// `I`nstall, `i`nstall UI (<https://learn.microsoft.com/windows/win32/msi/standard-actions-reference>).
#[rustfmt::skip]
const ACTIONS: &[(i16, &str, &str, &str)] = &[
    (25, "FindRelatedProducts", "", "Ii"),
    (50, "AppSearch", "", "Ii"),
    (100, "LaunchConditions", "", "AaIi"),
    (500, "CCPSearch", "NOT Installed", "Ii"),
    (600, "RMCCPSearch", "NOT Installed", "Ii"),
    (700, "ValidateProductID", "", "Ii"),
    (800, "CostInitialize", "", "AaVIi"),
    (900, "FileCost", "", "AaIi"),
    (950, "IsolateComponents", "", "Ii"),
    (1000, "CostFinalize", "", "AaVIi"),
    (1100, "SetODBCFolders", "", "I"),
    (1200, "MigrateFeatureStates", "", "Ii"),
    (1300, "ExecuteAction", "", "ai"),
    (1400, "InstallValidate", "", "AVI"),
    (1500, "InstallInitialize", "", "AVI"),
    (1550, "AllocateRegistrySpace", "", "I"),
    (1600, "ProcessComponents", "", "I"),
    (1700, "UnpublishComponents", "", "I"),
    (1750, "MsiUnpublishAssemblies", "", "I"),
    (1800, "UnpublishFeatures", "", "I"),
    (1900, "StopServices", "VersionNT", "I"),
    (2000, "DeleteServices", "VersionNT", "I"),
    (2100, "UnregisterComPlus", "", "I"),
    (2200, "SelfUnregModules", "", "I"),
    (2300, "UnregisterTypeLibraries", "", "I"),
    (2400, "RemoveODBC", "", "I"),
    (2500, "UnregisterFonts", "", "I"),
    (2600, "RemoveRegistryValues", "", "I"),
    (2700, "UnregisterClassInfo", "", "I"),
    (2800, "UnregisterExtensionInfo", "", "I"),
    (2900, "UnregisterProgIdInfo", "", "I"),
    (3000, "UnregisterMIMEInfo", "", "I"),
    (3100, "RemoveIniValues", "", "I"),
    (3200, "RemoveShortcuts", "", "I"),
    (3300, "RemoveEnvironmentStrings", "", "I"),
    (3400, "RemoveDuplicateFiles", "", "I"),
    (3500, "RemoveFiles", "", "I"),
    (3600, "RemoveFolders", "", "I"),
    (3700, "CreateFolders", "", "I"),
    (3800, "MoveFiles", "", "I"),
    (3900, "InstallAdminPackage", "", "A"),
    (4000, "InstallFiles", "", "AI"),
    (4090, "PatchFiles", "", "AI"),
    (4210, "DuplicateFiles", "", "I"),
    (4300, "BindImage", "", "I"),
    (4500, "CreateShortcuts", "", "VI"),
    (4600, "RegisterClassInfo", "", "VI"),
    (4700, "RegisterExtensionInfo", "", "VI"),
    (4800, "RegisterProgIdInfo", "", "VI"),
    (4900, "RegisterMIMEInfo", "", "VI"),
    (5000, "WriteRegistryValues", "", "I"),
    (5100, "WriteIniValues", "", "I"),
    (5200, "WriteEnvironmentStrings", "", "I"),
    (5300, "RegisterFonts", "", "I"),
    (5400, "InstallODBC", "", "I"),
    (5500, "RegisterTypeLibraries", "", "I"),
    (5600, "SelfRegModules", "", "I"),
    (5700, "RegisterComPlus", "", "I"),
    (5800, "InstallServices", "VersionNT", "I"),
    (5850, "MsiConfigureServices", "VersionNT>=600", "I"),
    (5900, "StartServices", "VersionNT", "I"),
    (6000, "RegisterUser", "", "I"),
    (6100, "RegisterProduct", "", "I"),
    (6200, "PublishComponents", "", "VI"),
    (6250, "MsiPublishAssemblies", "", "VI"),
    (6300, "PublishFeatures", "", "VI"),
    (6400, "PublishProduct", "", "VI"),
    (6500, "InstallExecute", "NOT Installed", "I"),
    (6550, "InstallExecuteAgain", "NOT Installed", "I"),
    (6600, "InstallFinalize", "", "AVI"),
];

/// The actions that every package has.
#[rustfmt::skip]
const ALWAYS: &[(&str, &[&str])] = &[
    ("A", &["CostFinalize", "CostInitialize", "FileCost", "InstallAdminPackage", "InstallFiles", "InstallFinalize", "InstallInitialize", "InstallValidate"]),
    ("a", &["CostFinalize", "CostInitialize", "ExecuteAction", "FileCost"]),
    ("V", &["CostFinalize", "CostInitialize", "InstallFinalize", "InstallInitialize", "InstallValidate", "PublishFeatures", "PublishProduct"]),
    ("I", &["CostFinalize", "CostInitialize", "FileCost", "InstallFinalize", "InstallInitialize", "InstallValidate", "ProcessComponents", "PublishFeatures", "PublishProduct", "RegisterProduct", "RegisterUser", "UnpublishFeatures", "ValidateProductID"]),
    ("i", &["CostFinalize", "CostInitialize", "ExecuteAction", "FileCost", "ValidateProductID"]),
];

/// The actions that a table needs.
#[rustfmt::skip]
const FOR_TABLES: &[(&str, &[(&str, &str)])] = &[
    ("AppSearch", &[("Ii", "AppSearch")]),
    ("CCPSearch", &[("Ii", "AppSearch"), ("Ii", "CCPSearch"), ("Ii", "RMCCPSearch")]),
    ("Class", &[("VI", "RegisterClassInfo"), ("I", "UnregisterClassInfo")]),
    ("Complus", &[("I", "RegisterComPlus"), ("I", "UnregisterComPlus")]),
    ("Component", &[("I", "CreateFolders"), ("I", "RemoveFolders")]),
    ("CreateFolder", &[("I", "CreateFolders"), ("I", "RemoveFolders")]),
    ("DuplicateFile", &[("I", "DuplicateFiles"), ("I", "RemoveDuplicateFiles")]),
    ("Environment", &[("I", "WriteEnvironmentStrings"), ("I", "RemoveEnvironmentStrings")]),
    ("Extension", &[("VI", "RegisterExtensionInfo"), ("I", "UnregisterExtensionInfo")]),
    ("BindImage", &[("I", "BindImage")]),
    ("File", &[("I", "InstallFiles"), ("I", "RemoveFiles")]),
    ("Font", &[("I", "RegisterFonts"), ("I", "UnregisterFonts")]),
    ("IniFile", &[("I", "WriteIniValues"), ("I", "RemoveIniValues")]),
    ("IsolatedComponent", &[("I", "IsolateComponents")]),
    ("LaunchCondition", &[("Ii", "LaunchConditions")]),
    ("MIME", &[("VI", "RegisterMIMEInfo"), ("I", "UnregisterMIMEInfo")]),
    ("MoveFile", &[("I", "MoveFiles")]),
    ("MsiAssembly", &[("VI", "MsiPublishAssemblies"), ("I", "MsiUnpublishAssemblies")]),
    ("MsiServiceConfig", &[("I", "MsiConfigureServices")]),
    ("MsiServiceConfigFailureActions", &[("I", "MsiConfigureServices")]),
    ("ODBCDataSource", &[("I", "SetODBCFolders"), ("I", "InstallODBC"), ("I", "RemoveODBC")]),
    ("ODBCDriver", &[("I", "SetODBCFolders"), ("I", "InstallODBC"), ("I", "RemoveODBC")]),
    ("ODBCTranslator", &[("I", "SetODBCFolders"), ("I", "InstallODBC"), ("I", "RemoveODBC")]),
    ("ProgId", &[("VI", "RegisterProgIdInfo"), ("I", "UnregisterProgIdInfo")]),
    ("PublishComponent", &[("VI", "PublishComponents"), ("I", "UnpublishComponents")]),
    ("Registry", &[("I", "WriteRegistryValues"), ("I", "RemoveRegistryValues")]),
    ("RemoveFile", &[("I", "RemoveFiles")]),
    ("RemoveIniFile", &[("I", "WriteIniValues"), ("I", "RemoveIniValues")]),
    ("RemoveRegistry", &[("I", "WriteRegistryValues"), ("I", "RemoveRegistryValues")]),
    ("SelfReg", &[("I", "SelfRegModules"), ("I", "SelfUnregModules")]),
    ("ServiceControl", &[("I", "StartServices"), ("I", "StopServices"), ("I", "DeleteServices")]),
    ("ServiceInstall", &[("I", "InstallServices")]),
    ("Shortcut", &[("VI", "CreateShortcuts"), ("I", "RemoveShortcuts")]),
    ("TypeLib", &[("I", "RegisterTypeLibraries"), ("I", "UnregisterTypeLibraries")]),
    ("Upgrade", &[("Ii", "FindRelatedProducts")]),
];

/// Whether `id` is a standard directory.
pub fn is_directory(id: &str) -> bool {
    DIRECTORIES.iter().any(|(known, _)| *known == id)
}

/// The standard directories.
pub fn directories() -> impl Iterator<Item = &'static str> {
    DIRECTORIES.iter().map(|(id, _)| *id)
}

/// What the standard directory `id` stands in, and its name on a source medium.
pub(crate) fn directory(id: &str, arch: Arch) -> Option<(Option<&'static str>, &'static str)> {
    let (_, name) = DIRECTORIES.iter().find(|(known, _)| *known == id)?;
    Some((parent(id, arch), name))
}

/// What a standard directory stands in.
fn parent(id: &str, arch: Arch) -> Option<&'static str> {
    let is_64_bit = arch.is_64_bit();
    Some(match id {
        "TARGETDIR" => return None,
        "CommonFiles6432Folder" if is_64_bit => "CommonFiles64Folder",
        "CommonFiles6432Folder" => "CommonFilesFolder",
        "ProgramFiles6432Folder" if is_64_bit => "ProgramFiles64Folder",
        "ProgramFiles6432Folder" => "ProgramFilesFolder",
        "System6432Folder" if is_64_bit => "System64Folder",
        "System6432Folder" => "SystemFolder",
        "PerUserProgramFilesFolder" => "LocalAppDataFolder",
        _ => "TARGETDIR",
    })
}

/// The directory that paths of components below `id` begin with: `…6432Folder` is one of two others.
pub fn canonical_directory(id: &str, arch: Arch) -> &str {
    if id.ends_with("6432Folder") { parent(id, arch).unwrap_or(id) } else { id }
}

/// The standard action `action` of a sequence, at its number.
pub fn action(sequence: Sequence, action: &str) -> Option<Action> {
    ACTIONS.iter().find(|(_, name, _, letters)| *name == action && letters.contains(letter(sequence))).map(
        |(number, name, condition, _)| Action {
            sequence,
            action: (*name).to_owned(),
            condition: (!condition.is_empty()).then(|| (*condition).to_owned()),
            schedule: Schedule::Number(*number),
            overridable: false,
        },
    )
}

/// The actions that every package has.
pub fn actions_always() -> impl Iterator<Item = Action> {
    ALWAYS.iter().flat_map(|(letters, names)| names.iter().flat_map(move |name| standard(letters, name)))
}

/// The actions that a package with rows in `table` has.
pub fn actions_for(table: &str) -> impl Iterator<Item = Action> {
    let needed = FOR_TABLES.iter().filter(move |(known, _)| *known == table);
    needed.flat_map(|(_, actions)| actions.iter().flat_map(|(letters, name)| standard(letters, name)))
}

fn standard(letters: &'static str, name: &'static str) -> impl Iterator<Item = Action> {
    let sequences = Sequence::ALL.into_iter().filter(move |sequence| letters.contains(letter(*sequence)));
    sequences.filter_map(move |sequence| action(sequence, name))
}

fn letter(sequence: Sequence) -> char {
    match sequence {
        Sequence::AdminExecute => 'A',
        Sequence::AdminUi => 'a',
        Sequence::AdvertiseExecute => 'V',
        Sequence::InstallExecute => 'I',
        Sequence::InstallUi => 'i',
    }
}

/// A section for each standard directory and action, to be linked where something refers to it.
pub fn sections(arch: Arch) -> Vec<Section> {
    let at = Location { file: "<standard library>".into(), line: 0, column: 0 };
    let section = |name: String, kind, reference: Option<&str>| Section {
        kind: SectionKind::Fragment,
        symbols: vec![Symbol { id: Some(Id { name, access: Access::Virtual }), at: at.clone(), kind }],
        references: reference
            .map(|key| Reference { kind: "Directory".into(), key: key.to_owned(), at: at.clone() })
            .into_iter()
            .collect(),
        memberships: Vec::new(),
        at: at.clone(),
    };
    let directories = DIRECTORIES.iter().map(|(id, name)| {
        let parent = parent(id, arch);
        let directory = Directory {
            parent: parent.map(str::to_owned),
            name: (*name).to_owned(),
            short_name: None,
            source_name: None,
            short_source_name: None,
            guid_seed: None,
        };
        section((*id).to_owned(), Kind::Directory(directory), parent)
    });
    let actions = ACTIONS.iter().flat_map(|(_, name, _, letters)| standard(letters, name)).map(|action| {
        let id = format!("{}/{}", action.sequence.table(), action.action);
        section(id, Kind::Action(action), None)
    });
    directories.chain(actions).collect()
}
