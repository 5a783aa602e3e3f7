//! `InternetShortcut`: a shortcut to an address on the web.

use crate::compile::Compiler;
use crate::compile::component::Host;
use crate::compile::elements::{Rule, Within};
use crate::compile::ext::shape::{Around, Cell, Reading, Shape};
use crate::diag::Diagnostic;
use crate::source::Element;
use crate::symbol::{Field, fields};

pub(super) const ELEMENTS: &[Rule] = &[("InternetShortcut", Within::Component(internet_shortcut))];

/// Columns.
const DIRECTORY: usize = 2;
const NAME: usize = 3;
const TARGET: usize = 4;
const ATTRIBUTES: usize = 5;
const ICON_INDEX: usize = 7;

/// Attributes of a shortcut that is a `.url` file; 0 is a `.lnk`.
const URL: i32 = 1;

/// RemoveFile.InstallMode.
const ON_UNINSTALL: i32 = 2;

pub(super) static SHAPE: Shape = Shape {
    table: "Wix4InternetShortcut",
    cells: &[
        Cell::Id,
        Cell::Component,
        Cell::Name("Directory"),
        Cell::Needed(&Cell::Text("Name")),
        Cell::Needed(&Cell::Text("Target")),
        Cell::Fixed(0),
        Cell::Text("IconFile"),
        Cell::Number("IconIndex", 0, i32::MAX),
    ],
    id: Some(("uis", |row| {
        vec![row.component().to_owned(), row.text(DIRECTORY), row.text(NAME), row.text(TARGET)]
    })),
    actions: &["Wix4SchedInternetShortcuts"],
    also: defaults,
};

fn defaults(_: &mut Compiler, row: &mut Reading<'_>) {
    if !row.has(DIRECTORY) {
        row.cells[DIRECTORY] = row.around.host.map(|host| &host.directory).into();
    }
    if !row.has(ICON_INDEX) {
        row.cells[ICON_INDEX] = Field::Int(0);
    }
}

/// <https://docs.firegiant.com/wix/schema/util/internetshortcut/>. Windows Installer removes the file.
fn internet_shortcut(c: &mut Compiler, element: &Element, host: &Host) {
    let mut row = SHAPE.read(c, element, Around::component(host));
    let kind = row.a.text("Type").unwrap_or_else(|| "link".to_owned());
    c.no_children(element);
    let is_url = kind.eq_ignore_ascii_case("url");
    if !is_url && !kind.eq_ignore_ascii_case("link") {
        let message = format!("`InternetShortcut/@Type` is `{kind}`, which makes a `link`");
        let finding = Diagnostic::warning("wix::shortcut-type", message).at(row.a.at("Type"));
        c.report.push(finding.help("write `link` or `url`"));
    }
    let long = format!("{}{}", row.text(NAME), if is_url { ".url" } else { ".lnk" });
    row.cells[ATTRIBUTES] = Field::Int(if is_url { URL } else { 0 });
    row.cells[NAME] = Field::Text(long.clone());
    c.ensure_table("CreateFolder", &element.at);
    let name = Field::Name { long, short: None, salt: vec!["RemoveFile".to_owned(), host.id.clone()] };
    let removal = fields![row.id(), &host.id, name, row.text(DIRECTORY), ON_UNINSTALL];
    let id = row.id.clone();
    row.add(c);
    c.row("RemoveFile", id, &element.at, removal);
}
