//! `Provides` and `Requires`: who needs this package, kept in the registry below
//! `Software\Classes\Installer\Dependencies`.

use super::elements::{Rule, Within};
use super::ext::dependency::{demand_check, demand_require};
use super::place::{Candidate, Host};
use super::{Attributes, Compiler, registry};
use crate::ids::{self, RegistryRoot};
use crate::source::Element;
use crate::symbol::{Id, KeyPath, RegistryValue, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("Provides", Within::KeyPath(provides)),
    ("Requires", Within::Definition(|c, element| requires(c, element, None))),
];

/// The key below which providers have theirs.
pub(crate) const ROOT: &str = "Software\\Classes\\Installer\\Dependencies\\";

/// `Provides`: <https://docs.firegiant.com/wix/schema/wxs/provides/>. Offers its version value as the key path.
fn provides(c: &mut Compiler, element: &Element, host: &Host) -> Option<Candidate> {
    let component = &host.id;
    let a = c.attributes(element);
    let id = a.id("Id");
    let key = key(&a, "Key").unwrap_or_else(|| {
        c.refer("Property", "ProductCode", &element.at);
        "!(bind.property.ProductCode)".to_owned()
    });
    let version = a.version("Version");
    let display_name = a.text("DisplayName");
    demand_check(c, &a);
    if host.is_64_bit {
        let message =
            "the component is a 64-bit one; others look for the provider in the 32-bit registry too";
        c.report.warning(5435, &element.at, message);
    }
    if version.is_some() {
        let message = "`Provides/@Version` is better left out: it is the package's version then";
        c.report.warning(5434, &element.at, message);
    }
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("dep", &["Provides", component, &key])));
    c.children(element, |c, child| {
        match child.name.as_str() {
            "Requires" => requires(c, child, Some(&id.name)),
            "RequiresRef" => requires_ref(c, child, &id.name),
            _ => return false,
        }
        true
    });
    let fields = fields![&id, component, &key, version.as_ref(), display_name.as_ref(), None::<i32>];
    c.row("Wix4DependencyProvider", Some(id), &element.at, fields);
    let place = format!("{ROOT}{key}");
    let mut write = |name, value: &str| {
        let value = Some(RegistryValue::String(value.to_owned()));
        registry::add(c, (RegistryRoot::MachineUser, &place), name, value, component, &element.at)
    };
    write(None, "[ProductCode]");
    let version = write(Some("Version"), version.as_deref().unwrap_or("[ProductVersion]"));
    write(Some("DisplayName"), display_name.as_deref().unwrap_or("[ProductName]"));
    Some(Candidate { path: KeyPath::Registry(version), chosen: None })
}

/// `Requires`: <https://docs.firegiant.com/wix/schema/wxs/requires/>.
pub(super) fn requires(c: &mut Compiler, element: &Element, provider: Option<&str>) {
    let a = c.attributes(element);
    let id = a.id("Id");
    let key = a.required("ProviderKey", key(&a, "ProviderKey"));
    let minimum = a.version("Minimum");
    let maximum = a.version("Maximum");
    let mut attributes = 0;
    for (name, bit) in [("IncludeMinimum", 256), ("IncludeMaximum", 512)] {
        if a.flag(name) {
            attributes |= bit;
        }
    }
    if provider.is_some() {
        demand_require(c, &a);
    }
    c.no_children(element);
    if id.is_none() && provider.is_none() {
        a.required::<()>("Id", None);
    }
    let Some(key) = key else { return };
    let id = id.unwrap_or_else(|| Id::section(ids::identifier("dep", &["Requires", &key])));
    let fields = fields![&id, &key, minimum, maximum, attributes];
    let name = id.name.clone();
    c.row("Wix4Dependency", Some(id), &element.at, fields);
    if let Some(provider) = provider {
        c.row("Wix4DependencyRef", None, &element.at, fields![provider, name]);
    }
}

fn requires_ref(c: &mut Compiler, element: &Element, provider: &str) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    demand_require(c, &a);
    c.no_children(element);
    let Some(id) = id else { return };
    c.refer("Wix4Dependency", &id, &element.at);
    c.row("Wix4DependencyRef", None, &element.at, fields![provider, id]);
}

fn key(a: &Attributes<'_>, name: &str) -> Option<String> {
    let key = a.text(name)?;
    if key.contains([' ', '"', ';', '\\']) {
        a.illegal(5400, name, format_args!("is `{key}`; it cannot have a space, `\"`, `;` or `\\` in it"));
        return None;
    }
    if key == "ALL" {
        a.illegal(5401, name, "is `ALL`, which is reserved");
        return None;
    }
    Some(key)
}
