//! What the packages say by themselves, or beside each other.

use super::Finding;
use crate::diag::Severity;
use crate::upgrade::engine::{Ending, ScheduleClass};
use crate::upgrade::journal::{Deed, Subject};
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
    facts.disabled(scenario, played, report);
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
            ScheduleClass::EarlyA | ScheduleClass::LateC => {
                self.add("U034", Rule::A09.confidence(), format!("old products go {}", report.schedule.class))
            }
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
            let found_by = |row: &&Upgrade| {
                played.run.detected.get(&row.property).is_some_and(|codes| codes.contains(&old.product_code))
            };
            let found = rows.iter().any(found_by);
            let speaks = |row: &&Upgrade| {
                row.languages.is_empty()
                    || row.languages.contains(&old.language) != row.has(Upgrade::LANGUAGES_EXCLUSIVE)
            };
            let (code, rule, message) = if report.ending != Ending::Done {
                continue;
            } else if rows.is_empty() {
                ("U016", Rule::A03, format!("{name} is not found: no Upgrade row removes its UpgradeCode"))
            } else if report.schedule.class == ScheduleClass::Absent {
                continue;
            } else if found {
                let why = "the condition of RemoveExistingProducts does not hold";
                ("U019", Rule::A13, format!("{name} is found and not removed: {why}"))
            } else if old.per_machine != scenario.new.per_machine {
                ("U016c", Rule::A06, format!("{name} is installed for another context"))
            } else if !rows.iter().any(speaks) {
                let language = old.language;
                ("U016", Rule::A05, format!("{name} is not found: no Upgrade row is for language {language}"))
            } else if same {
                ("U017", Rule::A04, format!("{name} has the same version in the three fields that count"))
            } else {
                ("U016", Rule::A03, format!("{name} is outside the version range of the Upgrade rows"))
            };
            self.add(code, rule.confidence(), message);
        }
        if report.removed.len() > 1 {
            self.add(
                "U037",
                Confidence::A,
                format!("{} installed products are replaced", report.removed.len()),
            );
        }
        if !report.removed.is_empty() {
            let names: Vec<&str> =
                report.removed.iter().filter_map(|code| Some(report.names.get(code)?.as_str())).collect();
            self.add("U039", Rule::A11.confidence(), names.join(", "));
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
        let in_ui = new.ui.iter().any(|action| action.name == "FindRelatedProducts");
        for row in new.upgrades.iter().filter(|row| in_ui && !new.secure.contains(&row.property)) {
            let what = "what FindRelatedProducts finds in the UI sequence does not reach the elevated part";
            let message = format!("`{}` is not in SecureCustomProperties: {what}", row.property);
            self.add("U016", Rule::A07.confidence(), message);
        }
        for directory in &new.chosen_by_user {
            let message = format!("a user may choose `{directory}`, and nothing reads the choice back");
            self.add("U040", Confidence::C, message);
        }
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
        let is_blank = |component: &str| {
            let subject = Subject::Component(scenario.new.product_code, component.to_owned());
            !installed.contains(component)
                || played.engine.journal.of(&subject).any(|(_, event)| event.deed == Deed::Vetoed)
        };
        for component in &scenario.new.components {
            let texts = component
                .shortcuts
                .iter()
                .map(|row| &row.target)
                .chain(component.environment.iter().map(|row| &row.value));
            for shortcut in &component.shortcuts {
                let target = shortcut.target.strip_prefix("[#").and_then(|rest| rest.strip_suffix(']'));
                let owner = scenario.new.files().find(|(_, file)| Some(file.key.as_str()) == target);
                if let Some((owner, _)) = owner.filter(|(owner, _)| owner.key != component.key)
                    && is_blank(&owner.key)
                {
                    let message = format!("shortcut `{}` to a file that is not installed", shortcut.name);
                    self.add("U042", Rule::A56.confidence(), message);
                }
            }
            for text in texts {
                for name in text.split("[$").skip(1).filter_map(|rest| rest.split(']').next()) {
                    if name != component.key && is_blank(name) {
                        let message = format!("`{}` in component `{}` is blank", text, component.key);
                        self.add("U042", Rule::A56.confidence(), message);
                    }
                }
            }
        }
    }

    /// Components that their condition keeps away, although the old product had them: what they held is gone, and a
    /// clean install would not have it either.
    fn disabled(&mut self, scenario: &Scenario, played: &Played, report: &Report) {
        for component in &scenario.new.components {
            let subject = Subject::Component(scenario.new.product_code, component.key.clone());
            let mut events = played.engine.journal.of(&subject).map(|(_, event)| event);
            let Some(event) = events.find(|event| event.rule == Rule::S01) else { continue };
            let removed = scenario.installed.iter().filter(|old| report.removed.contains(&old.product_code));
            for before in removed.flat_map(|old| Self::predecessor(component, old)) {
                // that a component which is not installed is not registered either follows, and is not documented
                let confidence = if report.schedule.is_late() { Confidence::C } else { event.confidence };
                let message = format!(
                    "component `{}`: {}; what `{}` had goes",
                    component.key, event.detail, before.key
                );
                let mut finding = Finding::new("U021", None, confidence, message);
                finding.severity = Severity::Warning; // it may be meant so
                self.found.push(finding);
            }
        }
    }

    /// The component of `old` with the ComponentId of `component`, or else with its key file.
    fn predecessor<'a>(component: &Component, old: &'a Package) -> Option<&'a Component> {
        let place = |component: &Component| {
            component.key_file().map(|file| (component.directory.clone(), file.name.to_lowercase()))
        };
        let same_id = |other: &&Component| other.id.is_some() && other.id == component.id;
        let same_place = |other: &&Component| place(other).is_some() && place(other) == place(component);
        old.components.iter().find(same_id).or_else(|| old.components.iter().find(same_place))
    }

    fn pair(&mut self, old: &Package, new: &Package, report: &Report) {
        for ((library, language), version) in &new.type_libraries {
            let before = old.type_libraries.get(&(library.clone(), *language));
            if let Some(before) = before.filter(|before| **before > *version && *before >> 8 == version >> 8)
            {
                let shown = |version: i32| format!("{}.{}", version >> 8, version & 0xFF);
                let message = format!("{library}: {} after {}", shown(*version), shown(*before));
                self.add("U038", Rule::A57.confidence(), message);
            }
        }
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
            let own = matches!(report.schedule.class, ScheduleClass::EarlyA | ScheduleClass::LateC);
            let confidence = match fired.kind & 0x700 {
                0x600 => confidence.max(Rule::A54.confidence()),
                _ => confidence,
            };
            let kind = match fired.kind & 0x700 {
                0x600 if own => "commit, in the removal's own transaction",
                0x600 => "commit, after the new package's own actions",
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
