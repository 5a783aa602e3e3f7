//! The custom action DLL: that the prebuilt ones are those of the source and hold to what Windows Installer asks of them.
//! What its jobs make of configurations is in `tests/apphost_jobs.rs`, and what it does on a machine in `registration.rs`.

use crate::modules::repository;
use crate::{rust_src, support};
use ancm_installer::id::{FileVersion, hexadecimal};
use ancm_installer::native::configaction::{ENTRIES, Prebuilt, Provenance};
use ancm_installer::pe::{
    FixedFileInfo, Image, Machine, Resource, ResourceId, StringTable, Target, Translation, VersionInfo, res,
};
use ancm_installer::release::sha256;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::tool::lld::Lld;

fn provenance() -> (PathBuf, String, Provenance) {
    let path = repository().join("native/prebuilt/provenance.toml");
    let text = std::fs::read_to_string(&path).expect("readable");
    let provenance = Provenance::read(&text).expect("of this form");
    (path, text, provenance)
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
    hexadecimal(hash.finalize())
}

fn target_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("configaction")
}

/// The cargo beside `rustc`, set up to compile the DLL `made`; what cargo is told is for whoever starts it.
fn cargo_for(rustc: &Path, recorded: &Provenance, made: &Prebuilt) -> Command {
    let mut cargo = rust_src::cargo_beside(rustc);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = rustc.parent().expect("in a folder").to_owned();
    let path =
        std::env::join_paths([own].into_iter().chain(std::env::split_paths(&path))).expect("joined before");
    let mut flags = recorded.rustc_flags.clone();
    flags.push(format!("-Clinker={}", Lld::find().expect("the toolchain's").path().display()));
    cargo.env("PATH", path).env("CARGO_BUILD_TARGET", &made.target).env("CARGO_TARGET_DIR", target_folder());
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1F}"));
    cargo.current_dir(repository().join("native/configaction"));
    cargo
}

/// Where a compiler and the sources of Rust's own libraries are from: both are in the bytes of the DLLs, and cargo tells hosts
/// apart.
fn origin(rustc: &Path) -> String {
    let origin = if rustc.starts_with(xtask::tool::rust_src::folder(repository())) {
        "the toolchain, with rust-src of Debian"
    } else if rustc.starts_with("/usr/bin") {
        "rustc-web, cargo-web and rust-web-src of Debian"
    } else {
        "the toolchain, with its own rust-src"
    };
    format!("{origin}, on {} {}", std::env::consts::ARCH, std::env::consts::OS)
}

#[test]
fn the_source_passes_the_lints() {
    let Some(rustc) = rust_src::rustc_with_sources() else { return };
    // in the place of the compiler, for the source alone: `cargo clippy` would compile Rust's own libraries once more
    let clippy = rustc.with_file_name(format!("clippy-driver{}", std::env::consts::EXE_SUFFIX));
    if !clippy.is_file() {
        return support::skip("the Rust with the sources of its libraries has no clippy");
    }
    let (_, _, recorded) = provenance();
    let mut cargo = cargo_for(&rustc, &recorded, &recorded.x86);
    // `cargo rustc` is `cargo build` with words for the last package alone: no code is made of it
    cargo.arg("rustc").args(&recorded.cargo_flags[1..]).args(["--", "-Zno-codegen", "-Zno-link"]);
    support::run(cargo.env("RUSTC_WORKSPACE_WRAPPER", clippy));
}

#[test]
fn the_prebuilt_dlls_are_what_the_compiler_makes_of_the_source() {
    let (path, text, recorded) = provenance();
    let update = std::env::var_os("UPDATE_PREBUILT").is_some();
    let again = "UPDATE_PREBUILT=1 cargo test -p xtask --test suite configaction";
    if !update {
        assert_eq!(sources_sha256(), recorded.source_sha256, "the source has changed: {again}");
        for (name, made) in [("x86", &recorded.x86), ("x64", &recorded.x64)] {
            let bytes = std::fs::read(prebuilt(name)).expect("committed");
            assert_eq!(sha256(&bytes), made.sha256, "{name}: {again}");
        }
    }

    let Some(rustc) = rust_src::rustc_with_sources() else { return };
    let version = String::from_utf8(support::run(Command::new(&rustc).arg("--version"))).expect("UTF-8");
    let lld = Lld::find().expect("the toolchain's");
    let made_by = [version.trim().to_owned(), origin(&rustc), format!("LLD {}", lld.version())];
    let made_them = [&recorded.compiler, &recorded.package, &recorded.linker];
    if !update && made_by.each_ref() != made_them {
        // others may well write other bytes, and are not wrong for that; but then nothing is proved
        return support::skip(&format!("{made_by:?} are not {made_them:?}, which made the DLLs"));
    }
    if update {
        std::fs::write(repository().join("native/configaction/version.res"), version_resource())
            .expect("writable");
    }
    let mut written = text.replace(&recorded.source_sha256, &sources_sha256());
    for (new, old) in made_by.iter().zip(made_them) {
        written = written.replace(&format!("\"{old}\""), &format!("\"{new}\""));
    }
    for (name, made) in [("x86", &recorded.x86), ("x64", &recorded.x64)] {
        support::run(cargo_for(&rustc, &recorded, made).args(&recorded.cargo_flags));
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
