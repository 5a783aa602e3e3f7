//! What several components, several products, or a product and a user have at one place.

use super::Finding;
use crate::diag::Severity;
use crate::engine::FileOwner;
use crate::id::{ComponentId, ProductCode};
use crate::journal::{Deed, Subject};
use crate::machine::{Client, Clients, Product, RecordedKeyPath, Resource};
use crate::names::Folded;
use crate::package::{Component, Package};
use crate::report::Report;
use crate::rules::{Confidence, Rule};
use crate::scenario::{Played, Scenario};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// RemoveFile rows that act on install, and on removal.
const ON_INSTALL: i32 = 1;
const ON_REMOVAL: i32 = 2;

/// All findings about what is shared.
pub(super) fn of(scenario: &Scenario, played: &Played, report: &Report) -> Vec<Finding> {
    let mut found = Vec::new();
    one_path(scenario, played, report, &mut found);
    one_id(scenario, played, report, &mut found);
    unstable_ids(scenario, played, report, &mut found);
    user_files(scenario, played, report, &mut found);
    lost_edits(played, &mut found);
    found
}

fn name(report: &Report, product: ProductCode) -> &str {
    report.names.get(&product).map_or("another product", String::as_str)
}

/// Two components that own one path: of the new package, or of it and another product that is installed.
fn one_path(scenario: &Scenario, played: &Played, report: &Report, found: &mut Vec<Finding>) {
    let new = scenario.new.product_code;
    for (path, owners) in played.engine.file_owners().iter().filter(|(_, owners)| owners.len() > 1) {
        let ours: Vec<&FileOwner> = owners.iter().filter(|owner| owner.product == new).collect();
        if ours.len() > 1 {
            let keys: Vec<&str> = ours.iter().map(|owner| owner.component).collect();
            let message = format!("`{path}` belongs to `{}`", keys.join("`, `"));
            found.push(Finding::new("U029", None, Rule::A34.confidence(), message));
        }
        let Some(own) = ours.first() else { continue };
        let other = owners.iter().find(|owner| owner.product != new && owner.id != own.id);
        if let Some(other) = other {
            let message = format!(
                "`{path}` belongs to `{}` of {} and to `{}` of {}, under two ComponentIds: whichever is removed takes \
                 the file away from the other",
                own.component,
                name(report, new),
                other.component,
                name(report, other.product)
            );
            let mut finding = Finding::new("U029", None, Rule::A34.confidence(), message);
            finding.severity = Severity::Warning; // nothing is lost yet
            found.push(finding);
        }
    }
}

/// ComponentIds that the new package shares with another product.
fn one_id(scenario: &Scenario, played: &Played, report: &Report, found: &mut Vec<Finding>) {
    let new = Client::Product(scenario.new.product_code);
    let keys: BTreeMap<ComponentId, &Component> =
        scenario.new.components.iter().filter_map(|component| Some((component.id?, component))).collect();
    let mut shared: BTreeMap<(ProductCode, bool), Vec<&str>> = BTreeMap::new();
    for (id, clients) in played.engine.machine.clients.iter() {
        let (Some(own), Some(component)) = (clients.get(&new), keys.get(id)) else { continue };
        for (client, path) in clients.iter() {
            if let Client::Product(other) = client
                && *client != new
            {
                shared.entry((*other, path == own)).or_default().push(&component.key);
            }
        }
    }
    for ((other, same_path), components) in shared {
        let (new, other) = (name(report, scenario.new.product_code), name(report, other));
        let list = components.iter().take(4).copied().collect::<Vec<_>>().join("`, `");
        let more = if components.len() > 4 { ", …" } else { "" };
        let (count, place) = (components.len(), if same_path { "the same" } else { "other" });
        let message =
            format!("{new} and {other} share {count} ComponentId(s) at {place} key path(s): `{list}`{more}");
        let (rule, severity) = match same_path {
            true => (Rule::A35.confidence(), Severity::Note),
            false => (Confidence::A, Severity::Warning),
        };
        let mut finding = Finding::new("U044", None, rule, message);
        finding.severity = severity;
        found.push(finding);
    }
}

/// Key files that keep their paths while none keeps its ComponentId.
fn unstable_ids(scenario: &Scenario, played: &Played, report: &Report, found: &mut Vec<Finding>) {
    let key_files = |clients: &BTreeMap<ComponentId, Clients>, product| {
        let mut paths: BTreeMap<Folded, ComponentId> = BTreeMap::new();
        for (id, clients) in clients {
            if let Some(RecordedKeyPath::File(path)) = clients.get(&Client::Product(product)) {
                paths.insert(path.clone(), *id);
            }
        }
        paths
    };
    let new = key_files(&played.engine.machine.clients, scenario.new.product_code);
    let ids: BTreeSet<ComponentId> = new.values().copied().collect();
    for old in &scenario.installed {
        let before = key_files(&played.before.clients, old.product_code);
        let kept = before.keys().filter(|path| new.contains_key(path)).count();
        if kept < 2
            || before.values().any(|id| ids.contains(id))
            || old.product_code == scenario.new.product_code
        {
            continue;
        }
        let message = format!("{kept} key files keep their paths, none keeps its ComponentId");
        let mut finding = Finding::new("U041", None, Confidence::B, message);
        let removed = report.removed.contains(&old.product_code);
        finding.severity = match (removed, report.schedule.is_late() || report.bundle) {
            (true, true) => Severity::Error,
            (true, false) => Severity::Note, // the old product goes before the new files come
            (false, _) => Severity::Warning,
        };
        found.push(finding);
    }
}

/// Installed products.
type Products = BTreeMap<ProductCode, Arc<Product>>;

/// RemoveFile rows that act here and would take files along that no package has put there.
fn user_files(scenario: &Scenario, played: &Played, report: &Report, found: &mut Vec<Finding>) {
    let mut rows = |package: &Package, products: &Products, mode: i32, deed: Deed| {
        let Some(product) = products.get(&package.product_code) else { return };
        let names: BTreeSet<String> = package.files().map(|(_, file)| file.name.to_lowercase()).collect();
        for component in package.components.iter().filter(|component| !component.remove_files.is_empty()) {
            let subject = Subject::Component(package.product_code, component.key.clone());
            let acts = match deed {
                Deed::Removed => {
                    let mut events = played.engine.journal.of(&subject);
                    events.any(|(at, event)| at >= played.run.events.start && event.deed == Deed::Removed)
                }
                _ => product.components.contains(&component.key),
            };
            let wanted = component.remove_files.iter().filter(|row| acts && row.mode & mode != 0);
            for row in wanted.filter(|row| !row.pattern.is_empty()) {
                let folder = product.directories.get(&row.directory);
                let folder = folder.map_or_else(|| format!("[{}]", row.directory), ToString::to_string);
                if row.pattern.contains(['*', '?']) || !names.contains(&row.pattern.to_lowercase()) {
                    let message = format!(
                        "files of the user that match `{}` in `{folder}` are deleted: RemoveFile row `{}` of {}",
                        row.pattern,
                        row.key,
                        name(report, package.product_code)
                    );
                    found.push(Finding::new("U045", None, Rule::A45.confidence(), message));
                }
            }
        }
    };
    for old in scenario.installed.iter().filter(|old| report.removed.contains(&old.product_code)) {
        rows(old, &played.before.products, ON_REMOVAL, Deed::Removed);
    }
    let upgraded = played.upgraded.as_ref().unwrap_or(&played.engine.machine.products);
    rows(scenario.new, upgraded, ON_INSTALL, Deed::Wrote);
    let is_gone = |package: &&Package| !played.engine.machine.products.contains_key(&package.product_code);
    for removed in scenario.installed.iter().copied().chain([scenario.new]).filter(is_gone) {
        rows(removed, upgraded, ON_REMOVAL, Deed::Removed);
    }
}

/// Edited files of which the edit is gone.
fn lost_edits(played: &Played, found: &mut Vec<Finding>) {
    let edited = played.before.files.iter().filter(|(_, file)| file.modified);
    for (path, _) in edited {
        let now = played.engine.machine.files.get(path);
        if now.is_none_or(|file| !file.modified) {
            let what = if now.is_some() { "is replaced" } else { "is deleted" };
            let message = format!("the edit of `{path}` is lost: the file {what}");
            let resource = Some(Resource::File(path.clone()));
            found.push(Finding::new("U006", resource, Rule::A27.confidence(), message));
        }
    }
}
