//! WixToolset.Util.wixext: <https://docs.firegiant.com/wix/schema/util/>.

mod actions;
mod close_application;
mod event_manifest;
mod event_source;
mod file_share;
mod format_file;
mod group;
mod internet_shortcut;
mod perf_counter;
mod performance_category;
mod performance_words;
mod permission_ex;
mod remove_folder_ex;
mod remove_registry_key;
mod restart_resource;
mod service_config;
mod touch_file;
mod user;
mod xml_config;
mod xml_file;

pub(crate) use actions::ACTIONS;
pub(crate) use group::ATTRIBUTES as GROUP_BITS;
pub(crate) use performance_words::{LANGUAGES, TYPES};

use super::{Extension, bundle_searches};
use crate::compile::elements::{Rule, Within};

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Util.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/util",
    files: &[
        SEARCHES,
        actions::ELEMENTS,
        close_application::ELEMENTS,
        event_manifest::ELEMENTS,
        event_source::ELEMENTS,
        file_share::ELEMENTS,
        format_file::ELEMENTS,
        group::ELEMENTS,
        internet_shortcut::ELEMENTS,
        perf_counter::ELEMENTS,
        performance_category::ELEMENTS,
        permission_ex::ELEMENTS,
        remove_folder_ex::ELEMENTS,
        remove_registry_key::ELEMENTS,
        restart_resource::ELEMENTS,
        service_config::ELEMENTS,
        touch_file::ELEMENTS,
        user::ELEMENTS,
        xml_config::ELEMENTS,
        xml_file::ELEMENTS,
    ],
    shapes: &[
        ("CloseApplication", &close_application::SHAPE),
        ("FileShare", &file_share::SHAPE),
        ("Group", &group::SHAPE),
        ("InternetShortcut", &internet_shortcut::SHAPE),
        ("PerfCounter", &perf_counter::COUNTER),
        ("PerfCounterManifest", &perf_counter::MANIFEST),
        ("RemoveFolderEx", &remove_folder_ex::SHAPE),
        ("RemoveRegistryKey", &remove_registry_key::SHAPE),
        ("RestartResource", &restart_resource::SHAPE),
        ("ServiceConfig", &service_config::SHAPE),
        ("TouchFile", &touch_file::SHAPE),
        ("User", &user::SHAPE),
        ("XmlConfig", &xml_config::SHAPE),
        ("XmlFile", &xml_file::SHAPE),
    ],
};

/// What bundles look for.
const SEARCHES: &[Rule] = &[
    ("ComponentSearch", Within::Fragment(bundle_searches::ignore)),
    ("ComponentSearchRef", Within::Fragment(bundle_searches::ignore)),
    ("DirectorySearch", Within::Fragment(bundle_searches::ignore)),
    ("DirectorySearchRef", Within::Fragment(bundle_searches::ignore)),
    ("FileSearch", Within::Fragment(bundle_searches::ignore)),
    ("FileSearchRef", Within::Fragment(bundle_searches::ignore)),
    ("ProductSearch", Within::Fragment(bundle_searches::ignore)),
    ("ProductSearchRef", Within::Fragment(bundle_searches::ignore)),
    ("RegistrySearch", Within::Fragment(bundle_searches::ignore)),
    ("RegistrySearchRef", Within::Fragment(bundle_searches::ignore)),
    ("WindowsFeatureSearch", Within::Fragment(bundle_searches::ignore)),
    ("WindowsFeatureSearchRef", Within::Fragment(bundle_searches::ignore)),
];
