//! Who relies on sites being allowed to set `handlers`: modules that sites map handlers to, and sites that map some.

use super::scope;
use crate::change::global_modules;
use crate::document::tree::{Document, Element};
use alloc::string::String;
use alloc::vec::Vec;

/// Modules that a site maps handlers to in its own `web.config`, by how their names begin.
const MAPPED_BY_SITES: [&str; 3] = ["AspNetCoreModule", "httpPlatformHandler", "iisnode"];

/// Before a module's name.
const MODULE: &str = "module ";

fn begins(name: &str, with: &str) -> bool {
    name.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// Whether one of [`users`] is a module whose own installer has event streams not compressed.
pub(crate) fn streams(user: &str) -> bool {
    let own_installer_has =
        |name| ["AspNetCoreModule", "httpPlatformHandler"].iter().any(|k| begins(name, k));
    module(user).is_some_and(own_installer_has)
}

/// The module that one of [`users`] is; none where it is a site.
pub(crate) fn module(user: &str) -> Option<&str> {
    user.strip_prefix(MODULE)
}

/// Names for those, as far as this file shows them, but for the module `own`.
pub(crate) fn users(document: &Document, own: &str) -> Vec<String> {
    let is_mapped = |name: &str| MAPPED_BY_SITES.iter().any(|known| begins(name, known));
    let modules = global_modules(document).into_iter().filter(|(name, _)| name != own && is_mapped(name));
    let modules = modules.map(|(name, _)| alloc::format!("{MODULE}{name}"));
    let sets = |site: &&Element| {
        let mut found = Vec::new();
        scope::descend(&site.content, &[scope::WEB_SERVER, "handlers"], &mut Vec::new(), &mut found);
        !found.is_empty()
    };
    let sites = scope::sites(document).filter(sets);
    modules
        .chain(sites.map(|site| alloc::format!("location {}", site.value("path").unwrap_or_default())))
        .collect()
}
