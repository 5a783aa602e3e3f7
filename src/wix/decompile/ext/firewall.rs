//! WixToolset.Firewall.wixext.

use super::cells::{set, word};
use crate::compile::ext::Extension;
use crate::decompile::rows::Row;
use crate::decompile::tree::Build;
use crate::decompile::work::Work;
use crate::source::Element;

/// What stands in a column that nothing was said of.
const NOT_SET: &str = "-2147483648";
const OUTBOUND: i32 = 2;

/// Lists whose parts are elements, where there are several: column, what stands between, element, attribute of it, attribute
/// that has one.
const LISTS: [(&str, char, &str, &str, &str); 4] = [
    ("RemoteAddresses", ',', "RemoteAddress", "Value", "Scope"),
    ("Interfaces", '|', "Interface", "Name", "Interface"),
    ("InterfaceTypes", ',', "InterfaceType", "Value", "InterfaceType"),
    ("LocalAddresses", ',', "LocalAddress", "Value", "LocalScope"),
];

/// Words that an attribute has for an address.
const SCOPES: [&str; 6] = ["*", "LocalSubnet", "dns", "dhcp", "wins", "DefaultGateway"];
const TYPES: [(&str, &str); 4] =
    [("RemoteAccess", "remoteAccess"), ("Wireless", "wireless"), ("Lan", "lan"), ("All", "all")];

/// `FirewallException`.
pub(super) fn exception(
    work: &mut Work<'_>,
    extension: &'static Extension,
    row: Row<'_>,
    mut element: Element,
) -> Option<Element> {
    let text = |column: &str| row.text(column).filter(|text| *text != NOT_SET);
    for (column, between, name, attribute, one) in LISTS {
        let Some(list) = text(column) else { continue };
        let is_word = match one {
            "Scope" | "LocalScope" => SCOPES.contains(&list) || list.starts_with('['),
            "InterfaceType" => TYPES.iter().any(|(_, word)| *word == list),
            _ => !list.contains(between),
        };
        if is_word {
            continue;
        }
        element = set(element, one, None);
        let parts = list.split(between).map(|part| {
            let part = match one {
                "InterfaceType" => {
                    TYPES.iter().find(|(known, _)| *known == part).map_or(part, |(_, word)| word)
                }
                _ => part,
            };
            super::cells::of(extension, name).with(attribute, part)
        });
        element = element.holding(parts);
    }
    let has_port = row.text("Port").or(row.text("RemotePort")).is_some();
    let protocol = match text("Protocol") {
        Some("6") if has_port => None,
        Some("6") => Some("tcp"),
        Some("17") => Some("udp"),
        None if has_port => Some(NOT_SET),
        other => other,
    };
    element = element
        .with("Protocol", protocol)
        .with("OnUpdate", word(&[("doNothing", 2), ("enableOnly", 4)], row.or_zero("Attributes") & 6))
        .flag("Outbound", row.or_zero("Direction") == OUTBOUND)
        .with(
            "Enabled",
            text("Enabled").map(|text| match text {
                "0" => "no",
                "1" => "yes",
                other => other,
            }),
        );
    let service = row.text("ServiceName");
    element = element.with("Service", service);
    let program = row.text("Program");
    let file = program.and_then(|program| program.strip_prefix("[#")?.strip_suffix(']'));
    let files = |file: &str| work.rows("File").find(|row| row.text("File") == Some(file));
    match file.and_then(|file| Some((file, files(file)?.text("Component_")))) {
        Some((file, component)) if component == row.text("Component_") => {
            work.put("File", file, element);
            None
        }
        Some((file, _)) => Some(element.with("File", file)),
        None => Some(element.with("Program", program)),
    }
}
