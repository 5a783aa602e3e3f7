//! Flags that several commands have, and those of commands with few.

use crate::settings::{SettingFlags, Settings};
use ancm_installer::id::{Arch, Flavour, UnknownWord};
use ancm_installer::plan::{Origin, Sourced};
use ancm_installer::product;
use ancm_installer::release::Matrix;
use clap::Args;
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
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let parts = text.rsplit_once('-').and_then(|(flavour, arch)| {
            Some(PackageName { flavour: flavour.parse().ok()?, arch: arch.parse().ok()? })
        });
        parts.ok_or_else(|| {
            let known = Matrix::of(&Flavour::ALL, &Arch::ALL).include;
            let known: Vec<&str> = known.iter().map(|shard| shard.package.as_str()).collect();
            UnknownWord::new(text, "a package", known.join(", "))
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
    /// The settings.
    #[command(flatten)]
    pub given: SettingFlags,
    /// The one package to make, as `ci matrix` names it: iis-x64
    #[arg(long, value_name = "NAME", conflicts_with_all = ["arch", "flavour"])]
    pub package: Option<PackageName>,
    /// How payloads are fetched.
    #[command(flatten)]
    pub fetching: Fetching,
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

impl Build {
    /// What the flags say.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let mut settings = self.given.settings();
        if let Some(package) = self.package {
            let origin = || Origin::Flag("--package".to_owned());
            settings.arch = Some(Sourced::new(vec![package.arch], origin()));
            settings.flavour = Some(Sourced::new(vec![package.flavour], origin()));
        }
        settings
    }
}
