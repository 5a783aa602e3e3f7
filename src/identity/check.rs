//! Whether the ledger agrees with what shipped, and what we plan with both.

use super::{Identities, Identity, same_key, same_key_path};
use crate::diag::{Diagnostic, Location};
use crate::id::{ComponentId, Flavour};
use crate::ledger::{Component, KeyPath, Ledger, VERSION, issue};
use crate::plan::{Package, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// Everything in which `ledger` or `plan` contradicts the packages that shipped; nothing where all agree.
#[must_use]
pub fn check(ledger: &Ledger, plan: &Plan, shipped: &[Identities]) -> Vec<Diagnostic> {
    let mut findings = Findings { ledger, found: BTreeMap::new() };
    for package in shipped {
        findings.shipped(package);
    }
    for package in &plan.packages {
        findings.planned(package, &plan.handler_folder, shipped);
    }
    findings.into_diagnostics()
}

/// One drift is seen in many packages: the same finding is told once, with all their names.
struct Findings<'a> {
    ledger: &'a Ledger,
    found: BTreeMap<(u32, &'static str, String), BTreeSet<String>>,
}

impl Findings<'_> {
    fn add(&mut self, line: u32, code: &'static str, message: String, package: &str) {
        self.found.entry((line, code, message)).or_default().insert(package.to_owned());
    }

    fn shipped(&mut self, package: &Identities) {
        let ledger = self.ledger;
        let Some(flavour) = package.flavour else {
            let code = package.upgrade_code.map_or_else(|| "none".to_owned(), |code| code.to_string());
            let message = format!("its UpgradeCode ({code}) is of no product of the ledger");
            return self.add(0, "identity::family", message, &package.name);
        };
        let entries = &ledger.entries(flavour).components;
        let is = |entry: &Component, shipped: &Identity| {
            entry.id == shipped.id
                && entry.arches.contains(&package.arch)
                && entry.bits == shipped.bits
                && same_key(&entry.key, &shipped.key)
                && same_key_path(&entry.key_path, &shipped.key_path)
        };
        let mut drifted: Vec<&Identity> = Vec::new();
        for identity in &package.components {
            let what = described(identity);
            let same_id = entries.iter().filter(|entry| entry.id == identity.id);
            let nearest = same_id.max_by_key(|entry| {
                let place = entry.key_path.text().eq_ignore_ascii_case(&identity.key_path.text());
                (entry.arches.contains(&package.arch), place, same_key(&entry.key, &identity.key))
            });
            let found = entries.iter().find(|entry| is(entry, identity));
            if found.is_none() {
                drifted.push(identity);
            }
            match (found, nearest, &package.era) {
                (None, None, _) => {
                    let message = format!("{what} has shipped, and the ledger does not have the id");
                    self.add(0, "identity::lost", message, &package.name);
                }
                (None, Some(entry), _) => {
                    let arches: Vec<String> = entry.arches.iter().map(ToString::to_string).collect();
                    let message = format!(
                        "{what} has shipped, and the ledger has the id for `{}` (component `{}`, {} bits, {})",
                        entry.key_path.text(),
                        entry.key,
                        entry.bits,
                        arches.join(" and ")
                    );
                    self.add(entry.line, "identity::changed", message, &package.name);
                }
                (Some(entry), _, Some(era)) if !entry.shipped.contains(era) => {
                    let message = format!("{what} has shipped, and the entry does not say so of `{era}`");
                    self.add(entry.line, "identity::era", message, &package.name);
                }
                (Some(_), _, _) => {}
            }
        }
        let Some(era) = &package.era else { return };
        let claimed = entries.iter().filter(|e| e.shipped.contains(era) && e.arches.contains(&package.arch));
        for entry in claimed {
            // one that drifted is told above
            let told = |i: &&Identity| {
                i.id == entry.id || i.key_path.text().eq_ignore_ascii_case(&entry.key_path.text())
            };
            let shipped = package.components.iter().any(|identity| is(entry, identity));
            if !shipped && !drifted.iter().any(told) {
                let message =
                    format!("the entry says that {} `{}` shipped, and it did not", entry.id, entry.key);
                self.add(entry.line, "identity::era", message, &package.name);
            }
        }
    }

    /// A path keeps the id under which it shipped most often; a path that never shipped has the id that we issue.
    fn planned(&mut self, package: &Package, version: &str, shipped: &[Identities]) {
        let flavour = package.flavour;
        let name = format!("our {flavour} {}", package.arch);
        let ours = |place: &str, bits| -> Vec<ComponentId> {
            let same = package.components.iter().filter(|c| c.bits == bits);
            same.filter(|c| unversioned(&c.key_path.text(), version).eq_ignore_ascii_case(place))
                .map(|c| c.id)
                .collect()
        };
        for planned in &package.components {
            if let Some(borrowed) = self.ledger.borrowed.iter().find(|b| b.ids.contains(&planned.id)) {
                let message = format!(
                    "component `{}` would have {}, which belongs to {}",
                    planned.component, planned.id, borrowed.from
                );
                self.add(planned.ledger_line, "identity::borrowed", message, &name);
            }
            let place = unversioned(&planned.key_path.text(), version);
            let mut eras: BTreeMap<ComponentId, usize> = BTreeMap::new();
            let family = shipped.iter().filter(|s| s.flavour == Some(flavour) && s.arch == package.arch);
            for identity in family.flat_map(|s| &s.components) {
                let same = identity.bits == planned.bits && !self.ledger.is_borrowed(identity.id);
                if same && identity.key_path.text().eq_ignore_ascii_case(&place) {
                    *eras.entry(identity.id).or_default() += 1;
                }
            }
            let most = eras.iter().max_by_key(|(_, count)| **count);
            let message = match most {
                Some((id, count)) if !ours(&place, planned.bits).contains(id) => format!(
                    "`{place}` shipped with {id} in {count} packages, and ours would give it {}",
                    planned.id
                ),
                None if planned.id != issue(flavour, planned.bits, &place)
                    && !self.has_shipped(flavour, planned.id) =>
                {
                    format!(
                        "`{place}` never shipped, and its id is {}, not the one that follows from product, path and \
                         bits: {}",
                        planned.id,
                        issue(flavour, planned.bits, &place)
                    )
                }
                _ => continue,
            };
            self.add(planned.ledger_line, "identity::path", message, &name);
        }
    }

    /// Whether an entry with `id` says that it shipped: in packages for another processor, say.
    fn has_shipped(&self, flavour: Flavour, id: ComponentId) -> bool {
        let entries = &self.ledger.entries(flavour).components;
        entries.iter().any(|entry| entry.id == id && !entry.shipped.is_empty())
    }

    fn into_diagnostics(self) -> Vec<Diagnostic> {
        let file = self.ledger.file.as_str();
        let diagnostic = |((line, code, message), packages): ((u32, &str, String), BTreeSet<String>)| {
            let packages: Vec<String> = packages.into_iter().collect();
            let help = match code {
                "identity::family" => "a baseline of another product has no place here",
                "identity::borrowed" => {
                    "give the path an id of its own: `cargo xtask identity add` issues it"
                }
                "identity::path" => "restore the id; `cargo xtask identity add` knows which one a path has",
                "identity::era" => "correct `shipped`: it says what the packages of that era had",
                "identity::lost" => {
                    "restore the entry, or take it from the package with `cargo xtask identity import`; what we no \
                     longer package is `retired`"
                }
                _ => "restore the entry; what changed is a new entry, and the old one is `retired`",
            };
            let mut where_ = packages.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            if packages.len() > 3 {
                where_ = format!("{where_} and {} more", packages.len() - 3);
            }
            Diagnostic::error(code, format!("{message} ({where_})"))
                .at(&Location { file: file.into(), line, column: u32::from(line > 0) })
                .help(help)
        };
        self.found.into_iter().map(diagnostic).collect()
    }
}

fn described(identity: &Identity) -> String {
    let file = match &identity.key_path {
        KeyPath::File { file, .. } => format!(", file `{file}`"),
        KeyPath::Registry { .. } => String::new(),
    };
    format!(
        "{} `{}` (component `{}`{file}, {} bits)",
        identity.id,
        identity.key_path.text(),
        identity.key,
        identity.bits
    )
}

fn unversioned(path: &str, version: &str) -> String {
    path.replace(&format!("\\{version}\\"), &format!("\\{VERSION}\\"))
}
