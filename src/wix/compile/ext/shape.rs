//! Elements that are rows: which column has what, in the order of the table's columns. It is data, for most elements of
//! extensions are nothing else, and whoever reads a row back needs the same facts.

use super::demand_action;
use crate::compile::component::Host;
use crate::compile::elements::{HostFile, HostService};
use crate::compile::{Attributes, Compiler, property};
use crate::source::Element;
use crate::symbol::{Field, Id};

/// What an element that is a row has in its columns.
pub(crate) struct Shape {
    /// The table.
    pub table: &'static str,
    /// The columns.
    pub cells: &'static [Cell],
    /// How an id is made up: its prefix, and what tells rows apart. None where rows have no id.
    pub(in crate::compile) id: Option<MakeUp>,
    /// The custom actions that do it, without their processor.
    pub actions: &'static [&'static str],
    /// What is more than cells: checks, cells that depend on others, other rows.
    pub(in crate::compile) also: fn(&mut Compiler, &mut Reading<'_>),
}

/// The prefix of an id that is made up, and the parts that it is a hash of.
pub(in crate::compile) type MakeUp = (&'static str, fn(&Reading<'_>) -> Vec<String>);

/// A word of an attribute, and the number that stands for it.
pub(crate) type Words = &'static [(&'static str, i32)];

/// A word of an attribute, and the text that stands for it.
pub(crate) type TextWords = &'static [(&'static str, &'static str)];

/// An attribute, its bit, and what it says where the bit is set.
pub(crate) type Bits = &'static [(&'static str, i32, bool)];

/// Where a column's value is from.
pub(crate) enum Cell {
    /// The row's id: `Id`, or a made-up one.
    Id,
    /// The component that the element is in, if any.
    Component,
    /// That component's directory.
    Directory,
    /// The id of the extension's own row around it.
    Parent,
    /// The file that the element is in.
    File,
    /// The same, as `[#id]`.
    FilePath,
    /// Nothing, or what [`Shape::also`] says.
    Other,
    /// A number, always.
    Fixed(i32),
    /// An attribute's text.
    Text(&'static str),
    /// An identifier.
    Name(&'static str),
    /// The id of a row of a table, which must be there.
    Ref(&'static str, &'static str),
    /// A whole number: least and greatest.
    Number(&'static str, i32, i32),
    /// Bits: what they are without attributes; then attribute, bit, and what the attribute says where the bit is set.
    Bits(i32, Bits),
    /// The same, and null if none of the attributes is there.
    BitsIfAny(Bits),
    /// 1 for yes, 0 for no.
    YesNo(&'static str),
    /// The same, and null for `default`.
    YesNoDefault(&'static str),
    /// One of several words; the number without the attribute.
    Choice(&'static str, Words, Option<i32>),
    /// One of several words, each of which is another text in the table; the text without the attribute.
    Word(&'static str, TextWords, Option<&'static str>),
    /// The same, in whatever case.
    AnyCase(&'static str, TextWords, Option<&'static str>),
    /// The same in its own case, or a text with a property in it, which stays.
    Formatted(&'static str, TextWords, Option<&'static str>),
    /// What must be there.
    Needed(&'static Cell),
}

/// For shapes that are their cells only.
pub(in crate::compile) fn nothing_more(_: &mut Compiler, _: &mut Reading<'_>) {}

/// What an element stands in.
#[derive(Clone, Copy, Default)]
pub(in crate::compile) struct Around<'a> {
    /// The component.
    pub host: Option<&'a Host>,
    /// The file's id.
    pub file: Option<&'a str>,
    /// The service's name.
    pub service: Option<&'a str>,
    /// The id of the extension's own row around it.
    pub parent: Option<&'a str>,
}

impl<'a> Around<'a> {
    /// A component.
    pub fn component(host: &'a Host) -> Self {
        Around { host: Some(host), ..Around::default() }
    }

    /// A file.
    pub fn file(file: &HostFile<'a>) -> Self {
        Around { host: Some(file.host), file: Some(file.id), ..Around::default() }
    }

    /// A service.
    pub fn service(service: &HostService<'a>) -> Self {
        Around { host: Some(service.host), service: Some(service.name), ..Around::default() }
    }
}

/// An element being read by its shape.
pub(in crate::compile) struct Reading<'e> {
    /// The element.
    pub element: &'e Element,
    /// Its attributes.
    pub a: Attributes<'e>,
    /// What it stands in.
    pub around: Around<'e>,
    /// The id that it says.
    pub id: Option<Id>,
    /// The cells, in the order of the columns.
    pub cells: Vec<Field>,
    shape: &'static Shape,
}

impl Shape {
    /// The row of `element`, which has no children.
    pub(in crate::compile) fn row(&'static self, c: &mut Compiler, element: &Element, around: Around<'_>) {
        let reading = self.read(c, element, around);
        c.no_children(element);
        reading.add(c);
    }

    /// Reads `element`, whose children the caller compiles before it adds the row.
    pub(in crate::compile) fn read<'e, 'r: 'e>(
        &'static self,
        c: &mut Compiler<'r>,
        element: &'e Element,
        around: Around<'e>,
    ) -> Reading<'e> {
        let a = c.attributes(element);
        let id = if self.id.is_some() { a.id("Id") } else { None };
        let cells = self.cells.iter().map(|cell| cell.read(c, &a, around)).collect();
        let mut reading = Reading { element, a, around, id, cells, shape: self };
        (self.also)(c, &mut reading);
        let made_up = || {
            self.id.map(|(prefix, parts)| {
                let parts = parts(&reading);
                let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
                Id::section(crate::ids::identifier(prefix, &parts))
            })
        };
        let id = reading.id.clone().or_else(made_up);
        for (cell, field) in self.cells.iter().zip(&mut reading.cells) {
            if matches!(cell, Cell::Id) {
                *field = id.as_ref().into();
            }
        }
        reading.id = id;
        reading
    }
}

impl Reading<'_> {
    /// The id of the row.
    pub fn id(&self) -> &str {
        self.id.as_ref().map_or("", |id| &id.name)
    }

    /// The component's id; empty for none.
    pub fn component(&self) -> &str {
        self.around.host.map_or("", |host| &host.id)
    }

    /// The id of the extension's own row around it; empty for none.
    pub fn parent(&self) -> &str {
        self.around.parent.unwrap_or_default()
    }

    /// A cell as text; empty for null.
    pub fn text(&self, column: usize) -> String {
        match &self.cells[column] {
            Field::Text(text) => text.clone(),
            Field::Int(number) => number.to_string(),
            _ => String::new(),
        }
    }

    /// Whether the cell has something.
    pub fn has(&self, column: usize) -> bool {
        self.cells[column] != Field::Null
    }

    /// Whether the cell is a number with this bit.
    pub fn has_bit(&self, column: usize, bit: i32) -> bool {
        matches!(self.cells[column], Field::Int(number) if number & bit != 0)
    }

    /// Sets bits of a cell.
    pub fn set_bits(&mut self, column: usize, bits: i32) {
        if let Field::Int(number) = &mut self.cells[column] {
            *number |= bits;
        }
    }

    /// Adds the row, and demands its custom actions.
    pub fn add(self, c: &mut Compiler) {
        for action in self.shape.actions {
            demand_action(c, action, &self.element.at);
        }
        c.row(self.shape.table, self.id, &self.element.at, self.cells);
    }
}

impl Cell {
    /// The attribute that says it, for messages.
    fn attribute(&self) -> Option<&'static str> {
        match self {
            Cell::Text(name)
            | Cell::Name(name)
            | Cell::Ref(name, _)
            | Cell::Number(name, ..)
            | Cell::Choice(name, ..)
            | Cell::Word(name, ..)
            | Cell::AnyCase(name, ..)
            | Cell::Formatted(name, ..) => Some(name),
            _ => None,
        }
    }

    fn read(&self, c: &mut Compiler, a: &Attributes<'_>, around: Around<'_>) -> Field {
        match self {
            Cell::Id | Cell::Other => Field::Null,
            Cell::Component => around.host.map(|host| &host.id).into(),
            Cell::Directory => around.host.map(|host| &host.directory).into(),
            Cell::Parent => around.parent.into(),
            Cell::File => around.file.into(),
            Cell::FilePath => around.file.map(|file| format!("[#{file}]")).into(),
            Cell::Fixed(number) => (*number).into(),
            Cell::Text(name) => a.text(name).into(),
            Cell::Name(name) => a.reference(name).into(),
            Cell::Ref(name, table) => {
                let key = a.reference(name);
                if let Some(key) = &key {
                    c.refer(*table, key, a.at(name));
                }
                key.into()
            }
            Cell::Number(name, least, most) => a.integer(name, *least..=*most).into(),
            Cell::Bits(start, bits) => Field::Int(read_bits(a, *start, bits)),
            Cell::Choice(name, words, default) => a.choice(name, words).or(*default).into(),
            Cell::BitsIfAny(bits) => {
                let any = bits.iter().any(|(name, ..)| a.has(name));
                any.then(|| read_bits(a, 0, bits)).into()
            }
            Cell::YesNo(name) => a.yes_no(name).map(i32::from).into(),
            Cell::YesNoDefault(name) => a.yes_no_default(name).map(i32::from).into(),
            Cell::Word(name, words, default) => a.choice(name, words).or(*default).into(),
            Cell::AnyCase(name, words, default) => {
                let said = a.value(name).unwrap_or_default();
                let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(said));
                if known.is_some() {
                    let _ = a.text(name);
                }
                known.map(|(_, text)| *text).or_else(|| a.choice(name, words)).or(*default).into()
            }
            Cell::Formatted(name, words, default) => {
                word_or_property(a, name, words).or(default.map(str::to_owned)).into()
            }
            Cell::Needed(cell) => {
                let field = cell.read(c, a, around);
                if let (Field::Null, Some(name)) = (&field, cell.attribute()) {
                    a.required::<()>(name, None);
                }
                field
            }
        }
    }
}

/// The text that a word of the attribute stands for, or what has a property in it.
pub(in crate::compile) fn word_or_property(
    a: &Attributes<'_>,
    name: &str,
    words: &[(&str, &'static str)],
) -> Option<String> {
    if a.value(name).is_some_and(|text| property::first_property(text).is_some()) {
        return a.text(name);
    }
    a.choice(name, words).map(str::to_owned)
}

/// Bits that attributes set or clear.
pub(in crate::compile) fn read_bits(
    a: &Attributes<'_>,
    start: i32,
    bits: &[(&'static str, i32, bool)],
) -> i32 {
    let mut number = start;
    for (name, bit, when) in bits {
        match a.yes_no(name) {
            Some(said) if said == *when => number |= bit,
            Some(_) => number &= !bit,
            None => {}
        }
    }
    number
}
