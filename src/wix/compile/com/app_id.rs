//! `AppId`.

use super::{Around, class, word};
use crate::compile::{Compiler, GuidForms};
use crate::source::Element;
use crate::symbol::{Id, fields};

/// `AppId` in a package or fragment: advertised, for there is no component to have registry values.
pub(super) fn app_id_of_package(c: &mut Compiler, element: &Element) {
    app_id(c, element, &Around { advertise: Some(true), ..Around::default() });
}

/// `AppId`: <https://docs.firegiant.com/wix/schema/wxs/appid/>.
pub(super) fn app_id(c: &mut Compiler, element: &Element, around: &Around) {
    let a = c.attributes(element);
    let id = a.required("Id", a.guid("Id", GuidForms::default()));
    let own = a.yes_no("Advertise");
    let description = a.text("Description");
    let surrogate = a.text_or_empty("DllSurrogate");
    let [service, server, parameters] =
        ["LocalService", "RemoteServerName", "ServiceParameters"].map(|name| a.text(name));
    let [at_storage, interactive] = ["ActivateAtStorage", "RunAsInteractiveUser"].map(|name| a.yes_no(name));
    if let (Some(own), Some(around)) = (own, around.advertise)
        && own != around
    {
        let (own, around) = (word(own), word(around));
        a.illegal(18, "Advertise", format_args!("is `{own}`; what it stands in makes it `{around}`"));
    }
    let advertise = own.or(around.advertise).unwrap_or(false);
    let inner = Around { app_id: id.clone(), advertise: Some(advertise), ..around.clone() };
    c.children(element, |c, child| {
        if child.name == "Class" {
            class::class(c, child, &inner);
        }
        child.name == "Class"
    });
    if advertise && description.is_some() {
        a.illegal(19, "Description", "cannot be used on what is advertised; remove it");
    }
    let Some(id) = id else { return };
    let at = &element.at;
    if advertise {
        let [at_storage, interactive] = [at_storage, interactive].map(|flag| flag.map(i32::from));
        let fields = fields![&id, server, service, parameters, surrogate, at_storage, interactive];
        c.row("AppId", Some(Id::global(id)), at, fields);
        return;
    }
    let key = format!("AppID\\{id}");
    let mut value = |name: Option<&str>, value: Option<String>| {
        c.class_value(&around.component, at, key.clone(), name, value);
    };
    match description {
        Some(description) => value(None, Some(description)),
        None => value(Some("+"), None),
    }
    for (name, text) in [
        ("RemoteServerName", server),
        ("LocalService", service),
        ("ServiceParameters", parameters),
        ("DllSurrogate", surrogate),
        ("ActivateAtStorage", (at_storage == Some(true)).then(|| "Y".to_owned())),
        ("RunAs", (interactive == Some(true)).then(|| "Interactive User".to_owned())),
    ] {
        if text.is_some() {
            value(Some(name), text);
        }
    }
}
