//! The loader for the out-of-process handler: what LLD makes of it, judged by LIEF and `arm64x-view.py`; that the prebuilt
//! objects are those of the source; and, under Wine, that its x64 view does what it is for.

use crate::modules::loader::{CLANG, Programs, job, stand_in_job, stand_in_loader};
use crate::modules::{VERSION, forwarder_job, link, stand_in};
use crate::support::wine::Wine;
use crate::support::{self, pe as judge};
use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::native::loader::{self, X64Code};
use ancm_installer::pe::{Directory, Image, Machine, Target};
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn both_views_have_code_imports_and_unwind_data_as_other_readers_see_it() {
    for x64_code in X64Code::ALL {
        let bytes = stand_in_loader(x64_code);
        let image = Image::parse(&bytes).expect("an image");
        let machines: Vec<Machine> = image.views().map(|view| view.headers().machine).collect();
        assert_eq!(machines, [Machine::ARM64, Machine::AMD64]);
        let mut places = Vec::new();
        for view in image.views() {
            let exports = view.exports().expect("exports");
            let Target::Code(rva) = exports.named("CreateApplication").expect("exported").target else {
                panic!("{x64_code}: {exports:?}");
            };
            places.push((rva, view.headers().directory(Directory::Exception)));
            assert_eq!(view.imports().expect("imports"), ["KERNEL32.dll"]);
            assert_eq!(view.headers().entry_point, 0);
        }
        assert_ne!(places[0].0, places[1].0, "code of its own for each processor");
        assert_ne!(places[0].1, places[1].1, "and unwind data");
        assert!(places[0].1.is_some());
        // the unwind data of ARM64EC code is in the hybrid metadata
        assert_eq!(places[1].1.is_some(), x64_code == X64Code::X64);
        if let Some(theirs) = judge::lief_facts(&bytes) {
            assert_eq!(judge::our_facts(&bytes), theirs);
        }
        if let Some(theirs) = judge::arm64x_view(&bytes) {
            assert_eq!(judge::as_json(image.native()), theirs["native"]);
            assert_eq!(judge::as_json(image.x64().expect("an x64 view")), theirs["x64"]);
        }
        if let Some(same) = judge::mapped_alike(&bytes, image.x64().expect("an x64 view").bytes()) {
            assert!(same, "{x64_code}");
        }
    }
}

#[test]
fn the_same_bytes_from_every_folder() {
    for x64_code in X64Code::ALL {
        let job = stand_in_job(x64_code);
        // each run has a scratch folder of its own
        assert_eq!(link(&job), link(&job));
    }
}

#[test]
fn resources_and_version_are_those_of_the_x64_module_raised_where_too_low() {
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(Dll::Handler, arch, VERSION));
    let above = FileVersion([20, 0, 26296, 15]);
    for (least, expected) in [(FileVersion::default(), VERSION), (above, above)] {
        let bytes = link(&job(&arm64, &x64, least, X64Code::X64).expect("a job"));
        let image = Image::parse(&bytes).expect("an image");
        for view in image.views() {
            let info = view.version().expect("readable").expect("a version");
            assert_eq!(info.facts().expect("numbers").version, expected);
            assert_eq!(info.string("OriginalFilename"), Some("aspnetcorev2_outofprocess.dll"));
        }
    }
}

#[test]
fn what_is_no_handler_is_refused() {
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(Dll::Handler, arch, VERSION));
    let wrong = stand_in(Dll::Module, Arch::X64, VERSION);
    let refused =
        |arm64: &[u8], x64: &[u8]| job(arm64, x64, VERSION, X64Code::X64).expect_err("refused").to_string();
    assert_eq!(
        refused(&arm64, &wrong),
        "`aspnetcorev2_outofprocess_x64.dll` does not export `CreateApplication`, so it is no request handler"
    );
    assert!(refused(&x64, &arm64).ends_with("is for x64, expected arm64"), "{}", refused(&x64, &arm64));
}

#[derive(serde::Deserialize)]
struct Provenance {
    compiler: String,
    flags: Vec<String>,
    #[serde(rename = "source-sha256")]
    source: String,
    objects: std::collections::BTreeMap<String, Made>,
}

#[derive(serde::Deserialize)]
struct Made {
    target: String,
    sha256: String,
}

#[test]
fn the_prebuilt_objects_are_what_the_compiler_makes_of_the_source() {
    let provenance: Provenance = toml::from_str(loader::PROVENANCE).expect("readable");
    let again = "compile again as native/prebuilt/provenance.toml says, and write down the new hashes";
    assert_eq!(
        ancm_installer::release::sha256(loader::SOURCE),
        provenance.source,
        "the source has changed: {again}"
    );
    let objects: [(&str, &[u8]); 3] = [
        ("loader-arm64", loader::ARM64_OBJECT),
        ("loader-arm64ec", X64Code::Arm64Ec.object()),
        ("loader-x64", X64Code::X64.object()),
    ];
    for (name, object) in objects {
        assert_eq!(
            ancm_installer::release::sha256(object),
            provenance.objects[name].sha256,
            "{name}: {again}"
        );
    }

    let Some(clang) = support::tool(CLANG) else { return };
    let version = String::from_utf8(support::run(Command::new(&clang).arg("--version"))).expect("UTF-8");
    let version = version.lines().next().unwrap_or_default();
    if version != provenance.compiler {
        // another build of the compiler may well write other bytes, and is not wrong for that
        eprintln!("skipped: `{version}` is not `{}`, which made the objects", provenance.compiler);
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, object) in objects {
        let output = folder.path().join(name);
        let mut command = Command::new(&clang);
        command.arg(format!("--target={}", provenance.objects[name].target)).args(&provenance.flags);
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../native/prebuilt"));
        support::run(command.args(["-c", "loader.c", "-o"]).arg(&output));
        let made = std::fs::read(output).expect("compiled");
        assert!(made == object, "{name}: {} bytes, not the {} of the prebuilt one", made.len(), object.len());
    }
}

/// A Windows with the loader's x64 view, as the loader of an ARM64 Windows makes it for an x64 process.
struct Machine64 {
    wine: Wine,
    programs: Programs,
    view: Vec<u8>,
}

/// What the handler of the tests returns.
const MARK: u32 = 0x0_1064;
const LOADER: &str = "aspnetcorev2_outofprocess.dll";
const HANDLER: &str = "aspnetcorev2_outofprocess_x64.dll";

impl Machine64 {
    fn new() -> Option<Machine64> {
        let wine = Wine::new()?;
        let folder = wine.drive_c().join("programs");
        std::fs::create_dir(&folder).expect("a new folder");
        let programs = Programs::new(Arch::X64, &folder)?;
        programs.probe();
        let bytes = stand_in_loader(X64Code::X64);
        let view = Image::parse(&bytes).expect("an image").x64().expect("an x64 view").bytes().to_vec();
        Some(Machine64 { wine, programs, view })
    }

    /// A folder on `C:` with the loader and, unless there is none, the handler.
    fn folder(&self, name: &str, handler: Option<&[u8]>) -> PathBuf {
        let folder = self.drive_folder(name);
        std::fs::write(folder.join(LOADER), &self.view).expect("writable");
        if let Some(handler) = handler {
            std::fs::write(folder.join(HANDLER), handler).expect("writable");
        }
        folder
    }

    fn drive_folder(&self, name: &str) -> PathBuf {
        let folder = self.wine.drive_c().join(name);
        std::fs::create_dir_all(&folder).expect("a new folder");
        folder
    }

    fn probe(&self, how: &str, module: &str) -> String {
        let output = self.wine.run(&[r"C:\programs\probe.exe", how, module]);
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}

#[test]
fn an_x64_process_reaches_the_handler_through_the_loader() {
    let Some(machine) = Machine64::new() else { return };
    let handler = machine.programs.handler("CreateApplication", MARK);
    let in_folder = |name: &str| format!(r"C:\{name}\{LOADER}");

    machine.folder("good", Some(&handler));
    assert_eq!(
        machine.probe("twice", &in_folder("good")),
        "returned 0x00001064 0x00001064; references 0x00000001"
    );
    machine.folder("missing", None);
    assert_eq!(
        machine.probe("twice", &in_folder("missing")),
        "returned 0x8007007e 0x8007007e; references 0x00000000"
    );
    machine.folder("no export", Some(&machine.programs.handler("Other", MARK)));
    assert_eq!(
        machine.probe("twice", &in_folder("no export")),
        "returned 0x8007007f 0x8007007f; references 0x00000000",
        "and the handler was let go each time"
    );
    machine.folder("Größe 測試 ☃", Some(&handler));
    assert_eq!(
        machine.probe("once", &in_folder("Größe 測試 ☃")),
        "returned 0x00001064; references 0x00000001"
    );
    // another product's: what it loads follows from its own name
    let folder = machine.drive_folder("other.product");
    std::fs::write(folder.join("a.handler.dll"), &machine.view).expect("writable");
    std::fs::write(folder.join("a.handler_x64.dll"), &handler).expect("writable");
    let said = machine.probe("once", r"C:\other.product\a.handler.dll");
    assert!(said.starts_with("returned 0x00001064;"), "{said}");
}

#[test]
fn eight_threads_at_once_all_get_the_handler_and_one_reference_stays() {
    let Some(machine) = Machine64::new() else { return };
    machine.folder("good", Some(&machine.programs.handler("CreateApplication", MARK)));
    for _ in 0..5 {
        let said = machine.probe("threads", &format!(r"C:\good\{LOADER}"));
        assert_eq!(said, format!("returned{}; references 0x00000001", " 0x00001064".repeat(8)));
    }
}

#[test]
fn paths_beyond_max_path_reach_the_handler() {
    let Some(machine) = Machine64::new() else { return };
    let handler = machine.programs.handler("CreateApplication", MARK);
    // the loader's own path just fits into MAX_PATH with its NUL, the handler's does not
    let folder = "f".repeat(259 - r"C:\\".len() - LOADER.len());
    machine.folder(&folder, Some(&handler));
    let module = format!(r"C:\{folder}\{LOADER}");
    assert_eq!(module.len(), 259);
    assert_eq!(machine.probe("once", &module), "returned 0x00001064; references 0x00000001");
    let deep = ["d".repeat(200), "e".repeat(200)];
    machine.folder(&deep.join("/"), Some(&handler));
    let module = format!(r"\\?\C:\{}\{LOADER}", deep.join("\\"));
    assert_eq!(machine.probe("once", &module), "returned 0x00001064; references 0x00000001");
}

/// Why there is a loader at all.
#[test]
fn where_a_forwarder_fails_the_loader_does_not() {
    let Some(machine) = Machine64::new() else { return };
    let folder = machine.folder("good", Some(&machine.programs.handler("CreateApplication", MARK)));
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(Dll::Handler, arch, VERSION));
    let forwarder = link(&forwarder_job("aspnetcorev2_outofprocess", &arm64, &x64, VERSION).expect("a job"));
    let view = Image::parse(&forwarder).expect("an image").x64().expect("an x64 view").bytes().to_vec();
    std::fs::write(Path::new(&folder).join(LOADER), view).expect("writable");
    assert_eq!(machine.probe("once", &format!(r"C:\good\{LOADER}")), "GetProcAddress 0x0000007f");
}
