//! `ODBCDriver`, `ODBCTranslator`, `ODBCDataSource` and their properties.

use super::tree::{Build, element};
use super::work::{ODBC_DATA_SOURCE, Work};

/// Rows of the tables of ODBC.
pub(super) fn odbc(work: &mut Work<'_>) {
    for (table, parent, column) in
        [("ODBCAttribute", "ODBCDriver", "Driver_"), ("ODBCSourceAttribute", "ODBCDataSource", "DataSource_")]
    {
        for row in work.rows(table) {
            let property =
                element("Property").with("Id", row.text("Attribute")).with("Value", row.text("Value"));
            work.put(parent, row.or_empty(column), property);
        }
    }
    for row in work.rows("ODBCDataSource") {
        let (id, component) = (row.or_empty("DataSource"), row.or_empty("Component_"));
        let registration = match row.or_zero("Registration") {
            0 => Some("machine"),
            1 => Some("user"),
            _ => None,
        };
        let source = element("ODBCDataSource")
            .with("Id", id)
            .with("Name", row.text("Description"))
            .with("DriverName", row.text("DriverDescription"))
            .with("Registration", registration)
            .flag("KeyPath", work.is_key_path(component, id, ODBC_DATA_SOURCE))
            .holding(work.take("ODBCDataSource", id));
        work.put("Component", component, source);
    }
    for (table, id) in [("ODBCDriver", "Driver"), ("ODBCTranslator", "Translator")] {
        for row in work.rows(table) {
            let driver = element(table)
                .with("Id", row.text(id))
                .with("Name", row.text("Description"))
                .with("File", row.text("File_"))
                .with("SetupFile", row.text("File_Setup"));
            let inside = work.take(table, row.or_empty(id));
            work.put("Component", row.or_empty("Component_"), driver.holding(inside));
        }
    }
}
