//! COM: `AppId`, `Class`, `Interface`, `TypeLib`, `ProgId`, `Extension`, `Verb`, `MIME`.
//!
//! What is advertised ends in tables of its own
//! (<https://learn.microsoft.com/windows/win32/msi/registry-tables-group>); everything else, in registry values.

mod app_id;
mod class;
mod extension;
mod interface;
mod prog_id;
mod type_lib;

use super::elements::{HostFile, Rule, Within};
use super::place::Host;
use super::{Attributes, Compiler, registry};
use crate::diag::Location;
use crate::ids::RegistryRoot;
use crate::symbol::RegistryValue;

pub(super) const ELEMENTS: &[Rule] = &[
    ("AppId", Within::Definition(app_id::app_id_of_package)),
    ("AppId", Within::Component(|c, element, host| app_id::app_id(c, element, &Around::component(host)))),
    ("AppId", Within::File(|c, element, file| app_id::app_id(c, element, &Around::file(file)))),
    ("Class", Within::Component(|c, element, host| class::class(c, element, &Around::component(host)))),
    ("Class", Within::File(|c, element, file| class::class(c, element, &Around::file(file)))),
    (
        "Extension",
        Within::Component(|c, element, host| extension::extension(c, element, &host.id, None, None)),
    ),
    (
        "Interface",
        Within::Component(|c, element, host| interface::interface(c, element, &Around::component(host))),
    ),
    (
        "ProgId",
        Within::Component(|c, element, host| {
            drop(prog_id::prog_id(c, element, &prog_id::Around::component(&host.id)))
        }),
    ),
    ("TypeLib", Within::Component(|c, element, host| type_lib::type_lib(c, element, host, None))),
    ("TypeLib", Within::File(|c, element, file| type_lib::type_lib(c, element, file.host, Some(file.id)))),
];

/// What stands around an element of COM.
#[derive(Clone, Default)]
struct Around {
    /// The component's id.
    component: String,
    /// The id of the file that serves.
    server: Option<String>,
    /// The type library: its id, and its version in the registry.
    type_lib: Option<(String, Option<String>)>,
    /// The `AppId`'s id.
    app_id: Option<String>,
    /// The class's id, where it is a 16-bit one, and where it is a 32-bit one.
    proxies: (Option<String>, Option<String>),
    /// Whether what is around is advertised.
    advertise: Option<bool>,
}

impl Around {
    fn component(host: &Host) -> Around {
        Around { component: host.id.clone(), ..Around::default() }
    }

    fn file(file: &HostFile<'_>) -> Around {
        Around { component: file.host.id.clone(), server: Some(file.id.to_owned()), ..Around::default() }
    }
}

impl Compiler<'_> {
    /// Adds a value below HKEY_CLASSES_ROOT. The name `*` or `+` without a value creates the key.
    fn class_value(
        &mut self,
        component: &str,
        at: &Location,
        key: String,
        name: Option<&str>,
        value: Option<String>,
    ) {
        let value = value.map(RegistryValue::String);
        registry::add(self, (RegistryRoot::ClassesRoot, &key), name, value, component, at);
    }
}

/// Whether what an element says of being advertised goes with what is around it (WIX0059 if not).
fn agrees(a: &Attributes<'_>, own: Option<bool>, around: Option<bool>) {
    if let (Some(own), Some(around)) = (own, around)
        && own != around
    {
        let (own, around) = (word(own), word(around));
        a.illegal(
            59,
            "Advertise",
            format_args!("is `{own}`, and what it stands in has `{around}`; make them alike"),
        );
    }
}

fn word(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}

/// The path of a file, in quotes, with the number of an icon in it.
fn icon_path(file: &str, index: Option<i32>) -> String {
    match index {
        Some(index) => format!("\"[#{file}]\",{index}"),
        None => format!("\"[#{file}]\""),
    }
}
