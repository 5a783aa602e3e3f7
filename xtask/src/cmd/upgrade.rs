//! `cargo xtask upgrade`: what a machine would hold after an upgrade, and why.

mod show;
pub(super) mod sources;

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::workspace;
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::{Arch, ComponentId, Flavour};
use ancm_installer::upgrade::matrix::{Accident, Installed, Tally, Target, runs_on};
use ancm_installer::upgrade::{
    KINDS, Kind, Options, Package, Perturbation, ReinstallMode, Report, Scenario, explain,
};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Flags of `upgrade`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Packages in the order in which they are installed, the new one last: .msi files, or names of baselines
    #[arg(value_name = "PACKAGE", required_unless_present_any = ["explain", "all"])]
    pub packages: Vec<String>,
    /// Play every baseline × every PACKAGE × every accident × omus and amus [default packages: dist/*.msi]
    #[arg(long)]
    pub all: bool,
    /// Assume that a search or the command line sets a property
    #[arg(long, value_name = "KEY=VALUE")]
    pub assume: Vec<String>,
    /// What happened on the machine before: edited, deleted, locked or hotfix, with =NAME for one file; client=GUID for
    /// another product that uses a component
    #[arg(long, value_name = "WHAT[=FILE]")]
    pub after: Vec<String>,
    /// REINSTALLMODE on the command line of the new package
    #[arg(long, value_name = "LETTERS")]
    pub mode: Option<String>,
    /// The machine's processor [default: the new package's]
    #[arg(long, value_name = "ARCH")]
    pub machine: Option<Arch>,
    /// A bundle removes the old package after the new one is complete
    #[arg(long)]
    pub bundle: bool,
    /// Draw the upgrade as a page: a lane for each resource, the phases from left to right
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub html: Option<PathBuf>,
    /// Say what a finding means
    #[arg(long, value_name = "CODE", conflicts_with_all = ["packages", "all"])]
    pub explain: Option<String>,
}

/// Plays one upgrade, or all of them.
///
/// # Errors
/// A package cannot be read; something would be lost.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    if let Some(code) = &flags.explain {
        return tell(code, console);
    }
    if flags.all {
        return all(flags, console);
    }
    let [old @ .., new] = flags.packages.as_slice() else {
        return Err(usage("`upgrade` wants at least two packages"));
    };
    if old.is_empty() {
        return Err(usage("`upgrade` wants at least two packages, the old one first"));
    }
    let root = workspace::root()?;
    let old: Vec<Package> = old.iter().map(|name| sources::package(&root, name)).collect::<Outcome<_>>()?;
    let new = sources::package(&root, new)?;
    let report = Report::of(&scenario(flags, &old, &new)?);
    if let Some(path) = &flags.html {
        let packages: Vec<&Package> = old.iter().chain([&new]).collect();
        std::fs::write(path, report.picture(&packages)).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Failure::new(Exit::Output, "upgrade::html", message)
        })?;
    }
    show::report(&report, console);
    if report.is_regression() {
        return Err(Failure::new(
            Exit::Upgrade,
            "upgrade::regression",
            "the upgrade would lose what an installed product owns",
        ));
    }
    Ok(())
}

fn usage(message: &str) -> Failure {
    Failure::new(Exit::Usage, "upgrade::usage", message).help("see `cargo xtask upgrade --help`")
}

fn scenario<'a>(flags: &Flags, old: &'a [Package], new: &'a Package) -> Outcome<Scenario<'a>> {
    let mut assumed = BTreeMap::new();
    for pair in &flags.assume {
        let (key, value) = pair
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| usage(&format!("`{pair}` is not of the form KEY=VALUE")))?;
        assumed.insert(key.to_owned(), value.to_owned());
    }
    if let Some(mode) = flags.mode.as_deref()
        && let Some(letter) = mode.chars().find(|letter| !"poedcausmv".contains(letter.to_ascii_lowercase()))
    {
        return Err(usage(&format!(
            "`{letter}` in `--mode {mode}` is no letter of REINSTALLMODE: p o e d c a u s m v"
        )));
    }
    let mut scenario = Scenario::chain(old.iter().collect(), new);
    scenario.options = Options { mode: flags.mode.as_deref().map(ReinstallMode::new), assumed };
    scenario.arch = flags.machine;
    scenario.bundle = flags.bundle;
    for what in &flags.after {
        let (what, file) = match what.split_once('=') {
            Some((what, file)) => (what, Some(file.to_owned())),
            None => (what.as_str(), None),
        };
        let is_there = |name: &String| {
            let mut files = old.iter().flat_map(Package::files);
            files.any(|(_, file)| file.name.eq_ignore_ascii_case(name))
        };
        if what == "client" {
            scenario.perturbations.push(client(file.as_deref().unwrap_or_default(), old)?);
            continue;
        }
        if let Some(name) = file.as_ref().filter(|name| !is_there(name)) {
            return Err(usage(&format!("`--after {what}={name}`: no old package has a file of this name")));
        }
        scenario.perturbations.push(match what {
            "edited" => Perturbation::Edited(file),
            "deleted" => Perturbation::KeyFileDeleted(file),
            "locked" => Perturbation::Locked(file),
            "hotfix" => Perturbation::HotFix(file),
            other => {
                let message =
                    format!("`--after {other}` is not known: edited, deleted, locked, hotfix or client");
                return Err(usage(&message));
            }
        });
    }
    Ok(scenario)
}

/// Another product that is a client of the component `id` of an old package.
fn client(id: &str, old: &[Package]) -> Outcome<Perturbation> {
    let known: ComponentId = id.parse().map_err(|error| usage(&format!("`--after client={id}`: {error}")))?;
    if old.iter().flat_map(|package| &package.components).any(|component| component.id == Some(known)) {
        Ok(Perturbation::ForeignClient(known, None))
    } else {
        Err(usage(&format!("`--after client={id}`: no old package has this ComponentId")))
    }
}

fn tell(code: &str, console: &Console) -> Outcome {
    let Some(kind) = explain(code) else {
        let known: Vec<&str> = KINDS.iter().map(|kind| kind.code).collect();
        return Err(usage(&format!("there is no finding `{code}`: {}", known.join(" "))));
    };
    if console.json() {
        #[derive(Serialize)]
        struct Explained<'a> {
            schema: &'static str,
            code: &'a str,
            severity: String,
            title: &'a str,
            explanation: &'a str,
            fix: &'a str,
        }
        let Kind { code, title, explanation, fix, .. } = *kind;
        let severity = kind.severity.to_string();
        console.result(&Explained { schema: "ancm-finding/1", code, severity, title, explanation, fix });
        return Ok(());
    }
    console.print(&format!("{} [{}] {}\n", kind.code, kind.severity, kind.title));
    console.print(&format!("{}\n\nfix: {}", kind.explanation, kind.fix));
    Ok(())
}

/// A row of the matrix.
#[derive(Serialize)]
struct Row {
    old: String,
    new: String,
    accident: Accident,
    mode: &'static str,
    tally: Tally,
}

fn all(flags: &Flags, console: &Console) -> Outcome {
    let root = workspace::root()?;
    let gate = Gate::open(&root)?;
    let names = if flags.packages.is_empty() { sources::built(&root)? } else { flags.packages.clone() };
    let new: Vec<Package> = names.iter().map(|name| sources::package(&root, name)).collect::<Outcome<_>>()?;
    let rows = matrix(&gate, &new);
    let lost = rows.iter().filter(|row| row.tally.missing > 0).count();
    if console.json() {
        #[derive(Serialize)]
        struct Matrix<'a> {
            schema: &'static str,
            rows: &'a [Row],
        }
        console.result(&Matrix { schema: "ancm-upgrade-matrix/1", rows: &rows });
    } else {
        show::matrix(&rows, console);
    }
    if lost > 0 {
        let message = format!("{lost} of {} upgrades would lose something", rows.len());
        return Err(Failure::new(Exit::Upgrade, "upgrade::regression", message)
            .help("play one of them by itself: `cargo xtask upgrade BASELINE PACKAGE`"));
    }
    console.status("Upgrades", &format!("{} played, nothing is lost", rows.len()));
    Ok(())
}

/// Every upgrade that a machine of the new package's kind can see.
fn matrix(gate: &Gate, new: &[Package]) -> Vec<Row> {
    let mut rows = Vec::new();
    for package in new {
        let targets = ["omus", "amus"].map(|mode| (mode, Target::with_mode(package, mode)));
        for (old, installed) in gate.installed(package, |_| true) {
            for accident in Accident::ALL {
                for (mode, target) in &targets {
                    if let Some(tally) = target.cell(&installed, accident) {
                        let (old, new) = (old.to_owned(), package.name.clone());
                        rows.push(Row { old, new, accident, mode, tally });
                    }
                }
            }
        }
    }
    rows
}

/// What `dist` asks before it lets a package out: whether an upgrade from any package of the same flavour that shipped
/// would lose something, whatever happened on the machine before.
pub struct Gate {
    baselines: BTreeMap<String, Package>,
}

impl Gate {
    /// With the baselines of the project in `root`.
    ///
    /// # Errors
    /// A baseline cannot be read.
    pub fn open(root: &Path) -> Outcome<Gate> {
        Ok(Gate { baselines: sources::baselines(root)? })
    }

    /// Asks for `new`.
    ///
    /// # Errors
    /// An upgrade to it would lose something.
    pub fn check(&self, new: &Package, flavour: Flavour) -> Outcome {
        let name = &new.name;
        let target = Target::of(new);
        let mut lost = Vec::new();
        for (old, installed) in self.installed(new, |family| family.starts_with(&format!("{flavour}-"))) {
            for accident in Accident::ALL {
                let Some(tally) = target.cell(&installed, accident) else { continue };
                if tally.missing > 0 {
                    lost.push(
                        Diagnostic::error(
                            "upgrade::regression",
                            format!("`{name}` over `{old}` ({accident}) would lose something: {tally}"),
                        )
                        .help(format!("see `cargo xtask upgrade {old} {name}`")),
                    );
                }
            }
        }
        if lost.is_empty() { Ok(()) } else { Err(Failure::of(Exit::Upgrade, lost)) }
    }

    /// The baselines that run on the machine of `new` and whose family (flavour and processor) is `wanted`.
    fn installed<'a>(
        &'a self,
        new: &Package,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<(&'a str, Installed<'a>)> {
        let family = |name: &'a str| name.split_once('-').map_or("", |(_, family)| family);
        self.baselines
            .iter()
            .filter(|(name, old)| runs_on(old.arch, new.arch) && wanted(family(name)))
            .map(|(name, old)| {
                let damage = ["old", "broken"].map(|era| format!("{era}-{}", family(name)));
                let damage = damage.iter().filter_map(|era| self.baselines.get(era)).collect();
                (name.as_str(), Installed { package: old, damage })
            })
            .collect()
    }
}

/// The folder of the packages that `dist` makes by default.
const DIST: &str = "dist";

fn msi_files(folder: &PathBuf) -> std::io::Result<Vec<PathBuf>> {
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("msi")) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
