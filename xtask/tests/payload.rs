//! Payloads: what is recognised, what is not and why, and what keeps packages from being made.

use crate::modules::{VERSION, link, product, stand_in, stand_in_files, stand_in_forwarder};
use crate::support::theirs;
use ancm_installer::id::{Arch, Dll, FileVersion, Role};
use ancm_installer::payload::{Content, Ignored, Payload};
use std::path::Path;
use tempfile::TempDir;

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    }
    folder
}

fn found_in(source: &Path) -> Payload {
    Payload::found_in(&[source.to_owned().into()], &product())
}

fn why<'a>(payload: &'a Payload, path: &str) -> &'a Ignored {
    let file = payload.ignored.iter().find(|file| file.path == path);
    &file.unwrap_or_else(|| panic!("{path} is not in {:?}", payload.ignored)).why
}

/// Code and message of the only problem.
fn problem(payload: &Payload) -> (&str, &str) {
    let [problem] = payload.problems.as_slice() else { panic!("{:?}", payload.problems) };
    assert!(problem.help.is_some(), "{problem}");
    (&problem.code, &problem.message)
}

#[test]
fn files_are_recognised_whatever_they_are_called() {
    let files = stand_in_files(VERSION);
    let names: Vec<String> = (0..files.len()).map(|i| format!("deep/er/{i}.bin")).collect();
    let listed: Vec<(&str, &[u8])> =
        names.iter().zip(&files).map(|(name, (_, bytes))| (name.as_str(), bytes.as_slice())).collect();
    let folder = folder(&listed);
    let payload = found_in(folder.path());
    assert_eq!((&payload.problems, &payload.ignored), (&vec![], &vec![]));
    assert_eq!(payload.missing(&product(), &Arch::ALL), []);
    for (role, file) in &payload.files {
        let index = names.iter().position(|name| *name == file.path).expect("one of ours");
        assert_eq!(file.content, Content::File(folder.path().join(&names[index])));
        assert_eq!(file.content.read().expect("readable").as_ref(), files[index].1);
        assert_eq!(file.size, files[index].1.len() as u64);
        match role {
            Role::Dll(_, arch) => {
                assert!(files[index].0.starts_with(&format!("{arch}/")), "{role}");
                assert_eq!(file.version, Some(VERSION));
            }
            Role::Schema => assert_eq!(file.version, None),
        }
    }
    assert!(payload.is_stand_in(), "stand-ins stay stand-ins, also when they come from a folder");
}

#[test]
fn real_in_process_handlers_are_of_the_family_and_not_taken() {
    let Some(real) = theirs("data/real") else { return };
    let payload = found_in(&real);
    for (name, version) in
        [("8.0.29", "18.0.26176.29"), ("10.0.10", "20.0.26177.10"), ("10.0.14", "20.0.26296.14")]
    {
        let version: FileVersion = version.parse().expect("valid");
        let expected = Ignored::InProcessHandler { arch: Arch::X64, version };
        assert_eq!(*why(&payload, &format!("aspnetcorev2_inprocess.{name}.dll")), expected);
    }
    assert_eq!(*why(&payload, "README.md"), Ignored::Other);
    let pack = "microsoft.aspnetcore.app.runtime.win-x64.10.0.14.nupkg!runtimes/win-x64/native/aspnetcorev2_inprocess.dll";
    assert!(matches!(why(&payload, pack), Ignored::InProcessHandler { arch: Arch::X64, .. }));
    assert!(matches!(why(&payload, "arm64x/ServicingCommon.dll"), Ignored::OtherPe { .. }));
    assert_eq!(payload.files.len(), 0);
    assert_eq!(payload.missing(&product(), &[Arch::X86]).len(), 3);
    assert_eq!(payload.missing(&product(), &Arch::ALL).len(), 7);
    assert!(!payload.is_stand_in());
}

#[test]
fn forwarders_are_left_to_us() {
    let forwarder = link(&stand_in_forwarder(Dll::Module));
    let payload = Payload::stand_in(vec![("aspnetcorev2.dll".to_owned(), forwarder)], &product());
    assert_eq!(*why(&payload, "aspnetcorev2.dll"), Ignored::Forwarder);
}

#[test]
fn two_different_candidates_are_an_error_and_equal_ones_are_one() {
    let [old, new] =
        [14, 15].map(|patch| stand_in(Dll::Module, Arch::X64, FileVersion([20, 0, 26296, patch])));
    let folder = folder(&[("a.dll", &old), ("b.dll", &new), ("c.dll", &old)]);
    let payload = found_in(folder.path());
    let expected = "2 different files could be the module x64: `a.dll` (version 20.0.26296.14), `b.dll` (version 20.0.26296.15)";
    assert_eq!(problem(&payload), ("payload::two_candidates", expected));
    assert_eq!(*why(&payload, "c.dll"), Ignored::SameAs { path: "a.dll".to_owned() });
}

#[test]
fn a_truncated_image_is_an_error_that_names_it() {
    let mut module = stand_in(Dll::Module, Arch::X64, VERSION);
    module.truncate(module.len() - 1);
    let folder = folder(&[("x64/aspnetcorev2.dll", &module)]);
    let payload = found_in(folder.path());
    let (code, message) = problem(&payload);
    assert_eq!(code, "payload::truncated");
    assert!(message.starts_with("`x64/aspnetcorev2.dll` is a PE image that was cut short: "), "{message}");
}

#[test]
fn a_file_is_what_its_bytes_are_whatever_its_path_promises() {
    let [x86, x64] = [Arch::X86, Arch::X64].map(|arch| stand_in(Dll::Module, arch, VERSION));
    // as msiextract lays out a package for x64, in a folder of that name
    let below = "x64/Program Files (x86)/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll";
    let folder =
        folder(&[(below, &x86), ("x64/Program Files/IIS/Asp.Net Core Module/V2/aspnetcorev2.dll", &x64)]);
    let payload = found_in(folder.path());
    assert_eq!((&payload.problems, &payload.warnings), (&vec![], &vec![]));
    assert_eq!(payload.files[&Role::Dll(Dll::Module, Arch::X86)].path, below);

    let lonely = self::folder(&[("win-x64/aspnetcorev2.dll", &x86)]);
    let payload = found_in(lonely.path());
    assert!(payload.files.contains_key(&Role::Dll(Dll::Module, Arch::X86)));
    let [warning] = payload.warnings.as_slice() else { panic!("{:?}", payload.warnings) };
    assert_eq!(warning.code, "payload::promise");
    assert!(warning.message.contains("`win-x64/aspnetcorev2.dll` is a module for x86"), "{warning}");
}

#[test]
fn the_wrong_machine_is_an_error() {
    let module = stand_in(Dll::Module, Arch::X86, VERSION);
    let mut armv7 = module;
    let header = u32::from_le_bytes(armv7[0x3C..0x40].try_into().expect("four bytes")) as usize;
    armv7[header + 4..header + 6].copy_from_slice(&0x01C4_u16.to_le_bytes());
    let payload = Payload::stand_in(vec![("aspnetcorev2.dll".to_owned(), armv7)], &product());
    let expected = "`aspnetcorev2.dll` is a module for machine 0x01c4, which no package is for";
    assert_eq!(problem(&payload), ("payload::wrong_machine", expected));
}

#[test]
fn schemas_are_told_apart() {
    let section = |attribute: &str| {
        format!(
            r#"<configSchema><sectionSchema name="system.webServer/aspNetCore"><attribute name="{attribute}" type="string"/></sectionSchema></configSchema>"#
        )
    };
    let files = [
        ("v2.xml", section("hostingModel")),
        ("v1.xml", section("processPath")),
        ("other.xml", "<configSchema/>".to_owned()),
        ("broken.xml", "<configSchema><sectionSchema".to_owned()),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), text.into_bytes()));
    let payload = Payload::stand_in(files.to_vec(), &product());
    assert_eq!(payload.files[&Role::Schema].path, "v2.xml");
    assert_eq!(*why(&payload, "v1.xml"), Ignored::SchemaOfAnother);
    assert_eq!(*why(&payload, "other.xml"), Ignored::Other);
    assert_eq!(*why(&payload, "broken.xml"), Ignored::Other);
}

#[test]
fn folders_that_hold_nothing_or_are_none() {
    let empty = folder(&[]);
    assert_eq!(problem(&found_in(empty.path())).0, "payload::empty");
    let nowhere = empty.path().join("nowhere");
    assert_eq!(problem(&found_in(&nowhere)).0, "payload::unreadable");
}

#[cfg(unix)]
#[test]
fn links_to_folders_are_not_followed() {
    let module = stand_in(Dll::Module, Arch::Arm64, VERSION);
    let folder = folder(&[("arm64/aspnetcorev2.dll", &module)]);
    std::os::unix::fs::symlink(folder.path(), folder.path().join("arm64/loop")).expect("a link");
    std::os::unix::fs::symlink("aspnetcorev2.dll", folder.path().join("arm64/alias.dll")).expect("a link");
    let payload = found_in(folder.path());
    assert_eq!(*why(&payload, "arm64/loop"), Ignored::NotAFile);
    assert_eq!(payload.files[&Role::Dll(Dll::Module, Arch::Arm64)].path, "arm64/alias.dll");
    assert_eq!(payload.problems, []);
}
