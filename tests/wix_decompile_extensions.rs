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

fn compare(names: &[String], all: &Libraries) {
    let reference = reference::of("wix-ext");
    let (mut failures, mut own) = (String::new(), Vec::new());
    for name in names {
        let (wrong, tables) = wrong(&reference, name, all);
        failures += &wrong;
        own.extend(tables);
    }
    assert!(failures.is_empty(), "{failures}\n{own:#?}");
    assert!(own.is_empty(), "rows of these stand in custom tables: {own:?}");
}

#[test]
fn packages_with_stand_ins_come_back_as_elements() {
    let reference = reference::of("wix-ext");
    let folder = tempfile::tempdir().expect("a folder");
    let all =
        [Arch::X86, Arch::X64, Arch::Arm64].map(|arch| (arch, stand_ins(&reference, arch, folder.path())));
    let mut names = reference.names("cases");
    names.retain(|name| !needs_library(name));
    compare(&names, &all.into());
}

#[test]
fn packages_with_the_extensions_own_libraries_come_back_as_elements() {
    let Some(folder) = libraries() else { return };
    let reference = reference::of("wix-ext");
    let files = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path());
    let all: Vec<(String, PathBuf)> =
        files.filter_map(|path| Some((path.file_stem()?.to_str()?.to_owned(), path))).collect();
    let all = [Arch::X86, Arch::X64, Arch::Arm64].map(|arch| (arch, all.clone()));
    compare(&reference.names("cases"), &all.into());
}

/// Numbers of actions follow from their neighbours: beside one of the author's own, a library's gets its number, too.
#[test]
fn actions_beside_those_of_a_library_keep_their_places() {
    let reference = reference::of("wix-ext");
    let folder = tempfile::tempdir().expect("a folder");
    let named: Vec<_> = stand_ins(&reference, Arch::X64, folder.path())
        .into_iter()
        .filter(|(name, _)| name == "WixToolset.Util.wixext")
        .collect();
    let source = folder.path().join("a.wxs");
    let text = r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs" xmlns:util="http://wixtoolset.org/schemas/v4/wxs/util">
  <Package Name="n" Manufacturer="m" Version="1.0" UpgradeCode="{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}">
    <util:CheckRebootRequired /><util:BroadcastSettingChange />
    <CustomAction Id="First" Property="A" Value="a" /><CustomAction Id="Last" Property="B" Value="b" />
    <InstallExecuteSequence>
      <Custom Action="First" After="InstallFinalize" />
      <Custom Action="Last" After="Wix4CheckRebootRequired_X64" Condition="A" />
      <Custom Action="Early" After="Wix4RemoveFoldersEx_X64" />
    </InstallExecuteSequence>
    <CustomAction Id="Early" Property="C" Value="c" />
    <StandardDirectory Id="ProgramFiles64Folder"><Directory Id="D" Name="d"><Component Id="C" Guid="{E87F0099-3B1A-4C52-9D0E-51A6C7D2F499}">
      <CreateFolder /><util:RemoveFolderEx Property="P" />
    </Component></Directory></StandardDirectory>
  </Package>
</Wix>"#;
    fs::write(&source, text).expect("room");
    let mut request = reference::request(source, folder.path());
    request.preprocess.arch = Arch::X64;
    request.extensions = vec![named[0].0.clone()];
    request.extension_libraries = vec![named[0].1.clone()];
    let output = build(&request).output.expect("a package");
    let (lost, source, unlike) = with_extensions(&output, &request, &named);
    assert!(lost.is_empty() && unlike.is_empty(), "{lost:?} {unlike:?} {source}");
    for part in [
        "<util:CheckRebootRequired />",
        "<util:BroadcastSettingChange />",
        "Action=\"override Wix4RemoveFoldersEx_X64\" Sequence=\"798\"",
        "Action=\"Early\" Sequence=\"799\"",
        "Action=\"override Wix4CheckRebootRequired_X64\" Sequence=\"6602\"",
        "Action=\"Last\" Sequence=\"6603\"",
    ] {
        assert!(source.contains(part), "{part}: {source}");
    }
}

/// Where a library's action may not be overridden, the author's own follows it; and an action that no element brings along is
/// referred to. The extension is none that the engine knows.
#[test]
fn actions_of_any_library_are_left_to_it() {
    let reference = reference::of("wix-ext");
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, inside: &str| {
        let path = folder.path().join(name);
        let text = format!(r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs">{inside}</Wix>"#);
        fs::write(&path, text).expect("room");
        reference::request(path, &reference.path("payload"))
    };
    let theirs = write(
        "lib.wxs",
        r#"<Fragment><CustomAction Id="Theirs" Property="X" Value="1" /><Property Id="Y" Value="2" Secure="yes" />
           <CustomAction Id="Later" Property="Z" Value="1" /><InstallExecuteSequence>
             <Custom Action="Theirs" After="InstallFinalize" /><Custom Action="Later" After="Theirs" />
           </InstallExecuteSequence></Fragment>"#,
    );
    let path = folder.path().join("Acme.wixext.wixlib");
    fs::write(&path, library(&theirs, true).library.expect("a library")).expect("room");
    let mut request = write(
        "a.wxs",
        r#"<Package Name="n" Manufacturer="m" Version="1.0" UpgradeCode="{0FD2A5B4-2A8E-4D4E-9C06-0A1B5C0D7E11}">
             <CustomActionRef Id="Theirs" /><CustomAction Id="Own" Property="A" Value="a" />
             <InstallExecuteSequence><Custom Action="Own" After="Theirs" Condition="A" /></InstallExecuteSequence>
           </Package>"#,
    );
    let named = [("Acme.wixext".to_owned(), path.clone())];
    (request.extensions, request.extension_libraries) = (vec![named[0].0.clone()], vec![path]);
    let output = build(&request).output.expect("a package");
    let (lost, source, unlike) = with_extensions(&output, &request, &named);
    assert!(lost.is_empty() && unlike.is_empty(), "{lost:?} {unlike:?} {source}");
    assert!(source.contains("<CustomActionRef Id=\"Theirs\" />"), "{source}");
    assert!(source.contains("Action=\"Own\" After=\"Theirs\" Condition=\"A\""), "{source}");
    assert!(!source.contains("Property Id=\"Y\"") && !source.contains("CustomTable"), "{source}");
}
