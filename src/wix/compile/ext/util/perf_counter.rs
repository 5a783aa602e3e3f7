//! `PerfCounter` and `PerfCounterManifest`: files that tell Windows of performance counters.

use crate::compile::Compiler;
use crate::compile::elements::{HostFile, Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Shape, nothing_more};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[
    ("PerfCounter", Within::File(perf_counter)),
    ("PerfCounterManifest", Within::File(|c, element, file| MANIFEST.row(c, element, Around::file(file)))),
];

pub(super) static COUNTER: Shape = Shape {
    table: "Wix4Perfmon",
    cells: &[Cell::Component, Cell::FilePath, Cell::Needed(&Cell::Text("Name"))],
    id: None,
    actions: &["Wix4ConfigurePerfmonInstall", "Wix4ConfigurePerfmonUninstall"],
    also: nothing_more,
};

/// <https://docs.firegiant.com/wix/schema/util/perfcountermanifest/>. The table has a key that WiX lets be empty, and
/// Windows Installer doesn't.
pub(super) static MANIFEST: Shape = Shape {
    table: "Wix4PerfmonManifest",
    cells: &[Cell::Component, Cell::FilePath, Cell::Needed(&Cell::Text("ResourceFileDirectory"))],
    id: None,
    actions: &["Wix4ConfigurePerfmonManifestRegister", "Wix4ConfigurePerfmonManifestUnregister"],
    also: nothing_more,
};

/// <https://docs.firegiant.com/wix/schema/util/perfcounter/>.
fn perf_counter(c: &mut Compiler, element: &Element, file: &HostFile<'_>) {
    c.report.warning(5153, &element.at, "`PerfCounter` is deprecated; use `PerformanceCategory`");
    COUNTER.row(c, element, Around::file(file));
}
