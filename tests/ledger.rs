//! The identity ledger: what is in ours, against Microsoft's own packages; and what is wrong with a broken one.

use crate::support;
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::{Arch, Flavour};
use ancm_installer::ledger::{Bits, Holds, KeyPath, Ledger, VERSION, issue};
use ancm_installer::product::Product;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const OURS: &str = include_str!("../wix/products/ancm/identity.toml");
const PRODUCT: &str = include_str!("../wix/products/ancm/product.toml");

fn product() -> Product {
    Product::parse("ancm", "product.toml", PRODUCT).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn ours() -> Ledger {
    Ledger::parse("identity.toml", OURS, &product()).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

fn findings(text: &str) -> Vec<Diagnostic> {
    Ledger::parse("x.toml", text, &product()).expect_err("broken")
}

/// Place, code and message of the first finding.
fn first(text: &str) -> String {
    findings(text)[0].to_string()
}

/// Rows of a table in the JSON that `tests/judges/msi-tables.py` prints.
fn rows<'a>(package: &'a Value, table: &str) -> Vec<Vec<&'a str>> {
    let rows = package["tables"][table]["rows"].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter()
        .map(|row| row.as_array().expect("a row").iter().map(|cell| cell.as_str().expect("text")).collect())
        .collect()
}

/// The folder of a directory, `[Root]names`, with the handler's folder as [`VERSION`].
fn folder(directories: &BTreeMap<&str, (&str, &str)>, id: &str) -> String {
    if matches!(id, "ProgramFilesFolder" | "ProgramFiles64Folder" | "SystemFolder" | "System64Folder") {
        return format!("[{id}]");
    }
    let (parent, default) = directories[id];
    let name = default.split(':').next().and_then(|target| target.split('|').next_back()).expect("a name");
    let parent = folder(directories, parent);
    let name = if name.split('.').count() == 3 { VERSION } else { name };
    match (name, parent.ends_with(']')) {
        (".", _) => parent,
        (_, true) => format!("{parent}{name}"),
        (_, false) => format!(r"{parent}\{name}"),
    }
}

/// ComponentId, component key, key path and file key, bits.
type Identity = (String, String, KeyPath, Bits);

fn shipped(package: &Value) -> BTreeSet<Identity> {
    let directories: BTreeMap<&str, (&str, &str)> =
        rows(package, "Directory").into_iter().map(|row| (row[0], (row[1], row[2]))).collect();
    let files: BTreeMap<&str, &str> = rows(package, "File").into_iter().map(|row| (row[0], row[2])).collect();
    let registry = rows(package, "Registry");
    let identity = |row: Vec<&str>| {
        let key_path = match files.get(row[5]) {
            Some(name) => {
                let name = name.split('|').next_back().expect("a name");
                KeyPath::File {
                    path: format!(r"{}\{name}", folder(&directories, row[2])),
                    file: row[5].to_owned(),
                }
            }
            None => {
                let value = registry.iter().find(|value| value[0] == row[5]).expect("a registry key path");
                let root = if value[1] == "2" { "HKLM" } else { "HKMU" };
                KeyPath::Registry { key: format!(r"{root}\{}", value[2]), value: value[3].to_owned() }
            }
        };
        let bits = if row[3].parse::<u32>().expect("a number") & 256 == 0 { Bits::B32 } else { Bits::B64 };
        (row[1].to_owned(), row[0].to_owned(), key_path, bits)
    };
    rows(package, "Component").into_iter().map(identity).collect()
}

#[test]
fn every_identity_that_shipped_is_written_down_and_nothing_else_is_said_to_have_shipped() {
    let ledger = ours();
    let names: Vec<&str> = ledger.eras.iter().map(|(era, _)| era.0.as_str()).collect();
    assert_eq!(names, ["old", "broken", "rc1", "rc2", "fixed", "net11rc1"]);
    for (era, name) in ledger.eras.iter().map(|(era, _)| (era, &era.0)) {
        for flavour in Flavour::ALL {
            for arch in Arch::ALL {
                let file = support::data(&format!("ancm/{name}-{flavour}-{arch}.json"));
                let text = std::fs::read_to_string(file).expect("readable");
                let theirs = shipped(&serde_json::from_str(&text).expect("JSON"));
                let written: BTreeSet<Identity> = ledger
                    .entries(flavour)
                    .components
                    .iter()
                    .filter(|component| component.shipped.contains(era) && component.arches.contains(&arch))
                    .map(|c| {
                        (
                            c.id.to_string(),
                            c.key.trim_end_matches(".auto").to_owned(),
                            c.key_path.clone(),
                            c.bits,
                        )
                    })
                    .collect();
                assert_eq!(written, theirs, "{name} {flavour} {arch}");
            }
        }
    }
}

#[test]
fn every_package_has_what_its_machine_needs() {
    let ledger = ours();
    for flavour in Flavour::ALL {
        for arch in Arch::ALL {
            let components: Vec<_> = ledger.components(flavour, arch).collect();
            for role in product().needed_by(arch) {
                assert!(
                    components.iter().any(|c| c.holds == Holds::Payload(role)),
                    "{flavour} {arch} {role}"
                );
            }
            let forwarders = components.iter().filter(|c| matches!(c.holds, Holds::Forwarder(_))).count();
            assert_eq!(forwarders, if arch == Arch::Arm64 { 2 } else { 0 });
            let sources = components.iter().filter(|c| c.event_source.is_some()).count();
            assert_eq!(sources, 1, "one writer of EventMessageFile in {flavour} {arch}");
            let providers = components.iter().filter(|c| c.holds == Holds::Provider).count();
            assert_eq!(providers, 2, "T2: both ids in {flavour} {arch}");
        }
    }
}

#[test]
fn a_path_finds_its_component() {
    let ledger = ours();
    let path = r"[programfiles64folder]iis\asp.net core module\v2\ASPNETCOREV2.DLL";
    let component = ledger.component(Flavour::Iis, Arch::Arm64, path).expect("in the ledger");
    assert_eq!(component.id.to_string(), "{3A692941-59BE-43CF-98A8-6ED01B12A519}");
    assert_eq!(ledger.component(Flavour::Iis, Arch::X86, path), None);
}

#[test]
fn new_ids_follow_from_flavour_bits_and_path() {
    let path = r"[ProgramFiles64Folder]IIS\New\file.dll";
    let id = issue(Flavour::Iis, Bits::B64, path);
    // computed by Python: uuid.uuid5(UUID("8c1e6e5b-3d0a-4b7e-9a5d-51f06b2f3c77"), "iis|64|" + path.lower())
    assert_eq!(id.to_string(), "{28BB2CC0-DB9C-58CE-8C97-FA3FA8839AC5}");
    assert_eq!(issue(Flavour::Iis, Bits::B64, &path.to_uppercase()), id);
    assert_ne!(issue(Flavour::Iis, Bits::B32, path), id);
    assert_ne!(issue(Flavour::IisExpress, Bits::B64, path), id);
}

#[test]
fn mistakes_are_found_with_their_place() {
    let unknown = OURS.replacen("bits = 32", "bit = 32", 1);
    assert!(first(&unknown).starts_with("x.toml:"), "{}", first(&unknown));
    assert!(first(&unknown).contains("unknown field `bit`"), "{}", first(&unknown));

    let line = |text: &str, needle: &str| text[..text.find(needle).expect("there")].matches('\n').count() + 1;
    for (from, to, code, message) in [
        ("format = 1", "format = 9", "format", "the ledger has format 9, expected 1"),
        ("bits = 32", "bits = 16", "bits", "`bits` is 16, expected 32 or 64"),
        (
            "holds = \"module x86\"",
            "holds = \"module z80\"",
            "holds",
            "`module z80` is not something that a component holds",
        ),
        ("id = \"3A692941", "id = \"ZA692941", "id", "is not a GUID"),
        (
            "path = '[ProgramFilesFolder]IIS\\Asp.Net Core Module\\V2\\aspnetcorev2.dll'",
            "path = 'C:\\x.dll'",
            "path",
            "`C:\\x.dll` begins with none of",
        ),
        (
            "shipped = [\"old\", \"broken\"",
            "shipped = [\"ancient\", \"broken\"",
            "era",
            "`ancient` is not an era: expected old,",
        ),
    ] {
        let broken = OURS.replacen(from, to, 1);
        let found = first(&broken);
        assert!(found.starts_with(&format!("x.toml:{}:", line(&broken, to))), "{found}");
        assert!(found.contains(&format!("error[ledger::{code}]: ")) && found.contains(message), "{found}");
    }
}

#[test]
fn identities_that_clash_are_found_with_both_places() {
    // the second id of the provider becomes the first
    let twice =
        OURS.replacen("B375D496-5EF0-5344-8433-9F2BE9973C7F", "608B9867-1554-36EE-8A05-7908046A1F9D", 1);
    let found = findings(&twice);
    assert_eq!(found[0].code, "ledger::duplicate_id");
    assert_eq!(found[0].message, "ComponentId {608B9867-1554-36EE-8A05-7908046A1F9D} is used twice");
    assert!(found[0].at.is_some() && found[0].related.len() == 1 && found[0].help.is_some());

    // IIS Express takes a component of IIS
    let shared = OURS.replace("84ED6CE6-C8A3-4FA8-A872-C98A1D15DD4F", "3A692941-59BE-43CF-98A8-6ED01B12A519");
    assert!(findings(&shared).iter().any(|finding| finding.code == "ledger::duplicate_id"));

    // what 10.0 rc 2 did (T4), as if it were ours
    let misplaced = OURS.replacen("[ProgramFilesFolder]IIS\\Asp.Net Core Module\\V2\\aspnetcorev2.dll'\nfile = \"AspNetCoreModuleV2Dll.wow\"", "[ProgramFiles64Folder]IIS\\Asp.Net Core Module\\V2\\aspnetcorev2.dll'\nfile = \"AspNetCoreModuleV2Dll.wow\"", 1);
    let codes: BTreeSet<String> = findings(&misplaced).into_iter().map(|finding| finding.code).collect();
    // what follows from the product comes to the path that is free now, with the id that this path has
    assert_eq!(
        codes,
        ["ledger::bits", "ledger::duplicate_id", "ledger::duplicate_path"].map(str::to_owned).into()
    );
}
