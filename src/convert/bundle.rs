//! Bundles. Nothing here builds one; their sources are carried over all the same, for WiX itself.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::tree::{Attribute, Id};

pub(crate) const RULES: &[Rule] = &[
    (Space::Wix, "Bundle", bundle),
    (Space::Wix, "BootstrapperApplication", application),
    (Space::Wix, "BootstrapperApplicationRef", application_ref),
    (Space::Wix, "Catalog", catalog),
    (Space::Wix, "ExePackage", exe_package),
    (Space::Wix, "MsiPackage", msi_package),
    (Space::Wix, "MspPackage", msi_package),
    (Space::Wix, "MsuPackage", msu_package),
    (Space::Wix, "Payload", signature),
    (Space::Wix, "RelatedBundle", related),
    (Space::Wix, "RemotePayload", remote_payload),
    (Space::Wix, "Variable", variable),
];

/// References to user interfaces of WiX, the element that each is now, its old name, and its theme.
#[rustfmt::skip]
const APPLICATIONS: &[(&str, &str, &str, &str)] = &[
    ("WixStandardBootstrapperApplication.RtfLicense", STANDARD, STANDARD, "rtfLicense"),
    ("WixStandardBootstrapperApplication.RtfLargeLicense", STANDARD, STANDARD, "rtfLargeLicense"),
    ("WixStandardBootstrapperApplication.HyperlinkLicense", STANDARD, STANDARD, "hyperlinkLicense"),
    ("WixStandardBootstrapperApplication.HyperlinkLargeLicense", STANDARD, STANDARD, "hyperlinkLargeLicense"),
    ("WixStandardBootstrapperApplication.HyperlinkSidebarLicense", STANDARD, STANDARD, "hyperlinkSidebarLicense"),
    ("WixStandardBootstrapperApplication.Foundation", STANDARD, STANDARD, "none"),
    ("ManagedBootstrapperApplicationHost", MANAGED, MANAGED, ""),
    ("ManagedBootstrapperApplicationHost.RtfLicense", MANAGED, MANAGED, ""),
    ("ManagedBootstrapperApplicationHost.Minimal", MANAGED, MANAGED, "none"),
    ("ManagedBootstrapperApplicationHost.RtfLicense.Minimal", MANAGED, MANAGED, "none"),
    ("ManagedBootstrapperApplicationHost.Foundation", MANAGED, MANAGED, "none"),
    ("DotNetCoreBootstrapperApplicationHost", CORE, OLD_CORE, ""),
    ("DotNetCoreBootstrapperApplicationHost.RtfLicense", CORE, OLD_CORE, ""),
    ("DotNetCoreBootstrapperApplicationHost.Minimal", CORE, OLD_CORE, "none"),
    ("DotNetCoreBootstrapperApplicationHost.RtfLicense.Minimal", CORE, OLD_CORE, "none"),
    ("DotNetCoreBootstrapperApplicationHost.Foundation", CORE, OLD_CORE, "none"),
];

const STANDARD: &str = "WixStandardBootstrapperApplication";
const MANAGED: &str = "WixManagedBootstrapperApplicationHost";
const CORE: &str = "WixDotNetCoreBootstrapperApplicationHost";
const OLD_CORE: &str = "WixDotNetCoreBootstrapperApplication";

/// The key of a bundle's dependencies is part of the language, which WiX's converter leaves to its compiler.
fn bundle(session: &mut Session, id: Id) {
    let Some(attribute) = session.tree.attribute(id, Space::Dependency, "ProviderKey") else { return };
    let name = attribute.name.clone();
    if session.converts(kinds::DEPENDENCY, id, "`ProviderKey` of a bundle is part of the language")
        && let Some(element) = session.tree.element_mut(id)
        && let Some(attribute) = element.attributes.iter_mut().find(|attribute| attribute.name == name)
    {
        (attribute.name, attribute.space) = ("ProviderKey".to_owned(), Space::None);
    }
}

/// The languages of the user's are the default now.
fn languages(session: &mut Session, id: Id) {
    let Some(attribute) = session.tree.attribute(id, Space::Bal, "UseUILanguages") else { return };
    let name = attribute.name.clone();
    if session.converts(kinds::BA_LANGUAGES, id, "`UseUILanguages` is the default") {
        session.tree.unset(id, &name);
    }
}

/// The DLL of a user interface is an element of its own.
fn application(session: &mut Session, id: Id) {
    languages(session, id);
    let children: Vec<Id> = session.tree.elements(id).collect();
    let is_own = |session: &Session, child: &Id| {
        session.tree.is(*child, Space::Wix, "BootstrapperApplicationDll")
            || session.tree.element(*child).is_some_and(|element| element.space == Space::Bal)
    };
    if children.iter().any(|child| is_own(session, child)) {
        return;
    }
    let has = |name| session.tree.value(id, name).is_some();
    let (has_source, has_awareness) = (has("SourceFile"), has("DpiAwareness"));
    // WiX 5 and later take the program from the element itself
    if has_source && !session.is_old && !has_awareness && session.tree.value(id, "Name").is_none() {
        return;
    }
    let payload = children.first().copied().filter(|first| session.tree.is(*first, Space::Wix, "Payload"));
    if !has_source && !has_awareness && !session.is_old {
        return;
    }
    if !has_source && payload.is_none() {
        let message =
            "the DLL of a user interface is an element `BootstrapperApplicationDll`, and none is named here";
        let help = "add one with its `SourceFile`";
        return session.asks(kinds::BA_DLL_REQUIRED, id, message, help);
    }
    let message = "the DLL of a user interface is an element, `BootstrapperApplicationDll`";
    if !session.converts(kinds::BA_DLL, id, message) {
        return;
    }
    let dll = match payload.filter(|_| !has_source) {
        Some(payload) => {
            session.tree.set_name(payload, "BootstrapperApplicationDll");
            payload
        }
        None => {
            let dll = session.tree.make(id, "BootstrapperApplicationDll");
            for name in ["SourceFile", "Name"] {
                if let Some(value) = session.tree.unset(id, name) {
                    session.tree.set(dll, name, &value);
                }
            }
            session.tree.put_last(id, dll);
            dll
        }
    };
    if let Some(awareness) = session.tree.unset(id, "DpiAwareness") {
        session.tree.set(dll, "DpiAwareness", &awareness);
    } else if session.is_old {
        let message = "`DpiAwareness=\"unaware\"` keeps what WiX 3 did";
        if session.converts(kinds::DPI_AWARENESS, dll, message) {
            session.tree.set(dll, "DpiAwareness", "unaware");
        }
    }
}

fn application_ref(session: &mut Session, id: Id) {
    languages(session, id);
    let Some(name) = session.tree.value(id, "Id") else { return };
    let Some((_, element, old, theme)) = APPLICATIONS.iter().find(|row| row.0 == name) else { return };
    let message = format!("a reference to `{name}` is an element, `{element}`");
    if !session.converts(kinds::BA_REF, id, message) {
        return;
    }
    session.tree.set_name(id, "BootstrapperApplication");
    session.tree.unset(id, "Id");
    let found = session.tree.elements(id).find(|child| session.tree.is(*child, Space::Bal, old));
    let own = found.unwrap_or_else(|| {
        let name = format!("{}{element}", session.prefix(Space::Bal));
        let own = session.tree.make_of(Space::Bal, &name);
        session.tree.put_last(id, own);
        own
    });
    session.tree.set_name(own, element);
    if !theme.is_empty() {
        session.tree.set(own, "Theme", theme);
    }
}

fn catalog(session: &mut Session, id: Id) {
    if session.converts(kinds::SIGNATURE_VERIFICATION, id, "there is no `Catalog` any more") {
        session.tree.remove(id);
    }
}

fn signature(session: &mut Session, id: Id) {
    let message = "there is no `SuppressSignatureVerification` any more";
    if session.tree.value(id, "SuppressSignatureVerification").is_some()
        && session.converts(kinds::SIGNATURE_VERIFICATION, id, message)
    {
        session.tree.unset(id, "SuppressSignatureVerification");
    }
}

fn cache(session: &mut Session, id: Id) {
    let Some(old) = session.tree.value(id, "Cache") else { return };
    let new = match &*old {
        "yes" => "keep",
        "no" => "remove",
        "always" => "force",
        _ => return,
    };
    if session.converts(kinds::CACHE, id, format!("`Cache=\"{old}\"` is `{new}`")) {
        session.tree.set(id, "Cache", new);
    }
}

fn exe_package(session: &mut Session, id: Id) {
    signature(session, id);
    cache(session, id);
    for (old, new) in [
        ("InstallCommand", "InstallArguments"),
        ("RepairCommand", "RepairArguments"),
        ("UninstallCommand", "UninstallArguments"),
    ] {
        if session.tree.value(id, old).is_some()
            && session.converts(kinds::EXE_COMMANDS, id, format!("`{old}` is `{new}`"))
        {
            session.tree.rename(id, old, new);
        }
    }
}

fn msi_package(session: &mut Session, id: Id) {
    signature(session, id);
    cache(session, id);
    if session.tree.value(id, "DisplayInternalUI").is_some() {
        let message = "whether a package shows its own dialogs is up to the bundle's user interface";
        let help = "remove `DisplayInternalUI`; the standard one has `bal:DisplayInternalUICondition`";
        session.asks(kinds::INTERNAL_UI, id, message, help);
    }
}

fn msu_package(session: &mut Session, id: Id) {
    signature(session, id);
    cache(session, id);
    for (name, kind) in [("KB", kinds::MSU_KB), ("Permanent", kinds::MSU_PERMANENT)] {
        let message = format!("Windows removes no update silently, and there is no `{name}` any more");
        if session.tree.value(id, name).is_some() && session.converts(kind, id, message) {
            session.tree.unset(id, name);
        }
    }
}

fn related(session: &mut Session, id: Id) {
    if session.tree.value(id, "Id").is_some() && session.converts(kinds::RELATED_ID, id, "`Id` is `Code`") {
        session.tree.rename(id, "Id", "Code");
    }
    let Some(old) = session.tree.value(id, "Action") else { return };
    let new = old.to_lowercase();
    if new != old
        && session.converts(kinds::RELATED_ACTION, id, format!("`Action` is in small letters: `{new}`"))
    {
        session.tree.set(id, "Action", &new);
    }
}

fn remote_payload(session: &mut Session, id: Id) {
    let Some(package) = session.tree.parent(id) else { return };
    let new = match &*session.local(package) {
        "ExePackage" => "ExePackagePayload",
        "MsuPackage" => "MsuPackagePayload",
        _ => return,
    };
    if session.converts(kinds::REMOTE_PAYLOAD, id, format!("`RemotePayload` is `{new}`")) {
        session.tree.set_name(id, new);
    }
    for (name, kind) in [("Name", kinds::REMOTE_NAME), ("DownloadUrl", kinds::REMOTE_URL)] {
        if let Some(value) = session.tree.value(package, name)
            && session.converts(kind, package, format!("`{name}` stands in `{new}`"))
        {
            session.tree.unset(package, name);
            session.tree.set(id, name, &value);
        }
    }
    if session.tree.value(package, "Compressed").is_some()
        && session.converts(
            kinds::REMOTE_COMPRESSED,
            package,
            "what is loaded from elsewhere has no `Compressed`",
        )
    {
        session.tree.unset(package, "Compressed");
    }
    let message = "hashes in bundles are SHA-512, no longer SHA-1";
    session.tells(
        kinds::BURN_HASH,
        id,
        message,
        "`wix burn remotepayload`, of WiX itself, makes the element of a file",
    );
}

/// A variable's text was formatted; text that is not is the default now.
fn variable(session: &mut Session, id: Id) {
    if !session.is_old {
        return;
    }
    let was_string = match session.tree.value(id, "Type").as_deref() {
        Some("string") => true,
        Some(_) => false,
        None => session.tree.value(id, "Value").is_some_and(|value| is_text(&value)),
    };
    let message =
        "text with `[Variables]` in it is of the type `formatted`; a `string` is taken as it stands";
    if was_string && session.converts(kinds::VARIABLE_TYPE, id, message) {
        session.tree.set(id, "Type", "formatted");
    }
}

/// Whether a value without a type was text: it is no number, and no version after a `v`.
fn is_text(value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    match value.strip_prefix(['v', 'V']) {
        Some(version) => {
            let parts: Vec<&str> = version.split('.').collect();
            !(parts.len() <= 4 && parts.iter().all(|part| is_number(part)))
        }
        None => value.trim().parse::<i64>().is_err(),
    }
}

/// What a bundle of a managed user interface needs first was named by variables; now the package itself says so.
pub(crate) fn prerequisites(session: &mut Session) {
    let elements = session.tree.all_elements();
    let variables = |session: &Session, name: &str| -> Vec<Id> {
        let named = |id: &Id| {
            session.tree.is(*id, Space::Wix, "WixVariable")
                && session.tree.value(*id, "Id").as_deref() == Some(name)
                && session.tree.value(*id, "Value").is_some()
        };
        elements.iter().copied().filter(named).collect()
    };
    let (packages, licenses) =
        (variables(session, "WixMbaPrereqPackageId"), variables(session, "WixMbaPrereqLicenseUrl"));
    if let ([package], [] | [_]) = (&packages[..], &licenses[..])
        && let Some(target) = target(session, &elements, *package)
    {
        let pairs = [
            (Some(*package), kinds::PREREQ_PACKAGE, "PrereqPackage", Some("yes".to_owned())),
            (
                licenses.first().copied(),
                kinds::PREREQ_LICENSE,
                "PrereqLicenseUrl",
                licenses.first().and_then(|license| session.tree.value(*license, "Value")),
            ),
        ];
        for (variable, kind, attribute, value) in pairs {
            let (Some(variable), Some(value)) = (variable, value) else { continue };
            if session.converts(kind, variable, format!("`bal:{attribute}` of the package says this")) {
                session.set_in(target, Space::Bal, attribute, &value);
                session.tree.remove(variable);
            }
        }
        return;
    }
    for (ids, kind, attribute) in [
        (packages, kinds::PREREQ_PACKAGE, "PrereqPackage=\"yes\""),
        (licenses, kinds::PREREQ_LICENSE, "PrereqLicenseUrl"),
    ] {
        for id in ids {
            let message = "what is installed first is said by its package, no longer by a variable";
            session.asks(
                kind,
                id,
                message,
                &format!("write `bal:{attribute}` in the package, and remove this"),
            );
        }
    }
}

/// The one package of a chain that `variable` names.
fn target(session: &Session, elements: &[Id], variable: Id) -> Option<Id> {
    let name = session.tree.value(variable, "Value")?;
    let is_package = |id: &Id| {
        session.tree.element(*id).is_some_and(|element| {
            element.space == Space::Wix
                && matches!(element.local(), "ExePackage" | "MsiPackage" | "MspPackage" | "MsuPackage")
                && element.attributes.iter().any(|Attribute { name: id, raw, .. }| id == "Id" && *raw == name)
        })
    };
    let mut found = elements.iter().copied().filter(is_package);
    found.next().filter(|_| found.next().is_none())
}
