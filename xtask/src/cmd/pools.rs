//! `cargo xtask pools`: which application pools would start with a package, and why not.

use super::upgrade::sources;
use crate::console::Console;
use crate::exit::{Exit, Failure, Outcome};
use crate::flags::OfProduct;
use crate::workspace;
use ancm_installer::diag::Diagnostic;
use ancm_installer::id::Arch;
use ancm_installer::plan::HandlerChoice;
use ancm_installer::pools::{Dlls, Finding, Pool, Presumed, Verdict, judge, presumed};
use ancm_installer::product::Product;
use ancm_installer::upgrade::{Ending, Folded, Package, Perturbation, Scenario};
use clap::Args;
use serde::Serialize;

/// Flags of `pools`.
#[derive(Debug, Args)]
pub struct Flags {
    /// Whose module the pools load.
    #[command(flatten)]
    pub of: OfProduct,
    /// Packages, each judged by itself: .msi files, or names of baselines [default: dist/*.msi]
    #[arg(value_name = "PACKAGE")]
    pub packages: Vec<String>,
    /// What is installed before it; several in the order in which they are installed
    #[arg(long, value_name = "PACKAGE")]
    pub over: Vec<String>,
    /// The machine's processor [default: the package's]
    #[arg(long, value_name = "ARCH")]
    pub machine: Option<Arch>,
}

#[derive(Serialize)]
struct Judged {
    package: String,
    machine: Arch,
    pools: Vec<Pool>,
    /// What no package brings, and the package is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    presumed: Vec<Presumed>,
}

impl Judged {
    /// The pools of a machine with `over` and then `package`.
    fn of(
        over: Vec<&Package>,
        package: &Package,
        machine: Option<Arch>,
        dlls: &Dlls,
        product: &Product,
    ) -> Outcome<Judged> {
        // a patch is for x64, and corrects ARM64 machines
        let is_patch = package.components.iter().any(|component| !component.swaps.is_empty());
        if let Some(machine) = machine.filter(|machine| is_patch && *machine != Arch::Arm64) {
            let message =
                format!("`{}` corrects ARM64 machines, and refuses one for {machine}", package.name);
            return Err(Failure::new(Exit::Input, "pools::refused", message).help("leave out `--machine`"));
        }
        let mut scenario = Scenario::chain(over, package);
        scenario.arch = machine.or_else(|| is_patch.then_some(Arch::Arm64));
        let mut played = scenario.play();
        let is_missing = |it: &Presumed| !played.before.files.contains_key(&Folded::path(&it.path));
        let mut presumed = if is_patch { presumed(product) } else { Vec::new() };
        presumed.retain(is_missing);
        if !presumed.is_empty() {
            let there =
                |it: &Presumed| Perturbation::ForeignFile(it.path.clone(), Some(it.version), Some(it.arch));
            scenario.perturbations = presumed.iter().map(there).collect();
            played = scenario.play();
        }
        if let Ending::Failed { error, reason, .. } = &played.run.ending {
            let message = format!("`{}` would not install: error {error}: {reason}", package.name);
            return Err(Failure::new(Exit::Input, "pools::refused", message));
        }
        let pools = judge(&played.engine.machine, dlls, product);
        if pools.is_empty() {
            let message = format!("`{}` does not install the {}", package.name, product.texts.title);
            let editions = product.flavours().filter_map(|flavour| product.edition(flavour));
            let folders: Vec<String> = editions.map(|edition| format!("`…\\{}`", edition.folder)).collect();
            let help = match &folders[..] {
                [] => "`--product` names another one".to_owned(),
                _ => format!("its DLLs belong in {}; `--product` names another one", folders.join(" or ")),
            };
            return Err(Failure::new(Exit::Input, "pools::no_module", message).help(help));
        }
        let machine = played.engine.machine.arch;
        Ok(Judged { package: package.name.clone(), machine, pools, presumed })
    }
}

/// Judges packages.
///
/// # Errors
/// A package cannot be read or does not install the module; a pool would certainly not start.
pub fn run(flags: &Flags, console: &Console) -> Outcome {
    let root = workspace::root_or_here()?;
    let product = workspace::product_anywhere(&root, &flags.of.product)?;
    let names = if flags.packages.is_empty() { sources::built(&root)? } else { flags.packages.clone() };
    let mut dlls = Dlls::new();
    let mut load = |name: &String| -> Outcome<Package> {
        let (package, more) = sources::package_with_dlls(&root, name)?;
        dlls.extend(more);
        Ok(package)
    };
    let over: Vec<Package> = flags.over.iter().map(&mut load).collect::<Outcome<_>>()?;
    let packages: Vec<Package> = names.iter().map(&mut load).collect::<Outcome<_>>()?;
    let mut judged = Vec::new();
    for package in &packages {
        judged.push(Judged::of(over.iter().collect(), package, flags.machine, &dlls, &product)?);
    }
    let fails = |pool: &&Pool| pool.verdict() == Verdict::Fails;
    let failing = judged.iter().flat_map(|judged| &judged.pools).filter(fails).count();
    if console.json() {
        #[derive(Serialize)]
        struct Answer<'a> {
            schema: &'static str,
            packages: &'a [Judged],
        }
        console.result(&Answer { schema: "ancm-pools/1", packages: &judged });
    } else {
        judged.iter().for_each(|judged| show(judged, console));
    }
    if failing > 0 {
        let message =
            format!("{failing} kinds of application pool would not start, or not run out-of-process");
        return Err(
            Failure::new(Exit::Findings, "pools::fails", message).help("`--verbose` shows the whole way")
        );
    }
    Ok(())
}

fn show(judged: &Judged, console: &Console) {
    let stand_in = judged.pools.iter().any(|pool| pool.module.stand_in);
    let note = if stand_in { " (stand-ins: loaded like the real module, and refuse to run)" } else { "" };
    console.print(&format!("{} on {}{note}", judged.package, judged.machine));
    for it in &judged.presumed {
        console.print(&format!("  taken to be there: `{}` for {}", it.path, it.arch));
    }
    for pool in &judged.pools {
        let verdicts: Vec<String> =
            pool.findings().map(|(what, finding)| format!("{what} {:<9}", finding.verdict)).collect();
        console.print(&format!("  {:<22} {}", pool.to_string(), verdicts.join("  ").trim_end()));
        for (what, finding) in pool.findings() {
            for step in shown(finding, console) {
                console.print(&format!("      {what}: {step}"));
            }
        }
    }
}

/// The whole way with `--verbose`, else what stopped it.
fn shown<'a>(finding: &'a Finding, console: &Console) -> &'a [String] {
    match finding.verdict {
        _ if console.verbose() => &finding.steps,
        Verdict::Starts => &[],
        Verdict::Fails | Verdict::Uncertain => &finding.steps[finding.steps.len().saturating_sub(1)..],
    }
}

/// What `dist` asks before it lets a package out: whether every kind of pool would start. Gives what is uncertain, and
/// what fails out-of-process because the user chose the handler against the plan's advice (`chosen`).
///
/// # Errors
/// A pool would certainly not start.
pub fn check(
    package: &Package,
    dlls: &Dlls,
    product: &Product,
    chosen: HandlerChoice,
) -> Outcome<Vec<Diagnostic>> {
    let mut doubts = Vec::new();
    let mut failures = Vec::new();
    for pool in Judged::of(Vec::new(), package, None, dlls, product)?.pools {
        let is_wanted = chosen == HandlerChoice::Forwarder && pool.module.verdict == Verdict::Starts;
        for (what, finding) in pool.findings() {
            let is_wanted = is_wanted && what != "module";
            let reason = finding.steps.last().map_or("", String::as_str);
            let message = format!("`{}`: {pool}: {reason}", package.name);
            match finding.verdict {
                Verdict::Starts => {}
                Verdict::Uncertain => doubts.push(Diagnostic::warning("pools::uncertain", message)),
                Verdict::Fails if is_wanted => doubts.push(Diagnostic::warning("pools::fails", message)),
                Verdict::Fails => failures.push(Diagnostic::error("pools::fails", message)),
            }
        }
    }
    if failures.is_empty() { Ok(doubts) } else { Err(Failure::of(Exit::Findings, failures)) }
}
