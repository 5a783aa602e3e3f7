//! The language's names and values: who writes a wrong one is told what was meant, and which texts are identifiers, GUIDs, names
//! and paths.

use ancm_installer::diag::{Diagnostic, Location};
use ancm_installer::id::Arch;
use ancm_installer::wix::Compat;
use ancm_installer::wix::compile::{Attributes, GuidForms, compile, extension};
use ancm_installer::wix::preprocess::preprocess;
use ancm_installer::wix::report::Report;
use ancm_installer::wix::source::{Attribute, Element};

use crate::support::reference;

/// What is found in a source of this text, in whose elements those of Util may be.
fn found(text: &str) -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("x.wxs");
    std::fs::write(&source, text).expect("writable");
    let options = reference::request(source.clone(), folder.path()).preprocess;
    let report = Report::default();
    let tree = preprocess(&source, &options, &report).expect("XML");
    let util = extension("WixToolset.Util.wixext").expect("known");
    compile(&tree, Arch::X64, Compat::default(), &[util], &report);
    report.into_diagnostics()
}

/// What is said to do about the one wrong thing in this part of a source.
fn help(inside: &str) -> String {
    let namespace = "http://wixtoolset.org/schemas/v4/wxs";
    let findings = found(&format!("<Wix xmlns='{namespace}' xmlns:util='{namespace}/util'>{inside}</Wix>"));
    let wrong = findings.iter().find(|finding| matches!(finding.code.as_str(), "WIX0004" | "WIX0005"));
    wrong.and_then(|finding| finding.help.clone()).unwrap_or_else(|| panic!("{inside}: {findings:?}"))
}

fn in_package(inside: &str) -> String {
    help(&format!(
        "<Package Name='n' Manufacturer='m' Version='1.0' UpgradeCode='{{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}}'>\
         {inside}</Package>"
    ))
}

fn in_component(inside: &str) -> String {
    in_package(&format!("<Component Id='C' Directory='TARGETDIR'>{inside}</Component>"))
}

#[test]
fn an_element_out_of_place_is_told_where_it_may_stand() {
    assert_eq!(in_package("<Directory Id='D'><Compnent /></Directory>"), "did you mean `Component`?");
    assert_eq!(in_package("<RegistryValue />"), "it may stand in `Component`, `RegistryKey`");
    assert_eq!(
        in_package("<Media Id='1'><Gizmo /></Media>"),
        "`Media` may have `DigitalSignature`, `SymbolPath` inside"
    );
    assert_eq!(
        in_package("<Icon Id='I' SourceFile='i'><Gizmo /></Icon>"),
        "`Icon` has nothing inside; remove it"
    );
    assert!(in_package("<Gizmo />").ends_with("/wxs/package/>"));
    assert!(in_package("<Chain />").contains("does not make"));
    let refused = in_package("<AdminUISequence><InstallFiles /></AdminUISequence>");
    assert!(refused.contains("this engine does not"), "{refused}");
    assert_eq!(in_component("<util:Usr />"), "did you mean `util:User`?");
    assert!(in_package("<util:FileShare />").starts_with("it may stand in `Component`"));
}

#[test]
fn an_attribute_is_told_what_was_meant() {
    let file = |attribute: &str| in_component(&format!("<File Source='a.txt' {attribute}='yes' />"));
    assert_eq!(file("KeyPth"), "did you mean `KeyPath`?");
    assert_eq!(file("keypath"), "did you mean `KeyPath`?");
    assert!(file("Colour").ends_with("/wxs/file/>"));
    assert_eq!(in_component("<util:User Id='U' Nmae='n' />"), "did you mean `Name`?");
    let [finding] = &read("Id", "x", |_| ()).1[..] else { panic!("one finding") };
    assert_eq!(finding.help.as_deref(), Some("check the spelling, or remove it"));
}

/// What `take` makes of the attributes of an element of no language, of which `name` has this value; and what is found.
fn read<T>(name: &str, value: &str, take: impl FnOnce(&Attributes<'_>) -> T) -> (T, Vec<Diagnostic>) {
    let at = Location { file: "x".into(), line: 1, column: 1 };
    let attribute = Attribute {
        name: name.to_owned(),
        namespace: String::new(),
        value: value.to_owned(),
        at: at.clone(),
    };
    let element = Element {
        name: "String".to_owned(),
        namespace: "urn:x".to_owned(),
        attributes: vec![attribute],
        children: Vec::new(),
        at,
    };
    let report = Report::default();
    let attributes = Attributes::new(&element, &report);
    let taken = take(&attributes);
    drop(attributes);
    (taken, report.into_diagnostics())
}

/// Checks that `take` gives these values, and that those are refused under `code`; an empty one under that of empty ones.
fn check<T>(take: impl Fn(&Attributes<'_>) -> Option<T>, good: &[&str], bad: &[&str], code: &str) {
    for value in good {
        let (taken, findings) = read("N", value, &take);
        assert!(taken.is_some() && findings.is_empty(), "{value}: {findings:?}");
    }
    for value in bad {
        let (taken, findings) = read("N", value, &take);
        let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
        let expected = if value.is_empty() { "WIX0006" } else { code };
        assert!(taken.is_none() && codes == [expected], "{value}: {findings:?}");
    }
}

#[test]
fn identifiers_are_ascii_and_do_not_start_with_a_digit_or_dot() {
    let bad = ["1a", ".a", "a-b", "a b", "ä"];
    check(|a| a.reference("N"), &["a", "_", "A.b_1", "_1"], &bad, "WIX0014");
    let (id, findings) = read("N", "", |a| a.id("N"));
    assert!(id.is_none() && findings[0].code == "WIX0014", "{findings:?}");
}

#[test]
fn guids_are_what_dotnet_reads() {
    let guid = |a: &Attributes<'_>| a.guid("N", GuidForms::default());
    for form in [
        "2af56990-bb64-42ec-9c13-2ad28176a07e",
        " {2af56990-bb64-42ec-9c13-2ad28176a07e} ",
        "(2AF56990-BB64-42EC-9C13-2AD28176A07E)",
        "2af56990bb6442ec9c132ad28176a07e",
    ] {
        let (taken, findings) = read("N", form, guid);
        assert_eq!(taken.as_deref(), Some("{2AF56990-BB64-42EC-9C13-2AD28176A07E}"), "{form}: {findings:?}");
    }
    let bad = [
        "",
        "()",
        "({2af56990-bb64-42ec-9c13-2ad28176a07e})",
        "{2af56990bb6442ec9c132ad28176a07e}",
        "2af56990bb6442ec9c132ad28176a0ü",
    ];
    check(guid, &[], &bad, "WIX0009");
}

#[test]
fn short_names_have_eight_and_three() {
    let good = ["a", "a.txt", "UPPERCAS.TXT", "12345678", "x."];
    let bad = ["", ".dotfile", "123456789", "a.text", "two.dots.x", "a b", "plus+"];
    check(|a| a.short_name("N"), &good, &bad, "WIX0026");
}

#[test]
fn paths_stay_below() {
    check(|a| a.relative_path("N"), &["a\\b/c"], &["..", "a\\..\\b", "c:\\x", "a*"], "WIX0346");
}
