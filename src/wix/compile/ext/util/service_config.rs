//! `util:ServiceConfig`: what Windows does when a service fails.

use crate::compile::Compiler;
use crate::compile::elements::{self, Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Shape, nothing_more};
use crate::source::Element;
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[
    (
        "ServiceConfig",
        Within::Component(|c, element, host| service_config(c, element, Around::component(host))),
    ),
    (
        "ServiceConfig",
        Within::Service(|c, element, service| service_config(c, element, Around::service(service))),
    ),
];

/// Columns.
const SERVICE_NAME: usize = 0;
const NEW_SERVICE: usize = 2;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4ServiceConfig",
    cells: &[
        Cell::Text("ServiceName"),
        Cell::Component,
        Cell::Fixed(0),
        Cell::Text("FirstFailureActionType"),
        Cell::Text("SecondFailureActionType"),
        Cell::Text("ThirdFailureActionType"),
        Cell::Number("ResetPeriodInDays", 0, i32::MAX),
        Cell::Number("RestartServiceDelayInSeconds", 0, i32::MAX),
        Cell::Text("ProgramCommandLine"),
        Cell::Text("RebootMessage"),
    ],
    id: None,
    actions: &["Wix4SchedServiceConfig"],
    also: nothing_more,
};

/// <https://docs.firegiant.com/wix/schema/util/serviceconfig/>. In a service, it is of that.
fn service_config(c: &mut Compiler, element: &Element, around: Around<'_>) {
    let mut row = SHAPE.read(c, element, around);
    match around.service {
        None => {
            row.a.required("ServiceName", row.has(SERVICE_NAME).then_some(()));
        }
        Some(service) => {
            if row.has(SERVICE_NAME) && row.text(SERVICE_NAME) != service {
                row.a.illegal(62, "ServiceName", "is the service's own, inside of it; remove it");
            }
            row.cells[SERVICE_NAME] = Field::from(service);
            row.cells[NEW_SERVICE] = Field::Int(1);
        }
    }
    let name = row.text(SERVICE_NAME);
    let around = Around { service: Some(&name), ..around };
    c.open_children(element, |c, child| elements::in_service_config(c, child, around));
    row.add(c);
}
