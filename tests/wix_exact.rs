//! Where the embedded engine was not as WiX 6.0.2 once, one by one: what the reference collections have no source for.

use crate::support::reference;
use ancm_installer::diag::Severity;
use ancm_installer::msi::Cell;
use ancm_installer::wix::{Outcome, Request, build};

/// Builds sources with these insides of `Package` and after it, changed by `change`.
fn with(package: &str, inside: &str, beside: &str, change: impl FnOnce(&mut Request)) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.txt"), "a").expect("writable");
    std::fs::write(folder.path().join("License.rtf"), "{\\rtf1 text}\0").expect("writable");
    let source = folder.path().join("x.wxs");
    let text = format!(
        "<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\">\n\
         <Package Name=\"n\" Manufacturer=\"m\" UpgradeCode=\"{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}\" {package}>\n\
         <File Id=\"A\" Source=\"a.txt\" />{inside}</Package>{beside}</Wix>"
    );
    std::fs::write(&source, text).expect("writable");
    let mut request = reference::request(source, folder.path());
    change(&mut request);
    build(&request)
}

fn built(inside: &str) -> Outcome {
    with("Version=\"1.0\"", inside, "", |_| {})
}

/// The codes of what was found, without notes.
fn codes(outcome: &Outcome) -> Vec<&str> {
    let found = outcome.diagnostics.iter().filter(|finding| finding.severity != Severity::Note);
    found.map(|finding| finding.code.as_str()).collect()
}

/// The cells of the row of `table` that begins with `key`.
fn row(outcome: &Outcome, table: &str, key: &str) -> Vec<Cell> {
    let output = outcome.output.as_ref().unwrap_or_else(|| panic!("{:#?}", outcome.diagnostics));
    let rows = &output.database.tables[table].rows;
    let found = rows.iter().find(|row| row[0] == Cell::Str(key.to_owned()));
    found.unwrap_or_else(|| panic!("no {key} in {rows:?}")).clone()
}

fn text(text: &str) -> Cell {
    Cell::Str(text.to_owned())
}

#[test]
fn a_version_may_have_a_v_that_a_variable_brings() {
    let outcome = with("Version=\"!(wix.V)\"", "<WixVariable Id=\"V\" Value=\"v1.2.3\" />", "", |_| {});
    assert_eq!(row(&outcome, "Property", "ProductVersion")[1], text("1.2.3"));
}

#[test]
fn a_language_may_be_one_that_binding_finds() {
    let outcome = with("Version=\"1.0\" Language=\"!(bind.property.L=1033)\"", "", "", |_| {});
    assert_eq!(outcome.output.expect("built").database.summary.template, "x64;1033");
}

#[test]
fn what_is_not_known_while_binding_is_unknown() {
    let outcome = built("<Property Id=\"P\" Value=\"!(bind.property.ProductLanguage)\" />");
    assert_eq!(codes(&outcome), ["WIX0298"]);
    let outcome = built("<Property Id=\"P\" Value=\"!(bind.property.ProductVersion.Build)\" />");
    assert_eq!(row(&outcome, "Property", "P")[1], text("-1"));
}

#[test]
fn a_newer_wix_than_this_may_be_asked_for_and_is_not_there() {
    let wix = |version: &str, compat: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("x.wxs");
        let text = format!(
            "<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\" RequiredVersion=\"{version}\"><Package Name=\"n\" \
             Manufacturer=\"m\" Version=\"1\" UpgradeCode=\"{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}\" /></Wix>"
        );
        std::fs::write(&source, text).expect("writable");
        let mut request = reference::request(source, folder.path());
        request.preprocess.compat = compat.parse().expect("known");
        codes(&build(&request)).first().map(|code| (*code).to_owned())
    };
    assert_eq!(wix("6.0", "6"), None);
    assert_eq!(wix("7.0", "6").as_deref(), Some("WIX0007"));
    assert_eq!(wix("7.0", "7"), None);
}

#[test]
fn features_stand_at_most_sixteen_deep_and_follow_parents_only_where_there_may_be_one() {
    let nested = |depth: usize| {
        let open: String = (0..depth).map(|at| format!("<Feature Id=\"F{at}\">")).collect();
        built(&format!("{open}<ComponentRef Id=\"A\" />{}", "</Feature>".repeat(depth)))
    };
    assert_eq!(codes(&nested(16)), [""; 0]);
    assert_eq!(codes(&nested(17)), ["WIX7503"]);
    let follows = "<Feature Id=\"G\" InstallDefault=\"followParent\" />";
    let beside = format!("<Fragment>{follows}</Fragment>");
    let inside = "<Feature Id=\"F\"><ComponentRef Id=\"A\" /><FeatureRef Id=\"G\" /></Feature>";
    assert_eq!(codes(&with("Version=\"1.0\"", inside, &beside, |_| {})), [""; 0]);
    assert_eq!(codes(&built(&format!("{inside}{follows}"))), ["WIX0209"]);
}

#[test]
fn dates_of_searches_are_those_of_ms_dos() {
    let search = |date: &str| {
        built(&format!(
            "<Property Id=\"P\"><DirectorySearch Id=\"D\" Path=\"x\"><FileSearch Id=\"S\" Name=\"a.exe\" MinDate=\"{date}\" />\
             </DirectorySearch></Property>"
        ))
    };
    let number = ((2026 - 1980) * 512 + 32 + 31) * 65536 + 12 * 2048 + 30 * 32 + 5;
    assert_eq!(row(&search("2026-01-31T12:30:10"), "Signature", "S")[6], Cell::Int(number));
    assert_eq!(codes(&search("31st of January")), ["WIX0088"]);
    assert_eq!(codes(&search("2026-02-29")), ["WIX0088"]);
}

#[test]
fn binary_values_may_be_empty_and_others_not() {
    let value = |kind: &str| {
        built(&format!(
            "<Component Id=\"C\" Guid=\"{{AC4E0001-0C5A-4D1B-9F3E-7A2B6C8D1E01}}\"><RegistryValue Id=\"R\" Root=\"HKLM\" \
             Key=\"k\" Name=\"n\" Type=\"{kind}\" /></Component>"
        ))
    };
    assert_eq!(row(&value("binary"), "Registry", "R")[4], text("#x"));
    assert_eq!(codes(&value("string")), ["WIX0010"]);
}

#[test]
fn preprocessor_functions_pragmas_and_definitions_are_those_of_wix() {
    let property =
        |inside: &str| built(&format!("{inside}<Property Id=\"P\" Value=\"$(fun.AutoVersion(1.2))\" />"));
    // 2023-11-14T22:13:20Z
    assert_eq!(row(&property(""), "Property", "P")[1], text("1.2.8718.40000"));
    assert_eq!(codes(&property("<?pragma other.thing ?>")), ["WIX1125"]);
    assert_eq!(codes(&property("<?pragma nothing ?>")), ["WIX0334"]);
    assert_eq!(codes(&built("<Property Id=\"P\" Value=\"$(fun.AutoVersion())\" />")), ["WIX0379"]);
    assert_eq!(codes(&built("<Property Id=\"P\" Value=\"$(fun.Other(1))\" />")), ["WIX0235"]);
    assert_eq!(codes(&built("<?define X=\"\"?><Property Id=\"P\" Value=\"a$(var.X)\" />")), [""; 0]);
}

#[test]
fn files_are_found_as_on_windows_and_a_note_says_so() {
    for source in ["A.TXT", "sub\\..\\a.txt ", "SourceDir\\a.txt"] {
        let inside = format!("<File Id=\"B\" Name=\"b.txt\" Source=\"{source}\" />");
        let outcome = with("Version=\"1.0\"", &inside, "", |request| {
            std::fs::create_dir(request.preprocess.current_dir.join("Sub")).expect("writable");
        });
        assert_eq!(codes(&outcome), [""; 0], "{source}: {:?}", outcome.diagnostics);
        let notes = outcome.diagnostics.iter().filter(|finding| finding.code == "wix::case").count();
        assert_eq!(notes, usize::from(!source.starts_with("SourceDir")), "{source}");
    }
}

#[test]
fn wildcards_match_as_on_windows() {
    let is_found = |pattern: &str, name: &str| {
        let inside = format!("<Files Include=\"in\\{pattern}\" />");
        let outcome = with("Version=\"1.0\"", &inside, "", |request| {
            let folder = request.preprocess.current_dir.join("in");
            std::fs::create_dir(&folder).expect("writable");
            std::fs::write(folder.join(name), "").expect("writable");
        });
        let found = codes(&outcome);
        assert!(found.is_empty() || found == ["WIX8600"], "{pattern} {name}: {:?}", outcome.diagnostics);
        let files = &outcome.output.as_ref().expect("built").database.tables["File"].rows;
        assert_eq!(files.len(), 1 + usize::from(found.is_empty()), "{pattern} {name}: {files:?}");
        found.is_empty()
    };
    for (pattern, name) in
        [("*.dll", "A.DLL"), ("**", "x"), ("*.*", "none"), ("a?c*", "abcde"), ("*a*b*", "xaxbx")]
    {
        assert!(is_found(pattern, name), "{pattern} {name}");
    }
    for (pattern, name) in [("*.dll", "a.dl"), ("a?c", "ac"), ("", "x"), ("*a*b", "ab_")] {
        assert!(!is_found(pattern, name), "{pattern} {name}");
    }
}

#[test]
fn where_a_pattern_begins_is_said() {
    let inside = "<StandardDirectory Id=\"ProgramFilesFolder\"><Directory Id=\"D\" Name=\"App\"><Files \
                  Include=\"bin/*.dll\" /></Directory></StandardDirectory>";
    let told = |change: &dyn Fn(&mut Request)| {
        let outcome = with("Version=\"1.0\"", inside, "", change);
        let finding = outcome.diagnostics.into_iter().find(|finding| finding.code == "WIX8601");
        let finding = finding.expect("a warning");
        format!("{} {}", finding.message, finding.help.unwrap_or_default())
    };
    let named = told(&|request| request.bind_paths.clear());
    assert!(named.contains("`App/bin`") && named.contains("`App/` here, which is the names"), "{named}");
    let unnamed = told(&|_| {});
    assert!(unnamed.contains("the first unnamed bind path"), "{unnamed}");
}

#[test]
fn includes_and_folders_of_wildcards_are_found_as_on_windows_and_a_note_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("Data")).expect("writable");
    std::fs::write(folder.path().join("Data/a.txt"), "a").expect("writable");
    std::fs::write(folder.path().join("Shared.wxi"), "<Include><?define V=1?></Include>").expect("writable");
    let source = folder.path().join("x.wxs");
    let text = "<Wix xmlns=\"http://wixtoolset.org/schemas/v4/wxs\">\n<?include shared.WXI?>\n\
                <Package Name=\"n\" Manufacturer=\"m\" Version=\"$(V)\" UpgradeCode=\"{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}\">\n\
                <Files Include=\"data\\*.txt\" /></Package></Wix>";
    std::fs::write(&source, text).expect("writable");
    let outcome = build(&reference::request(source, folder.path()));
    let said: Vec<(u32, &str)> = outcome
        .diagnostics
        .iter()
        .map(|finding| (finding.at.as_ref().map_or(0, |at| at.line), finding.code.as_str()))
        .collect();
    assert_eq!(said, [(2, "wix::case"), (4, "wix::case")], "{:?}", outcome.diagnostics);
    assert!(outcome.output.is_some());
}

#[test]
fn levels_of_compression_are_those_of_wix_in_its_letters() {
    for level in ["best", "High"] {
        let media = format!("<Media Id=\"1\" Cabinet=\"a.cab\" CompressionLevel=\"{level}\" />");
        assert_eq!(codes(&built(&media)), ["WIX0277"], "{level}");
        assert_eq!(codes(&built(&format!("<MediaTemplate CompressionLevel=\"{level}\" />"))), ["WIX0277"]);
    }
}

#[test]
fn a_column_is_renamed_as_the_one_that_it_refers_to() {
    let table = |key: &str, column: i32, modularize: &str| {
        built(&format!(
            "\n<CustomTable Id=\"T\">\n<Column Id=\"K\" PrimaryKey=\"yes\" Type=\"string\" Width=\"72\" \
             Category=\"identifier\" KeyTable=\"{key}\" KeyColumn=\"{column}\" {modularize} /></CustomTable>"
        ))
    };
    let outcome = table("Component", 1, "");
    assert_eq!(codes(&outcome), ["WIX1156"]);
    let finding = &outcome.diagnostics[0];
    assert_eq!(finding.at.as_ref().map(|at| at.line), Some(5));
    assert!(
        finding.help.as_deref().is_some_and(|help| help.contains("`Modularize=\"column\"`")),
        "{finding:?}"
    );
    for (key, column, modularize) in [
        ("Component", 1, "Modularize=\"column\""),
        ("Feature", 1, ""),
        ("Icon", 1, "Modularize=\"icon\""),
        ("File;Component", 1, ""),
        ("File", 1, "Modularize=\"companionFile\""),
        ("T", 1, ""),
        ("Nowhere", 1, ""),
    ] {
        assert_eq!(codes(&table(key, column, modularize)), [""; 0], "{key} {column} {modularize}");
    }
}

#[test]
fn what_is_no_package_is_refused_by_what_it_is() {
    let help = |inside: &str, beside: &str| {
        let outcome = with("Version=\"1.0\"", inside, beside, |_| {});
        assert_eq!(codes(&outcome), ["WIX0005"]);
        outcome.diagnostics[0].help.clone().expect("help")
    };
    assert!(help("", "<Bundle />").contains("makes no bundles"));
    assert!(help("", "<Module />").contains("makes no merge modules"));
    assert!(help("<Feature Id=\"F\"><MergeRef Id=\"M\" /></Feature>", "").contains("merge modules"));
    assert_eq!(help("<Fiel />", ""), "did you mean `File`?");
    assert!(help("<Gizmo />", "").contains("spelling"));
}

#[test]
fn limits_of_upgrades_are_versions_that_windows_installer_can_compare() {
    let upgrade = |limits: &str| {
        built(&format!(
            "\n<Upgrade Id=\"{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E12}}\">\n<UpgradeVersion OnlyDetect=\"yes\" {limits} Property=\"OLD\" /></Upgrade>"
        ))
    };
    for limits in ["Minimum=\"1.256.0\"", "Minimum=\"1.0\" Maximum=\"256\""] {
        let outcome = upgrade(limits);
        assert_eq!(codes(&outcome), ["WIX1148"], "{limits}");
        assert_eq!(outcome.diagnostics[0].at.as_ref().map(|at| at.line), Some(5), "{limits}");
    }
    assert_eq!(codes(&upgrade("Minimum=\"v1.0.0\" Maximum=\"2.0.0.0\"")), [""; 0]);
}

#[test]
fn a_file_in_a_component_says_nothing_of_where_it_goes() {
    let outcome = built(
        "<Component Id=\"C\" Directory=\"TARGETDIR\" Guid=\"{AC4E0001-0C5A-4D1B-9F3E-7A2B6C8D1E01}\"><File Id=\"B\" \
         Source=\"a.txt\" Bitness=\"always64\" Condition=\"1\" Directory=\"TARGETDIR\" Subdirectory=\"s\" /></Component>",
    );
    assert_eq!(codes(&outcome), ["WIX0062"; 4]);
}

#[test]
fn a_source_of_wix_3_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, text) = (folder.path().join("x.wxs"), folder.path().join("x.wxl"));
    std::fs::write(&source, "<Wix xmlns=\"http://schemas.microsoft.com/wix/2006/wi\"><Product /></Wix>")
        .expect("writable");
    std::fs::write(&text, "<WixLocalization xmlns=\"http://schemas.microsoft.com/wix/2006/localization\" />")
        .expect("writable");
    let mut request = reference::request(source.clone(), folder.path());
    request.localizations.push(text);
    let outcome = build(&request);
    assert_eq!(codes(&outcome), ["WIX0199"], "the localization is found wrong first");
    let help = |outcome: &Outcome| outcome.diagnostics[0].help.clone().expect("help");
    assert!(help(&outcome).contains("a source of WiX 3"));
    let outcome = build(&reference::request(source.clone(), folder.path()));
    assert_eq!(codes(&outcome), ["WIX0199"]);
    assert!(help(&outcome).contains("a source of WiX 3"));
    std::fs::write(&source, "<Wix />").expect("writable");
    assert!(help(&build(&reference::request(source, folder.path()))).starts_with("write `xmlns="));
}

#[test]
fn a_license_may_end_in_a_nul() {
    let outcome = built(
        "<UI><Dialog Id=\"D\" Width=\"9\" Height=\"9\"><Control Id=\"T\" Type=\"ScrollableText\" X=\"0\" Y=\"0\" Width=\"1\" \
         Height=\"1\"><Text SourceFile=\"License.rtf\" /></Control></Dialog></UI>",
    );
    assert_eq!(codes(&outcome), [""; 0], "{:?}", outcome.diagnostics);
    assert_eq!(row(&outcome, "Control", "D")[9], text("{\\rtf1 text}"));
}

#[test]
fn overrides_need_something_to_override() {
    let outcome = built("<Property Id=\"override P\" Value=\"x\" />");
    assert_eq!(codes(&outcome), ["WIX7008"]);
    let outcome =
        built("<Property Id=\"virtual P\" Value=\"x\" /><Property Id=\"override P\" Value=\"y\" />");
    assert_eq!(row(&outcome, "Property", "P")[1], text("y"));
}

#[test]
fn code_pages_and_what_they_lack_are_reported_where_they_stand() {
    assert_eq!(codes(&with("Version=\"1.0\" Codepage=\"klingon\"", "", "", |_| {})), ["WIX0276"]);
    let outcome = with("Version=\"1.0\" Codepage=\"1252\"", "<Property Id=\"P\" Value=\"日\" />", "", |_| {});
    assert_eq!(codes(&outcome), ["WIX0311"]);
    assert_eq!(outcome.diagnostics[0].at.as_ref().map(|at| at.line), Some(3));
}

#[test]
fn what_wix_crashes_over_is_an_error_of_ours() {
    let outcome = built(
        "<Component Id=\"C\" Guid=\"{AC4E0001-0C5A-4D1B-9F3E-7A2B6C8D1E01}\"><ODBCDriver Id=\"O\" Name=\"o\" /></Component>",
    );
    assert_eq!(codes(&outcome), ["wix::odbc_without_file"]);
    let outcome = built(
        "<InstanceTransforms Property=\"I\"><Instance Id=\"I1\" ProductCode=\"*\" /></InstanceTransforms><Property Id=\"I\" \
         Value=\"1\" />",
    );
    assert_eq!(codes(&outcome), ["wix::instance_transforms"]);
    let circle = "<WixVariable Id=\"X\" Value=\"!(wix.Y)\" /><WixVariable Id=\"Y\" Value=\"!(wix.X)\" />\
                  <Property Id=\"P\" Value=\"!(wix.X)\" />";
    assert!(codes(&built(circle)).contains(&"WIX0197"));
}
