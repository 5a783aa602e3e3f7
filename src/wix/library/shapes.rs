//! How symbols whose rows need no work lie in a library: for each, the kinds of its fields, and the cells of its row as the
//! fields say them (`WixToolset.Data`, `Symbols/*.cs`; `CreateWindowsInstallerDataFromIRCommand.cs`).

use super::extension_shapes;
use super::shape::{CellOf, Salt, Shape};

use CellOf::{Bit, Bits, Bytes, Feature, Field as F, Id, Name, NumberedId, Or, Text, YesNo};
use Salt::{Field as Of, Kind};

/// What stands for the feature of a component until all is linked.
pub(super) const FEATURE: &str = "{00000000-0000-0000-0000-000000000000}";

/// The bits of a dialog's attributes, by field.
const DIALOG: &[(usize, i32)] = &[
    (6, 1),
    (7, 2),
    (10, 4),
    (13, 8),
    (8, 16),
    (14, 32),
    (4, 64),
    (12, 128),
    (11, 256),
    (9, 512),
    (5, 65536),
];
/// The bits that all controls can have, by field.
const CONTROL: &[(usize, i32)] = &[(15, 1), (8, 2), (14, 4), (9, 8), (10, 16), (13, 32), (12, 64), (11, 128)];

/// A row of which each cell is a field.
macro_rules! plain {
    ($symbol:literal, $fields:literal, $($field:literal)*) => {
        Shape { symbol: $symbol, table: $symbol, fields: $fields, cells: &[$(F($field)),*] }
    };
}

/// A row whose first cell is the id.
macro_rules! with_id {
    ($symbol:literal, $fields:literal, $($cell:expr),*) => {
        Shape { symbol: $symbol, table: $symbol, fields: $fields, cells: &[Id, $($cell),*] }
    };
}

/// A row of cells that are none of these.
macro_rules! row {
    ($symbol:literal, $fields:literal, $($cell:expr),*) => {
        Shape { symbol: $symbol, table: $symbol, fields: $fields, cells: &[$($cell),*] }
    };
}

/// Every symbol of the core of which the row is one of cells.
#[rustfmt::skip]
const SHAPES: &[Shape] = &[
    plain!("ActionText", "SSS", 0 1 2),
    plain!("AppId", "SSSSSNN", 0 1 2 3 4 5 6),
    plain!("AppSearch", "SS", 0 1),
    row!("BBControl", "SSSNNNNNBBBBBBBBSP", F(0), F(1), F(2), F(3), F(4), F(5), F(6), Bits(Some(7), CONTROL), Text(16, 17)),
    with_id!("Billboard", "SSN", F(0), F(1), F(2)),
    with_id!("Binary", "P", Bytes(0)),
    row!("CCPSearch", "", Id),
    plain!("CheckBox", "SS", 0 1),
    row!("Class", "SSSSSSSSNSSSB", F(0), F(1), F(2), F(3), F(4), F(5), F(6), F(7), F(8), F(9), F(10), Feature(11, 2), Bit(12, 1)),
    plain!("ComboBox", "SNSS", 0 1 2 3),
    plain!("CompLocator", "SSN", 0 1 2),
    plain!("Complus", "SN", 0 1),
    plain!("Condition", "SNS", 0 1 2),
    row!("Control", "SSSNNNNNBBBBBBBBSSSSBP", F(0), F(1), F(2), F(3), F(4), F(5), F(6), Bits(Some(7), CONTROL), F(16), Text(17, 21), F(18), F(19)),
    plain!("ControlCondition", "SSSS", 0 1 2 3),
    row!("ControlEvent", "SSSSSN", F(0), F(1), F(2), F(3), Or(4, "1"), F(5)),
    plain!("CreateFolder", "SS", 0 1),
    with_id!("Dialog", "NNNNBBBBBBBBBBBSSSS", F(0), F(1), F(2), F(3), Bits(None, DIALOG), F(15), F(16), F(17), F(18)),
    plain!("DrLocator", "SSSN", 0 1 2 3),
    with_id!("DuplicateFile", "SSSSS", F(0), F(1), Name(2, 3, &[Kind("CopyFile"), Of(0), Of(1)]), F(4)),
    row!("Error", "S", NumberedId, F(0)),
    plain!("EventMapping", "SSSS", 0 1 2 3),
    row!("Extension", "SSSSS", F(0), F(1), F(2), F(3), Feature(4, 1)),
    with_id!("Feature", "SSSNNSBBNN", F(0), F(1), F(2), F(3), F(4), F(5), Bits(Some(8), &[(9, 4), (7, 8), (6, 16)])),
    plain!("FeatureComponents", "SS", 0 1),
    plain!("FileSFPCatalog", "SS", 0 1),
    with_id!("Icon", "P", Bytes(0)),
    with_id!("IniLocator", "SSSSNN", Name(0, 1, &[Kind("IniFileSearch")]), F(2), F(3), F(4), F(5)),
    plain!("IsolatedComponent", "SS", 0 1),
    plain!("LaunchCondition", "SS", 0 1),
    plain!("ListBox", "SNSS", 0 1 2 3),
    plain!("ListView", "SNSSS", 0 1 2 3 4),
    plain!("LockPermissions", "SSSSN", 0 1 2 3 4),
    plain!("MIME", "SSS", 0 1 2),
    with_id!("MoveFile", "SSSSSSB", F(0), F(1), Name(2, 3, &[Kind("MoveFile"), Of(0)]), F(4), F(5), Bits(None, &[(6, 1)])),
    plain!("MsiAssemblyName", "SSS", 0 1 2),
    with_id!("MsiDigitalCertificate", "P", Bytes(0)),
    row!("MsiDigitalSignature", "SSSP", F(0), F(1), F(2), Bytes(3)),
    with_id!("MsiEmbeddedChainer", "SSSN", F(0), F(1), F(2), F(3)),
    with_id!("MsiEmbeddedUI", "SBBNP", F(0), Bits(None, &[(1, 1), (2, 2)]), F(3), Bytes(4)),
    with_id!("MsiLockPermissionsEx", "SSSS", F(0), F(1), F(2), F(3)),
    plain!("MsiPackageCertificate", "SS", 0 1),
    plain!("MsiPatchCertificate", "SS", 0 1),
    with_id!("MsiServiceConfig", "SBBBNSS", F(0), Bits(None, &[(1, 1), (3, 2), (2, 4)]), F(4), F(5), F(6)),
    with_id!("MsiServiceConfigFailureActions", "SBBBNSSSSS", F(0), Bits(None, &[(1, 1), (3, 2), (2, 4)]), F(4), Or(5, "[~]"), Or(6, "[~]"), F(7), F(8), F(9)),
    with_id!("MsiShortcutProperty", "SSS", F(0), F(1), F(2)),
    plain!("ODBCAttribute", "SSS", 0 1 2),
    with_id!("ODBCDataSource", "SSSN", F(0), F(1), F(2), F(3)),
    with_id!("ODBCDriver", "SSSS", F(0), F(1), F(2), F(3)),
    plain!("ODBCSourceAttribute", "SSS", 0 1 2),
    with_id!("ODBCTranslator", "SSSS", F(0), F(1), F(2), F(3)),
    plain!("ProgId", "SSSSSN", 0 1 2 3 4 5),
    row!("PublishComponent", "SSSSS", F(0), F(1), F(2), F(3), Feature(4, 2)),
    plain!("RadioButton", "SNSNNNNSS", 0 1 2 3 4 5 6 7 8),
    with_id!("RegLocator", "NSSNB", F(0), F(1), F(2), Bits(Some(3), &[(4, 16)])),
    with_id!("RemoveFile", "SSSSBB", F(0), Name(1, 2, &[Kind("RemoveFile"), Of(0)]), F(3), Bits(None, &[(4, 1), (5, 2)])),
    with_id!("ReserveCost", "SSNN", F(0), F(1), F(2), F(3)),
    row!("SFPCatalog", "SPS", F(0), Bytes(1), F(2)),
    with_id!("ServiceControl", "SBBBBBBSBS", F(0), Bits(None, &[(3, 1), (5, 2), (1, 8), (4, 16), (6, 32), (2, 128)]), F(7), YesNo(8), F(9)),
    with_id!("ServiceInstall", "SSNNNSSSSSSSBB", F(0), F(1), Bits(Some(2), &[(12, 0x100)]), F(3), Bits(Some(4), &[(13, 0x8000)]), F(5), F(6), F(7), F(8), F(9), F(10), F(11)),
    with_id!("Shortcut", "SSSSSSSNSNNSSNSN", F(0), Name(1, 2, &[Kind("Shortcut"), Of(3), Of(0)]), F(3), Feature(4, 3), F(5), F(6), F(7), F(8), F(9), F(10), F(11), F(12), F(13), F(14), F(15)),
    with_id!("Signature", "SSSNNNNS", F(0), F(1), F(2), F(3), F(4), F(5), F(6), F(7)),
    row!("TypeLib", "SNSNSSSN", F(0), F(1), F(2), F(3), F(4), F(5), Feature(6, 2), F(7)),
    with_id!("UIText", "S", F(0)),
    plain!("Verb", "SSNSS", 0 1 2 3 4),
    Shape { symbol: "WixDependency", table: "Wix4Dependency", fields: "SSSN", cells: &[Id, F(0), F(1), F(2), F(3)] },
    Shape { symbol: "WixDependencyProvider", table: "Wix4DependencyProvider", fields: "SSSSN", cells: &[Id, F(0), F(1), F(2), F(3), F(4)] },
    Shape { symbol: "WixDependencyRef", table: "Wix4DependencyRef", fields: "SS", cells: &[F(0), F(1)] },
];

// Every cell is of a field that is there, and of a kind that the cell can have.
const _: () = {
    let mut at = 0;
    while at < SHAPES.len() {
        let Shape { fields, cells, .. } = SHAPES[at];
        let mut cell = 0;
        while cell < cells.len() {
            assert!(
                is_of_fields(&cells[cell], fields.as_bytes()),
                "a cell of a field that is not there, or of another kind"
            );
            cell += 1;
        }
        at += 1;
    }
};

/// Whether fields of these kinds have what `cell` is made from.
const fn is_of_fields(cell: &CellOf, fields: &[u8]) -> bool {
    const fn is(fields: &[u8], at: usize, kind: u8) -> bool {
        at < fields.len() && fields[at] == kind
    }
    match cell {
        Id | NumberedId => true,
        F(at) | Or(at, _) => is(fields, *at, b'S') || is(fields, *at, b'N'),
        Feature(at, other) | Name(at, other, _) => is(fields, *at, b'S') && is(fields, *other, b'S'),
        Bytes(at) => is(fields, *at, b'P'),
        Text(at, file) => is(fields, *at, b'S') && is(fields, *file, b'P'),
        Bit(at, _) | YesNo(at) => is(fields, *at, b'B'),
        Bits(rest, bits) => {
            let mut bit = 0;
            while bit < bits.len() {
                let (at, _) = bits[bit];
                if !is(fields, at, b'B') && !is(fields, at, b'N') {
                    return false;
                }
                bit += 1;
            }
            match rest {
                Some(at) => is(fields, *at, b'N'),
                None => true,
            }
        }
    }
}

/// The shape of the symbol `name`, of the core or of an extension.
pub(super) fn of_symbol(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.symbol == name).or_else(|| extension_shapes::of_symbol(name))
}

/// The shape of what makes rows of `table`, one of the core's or of an extension's.
pub(super) fn of_table(table: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.table == table).or_else(|| extension_shapes::of_table(table))
}
