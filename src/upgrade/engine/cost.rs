//! Costing: what happens to each component is decided here, long before anything is written or removed.

use super::files::{is_open, not_vetoed_by, veto};
use super::session::{ComponentAction, Purpose, Session};
use super::{Engine, ReinstallMode};
use crate::journal::Deed;
use crate::machine::{Client, RecordedKeyPath, Resource};
use crate::package::{Component, ComponentAttributes};
use crate::rules::{Confidence, Rule};
use installer_condition::Value;
use std::collections::BTreeSet;

impl<'a> Engine<'a> {
    /// CostFinalize.
    pub(super) fn cost(&mut self, session: &mut Session<'a>) {
        if let Some(Value::Known(letters)) = session.properties.get("REINSTALLMODE")
            && !letters.is_empty()
        {
            session.mode = ReinstallMode::new(letters);
        }
        let installed = self.machine.products.get(&session.package.product_code);
        if session.purpose == Purpose::Install {
            session.resolve_directories();
            self.select_features(session);
        } else if let Some(product) = installed {
            session.directories.clone_from(&product.directories);
            session.features = session
                .package
                .features
                .iter()
                .map(|feature| product.features.get(&feature.key).copied().unwrap_or(false))
                .collect();
        }
        session.tell_directories();
        self.select_components(session);
        session.costed = true;
    }

    /// A feature is installed where its level, after the Condition table, lies between 1 and INSTALLLEVEL, and its
    /// parent is installed. ADDLOCAL and its like name those that are installed instead, with their parents; REMOVE,
    /// ADVERTISE and REINSTALL name those that are not.
    fn select_features(&mut self, session: &mut Session<'a>) {
        /// Features are nested no deeper (<https://learn.microsoft.com/windows/win32/msi/feature-table>).
        const DEEPEST: usize = 16;
        let package = session.package;
        let features = &package.features;
        let list = |names: &[&str]| -> BTreeSet<String> {
            let lists = names.iter().flat_map(|name| session.text(name).split(','));
            lists.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        };
        let named = list(&["ADDLOCAL", "ADDDEFAULT", "ADDSOURCE"]);
        let (unwanted, reinstalled) = (list(&["REMOVE", "ADVERTISE"]), list(&["REINSTALL"]));
        let install_level: i32 = session.text("INSTALLLEVEL").parse().unwrap_or(1);
        let levels: Vec<i32> = features
            .iter()
            .map(|feature| {
                let decides = || format!("feature `{}`", feature.key);
                let mut level = feature.level;
                for (other, condition) in &feature.levels {
                    if self.ask(session, condition, decides).holds {
                        level = *other;
                    }
                }
                level
            })
            .collect();
        session.disabled = levels.iter().map(|level| *level == 0).collect();
        let has = |list: &BTreeSet<String>, key: &String| list.contains("ALL") || list.contains(key);
        let mut wanted: Vec<bool> = features
            .iter()
            .zip(&levels)
            .map(|(feature, level)| match (named.is_empty(), reinstalled.is_empty()) {
                (false, _) => has(&named, &feature.key),
                (true, true) => *level > 0 && *level <= install_level,
                // what is not there is not installed again
                (true, false) => false,
            })
            .collect();
        let ancestors = |index: usize| {
            std::iter::successors(features[index].parent, |at| features[*at].parent).take(DEEPEST)
        };
        for index in (0..features.len()).filter(|index| named.contains(&features[*index].key)) {
            ancestors(index).for_each(|above| wanted[above] = true);
        }
        for index in (0..features.len()).filter(|index| features[*index].follows_parent) {
            if let Some(leader) = ancestors(index).find(|above| !features[*above].follows_parent) {
                wanted[index] |= wanted[leader];
            }
        }
        for (index, feature) in features.iter().enumerate() {
            wanted[index] &= levels[index] != 0 && !has(&unwanted, &feature.key);
        }
        let mut installed: Vec<Option<bool>> = vec![None; features.len()];
        for index in 0..features.len() {
            let mut climbed = Vec::new();
            let mut at = Some(index);
            let result = loop {
                match at {
                    None => break true,
                    Some(feature) => match installed[feature] {
                        Some(known) => break known,
                        None if !wanted[feature] || climbed.len() > features.len() => break false,
                        None => {
                            climbed.push(feature);
                            at = features[feature].parent;
                        }
                    },
                }
            };
            installed[index] = Some(result);
            climbed.into_iter().for_each(|feature| installed[feature] = Some(result));
        }
        session.features = installed.into_iter().map(|installed| installed == Some(true)).collect();
    }

    /// Decides over every component, by the features' states and by what stands on the machine now.
    pub(super) fn select_components(&mut self, session: &mut Session<'a>) {
        let package = session.package;
        for (index, component) in package.components.iter().enumerate() {
            session.confidence[index] = Confidence::A;
            session.actions[index] = match &session.purpose {
                Purpose::Install => self.install_action(session, index, component),
                Purpose::Repair => self.repair_action(session, component),
                Purpose::Remove { .. } => self.removal_action(session, index, component),
            };
            if session.actions[index] == ComponentAction::FileAbsent {
                session.confidence[index] = Rule::A37.confidence();
            }
            if component.has_rules_of_its_own {
                session.confidence[index] = Confidence::D;
            }
        }
    }

    fn install_action(
        &mut self,
        session: &mut Session<'a>,
        index: usize,
        component: &Component,
    ) -> ComponentAction {
        if !self.ask(session, &component.condition, || format!("component `{}`", component.key)).holds {
            let detail = format!("condition `{}` does not hold", component.condition.text());
            self.note_component(session, index, Deed::NotSelected, (Rule::S01, Confidence::A), detail);
            return ComponentAction::Null;
        }
        if !component.features.iter().any(|feature| session.features[*feature]) {
            let names: Vec<&str> =
                component.features.iter().map(|f| session.package.features[*f].key.as_str()).collect();
            let (rule, detail) = match names.as_slice() {
                [] => (Rule::S02, "it belongs to no feature".to_owned()),
                names => {
                    let migrated = session.costed;
                    let rule = if migrated { Rule::A51 } else { Rule::S02 };
                    (rule, format!("feature `{}` is not installed", names.join("`, `")))
                }
            };
            self.note_component(session, index, Deed::NotSelected, (rule, Confidence::A), detail);
            return ComponentAction::Null;
        }
        let key_path = session.key_path(component);
        if component.attributes.has(ComponentAttributes::NEVER_OVERWRITE)
            && self.machine.has_key_path(&key_path)
        {
            let detail = format!("NeverOverwrite, and {key_path} exists");
            self.note_component(session, index, Deed::Vetoed, (Rule::A21, Confidence::A), detail);
            return ComponentAction::Vetoed;
        }
        if let Some(identity) = &component.assembly
            && self.machine.has(&Resource::Assembly(identity.clone()))
        {
            let detail = "the global assembly cache has this identity already".to_owned();
            self.note_component(session, index, Deed::Vetoed, (Rule::A23, Confidence::A), detail);
            return ComponentAction::Vetoed;
        }
        if let RecordedKeyPath::File(path) = &key_path
            && let Some(disk) = self.machine.files.get(path)
        {
            if let Some(reason) = veto(component, disk, &session.mode) {
                let shown = |version: Option<crate::id::FileVersion>| {
                    version.map_or_else(|| "no version".to_owned(), |version| version.to_string())
                };
                let ours = shown(component.key_file().and_then(|file| file.version));
                let detail = format!("{path} has {}, the package brings {ours}", shown(disk.facts.version));
                self.note_component(session, index, Deed::Vetoed, reason, detail);
                return ComponentAction::Vetoed;
            }
            if !session.mode.has('a') {
                if is_open(component, disk) {
                    session.confidence[index] = Confidence::D;
                }
                session.not_vetoed[index] = not_vetoed_by(component, disk);
            }
        }
        ComponentAction::Local
    }

    fn repair_action(&self, session: &Session<'a>, component: &Component) -> ComponentAction {
        let product = self.machine.products.get(&session.package.product_code);
        if product.is_some_and(|product| product.components.contains(&component.key)) {
            ComponentAction::Local
        } else {
            ComponentAction::Null
        }
    }

    fn removal_action(
        &mut self,
        session: &mut Session<'a>,
        index: usize,
        component: &Component,
    ) -> ComponentAction {
        let code = session.package.product_code;
        let installed =
            self.machine.products.get(&code).is_some_and(|p| p.components.contains(&component.key));
        if !installed || !self.loses_all_features(session, component) {
            return ComponentAction::Null;
        }
        let Some(id) = component.id else {
            let detail = "it has no ComponentId".to_owned();
            self.note_component(session, index, Deed::Spared, (Rule::A39, Confidence::A), detail);
            return ComponentAction::Null;
        };
        let key_path = session.key_path(component);
        if !self.machine.has_key_path(&key_path) {
            let detail = format!("{key_path} is missing, so the component counts as absent");
            self.note_component(session, index, Deed::Spared, (Rule::A33, Confidence::B), detail);
            return ComponentAction::Null;
        }
        let others: Vec<(&Client, &RecordedKeyPath)> = self
            .machine
            .clients
            .get(&id)
            .into_iter()
            .flat_map(|clients| clients.iter())
            .filter(|(client, _)| **client != Client::Product(code))
            .collect();
        let permanent = component.attributes.has(ComponentAttributes::PERMANENT)
            || others.iter().any(|(client, _)| **client == Client::Permanent);
        let (action, deed, rule, detail) = if permanent {
            let detail = format!("{id} is permanent");
            (ComponentAction::Null, Deed::Spared, Rule::A38, detail)
        } else if others.is_empty() {
            let detail = format!("{id} has no other client");
            if component.attributes.has(ComponentAttributes::SHARED) {
                session.confidence[index] = Rule::A41.confidence();
            }
            (ComponentAction::Absent, Deed::Removed, Rule::A34, detail)
        } else if others.iter().any(|(_, path)| **path == key_path) {
            let detail = format!("another product is a client of {id} at this key path");
            (ComponentAction::Null, Deed::Spared, Rule::A35, detail)
        } else {
            let detail = format!("another product has {id} at another path");
            (ComponentAction::FileAbsent, Deed::Removed, Rule::A37, detail)
        };
        self.note_component(session, index, deed, (rule, Confidence::A), detail);
        action
    }

    /// Whether no installed feature is left that holds the component.
    fn loses_all_features(&self, session: &Session<'a>, component: &Component) -> bool {
        match &session.purpose {
            Purpose::Remove { features: Some(names), .. } => component
                .features
                .iter()
                .filter(|feature| session.features[**feature])
                .all(|feature| names.contains(&session.package.features[*feature].key)),
            _ => true,
        }
    }
}
