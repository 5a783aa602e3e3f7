//! Libraries that the engine writes: they say what those of WiX say, and are read back as they were.

use ancm_installer::id::Arch;
use ancm_installer::wix::{self, Compat, Request, build, preprocess};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::support::difference::differences;
use crate::support::reference::{self, THREADS, request};
use crate::support::tables::shown;
use crate::support::zip;
use crate::wix_extensions::with_stand_ins;

fn sources(below: &Path) -> Request {
    let files = ["parts.wxs", "dialogs.wxs"].map(|name| below.join("src").join(name));
    let request = request(PathBuf::new(), &below.join("payload"));
    // as where nobody says otherwise
    let preprocess = preprocess::Options { arch: Arch::X86, ..request.preprocess };
    Request {
        preprocess,
        sources: files.to_vec(),
        localizations: ["acme.en-US.wxl", "acme.de-DE.wxl"].map(|name| below.join("src").join(name)).to_vec(),
        ..request
    }
}

/// Makes a library; panics with what is wrong.
pub fn made(request: &Request, bind_files: bool) -> Vec<u8> {
    let made = wix::library(request, bind_files);
    made.library.unwrap_or_else(|| panic!("{:?}", made.diagnostics))
}

/// A library in a file.
pub fn saved(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".wixlib").tempfile().expect("a file");
    std::fs::write(file.path(), bytes).expect("room");
    file
}

/// What a field says, where nothing, no and zero are the same.
fn said(field: &Value) -> String {
    let file = |value: &Value| value["path"].as_str().map(|path| path.replace("wix-ir/", ""));
    match &field["data"] {
        Value::Null | Value::Bool(false) => String::new(),
        Value::Number(number) if number.as_i64() == Some(0) => String::new(),
        Value::Bool(true) => "1".to_owned(),
        Value::String(text) => text.clone(),
        data @ Value::Object(_) => {
            let (own, before) = (file(data), file(&field["prev"]["data"]));
            format!("{:?} {own:?} {before:?} {}", data["embed"], field["context"])
        }
        other => other.to_string(),
    }
}

/// The symbols of a library, sorted; each with its place.
fn symbols(library: &[u8]) -> Vec<String> {
    let document: Value = serde_json::from_slice(&zip::members(library)["wix-ir.json"]).expect("JSON");
    assert_eq!(document["version"], "4.0.0.0");
    assert_eq!(document["level"], "compiled;combined");
    let mut all = Vec::new();
    for (number, section) in document["sections"].as_array().expect("sections").iter().enumerate() {
        assert_eq!(section["type"], "fragment");
        for symbol in section["symbols"].as_array().expect("symbols") {
            let kind = symbol["type"].as_str().expect("a kind");
            let mut fields: Vec<String> =
                symbol["fields"].as_array().expect("fields").iter().map(said).collect();
            if kind == "WixComponentGroup" {
                // where its components are by default, which they say themselves
                fields.clear();
            }
            // a search is that of its property to WiX; here nothing can refer to it, and it stands where it was written
            let place = if kind == "AppSearch" {
                (&Value::Null, &Value::Null)
            } else {
                (&symbol["id"], &symbol["ln"]["line"])
            };
            all.push(format!("{number} {kind} {} {} {fields:?}", place.0, place.1));
        }
    }
    all.sort();
    all
}

fn texts(library: &[u8]) -> Vec<String> {
    let document: Value = serde_json::from_slice(&zip::members(library)["wix-ir.json"]).expect("JSON");
    let mut all = Vec::new();
    for texts in document["localizations"].as_array().expect("localizations") {
        for text in texts["variables"].as_array().expect("variables") {
            all.push(format!("{} {} {text}", texts["location"], texts["culture"]));
        }
    }
    all.sort();
    all
}

#[test]
fn a_library_has_the_symbols_and_texts_that_wix_puts_into_one() {
    let folder = reference::of("wix-library").path("");
    for (bind, theirs) in [(true, "acme-bound.wixlib"), (false, "acme-loose.wixlib")] {
        let theirs = std::fs::read(folder.join(theirs)).expect("readable");
        let own = made(&sources(&folder), bind);
        let (expected, found) = (symbols(&theirs), symbols(&own));
        let missing: Vec<&String> = expected.iter().filter(|symbol| !found.contains(symbol)).collect();
        let surplus: Vec<&String> = found.iter().filter(|symbol| !expected.contains(symbol)).collect();
        assert!(missing.is_empty() && surplus.is_empty(), "- {missing:#?}\n+ {surplus:#?}");
        assert_eq!(texts(&theirs), texts(&own));
        let names = |bytes: &[u8]| {
            let members: BTreeMap<String, Vec<u8>> = zip::members(bytes);
            members.into_iter().filter(|(name, _)| name != "wix-ir.json").collect::<Vec<_>>()
        };
        assert_eq!(names(&theirs), names(&own));
    }
}

#[test]
fn a_library_of_ours_serves_as_that_of_wix_and_so_does_one_made_of_it() {
    let reference = reference::of("wix-library");
    let bound = saved(&made(&sources(&reference.path("")), true));
    // libraries are combined into another one: nothing of the sources or files is needed any more
    let nothing = Request { sources: Vec::new(), ..request(PathBuf::new(), Path::new("nowhere")) };
    let again = saved(&made(&Request { libraries: vec![bound.path().to_owned()], ..nothing }, true));
    for library in [&bound, &again] {
        for source in ["actions", "dialogs", "dialogs-own-licence", "group"] {
            for culture in ["en-US", "de-DE"] {
                let mut request = reference.request("consume", source, Compat::Wix6);
                request.cultures = vec![culture.to_owned()];
                request.libraries = vec![library.path().to_owned()];
                let outcome = build(&request);
                let output = outcome.output.unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
                let name = format!("{source}.{culture}.json");
                let mut expected = reference.expected("expected", &name).expect("it is there");
                expected["summary"]["Application"] = "WiX Toolset (6.0.2.0)".into();
                assert_eq!(differences(expected, &shown(&output.database)), [""; 0], "{name}");
            }
        }
    }
}

#[test]
fn the_same_sources_give_the_same_library() {
    let folder = reference::of("wix-library").path("");
    let own = made(&sources(&folder), true);
    assert_eq!(own, made(&Request { threads: THREADS.saturating_add(5), ..sources(&folder) }, true));
}

#[test]
fn what_cannot_be_put_into_a_library_is_found_with_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("a.wxs");
    let package = "<Package Name='A' Manufacturer='M' Version='1.0.0' \
                   UpgradeCode='{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}' />";
    for (inside, expected) in [
        (package, "a `Package` cannot be in a library"),
        ("<Fragment><Binary Id='B' SourceFile='no.dll' /></Fragment>", "cannot find the file `no.dll`"),
        (
            "<Fragment><Binary Id='B' SourceFile='!(wix.V)' /></Fragment>",
            "the variable `!(wix.V)` is unknown",
        ),
    ] {
        let text = format!("<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'>\n{inside}</Wix>");
        std::fs::write(&source, text).expect("room");
        let made = wix::library(&request(source.clone(), folder.path()), true);
        let found: Vec<String> = made.diagnostics.iter().map(ToString::to_string).collect();
        assert!(made.library.is_none() && found.iter().any(|one| one.contains(expected)), "{found:?}");
        assert_eq!(made.diagnostics.iter().filter_map(|d| Some(d.at.as_ref()?.line)).max(), Some(2));
    }
}

/// Every case of the core language, split: what stands in fragments goes through a library, and the tables stay.
#[test]
fn what_goes_through_a_library_makes_the_same_tables() {
    let (mut through, mut failures) = (0, Vec::new());
    for reference in reference::all() {
        for name in reference.names("cases") {
            let Some(expected) = reference.expected("expected", &name) else { continue };
            let direct = reference.request("cases", &name, Compat::Wix6);
            let mut text = String::new();
            let path = &direct.sources[0];
            let read = std::fs::File::open(path).and_then(|mut file| file.read_to_string(&mut text));
            // what is visible in its source only is in another one here
            if name == "access-modifiers-all" {
                continue;
            }
            if read.is_err() || !text.contains("<Fragment") || text.contains("<?") {
                continue;
            }
            let (package, fragments) = split(&text);
            let folder = tempfile::tempdir().expect("a folder");
            let [package_file, fragments_file] = ["p.wxs", "f.wxs"].map(|name| folder.path().join(name));
            std::fs::write(&package_file, package).expect("room");
            std::fs::write(&fragments_file, fragments).expect("room");
            let library = wix::library(&Request { sources: vec![fragments_file], ..direct.clone() }, false);
            let Some(bytes) = library.library else {
                failures.push(format!("{name}: {:?}", library.diagnostics));
                continue;
            };
            let library = saved(&bytes);
            let libraries = vec![library.path().to_owned()];
            let localizations = Vec::new();
            let request = Request { sources: vec![package_file], libraries, localizations, ..direct };
            let outcome = build(&request);
            let Some(output) = outcome.output else {
                failures.push(format!("{name}: {:?}", outcome.diagnostics));
                continue;
            };
            let mut expected = expected;
            expected["summary"]["Application"] = request.application.clone().into();
            let found = differences(expected, &shown(&output.database));
            failures.extend(found.into_iter().map(|difference| format!("{name}: {difference}")));
            through += 1;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(through >= 12, "{through}");
}

/// The components of every case of the extensions, in a library: their elements come along, as where they are a source.
#[test]
fn elements_of_extensions_go_through_a_library() {
    let reference = reference::of("wix-ext");
    let (mut through, mut kinds) = (0, std::collections::BTreeSet::new());
    for name in reference.names("cases") {
        let direct = with_stand_ins(&reference, "cases", &name);
        let text = std::fs::read_to_string(&direct.sources[0]).expect("readable");
        let Some((package, fragments)) = components_apart(&text) else { continue };
        let folder = tempfile::tempdir().expect("a folder");
        let [package_file, fragments_file] = ["p.wxs", "f.wxs"].map(|name| folder.path().join(name));
        std::fs::write(&package_file, package).expect("room");
        std::fs::write(&fragments_file, fragments).expect("room");
        let mut direct = Request { ..direct };
        direct.sources[0] = package_file;
        let both = [direct.sources.clone(), vec![fragments_file.clone()]].concat();
        let Some(expected) = build(&Request { sources: both, ..direct.clone() }).output else { continue };
        let fragments =
            Request { sources: vec![fragments_file], localizations: Vec::new(), ..direct.clone() };
        let library = made(&fragments, false);
        let document: Value = serde_json::from_slice(&zip::members(&library)["wix-ir.json"]).expect("JSON");
        for definition in document["definitions"].as_array().into_iter().flatten() {
            kinds.insert(definition["name"].as_str().expect("a name").to_owned());
        }
        let library = saved(&library);
        let outcome = build(&Request { libraries: vec![library.path().to_owned()], ..direct });
        let output = outcome.output.unwrap_or_else(|| panic!("{name}: {:?}", outcome.diagnostics));
        assert_eq!(differences(shown(&expected.database), &shown(&output.database)), [""; 0], "{name}");
        through += 1;
    }
    assert!(through >= 40 && kinds.len() >= 36, "{through} {kinds:?}");
    assert!(kinds.contains("User") && kinds.contains("WixFirewallException"), "{kinds:?}");
}

#[test]
fn symbols_that_another_version_of_an_extension_made_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.wixlib");
    let document = |fields: &str| {
        format!(
            "{{\"level\":\"compiled\",\"version\":\"4.0.0.0\",\"sections\":[],\
             \"definitions\":[{{\"name\":\"UserGroup\",\"fields\":[{fields}]}}]}}"
        )
    };
    for (fields, is_read) in [
        (r#"{"name":"UserRef"},{"name":"GroupRef"}"#, true),
        (r#"{"name":"UserRef"}"#, true),
        (r#"{"name":"GroupRef"},{"name":"UserRef"}"#, false),
        (r#"{"name":"UserRef"},{"name":"GroupRef"},{"name":"New"}"#, false),
    ] {
        let bytes = zip::stored(&[("wix-ir.json", document(fields).as_bytes())]);
        std::fs::write(&path, bytes).expect("room");
        let reference = reference::of("wix-ext");
        let mut request = with_stand_ins(&reference, "cases", "bits-user");
        request.libraries = vec![path.clone()];
        let outcome = build(&request);
        let found: Vec<String> = outcome.diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(outcome.output.is_some(), is_read, "{fields}: {found:?}");
        assert!(is_read || found.iter().any(|one| one.contains("expected UserRef, GroupRef")), "{found:?}");
    }
}

#[test]
fn who_refers_to_dialogs_that_only_their_library_may_name_is_told_what_to_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, inside: &str| {
        let path = folder.path().join(name);
        let text = format!("<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'>\n{inside}</Wix>");
        std::fs::write(&path, text).expect("room");
        path
    };
    let set = write("set.wxs", "<Fragment><UI Id='file Set' /></Fragment>");
    let library = saved(&made(&request(set, folder.path()), false));
    let package = write(
        "package.wxs",
        "<Package Name='A' Manufacturer='M' Version='1.0.0' \
         UpgradeCode='{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}'>\n<UIRef Id='Set' /></Package>",
    );
    let libraries = vec![library.path().to_owned()];
    let outcome = build(&Request { libraries, ..request(package, folder.path()) });
    let [finding] = outcome.diagnostics.as_slice() else { panic!("{:?}", outcome.diagnostics) };
    assert_eq!((&*finding.code, finding.at.as_ref().map(|at| at.line)), ("WIX0094", Some(3)));
    assert!(
        finding.help.as_deref().is_some_and(|help| help.contains("<ui:WixUI Id=\"Set\" />")),
        "{finding:?}"
    );
}

/// Several things of one name are a conflict; what they refer to in turn is no matter of who named them, as in WiX.
#[test]
fn what_conflicts_is_told_and_nothing_behind_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let set = |name: &str| {
        format!(
            "<Fragment><PropertyRef Id='OnlyOf{name}' /><UI Id='{name}' /><InstallUISequence>\
             <Custom Action='First' Before='ExecuteAction' /></InstallUISequence></Fragment>\n"
        )
    };
    let source = folder.path().join("package.wxs");
    let text = format!(
        "<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'><Package Name='A' Manufacturer='M' Version='1.0.0' \
         UpgradeCode='{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}'><CustomAction Id='First' Error='no' />\
         <CustomAction Id='Own' Error='no' /><InstallUISequence><Custom Action='Own' Before='First' />\
         </InstallUISequence></Package>\n{}{}</Wix>",
        set("One"),
        set("Two")
    );
    std::fs::write(&source, text).expect("room");
    let outcome = build(&request(source, folder.path()));
    let codes: Vec<&str> = outcome.diagnostics.iter().map(|finding| &*finding.code).collect();
    assert_eq!(codes, ["WIX0091"], "{:?}", outcome.diagnostics);
}

/// As in the dialogs of WiX 4: what is overridable is what is meant, and not what would override it elsewhere.
#[test]
fn an_overridable_action_is_the_one_that_is_meant() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("package.wxs");
    let text = "<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'><Package Name='A' Manufacturer='M' Version='1.0.0' \
                UpgradeCode='{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}'><CustomAction Id='First' Error='no' />\
                <CustomAction Id='Own' Error='no' /><InstallUISequence><Custom Action='Own' Before='First' />\
                </InstallUISequence></Package>\
                <Fragment><InstallUISequence><Custom Action='First' Before='ExecuteAction' Overridable='yes' />\
                </InstallUISequence></Fragment>\
                <Fragment><PropertyRef Id='OnlyElsewhere' /><InstallUISequence>\
                <Custom Action='First' After='ExecuteAction' /></InstallUISequence></Fragment></Wix>";
    std::fs::write(&source, text).expect("room");
    let outcome = build(&request(source, folder.path()));
    let output = outcome.output.unwrap_or_else(|| panic!("{:?}", outcome.diagnostics));
    let actions = &output.database.tables["InstallUISequence"].rows;
    assert!(actions.iter().any(|row| row[0].as_str() == Some("Own")), "{actions:?}");
}

#[test]
fn how_an_action_replaces_a_virtual_one_is_told_in_its_own_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("package.wxs");
    let text = "<Wix xmlns='http://wixtoolset.org/schemas/v4/wxs'><Package Name='A' Manufacturer='M' Version='1.0.0' \
                UpgradeCode='{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}'><UIRef Id='Set' />\
                <InstallUISequence><Custom Action='First' Before='ExecuteAction' /></InstallUISequence></Package>\
                <Fragment><UI Id='Set' /><CustomAction Id='First' Error='no' /><InstallUISequence>\
                <Custom Action='virtual First' After='ExecuteAction' /></InstallUISequence></Fragment></Wix>";
    std::fs::write(&source, text).expect("room");
    let outcome = build(&request(source, folder.path()));
    let [finding] = outcome.diagnostics.as_slice() else { panic!("{:?}", outcome.diagnostics) };
    assert_eq!(&*finding.code, "WIX7009");
    let help = finding.help.as_deref().unwrap_or_default();
    assert!(help.contains("`Action=\"override First\"`"), "{help}");
}

/// A case as two sources: its package with a group of components, and a fragment with that group; nothing without such.
fn components_apart(text: &str) -> Option<(String, String)> {
    let root = text.find("<Package")?;
    let from = text.find("<Component Id=\"C1\"")?;
    let to = text.rfind("</Component>")? + "</Component>".len();
    let feature = "<Feature Id='F'><ComponentRef Id='Base' /><ComponentGroupRef Id='Parts' /></Feature>";
    let package = format!("{}{feature}{}", &text[..from], &text[to..]);
    let fragment = format!(
        "{}<Fragment><ComponentGroup Id='Parts'>{}</ComponentGroup></Fragment></Wix>",
        &text[..root],
        &text[from..to]
    );
    Some((package, fragment))
}

/// A source as two: with its package, and with its fragments, at the same lines.
fn split(text: &str) -> (String, String) {
    let (mut package, mut fragments) = (text.to_owned(), text.to_owned());
    let blank = |text: &mut String, (from, to): (usize, usize)| {
        let lines: String = text[from..to].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        // as many bytes, too: what follows keeps its place
        let pad = " ".repeat(to - from - lines.len());
        text.replace_range(from..to, &(pad + &lines));
    };
    for (from, _) in text.match_indices("<Fragment") {
        let rest = &text[from..];
        let end = match (rest.find('>'), rest.find("/>")) {
            (Some(open), Some(close)) if close + 1 == open => open + 1,
            _ => rest.find("</Fragment>").map_or(rest.len(), |at| at + "</Fragment>".len()),
        };
        blank(&mut package, (from, from + end));
    }
    if let (Some(from), Some(to)) = (text.find("<Package"), text.find("</Package>")) {
        blank(&mut fragments, (from, to + "</Package>".len()));
    }
    (package, fragments)
}
