//! What a package brings that the ledger does not know.

use super::{Identities, Identity, same_key, same_key_path};
use crate::diag::{Diagnostic, Location};
use crate::id::Flavour;
use crate::ledger::{Component, Era, Ledger, ROOTS};

/// What an import comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// Components that the ledger has just so.
    pub known: usize,
    /// Entries to add: retired, since what shipped elsewhere does not change what we package.
    pub new: Vec<Component>,
    /// Components that contradict the ledger.
    pub conflicts: Vec<Diagnostic>,
}

/// Takes the identities of `package`, which is of `flavour` and, where that is known, of `era`. With `retire`, what
/// contradicts the ledger is added as well: it shipped, and its ids must not be used again.
#[must_use]
pub fn import(
    ledger: &Ledger,
    package: &Identities,
    flavour: Flavour,
    era: Option<&Era>,
    retire: bool,
) -> Import {
    let mut import = Import::default();
    for identity in &package.components {
        let entries = &ledger.entries(flavour).components;
        let known = entries.iter().any(|entry| {
            entry.id == identity.id
                && entry.arches.contains(&package.arch)
                && entry.bits == identity.bits
                && same_key(&entry.key, &identity.key)
                && same_key_path(&entry.key_path, &identity.key_path)
        });
        if known {
            import.known += 1;
            continue;
        }
        match conflict(ledger, package, identity, flavour) {
            Some((conflict, mendable)) if !(mendable && retire) => import.conflicts.push(conflict),
            _ => import.new.push(Component {
                arches: vec![package.arch],
                key_path: identity.key_path.clone(),
                holds: identity.holds,
                id: identity.id,
                key: identity.key.clone(),
                bits: identity.bits,
                event_source: None,
                shipped: era.cloned().into_iter().collect(),
                active: false,
                line: 0,
            }),
        }
    }
    import
}

/// What of the ledger `identity` contradicts, and whether a retired entry may record it all the same.
fn conflict(
    ledger: &Ledger,
    package: &Identities,
    identity: &Identity,
    flavour: Flavour,
) -> Option<(Diagnostic, bool)> {
    let place = identity.key_path.text();
    let theirs = format!("component `{}` {} of `{}`", identity.key, identity.id, package.name);
    let against = |code: &str, message: String, entry: &Component| {
        let at = Location { file: ledger.file.as_str().into(), line: entry.line, column: 1 };
        Diagnostic::error(code, message).at(&at)
    };
    if !place.starts_with("HK") && !ROOTS.iter().any(|(root, _)| place.starts_with(root)) {
        let message = format!("{theirs} is for `{place}`, and the ledger knows no such root");
        let finding = Diagnostic::error("identity::root", message)
            .help("the module has nothing outside Program Files and System32; is this its package?");
        return Some((finding, false));
    }
    let other = Flavour::ALL.into_iter().filter(|other| *other != flavour);
    if let Some((other, entry)) = other
        .flat_map(|f| ledger.entries(f).components.iter().map(move |c| (f, c)))
        .find(|(_, c)| c.id == identity.id)
    {
        let message =
            format!("{theirs} is for `{place}`, and {other} has the id for `{}`", entry.key_path.text());
        return Some((against("identity::product", message, entry).help("is `--flavour` right?"), false));
    }
    let help = "did the package ship? `--retire` writes down what it had as retired, so that it is known and never used";
    let entries = &ledger.entries(flavour).components;
    let mut same_id = entries.iter().filter(|entry| entry.id == identity.id).peekable();
    if same_id.peek().is_some() {
        let same_place =
            |e: &Component| e.bits == identity.bits && e.key_path.text().eq_ignore_ascii_case(&place);
        if same_id.clone().any(same_place) {
            // the same resource under another key, or on another processor
            return None;
        }
        let entry = same_id.next()?;
        let message =
            format!("{theirs} is for `{place}`, and the ledger has the id for `{}`", entry.key_path.text());
        return Some((against("identity::changed", message, entry).help(help), true));
    }
    let owner = entries.iter().find(|entry| {
        entry.active && entry.bits == identity.bits && entry.key_path.text().eq_ignore_ascii_case(&place)
    })?;
    let message = format!("{theirs} is for `{place}`, and the ledger has {} for it", owner.id);
    Some((against("identity::path", message, owner).help(help), true))
}
