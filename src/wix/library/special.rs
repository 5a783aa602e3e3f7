//! Symbols in a library that are more than a row of cells.

use super::error::FieldError;
use super::row::Fields;
use super::shape::Salt;
use super::shapes::FEATURE;
use crate::ids::RegistryRoot;
use crate::symbol::{
    Access, Action, Component, ComponentGuid, Compression, Directory, Field, File, GroupKind, Id, KeyPath,
    Kind, Media, MediaTemplate, Property, Registry, RegistryValue, Schedule, Sequence, Upgrade, fields,
};

/// Reads one symbol; nothing for a kind that is not known here.
type Read = fn(Option<&str>, &Fields<'_>) -> Result<Vec<Kind>, FieldError>;

/// The kinds of symbols, by their names in a library.
#[rustfmt::skip]
pub(super) const KINDS: &[(&str, Read)] = &[
    ("Assembly", assembly),
    ("Component", |_, f| component(f).map(|kind| vec![kind])),
    ("CustomAction", |id, f| custom_action(id, f).map(|kind| vec![kind])),
    ("Directory", |_, f| directory(f).map(|kind| vec![kind])),
    ("Environment", |id, f| environment(id, f).map(|kind| vec![kind])),
    ("File", file),
    ("IniFile", |id, f| ini_file(id, f).map(|kind| vec![kind])),
    ("Media", |_, f| media(f).map(|kind| vec![kind])),
    ("Property", |_, f| Ok(vec![Kind::Property(Property { value: f.text(0)?, ..Property::default() })])),
    ("Registry", |_, f| registry(f).map(|kind| vec![kind])),
    ("RemoveRegistry", |id, f| remove_registry(id, f).map(|kind| vec![kind])),
    ("TextStyle", |id, f| text_style(id, f).map(|kind| vec![kind])),
    ("Upgrade", |_, f| upgrade(f).map(|kind| vec![kind])),
    ("WixAction", |_, f| action(f).map(|kind| vec![kind])),
    ("WixComponentGroup", |_, _| Ok(vec![Kind::Group(GroupKind::Component)])),
    ("WixEnsureTable", |_, f| Ok(vec![Kind::EnsureTable(f.required(0)?)])),
    ("WixFeatureGroup", |_, _| Ok(vec![Kind::Group(GroupKind::Feature)])),
    ("WixMediaTemplate", |_, f| media_template(f).map(|kind| vec![kind])),
    ("WixSuppressAction", |_, f| suppressed(f).map(|kind| vec![kind])),
    ("WixUI", |_, _| Ok(vec![Kind::Group(GroupKind::Ui)])),
    ("WixVariable", |_, f| Ok(vec![Kind::Variable { value: f.text(0)?.unwrap_or_default(), overridable: f.flag(1)? }])),
];

/// Bits of Component.Attributes by field, but those of its place and key path.
pub(super) const COMPONENT: &[(usize, i32)] =
    &[(3, 512), (4, 128), (5, 16), (6, 8), (7, 2048), (8, 64), (9, 1024)];
/// Component.Attributes of each place that a component can run from.
pub(super) const LOCATIONS: [i32; 3] = [0, 1, 2];

fn component(f: &Fields<'_>) -> Result<Kind, FieldError> {
    let key_path = f.text(12)?;
    let key = |kind: fn(String) -> KeyPath| key_path.clone().map(kind).ok_or(FieldError::KeyPath);
    let location = f.number(2)?.unwrap_or(0);
    let location = usize::try_from(location).ok().and_then(|location| LOCATIONS.get(location));
    Ok(Kind::Component(Component {
        guid: match f.text(0)?.as_deref() {
            Some("*") => ComponentGuid::Computed,
            None | Some("") => ComponentGuid::None,
            Some(guid) => ComponentGuid::Text(guid.to_owned()),
        },
        directory: f.required(1)?,
        attributes: f.bits(COMPONENT)?
            | location.ok_or(FieldError::Unknown { at: 2, what: "place that is known" })?,
        is_64_bit: f.flag(10)?,
        condition: f.text(11)?,
        key_path: match f.number(13)?.unwrap_or(0) {
            0 => KeyPath::Directory,
            1 => key(KeyPath::File)?,
            2 => key(KeyPath::OdbcDataSource)?,
            3 => key(KeyPath::Registry)?,
            _ => return Err(FieldError::Unknown { at: 13, what: "kind of key path that is known" }),
        },
    }))
}

/// Bits of a file: as a library has them, and as File.Attributes has them.
pub(super) const FILE: [(i32, i32); 7] =
    [(0x01, 1), (0x02, 2), (0x04, 4), (0x08, 512), (0x10, 16384), (0x20, 8192), (0x40, 1024)];

fn file(id: Option<&str>, f: &Fields<'_>) -> Result<Vec<Kind>, FieldError> {
    let id = id.ok_or(FieldError::Missing("id"))?;
    let bits = f.number(6)?.unwrap_or(0);
    let version = f.text(4)?;
    let file = File {
        component: f.required(0)?,
        directory: f.required(7)?,
        name: f.required(1)?,
        short_name: f.text(2)?,
        // a version begins with a digit, a file's id never does
        companion: version.as_deref().is_some_and(crate::compile::names::is_identifier),
        version,
        language: f.text(5)?,
        attributes: FILE.iter().filter(|(bit, _)| bits & bit != 0).map(|(_, bit)| bit).sum(),
        disk: f.number(8)?,
        source: f.path(9)?.ok_or(FieldError::Missing("source"))?,
        binds_image: f.text(12)?.is_some_and(|path| !path.is_empty()),
        patch_group: f.number(14)?.filter(|group| *group != 0),
        assembly: None,
        tag: None,
    };
    let mut kinds = vec![Kind::File(file)];
    if let Some(title) = f.text(10)? {
        let title = Some(title).filter(|title| !title.is_empty());
        kinds.push(Kind::row("Font", fields![id, title]));
    }
    if let Some(cost) = f.number(11)? {
        kinds.push(Kind::row("SelfReg", fields![id, cost]));
    }
    Ok(kinds)
}

fn assembly(_: Option<&str>, f: &Fields<'_>) -> Result<Vec<Kind>, FieldError> {
    let component = f.required(0)?;
    let feature = match f.required(1)? {
        feature if feature == FEATURE => Field::Feature(component.clone()),
        feature => Field::Text(feature),
    };
    let attributes = (f.number(4)? == Some(2)).then_some(1);
    let cells = fields![component, feature, f.text(2)?, f.text(3)?, attributes];
    Ok(vec![Kind::row("MsiAssembly", cells)])
}

fn directory(f: &Fields<'_>) -> Result<Kind, FieldError> {
    Ok(Kind::Directory(Directory {
        parent: f.text(0)?,
        name: f.required(1)?,
        short_name: f.text(2)?,
        source_name: f.text(3)?,
        short_source_name: f.text(4)?,
        guid_seed: f.text(5)?,
    }))
}

/// Bits of CustomAction.Type by field.
pub(super) const CUSTOM_ACTION: &[(usize, i32)] = &[(5, 128), (6, 8192), (7, 64), (11, 4096)];
/// Those of actions that are written to the script: their own, and what they have if a field is `no` and `yes`.
pub(super) const IN_SCRIPT: i32 = 1024;
pub(super) const NO_IMPERSONATE: i32 = 2048;
pub(super) const TERMINAL_SERVER_AWARE: i32 = 16384;
pub(super) const PATCH_UNINSTALL: i32 = 32768;

fn custom_action(id: Option<&str>, f: &Fields<'_>) -> Result<Kind, FieldError> {
    let numbers = [0, 2, 4].map(|at| f.number(at));
    let [execution, source, target] = numbers;
    // what is deferred, and what each kind of source and target is, are bits themselves
    let mut bits =
        execution?.unwrap_or(0) | source?.unwrap_or(0) | target?.unwrap_or(0) | f.bits(CUSTOM_ACTION)?;
    if bits & IN_SCRIPT != 0 {
        bits |= if f.flag(8)? { 0 } else { NO_IMPERSONATE };
        bits |= if f.flag(10)? { TERMINAL_SERVER_AWARE } else { 0 };
    }
    let text = match f.path(12)? {
        Some(script) => Field::TextFile(script),
        None => f.text(3)?.filter(|text| !text.is_empty()).into(),
    };
    let extended = f.flag(9)?.then_some(PATCH_UNINSTALL);
    Ok(Kind::row(
        "CustomAction",
        fields![id.ok_or(FieldError::Missing("id"))?, bits, f.text(1)?, text, extended],
    ))
}

fn environment(id: Option<&str>, f: &Fields<'_>) -> Result<Kind, FieldError> {
    let action = match f.number(3)? {
        None => "",
        Some(0) => "=",
        Some(1) => "+",
        Some(2) => "!",
        Some(_) => return Err(FieldError::Unknown { at: 3, what: "action that is known" }),
    };
    let (own, separator) = (f.text(1)?, f.text(2)?.unwrap_or_default());
    let text = own.clone().unwrap_or_default();
    let value = match f.number(4)? {
        None | Some(0) => own,
        Some(1) => Some(format!("{text}{separator}[~]")),
        Some(2) => Some(format!("[~]{separator}{text}")),
        Some(_) => return Err(FieldError::Unknown { at: 4, what: "part that is known" }),
    };
    let stays = if f.flag(5)? { "" } else { "-" };
    let of_machine = if f.flag(6)? { "*" } else { "" };
    let name = format!("{action}{stays}{of_machine}{}", f.required(0)?);
    Ok(Kind::row("Environment", fields![id.ok_or(FieldError::Missing("id"))?, name, value, f.required(7)?]))
}

fn ini_file(id: Option<&str>, f: &Fields<'_>) -> Result<Kind, FieldError> {
    let number = f.number(6)?.unwrap_or(0);
    let table = if matches!(number, 0 | 1 | 3) { "IniFile" } else { "RemoveIniFile" };
    let name = f.name(0, 1, &[Salt::Kind("IniFile"), Salt::Field(7)])?;
    let [directory, section, key, value] = [2, 3, 4, 5].map(|at| f.text(at));
    let cells = fields![
        id.ok_or(FieldError::Missing("id"))?,
        name,
        directory?,
        section?,
        key?,
        value?,
        number,
        f.text(7)?
    ];
    Ok(Kind::row(table, cells))
}

fn root(f: &Fields<'_>) -> Result<RegistryRoot, FieldError> {
    let number = f.number(0)?;
    let found = RegistryRoot::NAMES.into_iter().find(|(_, root)| Some(root.number()) == number);
    found.map(|(_, root)| root).ok_or(FieldError::Unknown { at: 0, what: "root of the registry" })
}

fn registry(f: &Fields<'_>) -> Result<Kind, FieldError> {
    let (text, kind) = (f.text(3)?, f.number(4)?.unwrap_or(0));
    let value = match (text, kind, f.number(5)?.unwrap_or(0)) {
        (None, 0, _) => None,
        (text, 0, _) => text.map(RegistryValue::String),
        (text, 1, _) => Some(RegistryValue::Binary(text.unwrap_or_default())),
        (text, 2, _) => Some(RegistryValue::Expandable(text.unwrap_or_default())),
        (text, 3, _) => Some(RegistryValue::Integer(text.unwrap_or_default())),
        (text, 4, 0) => Some(RegistryValue::MultiString(text.unwrap_or_default())),
        (text, 4, 1) => Some(RegistryValue::Append(text.unwrap_or_default())),
        (text, 4, 2) => Some(RegistryValue::Prepend(text.unwrap_or_default())),
        _ => return Err(FieldError::RegistryValue),
    };
    let key = f.required(1)?;
    Ok(Kind::Registry(Registry { root: root(f)?, key, name: f.text(2)?, value, component: f.required(6)? }))
}

fn remove_registry(id: Option<&str>, f: &Fields<'_>) -> Result<Kind, FieldError> {
    let (root, key, name, component) = (root(f)?, f.required(1)?, f.text(2)?, f.required(4)?);
    Ok(match f.number(3)?.unwrap_or(0) {
        0 => Kind::row(
            "RemoveRegistry",
            fields![id.ok_or(FieldError::Missing("id"))?, root.number(), key, name, component],
        ),
        _ => Kind::Registry(Registry { root, key, name, value: None, component }),
    })
}

/// Bits of TextStyle.StyleBits by field.
pub(super) const TEXT_STYLE: &[(usize, i32)] = &[(5, 1), (6, 2), (8, 4), (7, 8)];

fn text_style(id: Option<&str>, f: &Fields<'_>) -> Result<Kind, FieldError> {
    let [red, green, blue] = [2, 3, 4].map(|at| f.number(at));
    let parts = [red?, green?, blue?];
    let shade = |part: Option<i32>| part.unwrap_or(0) & 0xff;
    let colour = parts.iter().any(Option::is_some).then(|| {
        let [red, green, blue] = parts.map(shade);
        red | green << 8 | blue << 16
    });
    let bits = f.bits(TEXT_STYLE)?;
    let size = match f.text(1)? {
        Some(size) => size.parse::<i32>().map_or(Field::Text(size), Field::Int),
        None => Field::Null,
    };
    Ok(Kind::row(
        "TextStyle",
        fields![id.ok_or(FieldError::Missing("id"))?, f.text(0)?, size, colour, (bits != 0).then_some(bits)],
    ))
}

/// Bits of Upgrade.Attributes by field.
pub(super) const UPGRADE: &[(usize, i32)] = &[(6, 1), (7, 2), (5, 4), (9, 256), (8, 512), (4, 1024)];

fn upgrade(f: &Fields<'_>) -> Result<Kind, FieldError> {
    Ok(Kind::Upgrade(Upgrade {
        code: f.required(0)?,
        minimum: f.text(1)?,
        maximum: f.text(2)?,
        language: f.text(3)?,
        attributes: f.bits(UPGRADE)?,
        remove: f.text(10)?,
        property: f.required(11)?,
    }))
}

/// The sequences in the order of their numbers in a library.
pub(super) const SEQUENCES: [Sequence; 5] = [
    Sequence::AdminUi,
    Sequence::AdminExecute,
    Sequence::AdvertiseExecute,
    Sequence::InstallUi,
    Sequence::InstallExecute,
];

fn action(f: &Fields<'_>) -> Result<Kind, FieldError> {
    let number = f.number(0)?.and_then(|number| usize::try_from(number).ok());
    let sequence = number
        .and_then(|number| SEQUENCES.get(number))
        .ok_or(FieldError::Unknown { at: 0, what: "sequence" })?;
    let schedule = match (f.number(3)?, f.text(4)?, f.text(5)?) {
        (Some(number), ..) => match i16::try_from(number) {
            Ok(number) => Schedule::Number(number),
            Err(_) => return Err(FieldError::Unknown { at: 3, what: "place in a sequence" }),
        },
        (_, Some(before), _) => Schedule::Before(before),
        (.., Some(after)) => Schedule::After(after),
        _ => Schedule::Standard,
    };
    Ok(Kind::Action(Action {
        sequence: *sequence,
        action: f.required(1)?,
        condition: f.text(2)?,
        schedule,
        overridable: f.flag(6)?,
    }))
}

fn suppressed(f: &Fields<'_>) -> Result<Kind, FieldError> {
    let table = f.required(0)?;
    // the advertise sequence has another name in the language
    let sequence = SEQUENCES.into_iter().find(|sequence| {
        sequence.table() == table
            || (*sequence == Sequence::AdvertiseExecute && table == "AdvertiseExecuteSequence")
    });
    Ok(Kind::Action(Action {
        sequence: sequence.ok_or(FieldError::Sequence(table))?,
        action: f.required(1)?,
        condition: None,
        schedule: Schedule::Suppressed,
        overridable: false,
    }))
}

/// Compression levels in the order of their numbers in a library.
pub(super) const LEVELS: [Compression; 5] =
    [Compression::None, Compression::Low, Compression::Medium, Compression::High, Compression::Mszip];

fn level(f: &Fields<'_>, at: usize) -> Result<Option<Compression>, FieldError> {
    let Some(number) = f.number(at)? else { return Ok(None) };
    let found = usize::try_from(number).ok().and_then(|number| LEVELS.get(number));
    found.map(|level| Some(*level)).ok_or(FieldError::Unknown { at, what: "compression level" })
}

/// A cabinet's name, and whether it is a stream of the package, as `#` before it says.
fn cabinet(name: Option<String>) -> (Option<String>, bool) {
    match name.as_deref().and_then(|name| name.strip_prefix('#')) {
        Some(stream) => (Some(stream.to_owned()), true),
        None => (name, false),
    }
}

fn media(f: &Fields<'_>) -> Result<Kind, FieldError> {
    let (cabinet, embed) = cabinet(f.text(3)?);
    Ok(Kind::Media(Media {
        disk: f.number(0)?.ok_or(FieldError::Missing("number"))?,
        cabinet,
        embed,
        compression: level(f, 6)?,
        prompt: f.text(2)?,
        volume: f.text(4)?,
        source: f.text(5)?,
        layout: f.text(7)?,
    }))
}

fn media_template(f: &Fields<'_>) -> Result<Kind, FieldError> {
    let (name, embed) = cabinet(f.text(0)?);
    let size = |at| Ok::<_, FieldError>(f.number(at)?.and_then(|size| u32::try_from(size).ok()));
    Ok(Kind::MediaTemplate(MediaTemplate {
        cabinet: name.unwrap_or_else(|| "cab{0}.cab".to_owned()),
        embed,
        compression: level(f, 1)?,
        prompt: f.text(2)?,
        volume: f.text(3)?,
        split_mib: size(5)?,
        maximum_uncompressed_mib: size(4)?.unwrap_or(200),
    }))
}

/// The id as linking wants it: what is overridable gives way to another.
pub(super) fn id(name: String, access: Access, kind: &Kind) -> Option<Id> {
    let gives_way = matches!(kind, Kind::Variable { overridable: true, .. });
    let access = if gives_way && access == Access::Global { Access::Virtual } else { access };
    // nothing can refer to what does not run
    let runs = !matches!(kind, Kind::Action(Action { schedule: Schedule::Suppressed, .. }));
    runs.then_some(Id { name, access })
}
