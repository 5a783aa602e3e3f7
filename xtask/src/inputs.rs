//! What the user asked for, gathered: settings from flags, environment and file, and the payload.

use crate::config::{self, EngineChoice, Settings};
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::payload::lock::{self, Lock};
use crate::payload::source::{self, PayloadSource};
use crate::tool::linker::{Linker, LinkerChoice};
use crate::tool::lld::Lld;
use crate::tool::wix::eula::EulaId;
use crate::workspace;
use ancm_installer::cab::Effort;
use ancm_installer::id::{Arch, Dll, FileVersion, Flavour};
use ancm_installer::native::standin;
use ancm_installer::payload::Payload;
use ancm_installer::plan::{self, Sourced};
use std::path::{Path, PathBuf};

/// The version of stand-in DLLs where the user names none: above that of every package that has shipped, so that all
/// of them can be upgraded from.
const STAND_IN: FileVersion = FileVersion([21, 0, 27_001, 0]);

/// Everything that `plan` and `dist` start from.
pub struct Gathered {
    /// The project's folder.
    pub root: PathBuf,
    /// What the plan is made from.
    pub inputs: plan::Inputs,
    /// The engine that was asked for.
    pub engine: Sourced<EngineChoice>,
    /// The folder for the packages.
    pub out: Sourced<PathBuf>,
    /// Threads.
    pub jobs: Sourced<usize>,
    /// How hard matches are looked for in LZX cabinets.
    pub compression_effort: Sourced<Effort>,
    /// The linker that was asked for.
    pub linker: Sourced<LinkerChoice>,
    /// The folder of Visual C++, where the user names one.
    pub msvc: Option<Sourced<PathBuf>>,
    /// The `wix` program or its folder, where the user names one.
    pub wix: Option<Sourced<PathBuf>>,
    /// The EULA of WiX that the user accepts.
    pub accept_wix_eula: Option<Sourced<EulaId>>,
}

impl Gathered {
    /// The linker for the ARM64X DLLs.
    ///
    /// # Errors
    /// There is none.
    pub fn linker(&self) -> Outcome<Linker> {
        Linker::choose(self.linker.value, self.msvc.as_ref().map(|folder| folder.value.as_path()))
    }
}

/// Gathers what `flags`, the environment and the configuration say, and the payload, with `stage` as the folder that
/// the plan lays files out in.
///
/// # Errors
/// Settings that are wrong, a linker that is missing, a stand-in that cannot be made. What is wrong with a payload
/// folder is the plan's to say.
pub fn gather(flags: &Build, stage: impl FnOnce(&Path) -> PathBuf, console: &Console) -> Outcome<Gathered> {
    let root = workspace::root()?;
    let here = workspace::here()?;
    let settings = flags.settings().or(configured(flags.config.as_deref(), &root, &here)?);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let out = settings.out.unwrap_or_else(|| Sourced::default(root.join("dist")));
    let payload = match &settings.payload {
        Some(sources) => given(&sources.value, &lock::place(flags.config.as_deref(), &root))?,
        None => {
            console.status(
                "Standing in",
                "no `--payload`: using stand-in DLLs made here; the packages are for trying out only",
            );
            stand_in(settings.version.as_ref().map_or(STAND_IN, |v| plan::default_file_version(v.value)))?
        }
    };
    Ok(Gathered {
        inputs: plan::Inputs {
            flavours: settings.flavour.unwrap_or_else(|| Sourced::default(Flavour::ALL.to_vec())),
            arches: settings.arch.unwrap_or_else(|| Sourced::default(Arch::ALL.to_vec())),
            version: settings.version,
            manufacturer: settings
                .manufacturer
                .unwrap_or_else(|| Sourced::default(plan::DEFAULT_MANUFACTURER.to_owned())),
            handler: settings.handler.unwrap_or_else(|| Sourced::default(plan::HandlerChoice::Auto)),
            payload,
            wix: root.join("wix"),
            stage: stage(&out.value),
        },
        engine: settings.engine.unwrap_or_else(|| Sourced::default(EngineChoice::Auto)),
        jobs: settings.jobs.unwrap_or_else(|| Sourced::default(processors)),
        compression_effort: settings
            .compression_effort
            .unwrap_or_else(|| Sourced::default(Effort::default())),
        linker: settings.linker.unwrap_or_else(|| Sourced::default(LinkerChoice::Auto)),
        msvc: settings.msvc,
        wix: settings.wix,
        accept_wix_eula: settings.accept_wix_eula,
        out,
        root,
    })
}

/// The payload that the user names, which must be the one that was pinned.
fn given(sources: &[PayloadSource], lock_file: &Path) -> Outcome<Payload> {
    let payload = Payload::found_in(&source::local(sources)?);
    if payload.problems.is_empty()
        && let Some(lock) = Lock::read(lock_file)?
    {
        lock.check(&payload, lock_file)?;
    }
    Ok(payload)
}

/// What the environment says, and below it the configuration: `file`, or that of the project in `root`. `here` is the
/// folder that the user stands in.
///
/// # Errors
/// Something in one of them is wrong.
pub fn configured(file: Option<&Path>, root: &Path, here: &Path) -> Outcome<Settings> {
    let file = match file {
        Some(path) => Settings::from_file(path)?,
        None => match root.join(config::FILE) {
            path if path.is_file() => Settings::from_file(&path)?,
            _ => Settings::default(),
        },
    };
    Ok(Settings::from_environment(|name| std::env::var(name).ok(), here)?.or(file))
}

/// Everything that the project can package, with stand-ins as payload: what a check of the ledger goes by, whatever
/// flags and configuration ask for.
///
/// # Errors
/// A linker that is missing, a stand-in that cannot be made.
pub fn everything(root: &Path) -> Outcome<plan::Inputs> {
    Ok(plan::Inputs {
        flavours: Sourced::default(Flavour::ALL.to_vec()),
        arches: Sourced::default(Arch::ALL.to_vec()),
        version: None,
        manufacturer: Sourced::default(plan::DEFAULT_MANUFACTURER.to_owned()),
        handler: Sourced::default(plan::HandlerChoice::Auto),
        payload: stand_in(STAND_IN)?,
        wix: root.join("wix"),
        stage: root.join("dist/.stage"),
    })
}

/// Makes the stand-in payload.
fn stand_in(version: FileVersion) -> Outcome<Payload> {
    let lld = Lld::find().map_err(|error| Failure::new(Exit::Tool, "lld::unusable", error.to_string()))?;
    let make = &|arch: Arch, module: Dll| -> Outcome<(String, Vec<u8>)> {
        let fail = |message: String| Failure::new(Exit::Native, "native::stand_in", message);
        let job = standin::job(module, arch, version).map_err(|error| fail(error.to_string()))?;
        let bytes = lld.link(&job).map_err(|error| fail(error.to_string()))?;
        Ok((format!("{arch}/{}.dll", module.base_name()), bytes))
    };
    let mut files = vec![(standin::SCHEMA_NAME.to_owned(), standin::SCHEMA.as_bytes().to_vec())];
    // the linker takes longer to start than to link
    let made: Vec<Outcome<(String, Vec<u8>)>> = std::thread::scope(|scope| {
        let all = Arch::ALL.into_iter().flat_map(|arch| Dll::ALL.map(|module| (arch, module)));
        let links: Vec<_> = all.map(|(arch, module)| scope.spawn(move || make(arch, module))).collect();
        links.into_iter().map(|link| link.join().expect("nothing in it panics")).collect()
    });
    files.extend(made.into_iter().collect::<Outcome<Vec<_>>>()?);
    Ok(Payload::stand_in(files))
}
