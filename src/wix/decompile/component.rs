//! `Component`, and the small elements inside of it: `Category`, `IsolateComponent`.

use super::tree::{Build, element};
use super::work::{Work, flags};

/// Bits of the Attributes column with their attributes (<https://learn.microsoft.com/windows/win32/msi/component-table>).
const BITS: [(&str, i32); 7] = [
    ("SharedDllRefCount", 8),
    ("Permanent", 16),
    ("Transitive", 64),
    ("NeverOverwrite", 128),
    ("DisableRegistryReflection", 512),
    ("UninstallWhenSuperseded", 1024),
    ("Shared", 2048),
];
const SOURCE_ONLY: i32 = 1;
const OPTIONAL: i32 = 2;
const IS_64_BIT: i32 = 256;

/// Rows of Component, each with everything inside of it, put into their directories.
pub(super) fn components(work: &mut Work<'_>) {
    for row in work.rows("PublishComponent") {
        let category = work.guid(element("Category"), "Id", row.or_empty("ComponentId"));
        let category = category
            .with("Qualifier", row.text("Qualifier"))
            .with("AppData", row.text("AppData"))
            .with("Feature", row.text("Feature_"));
        work.put("Component", row.or_empty("Component_"), category);
    }
    for row in work.rows("IsolatedComponent") {
        let isolate = element("IsolateComponent").with("Shared", row.text("Component_Shared"));
        work.put("Component", row.or_empty("Component_Application"), isolate);
    }
    for row in work.rows("Component") {
        let id = row.or_empty("Component");
        let bits = row.or_zero("Attributes");
        let is_64_bit = bits & IS_64_BIT != 0;
        let bitness = if is_64_bit { "always64" } else { "always32" };
        let location = match bits & (SOURCE_ONLY | OPTIONAL) {
            SOURCE_ONLY => Some("source"),
            OPTIONAL => Some("either"),
            _ => None,
        };
        let component = element("Component").with("Id", id);
        let component = match row.text("ComponentId") {
            Some(guid) => work.guid(component, "Guid", guid),
            None => component.with("Guid", ""),
        };
        let component = component
            .with("Bitness", (is_64_bit != work.arch.is_64_bit()).then_some(bitness))
            .with("Condition", row.text("Condition"))
            .flag("KeyPath", row.text("KeyPath").is_none())
            .with("Location", location);
        let complus = work.rows("Complus").find(|complus| complus.text("Component_") == Some(id));
        let component = flags(component, bits, &BITS)
            .with("ComPlusFlags", complus.map(|complus| complus.or_zero("ExpType")));
        let inside = work.take("Component", id);
        work.put("Directory", row.or_empty("Directory_"), component.holding(inside));
    }
}
