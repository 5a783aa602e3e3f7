//! WixToolset.Sql.wixext: <https://docs.firegiant.com/wix/schema/sql/>.

mod database;
mod file_spec;
mod script;

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Sql.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/sql",
    files: &[database::ELEMENTS, script::ELEMENTS],
};

/// The actions that do all of it.
const ACTIONS: &[&str] = &["Wix4InstallSqlData", "Wix4UninstallSqlData"];
