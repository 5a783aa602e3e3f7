//! The loader in the tests, and the programs that it is run with: compiled by clang, linked by LLD, for any processor.

use super::{VERSION, base_name, link, stand_in};
use crate::support;
use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::native::loader::{Loader, LoaderError, X64Code};
use ancm_installer::native::{Behind, LinkJob};
use ancm_installer::pe::{self, Image};
use std::path::{Path, PathBuf};
use std::process::Command;
use xtask::tool::lld::Lld;

/// The major version that the objects in `native/prebuilt` were compiled with, and the only one that is looked for.
pub const CLANG: &str = "clang-19";

pub fn job(
    arm64: &[u8],
    x64: &[u8],
    version: FileVersion,
    x64_code: X64Code,
) -> Result<LinkJob, LoaderError> {
    let [arm64, x64] = [arm64, x64].map(|bytes| Image::parse(bytes).expect("an image"));
    let module = &base_name(Dll::Handler);
    let [arm64_name, x64_name] = ["arm64", "x64"].map(|processor| format!("{module}_{processor}"));
    let loader = Loader {
        module,
        arm64: Behind { module: &arm64_name, image: &arm64 },
        x64: Behind { module: &x64_name, image: &x64 },
        least_version: version,
        x64_code,
    };
    loader.job()
}

/// The job of a loader for stand-ins.
pub fn stand_in_job(x64_code: X64Code) -> LinkJob {
    let [arm64, x64] = [Arch::Arm64, Arch::X64].map(|arch| stand_in(Dll::Handler, arch, VERSION));
    job(&arm64, &x64, VERSION, x64_code).unwrap_or_else(|error| panic!("{error}"))
}

pub fn stand_in_loader(x64_code: X64Code) -> Vec<u8> {
    link(&stand_in_job(x64_code))
}

/// The test's own programs for one processor, in a folder.
pub struct Programs {
    clang: PathBuf,
    lld: PathBuf,
    arch: Arch,
    folder: PathBuf,
}

const FLAGS: [&str; 6] = ["-std=c11", "-Wall", "-Werror", "-O1", "-ffreestanding", "-fno-stack-protector"];

const FUNCTIONS: [&str; 14] = [
    "CreateEventW",
    "CreateThread",
    "ExitProcess",
    "FreeLibrary",
    "GetCommandLineW",
    "GetLastError",
    "GetModuleHandleW",
    "GetProcAddress",
    "GetStdHandle",
    "LoadLibraryW",
    "SetEvent",
    "WaitForMultipleObjects",
    "WaitForSingleObject",
    "WriteFile",
];

impl Programs {
    /// Programs for `arch`, in `folder`; prints why and gives nothing where clang is absent.
    pub fn new(arch: Arch, folder: &Path) -> Option<Programs> {
        let clang = support::tool(CLANG)?;
        let lld = Lld::find().expect("found by every test that links").path().to_owned();
        Some(Programs { clang, lld, arch, folder: folder.to_owned() })
    }

    /// Writes `probe.exe`, which calls `CreateApplication`.
    pub fn probe(&self) {
        self.probe_of("CreateApplication", "aspnetcorev2_outofprocess");
    }

    /// Writes `probe.exe`, which calls `function`, and counts references to the DLL of its processor behind `module`.
    pub fn probe_of(&self, function: &str, module: &str) {
        let handler = format!("-DHANDLER=L\"{module}_{}.dll\"", self.arch);
        self.compile("probe", &[&handler, &format!("-DFUNCTION=\"{function}\"")]);
        let definitions: String = FUNCTIONS.map(|function| format!("    {function}\n")).concat();
        let text = format!("LIBRARY KERNEL32.dll\nEXPORTS\n{definitions}");
        std::fs::write(self.folder.join("kernel32.def"), text).expect("writable");
        self.lld(&["/lib", "/def:kernel32.def", "/out:kernel32.lib"]);
        self.lld(&["/subsystem:console", "/entry:start", "probe.obj", "kernel32.lib", "/out:probe.exe"]);
    }

    /// The bytes of a handler with a function of the name `export` that returns `mark`.
    pub fn handler(&self, export: &str, mark: u32) -> Vec<u8> {
        self.compile("handler", &[&format!("-DEXPORT={export}"), &format!("-DMARK={mark:#x}")]);
        self.lld(&["/dll", "/noentry", "/noimplib", "handler.obj", "/out:handler.dll"]);
        std::fs::read(self.folder.join("handler.dll")).expect("linked")
    }

    fn compile(&self, name: &str, definitions: &[&str]) {
        let processor = if self.arch == Arch::Arm64 { "aarch64" } else { "x86_64" };
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/loader_programs/{name}.c"));
        let mut command = Command::new(&self.clang);
        command.arg(format!("--target={processor}-pc-windows-msvc")).args(FLAGS).args(definitions);
        command.arg("-c").arg(source).arg("-o").arg(self.folder.join(format!("{name}.obj")));
        support::run(&mut command);
    }

    fn lld(&self, arguments: &[&str]) {
        let mut command = Command::new(&self.lld);
        command.current_dir(&self.folder).args(["-flavor", "link"]).args(arguments);
        if arguments[0] != "/lib" {
            command.arg("/nodefaultlib");
        }
        support::run(command.arg(format!("/machine:{}", self.arch)));
    }
}

/// `aspnetcorev2.dll` for x64 with a call such as Microsoft's compiler makes of `LoadLibraryExW(path, NULL, flags)`; all
/// else is that of `module`, a stand-in.
pub fn that_loads_with(module: &[u8], flags: u32) -> Vec<u8> {
    let source = format!(
        "__declspec(dllimport) void *__stdcall LoadLibraryExW(const void *, void *, unsigned);\n\
         int RegisterModule(const void *path) {{ return LoadLibraryExW(path, 0, {flags}) != 0; }}\n\
         int GetIISVersion(void) {{ return 0; }}\n"
    );
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).expect("writable");
    };
    write("code.c", source.as_bytes());
    let image = Image::parse(module).expect("an image");
    write("module.res", &pe::res::write(&image.native().resources().expect("resources")));
    write("kernel32.def", b"LIBRARY KERNEL32.dll\nEXPORTS\n    LoadLibraryExW\n");
    let clang = support::tool(CLANG).expect("looked for by the caller");
    let mut command = Command::new(clang);
    command.current_dir(folder.path()).arg("--target=x86_64-pc-windows-msvc").args(FLAGS);
    support::run(command.args(["-c", "code.c", "-o", "code.obj"]));
    let lld = Lld::find().expect("found by every test that links");
    let exports: Vec<String> = image
        .native()
        .exports()
        .expect("exports")
        .entries
        .into_iter()
        .filter_map(|export| export.name)
        .map(|name| format!("/export:{name}"))
        .collect();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(lld.path());
        command.current_dir(folder.path()).args(["-flavor", "link"]).args(arguments);
        support::run(&mut command);
    };
    run(&["/lib", "/machine:x64", "/def:kernel32.def", "/out:kernel32.lib"]);
    let mut arguments = vec!["/dll", "/noentry", "/nodefaultlib", "/machine:x64", "code.obj", "kernel32.lib"];
    arguments.extend(["module.res", "/out:module.dll"]);
    arguments.extend(exports.iter().map(String::as_str));
    run(&arguments);
    std::fs::read(folder.path().join("module.dll")).expect("linked")
}
