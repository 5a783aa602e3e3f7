//! `Property`, `Launch`, and what is known of properties by the lists that Windows Installer reads.

use super::search;
use super::tree::{Build, element};
use super::upgrade::Covered;
use super::work::Work;
use std::collections::BTreeSet;

/// Bits of a custom action's type: it is deferred, and its data are not to be logged.
const HIDDEN_DATA: i32 = 1024 | 8192;

/// Rows of Property, but those named in `made`, of AppSearch with all that is looked for, and of LaunchCondition, but those
/// whose conditions are in `covered`.
pub(super) fn properties(work: &mut Work<'_>, made: &[&str], covered: &Covered) {
    let values: Vec<(&str, &str)> =
        work.rows("Property").filter_map(|row| Some((row.text("Property")?, row.text("Value")?))).collect();
    let list = |name: &str| -> BTreeSet<&str> {
        let found = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        found.split(';').filter(|name| !name.is_empty()).collect()
    };
    let [admin, mut secure, mut hidden] =
        ["AdminProperties", "SecureCustomProperties", "MsiHiddenProperties"].map(list);
    // binding lists these by itself
    work.rows("Upgrade").filter_map(|row| row.text("ActionProperty")).for_each(|name| {
        secure.remove(name);
    });
    let actions = work.rows("CustomAction").filter(|row| row.or_zero("Type") & HIDDEN_DATA == HIDDEN_DATA);
    actions.filter_map(|row| row.text("Action")).for_each(|name| {
        hidden.remove(name);
    });
    let lists = ["AdminProperties", "SecureCustomProperties", "MsiHiddenProperties"];
    let valued =
        values.iter().map(|(name, _)| *name).filter(|name| !made.contains(name) && !lists.contains(name));
    let searched = work.rows("AppSearch").filter_map(|row| row.text("Property"));
    let listed = [&admin, &secure, &hidden].into_iter().flatten().copied();
    let names: BTreeSet<&str> = valued.chain(searched).chain(listed).collect();
    let mut searches = search::Searches::new(work.database);
    for name in names {
        let value = values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let property = element("Property")
            .with("Id", name)
            .with("Value", value.filter(|_| !made.contains(&name)))
            .flag("Admin", admin.contains(name))
            .flag("Hidden", hidden.contains(name))
            .flag("Secure", secure.contains(name));
        let property = property.holding(searches.of_property(work, name));
        work.put("Package", "", property);
    }
    for row in work.rows("LaunchCondition").filter(|row| !covered.contains(row.or_empty("Condition"))) {
        let launch = element("Launch")
            .with("Condition", row.text("Condition"))
            .with("Message", row.text("Description"));
        work.put("Package", "", launch);
    }
}
