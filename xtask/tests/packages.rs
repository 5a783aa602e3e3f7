//! The tables of the six packages: golden files, and each row that differs from Microsoft's 10.0 packages for a named
//! reason.
//!
//! The payload is the stand-in with the version that the stand-ins in Microsoft's tables have, so that versions and
//! the names made of them are equal. What the linker and the codes decide is masked.

use crate::modules::{forwarder_job, known, link, repository, stand_in_files};
use crate::support::{self, golden, tables};
use ancm_installer::authoring;
use ancm_installer::id::{Arch, FileVersion, Flavour};
use ancm_installer::native::configaction::ConfigurationAction;
use ancm_installer::payload::Payload;
use ancm_installer::plan::{HandlerChoice, Inputs, Package, Plan, Sourced, plan};
use ancm_installer::wix::{BindPath, Compat, Request, build, preprocess};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;
use std::path::Path;
use tempfile::TempDir;
use xtask::workspace::Known;

const VERSION: FileVersion = FileVersion([20, 0, 25100, 0]);

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
    std::fs::write(path, bytes).expect("writable");
}

/// Everything that the engine reads, laid out as the plan says.
fn staged() -> (Plan, TempDir) {
    let Known { product, ledger } = known();
    let stage = tempfile::tempdir().expect("a temporary folder");
    let inputs = Inputs {
        product: product.clone(),
        flavours: Sourced::default(Flavour::ALL.to_vec()),
        arches: Sourced::default(Arch::ALL.to_vec()),
        version: None,
        manufacturer: Sourced::default(product.texts.manufacturer.clone()),
        handler: Sourced::default(HandlerChoice::Auto),
        payload: Payload::stand_in(stand_in_files(VERSION), &product),
        wix: repository().join("wix"),
        stage: stage.path().to_owned(),
    };
    let plan = plan(&inputs, &ledger).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let payload = &plan.payload.files;
    for file in payload.values() {
        write(stage.path(), &file.path, &file.content.read().expect("in memory"));
    }
    for forwarder in &plan.forwarders {
        let dll = |arch: Arch| {
            let path = stage.path().join(format!("{arch}/{}.dll", forwarder.base_name));
            std::fs::read(path).expect("staged")
        };
        let name = &forwarder.base_name;
        let job = forwarder_job(name, &dll(Arch::Arm64), &dll(Arch::X64), forwarder.version);
        write(stage.path(), &forwarder.stage_path, &link(&job.expect("a forwarder")));
    }
    for package in &plan.packages {
        let action = &package.configuration_action;
        write(stage.path(), &action.stage_path, ConfigurationAction::of_package(package.arch).bytes);
        let source = package.engine.sources.last().expect("the generated source");
        std::fs::write(source, authoring::components(&plan, package, &ledger, &product)).expect("writable");
    }
    (plan, stage)
}

/// The tables of a package, with what the linker and the codes decide masked.
fn tables_of(package: &Package) -> Value {
    let engine = &package.engine;
    let request = Request {
        sources: engine.sources.clone(),
        libraries: Vec::new(),
        extension_libraries: Vec::new(),
        localizations: engine.localizations.clone(),
        extensions: Vec::new(),
        cultures: vec![engine.culture.clone()],
        preprocess: preprocess::Options {
            defines: engine.defines.clone(),
            include_paths: Vec::new(),
            environment: BTreeMap::new(),
            arch: engine.arch,
            current_dir: repository().to_owned(),
            timestamp: 1_700_000_000,
            compat: Compat::default(),
        },
        bind_paths: engine
            .bind_paths
            .iter()
            .map(|folder| BindPath { name: None, folder: folder.clone() })
            .collect(),
        bind_variables: BTreeMap::new(),
        timestamp: 1_700_000_000,
        application: "application".to_owned(),
        compression: Default::default(),
        effort: Default::default(),
        threads: NonZeroUsize::new(2).expect("not zero"),
        legacy_registry_guids: false,
    };
    let outcome = build(&request);
    let findings: Vec<String> = outcome.diagnostics.iter().map(ToString::to_string).collect();
    assert_eq!(findings, [""; 0], "{}", package.file_name);
    let mut shown = tables::shown(&outcome.output.expect("no findings, so a package").database);
    for row in rows_mut(&mut shown, "File").iter_mut().filter(|row| row[4] != "") {
        row[3] = json!("*");
    }
    for row in rows_mut(&mut shown, "Property").iter_mut().filter(|row| row[0] == "ProductCode") {
        row[1] = json!("*");
    }
    for (_, size) in shown["streams"]
        .as_object_mut()
        .expect("streams")
        .iter_mut()
        .filter(|(name, _)| *name == "Binary.ConfigAction")
    {
        *size = json!("*");
    }
    shown
}

/// The switch of `package.wxs`, off in every package of `dist`.
#[test]
fn copies_in_inetsrv_are_made_by_an_arm64_package_that_asks_for_them() {
    let (plan, _stage) = staged();
    let package = plan.packages.iter().find(|package| package.engine.arch == Arch::Arm64).expect("one");
    assert_eq!(package.flavour, Flavour::Iis);
    assert!(tables_of(package)["tables"].get("DuplicateFile").is_none(), "off");
    let mut asking = package.clone();
    asking
        .engine
        .defines
        .insert("InetsrvCopies".to_owned(), "25EAE338-00D4-4A74-8C66-19139BA45F39".to_owned());
    let mut shown = tables_of(&asking);
    let copies: Vec<String> =
        rows_mut(&mut shown, "DuplicateFile").iter().map(|row| format!("{} {}", row[2], row[4])).collect();
    assert_eq!(
        copies,
        [
            r#""AspNetCoreModuleHandlerDll.arm64" "InetsrvFolder""#,
            r#""AspNetCoreModuleHandlerDll.x64" "InetsrvFolder""#
        ]
    );
}

fn rows_mut<'a>(shown: &'a mut Value, table: &str) -> &'a mut Vec<Value> {
    shown["tables"][table]["rows"].as_array_mut().expect("rows")
}

#[test]
fn tables_are_as_the_golden_files_have_them() {
    let (plan, _stage) = staged();
    for package in &plan.packages {
        let name = format!("packages/{}-{}.json", package.flavour, package.arch);
        golden::check(&name, &tables::text(&tables_of(package)));
    }
}

/// Why rows differ from Microsoft's.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Differences {
    reason: BTreeMap<String, Reason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    /// A sentence, with the trap's number where it is one.
    why: String,
    /// `Table` or `Table key` for rows that only Microsoft has, `*` at the end of a key for any rest.
    #[serde(default)]
    gone: Vec<String>,
    /// The same for rows that only we have.
    #[serde(default)]
    new: Vec<String>,
    /// The same for rows that both have, with different cells.
    #[serde(default)]
    changed: Vec<String>,
}

/// A row that differs: `gone`, `new` or `changed`; `Table key`.
type Difference = (&'static str, String);

fn keyed(package: &Value) -> BTreeMap<String, Value> {
    let mut rows = BTreeMap::new();
    for part in ["summary", "streams"] {
        let values = package[part].as_object().into_iter().flatten();
        rows.extend(values.map(|(key, value)| (format!("{part} {key}"), value.clone())));
    }
    for (table, content) in package["tables"].as_object().expect("tables") {
        let keys = content["keys"].as_array().expect("keys").len();
        for row in content["rows"].as_array().expect("rows") {
            // the key of a registry row is a hash; component and value say more
            let columns: Vec<usize> = if table == "Registry" { vec![5, 3] } else { (0..keys).collect() };
            let key: Vec<&str> = columns.iter().filter_map(|index| row[*index].as_str()).collect();
            let clash = rows.insert(format!("{table} {}", key.join(" | ")), row.clone());
            assert!(clash.is_none(), "{table} {key:?}");
        }
    }
    rows
}

fn differences(theirs: &Value, ours: &Value) -> BTreeSet<Difference> {
    let (theirs, ours) = (keyed(theirs), keyed(ours));
    let gone = theirs.keys().filter(|key| !ours.contains_key(*key)).map(|key| ("gone", key.clone()));
    let new = ours.keys().filter(|key| !theirs.contains_key(*key)).map(|key| ("new", key.clone()));
    let changed = theirs.iter().filter(|(key, row)| ours.get(*key).is_some_and(|own| own != *row));
    gone.chain(new).chain(changed.map(|(key, _)| ("changed", key.clone()))).collect()
}

fn explains(pattern: &str, row: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => row.starts_with(start),
        None => {
            row == pattern
                || row
                    .strip_prefix(pattern)
                    .is_some_and(|rest| !pattern.contains(' ') && rest.starts_with(' '))
        }
    }
}

#[test]
fn each_row_that_differs_from_microsofts_does_so_for_a_named_reason() {
    let text = std::fs::read_to_string(repository().join("tests/golden/packages/differences.toml"))
        .expect("readable");
    let differences_file: Differences = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let mut patterns: BTreeMap<(&str, &str), bool> = BTreeMap::new();
    for reason in differences_file.reason.values() {
        assert!(reason.why.ends_with('.'), "{}", reason.why);
        for (kind, list) in [("gone", &reason.gone), ("new", &reason.new), ("changed", &reason.changed)] {
            for pattern in list {
                assert!(
                    patterns.insert((kind, pattern), false).is_none(),
                    "{kind} {pattern} has two reasons"
                );
            }
        }
    }
    let (plan, _stage) = staged();
    let mut unexplained = BTreeSet::new();
    for package in &plan.packages {
        let name = format!("{}-{}", package.flavour, package.arch);
        let file = support::data(&format!("ancm/fixed-{name}.json"));
        let mut theirs: Value =
            serde_json::from_str(&std::fs::read_to_string(file).expect("readable")).expect("JSON");
        for row in rows_mut(&mut theirs, "File").iter_mut().filter(|row| row[4] != "") {
            row[3] = json!("*");
        }
        for (kind, row) in differences(&theirs, &tables_of(package)) {
            let mut found = false;
            for ((_, pattern), used) in patterns.iter_mut().filter(|((k, _), _)| *k == kind) {
                if explains(pattern, &row) {
                    (found, *used) = (true, true);
                }
            }
            if !found {
                unexplained.insert(format!("{kind} {row}   in {name}"));
            }
        }
    }
    let list: Vec<String> = unexplained.into_iter().collect();
    assert!(list.is_empty(), "rows that differ without a reason:\n{}", list.join("\n"));
    let unused: Vec<_> = patterns.iter().filter(|(_, used)| !**used).map(|(pattern, _)| pattern).collect();
    assert!(unused.is_empty(), "reasons without a row: {unused:?}");
}
