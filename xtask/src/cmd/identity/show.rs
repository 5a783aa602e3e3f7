//! Answers of the ledger, for people and as JSON.

use crate::console::Console;
use ancm_installer::id::{Arch, Flavour};
use ancm_installer::identity::Explained;
use ancm_installer::ledger::{Component, Era, Foreign, KeyPath, Ledger};
use serde::Serialize;

/// An entry as JSON.
#[derive(Serialize)]
struct Entry<'a> {
    flavour: Flavour,
    arches: &'a [Arch],
    key_path: &'a KeyPath,
    id: String,
    component: &'a str,
    holds: String,
    bits: String,
    shipped: &'a [Era],
    status: &'static str,
    /// Where it stands in the ledger; none for what was just added.
    line: Option<u32>,
}

impl<'a> Entry<'a> {
    fn of(flavour: Flavour, component: &'a Component) -> Entry<'a> {
        Entry {
            flavour,
            arches: &component.arches,
            key_path: &component.key_path,
            id: component.id.to_string(),
            component: &component.key,
            holds: component.holds.to_string(),
            bits: component.bits.to_string(),
            shipped: &component.shipped,
            status: status(component),
            line: (component.line > 0).then_some(component.line),
        }
    }
}

fn status(component: &Component) -> &'static str {
    if component.active { "active" } else { "retired" }
}

fn arches(component: &Component) -> String {
    component.arches.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
}

/// Shows what was added.
pub fn added(
    schema: &'static str,
    ledger: &Ledger,
    flavour: Flavour,
    new: &[Component],
    dry_run: bool,
    console: &Console,
) {
    if console.json() {
        #[derive(Serialize)]
        struct Added<'a> {
            schema: &'static str,
            ledger: &'a str,
            dry_run: bool,
            added: Vec<Entry<'a>>,
        }
        let added = new.iter().map(|component| Entry::of(flavour, component)).collect();
        return console.result(&Added { schema, ledger: &ledger.file, dry_run, added });
    }
    if new.is_empty() {
        return console.print("the ledger has it all; nothing was added");
    }
    let verb = if dry_run { "would add" } else { "added" };
    for component in new {
        let (id, place) = (component.id, component.key_path.text());
        console.print(&format!(
            "{verb} {} {id} {place} ({flavour} {})",
            status(component),
            arches(component)
        ));
    }
}

/// Shows what is known of entries.
pub fn explained(ledger: &Ledger, found: &[Explained], console: &Console) {
    if console.json() {
        return json(ledger, found, console);
    }
    let mut place: &[String] = &[];
    for explained in found {
        if explained.places != place {
            place = &explained.places;
            console.print(&place.join("\n"));
        }
        entry(ledger, explained, console);
    }
    let mut ids: Vec<&Explained> = found.iter().collect();
    ids.sort_by_key(|explained| (explained.component.id, !explained.component.active));
    ids.dedup_by_key(|explained| explained.component.id);
    for explained in ids {
        id(explained, found, console);
    }
}

/// One entry of a place.
fn entry(ledger: &Ledger, explained: &Explained, console: &Console) {
    let Explained { flavour, component, .. } = explained;
    let (arches, line) = (arches(component), component.line);
    let Component { bits, holds, key, .. } = component;
    console.print(&format!(
        "  {} {}, {flavour} {arches}, {bits} bits: {holds}",
        component.id,
        status(component)
    ));
    let by = match &component.key_path {
        KeyPath::File { file, .. } => format!("file {file}"),
        KeyPath::Registry { value, .. } => format!("registry value {value}"),
    };
    console.print(&format!("      component {key}, key path {by}; {}:{line}", ledger.file));
    console.print(&format!("      shipped: {}", shipped(component, ledger)));
}

/// What an id means beyond the entries that are shown.
fn id(explained: &Explained, found: &[Explained], console: &Console) {
    let issued = if explained.issued { ", issued by us for this path" } else { "" };
    console.print(&format!("\n{}{issued}", explained.component.id));
    let elsewhere =
        explained.same_id.iter().filter(|(_, other)| found.iter().all(|shown| shown.component != *other));
    for (flavour, other) in elsewhere {
        let place = other.key_path.text();
        console.print(&format!("  also {flavour} {} ({}): {place}", arches(other), status(other)));
    }
    for Foreign { name, note, .. } in &explained.foreign {
        console.print(&format!("  also {name}: {note}"));
    }
    console.print(&format!("  keep it: {}", why(explained.component)));
}

fn shipped(component: &Component, ledger: &Ledger) -> String {
    let eras = ledger.eras.iter().filter(|(era, _)| component.shipped.contains(era));
    let releases: Vec<&str> = eras.map(|(_, releases)| releases.as_str()).collect();
    match releases.len() {
        0 => "in no package that is known".to_owned(),
        all if all == ledger.eras.len() => "in every package that is known".to_owned(),
        _ => releases.join("; "),
    }
}

/// Why the id must not change.
fn why(component: &Component) -> &'static str {
    match (component.active, component.shipped.is_empty()) {
        (true, false) => {
            "machines count this component by its id: under a new id, the old product's removal deletes what the new \
             one has just installed (`cargo xtask upgrade --explain U001`)"
        }
        (true, true) => {
            "the id follows from product, path and bits; once a package with it is out, another id would lose the path \
             on upgrades (`cargo xtask upgrade --explain U001`)"
        }
        (false, _) => {
            "machines may have it from a package that shipped; used for another path, removing either would leave or \
             delete the wrong one (`cargo xtask upgrade --explain U011`)"
        }
    }
}

fn json(ledger: &Ledger, found: &[Explained], console: &Console) {
    #[derive(Serialize)]
    struct One<'a> {
        #[serde(flatten)]
        entry: Entry<'a>,
        places: &'a [String],
        issued: bool,
        same_id: Vec<Entry<'a>>,
        foreign: &'a [&'a Foreign],
        why: &'static str,
    }
    #[derive(Serialize)]
    struct All<'a> {
        schema: &'static str,
        ledger: &'a str,
        entries: Vec<One<'a>>,
    }
    let entries = found.iter().map(|explained| One {
        entry: Entry::of(explained.flavour, explained.component),
        places: &explained.places,
        issued: explained.issued,
        same_id: explained.same_id.iter().map(|(flavour, c)| Entry::of(*flavour, c)).collect(),
        foreign: &explained.foreign,
        why: why(explained.component),
    });
    let all = All { schema: "ancm-identity-explain/1", ledger: &ledger.file, entries: entries.collect() };
    console.result(&all);
}
