//! Every baseline × every new package × what may have happened on the machine × how it is installed.

use super::elsewhere::Elsewhere;
use super::engine::{Ending, Options, ReinstallMode, World};
use super::intended::Intended;
use super::package::Package;
use super::report::{Outcome, Report, Verdict};
use super::scenario::{Earlier, Perturbation, Played, Scenario};
use crate::id::{Arch, ProductCode};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// What may have happened before the upgrade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Accident {
    /// Nothing.
    Clean,
    /// Unversioned files were edited.
    Edited,
    /// Key files were deleted.
    KeyFileDeleted,
    /// All files are in use.
    Locked,
    /// The broken package was installed over the oldest one before.
    Damaged,
}

impl Accident {
    /// All of them.
    pub const ALL: [Accident; 5] =
        [Accident::Clean, Accident::Edited, Accident::KeyFileDeleted, Accident::Locked, Accident::Damaged];

    fn perturbation(self) -> Option<Perturbation> {
        match self {
            Accident::Clean | Accident::Damaged => None,
            Accident::Edited => Some(Perturbation::Edited(None)),
            Accident::KeyFileDeleted => Some(Perturbation::KeyFileDeleted(None)),
            Accident::Locked => Some(Perturbation::Locked(None)),
        }
    }
}

impl fmt::Display for Accident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Accident::Clean => "clean",
            Accident::Edited => "edited",
            Accident::KeyFileDeleted => "key files deleted",
            Accident::Locked => "locked",
            Accident::Damaged => "damaged",
        })
    }
}

/// What a clean install hangs on: how searches come out, the processor, and what searches find of what packages had written.
type Setting = (World, Arch, BTreeMap<String, String>);

/// An old package of the matrix: what it leaves on a machine, and what a clean install of it gives, is played once for all
/// upgrades from it.
pub struct Installed<'a> {
    package: &'a Package,
    damage: Vec<&'a Package>,
    earlier: Memo<(World, Arch, bool), Earlier<'a>>,
    clean: Memo<(ProductCode, Setting), Rc<Intended>>,
}

impl<'a> Installed<'a> {
    /// `package`. On a damaged machine `damage` was installed before it, oldest first; the package itself may be one of them.
    #[must_use]
    pub fn new(package: &'a Package, damage: Vec<&'a Package>) -> Installed<'a> {
        Installed { package, damage, earlier: Memo::default(), clean: Memo::default() }
    }

    /// The package.
    #[must_use]
    pub fn package(&self) -> &'a Package {
        self.package
    }
}

/// The outcome of one upgrade, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Resources as the new package brings them.
    pub new: usize,
    /// Resources that are still the old ones.
    pub stale: usize,
    /// Resources that are gone, and module entries that point to nothing.
    pub missing: usize,
    /// Of those, how many are uncertain.
    pub uncertain: usize,
    /// Resources that nobody owns any more and that are certainly still there.
    pub left_behind: usize,
    /// Products that stay beside the new one.
    pub beside: usize,
    /// Whether the new package was refused.
    pub refused: bool,
}

impl Tally {
    /// Of a report.
    #[must_use]
    pub fn of(report: &Report) -> Tally {
        let count = |verdict: Verdict| report.outcomes.iter().filter(|o| o.verdict == verdict).count();
        let lost = || report.outcomes.iter().filter(|outcome| outcome.verdict.is_loss());
        let sure = |outcome: &&Outcome| outcome.verdict == Verdict::LeftBehind && !outcome.is_uncertain();
        Tally {
            new: count(Verdict::PresentNew),
            stale: count(Verdict::PresentOld),
            missing: lost().count(),
            uncertain: lost().filter(|outcome| outcome.is_uncertain()).count(),
            left_behind: report.outcomes.iter().filter(sure).count(),
            beside: report.beside.len(),
            refused: report.ending != Ending::Done,
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.refused {
            return f.pad("refused");
        }
        for (count, what) in [
            (self.missing - self.uncertain, "missing"),
            (self.uncertain, "missing?"),
            (self.stale, "stale"),
            (self.left_behind, "left"),
            (self.beside, "beside"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        f.pad(&if parts.is_empty() { "ok".to_owned() } else { parts.join(", ") })
    }
}

/// Whether a package for `package` can be installed on a machine with the processor `machine`.
#[must_use]
pub fn runs_on(package: Arch, machine: Arch) -> bool {
    match machine {
        Arch::X86 => package == Arch::X86,
        Arch::X64 => package != Arch::Arm64,
        Arch::Arm64 => true,
    }
}

/// A new package as it is installed: the matrix measures all upgrades to it against one clean install on each kind of
/// machine.
pub struct Target<'a> {
    new: &'a Package,
    options: Options,
    intended: Memo<Setting, Rc<Intended>>,
}

impl<'a> Target<'a> {
    /// `new` as it installs by itself.
    #[must_use]
    pub fn of(new: &'a Package) -> Target<'a> {
        Target::with(new, Options::default())
    }

    /// `new` with REINSTALLMODE `mode` on the command line.
    #[must_use]
    pub fn with_mode(new: &'a Package, mode: &str) -> Target<'a> {
        Target::with(new, Options { mode: Some(ReinstallMode::new(mode)), ..Options::default() })
    }

    fn with(new: &'a Package, options: Options) -> Target<'a> {
        Target { new, options, intended: Memo::default() }
    }

    /// The upgrades from `old`.
    #[must_use]
    pub fn over<'t>(&'t self, old: &'t Installed<'a>) -> Upgrades<'t, 'a> {
        Upgrades { target: self, old }
    }
}

/// The upgrades from one old package to a new one.
pub struct Upgrades<'t, 'a> {
    target: &'t Target<'a>,
    old: &'t Installed<'a>,
}

impl Upgrades<'_, '_> {
    /// The upgrade after `accident`. Nothing where the old package refuses to be installed on the machine.
    #[must_use]
    pub fn after(&self, accident: Accident) -> Option<Tally> {
        let Upgrades { target, old } = self;
        let is_damaged = accident == Accident::Damaged;
        let mut chain = if is_damaged { old.damage.clone() } else { Vec::new() };
        if !chain.iter().any(|package| package.product_code == old.package.product_code) {
            chain.push(old.package);
        }
        let mut scenario = Scenario::chain(chain, target.new);
        scenario.options = target.options.clone();
        scenario.perturbations.extend(accident.perturbation());
        let arch = scenario.arch();
        // asked for again and again
        scenario.arch = Some(arch);
        let remembered = Remembered { scenario: &scenario, arch, is_damaged, upgrades: self };
        let report = Report::judged(&scenario, &remembered);
        let refused = report.earlier_failures.iter().any(|(product, _)| *product == old.package.product_code);
        (!refused).then(|| Tally::of(&report))
    }
}

/// One upgrade, of which the target and what is installed remember what other upgrades have in common with it.
struct Remembered<'s, 'a> {
    scenario: &'s Scenario<'a>,
    arch: Arch,
    is_damaged: bool,
    upgrades: &'s Upgrades<'s, 'a>,
}

impl<'a> Elsewhere<'a> for Remembered<'_, 'a> {
    fn played(&self, world: &World) -> (Played<'a>, Rc<Intended>) {
        let (Remembered { scenario, arch, .. }, Upgrades { target, old }) = (self, self.upgrades);
        let earlier = || scenario.earlier(world);
        let earlier = old.earlier.get((world.clone(), *arch, self.is_damaged), earlier);
        let played = scenario.play_after(earlier);
        let found = &played.run.found;
        let clean = || Rc::new(Intended::in_world(scenario, target.new, world, found));
        let intended = target.intended.get((world.clone(), *arch, found.clone()), clean);
        (played, intended)
    }

    fn clean(&self, package: &Package, world: &World, found: &BTreeMap<String, String>) -> Rc<Intended> {
        let key = (package.product_code, (world.clone(), self.arch, found.clone()));
        let clean = || Rc::new(Intended::in_world(self.scenario, package, world, found));
        self.upgrades.old.clean.get(key, clean)
    }
}

/// What was worked out before, by what it hangs on; a few at most.
struct Memo<K, V>(RefCell<Vec<(K, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Memo<K, V> {
        Memo(RefCell::default())
    }
}

impl<K: PartialEq, V: Clone> Memo<K, V> {
    fn get(&self, key: K, make: impl FnOnce() -> V) -> V {
        let known = self.0.borrow().iter().find(|(other, _)| *other == key).map(|(_, value)| value.clone());
        known.unwrap_or_else(|| {
            let value = make();
            self.0.borrow_mut().push((key, value.clone()));
            value
        })
    }
}
