//! `Product` and `Module` with the `Package` in them, which are one element now.

use crate::kinds::{self, Kind};
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::tree::Id;

pub(crate) const RULES: &[Rule] = &[
    (Space::Wix, "Product", product),
    (Space::Wix, "Module", module),
    (Space::Wix, "Package", package_alone),
];

/// Attributes of `Package` that have no place any more: what they say follows from something else.
const IMPLIED: [&str; 6] = ["AdminImage", "Id", "Languages", "Platform", "Platforms", "ReadOnly"];

fn product(session: &mut Session, id: Id) {
    if session.tree.value(id, "Id").as_deref() == Some("*") {
        let message = "a product code of its own for every build is the default";
        if session.converts(kinds::AUTO_GUID, id, message) {
            session.tree.unset(id, "Id");
        }
    }
    // who names the first disk needs one that somebody made
    let names_disks =
        session.tree.all_elements().into_iter().any(|id| session.tree.value(id, "DiskId").is_some());
    for template in session.tree.named(id, "MediaTemplate").into_iter().filter(|_| !names_disks) {
        let is_bare = session.tree.element(template).is_some_and(|element| element.attributes.is_empty());
        let is_empty =
            session.tree.children(template).iter().all(|child| session.tree.blank(*child).is_some());
        let message = "a `MediaTemplate` without attributes is the default";
        if is_bare && is_empty && session.converts(kinds::MEDIA_TEMPLATE, template, message) {
            session.tree.remove(template);
        }
    }
    if !session.converts(kinds::PRODUCT, id, "`Product` and the `Package` in it are one element, `Package`") {
        return;
    }
    // found before the product has the same name
    let packages = session.tree.named(id, "Package");
    session.tree.set_name(id, "Package");
    session.tree.rename(id, "Id", "ProductCode");
    let has_scope = session.tree.value(id, "Scope").is_some();
    for package in &packages {
        if let Some(compressed) = session.tree.unset(*package, "Compressed") {
            lift(session, *package, id, "Compressed", &compressed, "yes");
        } else {
            lift(session, *package, id, "Compressed", "no", "yes");
        }
        installer_version(session, *package, "Package");
        for (old, new, default) in [
            ("InstallerVersion", "InstallerVersion", "500"),
            ("InstallScope", "Scope", "perMachine"),
            ("ShortNames", "ShortNames", ""),
        ] {
            if let Some(value) = session.tree.unset(*package, old) {
                lift(session, *package, id, new, &value, default);
                if new == "Scope" && value == "perMachine" {
                    drop_all_users(session, id, "1");
                }
            } else if old == "InstallScope" && !has_scope {
                scope(session, *package, id);
            }
        }
        session.tree.unset(*package, "InstallPrivileges");
        summary(session, *package);
    }
}

/// Moves `value` of the attribute `name` from `package` to the `product` around it, unless it is the `default`.
fn lift(session: &mut Session, package: Id, product: Id, name: &str, value: &str, default: &str) {
    let there = session.tree.value(product, name);
    match there {
        Some(there) if there != value => {
            let message = format!("one `Package` says `{name}=\"{there}\"`, another one `{value}`");
            let help = "define a variable in the branches of the preprocessor, and write it in the attribute";
            session.asks(kinds::PRODUCT, package, message, help);
        }
        None if value != default => session.tree.set(product, name, value),
        _ => {}
    }
}

/// What `InstallPrivileges`, and `ALLUSERS` where there is no `InstallScope`, come to.
fn scope(session: &mut Session, package: Id, product: Id) {
    if session.tree.value(package, "InstallPrivileges").as_deref() == Some("limited") {
        session.tree.set(product, "Scope", "perUser");
        return;
    }
    if drop_all_users(session, product, "1") {
        return;
    }
    let property = |session: &Session, name: &str| {
        let properties = session.tree.named(product, "Property").into_iter();
        properties
            .map(|id| (id, session.tree.value(id, "Id")))
            .find(|(_, id)| id.as_deref() == Some(name))
            .map(|(id, _)| id)
    };
    match property(session, "ALLUSERS") {
        Some(all_users) => {
            let message = "`Scope` sets `ALLUSERS` now, and the property is set here too";
            let help = "remove the property, and write `Scope=\"perMachine\"`, `\"perUser\"` or `\"perUserOrMachine\"` in `Package`";
            session.asks(kinds::ALL_USERS, all_users, message, help);
        }
        None if session.is_old => {
            let message = "no `InstallScope` left `ALLUSERS` unset in WiX 3; in WiX 4, no `Scope` sets it to 1, for the whole machine";
            let help = "write `Scope=\"perUser\"` in `Package` if the product is installed for one user";
            session.warns(kinds::ALL_USERS, product, message, help);
        }
        None => {}
    }
}

/// Removes the property `ALLUSERS` of the `product` that has this `value`: `Scope` gives it.
fn drop_all_users(session: &mut Session, product: Id, value: &str) -> bool {
    let found = session.tree.named(product, "Property").into_iter().find(|property| {
        let attribute = |name| session.tree.value(*property, name);
        attribute("Id").as_deref() == Some("ALLUSERS")
            && (attribute("Value").as_deref() == Some(value)
                || matches!(crate::text::inner(&session.tree, *property), Ok(Some(inner)) if inner.text == value))
    });
    let Some(property) = found else { return false };
    session.tells(
        kinds::ALL_USERS,
        property,
        "`Scope` sets `ALLUSERS` now",
        "the property is gone from here",
    );
    session.tree.remove(property);
    true
}

fn installer_version(session: &mut Session, package: Id, name: &str) {
    if session.is_old && session.tree.value(package, "InstallerVersion").is_none() {
        let message = "the default of `InstallerVersion` is 500 now, for every processor";
        let help = format!("write a lower one in `{name}` if Windows before 7 matters");
        session.tells(kinds::INSTALLER_VERSION, package, message, &help);
    }
}

/// Makes what remains of `package` the summary information.
fn summary(session: &mut Session, package: Id) {
    if let Some(platform) =
        session.tree.value(package, "Platform").or_else(|| session.tree.value(package, "Platforms"))
    {
        let message = format!("the package's processor, here `{platform}`, comes from the command line");
        session.tells(kinds::PLATFORM, package, message, "build with `-arch x86`, `x64` or `arm64`");
    }
    for name in IMPLIED {
        session.tree.unset(package, name);
    }
    match session.tree.value(package, "SummaryCodepage").as_deref() {
        Some("1252") => drop(session.tree.unset(package, "SummaryCodepage")),
        _ => session.tree.rename(package, "SummaryCodepage", "Codepage"),
    }
    session.tree.set_name(package, "SummaryInformation");
    if session.tree.element(package).is_some_and(|element| element.attributes.is_empty()) {
        // comments may stand in it
        session.tree.unwrap(package);
    }
}

fn module(session: &mut Session, id: Id) {
    // one of WiX 4 has it already
    if session.tree.value(id, "Guid").is_some()
        || !session.converts(kinds::MODULE, id, "`Module` and the `Package` in it are one element, `Module`")
    {
        return;
    }
    for package in session.tree.named(id, "Package") {
        installer_version(session, package, "Module");
        for (old, new) in [("Id", "Guid"), ("InstallerVersion", "InstallerVersion")] {
            if let Some(value) = session.tree.unset(package, old) {
                lift(session, package, id, new, &value, "");
            }
        }
        summary(session, package);
    }
}

/// A `Package` whose `Product` is in another file.
fn package_alone(session: &mut Session, id: Id) {
    let kind: Kind = kinds::PRODUCT;
    if session.is_old
        && session.tree.parent(id).is_some_and(|parent| session.tree.is(parent, Space::Wix, "Include"))
    {
        let help = "move its attributes to the `Package` that was `Product`, and the rest to a `SummaryInformation` in it";
        session.asks(kind, id, "`Package` and the `Product` around it are one element, `Package`", help);
    }
}
