//! The fate of each resource, judged by who owns it: what an installed product would put on a clean machine is its own.

use super::cells;
use super::elsewhere::Elsewhere;
use super::engine::{Ending, Schedule, World};
use super::intended::Intended;
use super::journal::{Deed, Subject};
use super::machine::{Client, DiskFile, RecordedKeyPath, Resource};
use super::modules::Modules;
use super::names::Folded;
use super::package::{ComponentAttributes, File};
use super::report::{Link, Outcome, Owners, Verdict};
use super::rules::{Confidence, Rule};
use super::scenario::{Played, Scenario};
use crate::id::{ComponentId, ProductCode};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The fates of all resources that somebody owns, and of those that nobody owns any more.
pub(super) fn outcomes<'a>(
    scenario: &Scenario<'a>,
    played: &Played<'a>,
    intended: &Intended,
    world: &World,
    elsewhere: &dyn Elsewhere<'a>,
) -> Vec<Outcome> {
    let keys = KeyFiles::of(scenario, played);
    let mut judge =
        Judge { scenario, played, keys, judged: Vec::new(), in_order: 0, places: BTreeSet::new() };
    let (machine, before) = (&played.engine.machine, &played.before);
    let modules = Modules::of(played, intended);
    let new = scenario.new.product_code;
    let others: Vec<(ProductCode, Rc<Intended>)> = scenario
        .installed
        .iter()
        .filter(|package| package.product_code != new && machine.products.contains_key(&package.product_code))
        .map(|package| {
            let code = package.product_code;
            let found = played.earlier.iter().rfind(|run| run.product == code).map(|run| &run.found);
            (code, elsewhere.clean(package, world, found.unwrap_or(&BTreeMap::new())))
        })
        .collect();
    let is_there = played.run.ending == Ending::Done && machine.products.contains_key(&new);
    let is_owned = |resource: &Resource| {
        (is_there && intended.machine.has(resource))
            || others.iter().any(|(_, intended)| intended.machine.has(resource))
    };
    if is_there {
        let mut owners = intended.owners_in_order();
        for (resource, wanted) in intended.machine.things() {
            let there = machine.thing(&resource);
            let same = there.and_then(|there| there.is_as(wanted));
            let verdict = match (there, same) {
                _ if modules.points_nowhere(&resource) => Verdict::Dangling,
                (None, _) => Verdict::Missing,
                (Some(_), Some(true)) => Verdict::PresentNew,
                (Some(_), Some(false) | None) => Verdict::PresentOld,
            };
            if verdict == Verdict::Missing
                && !before.has(&resource)
                && judge.was_never_chosen(&resource, intended)
            {
                continue;
            }
            let is_sure = verdict != Verdict::PresentOld || same.is_some();
            let components = owners(&resource);
            judge.conclude(resource, verdict, new, components, is_sure);
        }
        judge.in_order = judge.judged.len();
        // an entry that the new package does not write and that its module needs
        for (resource, _) in before.things_not_on(machine) {
            if modules.serves(before, &resource) {
                judge.say(resource, Verdict::Missing, new, Owners::default(), true);
            }
        }
    }
    for (product, intended) in &others {
        // of a product that lost some of its features, what belongs to the others
        let keys = &machine.products[product].components;
        let is_kept = |resource: &Resource| {
            intended.owners(resource).is_none_or(|owners| owners.iter().any(|key| keys.contains(key)))
        };
        for (resource, _) in intended.machine.things_not_on(machine) {
            if before.has(&resource) && is_kept(&resource) {
                judge.say(resource, Verdict::Missing, *product, Owners::default(), true);
            }
        }
    }
    for (resource, thing) in machine.things() {
        let Some(writer) = thing.writer() else { continue };
        if modules.points_nowhere(&resource) {
            judge.say(resource, Verdict::Dangling, writer, Owners::default(), true);
            continue;
        }
        let is_kept = machine.products.contains_key(&writer)
            || is_owned(&resource)
            || (is_there && modules.serves(machine, &resource));
        if !is_kept {
            judge.say(resource, Verdict::LeftBehind, writer, Owners::default(), true);
        }
    }
    for (resource, thing) in before.things_not_on(machine) {
        let Some(writer) = thing.writer() else { continue };
        if !is_owned(&resource) && judge.goes_by_an_unproven_rule(&resource) {
            judge.say(resource, Verdict::LeftBehind, writer, Owners::default(), false);
        }
    }
    judge.repairs();
    let mut judged = judge.judged;
    judged.sort_unstable_by(|a, b| a.resource.cmp(&b.resource));
    judged
}

struct Judge<'s, 'a> {
    scenario: &'s Scenario<'a>,
    played: &'s Played<'a>,
    keys: KeyFiles<'a>,
    judged: Vec<Outcome>,
    /// So many of them are in order: those of the new package.
    in_order: usize,
    /// What has been judged besides.
    places: BTreeSet<Resource>,
}

impl Judge<'_, '_> {
    /// The first word on a resource counts: the new product's before others'.
    fn say(
        &mut self,
        resource: Resource,
        verdict: Verdict,
        owner: ProductCode,
        new_components: Owners,
        is_sure: bool,
    ) {
        let is_ours = || {
            self.judged[..self.in_order].binary_search_by(|outcome| outcome.resource.cmp(&resource)).is_ok()
        };
        if !is_ours() && self.places.insert(resource.clone()) {
            self.conclude(resource, verdict, owner, new_components, is_sure);
        }
    }

    fn conclude(
        &mut self,
        resource: Resource,
        verdict: Verdict,
        owner: ProductCode,
        new_components: Owners,
        is_sure: bool,
    ) {
        let chain = self.chain(&resource, &new_components);
        let mut confidence = weakest(&chain, verdict);
        if verdict == Verdict::Dangling {
            confidence = confidence.max(Modules::CONFIDENCE);
        }
        if let Resource::File(path) = &resource
            && verdict != Verdict::LeftBehind
        {
            confidence = confidence.max(self.keys.confidence(self.played, path));
        }
        if !is_sure {
            confidence = Confidence::D;
        }
        let by_design = verdict == Verdict::PresentOld
            && chain.iter().any(|link| !link.direct && link.event.rule == Rule::A21);
        let outcome = Outcome {
            confidence,
            owner,
            new_components,
            repairable: false,
            by_design,
            chain,
            verdict,
            resource,
        };
        self.judged.push(outcome);
    }

    /// Whether only features that the old product did not have either would bring `resource`.
    fn was_never_chosen(&self, resource: &Resource, intended: &Intended) -> bool {
        let journal = &self.played.engine.journal;
        let start = self.played.run.events.start;
        intended.owners(resource).is_some_and(|keys| {
            keys.iter().all(|key| {
                let subject = Subject::Component(self.scenario.new.product_code, key.clone());
                let last = journal.of(&subject).filter(|(at, _)| *at >= start).last();
                last.is_some_and(|(_, event)| event.rule == Rule::A51)
            })
        })
    }

    /// Whether what took `resource` away is not proven.
    fn goes_by_an_unproven_rule(&self, resource: &Resource) -> bool {
        let events = self.played.engine.journal.of(&Subject::Resource(resource.clone()));
        let last = events.filter(|(at, _)| *at >= self.played.run.events.start).last();
        last.is_some_and(|(_, event)| event.deed == Deed::Removed && event.confidence == Confidence::D)
    }

    /// Events about the resource and about the components that own or owned it, from the new package's run on.
    fn chain(&self, resource: &Resource, new_components: &Owners) -> Vec<Link> {
        let journal = &self.played.engine.journal;
        let start = self.played.run.events.start;
        let new = self.scenario.new.product_code;
        let mut owners: BTreeSet<Subject> =
            new_components.iter().map(|key| Subject::Component(new, key.clone())).collect();
        let mut links: Vec<(usize, Link)> = Vec::new();
        for (at, event) in journal.of(&Subject::Resource(resource.clone())) {
            owners.insert(Subject::Component(event.by.session, event.by.component.clone()));
            if at >= start {
                links.push((at, Link { direct: true, event: event.clone() }));
            }
        }
        for owner in owners {
            let events = journal.of(&owner).filter(|(at, _)| *at >= start);
            links.extend(events.map(|(at, event)| (at, Link { direct: false, event: event.clone() })));
        }
        links.sort_by_key(|(at, _)| *at);
        // in room of its own, which is no larger than it needs
        let mut chain = Vec::with_capacity(links.len());
        chain.extend(links.into_iter().map(|(_, link)| link));
        chain
    }

    /// Asks what a repair of its owner brings back.
    fn repairs(&mut self) {
        let lost = |outcome: &&mut Outcome| outcome.verdict == Verdict::Missing;
        let owners: BTreeSet<ProductCode> =
            self.judged.iter_mut().filter(lost).map(|outcome| outcome.owner).collect();
        for owner in owners {
            let mut repaired = self.played.engine.without_journal();
            repaired.repair(owner, &Default::default());
            for outcome in self.judged.iter_mut().filter(|outcome| outcome.owner == owner) {
                outcome.repairable =
                    outcome.verdict == Verdict::Missing && repaired.machine.has(&outcome.resource);
            }
        }
    }
}

/// The weakest link of what decided: the last thing that changed the resource, and what was decided about the
/// components for as long as that matters.
fn weakest(chain: &[Link], verdict: Verdict) -> Confidence {
    let changes = |link: &Link| {
        link.direct && matches!(link.event.deed, Deed::Wrote | Deed::Removed | Deed::PutOff | Deed::Kept)
    };
    let last = chain.iter().rposition(changes).unwrap_or(0);
    let matters = |at: usize, link: &Link| match link.event.deed {
        _ if link.direct => at >= last,
        Deed::Vetoed | Deed::NotSelected => verdict != Verdict::PresentNew,
        Deed::Spared => true,
        // what stays of a component that lost its files only
        Deed::Removed => verdict == Verdict::LeftBehind && link.event.rule == Rule::A37,
        Deed::Wrote | Deed::Kept | Deed::PutOff => false,
    };
    chain
        .iter()
        .enumerate()
        .filter(|(at, link)| matters(*at, link))
        .map(|(_, link)| match (link.event.rule, verdict) {
            // what stays of a component that counts as absent is not proven
            (Rule::A33, Verdict::LeftBehind) => Confidence::D,
            (rule, _) => {
                link.event.confidence.max(if link.direct { Confidence::A } else { rule.confidence() })
            }
        })
        .max()
        .unwrap_or(Confidence::A)
}

/// The key files of the new package at paths where a removed product had one: the cells of the truth table.
struct KeyFiles<'a> {
    new: BTreeMap<Folded, (Option<ComponentId>, &'a File)>,
    old: BTreeMap<Folded, ComponentId>,
    early: Option<bool>,
}

impl<'a> KeyFiles<'a> {
    /// Empty where something modifies the table: another REINSTALLMODE, or removal before costing.
    fn of(scenario: &Scenario<'a>, played: &Played) -> KeyFiles<'a> {
        let schedule = Schedule::of(scenario.new);
        let early = match (schedule.is_early(), schedule.is_late() || !played.bundle_runs.is_empty()) {
            (true, false) => Some(true),
            (_, true) => Some(false),
            (false, false) => None,
        };
        let mut keys = KeyFiles { new: BTreeMap::new(), old: BTreeMap::new(), early };
        if early.is_none() || ['a', 'e', 'd', 'p', 'c'].iter().any(|letter| played.run.mode.has(*letter)) {
            return keys;
        }
        let removed = |client: &Client| match client {
            Client::Product(product) => {
                played.run.removed.contains(product)
                    || played.bundle_runs.iter().any(|run| run.product == *product)
            }
            Client::Permanent => false,
        };
        for (id, clients) in played.before.clients.iter() {
            for path in clients.iter().filter(|(client, _)| removed(client)).map(|(_, path)| path) {
                if let RecordedKeyPath::File(path) = path {
                    keys.old.insert(path.clone(), *id);
                }
            }
        }
        let Some(product) = played.engine.machine.products.get(&scenario.new.product_code) else {
            return keys;
        };
        for component in &scenario.new.components {
            let plain = !component.attributes.has(ComponentAttributes::NEVER_OVERWRITE);
            if let (true, Some(file)) = (plain, component.key_file().filter(|file| file.companion.is_none()))
                && let Some(folder) = product.directories.get(&component.directory)
            {
                keys.new.insert(folder.join(&file.name), (component.id, file));
            }
        }
        keys
    }

    fn confidence(&self, played: &Played, path: &Folded) -> Confidence {
        let disk: Option<&DiskFile> = played.before.files.get(path).filter(|disk| !disk.locked);
        match (disk, self.new.get(path), self.old.get(path), self.early) {
            (Some(disk), Some((id, file)), Some(old), Some(early)) => {
                cells::confidence(disk, file, *id == Some(*old), early)
            }
            _ => Confidence::A,
        }
    }
}
