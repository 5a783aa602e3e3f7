//! Entries of IIS modules, and the DLLs that they point to.

use super::intended::Intended;
use super::machine::{Machine, Resource};
use super::names::Folded;
use super::rules::Confidence;
use super::scenario::Played;
use std::collections::{BTreeMap, BTreeSet};

/// So many DLLs of one name are held against an entry that names its folder by a variable.
const SAME_NAME: usize = 64;

/// What is known of the DLLs of modules after an upgrade.
pub(super) struct Modules<'a> {
    now: &'a Machine,
    /// Files that were there, before the upgrade or in its course, and are gone, by their names.
    gone: BTreeMap<&'a str, Vec<&'a Folded>>,
    /// Names of the files that the new package brings.
    brought: BTreeSet<String>,
}

impl<'a> Modules<'a> {
    /// How sure an entry that is left is, at best: S09 is a B, and where the DLL goes since its component has other clients
    /// elsewhere, a log shows that its files go (SPEC §7), and only the rest of that rule is open.
    pub(super) const CONFIDENCE: Confidence = Confidence::B;

    pub(super) fn of(played: &'a Played, intended: &Intended) -> Modules<'a> {
        let now = &played.engine.machine;
        let has_entries =
            |machine: &Machine| machine.others.keys().any(|resource| matches!(resource, Resource::Module(_)));
        let mut modules = Modules { now, gone: BTreeMap::new(), brought: BTreeSet::new() };
        if !has_entries(now) && !has_entries(&played.before) {
            return modules;
        }
        let written = played.engine.journal.resources_since(played.run.events.start);
        let written = written.filter_map(|resource| match resource {
            Resource::File(path) => Some(path),
            _ => None,
        });
        for path in played.before.files.keys().chain(written).filter(|path| !now.files.contains_key(path)) {
            let name = path.folded().rsplit('\\').next().unwrap_or_default();
            modules.gone.entry(name).or_default().push(path);
        }
        modules.brought = intended.file_names();
        modules
    }

    /// Whether `resource` is the entry of an IIS module whose file the new package installs: it stays in use.
    pub(super) fn serves(&self, machine: &Machine, resource: &Resource) -> bool {
        let (Resource::Module(_), Some(entry)) = (resource, machine.others.get(resource)) else {
            return false;
        };
        self.brought.contains(&Folded::path(&entry.data).name().to_lowercase())
    }

    /// Whether `resource` is the entry of an IIS module whose file was there and is gone: no application pool that loads it
    /// starts any more.
    pub(super) fn points_nowhere(&self, resource: &Resource) -> bool {
        let (Resource::Module(_), Some(entry)) = (resource, self.now.others.get(resource)) else {
            return false;
        };
        let image = Folded::path(&entry.data);
        let gone = self.gone.get(image.name().to_lowercase().as_str()).map_or(&[][..], Vec::as_slice);
        // behind a variable, as in `%IIS_BIN%\folder\module.dll`, stands what all places of it have in common; the place
        // that counts is the one whose root the configuration lies in
        let Some((_, end)) = image.folded().rsplit_once('%') else {
            return gone.iter().any(|path| **path == image);
        };
        let named = resource.to_string().to_lowercase();
        gone.iter().take(SAME_NAME).any(|path| {
            let root = path.folded().strip_suffix(end).filter(|_| !end.is_empty());
            root.is_some_and(|root| !named.contains('\\') || named.contains(&format!("({root}\\")))
        })
    }
}
