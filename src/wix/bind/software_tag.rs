//! The contents of software tags (ISO/IEC 19770-2:2015).

use crate::symbol::{PACKAGE_CODE, Package};

/// A tag of `package` by the owner of `regid`. The package code in it is a placeholder.
pub(super) fn contents(package: &Package, regid: &str) -> Vec<u8> {
    let version = package.version.strip_prefix(['v', 'V']).unwrap_or(&package.version);
    let [name, version, manufacturer, regid] =
        [&package.name, version, &package.manufacturer, regid].map(escaped);
    let scheme = scheme(&version);
    let meta = package.upgrade_code.as_ref().map_or_else(String::new, |code| {
        let code = code.trim_matches(['{', '}']);
        format!("  <Meta persistentId=\"msi:upgrade/{code}\" />\r\n")
    });
    let text = format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n\
         <SoftwareIdentity tagId=\"msi:package/{PACKAGE_CODE}\" name=\"{name}\" version=\"{version}\" \
         versionScheme=\"{scheme}\" xmlns=\"http://standards.iso.org/iso/19770/-2/2015/schema.xsd\">\r\n  \
         <Entity name=\"{manufacturer}\" regid=\"{regid}\" role=\"softwareCreator tagCreator\" />\r\n\
         {meta}</SoftwareIdentity>"
    );
    text.into_bytes()
}

/// How the version is to be compared, in the words of the standard.
fn scheme(version: &str) -> &'static str {
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let fields: Vec<&str> = numbers.split('.').collect();
    let has_label = numbers.len() < version.len();
    if !fields.iter().all(|field| field.parse::<u32>().is_ok()) || fields.len() > 4 {
        "alphanumeric"
    } else if !has_label && fields.len() > 1 {
        "multipartnumeric"
    } else if fields.len() < 4 {
        "semver"
    } else {
        "multipartnumeric+suffix"
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
