//! `Dialog`, `Control` and what controls do; `BillboardAction`.

use super::rows::Row;
use super::tree::{Build, element};
use super::ui::{self, Lists, help};
use super::work::{Work, flags};
use crate::compile::control::{self, BITMAP, BITS, CONDITIONS, ENABLED, ICON, VISIBLE};
use crate::compile::dialog;
use crate::source::Element;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of the tables of dialogs.
pub(super) fn dialogs(work: &mut Work<'_>) {
    let mut parts = Parts::of(work);
    let pictures =
        work.rows("Control").filter(|row| row.text("Type") == Some("RadioButtonGroup")).filter_map(|row| {
            let bits = row.or_zero("Attributes");
            let shows = if bits & BITMAP != 0 {
                "Bitmap"
            } else if bits & ICON != 0 {
                "Icon"
            } else {
                return None;
            };
            Some((row.text("Property")?, shows))
        });
    let mut lists = ui::lists(work, &pictures.collect());
    let mut controls: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows("Control") {
        controls.entry(row.or_empty("Dialog_")).or_default().push(row);
    }
    for row in work.rows("Dialog") {
        let id = row.or_empty("Dialog");
        let dialog = element("Dialog")
            .with("Id", id)
            .with("X", row.int("HCentering").filter(|x| *x != 50))
            .with("Y", row.int("VCentering").filter(|y| *y != 50))
            .with("Width", row.int("Width"))
            .with("Height", row.int("Height"))
            .with("Title", row.text("Title"));
        let bits = row.or_zero("Attributes");
        let dialog = flags(dialog, bits, &dialog::BITS);
        let dialog = flags(dialog, !bits, &dialog::CLEARED_BITS);
        let inside =
            ring(row, controls.remove(id).unwrap_or_default()).into_iter().map(|(control, reached)| {
                let name = control.or_empty("Control");
                let shown = parts.control(work, &mut lists, control, reached);
                let of = |column: &str| row.text(column) == Some(name);
                shown.flag("Default", of("Control_Default")).flag("Cancel", of("Control_Cancel"))
            });
        let inside: Vec<Element> = inside.collect();
        work.put("UI", "", dialog.holding(inside));
    }
    for list in lists.into_values() {
        work.put("UI", "", list);
    }
    billboards(work, &mut parts);
}

/// The controls in the order in which the Tab key reaches them, then the others; and which of the two each is.
fn ring<'d>(dialog: Row<'d>, controls: Vec<Row<'d>>) -> Vec<(Row<'d>, bool)> {
    let by_name: BTreeMap<&str, Row<'_>> =
        controls.iter().map(|row| (row.or_empty("Control"), *row)).collect();
    let mut reached: Vec<&str> = Vec::new();
    let mut seen = BTreeSet::new();
    let mut next = dialog.text("Control_First");
    while let Some(row) = next.and_then(|name| by_name.get(name)) {
        if !seen.insert(row.or_empty("Control")) {
            break;
        }
        reached.push(row.or_empty("Control"));
        next = row.text("Control_Next");
    }
    let first = reached.iter().filter_map(|name| by_name.get(name)).map(|row| (*row, true));
    let rest = controls.iter().filter(|row| !seen.contains(row.or_empty("Control"))).map(|row| (*row, false));
    first.chain(rest).collect()
}

/// What belongs to controls, by dialog and control.
struct Parts<'d> {
    events: BTreeMap<(&'d str, &'d str), Vec<Row<'d>>>,
    conditions: BTreeMap<(&'d str, &'d str), Vec<Row<'d>>>,
    mappings: BTreeMap<(&'d str, &'d str), Vec<Row<'d>>>,
    check_boxes: BTreeMap<&'d str, Row<'d>>,
}

impl<'d> Parts<'d> {
    fn of(work: &Work<'d>) -> Parts<'d> {
        let by_control = |table: &str| {
            let mut all: BTreeMap<(&str, &str), Vec<Row<'_>>> = BTreeMap::new();
            for row in work.rows(table) {
                all.entry((row.or_empty("Dialog_"), row.or_empty("Control_"))).or_default().push(row);
            }
            all
        };
        let mut events = by_control("ControlEvent");
        events.values_mut().for_each(|rows| rows.sort_by_key(|row| row.or_zero("Ordering")));
        let check_boxes = work.rows("CheckBox").map(|row| (row.or_empty("Property"), row));
        Parts {
            events,
            conditions: by_control("ControlCondition"),
            mappings: by_control("EventMapping"),
            check_boxes: check_boxes.collect(),
        }
    }

    /// `Control`; the first one of a property has its list.
    fn control(&mut self, work: &mut Work<'d>, lists: &mut Lists, row: Row<'d>, reached: bool) -> Element {
        let (dialog, id) = (row.or_empty("Dialog_"), row.or_empty("Control"));
        let kind = row.or_empty("Type");
        let property = row.text("Property");
        let mut shown = place(element("Control").with("Id", id).with("Type", kind), row);
        if kind == "CheckBox" {
            // the first of several has the row of the value
            match property.and_then(|property| self.check_boxes.remove(property)) {
                Some(check_box) => {
                    shown = shown.with("Property", property).with("CheckBoxValue", check_box.text("Value"));
                }
                None => shown = shown.with("CheckBoxPropertyRef", property),
            }
        } else {
            shown = shown.with("Property", property);
        }
        let list = property.and_then(|property| {
            let table = ["ComboBox", "ListBox", "ListView", "RadioButtonGroup"]
                .into_iter()
                .find(|table| *table == kind)?;
            let mut list = lists.remove(&(table, property.to_owned()))?;
            if table == "RadioButtonGroup" {
                list.attributes.retain(|attribute| attribute.name != "Property");
            }
            Some(list)
        });
        let buttons = if list.is_some() && kind == "RadioButtonGroup" { BITMAP | ICON } else { 0 };
        shown = bits(shown, kind, row.or_zero("Attributes") & !buttons, reached);
        let conditions = self.conditions.remove(&(dialog, id)).unwrap_or_default();
        for (attribute, action) in CONDITIONS {
            let condition = conditions.iter().find(|row| row.text("Action") == Some(action));
            shown = shown.with(attribute, condition.and_then(|row| row.text("Condition")));
        }
        shown = help(shown, row.text("Help"));
        let mut inside = Vec::new();
        match work.layout.text("Control", &format!("{dialog}.{id}")) {
            Some((path, named)) => {
                work.texts.insert(named.clone(), (path, row.or_empty("Text").to_owned()));
                inside.push(element("Text").with("SourceFile", named));
            }
            None => shown = shown.with("Text", row.text("Text")),
        }
        inside.extend(list);
        inside.extend(self.events.remove(&(dialog, id)).unwrap_or_default().into_iter().map(publish));
        let mappings = self.mappings.remove(&(dialog, id)).unwrap_or_default().into_iter();
        inside.extend(mappings.map(|row| {
            element("Subscribe").with("Event", row.text("Event")).with("Attribute", row.text("Attribute"))
        }));
        shown.holding(inside)
    }
}

fn place(control: Element, row: Row<'_>) -> Element {
    control
        .with("X", row.int("X"))
        .with("Y", row.int("Y"))
        .with("Width", row.int("Width"))
        .with("Height", row.int("Height"))
}

/// The attributes for the bits of a control of `kind`, and whether the Tab key reaches it.
fn bits(control: Element, kind: &str, bits: i32, reached: bool) -> Element {
    let Some(known) = control::kind(kind) else { return control };
    let is_enabled = bits & ENABLED != 0;
    let special =
        known.bits.iter().zip(16..).filter(|(name, bit)| !name.is_empty() && bits & (1 << bit) != 0);
    let special: Vec<&str> = special.map(|(name, _)| *name).collect();
    let size = match (special.contains(&"Icon16"), special.contains(&"Icon32")) {
        (true, true) => Some("48"),
        (true, false) => Some("16"),
        (false, true) => Some("32"),
        (false, false) => None,
    };
    let control = control
        .flag("Hidden", bits & VISIBLE == 0)
        .with("Disabled", (is_enabled == known.disabled).then_some(if is_enabled { "no" } else { "yes" }))
        .with("TabSkip", (reached == known.tab_skips).then_some(if reached { "no" } else { "yes" }))
        .with("IconSize", size);
    let control = flags(control, bits, &BITS);
    special
        .into_iter()
        .filter(|name| !name.starts_with("Icon1") && !name.starts_with("Icon3"))
        .fold(control, |control, name| control.flag(name, true))
}

/// `Publish` of a control that stands elsewhere.
pub(super) fn published(row: Row<'_>) -> Element {
    let mut publish = publish(row);
    let place = element("Publish").with("Dialog", row.text("Dialog_")).with("Control", row.text("Control_"));
    publish.attributes.splice(0..0, place.attributes);
    publish
}

fn publish(row: Row<'_>) -> Element {
    let event = row.or_empty("Event");
    let property = event.strip_prefix('[').and_then(|event| event.strip_suffix(']'));
    let argument = row.text("Argument").filter(|argument| property.is_none() || *argument != "{}");
    element("Publish")
        .with("Property", property)
        .with("Event", property.is_none().then_some(event))
        .with("Value", argument)
        .with("Order", row.int("Ordering"))
        .with("Condition", row.text("Condition").filter(|condition| *condition != "1"))
}

/// Rows of Billboard and BBControl.
fn billboards<'d>(work: &mut Work<'d>, parts: &mut Parts<'d>) {
    let mut controls: BTreeMap<&str, Vec<Element>> = BTreeMap::new();
    for row in work.rows("BBControl") {
        let (billboard, kind) = (row.or_empty("Billboard_"), row.or_empty("Type"));
        let control = place(element("Control").with("Id", row.text("BBControl")).with("Type", kind), row);
        let control = bits(control, kind, row.or_zero("Attributes"), false).with("Text", row.text("Text"));
        let mappings = parts.mappings.remove(&(billboard, row.or_empty("BBControl"))).unwrap_or_default();
        let mappings = mappings.into_iter().map(|row| {
            element("Subscribe").with("Event", row.text("Event")).with("Attribute", row.text("Attribute"))
        });
        controls.entry(billboard).or_default().push(control.holding(mappings));
    }
    let mut actions: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in work.rows("Billboard") {
        actions.entry(row.or_empty("Action")).or_default().push(row);
    }
    for (action, mut rows) in actions {
        rows.sort_by_key(|row| row.or_zero("Ordering"));
        let boards = rows.into_iter().map(|row| {
            let id = row.or_empty("Billboard");
            let board = element("Billboard").with("Id", id).with("Feature", row.text("Feature_"));
            board.holding(controls.remove(id).unwrap_or_default())
        });
        let boards: Vec<Element> = boards.collect();
        work.put("UI", "", element("BillboardAction").with("Id", action).holding(boards));
    }
}
