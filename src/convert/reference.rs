//! References to what extensions bring along, which are elements of the extensions now.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::tree::Id;

pub(crate) const RULES: &[Rule] = &[
    (Space::Wix, "PropertyRef", property),
    (Space::Wix, "CustomActionRef", action),
    (Space::Wix, "UIRef", dialogs),
];

/// Dialog sets.
const DIALOGS: [&str; 5] =
    ["WixUI_Advanced", "WixUI_FeatureTree", "WixUI_InstallDir", "WixUI_Minimal", "WixUI_Mondo"];

const ACTIONS: [&str; 7] = [
    "WixBroadcastEnvironmentChange",
    "WixBroadcastSettingChange",
    "WixCheckRebootRequired",
    "WixExitEarlyWithSuccess",
    "WixFailWhenDeferred",
    "WixWaitForEvent",
    "WixWaitForEventDeferred",
];

/// What properties begin with, which action finds their values, and the names after that.
#[rustfmt::skip]
const QUERIES: &[(&str, &str, &[&str])] = &[
    ("WIX_SUITE_", "QueryWindowsSuiteInfo", &[
        "BACKOFFICE", "BLADE", "COMMUNICATIONS", "COMPUTE_SERVER", "DATACENTER", "EMBEDDEDNT", "EMBEDDED_RESTRICTED",
        "ENTERPRISE", "MEDIACENTER", "PERSONAL", "SECURITY_APPLIANCE", "SERVERR2", "SINGLEUSERTS", "SMALLBUSINESS",
        "SMALLBUSINESS_RESTRICTED", "STARTER", "STORAGE_SERVER", "TABLETPC", "TERMINAL", "WH_SERVER",
    ]),
    ("WIX_DIR_", "QueryWindowsDirectories", &[
        "ADMINTOOLS", "ALTSTARTUP", "CDBURN_AREA", "COMMON_ADMINTOOLS", "COMMON_ALTSTARTUP", "COMMON_DOCUMENTS",
        "COMMON_FAVORITES", "COMMON_MUSIC", "COMMON_PICTURES", "COMMON_VIDEO", "COOKIES", "DESKTOP", "HISTORY",
        "INTERNET_CACHE", "MYMUSIC", "MYPICTURES", "MYVIDEO", "NETHOOD", "PERSONAL", "PRINTHOOD", "PROFILE", "RECENT",
        "RESOURCES",
    ]),
    ("WIX_", "QueryWindowsDriverInfo", &["DWM_COMPOSITION_ENABLED", "WDDM_DRIVER_PRESENT"]),
    ("WIX_ACCOUNT_", "QueryWindowsWellKnownSIDs", &[
        "ADMINISTRATORS", "GUESTS", "LOCALSERVICE", "LOCALSYSTEM", "NETWORKSERVICE", "PERFLOGUSERS",
        "PERFLOGUSERS_NODOMAIN", "USERS",
    ]),
    ("WIX_", "QueryNativeMachine", &["NATIVE_MACHINE"]),
];

/// What `PropertyRef`s to Visual Studio's properties of each version begin with.
const STUDIOS: [&str; 3] = ["VS2017", "VS2019", "VS2022"];

/// Properties that are found with the installation itself.
const STUDIO_FOUND: [&str; 8] = [
    "_IDE_FSHARP_PROJECTSYSTEM_INSTALLED",
    "_IDE_MODELING_PROJECTSYSTEM_INSTALLED",
    "_IDE_VB_PROJECTSYSTEM_INSTALLED",
    "_IDE_VCSHARP_PROJECTSYSTEM_INSTALLED",
    "_IDE_VC_PROJECTSYSTEM_INSTALLED",
    "_IDE_VSTS_TESTSYSTEM_INSTALLED",
    "_IDE_VWD_PROJECTSYSTEM_INSTALLED",
    "_ROOT_FOLDER",
];

/// Properties that searches find in the installation.
const STUDIO_SEARCHED: [&str; 7] = [
    "DEVENV",
    "_BOOTSTRAPPER_PACKAGE_FOLDER",
    "_EXTENSIONS_DIR",
    "_IDE_DIR",
    "_ITEMTEMPLATES_DIR",
    "_PROJECTTEMPLATES_DIR",
    "_SCHEMAS_DIR",
];

/// The element that finds the value of the property `id`, and whether it stands for the reference.
fn query(id: &str) -> Option<(Space, &'static str, bool)> {
    if id.starts_with("WIX_DIRECTX_") {
        let is_known = matches!(id, "WIX_DIRECTX_PIXELSHADERVERSION" | "WIX_DIRECTX_VERTEXSHADERVERSION");
        return is_known.then_some((Space::DirectX, "GetCapabilities", true));
    }
    if let Some(rest) = STUDIOS.iter().find_map(|studio| id.strip_prefix(studio)) {
        let is_found = STUDIO_FOUND.contains(&rest);
        let is_known = is_found || STUDIO_SEARCHED.contains(&rest);
        return is_known.then_some((Space::VisualStudio, "FindVisualStudio", is_found));
    }
    let known = |(prefix, _, names): &&(&str, &str, &[&str])| {
        id.strip_prefix(prefix).is_some_and(|rest| names.contains(&rest))
    };
    QUERIES.iter().find(known).map(|(_, element, _)| (Space::Util, *element, true))
}

fn property(session: &mut Session, id: Id) {
    let Some(name) = session.tree.value(id, "Id") else { return };
    let Some((space, element, stands_for_it)) = query(&name) else { return };
    if !session.converts(kinds::REFERENCE, id, format!("what finds `{name}` is an element, `{element}`")) {
        return;
    }
    let is_there = session.tree.parent(id).is_some_and(|parent| {
        session.tree.elements(parent).any(|sibling| session.tree.is(sibling, space, element))
    });
    if !is_there {
        let new = make(session, space, element);
        session.tree.put_before(id, new);
    }
    if stands_for_it {
        session.tree.remove(id);
    }
}

fn make(session: &mut Session, space: Space, element: &str) -> Id {
    let name = format!("{}{element}", session.prefix(space));
    session.tree.make_of(space, &name)
}

fn action(session: &mut Session, id: Id) {
    let Some(name) = session.tree.value(id, "Id").filter(|name| ACTIONS.contains(&&**name)) else { return };
    let element = name.trim_start_matches("Wix").to_owned();
    if session.converts(kinds::REFERENCE, id, format!("a reference to `{name}` is an element, `{element}`")) {
        let new = make(session, Space::Util, &element);
        session.tree.replace(id, &[new]);
    }
}

fn dialogs(session: &mut Session, id: Id) {
    let Some(name) = session.tree.value(id, "Id").filter(|name| DIALOGS.contains(&&**name)) else { return };
    if session.converts(kinds::REFERENCE, id, format!("a reference to `{name}` is an element, `WixUI`")) {
        let prefix = session.prefix(Space::Ui);
        if let Some(element) = session.tree.element_mut(id) {
            (element.name, element.space) = (format!("{prefix}WixUI"), Space::Ui);
        }
    }
}
