//! Which elements there are, and what each may stand in. An element says so itself, in its own file (`ELEMENTS`); here is
//! only the list of those files.
//!
//! Elements of extensions say the same in `ext`. Elements that are nothing without what is around them (features, groups, directories, searches, parts of a dialog)
//! are known to the file of the element around them.

use super::ext::shape::{Around, Shape};
use super::place::{Candidate, Host, Place};
use super::*;

/// The rules of every file with elements. Whoever adds one adds a line.
const FILES: &[&[Rule]] = &[
    assembly::ELEMENTS,
    binary::ELEMENTS,
    category::ELEMENTS,
    certificates::ELEMENTS,
    com::ELEMENTS,
    component::ELEMENTS,
    custom_action::ELEMENTS,
    custom_table::ELEMENTS,
    dependency::ELEMENTS,
    directory::ELEMENTS,
    embedded::ELEMENTS,
    environment::ELEMENTS,
    feature::ELEMENTS,
    file::ELEMENTS,
    files::ELEMENTS,
    folder::ELEMENTS,
    ini_file::ELEMENTS,
    instance::ELEMENTS,
    isolate::ELEMENTS,
    media::ELEMENTS,
    odbc::ELEMENTS,
    permission::ELEMENTS,
    property::ELEMENTS,
    registry::ELEMENTS,
    search::ELEMENTS,
    sequence::ELEMENTS,
    service_config::ELEMENTS,
    service_control::ELEMENTS,
    service_install::ELEMENTS,
    sfp_catalog::ELEMENTS,
    shortcut::ELEMENTS,
    software_tag::ELEMENTS,
    summary::ELEMENTS,
    symbol_path::ELEMENTS,
    ui::ELEMENTS,
    upgrade::ELEMENTS,
];

/// An element's name, one thing that it may stand in, and what compiles it there.
pub(super) type Rule = (&'static str, Within);

/// What an element may stand in, with the function that compiles it there: each takes what its place gives.
pub(super) enum Within {
    /// A package or a fragment.
    Definition(fn(&mut Compiler, &Element)),
    /// A fragment only.
    Fragment(fn(&mut Compiler, &Element)),
    /// A package only.
    Package(fn(&mut Compiler, &Element)),
    /// A package, a fragment, a directory, a feature, or a group of either: whatever components can be in.
    Place(fn(&mut Compiler, &Element, &Place)),
    /// A component.
    Component(fn(&mut Compiler, &Element, &Host)),
    /// A component, whose key path it may be.
    KeyPath(fn(&mut Compiler, &Element, &Host) -> Option<Candidate>),
    /// A file.
    File(fn(&mut Compiler, &Element, &HostFile<'_>)),
    /// A folder that is created, given by its directory's id.
    Folder(fn(&mut Compiler, &Element, &Host, &str)),
    /// A user interface.
    Ui(fn(&mut Compiler, &Element)),
    /// A key or value of the registry.
    Registry(fn(&mut Compiler, &Element, &HostRegistry<'_>)),
    /// A service that is installed.
    Service(fn(&mut Compiler, &Element, &HostService<'_>)),
    /// What Util's extension says of a service.
    ServiceConfig(fn(&mut Compiler, &Element, Around<'_>)),
    /// A row of one table and nothing else, in a package or fragment.
    DefinitionRow(&'static Shape),
    /// The same in a component.
    ComponentRow(&'static Shape),
}

/// The file that an element stands in.
pub(super) struct HostFile<'h> {
    /// Its component.
    pub host: &'h Host,
    /// Its id.
    pub id: &'h str,
    /// Whether it says that it is the component's key path.
    pub is_key_path: bool,
}

/// The key or value of the registry that an element stands in.
pub(super) struct HostRegistry<'h> {
    /// Its component's id.
    pub component: &'h str,
    /// Its id; none for a key that is not created.
    pub id: Option<&'h str>,
}

/// The service that an element stands in.
pub(super) struct HostService<'h> {
    /// Its component.
    pub host: &'h Host,
    /// The id of its row.
    pub id: &'h str,
    /// Its name.
    pub name: &'h str,
}

/// The first rule of `element` that `pick` takes.
fn find<F>(c: &Compiler, element: &Element, pick: impl Fn(&'static Within) -> Option<F>) -> Option<F> {
    let files = if element.namespace == NAMESPACE {
        FILES
    } else {
        let named = c.extensions.iter().find(|extension| extension.namespace == element.namespace);
        named.map_or(&[][..], |extension| extension.files)
    };
    let all = files.iter().flat_map(|rules| rules.iter());
    all.filter(|(known, _)| *known == element.name).find_map(|(_, within)| pick(within))
}

/// What compiles an element where all it needs to know is that it is in a package or fragment.
enum Definition {
    Code(fn(&mut Compiler, &Element)),
    Row(&'static Shape),
}

impl Definition {
    fn compile(self, c: &mut Compiler, element: &Element) {
        match self {
            Definition::Code(compile) => compile(c, element),
            Definition::Row(shape) => shape.row(c, element, Around::default()),
        }
    }
}

/// Compiles `element` in a fragment. Says whether it may stand there, as all of these do.
pub(super) fn definition(c: &mut Compiler, element: &Element) -> bool {
    let compile = find(c, element, |within| match within {
        Within::Definition(compile) | Within::Fragment(compile) => Some(Definition::Code(*compile)),
        Within::DefinitionRow(shape) => Some(Definition::Row(shape)),
        _ => None,
    });
    compile.map(|compile| compile.compile(c, element)).is_some()
}

/// Compiles `element` in a package, of which fragments have not all.
pub(super) fn in_package(c: &mut Compiler, element: &Element) -> bool {
    let compile = find(c, element, |within| match within {
        Within::Definition(compile) | Within::Package(compile) => Some(Definition::Code(*compile)),
        Within::DefinitionRow(shape) => Some(Definition::Row(shape)),
        _ => None,
    });
    compile.map(|compile| compile.compile(c, element)).is_some()
}

/// Compiles `element` where components can be.
pub(super) fn in_place(c: &mut Compiler, element: &Element, place: &Place) -> bool {
    let compile = find(c, element, |within| match within {
        Within::Place(compile) => Some(compile),
        _ => None,
    });
    compile.map(|compile| compile(c, element, place)).is_some()
}

/// Compiles `element` in the component `host`; gives what it offers as the key path.
pub(super) fn in_component(c: &mut Compiler, element: &Element, host: &Host) -> (bool, Option<Candidate>) {
    enum Compile {
        Plain(fn(&mut Compiler, &Element, &Host)),
        KeyPath(fn(&mut Compiler, &Element, &Host) -> Option<Candidate>),
        Row(&'static Shape),
    }
    let compile = find(c, element, |within| match within {
        Within::Component(compile) => Some(Compile::Plain(*compile)),
        Within::KeyPath(compile) => Some(Compile::KeyPath(*compile)),
        Within::ComponentRow(shape) => Some(Compile::Row(shape)),
        _ => None,
    });
    match compile {
        None => (false, None),
        Some(Compile::Plain(compile)) => {
            compile(c, element, host);
            (true, None)
        }
        Some(Compile::KeyPath(compile)) => (true, compile(c, element, host)),
        Some(Compile::Row(shape)) => {
            shape.row(c, element, Around::component(host));
            (true, None)
        }
    }
}

/// Compiles `element` in a file.
pub(super) fn in_file(c: &mut Compiler, element: &Element, file: &HostFile<'_>) -> bool {
    let compile = find(c, element, |within| match within {
        Within::File(compile) => Some(compile),
        _ => None,
    });
    compile.map(|compile| compile(c, element, file)).is_some()
}

/// Compiles `element` in a `CreateFolder` of the directory `folder`.
pub(super) fn in_folder(c: &mut Compiler, element: &Element, host: &Host, folder: &str) -> bool {
    let compile = find(c, element, |within| match within {
        Within::Folder(compile) => Some(compile),
        _ => None,
    });
    compile.map(|compile| compile(c, element, host, folder)).is_some()
}

/// Compiles `element` in a `UI`.
pub(super) fn in_ui(c: &mut Compiler, element: &Element) -> bool {
    let compile = find(c, element, |within| match within {
        Within::Ui(compile) => Some(compile),
        _ => None,
    });
    compile.map(|compile| compile(c, element)).is_some()
}

/// Compiles `element` in a key or value of the registry.
pub(super) fn in_registry(c: &mut Compiler, element: &Element, around: &HostRegistry<'_>) -> bool {
    let compile = find(c, element, |within| match within {
        Within::Registry(compile) => Some(compile),
        _ => None,
    });
    compile.map(|compile| compile(c, element, around)).is_some()
}

/// Compiles `element` in a service that is installed.
pub(super) fn in_service(c: &mut Compiler, element: &Element, service: &HostService<'_>) -> bool {
    let compile = find(c, element, |within| match within {
        Within::Service(compile) => Some(compile),
        _ => None,
    });
    compile.map(|compile| compile(c, element, service)).is_some()
}

/// Compiles `element` in what Util's extension says of a service.
pub(super) fn in_service_config(c: &mut Compiler, element: &Element, around: Around<'_>) -> bool {
    let compile = find(c, element, |within| match within {
        Within::ServiceConfig(compile) => Some(compile),
        _ => None,
    });
    compile.map(|compile| compile(c, element, around)).is_some()
}
