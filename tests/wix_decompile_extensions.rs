//! Decompiling with extensions: rows of their tables become the elements that made them, actions and dialogs behind these come
//! with the extensions' libraries again, and what is built is the package that was decompiled.

use crate::support::reference::{self, Reference};
use crate::wix_decompile::with_extensions;
use crate::wix_extensions::{STAND_INS, libraries, needs_library};
use ancm_installer::id::Arch;
use ancm_installer::wix::{Compat, Request, build, library};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What stands in for the libraries of extensions, made of their sources for a processor to `folder`.
fn stand_ins(reference: &Reference, arch: Arch, folder: &Path) -> Vec<(String, PathBuf)> {
    let made = STAND_INS.iter().map(|(name, file, is_english)| {
        let source = reference.path("stand-in").join(file).with_extension("wxs");
        let mut request = reference::request(source, &reference.path("payload"));
        request.preprocess.arch = arch;
        if *is_english {
            request.localizations.push(reference.path("stand-in/en-us.wxl"));
        }
        let made = library(&request, true);
        let path = folder.join(format!("{name}.{arch}.wixlib"));
        fs::write(&path, made.library.unwrap_or_else(|| panic!("{:?}", made.diagnostics))).expect("room");
        ((*name).to_owned(), path)
    });
    made.collect()
}

/// Tables of the core that the language has no element for, or that files have a part in.
const ASSEMBLIES: [&str; 2] = ["powershell-snapin MsiAssembly", "powershell-snapin MsiAssemblyName"];

/// Packages whose dialogs stay dialogs, since their author gave them other texts or variables, and why.
const UNLIKE: [(&str, &str); 2] = [
    (
        "ui-advanced-custom",
        "`WixToolset.UI.wixext` gives something else than the package has: \
         `ControlCondition[InstallScopeDlg.BothScopes.Show.Privileged AND (1 AND 1)]`",
    ),
    (
        "ui-wxl-override",
        "`WixToolset.UI.wixext` gives something else than the package has: `Control[InstallDirDlg.Next]`",
    ),
];

/// Builds the case with `all` that it names, decompiles and builds it again; gives what is wrong, and tables that stay custom
/// ones.
fn wrong(reference: &Reference, name: &str, all: &Libraries) -> (String, Vec<String>) {
    let mut request: Request = reference.request("cases", name, Compat::Wix6);
    let named: Vec<(String, PathBuf)> = all[&request.preprocess.arch]
        .iter()
        .filter(|(name, _)| request.extensions.contains(name))
        .cloned()
        .collect();
    request.extension_libraries = named.iter().map(|(_, path)| path.clone()).collect();
    let outcome = build(&request);
    let Some(output) = outcome.output else {
        return (format!("{name}: {:?}\n", outcome.diagnostics), Vec::new());
    };
    let (lost, source, mut unlike) = with_extensions(&output, &request, &named);
    if let Some((_, expected)) = UNLIKE.iter().find(|(known, _)| *known == name) {
        assert_eq!(unlike, [*expected], "{name}");
        unlike.clear();
    }
    let found: String = lost.iter().chain(&unlike).map(|line| format!("    {line}\n")).collect();
    let tables = source.split("<CustomTable Id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let own: Vec<String> = tables.map(|table| format!("{name} {table}")).collect();
    (if found.is_empty() { found } else { format!("{name}:\n{found}") }, own)
}

/// Libraries by processor.
type Libraries = BTreeMap<Arch, Vec<(String, PathBuf)>>;

fn compare(names: &[String], all: &Libraries, expected: &[&str]) {
    let reference = reference::of("wix-ext");
    let (mut failures, mut own) = (String::new(), Vec::new());
    for name in names {
        let (wrong, tables) = wrong(&reference, name, all);
        failures += &wrong;
        own.extend(tables);
    }
    assert!(failures.is_empty(), "{failures}\n{own:#?}");
    assert_eq!(own, expected, "rows of these stand in custom tables");
}

#[test]
fn packages_with_stand_ins_come_back_as_elements() {
    let reference = reference::of("wix-ext");
    let folder = tempfile::tempdir().expect("a folder");
    let all =
        [Arch::X86, Arch::X64, Arch::Arm64].map(|arch| (arch, stand_ins(&reference, arch, folder.path())));
    let mut names = reference.names("cases");
    names.retain(|name| !needs_library(name));
    compare(&names, &all.into(), &ASSEMBLIES);
}

#[test]
fn packages_with_the_extensions_own_libraries_come_back_as_elements() {
    let Some(folder) = libraries() else { return };
    let reference = reference::of("wix-ext");
    let files = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let all: Vec<(String, PathBuf)> =
        files.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path))).collect();
    let all = [Arch::X86, Arch::X64, Arch::Arm64].map(|arch| (arch, all.clone()));
    compare(&reference.names("cases"), &all.into(), &ASSEMBLIES);
}
