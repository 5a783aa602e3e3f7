//! `cargo xtask upgrade`: what a machine would hold after an upgrade, and why.

pub mod gate;
mod show;
pub(super) mod sources;

use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::OfProduct;
use crate::workspace;
use ancm_installer::check;
use ancm_installer::id::{Arch, ComponentId};
use ancm_installer::release::Gate;
use ancm_installer::upgrade::matrix::{Accident, Tally, Target};
use ancm_installer::upgrade::{
    Confidence, Headline, KINDS, Kind, Memory, Options, Package, Perturbation, ReinstallMode, Report, Rule,
    Scenario, Then, explain,
};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Flags of `upgrade`.
#[derive(Debug, Args)]
#[command(override_usage = USAGE, after_help = answers())]
pub struct Flags {
    /// Whose baselines `--all` plays.
    #[command(flatten)]
    pub of: OfProduct,
    /// Packages in the order in which they are installed, the new one last: .msi files, or names of baselines
    #[arg(value_name = "PACKAGE", required_unless_present_any = ["explain", "all"])]
    pub packages: Vec<String>,
    /// Play every baseline × every PACKAGE × every accident × omus and amus [default packages: dist/*.msi]
    #[arg(long)]
    pub all: bool,
    /// Assume that a search or the command line sets a property; ADDLOCAL, REMOVE and REINSTALL select features
    #[arg(long, value_name = "KEY=VALUE")]
    pub assume: Vec<String>,
    /// As --assume, for the packages that are installed before only
    #[arg(long, value_name = "KEY=VALUE")]
    pub assume_old: Vec<String>,
    /// As --assume, for the new package only
    #[arg(long, value_name = "KEY=VALUE")]
    pub assume_new: Vec<String>,
    /// What happened on the machine before: edited, deleted, locked or hotfix, with =NAME for one file; client=GUID for
    /// another product that uses a component
    #[arg(long, value_name = "WHAT[=FILE]")]
    pub after: Vec<String>,
    /// REINSTALLMODE on the command line of the new package
    #[arg(long, value_name = "LETTERS")]
    pub mode: Option<String>,
    /// The machine's processor [default: arm64 where a package is for that; x86 where the new one refuses 64-bit Windows;
    /// else x64]
    #[arg(long, value_name = "ARCH")]
    pub machine: Option<Arch>,
    /// Remove a package afterwards, the new one by default; with one PACKAGE that is a plain removal
    #[arg(long, value_name = "PACKAGE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub then_remove: Option<String>,
    /// Repair a package afterwards, the new one by default, and before it is removed
    #[arg(long, value_name = "PACKAGE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub then_repair: Option<String>,
    /// End with 0 where this is the answer, which is shown all the same
    #[arg(long, value_name = "ANSWER", value_delimiter = ',')]
    pub allow: Vec<Allowed>,
    /// A bundle removes the old package after the new one is complete
    #[arg(long)]
    pub bundle: bool,
    /// How much memory playing a package may take, in MiB; one that needs more is refused
    #[arg(long, value_name = "MIB", default_value_t = Memory::default().mebibytes())]
    pub memory: u64,
    /// Draw the upgrade as a page: a lane for each resource, the phases from left to right
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub html: Option<PathBuf>,
    /// Say what a finding (U001) or a rule (A34) means
    #[arg(long, value_name = "CODE", conflicts_with_all = ["packages", "all"])]
    pub explain: Option<String>,
}

impl Flags {
    /// The package `name`, if it can be played in the memory that there may be.
    fn package(&self, root: &Path, name: &str) -> Outcome<Package> {
        sources::package_within(Memory::of_mebibytes(self.memory), root, name)
    }
}

/// What is asked, a form a line.
const USAGE: &str = "\
    cargo xtask upgrade [OPTIONS] OLD... NEW
       cargo xtask upgrade [OPTIONS] PACKAGE --then-remove
       cargo xtask upgrade [OPTIONS] --all [NEW]...
       cargo xtask upgrade --explain CODE";

/// The answers, each with its exit code.
fn answers() -> String {
    let row = |headline: &Headline| match Allowed::of(*headline) {
        None => format!("  {headline:<12}   0  everything is as the new package brings it\n"),
        Some((_, exit, what)) => format!("  {headline:<12}  {:>2}  {what}\n", exit.meaning().0),
    };
    let rows: String = Headline::ALL.iter().rev().map(row).collect();
    format!("Answers, with exit codes; --allow ends with 0 for those that it names:\n{rows}")
}

/// An answer that a pipeline accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Allowed {
    /// REGRESSION
    Regression,
    /// UNCERTAIN
    Uncertain,
    /// SIDE BY SIDE
    SideBySide,
    /// REFUSED
    Refused,
    /// STALE
    Stale,
}

impl Allowed {
    /// What is allowed, the exit code that it spares, and what happens otherwise; nothing for an upgrade that is as it
    /// should be.
    fn of(headline: Headline) -> Option<(Allowed, Exit, &'static str)> {
        Some(match headline {
            Headline::Ok => return None,
            Headline::Regression => {
                let what = "the upgrade would lose what an installed product owns";
                (Allowed::Regression, Exit::Upgrade, what)
            }
            Headline::Uncertain => {
                (Allowed::Uncertain, Exit::Uncertain, "what the upgrade does depends on what is not known")
            }
            Headline::SideBySide => {
                (Allowed::SideBySide, Exit::SideBySide, "the old product would stay beside the new one")
            }
            Headline::Refused => (Allowed::Refused, Exit::Refused, "the new package would be refused"),
            Headline::Stale => {
                (Allowed::Stale, Exit::Stale, "the upgrade would leave something as the old package had it")
            }
        })
    }

    /// As it is written on the command line.
    fn word(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
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
    let afterwards = flags.then_remove.is_some() || flags.then_repair.is_some();
    let [old @ .., new] = flags.packages.as_slice() else {
        return Err(usage("`upgrade` wants at least two packages"));
    };
    if old.is_empty() && !afterwards {
        return Err(usage("`upgrade` wants at least two packages, the old one first"));
    }
    let root = workspace::root_or_here()?;
    let mut old: Vec<Package> = old.iter().map(|name| flags.package(&root, name)).collect::<Outcome<_>>()?;
    let mut new = flags.package(&root, new)?;
    tell_apart(old.iter_mut().chain([&mut new]), &flags.packages);
    let scenario = scenario(flags, &old, &new)?;
    let report = Report::of(&scenario);
    if let Some(path) = &flags.html {
        let packages: Vec<&Package> = old.iter().chain([&new]).collect();
        std::fs::write(path, report.picture(&packages)).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Failure::new(Exit::Output, "upgrade::html", message)
        })?;
    }
    show::report(&report, &report.lost_if_late(&scenario), console);
    match Allowed::of(report.headline()) {
        Some((answer, exit, what)) if !flags.allow.contains(&answer) => {
            let code = format!("upgrade::{}", answer.word().replace('-', "_"));
            let help = format!("`--allow {}` accepts it", answer.word());
            Err(Failure::new(exit, &code, what).help(help))
        }
        _ => Ok(()),
    }
}

/// Packages of one file name are called by the paths by which the user called them.
fn tell_apart<'p>(packages: impl Iterator<Item = &'p mut Package>, paths: &[String]) {
    let packages: Vec<&mut Package> = packages.collect();
    let names: Vec<String> = packages.iter().map(|package| package.name.clone()).collect();
    for ((package, name), path) in packages.into_iter().zip(&names).zip(paths) {
        if names.iter().filter(|other| *other == name).count() > 1 {
            package.name.clone_from(path);
        }
    }
}

fn usage(message: &str) -> Failure {
    Failure::new(Exit::Usage, "upgrade::usage", message).help("see `cargo xtask upgrade --help`")
}

/// Pairs KEY=VALUE.
fn assumed<'p>(pairs: impl Iterator<Item = &'p String>) -> Outcome<BTreeMap<String, String>> {
    let parse = |pair: &String| {
        let parts = pair.split_once('=').filter(|(key, _)| !key.is_empty());
        let (key, value) = parts.ok_or_else(|| usage(&format!("`{pair}` is not of the form KEY=VALUE")))?;
        Ok((key.to_owned(), value.to_owned()))
    };
    pairs.map(parse).collect()
}

/// The package of the command line that `name` means; the new one without a name.
fn named<'a>(name: &str, flags: &Flags, old: &'a [Package], new: &'a Package) -> Outcome<&'a Package> {
    if name.is_empty() {
        return Ok(new);
    }
    let mut packages = flags.packages.iter().zip(old.iter().chain([new]));
    let found = packages.find(|(path, package)| *path == name || package.name == name);
    found.map(|(_, package)| package).ok_or_else(|| usage(&format!("`{name}` is none of the packages")))
}

fn scenario<'a>(flags: &Flags, old: &'a [Package], new: &'a Package) -> Outcome<Scenario<'a>> {
    if let Some(mode) = flags.mode.as_deref()
        && let Some(letter) = mode.chars().find(|letter| !"poedcausmv".contains(letter.to_ascii_lowercase()))
    {
        return Err(usage(&format!(
            "`{letter}` in `--mode {mode}` is no letter of REINSTALLMODE: p o e d c a u s m v"
        )));
    }
    let mut scenario = Scenario::chain(old.iter().collect(), new);
    let assumed_new = assumed(flags.assume.iter().chain(&flags.assume_new))?;
    let mode = flags.mode.as_deref().map(ReinstallMode::new);
    scenario.options = Options { mode, assumed: assumed_new };
    let assumed_old = assumed(flags.assume.iter().chain(&flags.assume_old))?;
    scenario.old_options = Some(Options { mode: None, assumed: assumed_old });
    for (name, then) in [
        (&flags.then_repair, Then::Repair as fn(_) -> Then),
        (&flags.then_remove, Then::Remove as fn(_) -> Then),
    ] {
        if let Some(name) = name {
            scenario.then.push(then(named(name, flags, old, new)?.product_code));
        }
    }
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

/// What a code of an answer means, as it is written in JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Explained {
    Finding {
        schema: &'static str,
        code: &'static str,
        severity: String,
        title: &'static str,
        explanation: &'static str,
        fix: &'static str,
    },
    Rule {
        schema: &'static str,
        code: String,
        confidence: Confidence,
        statement: &'static str,
    },
}

fn tell(code: &str, console: &Console) -> Outcome {
    let rule = Rule::ALL.iter().find(|rule| rule.to_string().eq_ignore_ascii_case(code));
    let (told, shown) = match (explain(code), rule) {
        (Some(kind), _) => {
            let Kind { code, title, explanation, fix, .. } = *kind;
            let severity = kind.severity.to_string();
            let shown = format!("{code} [{severity}] {title}\n\n{explanation}\n\nfix: {fix}");
            let schema = "ancm-finding/1";
            (Explained::Finding { schema, code, severity, title, explanation, fix }, shown)
        }
        (None, Some(rule)) => {
            let (code, confidence, statement) = (rule.to_string(), rule.confidence(), rule.statement());
            let shown = format!(
                "{code} [rule of Windows Installer, confidence {confidence}: {}]\n\n{statement}",
                confidence.meaning()
            );
            (Explained::Rule { schema: "ancm-upgrade-rule/1", code, confidence, statement }, shown)
        }
        (None, None) => {
            let failure = usage(&format!("`upgrade` has no finding and no rule `{code}`"));
            return Err(match check::rule(code) {
                Some(rule) => failure.help(format!("see `cargo xtask check --explain {}`", rule.code)),
                None => {
                    let findings: Vec<&str> = KINDS.iter().map(|kind| kind.code).collect();
                    let rules: Vec<String> = Rule::ALL.iter().map(ToString::to_string).collect();
                    let (findings, rules) = (findings.join(" "), rules.join(" "));
                    failure.help(format!("findings are {findings}; rules are {rules}"))
                }
            });
        }
    };
    if console.json() {
        console.result(&told);
    } else {
        console.print(&shown);
    }
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
    let gate = gate::open(&root, &workspace::known(&root, &flags.of.product)?)?;
    let names = if flags.packages.is_empty() { sources::built(&root)? } else { flags.packages.clone() };
    let new: Vec<Package> = names.iter().map(|name| flags.package(&root, name)).collect::<Outcome<_>>()?;
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
        for (old, installed) in gate.all(package) {
            let upgrades = targets.each_ref().map(|(mode, target)| (mode, target.over(&installed)));
            for accident in Accident::ALL {
                for (mode, upgrades) in &upgrades {
                    if let Some(tally) = upgrades.after(accident) {
                        let (old, new) = (old.to_owned(), package.name.clone());
                        rows.push(Row { old, new, accident, mode, tally });
                    }
                }
            }
        }
    }
    rows
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
