//! What the packages say by themselves, or beside each other.

use super::Finding;
use crate::diag::Severity;
use crate::engine::{Ending, ScheduleClass};
use crate::journal::{Deed, Subject};
use crate::package::{Component, ComponentAttributes, Package};
use crate::report::Report;
use crate::rules::{Confidence, Rule};
use crate::scenario::{Played, Scenario};
use std::collections::{BTreeMap, BTreeSet};

/// All facts worth a finding.
pub(super) fn of(scenario: &Scenario, played: &Played, report: &Report) -> Vec<Finding> {
    let mut facts = Facts { found: Vec::new() };
    facts.refusal(report);
    facts.authoring(scenario.new);
    facts.references(scenario, played);
    facts.disabled(scenario, played, report);
    for old in &scenario.installed {
        facts.pair(old, scenario.new, report);
    }
    facts.actions(report);
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

    fn authoring(&mut self, new: &Package) {
        self.properties(new);
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
    }

    /// What takes the answers of FindRelatedProducts (ICE61 asks the same).
    fn properties(&mut self, new: &Package) {
        let mut seen = BTreeSet::new();
        for row in &new.upgrades {
            let property = &row.property;
            let mut problems = Vec::new();
            if property.contains(|c: char| c.is_ascii_lowercase()) {
                problems.push("it is not public, since its name has lower-case letters");
            }
            if !new.secure.contains(property) {
                problems.push("it is not in SecureCustomProperties");
            }
            if new.properties.get(property).is_some() {
                problems.push("the Property table sets it already");
            }
            if !seen.insert(property) {
                problems.push("another row has it too");
            }
            if !problems.is_empty() {
                let message = format!("A07: `{property}`: {}", problems.join("; "));
                self.add("U046", Rule::A07.confidence(), message);
            }
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
            let subject = Subject::Component(scenario.new.product_code, component.into());
            !installed.contains(component)
                || played.engine.journal.of(&subject).any(|(_, event)| event.deed == Deed::Vetoed)
        };
        let owners: BTreeMap<&str, &Component> =
            scenario.new.files().map(|(component, file)| (file.key.as_str(), component)).collect();
        for component in &scenario.new.components {
            let texts = component
                .shortcuts
                .iter()
                .map(|row| &row.target)
                .chain(component.environment.iter().map(|row| &row.value));
            for shortcut in &component.shortcuts {
                let target = shortcut.target.strip_prefix("[#").and_then(|rest| rest.strip_suffix(']'));
                let owner = target.and_then(|key| owners.get(key));
                if let Some(owner) = owner.filter(|owner| owner.key != component.key)
                    && is_blank(&owner.key)
                {
                    let message = format!("shortcut `{}` to a file that is not installed", shortcut.name);
                    self.add("U042", Rule::A56.confidence(), message);
                }
            }
            for text in texts {
                for name in text.split("[$").skip(1).filter_map(|rest| rest.split(']').next()) {
                    if *name != *component.key && is_blank(name) {
                        let message = format!("`{}` in component `{}` is blank", text, component.key);
                        self.add("U042", Rule::A56.confidence(), message);
                    }
                }
            }
        }
    }

    /// Components that their condition keeps away, although the old product had them: what they held is gone, and a
    /// clean install would not have it either, unless another component brings it.
    fn disabled(&mut self, scenario: &Scenario, played: &Played, report: &Report) {
        let removed: Vec<&&Package> =
            scenario.installed.iter().filter(|old| report.removed.contains(&old.product_code)).collect();
        let place = |component: &Component| {
            component.key_file().map(|file| (component.directory.clone(), file.name.to_lowercase()))
        };
        let old = || removed.iter().flat_map(|old| &old.components);
        let by_id: BTreeMap<_, &Component> = old().filter_map(|c| Some((c.id?, c))).collect();
        let by_place: BTreeMap<_, &Component> = old().filter_map(|c| Some((place(c)?, c))).collect();
        let product = played.engine.machine.products.get(&scenario.new.product_code);
        let is_enabled = |c: &&Component| product.is_some_and(|product| product.components.contains(&c.key));
        let enabled: BTreeSet<_> =
            scenario.new.components.iter().filter(is_enabled).filter_map(place).collect();
        for component in &scenario.new.components {
            let subject = Subject::Component(scenario.new.product_code, component.key.clone());
            let mut events = played.engine.journal.of(&subject).map(|(_, event)| event);
            let Some(event) = events.find(|event| event.rule == Rule::S01) else { continue };
            let own_place = place(component);
            if own_place.as_ref().is_some_and(|place| enabled.contains(place)) {
                continue;
            }
            let same_id = component.id.and_then(|id| by_id.get(&id));
            let same_place = || own_place.as_ref().and_then(|place| by_place.get(place));
            if let Some(before) = same_id.or_else(same_place) {
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
    }

    fn actions(&mut self, report: &Report) {
        for fired in report.fired.iter().filter(|fired| fired.upgrading) {
            let confidence = if fired.unknown { Rule::S06.confidence() } else { Rule::A12.confidence() };
            let own = matches!(report.schedule.class, ScheduleClass::EarlyA | ScheduleClass::LateC);
            let confidence = match fired.action.stage() {
                "commit" => confidence.max(Rule::A54.confidence()),
                _ => confidence,
            };
            let kind = match (fired.action.stage(), own) {
                ("commit", true) => "commit, in the removal's own transaction",
                ("commit", false) => "commit, after the new package's own actions",
                (stage, _) => stage,
            };
            let message = format!("`{}` ({kind}; `{}`)", fired.action.name, fired.action.target);
            self.add("U026", confidence, message);
        }
    }

    fn bundle(&mut self, scenario: &Scenario, report: &Report) {
        let lost = report.outcomes.iter().filter(|outcome| outcome.verdict.is_loss()).count();
        if scenario.bundle && report.bundle && lost > 0 {
            let message = format!("{lost} resources go when the bundle removes the old package");
            self.add("U043", Rule::A55.confidence(), message);
        }
    }
}
