//! What is advertised of COM: `AppId`, `Class`, `ProgId`, `Extension`, `Verb`, `MIME`, `TypeLib`.

use super::rows::Row;
use super::tree::{Build, element};
use super::work::Work;
use crate::source::Element;
use std::collections::BTreeMap;

/// `ProgId` inside one another, at the most; the language has two.
const DEEPEST: usize = 2;

/// Rows of the tables of COM.
pub(super) fn com(work: &mut Work<'_>) {
    for row in work.rows("AppId") {
        let yes_no = |column: &str| row.int(column).map(|set| if set == 0 { "no" } else { "yes" });
        let app_id = work.guid(element("AppId"), "Id", row.or_empty("AppId"));
        let app_id = app_id
            .with("RemoteServerName", row.text("RemoteServerName"))
            .with("LocalService", row.text("LocalService"))
            .with("ServiceParameters", row.text("ServiceParameters"))
            .with("DllSurrogate", row.text("DllSurrogate"))
            .with("ActivateAtStorage", yes_no("ActivateAtStorage"))
            .with("RunAsInteractiveUser", yes_no("RunAsInteractiveUser"));
        work.put("Package", "", app_id);
    }
    extensions(work);
    let mut prog_ids: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows("ProgId") {
        prog_ids.entry(row.or_empty("ProgId_Parent")).or_default().push(row);
    }
    classes(work, &prog_ids);
    // those of extensions only, in the component of the first one
    let components: BTreeMap<&str, &str> =
        work.rows("Extension").map(|row| (row.or_empty("ProgId_"), row.or_empty("Component_"))).collect();
    for row in prog_ids.get("").cloned().unwrap_or_default() {
        if row.text("Class_").is_some() {
            continue;
        }
        if let Some(component) = components.get(row.or_empty("ProgId")) {
            let prog_id = prog_id(work, row, &prog_ids, 1).flag("Advertise", true);
            work.put("Component", component, prog_id);
        }
    }
    for row in work.rows("TypeLib") {
        let version = row.int("Version");
        let type_lib = work.guid(element("TypeLib"), "Id", row.or_empty("LibID"));
        let type_lib = type_lib
            .flag("Advertise", true)
            .with("Language", row.int("Language"))
            .with("MajorVersion", version.map(|version| version / 256))
            .with("MinorVersion", version.map(|version| version % 256))
            .with("Description", row.text("Description"))
            .with("HelpDirectory", row.text("Directory_"))
            .with("Cost", row.int("Cost"));
        work.put("Component", row.or_empty("Component_"), type_lib);
    }
}

/// `Extension` with its verbs and types, put into its `ProgId` or component.
fn extensions(work: &mut Work<'_>) {
    let mut verbs: BTreeMap<&str, Vec<Element>> = BTreeMap::new();
    for row in work.rows("Verb") {
        let verb = element("Verb")
            .with("Id", row.text("Verb"))
            .with("Sequence", row.int("Sequence"))
            .with("Command", row.text("Command"))
            .with("Argument", row.text("Argument"));
        verbs.entry(row.or_empty("Extension_")).or_default().push(verb);
    }
    for row in work.rows("MIME") {
        let mime = element("MIME").with("ContentType", row.text("ContentType"));
        let mime = match row.text("CLSID") {
            Some(class) => work.guid(mime, "Class", class),
            None => mime,
        };
        verbs.entry(row.or_empty("Extension_")).or_default().push(mime);
    }
    for row in work.rows("Extension") {
        let extension = element("Extension")
            .with("Id", row.text("Extension"))
            .flag("Advertise", true)
            .with("ContentType", row.text("MIME_"))
            .holding(verbs.remove(row.or_empty("Extension")).unwrap_or_default());
        match row.text("ProgId_") {
            Some(prog_id) => work.put("ProgId", prog_id, extension),
            None => work.put("Component", row.or_empty("Component_"), extension),
        }
    }
}

/// `Class` for the rows of a class that differ in their contexts only.
fn classes(work: &mut Work<'_>, prog_ids: &BTreeMap<&str, Vec<Row<'_>>>) {
    let mut classes: BTreeMap<(&str, &str), Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows("Class") {
        classes.entry((row.or_empty("CLSID"), row.or_empty("Component_"))).or_default().push(row);
    }
    for ((id, component), rows) in classes {
        let row = rows[0];
        let contexts: Vec<&str> = rows.iter().filter_map(|row| row.text("Context")).collect();
        let masks = row.text("FileTypeMask").into_iter().flat_map(|masks| masks.split(';')).map(|mask| {
            let mut parts = mask.splitn(4, ',');
            let offset = parts.next();
            let (mask, value) = (parts.nth(1), parts.next());
            element("FileTypeMask").with("Mask", mask).with("Offset", offset).with("Value", value)
        });
        let masks: Vec<Element> = masks.collect();
        let class = work.guid(element("Class"), "Id", id);
        let class = class
            .flag("Advertise", true)
            .with("Context", contexts.join(" "))
            .with("Description", row.text("Description"))
            .with("Icon", row.text("Icon_"))
            .with("IconIndex", row.int("IconIndex"))
            .with("Handler", row.text("DefInprocHandler"))
            .with("Argument", row.text("Argument"))
            .flag("RelativePath", row.or_zero("Attributes") & 1 != 0);
        let class = match row.text("AppId_") {
            Some(app_id) => work.guid(class, "AppId", app_id),
            None => class,
        };
        let default = row.text("ProgId_Default");
        let mut own: Vec<Row<'_>> = prog_ids.get("").cloned().unwrap_or_default();
        own.retain(|row| row.text("Class_") == Some(id));
        own.sort_by_key(|row| row.text("ProgId") != default);
        let description = row.text("Description");
        let own: Vec<Element> = own
            .into_iter()
            .map(|row| {
                let prog_id = prog_id(work, row, prog_ids, 1);
                // without one of its own, it would have that of the class
                let inherits = row.text("Description").is_none() && description.is_some();
                prog_id.with("Description", inherits.then_some(""))
            })
            .collect();
        work.put("Component", component, class.holding(masks).holding(own));
    }
}

fn prog_id(work: &mut Work<'_>, row: Row<'_>, all: &BTreeMap<&str, Vec<Row<'_>>>, depth: usize) -> Element {
    let id = row.or_empty("ProgId");
    let below = all.get(id).filter(|_| depth < DEEPEST && !id.is_empty()).cloned().unwrap_or_default();
    let below: Vec<Element> = below
        .into_iter()
        .map(|below| {
            let inherits = below.text("Description").is_none() && row.text("Description").is_some();
            prog_id(work, below, all, depth + 1).with("Description", inherits.then_some(""))
        })
        .collect();
    element("ProgId")
        .with("Id", id)
        .with("Description", row.text("Description"))
        .with("Icon", row.text("Icon_"))
        .with("IconIndex", row.int("IconIndex"))
        .holding(work.take("ProgId", id))
        .holding(below)
}
