//! What the packages say by themselves, or beside each other.

use super::Finding;
use crate::diag::Severity;
use crate::upgrade::engine::{Ending, ScheduleClass};
use crate::upgrade::package::{Component, ComponentAttributes, KeyPath, Package, Upgrade};
use crate::upgrade::report::{Report, Verdict, name_of};
use crate::upgrade::rules::{Confidence, Rule};
use crate::upgrade::scenario::{Played, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// All facts worth a finding.
pub(super) fn of(scenario: &Scenario, played: &Played, report: &Report) -> Vec<Finding> {
    let mut facts = Facts { found: Vec::new() };
    facts.refusal(report);
    facts.schedule(scenario, played, report);
    facts.detection(scenario, played, report);
    facts.authoring(scenario.new);
    facts.references(scenario, played);
    for old in &scenario.installed {
        facts.pair(old, scenario.new, report);
    }
    facts.actions(report);
    facts.modules(report);
    facts.bundle(scenario, report);
    facts.found
}

struct Facts {
    found: Vec<Finding>,
}

impl Facts {
    fn add(&mut self, code: &str, confidence: Confidence, message: impl Into<String>) {
        self.found.push(Finding::new(code, None, confidence, message.into()));
    }

    fn refusal(&mut self, report: &Report) {
        if let Ending::Failed { error, reason, rule } = &report.ending {
            match error {
                1638 => self.add("U018b", rule.confidence(), reason.clone()),
                2613 => self.add("U018", rule.confidence(), reason.clone()),
                _ => {}
            }
        }
    }

    fn schedule(&mut self, scenario: &Scenario, played: &Played, report: &Report) {
        let name = name_of(scenario.new);
        match report.schedule.class {
            ScheduleClass::EarlyA | ScheduleClass::LateC => self.add(
                "U034",
                Rule::A09.confidence(),
                format!("`{name}` removes old products {}", report.schedule.class),
            ),
            ScheduleClass::Absent if !scenario.new.upgrades.is_empty() => {
                self.add("U019", Confidence::A, format!("`{name}` has Upgrade rows and removes nothing"));
            }
            _ => {}
        }
        let in_ui = |action: &str| scenario.new.ui.iter().any(|row| row.name == action);
        let in_execute = |action: &str| scenario.new.execute.iter().any(|row| row.name == action);
        for action in ["FindRelatedProducts", "MigrateFeatureStates"] {
            if !scenario.new.ui.is_empty() && in_ui(action) != in_execute(action) {
                let table = if in_ui(action) { "InstallExecuteSequence" } else { "InstallUISequence" };
                self.add("U033", Confidence::A, format!("`{action}` is missing from `{table}`"));
            }
        }
        let mode = &played.run.mode;
        if mode.has('a') {
            self.add("U035", Rule::A30.confidence(), format!("REINSTALLMODE is `{mode}`"));
        }
    }

    fn detection(&mut self, scenario: &Scenario, played: &Played, report: &Report) {
        for (index, old) in scenario.installed.iter().enumerate() {
            if !played.before.products.contains_key(&old.product_code)
                || old.product_code == scenario.new.product_code
                || report.removed.contains(&old.product_code)
            {
                continue;
            }
            let name = format!("`{}` {}", name_of(old), old.version);
            let rows: Vec<&Upgrade> = scenario
                .new
                .upgrades
                .iter()
                .filter(|row| Some(row.upgrade_code) == old.upgrade_code && !row.has(Upgrade::ONLY_DETECT))
                .collect();
            let earlier = &scenario.installed[index + 1..];
            if earlier.iter().any(|later| later.product_code == old.product_code) {
                continue;
            }
            let same = old.version.compared() == scenario.new.version.compared();
            let (code, message) = if rows.is_empty() {
                ("U016", format!("{name} is not found: no Upgrade row removes its UpgradeCode"))
            } else if old.per_machine != scenario.new.per_machine {
                ("U016c", format!("{name} is installed for another context"))
            } else if same {
                ("U017", format!("{name} has the same version in the three fields that count"))
            } else if report.ending == Ending::Done && report.schedule.class != ScheduleClass::Absent {
                ("U016", format!("{name} is outside the version or language range of the Upgrade rows"))
            } else {
                continue;
            };
            self.add(code, Rule::A03.confidence(), message);
        }
        if report.removed.len() > 1 {
            self.add(
                "U037",
                Confidence::A,
                format!("{} installed products are replaced", report.removed.len()),
            );
        }
        if !report.removed.is_empty() {
            self.add("U039", Rule::A11.confidence(), "the old package's cached copy is needed".to_owned());
        }
        for row in scenario.new.upgrades.iter().filter(|row| row.remove.is_some()) {
            let list = row.remove.as_deref().unwrap_or_default();
            self.add(
                "U036",
                Rule::A12.confidence(),
                format!("Upgrade row of {} removes `{list}`", row.upgrade_code),
            );
        }
    }

    fn authoring(&mut self, new: &Package) {
        let mut ids: BTreeMap<_, Vec<&str>> = BTreeMap::new();
        for component in &new.components {
            if let Some(id) = component.id {
                ids.entry(id).or_default().push(&component.key);
            } else {
                self.add("U031", Rule::A39.confidence(), format!("component `{}`", component.key));
            }
        }
        for (id, keys) in ids.into_iter().filter(|(_, keys)| keys.len() > 1) {
            self.add("U030", Confidence::A, format!("{id} is the ComponentId of `{}`", keys.join("`, `")));
        }
        let keys: BTreeSet<&str> = new.files().map(|(_, file)| file.key.as_str()).collect();
        for (component, file) in new.files() {
            if let Some(parent) = &file.companion {
                let is_key = component.key_file().is_some_and(|key| key.key == file.key);
                if is_key || !keys.contains(parent.as_str()) || parent == &file.key {
                    let message = format!("file `{}` follows `{parent}` and is a key path", file.key);
                    self.add("U028", Rule::A29.confidence(), message);
                }
            } else if file.version != file.facts.version {
                let shown = |version: Option<crate::id::FileVersion>| {
                    version.map_or_else(|| "none".to_owned(), |version| version.to_string())
                };
                let message = format!(
                    "file `{}`: the column says {}, the bytes say {}",
                    file.key,
                    shown(file.version),
                    shown(file.facts.version)
                );
                self.add("U027", Confidence::A, message);
            }
        }
        let mut paths: BTreeMap<(String, String), Vec<&str>> = BTreeMap::new();
        for (component, file) in new.files() {
            let place = (component.directory.clone(), file.name.to_lowercase());
            paths.entry(place).or_default().push(&component.key);
        }
        for ((_, name), owners) in paths.into_iter().filter(|(_, owners)| owners.len() > 1) {
            self.add(
                "U029",
                Rule::A34.confidence(),
                format!("`{name}` belongs to `{}`", owners.join("`, `")),
            );
        }
    }

    /// `[$Component]` outside Registry.Value, where the component is not installed.
    fn references(&mut self, scenario: &Scenario, played: &Played) {
        let installed = played
            .engine
            .machine
            .products
            .get(&scenario.new.product_code)
            .map(|product| product.components.clone())
            .unwrap_or_default();
        for component in &scenario.new.components {
            let texts = component
                .shortcuts
                .iter()
                .map(|row| &row.target)
                .chain(component.environment.iter().map(|row| &row.value));
            for text in texts {
                for name in text.split("[$").skip(1).filter_map(|rest| rest.split(']').next()) {
                    let vetoed = played.engine.journal.of(&crate::upgrade::journal::Subject::Component(
                        scenario.new.product_code,
                        name.to_owned(),
                    ));
                    let vetoed =
                        vetoed.into_iter().any(|(_, e)| e.deed == crate::upgrade::journal::Deed::Vetoed);
                    if name != component.key && (vetoed || !installed.contains(name)) {
                        let message = format!("`{}` in component `{}` is blank", text, component.key);
                        self.add("U042", Rule::A56.confidence(), message);
                    }
                }
            }
        }
    }

    fn pair(&mut self, old: &Package, new: &Package, report: &Report) {
        let by_id: BTreeMap<_, &Component> =
            old.components.iter().filter_map(|component| Some((component.id?, component))).collect();
        for component in &new.components {
            let Some(before) = component.id.and_then(|id| by_id.get(&id)) else { continue };
            let bit = ComponentAttributes::SIXTY_FOUR_BIT;
            if component.attributes.has(bit) != before.attributes.has(bit) && old.arch == new.arch {
                let message =
                    format!("component `{}` has the ComponentId of `{}`", component.key, before.key);
                self.add("U032", Rule::A43.confidence(), message);
            }
            let versions = (
                component.key_file().and_then(|f| f.version),
                before.key_file().and_then(|f| f.facts.version),
            );
            let more = component.files.len() + component.registry.len() > 1;
            if report.schedule.is_early() && more && versions.0.is_some() && versions.0 == versions.1 {
                self.add("U002e", Confidence::D, format!("component `{}`", component.key));
            }
        }
        let files = |package: &Package| -> BTreeSet<String> {
            package.files().map(|(_, file)| file.name.to_lowercase()).collect()
        };
        let shared_names = files(old).intersection(&files(new)).count();
        let shared_ids =
            new.components.iter().filter(|c| c.id.is_some_and(|id| by_id.contains_key(&id))).count();
        let has_files = |component: &&Component| matches!(component.key_path, KeyPath::File(_));
        if shared_ids == 0
            && shared_names > 1
            && report.removed.contains(&old.product_code)
            && new.components.iter().filter(has_files).count() > 1
        {
            let message = format!("{shared_names} files keep their names, none keeps its ComponentId");
            self.add("U041", Confidence::B, message);
        }
    }

    fn actions(&mut self, report: &Report) {
        for fired in report.fired.iter().filter(|fired| fired.upgrading) {
            let confidence = if fired.unknown { Rule::S06.confidence() } else { Rule::A12.confidence() };
            let kind = match fired.kind & 0x700 {
                0x600 => "commit, at the outer commit",
                0x500 => "rollback",
                0x400 => "deferred",
                _ => "immediate",
            };
            let message = format!("`{}` ({kind}; `{}`)", fired.action, fired.target);
            self.add("U026", confidence, message);
        }
    }

    fn modules(&mut self, report: &Report) {
        for resource in &report.unregistered {
            let message = format!(
                "the entry of `{resource}` in applicationHost.config goes with the old product, and the new one does not \
                 write it"
            );
            let mut finding = Finding::new("U026", Some(resource.clone()), Rule::S09.confidence(), message);
            finding.severity = Severity::Warning;
            self.found.push(finding);
        }
    }

    fn bundle(&mut self, scenario: &Scenario, report: &Report) {
        let lost = report.outcomes.iter().filter(|outcome| outcome.verdict == Verdict::Missing).count();
        if scenario.bundle && report.bundle && lost > 0 {
            let message = format!("{lost} resources go when the bundle removes the old package");
            self.add("U043", Rule::A55.confidence(), message);
        }
    }
}
