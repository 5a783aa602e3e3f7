//! Identities that WiX computes: those that WiX's own tests expect.

use ancm_installer::wix::ids::RegistryRoot::{self, LocalMachine, MachineUser};
use ancm_installer::wix::ids::{file_component, identifier, lower, registry_component, short_name};

#[test]
fn component_guids_are_those_of_wix_s_own_tests() {
    let file = |directory, name| file_component(directory, name).to_string();
    let registry = |root: RegistryRoot, bits| {
        registry_component(&format!("{root:?}"), r"WixToolset\TestKey", "Compat", bits).to_string()
    };
    assert_eq!(
        file(r"ProgramFilesFolder\guidcompatibility", "Foo.bar"),
        "{AD87A3DE-042B-5CB1-82C8-782626737A3B}"
    );
    assert_eq!(registry(LocalMachine, false), "{6A5C002D-C0C9-5B03-B883-BE3DF3FA21A6}");
    assert_eq!(registry(LocalMachine, true), "{45973AE0-BFEF-5A88-AC82-416C9699ED23}");
    assert_eq!(registry(MachineUser, true), "{841288A2-7520-5CA5-8CA0-4B4711D3F669}");
}

#[test]
fn generated_ids_are_those_of_wix_s_own_tests() {
    assert_eq!(identifier("fil", &["INSTALLFOLDER", "Foo.bar"]), "filrCrmOAxegUXdKLQjj8mKJFZC2AY");
    assert_eq!(
        identifier("reg", &["RegHklm", "2", r"wixtoolset\testkey", "compat"]),
        "regPKV64nTdbwlRm8bkU8k4Kxj6Km8"
    );
    assert_eq!(
        identifier("reg", &["RegHkmu", "-1", r"wixtoolset\testkey", "compat"]),
        "regOPf4kOF1RLKsRy9oG4MP1Rqm8JY"
    );
}

#[test]
fn short_names_are_those_of_wix_s_own_tests() {
    assert_eq!(short_name("MsiPackage", false, &["Directory", "ProgramFiles6432Folder"]), "1egc1laj");
    assert_eq!(short_name(".git", false, &["Directory", "INSTALLFOLDER"]), "69sdfw2d");
    let file = short_name("Long File Name.Config", true, &["File", "INSTALLFOLDER"]);
    assert!(file.ends_with(".con") && file.len() == 12, "{file}");
    let odd = short_name("name.a+b", true, &["File", "INSTALLFOLDER"]);
    assert_eq!(odd.len(), 8, "an illegal extension is left out: {odd}");
}

#[test]
fn registry_roots_have_their_numbers() {
    for (name, root) in RegistryRoot::NAMES {
        assert_eq!(RegistryRoot::from_number(root.number()), Some(root), "{name}");
    }
    assert_eq!(RegistryRoot::from_number(4), None);
}

#[test]
fn lower_case_keeps_the_number_of_characters() {
    assert_eq!(lower("ABC Ä ΟΣ İ"), "abc ä οσ İ");
}
