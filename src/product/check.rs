//! What a description of a product must not say: what contradicts itself, and what Windows would not take.

use super::{Edition, Part, Patch, Product};
use crate::id::{Arch, Dll, Flavour, UpgradeCode};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Where things are in the text.
pub(super) struct Places {
    pub registration: Range<usize>,
    pub module: Range<usize>,
    pub handler: Range<usize>,
    pub schema: Range<usize>,
    pub patch: Range<usize>,
    pub editions: BTreeMap<Flavour, EditionPlaces>,
}

/// Where things of an edition are.
pub(super) struct EditionPlaces {
    pub whole: Range<usize>,
    pub package: Range<usize>,
    pub folder: Range<usize>,
}

/// Something that is wrong.
pub(super) struct Problem {
    pub place: Range<usize>,
    pub slug: &'static str,
    pub message: String,
}

/// Everything that is wrong with `product`.
pub(super) fn problems(product: &Product, places: &Places) -> Vec<Problem> {
    let mut check = Check { problems: Vec::new() };
    check.part(&product.module, Dll::Module, &places.module);
    if product.module.searched_from.is_some() {
        let message = "`searched-from` is about loading a handler, and belongs into `[handler]`".to_owned();
        check.add(&places.module, "searched_from", message);
    }
    if let Some(handler) = &product.handler {
        check.part(handler, Dll::Handler, &places.handler);
        if handler.base_name.eq_ignore_ascii_case(&product.module.base_name) {
            let message = "module and handler have the same file name".to_owned();
            check.add(&places.handler, "file", message);
        }
    }
    check.keys(product, places);
    check.registration(product, places);
    for (flavour, edition) in &product.flavours {
        check.edition(product, *flavour, edition, &places.editions[flavour]);
    }
    if let Some(patch) = &product.patch {
        check.patch(product, patch, &places.patch);
    }
    if product.flavours.is_empty() && product.patch.as_ref().is_none_or(|patch| patch.in_place.is_none()) {
        let message =
            "the product has packages for no kind of IIS: expected `[iis]`, `[iisexpress]` or `[patch.in-place]`"
                .to_owned();
        check.add(&(0..0), "flavour", message);
    }
    check.families(product, places);
    check.problems
}

struct Check {
    problems: Vec<Problem>,
}

impl Check {
    fn add(&mut self, place: &Range<usize>, slug: &'static str, message: String) {
        self.problems.push(Problem { place: place.clone(), slug, message });
    }

    fn part(&mut self, part: &Part, dll: Dll, place: &Range<usize>) {
        if !is_file_name(&part.base_name) {
            let message =
                format!("the {dll}'s `file` is no name of a DLL: letters, digits, `_` and `-`, and `.dll`");
            self.add(place, "file", message);
        }
        let entry = dll.entry();
        if !part.exports.iter().any(|export| export.name == entry) {
            self.add(
                place,
                "exports",
                format!("the {dll} does not export `{entry}`, by which it is entered"),
            );
        }
        let mut names = BTreeSet::new();
        let mut codes = BTreeSet::new();
        for export in &part.exports {
            if !names.insert(&export.name) {
                self.add(place, "exports", format!("the {dll} exports `{}` twice", export.name));
            }
            if !codes.insert(export.code) || export.code > 15 {
                let message = format!(
                    "the {dll}'s export `{}` has the code {}, which another one has or which is above 15",
                    export.name, export.code
                );
                self.add(place, "exports", message);
            }
        }
    }

    fn keys(&mut self, product: &Product, places: &Places) {
        for (flavour, edition) in &product.flavours {
            if edition.provider_feature.eq_ignore_ascii_case(&product.keys.feature) {
                let message = format!("`provider-feature` and `feature` are both `{}`", product.keys.feature);
                self.add(&places.editions[flavour].whole, "keys", message);
            }
        }
    }

    fn registration(&mut self, product: &Product, places: &Places) {
        let registration = &product.registration;
        match (&registration.section, &product.schema) {
            (Some(section), None) => {
                let message =
                    format!("the module reads the section `{section}`, and no `[schema]` describes it");
                self.add(&places.registration, "schema", message);
            }
            (None, Some(_)) => {
                let message = "there is a schema, and `registration` has no `section` that it would describe"
                    .to_owned();
                self.add(&places.schema, "schema", message);
            }
            _ => {}
        }
    }

    fn edition(&mut self, product: &Product, flavour: Flavour, edition: &Edition, places: &EditionPlaces) {
        for placeholder in ["{arch}", "{version}"] {
            if edition.package.matches(placeholder).count() != 1 {
                let message = format!(
                    "`{}` does not have `{placeholder}` once: packages for each processor and version need names of their own",
                    edition.package
                );
                self.add(&places.package, "package", message);
            }
        }
        let name = edition.package.replace("{arch}", "").replace("{version}", "");
        if name.chars().any(|c| !(c.is_ascii_alphanumeric() || "_-. ".contains(c))) || name.len() > 100 {
            let message =
                format!("`{}` is no name of a file, or longer than 100 characters", edition.package);
            self.add(&places.package, "package", message);
        }
        let names: Vec<&str> = edition.folder.split('\\').collect();
        if flavour == Flavour::IisExpress && (names[0] != "IIS Express" || names.len() < 2) {
            let message = format!(
                "`{}` is not below `IIS Express`, the folder that `%IIS_BIN%` stands for",
                edition.folder
            );
            self.add(&places.folder, "folder", message);
        } else if names.len() < 2 {
            let message = format!("`{}` is not below a folder of its own", edition.folder);
            self.add(&places.folder, "folder", message);
        }
        if edition.short_name.as_ref().is_some_and(|name| !is_identifier(name) || name.len() > 8) {
            self.add(&places.folder, "folder", "`short-name` is no 8.3 name of a folder".to_owned());
        }
        for refused in edition.refused.iter().filter(|refused| !refused.file.contains('\\')) {
            let message = format!("`{}` is no file in a folder below System32", refused.file);
            self.add(&places.whole, "refused", message);
        }
        for arch in Arch::ALL {
            if !edition.upgrade_codes.contains_key(&arch) {
                let message = format!("`upgrade-code` lacks that of the {flavour} packages for {arch}");
                self.add(&places.whole, "upgrade_code", message);
            }
            if edition.providers.get(&arch).is_none_or(Vec::is_empty) {
                let message = format!("`provider` lacks the key of the {flavour} packages for {arch}");
                self.add(&places.whole, "provider", message);
            }
        }
        for (arch, keys) in &edition.providers {
            let mut known = BTreeSet::new();
            if let Some(key) = keys.iter().find(|key| !known.insert(key.to_lowercase())) {
                let message = format!("`provider` has the key `{key}` twice for {arch}");
                self.add(&places.whole, "provider", message);
            }
        }
        for (arch, earlier) in &edition.earlier_upgrade_codes {
            if edition.upgrade_codes.get(arch) == Some(earlier) {
                let message =
                    format!("the packages for {arch} have the same `earlier-upgrade-code` as `upgrade-code`");
                self.add(&places.whole, "upgrade_code", message);
            }
        }
        let folder = edition.folder.to_lowercase();
        let same = |other: &&Edition| other.folder.to_lowercase() == folder;
        if product.flavours.values().filter(same).count() > 1 && flavour == Flavour::IisExpress {
            let message = "packages for both kinds of IIS have the same folder".to_owned();
            self.add(&places.folder, "folder", message);
        }
    }

    fn patch(&mut self, product: &Product, patch: &Patch, place: &Range<usize>) {
        let name = patch.package.replacen("{version}", "", 1);
        if name == patch.package || name.chars().any(|c| !(c.is_ascii_alphanumeric() || "_-. ".contains(c))) {
            let message = format!("`{}` is no name of a file with `{{version}}` once", patch.package);
            self.add(place, "package", message);
        }
        let same = |edition: &Edition| edition.folder.eq_ignore_ascii_case(&patch.folder);
        if product.flavours.values().any(same) {
            let message = "the patch and the packages of the module have the same folder".to_owned();
            self.add(place, "folder", message);
        }
        if patch.in_place.is_none() && product.edition(Flavour::Iis).is_none() {
            let message =
                "a `[patch]` without `[patch.in-place]` corrects what `[iis]` describes, and there is none";
            self.add(place, "patch", message.to_owned());
        }
        if product.flavours.values().any(|edition| edition.families().any(|code| code == patch.upgrade_code))
        {
            let message = format!("packages of the product have the UpgradeCode {}, too", patch.upgrade_code);
            self.add(place, "upgrade_code", message);
        }
    }

    /// A package that has the UpgradeCode of one for the other kind of IIS would take its place.
    fn families(&mut self, product: &Product, places: &Places) {
        let mut owners: BTreeMap<UpgradeCode, Flavour> = BTreeMap::new();
        for (flavour, edition) in &product.flavours {
            for code in edition.families() {
                let owner = *owners.entry(code).or_insert(*flavour);
                if owner != *flavour {
                    let message = format!(
                        "the packages for {owner} have the UpgradeCode {code}, too: each would replace the other"
                    );
                    self.add(&places.editions[flavour].whole, "upgrade_code", message);
                }
            }
        }
    }
}

fn is_file_name(base: &str) -> bool {
    !base.is_empty() && base.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// <https://learn.microsoft.com/windows/win32/msi/identifier>
pub(super) fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
}
