//! `DotNetCompatibilityCheck`: whether a version of .NET is there, as .NET itself finds it.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Cell, Reading, Shape, TextWords};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[
    ("DotNetCompatibilityCheck", Within::DefinitionRow(&SHAPE)),
    ("DotNetCompatibilityCheckRef", Within::Definition(reference)),
];

const RUNTIMES: TextWords = &[
    ("aspnet", "Microsoft.AspNetCore.App"),
    ("desktop", "Microsoft.WindowsDesktop.App"),
    ("core", "Microsoft.NETCore.App"),
];
const PLATFORMS: TextWords = &[("x86", "x86"), ("x64", "x64"), ("arm64", "arm64")];
const ROLL_FORWARD: TextWords = &[
    ("latestMajor", "LatestMajor"),
    ("major", "Major"),
    ("latestMinor", "LatestMinor"),
    ("minor", "Minor"),
    ("latestPatch", "LatestPatch"),
    ("disable", "Disable"),
];

/// Columns.
const VERSION: usize = 3;
const PROPERTY: usize = 5;

/// <https://docs.firegiant.com/wix/schema/netfx/dotnetcompatibilitycheck/>.
pub(super) static SHAPE: Shape = Shape {
    table: "Wix4NetFxDotNetCheck",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::AnyCase("RuntimeType", RUNTIMES, None)),
        Cell::Needed(&Cell::AnyCase("Platform", PLATFORMS, None)),
        Cell::Other,
        Cell::AnyCase("RollForward", ROLL_FORWARD, Some("Minor")),
        Cell::Needed(&Cell::Name("Property")),
    ],
    id: Some(("ndncc", |row| vec![row.text(PROPERTY), row.text(1), row.text(2), row.text(VERSION)])),
    actions: &["Wix4NetFxDotNetCompatibilityCheck"],
    also,
};

fn also(_: &mut Compiler, row: &mut Reading<'_>) {
    row.cells[VERSION] = row.a.required("Version", row.a.version("Version")).into();
}

/// <https://docs.firegiant.com/wix/schema/netfx/dotnetcompatibilitycheckref/>.
fn reference(c: &mut Compiler, element: &Element) {
    let a = c.attributes(element);
    let id = a.required("Id", a.reference("Id"));
    c.no_children(element);
    if let Some(id) = id {
        c.refer("Wix4NetFxDotNetCheck", id, &element.at);
    }
}
