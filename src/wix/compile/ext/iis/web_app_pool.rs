//! `WebAppPool`: an application pool.

use super::{ATTRIBUTE_WITHOUT_COMPONENT, demand_configuration, element_without_component};
use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::only_in_component;
use crate::compile::ext::shape::{Around, Cell, Reading, Shape, Words};
use crate::source::Element;

pub(super) const ELEMENTS: &[Rule] = &[
    ("WebAppPool", Within::Component(|c, element, host| web_app_pool(c, element, Some(host)))),
    ("WebAppPool", Within::Definition(|c, element| web_app_pool(c, element, None))),
];

/// Attributes: who the pool is.
const IDENTITIES: Words = &[
    ("networkService", 1),
    ("localService", 2),
    ("localSystem", 4),
    ("other", OTHER),
    ("applicationPoolIdentity", 16),
];
const OTHER: i32 = 8;

/// What happens when too much of the processor is used.
const CPU_ACTIONS: Words = &[("shutdown", 1), ("none", 0)];

/// The greatest number of kilobytes.
const MOST_MEMORY: i32 = 4_294_967;
const MOST_SHORT: i32 = i16::MAX as i32;

/// Columns.
const NAME: usize = 1;
const ATTRIBUTES: usize = 3;
const USER: usize = 4;
const RECYCLE_TIMES: usize = 7;
const CPU: usize = 10;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4IIsAppPool",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Component,
        Cell::Choice("Identity", IDENTITIES, Some(0)),
        Cell::Ref("User", "Wix4User"),
        Cell::Number("RecycleMinutes", 0, MOST_SHORT),
        Cell::Number("RecycleRequests", 0, MOST_SHORT),
        Cell::Other,
        Cell::Number("IdleTimeout", 0, MOST_SHORT),
        Cell::Number("QueueLimit", 0, MOST_SHORT),
        Cell::Other,
        Cell::Number("MaxWorkerProcesses", 0, MOST_SHORT),
        Cell::Number("VirtualMemory", 0, MOST_MEMORY),
        Cell::Number("PrivateMemory", 0, MOST_MEMORY),
        Cell::Text("ManagedRuntimeVersion"),
        Cell::Formatted(
            "ManagedPipelineMode",
            &[
                ("Classic", "Classic"),
                ("classic", "Classic"),
                ("Integrated", "Integrated"),
                ("integrated", "Integrated"),
            ],
            None,
        ),
    ],
    id: Some(("iap", |row| vec![row.text(NAME), row.component().to_owned(), row.text(USER)])),
    actions: &[],
    also,
};

/// What is made only with a component around it.
const MADE: [&str; 14] = [
    "CpuAction",
    "Identity",
    "IdleTimeout",
    "ManagedPipelineMode",
    "ManagedRuntimeVersion",
    "MaxCpuUsage",
    "MaxWorkerProcesses",
    "PrivateMemory",
    "QueueLimit",
    "RecycleMinutes",
    "RecycleRequests",
    "RefreshCpu",
    "User",
    "VirtualMemory",
];

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    let usage = row.a.integer("MaxCpuUsage", 0..=100).unwrap_or(0);
    let refresh = row.a.integer("RefreshCpu", 0..=i32::MAX);
    let action = row.a.choice("CpuAction", CPU_ACTIONS);
    // Each of them counts only after the one before.
    let mut numbers = vec![usage];
    if let Some(refresh) = refresh {
        numbers.push(refresh);
        numbers.extend(action);
    }
    let numbers: Vec<String> = numbers.iter().map(i32::to_string).collect();
    row.cells[CPU] = numbers.join(",").into();
    let is_other = row.has_bit(ATTRIBUTES, OTHER);
    if is_other && !row.has(USER) {
        row.a.required::<()>("User", None);
    }
    if row.has(USER) && !is_other {
        row.a.illegal(38, "User", "needs `Identity=\"other\"`");
    }
    if row.around.host.is_none() {
        only_in_component(c, &row.a, row.element, ATTRIBUTE_WITHOUT_COMPONENT, MADE);
    }
}

/// <https://docs.firegiant.com/wix/schema/iis/webapppool/>. Outside of a component it names a pool that is there.
fn web_app_pool(c: &mut Compiler, element: &Element, host: Option<&Host>) {
    let mut row = SHAPE.read(c, element, Around { host, ..Around::default() });
    let mut times: Vec<String> = Vec::new();
    c.children(element, |c, child| {
        let known = child.name == "RecycleTime";
        if known {
            if host.is_none() {
                element_without_component(c, child);
            }
            let a = c.attributes(child);
            times.extend(a.required("Value", a.text("Value")));
            c.no_children(child);
        }
        known
    });
    row.cells[RECYCLE_TIMES] = (!times.is_empty()).then(|| times.join(",")).into();
    if host.is_some() {
        demand_configuration(c, &element.at);
    }
    row.add(c);
}
