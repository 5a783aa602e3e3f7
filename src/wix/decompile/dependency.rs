//! `Provides` and `Requires`.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::{Work, flags};
use crate::compile::dependency::ROOT;
use crate::source::Element;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of Wix4DependencyProvider, Wix4Dependency and Wix4DependencyRef. Their registry values come with them.
pub(super) fn dependencies(work: &mut Work<'_>) {
    let all: BTreeMap<&str, Row<'_>> =
        work.rows("Wix4Dependency").map(|row| (row.or_empty("WixDependency"), row)).collect();
    let mut written = BTreeSet::new();
    let mut inside: BTreeMap<&str, Vec<Element>> = BTreeMap::new();
    for row in work.rows("Wix4DependencyRef") {
        let id = row.or_empty("WixDependency_");
        let Some(required) = all.get(id) else { continue };
        // what several providers require is written once
        let element =
            if written.insert(id) { requires(*required) } else { element("RequiresRef").with("Id", id) };
        inside.entry(row.or_empty("WixDependencyProvider_")).or_default().push(element);
    }
    for row in work.rows("Wix4DependencyProvider") {
        let id = row.or_empty("WixDependencyProvider");
        let provides = element("Provides")
            .with("Id", id)
            .with("Key", row.text("ProviderKey"))
            .with("Version", row.text("Version"))
            .with("DisplayName", row.text("DisplayName"))
            .holding(inside.remove(id).unwrap_or_default());
        work.put("Component", row.or_empty("Component_"), provides);
    }
    let rest: Vec<Element> =
        all.iter().filter(|(id, _)| !written.contains(*id)).map(|(_, row)| requires(*row)).collect();
    rest.into_iter().for_each(|requires| work.put("Package", "", requires));
}

fn requires(row: Row<'_>) -> Element {
    let requires = element("Requires")
        .with("Id", row.text("WixDependency"))
        .with("ProviderKey", row.text("ProviderKey"))
        .with("Minimum", row.text("MinVersion"))
        .with("Maximum", row.text("MaxVersion"));
    flags(requires, row.or_zero("Attributes"), &[("IncludeMinimum", 256), ("IncludeMaximum", 512)])
}

/// Whether a registry value of `key` in `component` comes with a provider.
pub(super) fn is_of_provider(providers: &BTreeSet<&str>, component: &str, key: &str) -> bool {
    providers.contains(component) && key.starts_with(ROOT)
}
