//! WixToolset.Sql.wixext: <https://docs.firegiant.com/wix/schema/sql/>.

mod database;
mod file_spec;
mod script;

pub(crate) use database::BITS as DATABASE;
pub(crate) use script::{EXECUTE, ON_ERROR, ROLLBACK};

use super::Extension;

/// The extension.
pub(super) static EXTENSION: Extension = Extension {
    name: "WixToolset.Sql.wixext",
    namespace: "http://wixtoolset.org/schemas/v4/wxs/sql",
    files: &[database::ELEMENTS, script::ELEMENTS],
    shapes: &[
        ("SqlFileSpec", &file_spec::SHAPE),
        ("SqlScript", &script::SCRIPT),
        ("SqlString", &script::STRING),
        ("SqlDatabase", &database::SHAPE),
    ],
};

/// The actions that do all of it.
const ACTIONS: &[&str] = &["Wix4InstallSqlData", "Wix4UninstallSqlData"];
