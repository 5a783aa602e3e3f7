//! Which application pools of IIS would start with what a machine holds, and why not.
//!
//! Walks the way that Windows and the module take, on the model of a machine that `upgrade` leaves behind: the module's
//! path for each kind of worker process, the view of the DLL that such a process sees, the export or the forward, the
//! module behind it, and from there to the out-of-process handler. Reads the bytes of DLLs; where only a baseline
//! stands in for them, what the rows claim.
//!
//! What is not walked: the registration in `applicationHost.config`, and what the module's code does once it runs. The
//! in-process handler comes with each application, so a pool whose module loads is ready for it.

mod dll;
mod judged;
mod walk;

pub use dll::{Dll, Dlls};
pub use judged::{Judged, Refused};

use crate::id::{Arch, FileVersion, Flavour};
use crate::product::Product;
use crate::upgrade::{Folded, Machine};
use serde::Serialize;
use std::fmt;
use walk::{Place, Walk};

/// How a walk ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The function is reached.
    Starts,
    /// It depends on something that the packages do not tell.
    Uncertain,
    /// It is not reached.
    Fails,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Starts => "starts",
            Verdict::Uncertain => "UNCERTAIN",
            Verdict::Fails => "FAILS",
        })
    }
}

/// One walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How it ends.
    pub verdict: Verdict,
    /// The Windows error that it ends with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<u32>,
    /// Whether it ends at a stand-in, which is loaded like the real module and then refuses to run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stand_in: bool,
    /// Every DLL on the way and what it does; the last says why, where the verdict is not [`Verdict::Starts`].
    pub steps: Vec<String>,
}

/// A kind of application pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pool {
    /// Whose.
    pub flavour: Flavour,
    /// What its worker process runs on; x86 is `enable32BitAppOnWin64`, x64 on ARM64 is emulated.
    pub process: Arch,
    /// Whether the module is loaded: without it IIS stops the pool (HTTP 503), whatever the application is.
    pub module: Finding,
    /// Whether the module finds the out-of-process handler: without it an out-of-process application answers HTTP
    /// 500.36. None where the product's module has no such handler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub out_of_process: Option<Finding>,
}

impl Pool {
    /// What was asked, by name.
    pub fn findings(&self) -> impl Iterator<Item = (&'static str, &Finding)> {
        let handler = self.out_of_process.iter().map(|finding| ("out-of-process", finding));
        std::iter::once(("module", &self.module)).chain(handler)
    }

    /// The worst of them.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.findings().map(|(_, finding)| finding.verdict).max().unwrap_or(Verdict::Starts)
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} pool", self.flavour, self.process)
    }
}

const PROGRAM_FILES: &str = r"C:\Program Files";
const PROGRAM_FILES_32: &str = r"C:\Program Files (x86)";
const SYSTEM: &str = r"C:\Windows\System32";
const SYSTEM_32: &str = r"C:\Windows\SysWOW64";

/// Whether Windows shows a process the folders of 32-bit programs.
fn is_wow(machine: Arch, process: Arch) -> bool {
    machine.is_64_bit() && process == Arch::X86
}

/// What a process finds under the name of `System32`.
fn system(machine: Arch, process: Arch) -> &'static str {
    if is_wow(machine, process) { SYSTEM_32 } else { SYSTEM }
}

/// The module's `folder` for worker processes of `process` on a machine of `machine`. Full IIS has one entry
/// `%ProgramFiles%\IIS\…` for all: the variable names another folder in 32-bit processes. IIS Express has one config
/// file for each of its two folders.
fn module_folder(folder: &str, machine: Arch, process: Arch) -> Folded {
    let program_files = if is_wow(machine, process) { PROGRAM_FILES_32 } else { PROGRAM_FILES };
    Folded::path(&format!(r"{program_files}\{folder}"))
}

/// The folder of the worker process itself, where Windows looks for a DLL that is named without a folder.
fn process_folder(flavour: Flavour, machine: Arch, process: Arch) -> Folded {
    Folded::path(&match flavour {
        Flavour::Iis => format!(r"{}\inetsrv", system(machine, process)),
        Flavour::IisExpress if is_wow(machine, process) => format!(r"{PROGRAM_FILES_32}\IIS Express"),
        Flavour::IisExpress => format!(r"{PROGRAM_FILES}\IIS Express"),
    })
}

/// The kinds of worker process that a Windows for `machine` runs
/// (<https://learn.microsoft.com/windows/arm/apps-on-arm-x86-emulation>).
fn processes(machine: Arch) -> &'static [Arch] {
    match machine {
        Arch::X86 => &[Arch::X86],
        Arch::X64 => &[Arch::X64, Arch::X86],
        Arch::Arm64 => &[Arch::Arm64, Arch::X64, Arch::X86],
    }
}

/// A DLL of another installer's that is on the machine, or is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Presumed {
    /// Its path.
    pub path: String,
    /// What it is for.
    pub arch: Arch,
    /// Its version, or one that does as well.
    pub version: FileVersion,
}

/// What must be on an ARM64 machine for a product that has only a patch of what is there.
#[must_use]
pub fn presumed(product: &Product) -> Vec<Presumed> {
    let Some(in_place) = product.patch.as_ref().and_then(|patch| patch.in_place.as_ref()) else {
        return Vec::new();
    };
    let FileVersion([major, minor, build, revision]) = in_place.version;
    let version = FileVersion([major, minor, build, revision.saturating_sub(1)]);
    let of = |folder: &str, file: &str, arch| Presumed { path: format!(r"{folder}\{file}"), arch, version };
    [
        of(SYSTEM, &in_place.file, Arch::X64),
        of(SYSTEM_32, &in_place.file, Arch::X86),
        of(PROGRAM_FILES, &in_place.native, Arch::Arm64),
    ]
    .into()
}

/// The folder of the module for a worker process of each kind of IIS.
fn places(product: &Product, machine: Arch, process: Arch) -> Vec<(Flavour, Folded)> {
    let editions = product.flavours().filter_map(|flavour| Some((flavour, product.edition(flavour)?)));
    let mut places: Vec<(Flavour, Folded)> = editions
        .map(|(flavour, edition)| (flavour, module_folder(&edition.folder, machine, process)))
        .collect();
    if let Some(in_place) = product.patch.as_ref().and_then(|patch| patch.in_place.as_ref()) {
        let folder = in_place.file.rsplit_once('\\').map_or("", |(folder, _)| folder);
        let folder = Folded::path(&format!(r"{}\{folder}", system(machine, process)));
        places.push((Flavour::Iis, folder));
    }
    places
}

/// Every kind of pool of those flavours that have a file of the module of `product` on `machine`. `dlls` are the DLLs that
/// its packages brought.
#[must_use]
pub fn judge(machine: &Machine, dlls: &Dlls, product: &Product) -> Vec<Pool> {
    let processes = processes(machine.arch);
    let places: Vec<(Arch, Flavour, Folded)> = processes
        .iter()
        .flat_map(|process| {
            places(product, machine.arch, *process).into_iter().map(|(f, at)| (*process, f, at))
        })
        .collect();
    let has_files = |flavour: Flavour| {
        let mut folders = places.iter().filter(|(_, of, _)| *of == flavour).map(|(_, _, folder)| folder);
        folders.any(|folder| machine.files.keys().any(|path| path.parent().as_ref() == Some(folder)))
    };
    let mut pools = Vec::new();
    for flavour in Flavour::ALL.into_iter().filter(|flavour| has_files(*flavour)) {
        for (process, _, folder) in places.iter().filter(|(_, of, _)| *of == flavour) {
            let place = Place { flavour, process: *process, folder: folder.clone() };
            let mut walk = Walk::new(machine, dlls, product, place);
            let module = walk.module();
            let out_of_process = walk.out_of_process();
            pools.push(Pool { flavour, process: *process, module, out_of_process });
        }
    }
    pools
}
