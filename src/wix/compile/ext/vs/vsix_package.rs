//! `VsixPackage`: an extension of Visual Studio, which its own installer installs and removes.

use crate::compile::Compiler;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::Around;
use crate::compile::sequence;
use crate::diag::Location;
use crate::ids;
use crate::source::Element;
use crate::symbol::{Id, Schedule, Sequence, fields};

pub(super) const ELEMENTS: &[Rule] = &[
    ("VsixPackage", Within::Component(|c, element, host| vsix_package(c, element, Around::component(host)))),
    ("VsixPackage", Within::File(|c, element, file| vsix_package(c, element, Around::file(file)))),
];

/// Types of custom actions: a program whose path is in a property, and how it is run
/// (<https://learn.microsoft.com/windows/win32/msi/summary-list-of-all-custom-action-types>).
const PROGRAM: i32 = 2 + 48;
const CONTINUE: i32 = 64;
const ROLLBACK: i32 = 256;
const DEFERRED: i32 = 1024;
const NO_IMPERSONATE: i32 = 2048;

/// Editions by the names that the installer has for them; others stay.
const TARGETS: [(&str, &str); 9] = [
    ("integrated", "IntegratedShell"),
    ("integratedshell", "IntegratedShell"),
    ("professional", "Pro"),
    ("premium", "Premium"),
    ("ultimate", "Ultimate"),
    ("vbexpress", "VBExpress"),
    ("vcexpress", "VCExpress"),
    ("vcsexpress", "VCSExpress"),
    ("vwdexpress", "VWDExpress"),
];

/// What the actions of a package have in common.
struct Package<'p> {
    component: &'p str,
    file: &'p str,
    target: &'p str,
    version: &'p str,
    property: &'p str,
    at: &'p Location,
}

impl Package<'_> {
    /// Adds the action for one user and the one for all, right after one another. Gives the id of the last.
    fn pair(
        &self,
        c: &mut Compiler,
        prefix: &str,
        bits: i32,
        (arguments, condition): (&str, &str),
        first: Schedule,
    ) -> String {
        let kinds = [
            ("u", "per-user", "NOT ALLUSERS AND ", "", 0),
            ("m", "per-machine", "ALLUSERS AND ", " /admin", NO_IMPERSONATE),
        ];
        let mut last = String::new();
        for (letter, kind, who, switch, more) in kinds {
            let parts = [self.component, self.file, kind, self.target, self.version];
            let id = ids::identifier(&format!("{prefix}{letter}"), &parts);
            let command = format!("{arguments}{switch}");
            let row = fields![&id, PROGRAM | bits | more, self.property, command, None::<i32>];
            c.row("CustomAction", Some(Id::section(&id)), self.at, row);
            let schedule = match &first {
                Schedule::After(_) if !last.is_empty() => Schedule::After(last),
                schedule => schedule.clone(),
            };
            let condition = format!("{who}{condition}");
            sequence::schedule(c, &id, Sequence::InstallExecute, Some(&condition), schedule, self.at);
            last = id;
        }
        last
    }
}

/// <https://docs.firegiant.com/wix/schema/vs/vsixpackage/>.
fn vsix_package(c: &mut Compiler, element: &Element, around: Around<'_>) {
    let a = c.attributes(element);
    let named = a.reference("File");
    let package_id = a.required("PackageId", a.text("PackageId"));
    let (permanent, vital) = (a.flag("Permanent"), a.yes_no("Vital").unwrap_or(true));
    let target = a.text("Target").map(|target| {
        let known = TARGETS.iter().find(|(name, _)| name.eq_ignore_ascii_case(&target));
        known.map_or(target, |(_, name)| (*name).to_owned())
    });
    let version = a.version("TargetVersion");
    let property =
        a.reference("VsixInstallerPathProperty").unwrap_or_else(|| "VS_VSIX_INSTALLER_PATH".to_owned());
    c.no_children(element);
    if a.has("File") && around.file.is_some() {
        a.illegal(62, "File", "is the file around it; remove it");
    }
    for (one, other) in [("Target", "TargetVersion"), ("TargetVersion", "Target")] {
        if a.has(one) {
            a.required(other, a.value(other));
        }
    }
    let file = around.file.map(str::to_owned).or_else(|| a.required("File", named));
    let (Some(file), Some(package_id), Some(host)) = (file, package_id, around.host) else { return };
    let (at, component) = (&element.at, host.id.as_str());
    c.refer("Property", &property, at);
    c.refer("File", &file, at);
    let switches = match (&target, &version) {
        (Some(target), Some(version)) => format!("/q  /skuName:{target} /skuVersion:{version}"),
        _ => "/q ".to_owned(),
    };
    let (target, version) = (target.unwrap_or_default(), version.unwrap_or_default());
    let package =
        Package { component, file: &file, target: &target, version: &version, property: &property, at };
    let install = format!("{switches} \"[#{file}]\"");
    let remove = format!("{switches} /u:\"{package_id}\"");
    let mut after = "WriteRegistryValues".to_owned();
    if vital {
        let condition = format!("NOT Installed AND ${component}=2 AND ?{component}>2");
        let bits = DEFERRED | ROLLBACK | CONTINUE;
        after = package.pair(c, "vr", bits, (&remove, &condition), Schedule::After(after));
    }
    let bits = if vital { DEFERRED } else { DEFERRED | CONTINUE };
    let condition = format!("${component}=3");
    package.pair(c, "vi", bits, (&install, &condition), Schedule::After(after));
    if !permanent {
        let condition = format!("${component}=2 AND ?{component}>2");
        let before = Schedule::Before("InstallFinalize".to_owned());
        package.pair(c, "vu", DEFERRED | CONTINUE, (&remove, &condition), before);
    }
}
