//! What the user asked for, gathered: settings from flags, environment and file, and the payload.

use crate::config;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::Build;
use crate::payload;
use crate::payload::fetch::Fetch;
use crate::payload::lock::{self, Lock};
use crate::payload::source::PayloadSource;
use crate::settings::{EngineChoice, Settings};
use crate::tool::linker::{Linker, LinkerChoice};
use crate::tool::lld::Lld;
use crate::tool::wix::eula::EulaId;
use crate::workspace::{self, Known};
use ancm_installer::cab::Effort;
use ancm_installer::id::{Arch, Dll, FileVersion};
use ancm_installer::native::standin;
use ancm_installer::payload::Payload;
use ancm_installer::plan::{self, Sourced};
use ancm_installer::product::{self, Part, Product};
use ancm_installer::release::SignCommand;
use ancm_installer::wix::Compat;
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
    /// The WiX that the embedded engine is to be like, where the user says.
    pub compat: Option<Sourced<Compat>>,
    /// The linker that was asked for.
    pub linker: Sourced<LinkerChoice>,
    /// The folder of Visual C++, where the user names one.
    pub msvc: Option<Sourced<PathBuf>>,
    /// The `wix` program or its folder, where the user names one.
    pub wix: Option<Sourced<PathBuf>>,
    /// The EULA of WiX that the user accepts.
    pub accept_wix_eula: Option<Sourced<EulaId>>,
    /// The command that signs a file.
    pub sign: Option<Sourced<SignCommand>>,
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

/// The product that `flags`, the environment and the configuration name.
///
/// # Errors
/// Settings that are wrong; there is no such product, or something in its files is wrong.
pub fn product(flags: &Build) -> Outcome<Known> {
    let root = workspace::root()?;
    let named = settings(flags, &root)?.product;
    let known = workspace::known(&root, named.as_ref().map_or(product::DEFAULT, |name| &name.value))?;
    workspace::is_alone(&root, &known.product)?;
    Ok(known)
}

fn settings(flags: &Build, root: &Path) -> Outcome<Settings> {
    Ok(flags.settings().or(configured(flags.config.as_deref(), root, &workspace::here()?)?))
}

/// Linkers and other programs are given their files in a temporary folder.
fn temporary() -> Outcome {
    let folder = std::env::temp_dir();
    tempfile::tempdir_in(&folder).map(drop).map_err(|error| {
        let message = format!("no temporary folder can be made in `{}`: {error}", folder.display());
        let variable = if cfg!(windows) { "TMP" } else { "TMPDIR" };
        Failure::new(Exit::Output, "output::temporary", message)
            .help(format!("set {variable} to a folder that is there"))
    })
}

/// Gathers what `flags`, the environment and the configuration say, and the payload of `product`, with `stage` as the folder that
/// the plan lays files out in.
///
/// # Errors
/// Settings that are wrong, a linker that is missing, a stand-in that cannot be made. What is wrong with a payload
/// folder is the plan's to say.
pub fn gather(
    flags: &Build,
    product: &Product,
    stage: impl FnOnce(&Path) -> PathBuf,
    console: &Console,
) -> Outcome<Gathered> {
    let root = workspace::root()?;
    temporary()?;
    let settings = settings(flags, &root)?;
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let out = settings.out.unwrap_or_else(|| Sourced::default(root.join("dist")));
    let is_in_place = product.flavours().next().is_none();
    let payload = match &settings.payload {
        Some(sources) if is_in_place => {
            let message = format!(
                "`{}` takes no payload ({}): its DLLs are those of the machine that it is installed on",
                product.name, sources.origin
            );
            return Err(Failure::new(Exit::Usage, "payload::in_place", message).help("leave out `--payload`"));
        }
        None if is_in_place => Payload::found_in(&[], product),
        Some(sources) => {
            let fetch = Fetch::new(&root, flags.fetching.offline, console);
            let lock_file = lock::place(flags.config.as_deref(), &root);
            given(&sources.value, &fetch, &lock_file, product)?
        }
        None => {
            console.status(
                "Standing in",
                "no `--payload`: using stand-in DLLs made here; the packages are for trying out only",
            );
            let version = settings.version.as_ref();
            let version = version.map_or(STAND_IN, |v| plan::default_file_version(product.version, v.value));
            stand_in(product, version, &root)?
        }
    };
    Ok(Gathered {
        inputs: plan::Inputs {
            flavours: settings.flavour.unwrap_or_else(|| Sourced::default(product.flavours().collect())),
            arches: settings.arch.unwrap_or_else(|| Sourced::default(Arch::ALL.to_vec())),
            version: settings.version,
            manufacturer: settings
                .manufacturer
                .unwrap_or_else(|| Sourced::default(product.texts.manufacturer.clone())),
            handler: settings.handler.unwrap_or_else(|| Sourced::default(plan::HandlerChoice::Auto)),
            payload,
            wix: root.join("wix"),
            stage: stage(&out.value),
            product: product.clone(),
        },
        engine: settings.engine.unwrap_or_else(|| Sourced::default(EngineChoice::Auto)),
        jobs: settings
            .jobs
            .map_or_else(|| Sourced::default(processors), |jobs| Sourced::new(jobs.value.0, jobs.origin)),
        compression_effort: settings
            .compression_effort
            .unwrap_or_else(|| Sourced::default(Effort::default())),
        compat: settings.compat,
        linker: settings.linker.unwrap_or_else(|| Sourced::default(LinkerChoice::Auto)),
        msvc: settings.msvc,
        wix: settings.wix,
        accept_wix_eula: settings.accept_wix_eula,
        sign: settings.sign,
        out,
        root,
    })
}

/// The payload that the user names, which must be the one that was pinned.
fn given(
    sources: &[PayloadSource],
    fetch: &Fetch<'_>,
    lock_file: &Path,
    product: &Product,
) -> Outcome<Payload> {
    let payload = Payload::found_in(&payload::local(sources, fetch)?, product);
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
        Some(path) => config::from_file(path)?,
        None => match root.join(config::FILE) {
            path if path.is_file() => config::from_file(&path)?,
            _ => Settings::default(),
        },
    };
    Ok(config::from_environment(|name| std::env::var(name).ok(), here)?.or(file))
}

/// Everything that the project can package of `product`, with stand-ins as payload: what a check of the ledger goes by, whatever
/// flags and configuration ask for.
///
/// # Errors
/// A linker that is missing, a stand-in that cannot be made.
pub fn everything(root: &Path, product: Product) -> Outcome<plan::Inputs> {
    Ok(plan::Inputs {
        flavours: Sourced::default(product.flavours().collect()),
        arches: Sourced::default(Arch::ALL.to_vec()),
        version: None,
        manufacturer: Sourced::default(product.texts.manufacturer.clone()),
        handler: Sourced::default(plan::HandlerChoice::Auto),
        payload: stand_in(&product, STAND_IN, root)?,
        wix: root.join("wix"),
        stage: root.join("dist/.stage"),
        product,
    })
}

/// Makes the stand-in payload. Its schema is the one in the folder `standin` of the product, where there is one.
fn stand_in(product: &Product, version: FileVersion, root: &Path) -> Outcome<Payload> {
    let lld = Lld::find().map_err(|error| Failure::new(Exit::Tool, "lld::unusable", error.to_string()))?;
    let make = &|arch: Arch, dll: Dll, part: &Part| -> Outcome<(String, Vec<u8>)> {
        let fail = |message: String| Failure::new(Exit::Native, "native::stand_in", message);
        let job = standin::job(product, dll, arch, version).expect("a part of the product");
        let job = job.map_err(|error| fail(error.to_string()))?;
        let bytes = lld.link(&job).map_err(|error| fail(error.to_string()))?;
        Ok((format!("{arch}/{}", part.file_name()), bytes))
    };
    let mut files = Vec::new();
    if let (Some(schema), Some(made)) = (&product.schema, standin::schema(product)) {
        let own = workspace::product_folder(root, &product.name).join("standin").join(&schema.file);
        files.push((schema.file.clone(), std::fs::read(own).unwrap_or_else(|_| made.into_bytes())));
    }
    // the linker takes longer to start than to link
    let made: Vec<Outcome<(String, Vec<u8>)>> = std::thread::scope(|scope| {
        let all = Arch::ALL.into_iter().flat_map(|arch| product.parts().map(move |part| (arch, part)));
        let links: Vec<_> =
            all.map(|(arch, (dll, part))| scope.spawn(move || make(arch, dll, part))).collect();
        links.into_iter().map(|link| link.join().expect("nothing in it panics")).collect()
    });
    files.extend(made.into_iter().collect::<Outcome<Vec<_>>>()?);
    Ok(Payload::stand_in(files, product))
}
