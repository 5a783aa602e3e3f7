//! Where old products go, and why one was not found.

use super::Finding;
use crate::engine::{Ending, ScheduleClass, is_in_range};
use crate::kin::Kin;
use crate::machine::Machine;
use crate::package::{Package, Upgrade};
use crate::report::{Report, name_of};
use crate::rules::{Confidence, Rule};
use crate::scenario::{Played, Scenario};
use installer_condition::Condition;

/// All findings about detection and removal.
pub(super) fn of(scenario: &Scenario, played: &Played, report: &Report, kin: &Kin) -> Vec<Finding> {
    let mut found = schedule(scenario, played, report);
    let mut add = |code: &str, rule: Rule, message: String| {
        found.push(Finding::new(code, None, rule.confidence(), message));
    };
    for (index, old) in scenario.installed.iter().enumerate() {
        let again =
            scenario.installed[index + 1..].iter().any(|later| later.product_code == old.product_code);
        let is_there = played.before.products.contains_key(&old.product_code);
        let candidate =
            kin.is_predecessor(&old.product_code) && old.product_code != scenario.new.product_code;
        if again || !is_there || !candidate || report.ending != Ending::Done {
            continue;
        }
        let removed = report.removed.contains(&old.product_code);
        if let Some(message) = fourth_field(old, scenario.new, removed) {
            add("U047", Rule::A04, message);
        }
        if let Some((code, rule, why)) = (!removed).then(|| why_not(old, scenario, played, report)).flatten()
        {
            add(code, rule, format!("`{}` {} {why}", name_of(old), old.version));
        }
    }
    if report.removed.len() > 1 {
        add("U037", Rule::A03, format!("{} installed products are replaced", report.removed.len()));
    }
    if !report.removed.is_empty() {
        let names = report.removed.iter().filter_map(|code| Some(report.names.get(code)?.as_str()));
        add("U039", Rule::A11, names.collect::<Vec<_>>().join(", "));
    }
    for row in &scenario.new.upgrades {
        if let Some(list) = &row.remove {
            add("U036", Rule::A12, format!("Upgrade row of {} removes `{list}`", row.upgrade_code));
        }
    }
    found
}

fn schedule(scenario: &Scenario, played: &Played, report: &Report) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |code: &str, confidence, message| found.push(Finding::new(code, None, confidence, message));
    match report.schedule.class {
        ScheduleClass::EarlyA | ScheduleClass::LateC => {
            add("U034", Rule::A09.confidence(), format!("old products go {}", report.schedule.class));
        }
        ScheduleClass::Absent if !scenario.new.upgrades.is_empty() => {
            let name = name_of(scenario.new);
            add("U019", Confidence::A, format!("`{name}` has Upgrade rows and removes nothing"));
        }
        _ => {}
    }
    let in_ui = |action: &str| scenario.new.ui.iter().any(|row| row.name == action);
    let in_execute = |action: &str| scenario.new.execute.iter().any(|row| row.name == action);
    for action in ["FindRelatedProducts", "MigrateFeatureStates"] {
        if !scenario.new.ui.is_empty() && in_ui(action) != in_execute(action) {
            let table = if in_ui(action) { "InstallExecuteSequence" } else { "InstallUISequence" };
            add("U033", Confidence::A, format!("`{action}` is missing from `{table}`"));
        }
    }
    if let Some(action) = queued_before_removal(scenario.new, report) {
        let message = format!(
            "`{action}` is deferred and stands before RemoveExistingProducts; whether that counts as a waiting \
             operation, and stops the install with error 2613, is not settled"
        );
        add("U018", Confidence::D, message);
    }
    let mode = &played.run.mode;
    if mode.has('a') {
        add("U035", Rule::A30.confidence(), format!("REINSTALLMODE is `{mode}`"));
    }
    found
}

/// A deferred custom action whose turn comes between InstallInitialize and an early RemoveExistingProducts.
fn queued_before_removal<'p>(new: &'p Package, report: &Report) -> Option<&'p str> {
    if report.schedule.class != ScheduleClass::EarlyB {
        return None;
    }
    let before = new.execute.iter().take_while(|action| action.sequence < report.schedule.sequence);
    let mut deferred = before.filter_map(|action| action.custom.as_ref());
    deferred.find(|custom| custom.is_deferred()).map(|custom| custom.name.as_str())
}

/// What a lower version in the fourth field comes to.
fn fourth_field(old: &Package, new: &Package, removed: bool) -> Option<String> {
    let (before, after) = (old.version.numbers(), new.version.numbers());
    if before[..3] != after[..3] || before[3] <= after[3] {
        return None;
    }
    let what = if removed {
        "so the lower version replaces the higher one, and the file rules decide over each file"
    } else {
        "so this is no downgrade to it, and both stay"
    };
    Some(format!("{} after {}: Windows Installer ignores the fourth field, {what}", new.version, old.version))
}

/// Whether `package` was installed for the machine, whatever it asks for by itself.
fn is_per_machine(machine: &Machine, package: &Package) -> bool {
    machine.products.get(&package.product_code).map_or(package.per_machine, |product| product.per_machine)
}

/// Why `old` was not removed; nothing where that is said elsewhere.
fn why_not(
    old: &Package,
    scenario: &Scenario,
    played: &Played,
    report: &Report,
) -> Option<(&'static str, Rule, String)> {
    let new = scenario.new;
    let of_family = |row: &&Upgrade| Some(row.upgrade_code) == old.upgrade_code;
    let rows: Vec<&Upgrade> =
        new.upgrades.iter().filter(of_family).filter(|row| !row.has(Upgrade::ONLY_DETECT)).collect();
    let is_found = |row: &&Upgrade| {
        played.run.detected.get(&row.property).is_some_and(|codes| codes.contains(&old.product_code))
    };
    let speaks = |row: &&Upgrade| {
        row.languages.is_empty()
            || row.languages.contains(&old.language) != row.has(Upgrade::LANGUAGES_EXCLUSIVE)
    };
    let inclusive = |row: &&Upgrade| {
        let attributes = row.attributes | Upgrade::MAX_INCLUSIVE | Upgrade::MIN_INCLUSIVE;
        is_in_range(&Upgrade { attributes, ..(*row).clone() }, old.version)
    };
    let in_range = |row: &&Upgrade| is_in_range(row, old.version);
    let unconditional = |condition: &Condition| condition.text().is_empty();
    let search = new.execute.iter().find(|action| action.name == "FindRelatedProducts");
    let same = old.version.compared() == new.version.compared();
    Some(if rows.is_empty() {
        let only = new.upgrades.iter().any(|row| of_family(&row));
        let why = if only { "no Upgrade row does more than detect" } else { "no Upgrade row removes" };
        ("U016", Rule::A03, format!("is not found: {why} its UpgradeCode"))
    } else if report.schedule.class == ScheduleClass::Absent {
        return None;
    } else if rows.iter().any(is_found) {
        let why = "the condition of RemoveExistingProducts does not hold";
        ("U019", Rule::A13, format!("is found and not removed: {why}"))
    } else if is_per_machine(&played.before, old) != is_per_machine(&played.engine.machine, new) {
        ("U016c", Rule::A06, "is installed for another context".to_owned())
    } else if !rows.iter().any(speaks) {
        ("U016", Rule::A05, format!("is not found: no Upgrade row is for language {}", old.language))
    } else if rows.iter().any(|row| speaks(row) && in_range(row)) {
        let why = match search {
            None => "FindRelatedProducts is missing",
            Some(action) if unconditional(&action.condition) => "FindRelatedProducts did not run",
            Some(_) => "the condition of FindRelatedProducts does not hold",
        };
        ("U016", Rule::A02, format!("is not found: {why}"))
    } else if same && rows.iter().any(inclusive) {
        ("U017", Rule::A04, "has the same version in the three fields that count".to_owned())
    } else if old.version.compared() > new.version.compared() {
        let what = "is outside the version range of the Upgrade rows: it is newer, and this is a downgrade";
        ("U016", Rule::A03, what.to_owned())
    } else {
        ("U016", Rule::A03, "is outside the version range of the Upgrade rows".to_owned())
    })
}
