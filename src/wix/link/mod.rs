//! Linking: the sections that the package needs, found by their references, become one list of symbols in which
//! every reference leads somewhere and every component belongs to a feature.

mod custom_table;
mod membership;
mod modularize;

pub(crate) use modularize::standard as modularized;

use crate::compile::default_major_upgrade;
use crate::diag::{Diagnostic, Location};
use crate::id::Arch;
use crate::report::Report;
use crate::standard;
use crate::symbol::{
    Access, Directory, Id, Kind, Membership, Package, Reference, Scope, Section, SectionKind, Symbol,
};
use std::collections::{BTreeMap, BTreeSet};

/// A symbol's place: section, and symbol in it.
type Place = (usize, usize);

/// The symbols that can be referred to, by kind and key.
type Names<'s> = BTreeMap<(&'s str, &'s str), Vec<Place>>;

/// Where a section is from, which says what it may refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The library, from 1; 0 for the sources of the package.
    pub library: usize,
    /// The source among those of the package. What a library was made from is not known any more, and counts as one.
    pub source: usize,
}

/// What Windows Installer brings along is from nowhere.
const STANDARD: Origin = Origin { library: usize::MAX, source: usize::MAX };

/// Links the package of `sections`, which are those of all sources and libraries.
///
/// The default features of the language are added: upgrades, `INSTALLFOLDER`, a feature. Gives the symbols in the order
/// in which their sections were pulled; problems go to `report`.
pub fn link(sections: Vec<(Origin, Section)>, arch: Arch, report: &Report) -> Option<Vec<Symbol>> {
    let mut origins: Vec<Origin> = sections.iter().map(|(origin, _)| *origin).collect();
    let mut sections: Vec<Section> = sections.into_iter().map(|(_, section)| section).collect();
    let entry = entry(&sections, report)?;
    add_defaults(&mut sections, entry);
    sections.extend(standard::sections(arch));
    origins.resize(sections.len(), STANDARD);

    let names = names(&sections);
    let mut linker =
        Linker { sections: &sections, origins, names, report, pulled: Vec::new(), seen: BTreeSet::new() };
    linker.pull(entry);
    if report.has_errors() {
        return None;
    }
    let dropped = linker.conflicts();
    let pulled = std::mem::take(&mut linker.pulled);
    drop(linker);

    let mut memberships: Vec<Membership> = Vec::new();
    let mut symbols = Vec::new();
    let mut slots: Vec<Option<Section>> = sections.into_iter().map(Some).collect();
    for index in pulled {
        let Some(section) = slots[index].take() else { continue };
        memberships.extend(section.memberships);
        let kept = section.symbols.into_iter().enumerate().filter(|(at, _)| !dropped.contains(&(index, *at)));
        symbols.extend(kept.map(|(_, symbol)| symbol));
    }
    foreign(&symbols, report);
    custom_table::match_rows(&mut symbols, report);
    modularize::check(&symbols, report);
    membership::connect(&mut symbols, memberships, report);
    if report.has_errors() { None } else { Some(symbols) }
}

/// The one package among the sections (WIX0089 and WIX0090 for a second, WIX0093 for none).
fn entry(sections: &[Section], report: &Report) -> Option<usize> {
    let mut packages =
        sections.iter().enumerate().filter(|(_, section)| section.kind == SectionKind::Package);
    let Some((entry, first)) = packages.next() else {
        report.push(
            Diagnostic::error("WIX0093", "no source has a `Package`")
                .help("add one; fragments alone make no installer"),
        );
        return None;
    };
    for (_, other) in packages {
        report.push(
            Diagnostic::error("WIX0089", "there is more than one `Package`")
                .at(&other.at)
                .related(&first.at, "the first one")
                .help("build one of them at a time"),
        );
    }
    Some(entry)
}

/// Adds what the language gives to a package that does not say otherwise.
fn add_defaults(sections: &mut Vec<Section>, entry: usize) {
    let Some((package, at)) = sections[entry].symbols.iter().find_map(|symbol| match &symbol.kind {
        Kind::Package(package) => Some((package.clone(), symbol.at.clone())),
        _ => None,
    }) else {
        return;
    };
    let all = || sections.iter().flat_map(|section| &section.symbols);
    let upgrades = all().any(|symbol| match &symbol.kind {
        Kind::Upgrade(upgrade) => !upgrade.only_detects(),
        _ => false,
    });
    let has_folder = all().any(|symbol| is_directory(symbol, "INSTALLFOLDER"));
    if !upgrades && !package.upgrade_strategy_none {
        default_major_upgrade(&package, &mut sections[entry], &at);
    }
    if !has_folder {
        sections.push(install_folder(&package, &at));
    }
}

fn is_directory(symbol: &Symbol, id: &str) -> bool {
    matches!(symbol.kind, Kind::Directory(_)) && symbol.id.as_ref().is_some_and(|known| known.name == id)
}

/// `INSTALLFOLDER` below Program Files.
fn install_folder(package: &Package, at: &Location) -> Section {
    let parent =
        if package.scope == Scope::User { "PerUserProgramFilesFolder" } else { "ProgramFiles6432Folder" };
    let directory = Directory {
        parent: Some(parent.to_owned()),
        name: "!(bind.property.Manufacturer) !(bind.property.ProductName)".to_owned(),
        short_name: None,
        source_name: Some(".".to_owned()),
        short_source_name: None,
        guid_seed: None,
    };
    let id = Some(Id::global("INSTALLFOLDER"));
    let reference = Reference { kind: "Directory".into(), key: parent.to_owned(), at: at.clone() };
    Section {
        kind: SectionKind::Fragment,
        symbols: vec![Symbol { id, at: at.clone(), kind: Kind::Directory(directory) }],
        references: vec![reference],
        memberships: Vec::new(),
        at: at.clone(),
    }
}

/// Reports symbols of libraries that nobody here makes rows of.
fn foreign(symbols: &[Symbol], report: &Report) {
    for symbol in symbols {
        let Kind::Foreign(kind) = &symbol.kind else { continue };
        let id = symbol.id.as_ref().map(|id| format!(" `{}`", id.name)).unwrap_or_default();
        let message = format!("`{kind}`{id}, which a library has, is not known to this engine");
        let help = "it is of an extension, a bundle or a patch; leave out what refers to it, or build with WiX itself";
        report.push(Diagnostic::error("wix::library", message).at(&symbol.at).help(help));
    }
}

fn names(sections: &[Section]) -> Names<'_> {
    let mut names = Names::new();
    for (section, symbols) in sections.iter().enumerate().map(|(at, section)| (at, &section.symbols)) {
        for (at, symbol) in symbols.iter().enumerate() {
            if let Some(id) = &symbol.id {
                names.entry((symbol.kind.name(), id.name.as_str())).or_default().push((section, at));
            }
        }
    }
    names
}

struct Linker<'s> {
    sections: &'s [Section],
    /// Where each section is from.
    origins: Vec<Origin>,
    names: Names<'s>,
    report: &'s Report,
    /// The sections that are needed, in the order in which they were found.
    pulled: Vec<usize>,
    seen: BTreeSet<usize>,
}

impl<'s> Linker<'s> {
    fn symbol(&self, (section, at): Place) -> &'s Symbol {
        &self.sections[section].symbols[at]
    }

    fn access(&self, place: Place) -> Access {
        self.symbol(place).id.as_ref().map_or(Access::Section, |id| id.access)
    }

    /// Takes the section and, depth first, all that it refers to. An explicit stack: chains of fragments may be long.
    fn pull(&mut self, entry: usize) {
        let mut stack = vec![(entry, 0)];
        self.seen.insert(entry);
        self.pulled.push(entry);
        while let Some((section, next)) = stack.pop() {
            let Some(reference) = self.sections[section].references.get(next) else { continue };
            stack.push((section, next + 1));
            let found = self.resolve(section, reference);
            // several are a conflict, which is reported; what they refer to in turn has nothing to do with it
            let is_one = found.len() == 1;
            for found in found {
                if self.seen.insert(found) {
                    self.pulled.push(found);
                    if is_one {
                        stack.push((found, 0));
                    }
                }
            }
        }
    }

    /// The sections of the symbols that `reference` means (WIX0094 if there is none).
    fn resolve(&self, from: usize, reference: &Reference) -> Vec<usize> {
        let key = (reference.kind.as_ref(), reference.key.as_str());
        let candidates = self.names.get(&key).map(Vec::as_slice).unwrap_or_default();
        let accessible: Vec<Place> =
            candidates.iter().copied().filter(|place| self.accessible(from, *place)).collect();
        if accessible.is_empty() {
            let (kind, key) = key;
            let message = match candidates.first() {
                None => format!("there is no {} `{key}`", described(kind)),
                Some(_) => format!("{} `{key}` is not accessible from here", described(kind)),
            };
            let help = match (kind, candidates.first()) {
                ("WixUI", Some(_)) => format!(
                    "write `<ui:WixUI Id=\"{key}\" />` with \
                     xmlns:ui=\"http://wixtoolset.org/schemas/v4/wxs/ui\" in its place"
                ),
                (_, Some(_)) => {
                    "refer to what its library gives to others, or define one of your own".to_owned()
                }
                (_, None) => "define it, or add the source that does to the command line".to_owned(),
            };
            let mut diagnostic = Diagnostic::error("WIX0094", message).at(&reference.at).help(help);
            if let Some(candidate) = candidates.first() {
                diagnostic = diagnostic.related(&self.symbol(*candidate).at, "defined here");
            }
            self.report.push(diagnostic);
        }
        // in libraries of WiX 4, the action of a dialog is overridable, and not virtual: it is the one that is meant
        let is_overridable =
            |place: &&Place| matches!(&self.symbol(**place).kind, Kind::Action(action) if action.overridable);
        if let (true, [meant]) =
            (accessible.len() > 1, &accessible.iter().filter(is_overridable).collect::<Vec<_>>()[..])
        {
            return vec![meant.0];
        }
        // Only an `override` counts where there is one.
        let overridden = accessible.iter().any(|place| self.access(*place) == Access::Override);
        accessible
            .into_iter()
            .filter(|place| !overridden || self.access(*place) != Access::Virtual)
            .map(|(section, _)| section)
            .collect()
    }

    fn accessible(&self, from: usize, place: Place) -> bool {
        match self.access(place) {
            Access::Global | Access::Virtual | Access::Override => true,
            Access::Library => self.origins[place.0].library == self.origins[from].library,
            Access::File => self.origins[place.0] == self.origins[from],
            Access::Section => place.0 == from,
        }
    }

    /// Reports symbols of the same kind and id (WIX0091 and WIX0092); gives those to leave out: `virtual` ones that an
    /// `override` replaces, and all but one of identical generated directories.
    fn conflicts(&self) -> BTreeSet<Place> {
        self.without_virtual();
        let mut dropped = BTreeSet::new();
        for places in self.names.values().filter(|places| places.len() > 1) {
            let mut places: Vec<Place> =
                places.iter().copied().filter(|(section, _)| self.seen.contains(section)).collect();
            let overridden = places.iter().any(|place| self.access(*place) == Access::Override);
            if !overridden
                && places.iter().filter(|place| self.access(**place) == Access::Virtual).count() == 1
            {
                self.not_overridden(&places);
                continue;
            }
            if overridden {
                let is_virtual = |place: &Place| self.access(*place) == Access::Virtual;
                dropped.extend(places.iter().copied().filter(is_virtual));
                places.retain(|place| !is_virtual(place));
            }
            let Some((first, others)) = places.split_first() else { continue };
            let (same, different): (Vec<Place>, Vec<Place>) =
                others.iter().partition(|place| self.identical_directories(*first, **place));
            dropped.extend(same);
            for other in different {
                self.duplicate(*first, other);
            }
        }
        dropped
    }

    /// Reports symbols that stand beside a `virtual` one without `override` (WIX7009).
    fn not_overridden(&self, places: &[Place]) {
        let (virtuals, others): (Vec<Place>, Vec<Place>) =
            places.iter().partition(|place| self.access(**place) == Access::Virtual);
        for (place, inherited) in others.iter().zip(virtuals.iter().cycle()) {
            let (symbol, inherited) = (self.symbol(*place), self.symbol(*inherited));
            let name = symbol.id.as_ref().map_or("", |id| &id.name);
            let kind = described(symbol.kind.name());
            let message = format!("{kind} `{name}` is there already, as a virtual one");
            let own = match (symbol.kind.name(), name.split_once('/')) {
                ("WixAction", Some((_, action))) => {
                    format!("`Action=\"override {action}\"`, or `Dialog` where it is one")
                }
                _ => format!("`Id=\"override {name}\"`"),
            };
            self.report.push(
                Diagnostic::error("WIX7009", message)
                    .at(&symbol.at)
                    .related(&inherited.at, "the virtual one")
                    .help(format!("remove this one, or let it replace the other with {own}")),
            );
        }
    }

    /// Reports `override` symbols that find nothing `virtual` to replace (WIX7008). Actions of the installer have a number
    /// of their own, and some have none to replace.
    fn without_virtual(&self) {
        for ((kind, name), places) in &self.names {
            let has_virtual = places.iter().any(|place| self.access(*place) == Access::Virtual);
            if has_virtual || *kind == "WixAction" {
                continue;
            }
            let lost = places.iter().filter(|place| self.access(**place) == Access::Override);
            for place in lost.filter(|(section, _)| self.seen.contains(section)) {
                let message = format!("there is no virtual {} `{name}` to override", described(kind));
                self.report.push(
                    Diagnostic::error("WIX7008", message)
                        .at(&self.symbol(*place).at)
                        .help("leave out `override`, or check the spelling"),
                );
            }
        }
    }

    fn identical_directories(&self, a: Place, b: Place) -> bool {
        let generated = [a, b].iter().all(|place| self.access(*place) == Access::Section);
        let (a, b) = (&self.symbol(a).kind, &self.symbol(b).kind);
        generated && matches!(a, Kind::Directory(_)) && a == b
    }

    fn duplicate(&self, first: Place, other: Place) {
        let (first, other) = (self.symbol(first), self.symbol(other));
        let name = other.id.as_ref().map_or("", |id| &id.name);
        let message = format!("duplicate {} `{name}`", described(other.kind.name()));
        // As WiX: without features of the author's own, both would belong to the one that it makes up.
        let has_features = self.names.keys().any(|(kind, _)| *kind == "Feature");
        let is_component = matches!(other.kind, Kind::Component(_));
        let code = if is_component && !has_features { "WIX0095" } else { "WIX0091" };
        self.report.push(
            Diagnostic::error(code, message)
                .at(&other.at)
                .related(&first.at, "first defined here")
                .help("give one of them another id, or remove it"),
        );
    }
}

/// A kind in words for messages.
fn described(kind: &str) -> &str {
    match kind {
        "WixAction" => "action in the sequence",
        "WixComponentGroup" => "component group",
        "WixFeatureGroup" => "feature group",
        "WixUI" => "UI",
        "WixVariable" => "WiX variable",
        other => other,
    }
}
