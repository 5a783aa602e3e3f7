//! `Interface`.

use super::Around;
use crate::compile::{Compiler, GuidForms};
use crate::source::Element;

/// `Interface`: <https://docs.firegiant.com/wix/schema/wxs/interface/>.
pub(super) fn interface(c: &mut Compiler, element: &Element, around: &Around) {
    let a = c.attributes(element);
    let guid = |name: &str| a.guid(name, GuidForms::default());
    let id = a.required("Id", guid("Id"));
    let name = a.required("Name", a.text("Name"));
    let base = guid("BaseInterface");
    let methods = a.integer("NumMethods", 0..=i32::MAX).map(|number| number.to_string());
    let proxy = guid("ProxyStubClassId").or_else(|| around.proxies.0.clone());
    let proxy_32 = guid("ProxyStubClassId32").or_else(|| around.proxies.1.clone());
    let versioned = a.yes_no("Versioned").unwrap_or(true);
    c.no_children(element);
    let (Some(id), Some(name)) = (id, name) else { return };
    let mut value = |below: &str, name: Option<&str>, value: Option<String>| {
        c.class_value(&around.component, &element.at, format!("Interface\\{id}{below}"), name, value);
    };
    value("", None, Some(name));
    if let Some((type_lib, version)) = &around.type_lib {
        value("\\TypeLib", None, Some(type_lib.clone()));
        if versioned {
            value("\\TypeLib", Some("Version"), version.clone());
        }
    }
    for (below, text) in [
        ("\\BaseInterface", base),
        ("\\NumMethods", methods),
        ("\\ProxyStubClsid", proxy),
        ("\\ProxyStubClsid32", proxy_32),
    ] {
        if text.is_some() {
            value(below, None, text);
        }
    }
}
