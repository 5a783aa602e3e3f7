//! Decompiling: what the engine makes of a decompiled source is the package that it was decompiled from, table by table and
//! file by file.

use ancm_installer::cab::{Cabinet, Source};
use ancm_installer::diag::Severity;
use ancm_installer::msi::schema::standard_table;
use ancm_installer::msi::{self, Cell, Database, Package, Stream};
use ancm_installer::wix::decompile::{
    Extensions, FileFacts, Layout, Options, decompile, differences, extract as extract_package,
};
use ancm_installer::wix::{Beside, Compat, Output, Request, build};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::support;
use crate::support::reference;

/// The files of cabinets, in the package and beside it, by key; and loose ones by their names.
fn files(output: &Output) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let beside = output.beside.iter().map(|Beside { path, content, .. }| (path.join("/"), content));
    let streams = output.database.streams.iter().map(|(name, content)| (name.clone(), content));
    for (name, content) in streams.chain(beside) {
        match content {
            Stream::Cabinet(cabinet) => files.extend(in_cabinet(cabinet)),
            content => drop(files.insert(name, bytes(content))),
        }
    }
    files
}

fn in_cabinet(cabinet: &Cabinet) -> Vec<(String, Vec<u8>)> {
    let content = |index: usize| match &cabinet.files[index].source {
        Source::File(path) => fs::read(path).expect("readable"),
        Source::Bytes(bytes) => bytes.clone(),
        Source::SameAs(_) => panic!("twice the same"),
    };
    let entry = |(index, file): (usize, &ancm_installer::cab::CabinetFile)| match &file.source {
        Source::SameAs(other) => (file.name.clone(), content(*other)),
        _ => (file.name.clone(), content(index)),
    };
    cabinet.files.iter().enumerate().map(entry).collect()
}

fn bytes(content: &Stream) -> Vec<u8> {
    match content {
        Stream::Bytes(bytes) => bytes.clone(),
        Stream::File(path) => fs::read(path).expect("readable"),
        other => panic!("{other:?}"),
    }
}

/// The long names of files by key.
fn names(database: &Database) -> BTreeMap<String, String> {
    let rows = database.tables.get("File").map(|table| table.rows.as_slice()).unwrap_or_default();
    let text = |cell: &Cell| cell.as_str().unwrap_or_default().to_owned();
    let long = |name: String| name.split_once('|').map_or(name.clone(), |(_, long)| long.to_owned());
    rows.iter().map(|row| (text(&row[0]), long(text(&row[2])))).collect()
}

/// Extracts what is in `output` as `layout` says, below `folder`.
fn extract(output: &Output, layout: &Layout, folder: &Path) {
    let files = files(output);
    let names = names(&output.database);
    let write = |path: &str, bytes: &[u8]| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("room");
        fs::write(path, bytes).expect("room");
    };
    for (key, path) in layout.files() {
        let loose = || {
            files
                .iter()
                .find(|(name, _)| name.rsplit('/').next() == Some(&names[key]))
                .map(|(_, bytes)| bytes)
        };
        let bytes = files.get(key).or_else(loose).unwrap_or_else(|| panic!("no file `{key}`"));
        write(path, bytes);
    }
    for (name, path) in layout.streams() {
        write(path, &files[name]);
    }
}

/// What is lost of `output` on the way to a source and back, and the source.
pub fn there_and_back(output: &Output, request: &Request) -> (Vec<String>, String) {
    let (lost, text, _) = with_extensions(output, request, &[]);
    (lost, text)
}

/// The same with the elements of extensions, each with its library; and what is said of these.
pub fn with_extensions(
    output: &Output,
    request: &Request,
    named: &[(String, PathBuf)],
) -> (Vec<String>, String, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path().to_str().expect("Unicode");
    let layout = Layout::of(&output.database, Some(at));
    extract(output, &layout, folder.path());
    let facts =
        layout.files().iter().map(|(key, path)| (key.clone(), FileFacts::read(&folder.path().join(path))));
    let hash = |content: &Stream| Sha256::digest(bytes(content)).into();
    let streams = output.database.streams.iter().filter(|(name, _)| layout.streams().contains_key(*name));
    let streams = streams.map(|(name, content)| (name.clone(), hash(content))).collect();
    let extensions = Extensions::open(named, streams).expect("libraries");
    let decompiled = decompile(&output.database, &layout, &facts.collect(), Options::default(), &extensions);
    for (path, text) in &decompiled.texts {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("in a folder")).expect("room");
        fs::write(path, text).expect("room");
    }
    let text = decompiled.source(&[]);
    let source = folder.path().join("decompiled.wxs");
    fs::write(&source, &text).expect("room");
    let mut again = reference::request(source, folder.path());
    again.preprocess.arch = decompiled.arch;
    again.application.clone_from(&request.application);
    again.cultures.clone_from(&decompiled.cultures);
    for (name, path) in named.iter().filter(|(name, _)| decompiled.extensions.contains(name)) {
        again.extensions.push(name.clone());
        again.extension_libraries.push(path.clone());
    }
    let unlike = decompiled.unlike.iter().map(|finding| finding.message.clone()).collect();
    let outcome = build(&again);
    let Some(again) = outcome.output else {
        let errors = outcome.diagnostics.iter().filter(|d| d.severity == Severity::Error);
        return (errors.map(ToString::to_string).collect(), text, unlike);
    };
    let mut lost: Vec<String> =
        differences(&output.database, &again.database).iter().map(ToString::to_string).collect();
    lost.extend(decompiled.lost.iter().map(|finding| format!("foretold: {finding}")));
    let (before, after) = (files(output), files(&again));
    lost.extend(
        before
            .iter()
            .filter(|(name, bytes)| after.get(*name) != Some(bytes))
            .map(|(name, _)| format!("file `{name}`")),
    );
    lost.extend(
        after.keys().filter(|name| !before.contains_key(*name)).map(|name| format!("file `{name}` is new")),
    );
    (lost, text, unlike)
}

/// Standard tables with rows that the language has no element for, or that this engine writes none for, by package.
const NO_ELEMENTS: [&str; 2] = ["search-refs DrLocator", "softwaretag SoftwareIdentificationTag"];

#[test]
fn every_reference_package_comes_back_table_by_table() {
    let (mut failures, mut without, mut count) = (Vec::new(), Vec::new(), 0);
    for reference in reference::all() {
        for name in reference.names("cases") {
            if reference.expected("expected", &name).is_none() {
                continue;
            }
            count += 1;
            let request = reference.request("cases", &name, Compat::Wix6);
            let Some(output) = build(&request).output else { panic!("{name}: not built") };
            let (lost, source) = there_and_back(&output, &request);
            if !lost.is_empty() {
                failures.push(format!("{}/{name}:\n    {}", reference.name, lost.join("\n    ")));
            }
            let tables = source.split("<CustomTable Id=\"").skip(1).filter_map(|rest| rest.split('"').next());
            let standard = tables.filter(|table| standard_table(table).is_some());
            without.extend(standard.map(|table| format!("{name} {table}")));
        }
    }
    assert!(failures.is_empty(), "{}\n{} packages differ", failures.join("\n"), failures.len());
    assert_eq!(count, 58 + 71);
    without.sort();
    assert_eq!(without, NO_ELEMENTS, "rows of these stand in custom tables");
}

/// Extracts and decompiles the package at `path` into its folder, and builds it again beside it; gives what is not carried
/// over.
fn foreign(path: &Path) -> Vec<String> {
    let folder = path.parent().expect("in a folder").join("extracted");
    let layout_folder = folder.to_str().expect("Unicode").to_owned();
    let mut package = Package::open(fs::File::open(path).expect("made")).expect("a database");
    let layout = Layout::of(package.database(), Some(&layout_folder));
    let mut write = |name: &str, bytes: &mut dyn std::io::Read| {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("in a folder"))?;
        std::io::copy(bytes, &mut fs::File::create_new(path)?).map(drop)
    };
    let beside = path.parent().expect("in a folder");
    let lost = extract_package(&mut package, &layout, beside, &mut write).expect("room");
    assert_eq!(lost, []);
    let facts = layout.files().iter().map(|(key, path)| (key.clone(), FileFacts::read(&folder.join(path))));
    let database = package.database();
    let decompiled =
        decompile(database, &layout, &facts.collect(), Options::default(), &Extensions::default());
    let source = path.with_extension("wxs");
    fs::write(&source, decompiled.source(&[])).expect("room");
    let mut again = reference::request(source, &folder);
    again.preprocess.arch = decompiled.arch;
    let outcome = build(&again);
    let output = outcome.output.unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let mut file =
        fs::File::options().read(true).write(true).create_new(true).open(path.with_extension("again.msi"));
    msi::write(&output.database, reference::THREADS, file.as_mut().expect("room")).expect("writable");
    differences(database, &output.database).into_iter().map(|found| found.message).collect()
}

/// What msitools reads in `package`, without what every build makes anew.
fn read_by_msitools(package: &Path) -> Option<Value> {
    support::tool("msiinfo")?;
    let mut judge = support::judge("msi-tables.py")?;
    let mut read: Value = serde_json::from_slice(&support::run(judge.arg(package))).expect("JSON");
    read["summary"] = Value::Null;
    // cabinets are compressed otherwise
    let streams = read["streams"].as_object_mut().expect("streams");
    streams.retain(|name, _| name.contains("Binary.") || name.contains("Icon."));
    Some(read)
}

/// wixl writes no short names, no `_Validation`, and fewer actions than WiX; and a package that says nothing of whom it is
/// for, which no source can say.
#[test]
fn a_package_of_wixl_comes_back() {
    let Some(wixl) = support::tool("wixl") else { return };
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("a.txt"), "payload of wixl\n").expect("room");
    let source = r#"<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="*" UpgradeCode="0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11" Name="Foreign" Version="1.2.3" Manufacturer="Acme"
           Language="1033">
    <Package InstallerVersion="500" Compressed="yes"/>
    <Media Id="1" Cabinet="foreign.cab" EmbedCab="yes"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFilesFolder" Name="PFiles"><Directory Id="INSTALLDIR" Name="A long name">
        <Component Id="C" Guid="11111111-2222-3333-4444-555555555555">
          <File Id="F" Name="a long name.txt" Source="a.txt" KeyPath="yes"/>
          <RegistryKey Root="HKLM" Key="Software\X"><RegistryValue Name="a" Type="string" Value="1"/></RegistryKey>
        </Component>
      </Directory></Directory>
    </Directory>
    <Feature Id="Complete" Level="1"><ComponentRef Id="C"/></Feature>
  </Product>
</Wix>"#;
    fs::write(folder.path().join("x.wxs"), source).expect("room");
    #[allow(clippy::disallowed_methods, reason = "the test starts a foreign program")]
    let mut wixl = std::process::Command::new(wixl);
    support::run(wixl.current_dir(&folder).args(["-o", "x.msi", "x.wxs"]));
    let package = folder.path().join("x.msi");
    let lost = foreign(&package);
    assert_eq!(lost, ["`_SummaryInformation[Word Count]` is `10` once it is compiled again, and was `2`"]);
    let both = [&package, &package.with_extension("again.msi")].map(|path| read_by_msitools(path));
    assert_eq!(both[0], both[1]);
}

/// Microsoft's tables, written by msibuild, with stand-ins for files and without the streams of pictures and actions: what
/// refers to those stands in custom tables.
#[test]
fn packages_made_of_microsoft_s_tables_come_back() {
    for tool in ["msibuild", "gcab"] {
        if support::tool(tool).is_none() {
            return;
        }
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let package = folder.path().join("microsoft.msi");
    let Some(mut judge) = support::judge("msi-from-tables.py") else { return };
    judge.arg(support::data("ancm/fixed-iis-x64.json")).arg(&package);
    support::run(judge.arg("{11111111-0000-4000-8000-00000000000A}"));
    assert_eq!(foreign(&package), [""; 0]);
    let both = [&package, &package.with_extension("again.msi")].map(|path| read_by_msitools(path));
    assert_eq!(both[0], both[1]);
}

/// What says that nobody's rights are asked for is the summary information, and not properties of the author's own.
#[test]
fn a_package_for_one_user_stays_one_whatever_its_properties_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("user.wxs");
    let text = "<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'><Package Name='A' Manufacturer='M' Version='1.0.0' \
                Scope='perUser' UpgradeCode='{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}'>\
                <Property Id='ALLUSERS' Value='2' Secure='yes' /><Property Id='MSIINSTALLPERUSER' Value='1' Secure='yes' />\
                </Package></Wix>";
    fs::write(&source, text).expect("room");
    let request = reference::request(source, folder.path());
    let output = build(&request).output.expect("built");
    let (lost, text) = there_and_back(&output, &request);
    assert_eq!(lost, [""; 0], "{text}");
    assert!(text.contains("Scope=\"perUser\""), "{text}");
}

/// A database of the engine's, with cells changed by `change`.
fn changed(case: &str, change: impl FnOnce(&mut Database)) -> Database {
    let [wix, _] = reference::all();
    let output = build(&wix.request("cases", case, Compat::Wix6)).output.expect("built");
    let mut database = output.database;
    change(&mut database);
    database
}

fn set(database: &mut Database, table: &str, row: usize, column: &str, text: &str) {
    let table = database.tables.get_mut(table).expect("there");
    let column = table.column(column).expect("there");
    table.rows[row][column] = Cell::text(text);
}

/// What cannot be said is told by table and row, and the rest is carried over; nothing hangs or gives up.
#[test]
fn what_is_broken_or_odd_is_told_and_the_rest_is_carried_over() {
    type Change = fn(&mut Database);
    let cases: [(&str, Change, &[&str], &str); 6] = [
        (
            "directories",
            |database| {
                let rows = &database.tables["Directory"].rows;
                let ids: Vec<String> =
                    rows.iter().map(|row| row[0].as_str().unwrap_or_default().to_owned()).collect();
                let found = ids.iter().position(|id| id == "INSTALLFOLDER").expect("there");
                // a circle of one with all that stands in it
                set(database, "Directory", found, "Directory_Parent", "NOWHERE");
            },
            &["Directory.Directory_Parent[INSTALLFOLDER]"],
            "<Directory Id=\"INSTALLFOLDER\"",
        ),
        (
            "features",
            |database| {
                let ids: Vec<Cell> =
                    database.tables["Feature"].rows.iter().map(|row| row[0].clone()).collect();
                let table = database.tables.get_mut("Feature").expect("there");
                // every feature in the next one, round in a circle
                for (at, row) in table.rows.iter_mut().enumerate() {
                    row[1] = ids[(at + 1) % ids.len()].clone();
                }
            },
            &["Feature.Feature_Parent"],
            "<Feature Id=",
        ),
        (
            "registry",
            |database| set(database, "Registry", 0, "Value", "#no number"),
            &[],
            "<CustomTable Id=\"Registry\">",
        ),
        (
            "properties",
            |database| set(database, "Property", 0, "Property", "no identifier"),
            &["`Property[Manufacturer]` is there"],
            "Value=\"!(wix.Literally=no identifier)\"",
        ),
        (
            "minimal",
            |database| set(database, "Component", 0, "ComponentId", "{0fd2a5b4-2a8e-4d4e-9c06-0a1b5c0d7e11}"),
            &[],
            "!(wix.",
        ),
        (
            "minimal",
            |database| set(database, "Property", 0, "Value", "a\u{1}b"),
            &["Property.Value"],
            "<Package ",
        ),
    ];
    for (case, change, expected, text) in cases {
        let database = changed(case, change);
        let layout = Layout::of(&database, None);
        let decompiled =
            decompile(&database, &layout, &BTreeMap::new(), Options::default(), &Extensions::default());
        let lost: Vec<String> = decompiled.lost.iter().map(|found| found.message.clone()).collect();
        assert_eq!(lost.is_empty(), expected.is_empty(), "{case}: {lost:?}");
        for part in expected {
            assert!(lost.iter().any(|lost| lost.contains(part)), "{case}: {part} in {lost:?}");
        }
        let source = decompiled.source(&[]);
        assert!(source.contains(text), "{case}: {text} in\n{source}");
    }
}

#[test]
fn no_key_of_a_row_leads_out_of_the_folder() {
    let database = changed("minimal", |database| {
        let table = database.tables.get_mut("File").expect("there");
        let row = table.rows[0].clone();
        let keys = ["..", "../../x", "C:\\x", "NUL", "a", "A", "b/../../c", "\u{0}", "x:y"];
        table.rows = keys.map(|key| [vec![Cell::Str(key.to_owned())], row[1..].to_vec()].concat()).to_vec();
    });
    let layout = Layout::of(&database, Some("x"));
    let paths: BTreeSet<String> = layout.files().values().map(|path| path.to_lowercase()).collect();
    assert_eq!(paths.len(), 9, "{paths:?}");
    for path in &paths {
        let name = path.strip_prefix("file/").expect("in the table's folder");
        assert!(!name.starts_with('.') && !name.contains(['/', '\\', ':', '\0']) && name != "nul", "{name}");
    }
}

/// Cells of every table, changed to what stands in others and to what is something to somebody: each package is decompiled in
/// the end. (`fuzz/decompile.rs` goes on with that.)
#[test]
fn whatever_stands_in_a_cell_a_source_comes_of_it() {
    const TEXTS: [&str; 12] =
        [".", "..\\x", "TARGETDIR", "a|b|c", "#x", "[~]", "!(wix.A)", "!!(loc.B)", "\u{1}", "-", "{}", "x y"];
    let mut state = 7_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        usize::try_from(state >> 8).expect("small") % below.max(1)
    };
    let [wix, core] = reference::all();
    let cases = [
        (&wix, "ui"),
        (&wix, "searches"),
        (&wix, "features"),
        (&wix, "services"),
        (&core, "class-advertised"),
    ];
    for (reference, case) in cases {
        let request = reference.request("cases", case, Compat::Wix6);
        let made = build(&request).output.expect("built").database;
        for _ in 0..ROUNDS {
            let mut database = made.clone();
            for _ in 0..1 + next(4) {
                let at = next(database.tables.len());
                let table = database.tables.values_mut().nth(at).expect("there");
                let (rows, columns) = (table.rows.len(), table.columns.len());
                if rows == 0 {
                    continue;
                }
                let (row, column) = (next(rows), next(columns));
                let other = table.rows[next(rows)][next(columns)].clone();
                let new = match (&table.rows[row][column], next(3)) {
                    (Cell::Str(_), 0) => Cell::text(TEXTS[next(TEXTS.len())]),
                    (Cell::Int(_), 0) => Cell::Int(1 << next(31)),
                    (Cell::Int(_), _) if matches!(other, Cell::Int(_)) => other,
                    (Cell::Str(_) | Cell::Null, _) if matches!(other, Cell::Str(_) | Cell::Null) => other,
                    (cell, _) => cell.clone(),
                };
                table.rows[row][column] = new;
            }
            let layout = Layout::of(&database, None);
            let decompiled =
                decompile(&database, &layout, &BTreeMap::new(), Options::default(), &Extensions::default());
            assert!(decompiled.source(&[]).ends_with("</Wix>\n"));
        }
    }
}

/// Packages made of each one in the test above.
const ROUNDS: usize = 10;
