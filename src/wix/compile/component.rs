//! `Component`, `ComponentGroup` and references to them.

use super::elements::{self, Rule, Within};
pub(super) use super::place::{Candidate, Host};
use super::place::{Place, folder_path};
use super::{Attributes, Compiler, GuidForms, directory};
use crate::diag::Diagnostic;
use crate::source::Element;
use crate::symbol::{Component, ComponentGuid, Container, GroupKind, Id, KeyPath, Kind, Member, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("Component", Within::Place(component)),
    ("ComponentGroup", Within::Definition(component_group)),
    ("ComponentGroupRef", Within::Package(|c, element| component_group_ref(c, element, None))),
    ("ComponentRef", Within::Package(|c, element| component_ref(c, element, None))),
];

/// The bits of the Attributes column
/// (<https://learn.microsoft.com/windows/win32/msi/component-table>).
const SOURCE_ONLY: i32 = 1;
const OPTIONAL: i32 = 2;
const SHARED_DLL_REF_COUNT: i32 = 8;
const PERMANENT: i32 = 16;
const TRANSITIVE: i32 = 64;
const NEVER_OVERWRITE: i32 = 128;
const DISABLE_REGISTRY_REFLECTION: i32 = 512;
const UNINSTALL_ON_SUPERSEDENCE: i32 = 1024;
const SHARED: i32 = 2048;

/// `Component`: <https://docs.firegiant.com/wix/schema/wxs/component/>.
pub(super) fn component(c: &mut Compiler, element: &Element, place: &Place) {
    let a = c.attributes(element);
    let authored = a.id("Id");
    let is_64_bit = bitness(c, &a);
    let mut attributes = a
        .choice("Location", &[("local", 0), ("source", SOURCE_ONLY), ("either", OPTIONAL)])
        .unwrap_or_default();
    for (name, bit) in [
        ("DisableRegistryReflection", DISABLE_REGISTRY_REFLECTION),
        ("NeverOverwrite", NEVER_OVERWRITE),
        ("Permanent", PERMANENT),
        ("Shared", SHARED),
        ("SharedDllRefCount", SHARED_DLL_REF_COUNT),
        ("Transitive", TRANSITIVE),
        ("UninstallWhenSuperseded", UNINSTALL_ON_SUPERSEDENCE),
    ] {
        if a.flag(name) {
            attributes |= bit;
        }
    }
    let guid = match a.guid("Guid", GuidForms { star: true, empty: true }) {
        None => ComponentGuid::Computed,
        Some(text) if text == "*" => ComponentGuid::Computed,
        Some(text) if text.is_empty() => ComponentGuid::None,
        Some(text) => ComponentGuid::Text(text),
    };
    if guid == ComponentGuid::None {
        for name in ["Shared", "Permanent"].into_iter().filter(|name| a.flag(name)) {
            a.illegal(
                193,
                name,
                "cannot be `yes` with an empty `@Guid`; the installer must register the component",
            );
        }
    }
    let condition = a.text("Condition");
    let disk = a.integer("DiskId", 1..=i32::from(i16::MAX)).or(place.disk);
    let directory = directory::place(c, &a, place.directory.clone());
    let directory_is_key = a.flag("KeyPath");
    let feature = a.reference("Feature");
    let complus = a.integer("ComPlusFlags", 0..=i32::from(i16::MAX));
    // Means something with instance transforms only.
    let _ = a.yes_no("MultiInstance");

    let placeholder = c.placeholder();
    let id = authored.clone().unwrap_or_else(|| Id::section(placeholder.clone()));
    if let Some(feature) = &feature {
        if matches!(place.parent, Some((Container::Feature | Container::FeatureGroup, _))) {
            a.illegal(62, "Feature", "cannot be used inside a feature; remove it");
        }
        c.member((Container::Feature, feature), (Member::Component, &id.name), true, &element.at);
    }
    let host = Host {
        id: id.name.clone(),
        directory,
        disk,
        source: place.source.clone(),
        is_64_bit,
        has_own_guid: guid != ComponentGuid::Computed,
    };

    let first = c.mark();
    let mut keys = KeyPaths { found: directory_is_key, path: None, files: 0, has_data_source: false };
    c.open_children(element, |c, child| {
        let (known, candidate) = elements::in_component(c, child, &host);
        keys.files += u32::from(child.name == "File");
        keys.has_data_source |= child.name == "ODBCDataSource";
        if let Some(candidate) = candidate {
            keys.offer(c, child, candidate);
        }
        known
    });
    if let Some(flags) = complus {
        c.row("Complus", None, &element.at, fields![&host.id, flags]);
    }
    let id = keys.name(c, element, authored, &guid, &placeholder);
    if id.name != host.id {
        c.rename(first, &host.id, &id.name);
    }
    if let Some((container, parent)) = &place.parent {
        let primary = *container == Container::Feature;
        c.member((*container, parent), (Member::Component, &id.name), primary, &element.at);
    }
    let component = Component {
        guid,
        directory: host.directory,
        attributes,
        is_64_bit,
        condition,
        key_path: keys.path.unwrap_or(KeyPath::Directory),
    };
    c.add(Some(id), &element.at, Kind::Component(component));
}

/// Finding a component's key path among what its children offer.
struct KeyPaths {
    found: bool,
    path: Option<KeyPath>,
    files: u32,
    has_data_source: bool,
}

impl KeyPaths {
    /// Takes the candidate that says so, or else the first that does not refuse.
    fn offer(&mut self, c: &Compiler, element: &Element, candidate: Candidate) {
        if self.found && candidate.chosen == Some(true) {
            let message = "the component has a key path already; only one child can say `KeyPath=\"yes\"`";
            c.report.error(42, &element.at, message);
        }
        let first = candidate.chosen.is_none() && self.path.is_none() && !self.found;
        if candidate.chosen == Some(true) || first {
            self.found = candidate.chosen == Some(true);
            self.path = Some(candidate.path);
        }
    }

    /// The component's id: as authored, or the key path's. Reports a GUID or an id that cannot be computed
    /// (WIX0230, WIX0330).
    fn name(
        &self,
        c: &Compiler,
        element: &Element,
        authored: Option<Id>,
        guid: &ComponentGuid,
        placeholder: &str,
    ) -> Id {
        let at = &element.at;
        let computable = match &self.path {
            None => false,
            Some(_) if self.has_data_source => false,
            Some(KeyPath::Registry(_)) => self.files == 0,
            Some(_) => true,
        };
        if !computable && *guid == ComponentGuid::Computed {
            let why = match &self.path {
                Some(KeyPath::Registry(_)) => "its key path is a registry value although it has files",
                Some(_) => "it has a data source",
                None => "its key path is its directory",
            };
            c.report.push(
                Diagnostic::error("WIX0230", format!("the component's GUID cannot be computed: {why}"))
                    .at(at)
                    .help("give it a `Guid` of its own, or make a file its key path"),
            );
        }
        if let Some(id) = authored {
            return id;
        }
        let key = match &self.path {
            Some(KeyPath::File(id) | KeyPath::Registry(id) | KeyPath::OdbcDataSource(id)) => Some(id.clone()),
            Some(KeyPath::Directory) | None => None,
        };
        match key {
            Some(key) if computable || self.found => Id::global(key),
            _ => {
                let message = "the component has no `Id`, and no key path to name it after; give it an `Id`";
                c.report.error(330, at, message);
                Id::section(placeholder)
            }
        }
    }
}

/// Whether the component is a 64-bit one: as `Bitness` says, or else as the package is.
pub(super) fn bitness(c: &Compiler, a: &Attributes) -> bool {
    a.choice("Bitness", &[("default", c.arch.is_64_bit()), ("always32", false), ("always64", true)])
        .unwrap_or(c.arch.is_64_bit())
}

/// `ComponentGroup`: <https://docs.firegiant.com/wix/schema/wxs/componentgroup/>.
pub(super) fn component_group(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.id("Id"));
    let directory = directory::optional(c, &a, None);
    let source = a.text("Source").map(|source| folder_path(&source)).unwrap_or_default();
    let Some(id) = id else { return };
    let place =
        Place { directory, disk: None, source, parent: Some((Container::ComponentGroup, id.name.clone())) };
    c.children(element, |c, child| {
        match child.name.as_str() {
            "ComponentRef" => component_ref(c, child, place.parent.as_ref()),
            "ComponentGroupRef" => component_group_ref(c, child, place.parent.as_ref()),
            _ => return elements::in_place(c, child, &place),
        }
        true
    });
    c.add(Some(id), &element.at, Kind::Group(GroupKind::Component));
}

/// `ComponentRef`: <https://docs.firegiant.com/wix/schema/wxs/componentref/>.
pub(super) fn component_ref(c: &mut Compiler, element: &Element, parent: Option<&(Container, String)>) {
    member_ref(c, element, parent, Member::Component, "Component");
}

/// `ComponentGroupRef`: <https://docs.firegiant.com/wix/schema/wxs/componentgroupref/>.
pub(super) fn component_group_ref(c: &mut Compiler, element: &Element, parent: Option<&(Container, String)>) {
    member_ref(c, element, parent, Member::ComponentGroup, "WixComponentGroup");
}

fn member_ref(
    c: &mut Compiler,
    element: &Element,
    parent: Option<&(Container, String)>,
    member: Member,
    kind: &'static str,
) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    let primary = a.flag("Primary");
    c.no_children(element);
    let Some(id) = id else { return };
    c.refer(kind, &id, &element.at);
    if let Some((container, parent)) = parent {
        c.member((*container, parent), (member, &id), primary, &element.at);
    }
}

impl Compiler<'_> {
    /// An id for a component that has none yet. It goes into the ids of its children, so it is spelled as WiX spells
    /// it: the number of components in the file so named before, between section signs.
    fn placeholder(&mut self) -> String {
        format!("\u{a7}{}\u{a7}", self.placeholders)
    }

    /// Where the symbols of a component begin; see [`Compiler::rename`].
    fn mark(&self) -> Mark {
        Mark {
            symbols: self.section.symbols.len(),
            references: self.section.references.len(),
            memberships: self.section.memberships.len(),
        }
    }

    /// Puts `id` in place of `placeholder` in everything added since `mark`.
    fn rename(&mut self, mark: Mark, placeholder: &str, id: &str) {
        self.placeholders += 1;
        let mut fix = |text: &mut String| {
            if text.contains(placeholder) {
                *text = text.replace(placeholder, id);
            }
        };
        for symbol in &mut self.section.symbols[mark.symbols..] {
            symbol.each_text(&mut fix);
        }
        for reference in &mut self.section.references[mark.references..] {
            fix(&mut reference.key);
        }
        for membership in &mut self.section.memberships[mark.memberships..] {
            fix(&mut membership.member_id);
        }
    }
}

/// A place in a section.
struct Mark {
    symbols: usize,
    references: usize,
    memberships: usize,
}
