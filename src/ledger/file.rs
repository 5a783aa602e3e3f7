//! Reading `identity.toml`: everything that is wrong with it, with line and column.

use super::{Bits, Borrowed, Component, Directory, Entries, Era, Foreign, Holds, KeyPath, Ledger, layout};
use crate::diag::{Diagnostic, Location};
use crate::id::{Arch, ComponentId, FileVersion, Flavour, UpgradeCode};
use crate::product::Product;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// The format that this reader knows.
const FORMAT: u32 = 1;
/// Standard directories of the 64-bit half of Windows, and of the 32-bit half.
pub const ROOTS: [(&str, Bits); 4] = [
    ("[ProgramFiles64Folder]", Bits::B64),
    ("[System64Folder]", Bits::B64),
    ("[ProgramFilesFolder]", Bits::B32),
    ("[SystemFolder]", Bits::B32),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    format: Spanned<u32>,
    #[serde(default)]
    era: Vec<EraEntry>,
    #[serde(default)]
    highest_shipped: Vec<FileVersion>,
    #[serde(default)]
    iis: FlavourEntry,
    #[serde(default)]
    iisexpress: FlavourEntry,
    #[serde(default)]
    foreign: Vec<ForeignEntry>,
    #[serde(default)]
    borrowed: Vec<BorrowedEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BorrowedEntry {
    from: String,
    ids: Vec<ComponentId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ForeignEntry {
    name: Spanned<String>,
    upgrade_code: Vec<UpgradeCode>,
    ids: Vec<ComponentId>,
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EraEntry {
    name: Era,
    releases: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlavourEntry {
    #[serde(default)]
    directory: Vec<DirectoryEntry>,
    #[serde(default)]
    component: Vec<ComponentEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct DirectoryEntry {
    id: String,
    path: String,
    short_name: Option<String>,
    source_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ComponentEntry {
    arch: Vec<Arch>,
    path: Option<Spanned<String>>,
    file: Option<String>,
    registry: Option<Spanned<String>>,
    value: Option<String>,
    holds: Spanned<String>,
    id: Spanned<String>,
    component: Spanned<String>,
    bits: Spanned<u32>,
    event_source: Option<String>,
    #[serde(default)]
    shipped: Vec<Spanned<Era>>,
    status: Status,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Active,
    Retired,
}

impl Ledger {
    /// The ledger of a product of which nothing is written down: its components follow from it.
    #[must_use]
    pub fn of(product: &Product) -> Ledger {
        let entries = |flavour| layout::entries(product, flavour);
        Ledger {
            file: product.file.clone(),
            eras: Vec::new(),
            highest_shipped: Vec::new(),
            foreign: Vec::new(),
            borrowed: Vec::new(),
            iis: entries(Flavour::Iis),
            iis_express: entries(Flavour::IisExpress),
        }
    }

    /// Reads the ledger of `product`. `file` is what findings call it. Its active components take the place of those that
    /// follow from the product for the same path.
    ///
    /// # Errors
    /// Everything that is wrong: no TOML, unknown keys, values of the wrong kind, and identities that clash.
    pub fn parse(file: &str, text: &str, product: &Product) -> Result<Ledger, Vec<Diagnostic>> {
        let mut reader = Reader { file: file.into(), text, eras: Vec::new(), findings: Vec::new() };
        let parsed: File = match toml::from_str(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                reader.error("syntax", error.span().unwrap_or_default(), error.message().to_owned());
                return Err(reader.findings);
            }
        };
        if *parsed.format.get_ref() != FORMAT {
            let message = format!("the ledger has format {}, expected {FORMAT}", parsed.format.get_ref());
            reader.error("format", parsed.format.span(), message);
        }
        reader.eras = parsed.era.into_iter().map(|EraEntry { name, releases }| (name, releases)).collect();
        let iis = reader.entries(parsed.iis, product, Flavour::Iis);
        let iis_express = reader.entries(parsed.iisexpress, product, Flavour::IisExpress);
        let known = |id| [&iis, &iis_express].iter().any(|p| p.components.iter().any(|c| c.id == id));
        let foreign = parsed.foreign.into_iter().map(|entry| {
            for id in entry.ids.iter().filter(|id| !known(**id)) {
                let message = format!("ComponentId {id} of `{}` is none of ours", entry.name.get_ref());
                reader.error("foreign", entry.name.span(), message);
            }
            let ForeignEntry { name, upgrade_code, ids, note } = entry;
            Foreign { name: name.into_inner(), upgrade_codes: upgrade_code, ids, note }
        });
        let foreign = foreign.collect();
        if !reader.findings.is_empty() {
            return Err(reader.findings);
        }
        let borrowed = parsed.borrowed.into_iter();
        let borrowed = borrowed.map(|BorrowedEntry { from, ids }| Borrowed { from, ids }).collect();
        let mut ledger = Ledger {
            file: file.to_owned(),
            eras: std::mem::take(&mut reader.eras),
            highest_shipped: parsed.highest_shipped,
            foreign,
            borrowed,
            iis,
            iis_express,
        };
        ledger.keep_what_shipped();
        let clashes = reader.clashes(&ledger);
        if clashes.is_empty() { Ok(ledger) } else { Err(clashes) }
    }

    /// What follows from the product has the id under which its path shipped, if it did.
    fn keep_what_shipped(&mut self) {
        for flavour in Flavour::ALL {
            let id = |component: &Component| {
                let path = component.key_path.text();
                if component.line == 0 { self.id_for(flavour, component.bits, &path) } else { component.id }
            };
            let ids: Vec<ComponentId> = self.entries(flavour).components.iter().map(id).collect();
            let entries = match flavour {
                Flavour::Iis => &mut self.iis,
                Flavour::IisExpress => &mut self.iis_express,
            };
            for (component, id) in entries.components.iter_mut().zip(ids) {
                component.id = id;
            }
        }
    }
}

struct Reader<'a> {
    file: Arc<str>,
    text: &'a str,
    eras: Vec<(Era, String)>,
    findings: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn location(&self, offset: usize) -> Location {
        Location::of_offset(&self.file, self.text, offset)
    }

    fn error(&mut self, slug: &str, span: Range<usize>, message: String) {
        let at = self.location(span.start);
        self.findings.push(Diagnostic::error(format!("ledger::{slug}"), message).at(&at));
    }

    fn entries(&mut self, entry: FlavourEntry, product: &Product, flavour: Flavour) -> Entries {
        let follow = layout::entries(product, flavour);
        let directories = entry.directory.into_iter().map(|entry| Directory {
            id: entry.id,
            path: entry.path,
            short_name: entry.short_name,
            source_name: entry.source_name,
        });
        let mut directories: Vec<Directory> = directories.collect();
        let mut components: Vec<Component> =
            entry.component.into_iter().filter_map(|entry| self.component(entry)).collect();
        let rest = layout::beyond(follow.components, &components);
        components.splice(0..0, rest);
        let is_new = |directory: &Directory| directories.iter().all(|known| known.path != directory.path);
        let rest: Vec<Directory> = follow.directories.into_iter().filter(is_new).collect();
        directories.extend(rest);
        Entries { families: follow.families, directories, components }
    }

    fn component(&mut self, entry: ComponentEntry) -> Option<Component> {
        let before = self.findings.len();
        let holds = entry.holds.get_ref().parse::<Holds>();
        if let Err(message) = &holds {
            self.error("holds", entry.holds.span(), message.to_string());
        }
        let id = entry.id.get_ref().parse::<ComponentId>();
        if let Err(error) = &id {
            self.error("id", entry.id.span(), error.to_string());
        }
        let bits = match entry.bits.get_ref() {
            32 => Bits::B32,
            64 => Bits::B64,
            number => {
                self.error("bits", entry.bits.span(), format!("`bits` is {number}, expected 32 or 64"));
                Bits::B32
            }
        };
        if bits == Bits::B64 && entry.arch.contains(&Arch::X86) {
            let message = "a package for x86 cannot hold a 64-bit component".to_owned();
            self.error("bits", entry.bits.span(), message);
        }
        if holds == Ok(Holds::Other) && entry.status == Status::Active {
            let message = "an active component holds something that we package, not `other`".to_owned();
            self.error("holds", entry.holds.span(), message);
        }
        for era in &entry.shipped {
            if !self.eras.iter().any(|(known, _)| known == era.get_ref()) {
                let known: Vec<String> = self.eras.iter().map(|(era, _)| era.to_string()).collect();
                let known = if known.is_empty() { "an `[[era]]`".to_owned() } else { known.join(", ") };
                let message = format!("`{}` is not an era: expected {known}", era.get_ref());
                self.error("era", era.span(), message);
            }
        }
        let at = entry.component.span();
        let key_path = match (entry.path, entry.registry) {
            (Some(path), None) => {
                self.root(&path);
                let file = entry.file.unwrap_or_else(|| {
                    self.error("file", at.clone(), "a component with a `path` needs a `file` key".to_owned());
                    String::new()
                });
                KeyPath::File { path: path.into_inner(), file }
            }
            (None, Some(registry)) => {
                let value = entry.value.unwrap_or_else(|| {
                    self.error(
                        "value",
                        at.clone(),
                        "a component with a `registry` key needs a `value`".to_owned(),
                    );
                    String::new()
                });
                KeyPath::Registry { key: registry.into_inner(), value }
            }
            _ => {
                let message = "a component needs either a `path` or a `registry` key".to_owned();
                self.error("key_path", at.clone(), message);
                return None;
            }
        };
        let (Ok(holds), Ok(id)) = (holds, id) else { return None };
        (self.findings.len() == before).then(|| Component {
            arches: entry.arch,
            key_path,
            holds,
            bits,
            event_source: entry.event_source,
            shipped: entry.shipped.into_iter().map(Spanned::into_inner).collect(),
            active: entry.status == Status::Active,
            line: self.location(at.start).line,
            key: entry.component.into_inner(),
            id,
        })
    }

    /// Whether the root fits the component's bits is for active components only: 10.0 rc 2 shipped one that did not.
    fn root(&mut self, path: &Spanned<String>) {
        if !ROOTS.iter().any(|(root, _)| path.get_ref().starts_with(root)) {
            let roots: Vec<String> = ROOTS.iter().map(|(root, _)| format!("`{root}`")).collect();
            let message = format!("`{}` begins with none of {}", path.get_ref(), roots.join(", "));
            self.error("path", path.span(), message);
        }
    }

    /// Identities of active components that clash within a package, or between the flavours.
    fn clashes(&self, ledger: &Ledger) -> Vec<Diagnostic> {
        let mut findings = Vec::new();
        let mut owners: BTreeMap<ComponentId, (Flavour, &Component)> = BTreeMap::new();
        for flavour in Flavour::ALL {
            for component in &ledger.entries(flavour).components {
                let id = component.id;
                let (owner, first) = *owners.entry(id).or_insert((flavour, component));
                if owner != flavour {
                    let what = format!("ComponentId {id}");
                    findings.push(self.clash("duplicate_id", &what, first, component));
                }
            }
            for arch in Arch::ALL {
                self.clashes_in_package(ledger, flavour, arch, &mut findings);
            }
        }
        findings
    }

    fn clashes_in_package(
        &self,
        ledger: &Ledger,
        flavour: Flavour,
        arch: Arch,
        findings: &mut Vec<Diagnostic>,
    ) {
        let mut seen: BTreeMap<(&str, String), &Component> = BTreeMap::new();
        for component in ledger.components(flavour, arch) {
            let mut identities = vec![
                ("duplicate_id", format!("ComponentId {}", component.id)),
                ("duplicate_key", format!("component key `{}`", component.key)),
            ];
            if let KeyPath::File { path, file } = &component.key_path {
                identities.push(("duplicate_path", format!("path `{path}`")));
                identities.push(("duplicate_file", format!("file key `{file}`")));
                let fitting = ROOTS.iter().find(|(root, _)| path.starts_with(root));
                if fitting.is_some_and(|(_, bits)| *bits != component.bits) {
                    let message = format!(
                        "component `{}` has {} bits, `{path}` does not",
                        component.key, component.bits
                    );
                    findings.push(Diagnostic::error("ledger::bits", message).at(&self.line(component)));
                }
            }
            for identity in identities {
                let what = identity.1.clone();
                if let Some(first) = seen.insert(identity.clone(), component) {
                    findings.push(self.clash(identity.0, &what, first, component));
                }
            }
        }
    }

    fn line(&self, component: &Component) -> Location {
        Location { file: self.file.clone(), line: component.line, column: 1 }
    }

    fn clash(&self, slug: &str, what: &str, first: &Component, second: &Component) -> Diagnostic {
        Diagnostic::error(format!("ledger::{slug}"), format!("{what} is used twice"))
            .at(&self.line(second))
            .related(&self.line(first), "first used here")
            .help("one identity stands for one installed path, for ever; retire one entry or issue a new id")
    }
}
