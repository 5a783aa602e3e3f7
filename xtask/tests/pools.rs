//! Which application pools would start: our packages, the shipped ones, and small packages that are wrong in one way each.

use crate::made::{self, dist, packages, xtask};
use crate::modules::{self, VERSION, forwarder_job, link, stand_in};
use crate::support;
use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::msi;
use ancm_installer::native::loader::X64Code;
use ancm_installer::upgrade::{Baseline, Machine, Package, Scenario, read_payload};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;

fn pools(arguments: &[&str]) -> Output {
    xtask().arg("pools").args(arguments).output().expect("it starts")
}

/// Each pool of a package, as `process: module/out-of-process`.
fn verdicts(arguments: &[&str]) -> Vec<String> {
    let output = pools(&[arguments, &["--json"]].concat());
    let answer: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(answer["schema"], "ancm-pools/1");
    let judged = answer["packages"].as_array().expect("packages");
    judged
        .iter()
        .flat_map(|package| package["pools"].as_array().expect("pools"))
        .map(|pool| {
            let verdict = |what: &str| {
                let error = pool[what]["error"].as_u64().map_or(String::new(), |error| format!(" {error}"));
                format!("{}{error}", pool[what]["verdict"].as_str().expect("a verdict"))
            };
            let process = pool["process"].as_str().expect("a process");
            let handler = pool.get("out_of_process").map_or("-".to_owned(), |_| verdict("out_of_process"));
            format!("{process}: {}/{handler}", verdict("module"))
        })
        .collect()
}

#[test]
fn every_pool_starts_with_each_of_our_packages() {
    let folder = dist(&[]);
    for package in packages(folder.path()) {
        let name = package.to_string_lossy().into_owned();
        let expected: &[&str] = match &name {
            name if name.contains("_arm64_") => &["arm64", "x64", "x86"],
            name if name.contains("_x64_") => &["x64", "x86"],
            _ => &["x86"],
        };
        let expected: Vec<String> =
            expected.iter().map(|process| format!("{process}: starts/starts")).collect();
        assert_eq!(verdicts(&[&name]), expected, "{name}");
        let text = pools(&[&name]);
        assert!(text.status.success());
        let text = String::from_utf8_lossy(&text.stdout).into_owned();
        assert!(text.contains("(stand-ins: loaded like the real module, and refuse to run)"), "{text}");
    }
}

/// The history of the module on ARM64, as baselines tell it.
#[test]
fn the_shipped_packages_fail_as_users_reported() {
    // dotnet/aspnetcore issue 47115: ARM64 DLLs for all
    let old = ["arm64: starts/starts", "x64: fails 193/fails", "x86: fails 193/fails"];
    assert_eq!(verdicts(&["old-iis-arm64"]), old);
    // issue 63772: forwarders, and a module that does not make Windows look beside them
    let broken = ["arm64: starts/fails 127", "x64: starts/fails 127", "x86: starts/starts"];
    assert_eq!(verdicts(&["broken-iis-arm64"]), broken);
    assert_eq!(verdicts(&["old-iis-x64"]), ["x64: starts/starts", "x86: starts/starts"]);
    assert_eq!(pools(&["old-iis-arm64"]).status.code(), Some(20));
}

#[test]
fn an_upgrade_mends_the_pools() {
    let folder = dist(&["--flavour", "iis", "--arch", "arm64"]);
    let [package] = &packages(folder.path())[..] else { panic!("one package") };
    let healed = verdicts(&[&package.to_string_lossy(), "--over", "old-iis-arm64"]);
    assert_eq!(healed, ["arm64: starts/starts", "x64: starts/starts", "x86: starts/starts"]);
    picture(package, &verdicts(&["old-iis-arm64"]), &healed);
}

/// The picture of docs/installing.md: whose processes load what is in the module's folders of an ARM64 machine, and which pools
/// start, before and after our `package` takes over from Microsoft's.
fn picture(package: &Path, failing: &[String], healed: &[String]) {
    let old = made::root().join("wix/products/ancm/baselines/old-iis-arm64.toml");
    let old = Baseline::parse("old", &std::fs::read_to_string(old).expect("readable")).expect("a baseline");
    let mut msi = msi::Package::open(std::fs::File::open(package).expect("made")).expect("a package");
    let payload = read_payload(&mut msi).expect("cabinets");
    let (old, new) = (old.package().expect("a package"), Package::load("new", msi.database(), &payload));
    let new = new.expect("a package");
    let scenario = Scenario::upgrade(&old, &new);
    let played = scenario.play();
    let held = |machine: &Machine| -> BTreeMap<String, String> {
        let files = machine.files.iter().filter_map(|(path, file)| {
            let below = path.as_str().strip_prefix(r"C:\Program Files")?;
            // whatever the version is
            let name = |name: &str| {
                if name.starts_with(|c: char| c.is_ascii_digit()) { "VERSION" } else { name }.to_owned()
            };
            let path: Vec<String> = below.split('\\').map(name).collect();
            Some((format!("Program Files{}", path.join(r"\")), file.facts.processor()?.to_owned()))
        });
        files.collect()
    };
    let (before, after) = (held(&played.before), held(&played.engine.machine));
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let row =
        |path: &str, before: &str, after: &str| format!("{path:<88}{before:<8}{after}").trim_end().to_owned();
    let side = |files: &BTreeMap<String, String>, path: &String| {
        files.get(path).map_or("", String::as_str).to_owned()
    };
    let mut lines = vec![row("", "before", "after")];
    lines.extend(paths.into_iter().map(|path| row(path, &side(&before, path), &side(&after, path))));
    for (before, after) in failing.iter().zip(healed) {
        let end = |verdict: &str| if verdict.contains("fails") { "fail" } else { "start" };
        let process = before.split(':').next().expect("a process");
        lines.push(row(&format!("application pools of {process}"), end(before), end(after)));
    }
    support::golden::picture("installing.md", "machine", "text", &lines);
}

const V2: &str = r"ProgramFiles64Folder\IIS\Asp.Net Core Module\V2";
const V2_WOW: &str = r"ProgramFilesFolder\IIS\Asp.Net Core Module\V2";
const PACKAGE: &str = "p.msi";
const MODULE: &str = "aspnetcorev2.dll";
const HANDLER: &str = "aspnetcorev2_outofprocess.dll";
/// Of 9.0: it loads its handler with plain `LoadLibrary`.
const OLD: FileVersion = FileVersion([19, 0, 25100, 0]);

/// A package for ARM64: files by path below a standard directory.
#[derive(Default)]
struct Layout(BTreeMap<String, Vec<u8>>);

impl Layout {
    fn with(mut self, folder: &str, name: &str, bytes: Vec<u8>) -> Layout {
        self.0.insert(format!("{folder}\\{name}"), bytes);
        self
    }

    /// A right package whose modules have `version`, with a forwarder as handler or the loader.
    fn right(version: FileVersion, forwarder: bool) -> Layout {
        let handlers = format!("{V2}\\110.0.26296");
        let mut layout = Layout::default()
            .with(V2_WOW, MODULE, stand_in(Dll::Module, Arch::X86, version))
            .with(&format!("{V2_WOW}\\110.0.26296"), HANDLER, stand_in(Dll::Handler, Arch::X86, version));
        for (module, folder) in [(Dll::Module, V2), (Dll::Handler, handlers.as_str())] {
            let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(module, arch, version));
            let base = modules::base_name(module);
            let job = match module {
                Dll::Handler if !forwarder => {
                    modules::loader::job(&arm64, &x64, version, X64Code::X64).expect("a job")
                }
                _ => forwarder_job(&base, &arm64, &x64, version).expect("a job"),
            };
            layout = layout
                .with(folder, &format!("{base}.dll"), link(&job))
                .with(folder, &format!("{base}_arm64.dll"), arm64)
                .with(folder, &format!("{base}_x64.dll"), x64);
        }
        layout
    }

    fn without(mut self, name: &str) -> Layout {
        let before = self.0.len();
        self.0.retain(|path, _| !path.ends_with(&format!("\\{name}")));
        assert!(self.0.len() < before, "{name}");
        self
    }

    fn verdicts(self) -> Vec<String> {
        let folder = self.build();
        verdicts(&[&folder.path().join(PACKAGE).to_string_lossy()])
    }

    /// Makes the package in a fresh folder.
    fn build(self) -> TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut components = String::new();
        for (number, (path, bytes)) in self.0.iter().enumerate() {
            let (root, rest) = path.split_once('\\').expect("a root");
            let (below, name) = rest.rsplit_once('\\').expect("a folder");
            std::fs::write(folder.path().join(format!("f{number}")), bytes).expect("writable");
            let bits = if root.ends_with("64Folder") { "always64" } else { "always32" };
            components += &format!(
                r#"<Component Id="c{number}" Directory="{root}" Subdirectory="{below}" Bitness="{bits}"
                    Guid="3F1D1B5E-0000-4000-8000-0000000000{number:02}">
                  <File Id="f{number}" Name="{name}" Source="f{number}" KeyPath="yes" />
                </Component>"#
            );
        }
        let source = format!(
            r#"<Wix xmlns="http://wixtoolset.org/schemas/v4/wxs">
              <Package Name="P" Manufacturer="M" Version="1.0.0" UpgradeCode="3F1D1B5E-1111-4000-8000-000000000000"
                       InstallerVersion="500">
                <MediaTemplate EmbedCab="yes" />
                <Feature Id="F">{components}</Feature>
              </Package>
            </Wix>"#
        );
        let [wxs, msi] = ["p.wxs", PACKAGE].map(|name| folder.path().join(name));
        std::fs::write(&wxs, source).expect("writable");
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let base = path(folder.path());
        let output = xtask()
            .args(["wix", "build", "-arch", "arm64", &path(&wxs), "-b", &base, "-o", &path(&msi)])
            .output()
            .expect("it starts");
        assert!(output.status.success(), "{}", made::said(&output));
        folder
    }
}

const ALL_START: [&str; 3] = ["arm64: starts/starts", "x64: starts/starts", "x86: starts/starts"];

#[test]
fn a_loader_works_with_every_module_a_forwarder_with_those_that_look_beside_it() {
    assert_eq!(Layout::right(VERSION, false).verdicts(), ALL_START);
    assert_eq!(Layout::right(OLD, false).verdicts(), ALL_START);
    let forwarder = Layout::right(OLD, true).verdicts();
    assert_eq!(forwarder, ["arm64: starts/fails 127", "x64: starts/fails 127", "x86: starts/starts"]);
    // a stand-in has no code that loads anything
    let unknown = Layout::right(VERSION, true).verdicts();
    assert_eq!(unknown, ["arm64: starts/uncertain", "x64: starts/uncertain", "x86: starts/starts"]);
    if support::tool(modules::loader::CLANG).is_none() {
        return;
    }
    let x64 = modules::loader::that_loads_with(&stand_in(Dll::Module, Arch::X64, VERSION), 0x1100);
    // what can be told of the x64 module holds for the ARM64 one of the same release
    assert_eq!(Layout::right(VERSION, true).with(V2, "aspnetcorev2_x64.dll", x64).verdicts(), ALL_START);
}

#[test]
fn either_kind_of_loader_can_be_asked_for() {
    for handler in ["loader", "loader-arm64ec"] {
        let folder = dist(&["--flavour", "iis", "--arch", "arm64", "--handler", handler]);
        let [package] = &packages(folder.path())[..] else { panic!("one package") };
        assert_eq!(verdicts(&[&package.to_string_lossy()]), ALL_START, "{handler}");
    }
}

#[test]
fn copies_in_inetsrv_help_a_forwarder() {
    let mut layout = Layout::right(OLD, true);
    for arch in [Arch::Arm64, Arch::X64] {
        let name = format!("aspnetcorev2_outofprocess_{arch}.dll");
        layout = layout.with(r"System64Folder\inetsrv", &name, stand_in(Dll::Handler, arch, OLD));
    }
    assert_eq!(layout.verdicts(), ALL_START);
}

#[test]
fn what_is_missing_or_wrong_stops_the_pools_that_need_it_and_no_other() {
    let right = || Layout::right(VERSION, false);
    let cases = [
        (
            right().without("aspnetcorev2_x64.dll"),
            ["arm64: starts/starts", "x64: fails 127/fails", "x86: starts/starts"],
        ),
        (
            right().without("aspnetcorev2_outofprocess_arm64.dll"),
            ["arm64: starts/fails 126", "x64: starts/starts", "x86: starts/starts"],
        ),
        (
            right().with(V2_WOW, MODULE, stand_in(Dll::Module, Arch::Arm64, VERSION)),
            ["arm64: starts/starts", "x64: starts/starts", "x86: fails 193/fails"],
        ),
        (
            right().with(V2_WOW, MODULE, b"MZ, and no more".to_vec()),
            ["arm64: starts/starts", "x64: starts/starts", "x86: fails 193/fails"],
        ),
        (
            right().with(V2, "aspnetcorev2_arm64.dll", stand_in(Dll::Handler, Arch::Arm64, VERSION)),
            ["arm64: fails 127/fails", "x64: starts/starts", "x86: starts/starts"],
        ),
        // a higher folder that an uninstall left behind wins, although the handler is not in it
        (
            right().with(&format!("{V2}\\200.0.1"), "left.txt", b"behind".to_vec()),
            ["arm64: starts/fails 126", "x64: starts/fails 126", "x86: starts/starts"],
        ),
    ];
    for (layout, expected) in cases {
        assert_eq!(layout.verdicts(), expected);
    }
}

#[test]
fn a_package_without_the_module_is_refused() {
    let folder = Layout::default().with(r"ProgramFiles64Folder\Other", "other.txt", b"text".to_vec()).build();
    let package = folder.path().join(PACKAGE);
    let cases = [
        (package.to_string_lossy().into_owned(), "`p` does not install the ASP.NET Core Module"),
        ("no-such-package".to_owned(), "`no-such-package` is neither a file nor a baseline"),
    ];
    for (name, expected) in cases {
        let output = pools(&[&name]);
        assert_eq!(output.status.code(), Some(10));
        assert!(made::said(&output).contains(expected), "{}", made::said(&output));
    }
}

/// Patches, which are packages of swaps: what is there before, what is there then, and what Microsoft's repair brings back.
#[test]
fn a_patch_mends_the_pools() {
    let made = |arguments: &[&str]| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let output = xtask().arg("patch").args(arguments).arg("--out").arg(folder.path()).output();
        assert!(output.expect("it starts").status.success(), "{arguments:?}");
        let [package] = &packages(folder.path())[..] else { panic!("one package") };
        let name = package.to_string_lossy().into_owned();
        (folder, name)
    };
    let (_ancm_folder, ancm) = made(&["--version", "19.0.25100"]);
    let mended = ["arm64: starts/starts", "x64: starts/starts", "x86: starts/starts"];
    assert_eq!(verdicts(&[&ancm, "--over", "old-iis-arm64"]), mended);

    // URL Rewrite has no handler; its own package and IIS Express are taken to be there
    let (_folder, rewrite) = made(&["--product", "urlrewrite"]);
    let mended = ["arm64: starts/-", "x64: starts/-", "x86: starts/-"];
    assert_eq!(verdicts(&["--product", "urlrewrite", &rewrite]), mended);
    let text = pools(&["--product", "urlrewrite", "--verbose", &rewrite]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    for words in [
        r"`C:\Windows\System32\inetsrv\rewrite.dll` forwards `RegisterModule` to `rewrite_arm64.RegisterModule`",
        r"forwards `RegisterModule` to `rewrite_x64.RegisterModule`",
        r"taken to be there: `C:\Program Files\IIS Express\rewrite.dll` for arm64",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // on another machine there is nothing to correct
    let output = pools(&["--product", "urlrewrite", "--machine", "x64", &rewrite]);
    assert_eq!(output.status.code(), Some(10));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("refuses one for x64"), "{said}");
}
