//! The answer: each resource's fate, with the chain of events that led there.

use super::engine::{Ending, Engine, Fired, Schedule};
use super::findings::{Finding, findings};
use super::folded::Folded;
use super::journal::{Deed, Event, Subject};
use super::machine::{Machine, Resource};
use super::package::Package;
use super::rules::{Confidence, Rule};
use super::scenario::{Played, Scenario};
use crate::id::ProductCode;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What became of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As a clean install of the new package leaves it.
    PresentNew,
    /// There, but not as the new package brings it.
    PresentOld,
    /// Gone, although an installed product owns it.
    Missing,
    /// There, although nobody owns it any more.
    LeftBehind,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::PresentNew => "present-new",
            Verdict::PresentOld => "present-old",
            Verdict::Missing => "MISSING",
            Verdict::LeftBehind => "left-behind",
        })
    }
}

/// One step of the way to an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Whether it was done to the resource; else it was decided about a component that owns or owned it.
    pub direct: bool,
    /// What happened.
    pub event: Event,
}

/// The fate of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The resource.
    pub resource: Resource,
    /// What became of it.
    pub verdict: Verdict,
    /// How sure; [`Confidence::D`] means that it is uncertain.
    pub confidence: Confidence,
    /// The product that owns it, or owned it.
    pub owner: ProductCode,
    /// The new package's components that own it, by key.
    pub new_components: BTreeSet<String>,
    /// Whether `msiexec /f` brings it back; only asked for what is missing.
    pub repairable: bool,
    /// What happened to it in the new package's run, oldest first.
    pub chain: Vec<Link>,
}

impl Outcome {
    /// Whether the outcome rests on something that is not known of Windows, or of the old package.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.confidence == Confidence::D
    }
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Report {
    /// Names of the packages, by product.
    pub names: BTreeMap<ProductCode, String>,
    /// The packages that were installed before, oldest first.
    pub old: Vec<ProductCode>,
    /// The new package.
    pub new: ProductCode,
    /// Where the new package removes old ones.
    pub schedule: Schedule,
    /// How its run ended.
    pub ending: Ending,
    /// Earlier installs of the chain that failed.
    pub earlier_failures: Vec<(ProductCode, Ending)>,
    /// Products that were removed.
    pub removed: Vec<ProductCode>,
    /// Products that stay beside the new one.
    pub beside: Vec<ProductCode>,
    /// Whether a bundle removed the old packages at the end.
    pub bundle: bool,
    /// Whether Windows must be restarted.
    pub restart: bool,
    /// IIS modules whose entry in applicationHost.config went with the old product, although the new package installs
    /// their file and does not write the entry itself.
    pub unregistered: Vec<Resource>,
    /// Every resource of the new package, and those of others that changed.
    pub outcomes: Vec<Outcome>,
    /// What is wrong, or worth knowing.
    pub findings: Vec<Finding>,
    /// Custom actions that ran, or would have.
    pub fired: Vec<Fired>,
    /// What is not simulated, by package.
    pub not_simulated: BTreeMap<ProductCode, Vec<String>>,
}

impl Report {
    /// Plays `scenario` and judges the result against a clean install.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Report {
        Report::against(scenario, &Intended::of(scenario))
    }

    /// As [`Report::of`], with the clean install at hand.
    #[must_use]
    pub fn against(scenario: &Scenario, intended: &Intended) -> Report {
        let played = scenario.play();
        let outcomes = outcomes(scenario, &played, intended);
        let new = scenario.new.product_code;
        let packages = || scenario.installed.iter().copied().chain([scenario.new]);
        let mut removed = played.run.removed.clone();
        removed.extend(played.bundle_runs.iter().map(|run| run.product));
        let mut fired = played.run.fired.clone();
        fired.extend(played.bundle_runs.iter().flat_map(|run| run.fired.iter().cloned()));
        let mut report = Report {
            names: packages().map(|package| (package.product_code, package.name.clone())).collect(),
            old: scenario.installed.iter().map(|package| package.product_code).collect(),
            new,
            schedule: Schedule::of(scenario.new),
            ending: played.run.ending.clone(),
            earlier_failures: played
                .earlier
                .iter()
                .filter(|run| run.ending != Ending::Done)
                .map(|run| (run.product, run.ending.clone()))
                .collect(),
            removed,
            beside: played.engine.machine.products.keys().copied().filter(|code| *code != new).collect(),
            bundle: !played.bundle_runs.is_empty(),
            restart: played.restart,
            unregistered: unregistered(&played, &intended.machine),
            outcomes,
            findings: Vec::new(),
            fired,
            not_simulated: packages()
                .filter(|package| !package.not_simulated.is_empty())
                .map(|package| (package.product_code, package.not_simulated.clone()))
                .collect(),
        };
        report.findings = findings(scenario, &played, &report);
        report
    }

    /// The fate of `resource`.
    #[must_use]
    pub fn outcome(&self, resource: &Resource) -> Option<&Outcome> {
        self.outcomes.iter().find(|outcome| outcome.resource == *resource)
    }

    /// Whether something that an installed product owns is, or may be, gone.
    #[must_use]
    pub fn is_regression(&self) -> bool {
        self.outcomes.iter().any(|outcome| outcome.verdict == Verdict::Missing)
    }
}

/// What a clean install of the new package gives: the measure of what is missing, stale or left behind.
#[derive(Clone, Debug)]
pub struct Intended {
    machine: Machine,
    owners: BTreeMap<Resource, BTreeSet<String>>,
}

impl Intended {
    /// For the new package of `scenario`, installed with its options on its kind of machine.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Intended {
        let mut engine = Engine::new(Machine::new(scenario.arch()));
        engine.install(scenario.new, &scenario.options);
        let owners = |resource: Resource| {
            let events = engine.journal.of(&Subject::Resource(resource.clone()));
            let keys = events
                .filter(|(_, event)| matches!(event.deed, Deed::Wrote | Deed::Kept))
                .map(|(_, event)| event.component.clone())
                .collect();
            (resource, keys)
        };
        let owners = engine.machine.resources().map(owners).collect();
        Intended { machine: engine.machine, owners }
    }
}

fn outcomes(scenario: &Scenario, played: &Played, intended: &Intended) -> Vec<Outcome> {
    let machine = &played.engine.machine;
    let new = scenario.new.product_code;
    let Intended { machine: intended, owners } = intended;
    let mut outcomes = Vec::new();
    let mut judge = |resource: Resource, verdict: Verdict, owner: ProductCode, sure: bool| {
        let new_components = owners.get(&resource).cloned().unwrap_or_default();
        let chain = chain(scenario, played, &resource, &new_components);
        let weakest = confidence(&chain, verdict);
        let confidence = if sure { weakest } else { Confidence::D };
        outcomes.push(Outcome {
            confidence,
            owner,
            new_components,
            repairable: false,
            chain,
            verdict,
            resource,
        });
    };
    if played.run.ending == Ending::Done {
        for resource in intended.resources() {
            let same = is_as_intended(machine, intended, &resource);
            let verdict = match (machine.has(&resource), same) {
                (false, _) => Verdict::Missing,
                (true, Some(true)) => Verdict::PresentNew,
                (true, Some(false) | None) => Verdict::PresentOld,
            };
            judge(resource, verdict, new, verdict != Verdict::PresentOld || same.is_some());
        }
    }
    for resource in machine.resources() {
        let Some(writer) = writer(machine, &resource) else { continue };
        if serves(machine, &resource, intended) {
            continue;
        }
        if writer != new && !intended.has(&resource) && !machine.products.contains_key(&writer) {
            judge(resource, Verdict::LeftBehind, writer, true);
        }
    }
    for resource in played.before.resources() {
        let Some(writer) = writer(&played.before, &resource) else { continue };
        if !machine.has(&resource) && machine.products.contains_key(&writer) && !intended.has(&resource) {
            judge(resource, Verdict::Missing, writer, true);
        }
    }
    if outcomes.iter().any(|outcome| outcome.verdict == Verdict::Missing && outcome.owner == new) {
        let mut repaired = played.engine.clone();
        repaired.repair(new, &scenario.options);
        for outcome in &mut outcomes {
            outcome.repairable =
                outcome.verdict == Verdict::Missing && repaired.machine.has(&outcome.resource);
        }
    }
    outcomes
}

/// Whether `resource` is the entry of an IIS module whose file the new package installs: it stays in use.
fn serves(machine: &Machine, resource: &Resource, intended: &Machine) -> bool {
    let (Resource::Module(_), Some(entry)) = (resource, machine.others.get(resource)) else { return false };
    let image = Folded::path(&entry.data);
    intended.files.keys().any(|path| path.name().eq_ignore_ascii_case(image.name()))
}

fn unregistered(played: &Played, intended: &Machine) -> Vec<Resource> {
    let gone = |resource: &Resource| {
        !played.engine.machine.has(resource)
            && !intended.has(resource)
            && serves(&played.before, resource, intended)
    };
    played.before.resources().filter(gone).collect()
}

fn writer(machine: &Machine, resource: &Resource) -> Option<ProductCode> {
    match resource {
        Resource::File(path) => machine.files.get(path)?.writer,
        other => machine.others.get(other)?.writer,
    }
}

/// Whether the resource is as the new package brings it; nothing where the old bytes are not known.
fn is_as_intended(machine: &Machine, intended: &Machine, resource: &Resource) -> Option<bool> {
    match resource {
        Resource::File(path) => match (machine.files.get(path), intended.files.get(path)) {
            (Some(there), Some(wanted)) if there.writer == wanted.writer => Some(true),
            (Some(there), Some(wanted)) => there.facts.same_bytes(&wanted.facts),
            _ => Some(false),
        },
        other => {
            let data = |machine: &Machine| machine.others.get(other).map(|written| written.data.clone());
            Some(data(machine) == data(intended))
        }
    }
}

/// Events about the resource and about the components that own or owned it, from the new package's run on.
fn chain(
    scenario: &Scenario,
    played: &Played,
    resource: &Resource,
    new_components: &BTreeSet<String>,
) -> Vec<Link> {
    let journal = &played.engine.journal;
    let start = played.run.events.start;
    let own = Subject::Resource(resource.clone());
    let mut owners: BTreeSet<Subject> =
        new_components.iter().map(|key| Subject::Component(scenario.new.product_code, key.clone())).collect();
    owners.extend(
        journal.of(&own).map(|(_, event)| Subject::Component(event.session, event.component.clone())),
    );
    let mut links: Vec<(usize, Link)> = Vec::new();
    for (subject, direct) in owners.into_iter().map(|owner| (owner, false)).chain([(own, true)]) {
        let events = journal.of(&subject).filter(|(at, _)| *at >= start);
        links.extend(events.map(|(at, event)| (at, Link { direct, event: event.clone() })));
    }
    links.sort_by_key(|(at, _)| *at);
    links.into_iter().map(|(_, link)| link).collect()
}

/// The weakest link of what decided: the last thing that changed the resource, and what was decided about the
/// components for as long as that matters.
fn confidence(chain: &[Link], verdict: Verdict) -> Confidence {
    let changes = |link: &Link| {
        link.direct && matches!(link.event.deed, Deed::Wrote | Deed::Removed | Deed::PutOff | Deed::Kept)
    };
    let last = chain.iter().rposition(changes).unwrap_or(0);
    let matters = |at: usize, link: &Link| match link.event.deed {
        _ if link.direct => at >= last,
        Deed::Vetoed | Deed::NotSelected => verdict != Verdict::PresentNew,
        Deed::Spared => true,
        Deed::Wrote | Deed::Kept | Deed::Removed | Deed::PutOff => false,
    };
    chain
        .iter()
        .enumerate()
        .filter(|(at, link)| matters(*at, link))
        .map(|(_, link)| match (link.event.rule, verdict) {
            // what stays of a component that counts as absent is not proven
            (Rule::A33, Verdict::LeftBehind) => Confidence::D,
            _ => link.event.confidence,
        })
        .max()
        .unwrap_or(Confidence::A)
}

/// A package's name in a report.
pub(super) fn name_of(package: &Package) -> &str {
    package.properties.get("ProductName").map_or(package.name.as_str(), String::as_str)
}
