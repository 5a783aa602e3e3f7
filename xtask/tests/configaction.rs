//! The custom action DLL: that the prebuilt ones are those of the source and hold to what Windows Installer asks of them,
//! and what its jobs make of configurations. What it does on a machine is in `registration.rs`.

use crate::modules::repository;
use crate::{other_rust, support};
use ancm_installer::apphost;
use ancm_installer::apphost::job::{self, Job, Shared, Stays, Verb};
use ancm_installer::apphost::journal::{Fingerprint, Journal};
use ancm_installer::apphost::record::{Machine as Sharer, Record};
use ancm_installer::id::FileVersion;
use ancm_installer::native::configaction::ENTRIES;

use ancm_installer::pe::{
    FixedFileInfo, Image, Machine, Resource, ResourceId, StringTable, Target, Translation, VersionInfo, res,
};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::dist::verify::sha256;
use xtask::tool::lld::Lld;
use xtask::tool::rustc_with_sources;

const CONFIGURATIONS: [&str; 4] = [
    include_str!("../../tests/apphost/bare.config"),
    include_str!("../../tests/apphost/express.config"),
    include_str!("../../tests/apphost/iis10.config"),
    include_str!("../../tests/apphost/iis75.config"),
];

#[derive(Deserialize)]
struct Provenance {
    configaction: ConfigurationAction,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct ConfigurationAction {
    compiler: String,
    linker: String,
    cargo_flags: Vec<String>,
    rustc_flags: Vec<String>,
    source_sha256: String,
    x86: Made,
    x64: Made,
}

#[derive(Deserialize)]
struct Made {
    target: String,
    sha256: String,
}

impl ConfigurationAction {
    fn all(&self) -> [(&'static str, &Made); 2] {
        [("x86", &self.x86), ("x64", &self.x64)]
    }
}

fn provenance() -> (PathBuf, String, ConfigurationAction) {
    let path = repository().join("native/prebuilt/provenance.toml");
    let text = std::fs::read_to_string(&path).expect("readable");
    let provenance: Provenance = toml::from_str(&text).expect("of this form");
    (path, text, provenance.configaction)
}

fn prebuilt(name: &str) -> PathBuf {
    repository().join(format!("native/prebuilt/configaction-{name}.dll"))
}

/// Everything that the DLL is compiled from, by name.
fn sources() -> BTreeMap<String, Vec<u8>> {
    let of_both = ["native/Cargo.lock", "native/Cargo.toml"];
    let read = |name: &str| std::fs::read(repository().join(name)).expect("readable");
    let mut found: BTreeMap<_, _> = of_both.map(|name| (name.to_owned(), read(name))).into();
    let mut folders = vec![PathBuf::from("native/configaction"), PathBuf::from("native/registration")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(repository().join(&folder)).expect("readable") {
            let path = folder.join(entry.expect("readable").file_name());
            if repository().join(&path).is_file() {
                let name = path.to_string_lossy().replace('\\', "/");
                let bytes = read(&name);
                found.insert(name, bytes);
            } else if !path.ends_with("target") {
                folders.push(path);
            }
        }
    }
    found
}

fn sources_sha256() -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in sources() {
        hash.update(format!("{name} {}\n", sha256(&bytes)));
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("configaction")
}

/// The cargo beside `rustc`, that compiles the DLL `made`.
fn dll(rustc: &Path, recorded: &ConfigurationAction, made: &Made) -> Command {
    let mut cargo = other_rust::cargo(&rustc.with_file_name("cargo"), rustc);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = rustc.parent().expect("in a folder").to_owned();
    let path =
        std::env::join_paths([own].into_iter().chain(std::env::split_paths(&path))).expect("joined before");
    let mut flags = recorded.rustc_flags.clone();
    flags.push(format!("-Clinker={}", Lld::find().expect("the toolchain's").path().display()));
    cargo.env("PATH", path).env("RUSTC_BOOTSTRAP", "1");
    cargo.env("CARGO_BUILD_TARGET", &made.target).env("CARGO_TARGET_DIR", target_folder());
    cargo.args(&recorded.cargo_flags).env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1F}"));
    cargo.current_dir(repository().join("native/configaction"));
    cargo
}

#[test]
fn the_source_passes_the_lints() {
    let Some(rustc) = rustc_with_sources(other_rust::PATIENCE) else {
        return support::skip(
            "no Rust with the sources of its libraries is on the PATH (rust-web-src of Debian)",
        );
    };
    // in the place of the compiler, for the source alone: `cargo clippy` would compile Rust's own libraries once more
    let clippy = rustc.with_file_name(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX));
    if !clippy.is_file() {
        return support::skip(
            "the Rust with the sources of its libraries has no clippy (rust-web-clippy of Debian)",
        );
    }
    let (_, _, recorded) = provenance();
    support::run(dll(&rustc, &recorded, &recorded.x86).env("RUSTC_WORKSPACE_WRAPPER", clippy));
}

#[test]
fn the_prebuilt_dlls_are_what_the_compiler_makes_of_the_source() {
    let (path, text, recorded) = provenance();
    let update = std::env::var_os("UPDATE_PREBUILT").is_some();
    let again = "UPDATE_PREBUILT=1 cargo test -p xtask --test suite configaction";
    if !update {
        assert_eq!(sources_sha256(), recorded.source_sha256, "the source has changed: {again}");
        for (name, made) in recorded.all() {
            let bytes = std::fs::read(prebuilt(name)).expect("committed");
            assert_eq!(sha256(&bytes), made.sha256, "{name}: {again}");
        }
    }

    let Some(rustc) = rustc_with_sources(other_rust::PATIENCE) else {
        return support::skip(
            "no Rust with the sources of its libraries is on the PATH (rust-web-src of Debian)",
        );
    };
    let version = String::from_utf8(support::run(Command::new(&rustc).arg("--version"))).expect("UTF-8");
    let lld = Lld::find().expect("the toolchain's");
    let linker = format!("LLD {}", lld.version());
    if !update && (version.trim() != recorded.compiler || linker != recorded.linker) {
        // others may well write other bytes, and are not wrong for that; but then nothing is proved
        let [this, that] = [&recorded.compiler, &recorded.linker];
        return support::skip(&format!(
            "`{}` and `{linker}` are not `{this}` and `{that}`, which made the DLLs",
            version.trim()
        ));
    }
    if update {
        std::fs::write(repository().join("native/configaction/version.res"), version_resource())
            .expect("writable");
    }
    let mut written = text
        .replace(&recorded.source_sha256, &sources_sha256())
        .replace(&recorded.compiler, version.trim())
        .replace(&format!("\"{}\"", recorded.linker), &format!("\"{linker}\""));
    for (name, made) in recorded.all() {
        support::run(&mut dll(&rustc, &recorded, made));
        let dll = target_folder().join(&made.target).join("release/configaction.dll");
        let bytes = std::fs::read(dll).expect("compiled");
        if update {
            std::fs::write(prebuilt(name), &bytes).expect("writable");
            written = written.replace(&made.sha256, &sha256(&bytes));
        } else {
            let same = std::fs::read(prebuilt(name)).expect("committed") == bytes;
            assert!(same, "{name}: {} bytes, and others than the prebuilt ones", bytes.len());
        }
    }
    if update {
        std::fs::write(path, written).expect("writable");
    }
}

#[test]
fn windows_installer_finds_its_entries_and_every_windows_what_is_imported() {
    for (name, machine) in [("x86", Machine::I386), ("x64", Machine::AMD64)] {
        let bytes = std::fs::read(prebuilt(name)).expect("committed");
        let image = Image::parse(&bytes).expect("an image");
        assert_eq!(image.machine(), machine);
        let view = image.native();
        let exports = view.exports().expect("exports");
        for entry in ENTRIES {
            let export = exports.named(entry).unwrap_or_else(|| panic!("{name}: {entry} in {exports:?}"));
            assert!(matches!(export.target, Target::Code(_)), "{name}: {entry}");
        }
        let version = view.version().expect("readable").expect("a version resource");
        let fixed = version.fixed.expect("numbers");
        assert_eq!(fixed.file_version.to_string(), "1.0.0.0", "{name}");
        assert_eq!(version.string("OriginalFilename"), Some("configaction.dll"), "{name}");
        assert!(version.string("FileDescription").is_some_and(|text| text.contains("IIS")), "{name}");
        let mut imports = view.imports().expect("imports");
        imports.sort_unstable();
        assert_eq!(imports, ["kernel32.dll", "msi.dll"], "{name}: no runtime of a compiler");
        if let Some(theirs) = support::pe::lief_facts(&bytes) {
            assert_eq!(support::pe::our_facts(&bytes), theirs);
        }
    }
}

#[test]
fn the_source_is_formatted() {
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check", "--config-path"]).arg(repository().join("rustfmt.toml"));
    support::run(rustfmt.arg(repository().join("native/configaction/src/lib.rs")));
}

/// The version resource, as the linker is given it: `native/configaction/version.res` is written with `UPDATE_PREBUILT=1`.
fn version_resource() -> Vec<u8> {
    let version: FileVersion = "1.0.0.0".parse().expect("a version");
    let strings = [
        ("FileDescription", "Registers a native module in the configuration of IIS"),
        ("FileVersion", "1.0.0.0"),
        ("InternalName", "configaction"),
        ("LegalCopyright", "MIT OR Apache-2.0"),
        ("OriginalFilename", "configaction.dll"),
        ("ProductName", "ANCM installer"),
        ("ProductVersion", "1.0.0.0"),
    ];
    let info = VersionInfo {
        fixed: Some(FixedFileInfo {
            file_version: version,
            product_version: version,
            flags_mask: 0x3F,
            os: 0x0004_0004,
            file_type: 2,
            ..FixedFileInfo::default()
        }),
        tables: vec![StringTable {
            key: "040904b0".into(),
            strings: strings.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
        }],
        translations: vec![Translation { language: 0x0409, code_page: 1200 }],
    };
    let data = info.to_bytes().into();
    res::write(&[Resource { kind: ResourceId::VERSION, name: ResourceId::Number(1), language: 0x0409, data }])
}

#[test]
fn the_version_resource_is_the_one_that_is_linked() {
    let path = repository().join("native/configaction/version.res");
    assert!(std::fs::read(path).expect("committed") == version_resource(), "UPDATE_PREBUILT=1 writes it");
}

const RUN: &str = "00112233445566778899aabbccddeeff";

fn job(verb: Verb, attributes: u32) -> Job {
    Job {
        verb,
        attributes,
        shared: Shared::AsBefore,
        run: RUN.to_owned(),
        file: r"C:\Windows\System32\inetsrv\config\applicationHost.config".to_owned(),
        module: "AspNetCoreModuleV2".to_owned(),
        image: r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll".to_owned(),
        section: "aspNetCore".to_owned(),
    }
}

const ALL: u32 = job::LOCKED | job::TRACED | job::EVENT_STREAMS | job::HANDLERS;

#[test]
fn jobs_records_and_journals_are_read_as_they_were_written() {
    let odd = Job {
        file: "C:\\new\\tab\ttab\nline".to_owned(),
        shared: Shared::MayBeLeft,
        ..job(Verb::Remove, 47)
    };
    let plain = job(Verb::Add, 0);
    let text = job::to_text(&[&odd, &plain]);
    assert_eq!(job::parse(&text), Some(vec![odd.clone(), plain]));
    assert_eq!(job::parse(""), Some(vec![]));
    for damaged in
        ["add", &text.replace("remove", "drop"), &text.replace("47", "-1"), &text.replace(r"\t", r"\x")]
    {
        assert_eq!(job::parse(damaged), None, "{damaged}");
    }

    let made = job(Verb::Add, ALL).make(CONFIGURATIONS[2].as_bytes(), None, Some(&web(1))).expect("editable");
    let record = made.record.expect("it is kept");
    assert_eq!(Record::parse(&record.to_text()), Some(record.clone()));
    for damaged in ["", "registration 3\tnew\n", "registration 2\tperhaps\n", "registration 2\tnew\nno steps"]
    {
        assert_eq!(Record::parse(damaged), None, "{damaged}");
    }
    for before in [None, Some(record.to_text())] {
        let journal = Journal {
            run: RUN.to_owned(),
            before: Fingerprint::of(CONFIGURATIONS[2].as_bytes()),
            inverse: made.edited.inverse.clone(),
            record: before,
        };
        assert_eq!(Journal::parse(&journal.to_text()), Some(journal));
    }
    assert_eq!(Journal::parse("something else"), None);
}

#[test]
fn what_was_added_is_taken_out_and_nothing_else() {
    for config in CONFIGURATIONS {
        for attributes in [0, job::LOCKED, job::TRACED, ALL] {
            let added = job(Verb::Add, attributes).make(config.as_bytes(), None, None).expect("editable");
            let again = job(Verb::Add, attributes)
                .make(&added.edited.bytes, added.record.as_ref(), None)
                .expect("editable");
            assert_eq!(again.edited.bytes, added.edited.bytes, "registered once");
            assert_eq!(again.record, added.record);
            let removed = job(Verb::Remove, attributes)
                .make(&added.edited.bytes, again.record.as_ref(), None)
                .expect("editable");
            assert_eq!(String::from_utf8(removed.edited.bytes.clone()).expect("UTF-8"), config);
            assert_eq!(removed.record, None);
            let back = apphost::undo(&removed.edited.bytes, &removed.edited.inverse).expect("readable");
            assert_eq!(back.bytes, added.edited.bytes, "a removal that fails is taken back");
        }
    }
}

#[test]
fn who_takes_over_from_another_installer_leaves_nothing_of_it_either() {
    let config = CONFIGURATIONS[2];
    let theirs = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable").edited.bytes;
    let ours = job(Verb::Add, ALL).make(&theirs, None, None).expect("editable");
    assert_eq!(ours.edited.bytes, theirs);
    assert!(ours.record.as_ref().expect("kept").adopted);
    let left =
        job(Verb::Remove, ALL).make(&theirs, ours.record.as_ref(), None).expect("editable").edited.bytes;
    let left = String::from_utf8(left).expect("UTF-8");
    assert!(
        !left.contains("AspNetCoreModuleV2") && !left.contains("aspNetCore\"") && !left.contains("ANCM"),
        "{left}"
    );
    assert!(left.contains("text/event-stream"), "as Microsoft's removal leaves it");
}

#[test]
fn a_journal_takes_back_all_edits_of_an_installation() {
    let config = CONFIGURATIONS[1].as_bytes();
    let added = job(Verb::Add, ALL).make(config, None, None).expect("editable");
    let removed = job(Verb::Remove, ALL).make(&added.edited.bytes, None, None).expect("editable");
    assert_ne!(removed.edited.bytes, config, "without a record, what others had goes too");
    let before = Fingerprint::of(config);
    let journal = Journal { run: RUN.to_owned(), before, inverse: added.edited.inverse, record: None };
    let journal = journal.and_then(removed.edited.inverse);
    assert_eq!(journal.take_back(&removed.edited.bytes).expect("readable").bytes, config);
}

#[test]
fn a_shared_configuration_stays_registered_while_another_machine_is_in_it() {
    let config = CONFIGURATIONS[2].as_bytes();
    let first = job(Verb::Add, ALL).make(config, None, Some(&web(1))).expect("editable");
    let second = job(Verb::Add, ALL)
        .make(&first.edited.bytes, first.record.as_ref(), Some(&web(2)))
        .expect("editable");
    assert_eq!(second.edited.bytes, first.edited.bytes);
    let one_goes = job(Verb::Remove, ALL)
        .make(&second.edited.bytes, second.record.as_ref(), Some(&web(1)))
        .expect("editable");
    assert_eq!(one_goes.edited.bytes, first.edited.bytes);
    assert_eq!(one_goes.record.as_ref().expect("kept").machines, [web(2)]);
    let both_gone = job(Verb::Remove, ALL)
        .make(&one_goes.edited.bytes, one_goes.record.as_ref(), Some(&web(2)))
        .expect("editable");
    assert_eq!(both_gone.edited.bytes, config);
    assert_eq!(both_gone.record, None);
}

#[test]
fn a_broken_file_that_does_not_name_the_module_keeps_nobody_from_removing_it() {
    let broken = b"<configuration><globalModules>";
    assert_eq!(job(Verb::Remove, ALL).make(broken, None, None).expect("nothing to do").edited.bytes, broken);
    job(Verb::Add, ALL).make(broken, None, None).expect_err("malformed");
    let named = b"<configuration><add name=\"AspNetCoreModuleV2\" />";
    job(Verb::Remove, ALL).make(named, None, None).expect_err("it would stay registered without its DLL");
}

/// A machine of a farm.
fn web(number: u8) -> Sharer {
    Sharer { name: format!("WEB{number}"), id: format!("00000000-0000-4000-8000-00000000000{number}") }
}

/// What stays of a removal on `machine` in a shared configuration.
fn stays(config: &[u8], record: Option<&Record>, machine: &Sharer) -> Option<Stays> {
    let removed = job(Verb::Remove, ALL).make(config, record, Some(machine)).expect("editable");
    assert_eq!(removed.stays.is_some(), removed.edited.bytes == config, "nothing is half removed");
    removed.stays
}

#[test]
fn a_removal_that_cannot_know_who_needs_a_shared_entry_leaves_it() {
    let config = CONFIGURATIONS[2].as_bytes();
    // installed first and shared later: the record beside the share is missing, or is one of a single machine
    let alone = job(Verb::Add, ALL).make(config, None, None).expect("editable");
    assert_eq!(stays(&alone.edited.bytes, None, &web(1)), Some(Stays::Unknown));
    assert_eq!(stays(&alone.edited.bytes, alone.record.as_ref(), &web(1)), Some(Stays::Unknown));
    // registered by another installer on the other machines
    let taken = job(Verb::Add, ALL).make(&alone.edited.bytes, None, Some(&web(1))).expect("editable");
    assert_eq!(stays(&taken.edited.bytes, taken.record.as_ref(), &web(1)), Some(Stays::Unknown));
    // nothing there, nothing to leave
    assert_eq!(job(Verb::Remove, ALL).make(config, None, Some(&web(1))).expect("editable").stays, None);
}

#[test]
fn a_renamed_machine_does_not_keep_a_shared_entry_forever() {
    let config = CONFIGURATIONS[2].as_bytes();
    let first = job(Verb::Add, ALL).make(config, None, Some(&web(1))).expect("editable");
    let renamed = Sharer { name: "SHOP1".into(), ..web(1) };
    assert_eq!(stays(&first.edited.bytes, first.record.as_ref(), &renamed), None);
    let repaired = job(Verb::Add, ALL)
        .make(&first.edited.bytes, first.record.as_ref(), Some(&renamed))
        .expect("editable");
    assert_eq!(repaired.record.expect("kept").machines, [renamed]);
    // a copy of the machine has a name and an identity of its own
    assert_eq!(
        stays(&first.edited.bytes, first.record.as_ref(), &web(2)),
        Some(Stays::For(vec!["WEB1".to_owned()]))
    );
}

#[test]
fn what_was_never_done_is_not_taken_back() {
    for config in CONFIGURATIONS {
        let added = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable");
        let removed =
            job(Verb::Remove, ALL).make(&added.edited.bytes, added.record.as_ref(), None).expect("editable");
        for (before, made) in [(config.as_bytes(), &added), (&added.edited.bytes, &removed)] {
            let journal = Journal {
                run: RUN.to_owned(),
                before: Fingerprint::of(before),
                inverse: made.edited.inverse.clone(),
                record: None,
            };
            // the process ended between the journal and the file
            assert_eq!(journal.take_back(before).expect("readable").bytes, before);
            // and then somebody else wrote to the file: each step finds that its change is not there
            let text = String::from_utf8(before.to_vec()).expect("UTF-8");
            let theirs = text.replacen("<globalModules", "<!-- theirs --><globalModules", 1);
            let taken_back = journal.take_back(theirs.as_bytes()).expect("readable").bytes;
            assert_eq!(String::from_utf8(taken_back).expect("UTF-8"), theirs);
        }
    }
}

#[test]
fn records_and_journals_name_no_path_and_reach_no_other_section() {
    let made = job(Verb::Add, ALL).make(CONFIGURATIONS[2].as_bytes(), None, None).expect("editable");
    let record = made.record.expect("kept").to_text();
    assert!(Record::parse(&record).is_some());
    for (old, new) in [
        ("globalModules", "applicationPools"),
        ("overrideModeDefault", "path"),
        ("set\t", "insert\t"),
        ("configuration\u{1F}", "other\u{1F}"),
    ] {
        assert!(record.contains(old), "{old}\n{record}");
        assert_eq!(Record::parse(&record.replace(old, new)), None, "{new}");
    }
    let removed = job(Verb::Remove, ALL).make(&made.edited.bytes, None, None).expect("editable");
    let before = Fingerprint::of(&made.edited.bytes);
    let journal =
        Journal { run: RUN.to_owned(), before, inverse: removed.edited.inverse, record: None }.to_text();
    assert!(journal.contains("insert\t") && Journal::parse(&journal).is_some());
    assert_eq!(Journal::parse(&journal.replace("<add name", "<site name")), None);
    assert_eq!(Journal::parse(&journal.replace("globalModules", "applicationPools")), None);
}

#[test]
fn handlers_are_locked_again_only_if_nobody_came_to_rely_on_them() {
    let config = CONFIGURATIONS[2];
    let denied = r#"<section name="handlers" overrideModeDefault="Deny""#;
    assert!(config.contains(denied));
    let added = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable");
    let text = String::from_utf8(added.edited.bytes).expect("UTF-8");
    let gone = |text: &str| {
        let made =
            job(Verb::Remove, ALL).make(text.as_bytes(), added.record.as_ref(), None).expect("editable");
        String::from_utf8(made.edited.bytes).expect("UTF-8")
    };
    assert!(gone(&text).contains(denied));
    let other = r#"<add name="httpPlatformHandler" image="%windir%\hph.dll" /></globalModules>"#;
    let with_module = gone(&text.replacen("</globalModules>", other, 1));
    assert!(!with_module.contains(denied) && !with_module.contains("AspNetCoreModuleV2"), "{with_module}");
    let site =
        r#"<location path="s"><system.webServer><handlers /></system.webServer></location></configuration>"#;
    let with_site = gone(&text.replacen("</configuration>", site, 1));
    assert!(!with_site.contains(denied) && !with_site.contains("AspNetCoreModuleV2"), "{with_site}");
}

#[test]
fn what_was_deleted_or_quoted_anew_by_hand_keeps_nothing_else_from_going() {
    let config = CONFIGURATIONS[2];
    let added = job(Verb::Add, ALL).make(config.as_bytes(), None, None).expect("editable");
    let text = String::from_utf8(added.edited.bytes).expect("UTF-8");
    let gone = |text: &str| {
        let made =
            job(Verb::Remove, ALL).make(text.as_bytes(), added.record.as_ref(), None).expect("editable");
        String::from_utf8(made.edited.bytes).expect("UTF-8")
    };
    // both entries of the module, so that its name is nowhere in the file
    let ours = |line: &&str| !line.contains("AspNetCoreModuleV2");
    let deleted: Vec<&str> = text.split_inclusive('\n').filter(ours).collect();
    assert_eq!(gone(&deleted.concat()), config);
    // what a tool makes of quotes
    let quoted = text.replace(
        r#"<section name="handlers" overrideModeDefault="Allow""#,
        "<section name='handlers' overrideModeDefault='Allow'",
    );
    let quoted = quoted.replace(r#"<add name="AspNetCoreModuleV2" />"#, "<add name='AspNetCoreModuleV2' />");
    let expected = config.replace(
        r#"<section name="handlers" overrideModeDefault="Deny""#,
        "<section name='handlers' overrideModeDefault='Deny'",
    );
    assert_ne!(quoted, text);
    assert_eq!(gone(&quoted), expected);
}

#[test]
fn a_removal_leaves_no_name_of_a_dll_that_is_gone() {
    let image = r"%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll";
    let other =
        format!(r#"<globalModules><add name="aspnetcoremodulev2" image="{}" />"#, image.to_uppercase());
    let config = CONFIGURATIONS[2].replacen("<globalModules>", &other, 1);
    let remove = job(Verb::Remove, ALL);
    assert!(remove.names_the_dll(config.as_bytes(), false));
    let made = remove.make(config.as_bytes(), None, None).expect("editable");
    assert!(!remove.names_the_dll(&made.edited.bytes, false));
    // and where it cannot know, it says so
    assert!(!remove.names_the_dll(b"<configuration><broken>", true));
    assert!(remove.names_the_dll(b"<configuration><broken>AspNetCoreModuleV2", false));
    let hidden =
        CONFIGURATIONS[2].replacen("<globalModules>", "<globalModules configProtectionProvider=\"P\">", 1);
    assert!(remove.names_the_dll(hidden.as_bytes(), true) && !remove.names_the_dll(hidden.as_bytes(), false));
}
