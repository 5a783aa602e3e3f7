//! `FirewallException`: a rule of Windows' firewall.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape, word_or_property};
use crate::source::Element;
use crate::symbol::Field;

pub(super) const ELEMENTS: &[Rule] = &[
    (
        "FirewallException",
        Within::Component(|c, element, host| firewall_exception(c, element, Around::component(host))),
    ),
    (
        "FirewallException",
        Within::File(|c, element, file| firewall_exception(c, element, Around::file(file))),
    ),
    (
        "FirewallException",
        Within::Service(|c, element, service| firewall_exception(c, element, Around::service(service))),
    ),
    ("FirewallException", Within::ServiceConfig(firewall_exception)),
];

/// What stands in a column whose attribute is not there.
const NOT_SET: &str = "-2147483648";

/// Protocols, by their numbers (<https://www.iana.org/assignments/protocol-numbers>).
const TCP: &str = "6";
const UDP: &str = "17";

/// `EdgeTraversal="deferToUser"`.
const DEFER_TO_USER: &str = "3";

/// Bits of Attributes: what an update does, and which version of the firewall's interface is needed.
const ON_UPDATE: &[(&str, i32)] = &[("doNothing", 2), ("enableOnly", 4)];
const NEEDS_RULE_2: i32 = 8;
const NEEDS_RULE_3: i32 = 16;
const OF_RULE_3: [&str; 6] = [
    "LocalAppPackageId",
    "LocalUserAuthorizedList",
    "LocalUserOwner",
    "RemoteMachineAuthorizedList",
    "RemoteUserAuthorizedList",
    "IPSecSecureFlags",
];

/// Addresses by their names.
const SCOPES: &[(&str, &str)] = &[
    ("any", "*"),
    ("localSubnet", "LocalSubnet"),
    ("dns", "dns"),
    ("DNS", "dns"),
    ("dhcp", "dhcp"),
    ("DHCP", "dhcp"),
    ("wins", "wins"),
    ("WINS", "wins"),
    ("defaultGateway", "DefaultGateway"),
];

/// Columns.
const NAME: usize = 1;
const REMOTE_ADDRESSES: usize = 2;
const PORT: usize = 3;
const PROTOCOL: usize = 4;
const PROGRAM: usize = 5;
const ATTRIBUTES: usize = 6;
const DIRECTION: usize = 10;
const EDGE_TRAVERSAL: usize = 12;
const ENABLED: usize = 13;
const INTERFACES: usize = 16;
const INTERFACE_TYPES: usize = 17;
const LOCAL_ADDRESSES: usize = 18;
const REMOTE_PORT: usize = 19;
const SERVICE_NAME: usize = 20;

const INBOUND: i32 = 1;
const OUTBOUND: i32 = 2;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix5FirewallException",
    cells: &[
        Cell::Id,
        Cell::Needed(&Cell::Text("Name")),
        Cell::Formatted("Scope", SCOPES, None),
        Cell::Text("Port"),
        Cell::Other,
        Cell::Other,
        Cell::Bits(0, &[("IgnoreFailure", 1, true)]),
        Cell::Formatted(
            "Profile",
            &[("domain", "1"), ("private", "2"), ("public", "4"), ("all", "2147483647")],
            Some(NOT_SET),
        ),
        Cell::Component,
        Cell::Text("Description"),
        Cell::Fixed(INBOUND),
        Cell::Formatted("Action", &[("block", "0"), ("allow", "1")], Some(NOT_SET)),
        Cell::Formatted(
            "EdgeTraversal",
            &[("deny", "0"), ("allow", "1"), ("deferToApp", "2"), ("deferToUser", DEFER_TO_USER)],
            Some(NOT_SET),
        ),
        Cell::Other,
        Cell::Text("Grouping"),
        Cell::Text("IcmpTypesAndCodes"),
        Cell::Text("Interface"),
        Cell::Formatted(
            "InterfaceType",
            &[("remoteAccess", "remoteAccess"), ("wireless", "wireless"), ("lan", "lan"), ("all", "all")],
            None,
        ),
        Cell::Formatted("LocalScope", SCOPES, None),
        Cell::Text("RemotePort"),
        Cell::Other,
        Cell::Text("LocalAppPackageId"),
        Cell::Text("LocalUserAuthorizedList"),
        Cell::Text("LocalUserOwner"),
        Cell::Text("RemoteMachineAuthorizedList"),
        Cell::Text("RemoteUserAuthorizedList"),
        Cell::Formatted(
            "IPSecSecureFlags",
            &[
                ("none", "0"),
                ("noEncapsulation", "1"),
                ("withIntegrity", "2"),
                ("negotiateEncryption", "3"),
                ("encrypt", "4"),
            ],
            Some(NOT_SET),
        ),
    ],
    id: Some(("fex", |row| vec![row.text(NAME), row.component().to_owned()])),
    actions: &["Wix5SchedFirewallExceptionsInstall", "Wix5SchedFirewallExceptionsUninstall"],
    also,
};

fn also(c: &mut Compiler, row: &mut Reading<'_>) {
    if let Some(bits) = row.a.choice("OnUpdate", ON_UPDATE) {
        row.set_bits(ATTRIBUTES, bits);
    }
    if ["2", DEFER_TO_USER].contains(&row.text(EDGE_TRAVERSAL).as_str()) {
        row.set_bits(ATTRIBUTES, NEEDS_RULE_2);
    }
    if OF_RULE_3.into_iter().any(|name| row.a.has(name)) {
        row.set_bits(ATTRIBUTES, NEEDS_RULE_3);
    }
    if row.a.flag("Outbound") {
        row.cells[DIRECTION] = Field::Int(OUTBOUND);
    }
    row.cells[ENABLED] = enabled(row).into();
    row.cells[PROTOCOL] = protocol(row).into();
    program(c, row);
    let service = row.a.text("Service");
    if row.a.has("Service") && row.around.service.is_some() {
        row.a.illegal(62, "Service", "is the service's around it; remove it");
    }
    row.cells[SERVICE_NAME] = row.around.service.map(str::to_owned).or(service).into();
    if row.text(EDGE_TRAVERSAL) == DEFER_TO_USER {
        check_defer_to_user(c, row);
    }
    let has_port = row.has(PORT) || row.has(REMOTE_PORT);
    if !row.has(PROTOCOL) {
        row.cells[PROTOCOL] = if has_port { TCP } else { NOT_SET }.into();
    }
}

/// `Enabled`: yes or no, or a property.
fn enabled(row: &Reading<'_>) -> String {
    let words = [("yes", "1"), ("true", "1"), ("no", "0"), ("false", "0")];
    word_or_property(&row.a, "Enabled", &words).unwrap_or_else(|| NOT_SET.to_owned())
}

/// `Protocol`: one by name or number, or a property.
fn protocol(row: &Reading<'_>) -> Option<String> {
    let text = row.a.text("Protocol")?;
    let number = match text.as_str() {
        "tcp" => TCP.to_owned(),
        "udp" => UDP.to_owned(),
        _ => text,
    };
    let is_property = crate::compile::property::first_property(&number).is_some();
    if number != NOT_SET && !is_property && number.parse::<u8>().is_err() {
        row.a.illegal(21, "Protocol", format_args!("is `{number}`; expected `tcp`, `udp` or 0 to 255"));
    }
    Some(number)
}

/// The program that the rule is for: the file around it, or what an attribute says.
fn program(c: &mut Compiler, row: &mut Reading<'_>) {
    let (file, program) = (row.a.reference("File"), row.a.text("Program"));
    if row.around.file.is_some() {
        for name in ["File", "Program"].into_iter().filter(|name| row.a.has(name)) {
            row.a.illegal(62, name, "is the file around it; remove it");
        }
    }
    row.a.exclusive("File", "Program");
    let file = row.around.file.map(str::to_owned).or(file);
    if let Some(file) = &file {
        c.refer("File", file, &row.element.at);
    }
    row.cells[PROGRAM] = file.map(|file| format!("[#{file}]")).or(program).into();
}

/// What is asked of the user is a program's; Windows takes no other limits then.
fn check_defer_to_user(c: &Compiler, row: &Reading<'_>) {
    let protocol = row.text(PROTOCOL);
    if ![TCP, UDP, ""].contains(&protocol.as_str()) {
        row.a.illegal(347, "Protocol", "must be `tcp` or `udp` with `EdgeTraversal=\"deferToUser\"`");
    }
    if !row.has(PROGRAM) {
        let message =
            "`EdgeTraversal=\"deferToUser\"` needs a program: `@Program`, `@File` or a `File` around it";
        c.report.error(10, &row.element.at, message);
    }
    for name in ["Port", "RemotePort", "LocalScope", "Scope", "Profile", "Service"] {
        if row.a.has(name) {
            row.a.illegal(35, name, "cannot be used with `EdgeTraversal=\"deferToUser\"`");
        }
    }
    if row.around.service.is_some() {
        row.a.illegal(314, "EdgeTraversal", "is `deferToUser`, which the rule of a service cannot be");
    }
}

/// A child that adds to a list: element, its attribute, what has the list instead, the column, what stands between, WIX's
/// number for both.
const LISTS: [(&str, &str, &str, usize, &str, u16); 4] = [
    ("RemoteAddress", "Value", "Scope", REMOTE_ADDRESSES, ",", 6401),
    ("Interface", "Name", "Interface", INTERFACES, "|", 6402),
    ("InterfaceType", "Value", "InterfaceType", INTERFACE_TYPES, ",", 6404),
    ("LocalAddress", "Value", "LocalScope", LOCAL_ADDRESSES, ",", 6406),
];

const INTERFACE_WORDS: [(&str, &str); 4] =
    [("remoteAccess", "RemoteAccess"), ("wireless", "Wireless"), ("lan", "Lan"), ("all", "All")];

/// <https://docs.firegiant.com/wix/schema/firewall/firewallexception/>.
fn firewall_exception(c: &mut Compiler, element: &Element, around: Around<'_>) {
    let mut row = SHAPE.read(c, element, around);
    c.children(element, |c, child| {
        let list = LISTS.into_iter().find(|(name, ..)| *name == child.name);
        let Some((name, attribute, instead, column, between, number)) = list else { return false };
        let a = c.attributes(child);
        let value = match name {
            "InterfaceType" => word_or_property(&a, attribute, &INTERFACE_WORDS),
            _ => a.text(attribute),
        };
        let value = a.required(attribute, value);
        c.no_children(child);
        if row.a.has(instead) {
            let message = format!("`{name}` and `@{instead}` cannot be used together; remove one of them");
            c.report.error(number, &element.at, message);
        }
        let Some(value) = value else { return true };
        let list = row.text(column);
        if name == "InterfaceType" && list.contains("All") {
            if value != "All" {
                let message =
                    "`InterfaceType` is `all` already, which has the others in it; remove one of them";
                c.report.error(6405, &child.at, message);
            }
            return true;
        }
        row.cells[column] = if list.is_empty() { value } else { format!("{list}{between}{value}") }.into();
        true
    });
    row.add(c);
}
