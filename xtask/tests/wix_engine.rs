//! `dist` with WiX: what it is started with, what is made of its answers, and how both engines are compared.
//!
//! WiX cannot be had here. A stand-in hands over to the embedded engine, or answers as WiX does when something is wrong.
#![cfg(unix)]

mod cross_check;

use crate::made::{self, files, said, xtask};
use crate::script::script;
use crate::support;
use crate::wix_stand_in::StandIn;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// One package, or all for one processor, into a fresh folder.
struct Run {
    out: TempDir,
    command: Command,
}

impl Run {
    fn new(arguments: &[&str]) -> Run {
        let out = tempfile::tempdir().expect("a temporary folder");
        let mut command = xtask();
        command.args(["dist", "--flavour", "iis", "--arch", "x64", "--out"]).arg(out.path()).args(arguments);
        // nobody's own WiX, and nobody's acceptance
        command.env("HOME", out.path()).env_remove("WIX6").env_remove("WIX7");
        Run { out, command }
    }

    fn with(stand_in: &StandIn, arguments: &[&str]) -> Run {
        let mut run = Run::new(arguments);
        run.command.arg("--wix").arg(stand_in.program());
        run
    }

    fn output(&mut self) -> Output {
        self.command.output().expect("it starts")
    }

    fn works(&mut self) -> Output {
        let output = self.output();
        assert!(output.status.success(), "{}", said(&output));
        output
    }

    /// What it says when it ends with `code`; it leaves nothing.
    fn fails(&mut self, code: i32, words: &[&str]) -> String {
        let output = self.output();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{said}");
        for words in words {
            assert!(said.contains(words), "no `{words}`: {said}");
        }
        assert_eq!(files(self.out.path()).keys().collect::<Vec<_>>(), [""; 0], "{said}");
        said
    }

    fn package(&self) -> PathBuf {
        made::package(self.out.path(), "AspNetCoreModuleV2", "x64")
    }

    fn works_and_gives(mut self) -> Vec<u8> {
        self.works();
        std::fs::read(self.package()).expect("made")
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON document")
}

/// The arguments with what differs from run to run taken out.
fn masked(stand_in: &StandIn, out: &Path) -> Vec<String> {
    let out = out.to_string_lossy();
    let root = made::root().to_string_lossy();
    let mask = |argument: String| {
        let argument = argument.replace(&*root, "ROOT");
        let Some((before, after)) = argument.split_once(&*out) else { return argument };
        let after = after.trim_start_matches('/');
        let after = after.split_once('/').map_or("", |(_, after)| after);
        format!("{before}STAGE/{after}").trim_end_matches('/').to_owned()
    };
    stand_in.arguments().into_iter().map(mask).collect()
}

/// What the sources are told, but for the codes.
const DEFINES: [&str; 28] = [
    "Attributes=28",
    "Cabinet=aspnetcoremodule.cab",
    "CodePage=1252",
    "Comments=Holds Microsoft's ASP.NET Core Module; the installer is not made by Microsoft.",
    "Description=Lets IIS run ASP.NET Core applications.",
    "Feature=AspNetCoreModuleFeature",
    "Flavour=iis",
    "HandlerFile=AspNetCoreModuleHandlerDll",
    "HandlerFolder=110.0.3",
    "HelpLink=https://learn.microsoft.com/aspnet/core/test/troubleshoot-azure-iis",
    "IconName=AspNetCoreModule.ico",
    r"Image=%ProgramFiles%\IIS\Asp.Net Core Module\V2\aspnetcorev2.dll",
    "InfoLink=https://learn.microsoft.com/aspnet/core/host-and-deploy/aspnet-core-module",
    "Manufacturer=ANCM installer project",
    "Module=AspNetCoreModuleV2",
    "ModuleComponent=AspNetCoreModuleV2",
    "ModuleComponent32=AspNetCoreModuleV2.wow",
    "ProductCode={",
    "ProductName=ASP.NET Core Module V2 for IIS (STAND-IN, not for use)",
    "ProviderFeature=FT_DepProvider_IIS_ANCM_V2",
    "Section=aspNetCore",
    "Summary=Installs the ASP.NET Core Module. Not made by Microsoft.",
    "Title=ASP.NET Core Module",
    "TraceArea=ANCM",
    "TraceValue=65536",
    "UpgradeCode={",
    "UserAttributes=60",
    "Version=110.0.3",
];

#[test]
fn every_version_is_started_with_what_it_knows() {
    for version in ["5.0.2", "6.0.2", "7.0.0"] {
        let stand_in = StandIn::embedded(version, "");
        let mut run = Run::with(&stand_in, &["--accept-wix-eula", "wix7", "--version", "110.0.3"]);
        let output = run.works();
        let status = format!("Engine wix {version}: asked for (--wix)");
        assert!(said(&output).contains(&status), "{}", said(&output));

        let mut arguments = masked(&stand_in, run.out.path());
        for name in ["ProductCode={", "UpgradeCode={"] {
            let code = arguments.iter().position(|argument| argument.starts_with(name));
            arguments[code.unwrap_or_else(|| panic!("no {name}"))].truncate(name.len());
        }
        let eula: &[&str] = if version == "7.0.0" { &["-acceptEula", "wix7"] } else { &[] };
        let defines = DEFINES.map(|define| ["-d", define]).concat();
        let expected = [
            &["build", "-nologo"],
            eula,
            &["-arch", "x64"],
            &defines,
            &[
                "-b",
                "ROOT/wix/products/ancm",
                "-b",
                "ROOT/wix",
                "-b",
                "STAGE",
                "-loc",
                "ROOT/wix/en-us.wxl",
                "-culture",
                "en-US",
            ],
            &["-intermediatefolder", "STAGE/wix/iis-x64/obj", "-pdbtype", "none"],
            &["-defaultcompressionlevel", "high", "-outputtype", "package"],
            &["-o", "STAGE/wix/iis-x64/AspNetCoreModuleV2_x64_110.0.3_standin.msi"],
            &["ROOT/wix/package.wxs", "ROOT/wix/prerequisites.wxs", "ROOT/wix/registration.wxs"],
            &["ROOT/wix/ui.wxs", "ROOT/wix/upgrade.wxs", "STAGE/components-iis-x64.wxs"],
        ]
        .concat();
        assert_eq!(arguments, expected);
    }
}

#[test]
fn what_is_not_driven_is_refused_with_what_to_do() {
    let four = StandIn::new("4.0.6", "exit 1");
    Run::with(&four, &[])
        .fails(3, &["error[wix::missing]", "UpgradeStrategy", "dotnet tool install --global wix"]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let candle = folder.path().join("candle.exe");
    script(&candle, "exit 1");
    let candle = candle.to_string_lossy();
    Run::new(&["--wix", &candle]).fails(3, &["it is WiX 3"]);
    Run::new(&["--engine", "wix", "--wix", "no/such"]).fails(3, &["left: it is not there"]);
    // cargo's own programs are found without a PATH
    let mut nowhere = Run::new(&["--cross-check"]);
    nowhere.command.env("PATH", "/nowhere").env("RUSTC", support::tool("rustc").expect("cargo's own"));
    nowhere.fails(3, &["WiX is needed (--cross-check)", "neither WIX7 nor WIX6 is set", "--engine embedded"]);
}

#[test]
fn the_eula_of_7_is_accepted_by_the_user_or_not_at_all() {
    let seven = StandIn::embedded("7.0.0", "");
    let words = ["WIX7015", "`wix eula accept wix7`", "`--accept-wix-eula wix7`"];
    Run::with(&seven, &[]).fails(3, &words);
    assert!(!seven.path("arguments").exists(), "nothing was built");

    let mut run = Run::with(&seven, &[]);
    run.command.env("ANCM_ACCEPT_WIX_EULA", "wix7");
    run.works();
    assert!(seven.arguments().contains(&"-acceptEula".to_owned()));

    let mut run = Run::with(&seven, &[]);
    std::fs::create_dir(run.out.path().join(".wix")).expect("writable");
    std::fs::write(run.out.path().join(".wix/wix7-osmf-eula.txt"), "").expect("writable");
    run.works();
    assert!(!seven.arguments().contains(&"-acceptEula".to_owned()), "it was accepted before");

    Run::with(&seven, &["--accept-wix-eula", "yes"]).fails(2, &["expected wix7"]);
    let config = seven.path("ancm.toml");
    std::fs::write(&config, "accept-wix-eula = 'wix7'\n").expect("writable");
    let words = ["ancm.toml:1:1", "cannot be accepted in a file", "ANCM_ACCEPT_WIX_EULA"];
    Run::with(&seven, &["--config", &config.to_string_lossy()]).fails(2, &words);

    // one that says so only when it is to build
    let later = StandIn::new(
        "6.0.2",
        "echo 'wix.exe : error WIX7015: You must accept the Open Source Maintenance Fee (OSMF) EULA'; exit 1",
    );
    Run::with(&later, &[]).fails(13, &["error[WIX7015]", "wix eula accept wix7"]);
}

#[test]
fn auto_is_embedded_where_wix_cannot_work_and_starts_nothing() {
    let stand_in = StandIn::embedded("6.0.2", "");
    let mut run = Run::new(&["--json"]);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = [stand_in.path("")].into_iter().chain(std::env::split_paths(&path));
    run.command.env("PATH", std::env::join_paths(folders).expect("a path"));
    let output = run.works();
    let manifest = json(&output);
    assert_eq!(manifest["engine"]["chosen"], "embedded");
    assert_eq!(manifest["engine"]["reason"], "no WiX works on this machine");
    assert!(said(&output).contains("it makes packages on Windows only"), "{}", said(&output));
    assert!(manifest.get("cross_check").is_none());
    assert!(!stand_in.path("arguments").exists());
}

#[test]
fn the_choice_stands_in_plan_and_manifest() {
    let stand_in = StandIn::embedded("6.0.2", "");
    let wix = stand_in.program();
    let plan = |arguments: &[&str]| {
        let mut command = xtask();
        command.args(["plan", "--arch", "x64", "--wix"]).arg(&wix).args(arguments);
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let shown: Value = serde_json::from_str(&plan(&["--json"])).expect("JSON");
    let engine = &shown["engine"];
    assert_eq!((&engine["value"], &engine["origin"]), (&"auto".into(), &"default".into()));
    assert_eq!((&engine["chosen"], &engine["version"]), (&"wix".into(), &"6.0.2".into()));
    assert_eq!(engine["candidates"][0]["verdict"], "taken: WiX 6.0.2");
    assert_eq!(shown["wix"]["origin"], "--wix");
    assert!(plan(&[]).contains("engine        wix 6.0.2: asked for (--wix)"));
    assert!(plan(&["--engine", "embedded"]).contains("engine        embedded 0.1.0: asked for (--engine)"));

    let mut run = Run::with(&stand_in, &["--json", "--engine", "wix"]);
    let manifest = json(&run.works());
    assert_eq!(manifest["engine"]["chosen"], "wix");
    assert_eq!(manifest["engine"]["reason"], "asked for (--engine)");
    let file = std::fs::read_to_string(run.out.path().join("manifest.json")).expect("written");
    assert!(!file.contains(&*wix.to_string_lossy()), "no paths of this machine");
}

#[test]
fn the_program_can_be_named_in_the_environment_and_in_the_file() {
    let stand_in = StandIn::embedded("6.0.2", "");
    let mut run = Run::new(&["-v"]);
    run.command.env("ANCM_WIX", stand_in.path(""));
    let told = said(&run.works());
    assert!(told.contains("Engine wix 6.0.2: asked for (ANCM_WIX)"), "{told}");
    assert!(told.contains("/wix build -nologo -arch x64 ") && told.contains("iis-x64.log`"), "{told}");
    let config = stand_in.path("ancm.toml");
    std::fs::write(&config, "\nwix = 'wix'\n").expect("writable");
    let told = said(&Run::new(&["--config", &config.to_string_lossy()]).works());
    assert!(told.contains("Engine wix 6.0.2: asked for (") && told.contains("ancm.toml:2)"), "{told}");
}

#[test]
fn a_folder_that_wix_would_misread_is_refused() {
    let stand_in = StandIn::embedded("6.0.2", "");
    let mut command = xtask();
    command.args(["dist", "--flavour", "iis", "--arch", "x64", "--wix"]).arg(stand_in.program());
    let output = command.arg("--out").arg(stand_in.path("a=b")).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(
        said(&output).contains("error[wix::bind_path]: WiX takes what is before the `=`"),
        "{}",
        said(&output)
    );
    assert!(!stand_in.path("a=b").exists(), "nothing is left of the run");
}

/// A release is built again and stays the same product, whatever makes it.
#[test]
fn the_product_code_is_the_same_with_both_engines_and_in_every_build() {
    let stand_in = StandIn::embedded("6.0.2", "");
    let codes = |run: &mut Run| {
        let manifest = json(&run.works());
        let package = &manifest["packages"][0];
        (package["product_code"].clone(), package["package_code"].clone())
    };
    let wix = codes(&mut Run::with(&stand_in, &["--json"]));
    let embedded = codes(&mut Run::new(&["--json", "--engine", "embedded"]));
    assert_eq!(wix.0, embedded.0);
    assert_ne!(wix.1, embedded.1, "the stand-in has another time");
}

/// A copy of the project, as far as packages are made of it. What is kept of a run with WiX is kept in it, and no other
/// test writes over it.
fn project() -> TempDir {
    let project = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files(&made::root().join("wix")) {
        let path = project.path().join("wix").join(&name);
        std::fs::create_dir_all(path.parent().expect("below")).expect("writable");
        std::fs::write(path, bytes).expect("writable");
    }
    project
}

#[test]
fn sources_that_only_wix_compiles_are_made_and_the_drawn_product_code_is_said() {
    let project = project();
    // something that the embedded engine does not know
    let ui = project.path().join("wix/ui.wxs");
    let text = std::fs::read_to_string(&ui).expect("readable");
    let fragment = "<Fragment><Component Id=\"S\" Guid=\"{2E0C1B0F-3D6A-4C1B-9A53-0B5C61B5D7A9}\" \
                    Directory=\"TARGETDIR\"><RemoveFolderEx xmlns=\"http://wixtoolset.org/schemas/v4/wxs/util\" \
                    Property=\"OLD\" /></Component></Fragment></Wix>";
    std::fs::write(&ui, text.replace("</Wix>", fragment)).expect("writable");
    let mut refused = Run::new(&["--engine", "embedded"]);
    refused.command.current_dir(project.path());
    refused.fails(13, &["RemoveFolderEx"]);

    let package = Run::new(&["--engine", "embedded"]).works_and_gives();
    let stand_in = StandIn::new("6.0.2", "cp \"$(dirname \"$0\")/made.msi\" \"$out\"");
    std::fs::write(stand_in.path("made.msi"), package).expect("writable");
    let mut run = Run::with(&stand_in, &[]);
    run.command.current_dir(project.path());
    let told = said(&run.works());
    assert!(
        told.contains("warning[wix::product_code]") && told.contains("another one in each build"),
        "{told}"
    );
    assert!(!stand_in.arguments().iter().any(|argument| argument.starts_with("ProductCode=")));
    assert!(project.path().join("target/wix/iis-x64.log").is_file());
}

#[test]
fn findings_of_wix_are_told_at_the_users_own_lines() {
    // in generated and written sources, in a file of somebody else, in none; on both streams; in another code page
    let stand_in = StandIn::new(
        "6.0.2",
        r#"for word; do source=$word; done
        for word; do case $word in */package.wxs) package=$word;; esac; done
        line=$(grep -n '<File Id="AspNetCoreModuleV2Dll"' "$source" | head -1 | cut -d: -f1)
        echo "$package(20) : warning WIX1076: take care"
        echo "$source($line) : error WIX0103: Cannot find the File file 'x.dll'."
        echo "Source trace: $package: line 3"
        echo "$source(1) : error WIX0094: not in a component"
        printf '/caf\351/wix/upgrade.wxs(20) : warning WIX1077: mind\n'
        echo "/elsewhere/y.wxi(7) : error WIX0009: caf\351"
        echo "wix.exe : error WIX0001: a b"
        echo "   at Nowhere()"
        echo "wix.exe : verbose WIX9999: for information" >&2
        exit 103"#,
    );
    let project = project();
    let mut run = Run::with(&stand_in, &[]);
    run.command.current_dir(project.path());
    let said = run.fails(
        13,
        &[
            "warning[WIX1076]: take care\n  --> ",
            "wix/package.wxs:20\n",
            "error[WIX0103]: Cannot find the File file 'x.dll'.\n",
            "error[WIX0094]: not in a component\n",
            "warning[WIX1077]: mind\n  --> ",
            "wix/upgrade.wxs:20\n",
            "error[WIX0009]: caf\u{FFFD}\n",
            "/elsewhere/y.wxi:7\n",
            "error[WIX0001]: a b\n   at Nowhere()\n",
            "note[WIX9999]: for information\n",
            "it named errors",
            "the whole log is in `",
        ],
    );
    // the ledger's entry of the component, and the line as it was generated
    let ledger =
        std::fs::read_to_string(project.path().join("wix/products/ancm/identity.toml")).expect("readable");
    let place =
        said.split("error[WIX0103]").nth(1).and_then(|rest| rest.split("--> ").nth(1)).expect("a place");
    let place = place.lines().next().expect("a line");
    let (file, line) = place.rsplit_once(':').expect("a line number");
    assert!(file.ends_with("wix/products/ancm/identity.toml"), "{place}");
    let line: usize = line.parse().expect("a number");
    let entry: String = ledger.lines().skip(line - 1).take_while(|line| !line.is_empty()).collect();
    assert!(entry.starts_with("component = \"AspNetCoreModuleV2\""), "{place}: {entry}");
    assert!(said.contains("as it was generated"), "{said}");
    let kept = project.path().join("target/wix");
    assert!(kept.join("components-iis-x64.wxs").is_file());
    let log = std::fs::read_to_string(kept.join("iis-x64.log")).expect("kept");
    assert!(log.contains(" build -nologo -arch x64 "), "{log}");
}

#[test]
fn success_is_a_package_and_not_an_exit_code() {
    for (what, build, code, words) in [
        ("exits 0 and writes nothing", "exit 0", 13, "it ended as if all were well, and wrote no package"),
        ("writes junk", "echo junk > \"$out\"", 13, "what it wrote is no package"),
        ("fails without a word", "exit 5", 13, "ended with exit status: 5, and named no error"),
        (
            "has no .NET",
            "echo 'You must install or update .NET to run this application.' >&2; exit 131",
            13,
            "You must install or update .NET",
        ),
        // 256 modulo 256, as other systems than Windows see it
        ("names an error and exits 0", "echo 'wix.exe : error WIX0256: x'; exit 0", 13, "error[WIX0256]"),
    ] {
        let said = Run::with(&StandIn::new("6.0.2", build), &[]).fails(code, &[words, "log is in `"]);
        assert!(said.contains("`wix build` made no `AspNetCoreModuleV2_x64_"), "{what}: {said}");
    }
    let crashing = StandIn::embedded("6.0.2", "kill -SEGV $$");
    Run::with(&crashing, &[]).fails(13, &["signal: 11", "named no error"]);
    let error = StandIn::embedded("6.0.2", "echo 'a.wxs(1) : error WIX0001: late'; exit 0");
    Run::with(&error, &[]).fails(13, &["error[WIX0001]: late"]);
}

#[test]
fn what_wix_made_is_verified_as_everything_else() {
    let Some(msibuild) = support::tool("msibuild") else { return };
    let query = "UPDATE `Component` SET `ComponentId` = '{00000000-0000-4000-8000-000000000000}' WHERE `Component` = 'AspNetCoreModuleV2'";
    let query = query.replace('`', "\\`");
    let stand_in = StandIn::embedded("6.0.2", &format!("'{}' \"$out\" -q \"{query}\"", msibuild.display()));
    Run::with(&stand_in, &[])
        .fails(20, &["error[check::differs]", "has {00000000-0000-4000-8000-000000000000}"]);
}

#[test]
fn ctrl_c_stops_wix_too() {
    let stand_in = StandIn::new("6.0.2", "echo $$ > \"$(dirname \"$0\")/started\"; sleep 60");
    let mut run = Run::with(&stand_in, &[]);
    let child = run.command.stderr(std::process::Stdio::piped()).spawn().expect("it starts");
    let started = stand_in.path("started");
    for _ in 0..1500 {
        if std::fs::read_to_string(&started).is_ok_and(|text| text.ends_with('\n')) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    support::run(Command::new("kill").args(["-INT", &child.id().to_string()]));
    let output = child.wait_with_output().expect("ours");
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    let wix = std::fs::read_to_string(&started).expect("it was started");
    assert!(!Path::new(&format!("/proc/{}", wix.trim())).exists(), "it goes on");
    assert!(files(run.out.path()).is_empty());
}
