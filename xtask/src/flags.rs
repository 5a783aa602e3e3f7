//! Flags that several commands have, and those of commands with few.

use crate::config::{EngineChoice, Settings};
use crate::payload::source::PayloadSource;
use crate::tool::linker::LinkerChoice;
use crate::tool::wix::eula::EulaId;
use ancm_installer::cab::Effort;
use ancm_installer::id::{Arch, Flavour, ProductVersion};
use ancm_installer::plan::{HandlerChoice, Origin, Sourced};
use ancm_installer::product;
use ancm_installer::release::{Matrix, SignCommand};
use ancm_installer::wix::Compat;
use clap::Args;
use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::str::FromStr;

/// Flags of `dist`.
#[derive(Debug, Args)]
pub struct Dist {
    /// What to build.
    #[command(flatten)]
    pub build: Build,
    /// Fail where the identity ledger would have to change
    #[arg(long)]
    pub locked: bool,
    /// Make the packages with both engines, and fail where a table differs without a known reason
    #[arg(long)]
    pub cross_check: bool,
    /// Show the plan and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Flags of `setup`.
#[derive(Debug, Args)]
pub struct Setup {
    /// Say what would be installed, and do nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Flags of `test`.
#[derive(Debug, Args)]
pub struct Test {
    /// Only tests with one of these in their names, which begin with their module's: `upgrade`, `wix_golden::warnings`
    #[arg(value_name = "NAME", conflicts_with_all = ["arm64", "setup"])]
    pub names: Vec<String>,
    /// Do what `cargo xtask setup` does first, as in CI
    #[arg(long)]
    pub setup: bool,
    /// Run the native views on an ARM64 machine instead: Wine under qemu-system-aarch64, made in target/arm64-vm (1.5 GB)
    #[arg(long)]
    pub arm64: bool,
}

/// A package by its kind of IIS and its processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackageName {
    flavour: Flavour,
    arch: Arch,
}

impl FromStr for PackageName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.rsplit_once('-').and_then(|(flavour, arch)| {
            Some(PackageName { flavour: flavour.parse().ok()?, arch: arch.parse().ok()? })
        });
        parts.ok_or_else(|| {
            let known = Matrix::of(&Flavour::ALL, &Arch::ALL).include;
            let known: Vec<&str> = known.iter().map(|shard| shard.package.as_str()).collect();
            format!("`{text}` is not a package: expected {}", known.join(", "))
        })
    }
}

/// Which product is meant.
#[derive(Debug, Args)]
pub struct OfProduct {
    /// The product: a folder of wix/products
    #[arg(long, global = true, value_name = "NAME", default_value = product::DEFAULT)]
    pub product: String,
}

/// Flags that say what to build.
#[derive(Clone, Debug, Args)]
#[command(disable_version_flag = true)]
pub struct Build {
    /// The product: a folder of wix/products [default: ancm]
    #[arg(long, value_name = "NAME")]
    pub product: Option<String>,
    /// Processors to make packages for [default: x86,x64,arm64]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub arch: Vec<Arch>,
    /// Kinds of IIS to make packages for [default: iis,iisexpress]
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    pub flavour: Vec<Flavour>,
    /// The one package to make, as `ci matrix` names it: iis-x64
    #[arg(long, value_name = "NAME", conflicts_with_all = ["arch", "flavour"])]
    pub package: Option<PackageName>,
    /// What Microsoft ships: a folder, a hosting bundle, an .msi, .nupkg, .zip or .cab, hosting-bundle@9.0.7, or an address
    /// with #sha512=HASH; several for several [default: stand-ins made here, for trying out only]
    #[arg(long, value_name = "SOURCE", value_parser = PayloadParser)]
    pub payload: Vec<PayloadSource>,
    /// How payloads are fetched.
    #[command(flatten)]
    pub fetching: Fetching,
    /// Version of the packages [default: the one that goes with the payload]
    #[arg(long, value_name = "VERSION")]
    pub version: Option<ProductVersion>,
    /// Publisher in Apps & Features
    #[arg(long, value_name = "NAME")]
    pub manufacturer: Option<String>,
    /// What stands in the out-of-process handler's place in ARM64 packages: auto, forwarder, loader or loader-arm64ec
    /// [default: auto, what the payload needs]
    #[arg(long, value_name = "KIND")]
    pub handler: Option<HandlerChoice>,
    /// What turns the authoring into packages [default: auto]
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub engine: Option<EngineChoice>,
    /// What links the ARM64X DLLs [default: auto, which is rust-lld, and Visual C++ where that is missing]
    #[arg(long, value_enum, value_name = "LINKER")]
    pub linker: Option<LinkerChoice>,
    /// Folder of the Visual Studio, or of the version of Visual C++, to link with
    #[arg(long, value_name = "FOLDER")]
    pub msvc: Option<PathBuf>,
    /// The `wix` program to make the packages with, or its folder; asks for the engine `wix` [default: looked for]
    #[arg(long, value_name = "PATH")]
    pub wix: Option<PathBuf>,
    /// The command that signs a file, `{file}` in its place, or `{in}` as `{out}`; `${NAME}` is a variable of the environment,
    /// whose value is never shown [default: nothing is signed]
    #[arg(long, value_name = "COMMAND")]
    pub sign: Option<SignCommand>,
    /// Accept the EULA of WiX 7 for this run: `wix7` (https://wixtoolset.org/osmf/)
    #[arg(long, value_name = "EULA")]
    pub accept_wix_eula: Option<EulaId>,
    /// Folder for the packages [default: dist]
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Threads [default: one for each processor]
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub jobs: Option<u16>,
    /// How hard to look for a small package, where its cabinet is LZX: fast, balanced or max [default: fast]
    #[arg(long, value_name = "EFFORT")]
    pub compression_effort: Option<Effort>,
    /// The WiX whose tables the embedded engine makes: 6 or 7 [default: that of `--cross-check`, else 6]
    #[arg(long, value_name = "VERSION")]
    pub compat: Option<Compat>,
    /// Configuration file [default: ancm.toml in the workspace, where there is one]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// Flags of whatever takes payloads.
#[derive(Clone, Copy, Debug, Args)]
pub struct Fetching {
    /// Fetch nothing; what was fetched before will do
    #[arg(long)]
    pub offline: bool,
}

/// Reads a payload off the command line; an address may have a password in it, which no error repeats.
#[derive(Clone)]
pub struct PayloadParser;

impl TypedValueParser for PayloadParser {
    type Value = PayloadSource;

    fn parse_ref(
        &self,
        command: &clap::Command,
        _argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<PayloadSource, clap::Error> {
        let problem = |problem| command.clone().error(ErrorKind::ValueValidation, problem);
        PayloadSource::of(value.to_owned()).map_err(problem)
    }
}

impl Build {
    /// What the flags say.
    #[must_use]
    pub fn settings(&self) -> Settings {
        fn given<T: Clone>(value: &Option<T>, flag: &str) -> Option<Sourced<T>> {
            value.clone().map(|value| Sourced::new(value, Origin::Flag(flag.to_owned())))
        }
        let list = |empty: bool| (!empty).then_some(());
        let one = self.package;
        Settings {
            product: given(&self.product, "--product"),
            arch: given(&list(self.arch.is_empty()).map(|()| self.arch.clone()), "--arch")
                .or(given(&one.map(|package| vec![package.arch]), "--package")),
            flavour: given(&list(self.flavour.is_empty()).map(|()| self.flavour.clone()), "--flavour")
                .or(given(&one.map(|package| vec![package.flavour]), "--package")),
            payload: given(&list(self.payload.is_empty()).map(|()| self.payload.clone()), "--payload"),
            version: given(&self.version, "--version"),
            manufacturer: given(&self.manufacturer, "--manufacturer"),
            handler: given(&self.handler, "--handler"),
            engine: given(&self.engine, "--engine"),
            out: given(&self.out, "--out"),
            jobs: given(&self.jobs.map(usize::from), "--jobs"),
            compression_effort: given(&self.compression_effort, "--compression-effort"),
            compat: given(&self.compat, "--compat"),
            linker: given(&self.linker, "--linker"),
            msvc: given(&self.msvc, "--msvc"),
            wix: given(&self.wix, "--wix"),
            sign: given(&self.sign, "--sign"),
            accept_wix_eula: given(&self.accept_wix_eula, "--accept-wix-eula"),
        }
    }
}
