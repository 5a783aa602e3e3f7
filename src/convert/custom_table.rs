//! Tables of one's own: for a package or for a bundle, which only `--custom-table` can say of some.

use crate::CustomTable;
use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::text;
use crate::tree::Id;

pub(crate) const RULES: &[Rule] = &[(Space::Wix, "CustomTable", table), (Space::Wix, "Column", column)];

const HELP: &str = "say which with `--custom-table msi` or `--custom-table bundle`";

fn table(session: &mut Session, id: Id) {
    let data = session.tree.value(id, "BootstrapperApplicationData");
    if data.as_deref() == Some("no") {
        let message = "`BootstrapperApplicationData` is `Unreal`, whose default is no";
        if session.converts(kinds::BA_DATA, id, message) {
            session.tree.unset(id, "BootstrapperApplicationData");
        }
        return;
    }
    let has_columns = !session.tree.named(id, "Column").is_empty();
    match (data, session.options.custom_table) {
        (None, _) if has_columns => {}
        (Some(_), Some(CustomTable::Bundle)) => {
            let message = "data for a bundle's user interface are `BundleCustomData`";
            if session.converts(kinds::BA_DATA, id, message) {
                session.tree.unset(id, "BootstrapperApplicationData");
                session.tree.set_name(id, "BundleCustomData");
                bundle(session, id);
            }
        }
        (Some(_), Some(CustomTable::Msi)) => {
            if session.converts(kinds::BA_DATA, id, "`BootstrapperApplicationData` is `Unreal`") {
                session.tree.rename(id, "BootstrapperApplicationData", "Unreal");
            }
        }
        (Some(_), None) => {
            let message = "`BootstrapperApplicationData` is `Unreal` in a package; in a bundle, the table is `BundleCustomData`";
            session.asks(kinds::CUSTOM_TABLE, id, message, HELP);
        }
        (None, Some(CustomTable::Bundle)) => {
            if session.converts(
                kinds::CUSTOM_TABLE_REF,
                id,
                "a table without columns is a `BundleCustomDataRef`",
            ) {
                session.tree.set_name(id, "BundleCustomDataRef");
                bundle(session, id);
            }
        }
        (None, Some(CustomTable::Msi)) => {
            if session.converts(kinds::CUSTOM_TABLE_REF, id, "a table without columns is a `CustomTableRef`")
            {
                session.tree.set_name(id, "CustomTableRef");
            }
        }
        (None, None) => {
            let message = "a table without columns is a `CustomTableRef` in a package, a `BundleCustomDataRef` in a bundle";
            session.asks(kinds::CUSTOM_TABLE, id, message, HELP);
        }
    }
}

/// Columns and rows of a bundle's data.
fn bundle(session: &mut Session, id: Id) {
    for column in session.tree.named(id, "Column") {
        session.tree.set_name(column, "BundleAttributeDefinition");
        if let Some(element) = session.tree.element_mut(column) {
            element.attributes.retain(|attribute| attribute.name == "Id" || attribute.space != Space::None);
        }
    }
    for row in session.tree.named(id, "Row") {
        session.tree.set_name(row, "BundleElement");
        for data in session.tree.named(row, "Data") {
            session.tree.set_name(data, "BundleAttribute");
            session.tree.rename(data, "Column", "Id");
            text::to(session, data, "Value");
        }
    }
}

fn column(session: &mut Session, id: Id) {
    for (name, kind) in [("Category", kinds::COLUMN_CATEGORY), ("Modularize", kinds::COLUMN_MODULARIZE)] {
        let Some(old) = session.tree.value(id, name) else { continue };
        let mut letters = old.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        let new: String = first.into_iter().chain(letters).collect();
        if new != old && session.converts(kind, id, format!("`{name}` begins with a small letter: `{new}`")) {
            session.tree.set(id, name, &new);
        }
    }
}
