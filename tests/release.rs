//! What stands between packages and a download: the command of whoever signs, and what a release says of itself.

use ancm_installer::native::configaction::Provenance;
use ancm_installer::pe::Signed;
use ancm_installer::release::evidence::{Builder, Release, Subject};
use ancm_installer::release::{SCHEMA, SignCommand, VariableError, judge};

#[test]
fn words_are_the_users() {
    let command: SignCommand =
        r#"tool  -p "a b" "" ${PIN}-x -in {in} -out={out}"#.parse().expect("a command");
    let started =
        command.start("/i n", "/o", |name| (name == "PIN").then(|| "4711".to_owned())).expect("set");
    assert_eq!(started.words, ["tool", "-p", "a b", "", "4711-x", "-in", "/i n", "-out=/o"]);
    assert_eq!(started.without_secrets("wrong PIN 4711"), "wrong PIN ***");
    assert_eq!(format!("{command} {command:?}"), "tool SignCommand(tool)");
}

#[test]
fn a_value_is_not_read_again() {
    let command: SignCommand = "tool ${A} {file}".parse().expect("a command");
    let started = command.start("/i", "/o", |_| Some("{in} ${B}".to_owned())).expect("set");
    assert_eq!(started.words, ["tool", "{in} ${B}", "/i"]);
    assert_eq!(command.start("/i", "/o", |_| None).err(), Some(VariableError::NotSet("A".to_owned())));
}

#[test]
fn what_names_no_file_or_two_is_no_command() {
    for (text, words) in [
        ("", "empty"),
        ("tool", "names no file"),
        ("tool {in}", "no `{out}`"),
        ("tool {out}", "names no file"),
        ("tool {file} {out}", "take either"),
        ("tool \"{file}", "not closed"),
    ] {
        let problem = text.parse::<SignCommand>().expect_err(text).to_string();
        assert!(problem.contains(words), "{text}: {problem}");
    }
}

#[test]
fn on_a_tag_what_is_loud_elsewhere_is_an_error() {
    let codes = |tag, signed, stand_in| -> Vec<String> {
        judge(tag, signed, stand_in).iter().map(|f| format!("{} {:?}", f.code, f.severity)).collect()
    };
    assert_eq!(codes(None, true, false), [""; 0]);
    assert_eq!(codes(None, false, true), ["dist::stand_in Warning", "sign::unsigned Warning"]);
    assert_eq!(codes(Some("v1"), false, true), ["dist::stand_in Error", "sign::unsigned Error"]);
}

/// A release of one package of `manufacturer`, made at `timestamp`; the packages are beside `url`, and winget knows the publisher
/// as `winget_id`.
fn release(manufacturer: &str, timestamp: i64, url: Option<&str>, winget_id: Option<&str>) -> Release {
    let code = "{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}";
    let manifest = serde_json::json!({
        "schema": SCHEMA,
        "tool": "ancm-installer 0.1.0",
        "authoring_sha256": "",
        "product": "gate",
        "version": "1.2.3",
        "stand_in": false,
        "engine": { "chosen": "embedded", "version": "0.1.0", "reason": "" },
        "payload": [],
        "forwarders": [],
        "configuration_action": Provenance::of_packages(),
        "packages": [{
            "file": "Gate_x64_1.2.3.msi",
            "flavour": "iis",
            "arch": "x64",
            "product_name": "Gate",
            "upgrade_code": code,
            "configuration_action": { "arch": "x64", "stage_path": "", "size": 0, "sha256": "", "provenance": "" },
            "sha256": "",
            "size": 0,
            "product_code": code,
            "package_code": code,
            "cabinets": [],
        }],
    });
    let subject = Subject {
        files: Vec::new(),
        manufacturer: manufacturer.to_owned(),
        per_machine: true,
        language: 1033,
        settable: Vec::new(),
        refusals: Vec::new(),
        upgrades: Vec::new(),
        signed: Signed::Unsigned,
    };
    Release {
        manifest: serde_json::from_value(manifest).expect("a manifest"),
        manifest_sha256: String::new(),
        subjects: vec![subject],
        timestamp,
        builder: Builder::default(),
        url: url.map(str::to_owned),
        winget_id: winget_id.map(str::to_owned),
    }
}

#[test]
fn moments_are_in_utc() {
    for (seconds, moment) in [(1_700_000_000, "2023-11-14T22:13:20Z"), (315_532_800, "1980-01-01T00:00:00Z")]
    {
        let documents = release("Contoso", seconds, None, None).documents().expect("as the forms have it");
        for (name, place) in
            [("sbom.cdx.json", "/metadata/timestamp"), ("sbom.spdx.json", "/creationInfo/created")]
        {
            let (_, text) = documents.iter().find(|(path, _)| path == name).expect("a bill of materials");
            let bill: serde_json::Value = serde_json::from_str(text).expect("JSON");
            assert_eq!(bill.pointer(place).expect("a moment"), moment, "{name}");
        }
    }
}

const URL: &str = "https://example.org/";

#[test]
fn identifiers_are_as_winget_wants_them() {
    // the package's own name is the last part
    let problems = |publisher: &str| -> Vec<String> {
        let documents = release("Contoso", 0, Some(URL), Some(publisher)).documents();
        documents.err().unwrap_or_default().into_iter().map(|finding| finding.message).collect()
    };
    let long = "x".repeat(32);
    for publisher in ["Contoso", "A.B.C.D.E.F.G", &long, &format!("{long}.{long}.{long}")] {
        assert_eq!(problems(publisher), [""; 0], "{publisher}");
    }
    let longer = "x".repeat(33);
    let longest = [long.as_str(); 4].join(".");
    for publisher in ["", "Contoso.", "Con toso", "A/B", "A:B", "A\tB", "A.B.C.D.E.F.G.H", &longer, &longest]
    {
        let problems = problems(publisher);
        let [problem] = problems.as_slice() else { panic!("{publisher}: {problems:?}") };
        let told = format!("winget's `PackageIdentifier` cannot be `{publisher}.Gate`: expected parts");
        assert!(problem.starts_with(&told), "{problem}");
    }
}

#[test]
fn no_text_ends_its_scalar() {
    let documents = release("a \"b\" \\ c\n", 0, Some(URL), Some("Contoso")).documents();
    let documents = documents.expect("as the forms have it");
    let name = "winget/Contoso.Gate/Contoso.Gate.locale.en-US.yaml";
    let (_, text) = documents.iter().find(|(path, _)| path == name).expect("the language's");
    assert!(text.lines().any(|line| line == r#"Publisher: "a \"b\" \\ c\u000a""#), "{text}");
}
