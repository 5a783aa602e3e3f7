//! A Windows for the x64 packages, and what is on it: for tests under Wine.
//!
//! Wine has no IIS and no IIS Express. What the launch conditions look for is written into the prefix here, and the
//! configurations that the module is registered in (`tests/apphost`); that is all that there is of them.

pub mod configurations;
pub mod registry;

use crate::made::{self, files, package};
use crate::modules::repository;
use crate::support::{self, wine::Wine};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// 1603, "fatal error during installation", as far as Unix has room for it.
pub const FAILED: i32 = 1603 & 0xFF;

const COMPONENTS_OF_IIS: &str = r"HKLM\SOFTWARE\Microsoft\InetStp\Components";

/// The providers' components are 32-bit ones, as they have always been. Windows has one `Classes\Installer` for both
/// kinds of programs; Wine has two.
const DEPENDENCIES: &str = r"HKLM64\Software\Wow6432Node\Classes\Installer\Dependencies";

const UNINSTALL: &str = r"HKLM64\Software\Microsoft\Windows\CurrentVersion\Uninstall";

/// Where packages of these flavours leave traces in the registry.
const KEYS: [&str; 7] = [
    UNINSTALL,
    r"HKLM64\Software\Microsoft\Windows\CurrentVersion\Installer",
    r"HKLM64\Software\Classes\Installer",
    DEPENDENCIES,
    r"HKLM64\Software\Microsoft\IIS Extensions",
    r"HKLM64\Software\Wow6432Node\Microsoft\IIS Extensions",
    r"HKLM64\System\CurrentControlSet\Services\EventLog\Application",
];

/// The configuration of IIS.
pub const IIS_CONFIG: &str = "windows/system32/inetsrv/config/applicationHost.config";

/// The configurations of IIS Express, 64-bit and 32-bit: its own, and the template of users' ones.
pub const EXPRESS_CONFIGS: [&str; 4] = [
    "Program Files/IIS Express/AppServer/applicationhost.config",
    "Program Files/IIS Express/config/templates/PersonalWebServer/applicationhost.config",
    "Program Files (x86)/IIS Express/AppServer/applicationhost.config",
    "Program Files (x86)/IIS Express/config/templates/PersonalWebServer/applicationhost.config",
];

/// What a package leaves beside each configuration that it changed.
pub const RECORD: &str = ".AspNetCoreModuleV2.undo";

/// What a flavour puts where on an x64 machine; `V` stands for the folder of the version.
pub struct Expected {
    pub flavour: &'static str,
    pub base: &'static str,
    pub configs: &'static [&'static str],
    pub image: &'static str,
    pub entry: &'static str,
    pub files: &'static [(&'static str, &'static str)],
    pub event_source: &'static str,
    pub provider: &'static str,
    pub discoverable: bool,
}

pub const IIS: Expected = Expected {
    flavour: "iis",
    base: "AspNetCoreModuleV2",
    configs: &[IIS_CONFIG],
    image: r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll",
    entry: r#"<add name="AspNetCoreModuleV2" />"#,
    files: &[
        ("Program Files/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll", "x64"),
        ("Program Files/IIS/Asp.Net Core Module/V2/V/aspnetcorev2_outofprocess.dll", "x64"),
        ("Program Files (x86)/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll", "x86"),
        ("Program Files (x86)/IIS/Asp.Net Core Module/V2/V/aspnetcorev2_outofprocess.dll", "x86"),
        ("windows/system32/inetsrv/config/schema/aspnetcore_schema_v2.xml", "text"),
    ],
    event_source: "IIS AspNetCore Module V2",
    provider: "IIS_AspNetCore_Module_V2,x64",
    discoverable: true,
};

pub const IIS_EXPRESS: Expected = Expected {
    flavour: "iisexpress",
    base: "AspNetCoreModuleV2IISExpress",
    configs: &EXPRESS_CONFIGS,
    image: r"%IIS_BIN%\Asp.Net Core Module\V2\aspnetcorev2.dll",
    entry: r#"<add name="AspNetCoreModuleV2" lockItem="true" />"#,
    files: &[
        ("Program Files/IIS Express/Asp.Net Core Module/V2/aspnetcorev2.dll", "x64"),
        ("Program Files/IIS Express/Asp.Net Core Module/V2/V/aspnetcorev2_outofprocess.dll", "x64"),
        ("Program Files (x86)/IIS Express/Asp.Net Core Module/V2/aspnetcorev2.dll", "x86"),
        ("Program Files (x86)/IIS Express/Asp.Net Core Module/V2/V/aspnetcorev2_outofprocess.dll", "x86"),
        ("Program Files/IIS Express/config/schema/aspnetcore_schema_v2.xml", "text"),
        ("Program Files (x86)/IIS Express/config/schema/aspnetcore_schema_v2.xml", "text"),
    ],
    event_source: "IIS Express AspNetCore Module V2",
    provider: "IISExpress_AspNetCore_Module_V2,x64",
    discoverable: false,
};

/// A machine without IIS.
pub fn bare() -> Option<Wine> {
    let wine = Wine::new()?;
    registry::readable(&wine)?;
    Some(wine)
}

/// A machine with IIS and IIS Express, as far as our packages look.
pub fn machine() -> Option<Wine> {
    let wine = bare()?;
    for name in ["CoreWebEngine", "W3SVC"] {
        wine.set_registry(COMPONENTS_OF_IIS, name, "dword:1");
    }
    write(&wine, IIS_CONFIG, include_bytes!("../../../tests/apphost/iis10.config"));
    write(&wine, "windows/system32/inetsrv/config/redirection.config", NOT_REDIRECTED.as_bytes());
    for folder in ["Program Files", "Program Files (x86)"] {
        write(&wine, &format!("{folder}/IIS Express/iisexpress.exe"), b"not a program: only looked for");
    }
    for config in EXPRESS_CONFIGS {
        write(&wine, config, include_bytes!("../../../tests/apphost/express.config"));
    }
    Some(wine)
}

/// How IIS says that it keeps its configuration to itself
/// (<https://learn.microsoft.com/iis/manage/managing-your-configuration-settings/shared-configuration_264>).
const NOT_REDIRECTED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<configuration>
    <configSections>
        <section name="configurationRedirection" />
    </configSections>
    <configurationRedirection />
</configuration>
"#;

/// A configuration as the custom actions of Microsoft's packages leave it: the IIS packages through IIS's own
/// administration, those of IIS Express through appcmd. Both write the whole file anew, in IIS's formatting, which is not
/// imitated here; `event_streams` are not in every file of IIS Express.
pub fn registered_by_microsoft(expected: &Expected, config: &str, event_streams: bool) -> String {
    let global = format!(r#"<add name="AspNetCoreModuleV2" image="{}" />"#, expected.image);
    let entry = expected.entry;
    let mut text = before_last(config, "</globalModules>", &global);
    text = before_last(&text, "</modules>", entry);
    text = unlocked_by_microsoft(&text, event_streams);
    // appcmd fails where the provider is missing, and Microsoft's packages ignore that
    let last_area = r#"<add name="Compression" value="64" />"#;
    text = text.replace(last_area, &format!(r#"{last_area}<add name="ANCM" value="65536" />"#));
    let declarations = text.find("</configSections>").expect("it has declarations");
    let end = text[..declarations].rfind("</sectionGroup>").expect("it has groups");
    text.insert_str(end, r#"<section name="aspNetCore" overrideModeDefault="Allow" />"#);
    text
}

/// What the removal of Microsoft's packages leaves behind, and ours that takes over from one.
pub fn unlocked_by_microsoft(config: &str, event_streams: bool) -> String {
    let text = config
        .replace(
            r#"<section name="handlers" overrideModeDefault="Deny""#,
            r#"<section name="handlers" overrideModeDefault="Allow""#,
        )
        .replace(
            "<section name='handlers' overrideModeDefault='Deny'",
            "<section name='handlers' overrideModeDefault='Allow'",
        );
    match event_streams {
        true => {
            before_last(&text, "</dynamicTypes>", r#"<add mimeType="text/event-stream" enabled="false" />"#)
        }
        false => text,
    }
}

fn before_last(text: &str, end: &str, new: &str) -> String {
    let at = text.rfind(end).unwrap_or_else(|| panic!("no {end:?} in {text}"));
    format!("{}{new}{}", &text[..at], &text[at..])
}

/// Puts a program for Windows onto the machine; it is compiled once.
pub fn compiled(wine: &Wine, compiler: &str, name: &str) -> Option<()> {
    static PROGRAMS: Mutex<BTreeMap<String, Vec<u8>>> = Mutex::new(BTreeMap::new());
    support::tool(compiler)?;
    let place = wine.drive_c().join(format!("{name}.exe"));
    let mut programs = PROGRAMS.lock().unwrap_or_else(PoisonError::into_inner);
    let program = programs.entry(format!("{compiler} {name}")).or_insert_with(|| {
        let mut gcc = Command::new(compiler);
        gcc.args(["-O1", "-Wall", "-municode", "-o"]).arg(&place);
        support::run(gcc.arg(repository().join(format!("xtask/tests/cross_windows/{name}.c"))));
        std::fs::read(&place).expect("compiled")
    });
    std::fs::write(place, program).expect("writable");
    Some(())
}

/// Writes a file of the machine, and the folders that it is in.
pub fn write(wine: &Wine, name: &str, bytes: &[u8]) {
    let path = wine.drive_c().join(name);
    std::fs::create_dir_all(path.parent().expect("on the drive")).expect("writable");
    // never through a hard link of Wine's own files
    let _ = std::fs::remove_file(&path);
    std::fs::write(path, bytes).expect("writable");
}

/// A file of the machine that is text.
pub fn text(wine: &Wine, name: &str) -> String {
    std::fs::read_to_string(wine.drive_c().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All that packages can leave: files outside of Windows' own, and values in the registry.
pub fn state(wine: &Wine) -> (BTreeMap<String, Vec<u8>>, BTreeMap<String, String>) {
    (files_left(wine), registry::values(wine, KEYS))
}

/// The files of them alone: a question to the registry takes a program.
pub fn files_left(wine: &Wine) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for folder in [
        "Program Files",
        "Program Files (x86)",
        "ProgramData",
        "windows/system32/inetsrv",
        "windows/syswow64/inetsrv",
        "windows/Installer",
    ] {
        let path = wine.drive_c().join(folder);
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(name, bytes)| (format!("{folder}/{name}"), bytes)));
        }
    }
    found
}

/// The same, but for Windows Installer's own.
pub fn on_disk(wine: &Wine) -> BTreeMap<String, Vec<u8>> {
    let mut found = files_left(wine);
    found.retain(|name, _| !name.starts_with("windows/Installer/"));
    found
}

/// Versions in Apps & Features of products that say to be this module.
pub fn entries(wine: &Wine) -> Vec<String> {
    entries_of(&registry::values(wine, [UNINSTALL]))
}

fn entries_of(values: &BTreeMap<String, String>) -> Vec<String> {
    let of_module = values.iter().filter_map(|(path, data)| {
        let key = path.strip_prefix(UNINSTALL)?.strip_suffix(" : DisplayName")?;
        data.contains("ASP.NET Core Module V2").then_some(key)
    });
    of_module.map(|key| text_in(&values[&format!("{UNINSTALL}{key} : DisplayVersion")]).to_owned()).collect()
}

fn text_in(data: &str) -> &str {
    data.strip_prefix("REG_SZ ").unwrap_or_else(|| panic!("{data} is no text"))
}

/// The machine of a file by its header, read here and not by our reader.
pub fn kind(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(b"<")
        || bytes.starts_with(&[0xEF, 0xBB, 0xBF])
        || bytes.starts_with(b"registration ")
    {
        return "text";
    }
    let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
    match word(usize::from(word(0x3C)) + 4) {
        0x014C => "x86",
        0x8664 => "x64",
        0xAA64 => "arm64",
        _ => "another machine",
    }
}

impl Expected {
    /// A package of stand-ins, its folder, and its path as Windows has it.
    pub fn package(&self, version: &str) -> (tempfile::TempDir, String) {
        let folder = made::dist(&["--flavour", self.flavour, "--arch", "x64", "--version", version]);
        let path = package(folder.path(), self.base, "x64");
        let windows = format!("Z:{}", path.display()).replace('/', r"\");
        (folder, windows)
    }

    /// Asserts that a configuration names the module, once in each place.
    pub fn is_registered(&self, wine: &Wine, config: &str) {
        let text = text(wine, config);
        for entry in [
            &format!(r#"<add name="AspNetCoreModuleV2" image="{}" />"#, self.image),
            self.entry,
            r#"<section name="aspNetCore" overrideModeDefault="Allow" />"#,
            r#"<add name="ANCM" value="65536" />"#,
            r#"<add mimeType="text/event-stream" enabled="false" />"#,
        ] {
            assert_eq!(text.matches(entry).count(), 1, "{config}: {entry}\n{text}");
        }
        assert_eq!(text.matches(r#"name="AspNetCoreModuleV2""#).count(), 2, "{config}\n{text}");
        let handlers = text.lines().find(|line| {
            line.contains(r#"<section name="handlers""#) || line.contains("<section name='handlers'")
        });
        assert!(handlers.is_some_and(|line| line.contains("Allow")), "{config}: {handlers:?}");
    }

    /// Asserts that what is installed is exactly what was authored for `version`.
    pub fn is_installed(&self, wine: &Wine, version: &str, before: &BTreeMap<String, Vec<u8>>) {
        let (found, values) = state(wine);
        let ours = found
            .iter()
            .filter(|(name, _)| !before.contains_key(*name) && !name.starts_with("windows/Installer/"));
        let ours: BTreeSet<(String, &str)> = ours.map(|(name, bytes)| (name.clone(), kind(bytes))).collect();
        let expected: BTreeSet<(String, &str)> = self
            .files
            .iter()
            .map(|(name, kind)| (name.replace("/V/", &format!("/{version}/")), *kind))
            .chain(self.configs.iter().map(|config| (format!("{config}{RECORD}"), "text")))
            .collect();
        assert_eq!(ours, expected);
        self.configs.iter().for_each(|config| self.is_registered(wine, config));

        let value = |key: &str, name: &str| {
            let path = format!("{key} : {name}");
            let found = values.iter().find(|(known, _)| known.eq_ignore_ascii_case(&path));
            found.map(|(_, data)| data.as_str())
        };
        let text = |key: &str, name: &str| value(key, name).map(text_in);
        let events =
            format!(r"HKLM64\System\CurrentControlSet\Services\EventLog\Application\{}", self.event_source);
        let module = format!(r"REG_EXPAND_SZ C:\{}", self.files[0].0.replace('/', r"\"));
        assert_eq!(value(&events, "EventMessageFile"), Some(module.as_str()));
        assert_eq!(value(&events, "TypesSupported"), Some("REG_DWORD 0x7"));
        let provider = format!(r"{DEPENDENCIES}\{}", self.provider);
        assert_eq!(text(&provider, "Version"), Some(version));
        assert!(text(&provider, "DisplayName").is_some_and(|n| n.starts_with("ASP.NET Core Module V2")));
        let product = text(&provider, "(default)").expect("the product's code");
        assert_eq!(text(&format!(r"{UNINSTALL}\{product}"), "DisplayVersion"), Some(version));
        for node in ["", r"Wow6432Node\"] {
            let key = format!(r"HKLM64\Software\{node}Microsoft\IIS Extensions\IIS AspNetCore Module V2");
            let expected = self.discoverable.then_some(("REG_DWORD 0x1", version));
            assert_eq!(value(&key, "Install").zip(text(&key, "Version")), expected, "{key}");
        }
        assert_eq!(entries_of(&values), [version], "one entry in Apps & Features");
    }
}
