//! Symbols that are more than a row of cells, as fields: what [`super::special`] reads, the other way.

use super::document::Data;
use super::special::{
    COMPONENT, CUSTOM_ACTION, FILE, IN_SCRIPT, LEVELS, LOCATIONS, NO_IMPERSONATE, SEQUENCES,
    TERMINAL_SERVER_AWARE, TEXT_STYLE, UPGRADE,
};
use super::unread::{Made, Source, number};
use crate::standard;
use crate::symbol::{
    Action, Component, ComponentGuid, Compression, Directory, Field, File, KeyPath, Media, MediaTemplate,
    Registry, RegistryValue, Schedule, Upgrade,
};

/// The name of a symbol's kind, and its fields.
pub(super) type Written = (&'static str, Made);

pub(super) fn component(component: &Component) -> Written {
    let mut made = Made::new("SSNBBBBBBBBSSN");
    match &component.guid {
        ComponentGuid::Computed => made.text(0, "*"),
        ComponentGuid::None => made.text(0, ""),
        ComponentGuid::Text(guid) => made.text(0, guid),
    }
    made.text(1, &component.directory);
    let location = LOCATIONS.iter().rposition(|bit| component.attributes & bit == *bit).unwrap_or(0);
    made.set(2, Data::Number(location as i64));
    made.bits(component.attributes, COMPONENT);
    made.flag(10, component.is_64_bit);
    made.optional(11, component.condition.as_ref());
    let (kind, key) = match &component.key_path {
        KeyPath::Directory => (0, None),
        KeyPath::File(id) => (1, Some(id)),
        KeyPath::OdbcDataSource(id) => (2, Some(id)),
        KeyPath::Registry(id) => (3, Some(id)),
    };
    made.optional(12, key);
    made.number(13, kind);
    ("Component", made)
}

/// What stands in other rows of a file's section, of the file.
#[derive(Default)]
pub(super) struct Beside {
    /// The title, empty for the font's own.
    pub font: Option<String>,
    pub self_registration: Option<i32>,
}

pub(super) fn file(file: &File, beside: &Beside, source: &mut Source<'_>) -> Written {
    let mut made = Made::new("SSSNSSNSNPSNSNNNSSSSSS");
    made.text(0, &file.component);
    made.text(1, &file.name);
    made.optional(2, file.short_name.as_ref());
    made.optional(4, file.version.as_ref());
    made.optional(5, file.language.as_ref());
    made.number(6, FILE.iter().filter(|(_, bit)| file.attributes & bit != 0).map(|(bit, _)| bit).sum());
    made.text(7, &file.directory);
    file.disk.iter().for_each(|disk| made.number(8, *disk));
    made.path(9, source(&file.source));
    made.optional(10, beside.font.as_ref());
    beside.self_registration.iter().for_each(|cost| made.number(11, *cost));
    if file.binds_image {
        // that there is a path is what counts
        made.text(12, ".");
    }
    file.patch_group.iter().for_each(|group| made.number(14, *group));
    ("File", made)
}

/// That the file of a row in MsiAssembly is an assembly.
pub(super) fn assembly(cells: &[Field]) -> Written {
    let mut made = Made::new("SSSSNS");
    for (at, cell) in cells.iter().take(4).enumerate() {
        made.cell(at, cell);
    }
    made.number(4, if cells.get(4) == Some(&Field::Int(1)) { 2 } else { 1 });
    ("Assembly", made)
}

pub(super) fn directory(directory: &Directory) -> Written {
    let mut made = Made::new("SSSSSS");
    made.text(1, &directory.name);
    let others = [
        (0, &directory.parent),
        (2, &directory.short_name),
        (3, &directory.source_name),
        (4, &directory.short_source_name),
        (5, &directory.guid_seed),
    ];
    others.into_iter().for_each(|(at, text)| made.optional(at, text.as_ref()));
    ("Directory", made)
}

/// Bits of CustomAction.Type that say when, from where and what.
const EXECUTION: i32 = 0x700;
const SOURCE: i32 = 0x30;
const TARGET: i32 = 0x7;

pub(super) fn custom_action(cells: &[Field], source: &mut Source<'_>) -> Written {
    let mut made = Made::new("NSNSNBBBBBBBP");
    let bits = cells.get(1).map_or(0, number);
    made.number(0, bits & EXECUTION);
    made.number(2, bits & SOURCE);
    made.number(4, bits & TARGET);
    made.bits(bits, CUSTOM_ACTION);
    made.flag(8, bits & IN_SCRIPT == 0 || bits & NO_IMPERSONATE == 0);
    made.flag(9, cells.get(4).is_some_and(|cell| number(cell) != 0));
    made.flag(10, bits & TERMINAL_SERVER_AWARE != 0);
    cells.get(2).into_iter().for_each(|cell| made.cell(1, cell));
    match cells.get(3) {
        Some(Field::TextFile(path)) => made.path(12, source(path)),
        Some(cell) => made.cell(3, cell),
        None => {}
    }
    ("CustomAction", made)
}

/// A row of Environment, whose name begins with what happens to the variable. What surrounds the value stays in it.
pub(super) fn environment(cells: &[Field]) -> Written {
    let mut made = Made::new("SSSNNBBS");
    let text = |at: usize| match cells.get(at) {
        Some(Field::Text(text)) => text.as_str(),
        _ => "",
    };
    let rest = text(1).trim_start_matches(['+', '=', '!', '-', '*']);
    let marks = &text(1)[..text(1).len() - rest.len()];
    for (number, mark) in ['=', '+', '!'].into_iter().enumerate() {
        if marks.contains(mark) {
            made.set(3, Data::Number(number as i64));
        }
    }
    made.text(0, rest);
    made.number(4, 0);
    made.flag(5, !marks.contains('-'));
    made.flag(6, marks.contains('*'));
    for (at, cell) in [(1, cells.get(2)), (7, cells.get(3))] {
        cell.into_iter().for_each(|cell| made.cell(at, cell));
    }
    ("Environment", made)
}

pub(super) fn ini_file(cells: &[Field]) -> Written {
    let mut made = Made::new("SSSSSSNS");
    cells.get(1).into_iter().for_each(|cell| made.name((0, 1), cell));
    for (at, cell) in cells.iter().enumerate().skip(2) {
        made.cell(at, cell);
    }
    ("IniFile", made)
}

pub(super) fn media(media: &Media) -> Written {
    let mut made = Made::new("NNSSSSNS");
    made.number(0, media.disk);
    made.optional(2, media.prompt.as_ref());
    made.optional(3, media.cabinet.as_ref().map(|name| cabinet(name, media.embed)).as_ref());
    made.optional(4, media.volume.as_ref());
    made.optional(5, media.source.as_ref());
    level(&mut made, 6, media.compression);
    made.optional(7, media.layout.as_ref());
    ("Media", made)
}

/// A cabinet's name, with `#` before that of a stream.
fn cabinet(name: &str, embed: bool) -> String {
    format!("{}{name}", if embed { "#" } else { "" })
}

fn level(made: &mut Made, at: usize, level: Option<Compression>) {
    let number = level.and_then(|level| LEVELS.iter().position(|known| *known == level));
    number.iter().for_each(|number| made.set(at, Data::Number(*number as i64)));
}

pub(super) fn media_template(template: &MediaTemplate) -> Written {
    let mut made = Made::new("SNSSNN");
    made.text(0, &cabinet(&template.cabinet, template.embed));
    level(&mut made, 1, template.compression);
    made.optional(2, template.prompt.as_ref());
    made.optional(3, template.volume.as_ref());
    made.set(4, Data::Number(template.maximum_uncompressed_mib.into()));
    template.split_mib.iter().for_each(|size| made.set(5, Data::Number((*size).into())));
    ("WixMediaTemplate", made)
}

pub(super) fn registry(registry: &Registry) -> Written {
    let mut made = Made::new("NSSSNNS");
    made.number(0, registry.root.number());
    made.text(1, &registry.key);
    made.optional(2, registry.name.as_ref());
    let (kind, action, text) = match &registry.value {
        None => (0, 0, None),
        Some(RegistryValue::String(text)) => (0, 0, Some(text)),
        Some(RegistryValue::Binary(text)) => (1, 0, Some(text)),
        Some(RegistryValue::Expandable(text)) => (2, 0, Some(text)),
        Some(RegistryValue::Integer(text)) => (3, 0, Some(text)),
        Some(RegistryValue::MultiString(text)) => (4, 0, Some(text)),
        Some(RegistryValue::Append(text)) => (4, 1, Some(text)),
        Some(RegistryValue::Prepend(text)) => (4, 2, Some(text)),
    };
    made.optional(3, text);
    made.number(4, kind);
    made.number(5, action);
    made.text(6, &registry.component);
    ("Registry", made)
}

/// A row of RemoveRegistry, which is for installation.
pub(super) fn remove_registry(cells: &[Field]) -> Written {
    let mut made = Made::new("NSSNS");
    for (at, cell) in [(0, cells.get(1)), (1, cells.get(2)), (2, cells.get(3)), (4, cells.get(4))] {
        cell.into_iter().for_each(|cell| made.cell(at, cell));
    }
    made.number(3, 0);
    ("RemoveRegistry", made)
}

pub(super) fn text_style(cells: &[Field]) -> Written {
    let mut made = Made::new("SSNNNBBBB");
    for (at, cell) in cells.iter().skip(1).take(2).enumerate() {
        made.cell(at, cell);
    }
    if let Some(Field::Int(colour)) = cells.get(3) {
        [(2, 0), (3, 8), (4, 16)].into_iter().for_each(|(at, shift)| made.number(at, colour >> shift & 0xff));
    }
    made.bits(cells.get(4).map_or(0, number), TEXT_STYLE);
    ("TextStyle", made)
}

pub(super) fn upgrade(upgrade: &Upgrade) -> Written {
    let mut made = Made::new("SSSSBBBBBBSS");
    made.text(0, &upgrade.code);
    made.optional(1, upgrade.minimum.as_ref());
    made.optional(2, upgrade.maximum.as_ref());
    made.optional(3, upgrade.language.as_ref());
    made.bits(upgrade.attributes, UPGRADE);
    made.optional(10, upgrade.remove.as_ref());
    made.text(11, &upgrade.property);
    ("Upgrade", made)
}

pub(super) fn action(action: &Action) -> Written {
    let table = action.sequence.table();
    if action.schedule == Schedule::Suppressed {
        let mut made = Made::new("SS");
        // the advertise sequence has another name in the language
        made.text(0, if table == "AdvtExecuteSequence" { "AdvertiseExecuteSequence" } else { table });
        made.text(1, &action.action);
        return ("WixSuppressAction", made);
    }
    let mut made = Made::new("NSSNSSB");
    let number = SEQUENCES.iter().position(|sequence| *sequence == action.sequence).unwrap_or_default();
    made.set(0, Data::Number(number as i64));
    made.text(1, &action.action);
    made.optional(2, action.condition.as_ref());
    let own = standard::action(action.sequence, &action.action).map(|standard| standard.schedule);
    let schedule = match &action.schedule {
        Schedule::Standard => own.as_ref().unwrap_or(&Schedule::Standard),
        schedule => schedule,
    };
    match schedule {
        Schedule::Number(number) => made.number(3, i32::from(*number)),
        Schedule::Before(other) => made.text(4, other),
        Schedule::After(other) => made.text(5, other),
        Schedule::Standard | Schedule::Suppressed => {}
    }
    made.flag(6, action.overridable);
    ("WixAction", made)
}
