//! Elements of WiX's extensions. An extension is a folder, an element or a family of them a file in it, which says as the
//! core's files do what each may stand in.
//!
//! Here are only the elements. Custom actions, dialogs and texts behind them come from the extension's own library:
//! elements refer to them by name.

mod bundle_searches;
pub(super) mod dependency;
mod directx;
mod firewall;
pub(crate) mod http;
mod iis;
pub(crate) mod msmq;
mod netfx;
mod powershell;
pub(crate) mod shape;
pub(crate) mod sql;
mod ui;
pub(crate) mod util;
mod vs;

use super::attributes::Foreign;
use super::elements::Rule;
use super::{Attributes, Compiler};
use crate::diag::Location;
use crate::id::Arch;
use crate::msi::Table;
use crate::msi::schema::Definitions;
use crate::source::Element;
use std::fmt;
use std::sync::LazyLock;

/// An extension whose elements this engine knows.
pub struct Extension {
    /// The name of its package and of its assembly.
    pub name: &'static str,
    /// The namespace of its elements.
    pub namespace: &'static str,
    /// The rules of its files.
    pub(super) files: &'static [&'static [Rule]],
    /// Its elements that are rows, with what they have in them.
    pub(crate) shapes: &'static [(&'static str, &'static shape::Shape)],
}

impl fmt::Debug for Extension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// All of them. Whoever adds one adds a line.
const EXTENSIONS: &[&Extension] = &[
    &dependency::EXTENSION,
    &directx::EXTENSION,
    &firewall::EXTENSION,
    &http::EXTENSION,
    &iis::EXTENSION,
    &msmq::EXTENSION,
    &netfx::EXTENSION,
    &powershell::EXTENSION,
    &sql::EXTENSION,
    &ui::EXTENSION,
    &util::EXTENSION,
    &vs::EXTENSION,
];

/// The extension `name`, in whatever case.
#[must_use]
pub fn extension(name: &str) -> Option<&'static Extension> {
    EXTENSIONS.iter().copied().find(|extension| extension.name.eq_ignore_ascii_case(name))
}

/// Whether one of `named` has the namespace.
pub(super) fn is_named(named: &[&'static Extension], namespace: &str) -> bool {
    named.iter().any(|extension| extension.namespace == namespace)
}

/// What to do about something in `namespace`, which no extension that was named has.
pub(super) fn advice(namespace: &str) -> String {
    match EXTENSIONS.iter().find(|extension| extension.namespace == namespace) {
        Some(extension) => format!("add `-ext {}` to the command line", extension.name),
        None => "this engine knows no extension with it; remove it, or build with WiX itself".to_owned(),
    }
}

impl Foreign for &[&'static Extension] {
    fn is_known(&self, namespace: &str) -> bool {
        is_named(self, namespace)
    }

    fn advice(&self, namespace: &str) -> String {
        advice(namespace)
    }
}

/// The definitions of all their tables.
static TABLES: LazyLock<Definitions> = LazyLock::new(|| Definitions::read(include_str!("tables.tsv")));

/// The table `name` of an extension, without rows.
pub(crate) fn table(name: &str) -> Option<Table> {
    TABLES.table(name)
}

/// Demands the custom action `name` of an extension's library, in the form for the package's processor.
fn demand_action(c: &mut Compiler, name: &str, at: &Location) {
    c.refer("CustomAction", format!("{name}_{}", processor(c.arch)), at);
}

/// How names in the extensions' libraries end.
pub(crate) fn processor(arch: Arch) -> &'static str {
    match arch {
        Arch::X86 => "X86",
        Arch::X64 => "X64",
        Arch::Arm64 => "A64",
    }
}

/// Reports attributes of what is only named, because no component is around it to make it.
fn only_in_component(
    c: &Compiler,
    a: &Attributes<'_>,
    element: &Element,
    number: u16,
    names: impl IntoIterator<Item = &'static str>,
) {
    for name in names.into_iter().filter(|name| a.has(name)) {
        let message =
            format!("`{}/@{name}` needs a component around it: without one, nothing is made", element.name);
        c.report.error(number, &element.at, message);
    }
}

/// Demands the action, if `attribute` of the extension is `yes` on the element of the core that `a` reads.
fn demand_if(c: &mut Compiler, a: &Attributes<'_>, extension: &Extension, attribute: &str, action: &str) {
    if a.foreign_flag(extension.namespace, attribute) {
        demand_action(c, action, a.at_element());
    }
}
