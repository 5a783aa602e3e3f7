//! The cells of a row as attributes: the shapes of elements, read backwards.

use crate::compile::ext::Extension;
use crate::compile::ext::shape::{Bits, Cell, Shape, TextWords, Words};
use crate::decompile::rows::Row;
use crate::decompile::tree::{Build, element};
use crate::msi;
use crate::source::Element;

/// An element of `extension` without attributes.
pub(super) fn of(extension: &Extension, name: &str) -> Element {
    Element { namespace: extension.namespace.to_owned(), ..element(name) }
}

/// What a row is in, by the kind of row and its key.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Home<'d> {
    /// The component.
    pub component: Option<&'d str>,
    /// The file.
    pub file: Option<&'d str>,
}

/// What `row`, of `shape`, is in.
pub(super) fn home<'d>(shape: &Shape, row: Row<'d>) -> Home<'d> {
    let mut home = Home::default();
    for (cell, value) in shape.cells.iter().zip(row.cells()) {
        let text = value.as_str().filter(|text| !text.is_empty());
        match cell {
            Cell::Component => home.component = text,
            Cell::File => home.file = text,
            Cell::FilePath => home.file = text.and_then(|text| text.strip_prefix("[#")?.strip_suffix(']')),
            _ => {}
        }
    }
    home
}

/// The key of `row`, where it is an id.
pub(super) fn id<'d>(shape: &Shape, row: Row<'d>) -> Option<&'d str> {
    let at = shape.cells.iter().position(|cell| matches!(cell, Cell::Id))?;
    row.cells().get(at)?.as_str()
}

/// Whether `row` can be one of `shape`: the columns are as many, and what is always the same is that.
pub(super) fn is_of(shape: &Shape, row: Row<'_>) -> bool {
    let is_same = |(cell, value): (&Cell, &msi::Cell)| match cell {
        Cell::Fixed(number) => value.as_int() == Some(*number),
        _ => true,
    };
    shape.cells.len() == row.cells().len() && shape.cells.iter().zip(row.cells()).all(is_same)
}

/// `element` with what `row`, of `shape`, has in its cells.
pub(super) fn told(shape: &Shape, element: Element, row: Row<'_>) -> Element {
    shape
        .cells
        .iter()
        .zip(row.cells())
        .fold(element, |element, (cell, value)| attribute(element, cell, value))
}

fn attribute(element: Element, cell: &Cell, value: &msi::Cell) -> Element {
    let text = value.as_str().filter(|text| !text.is_empty());
    match cell {
        Cell::Needed(cell) => attribute(element, cell, value),
        Cell::Id => element.with("Id", text),
        Cell::Text(name) | Cell::Name(name) | Cell::Ref(name, _) => element.with(name, text),
        Cell::Number(name, ..) => element.with(name, value.as_int()),
        Cell::Bits(start, all) => bits(element, value.as_int().unwrap_or(0), *start, all),
        Cell::BitsIfAny(all) => any_bits(element, value.as_int(), all),
        Cell::YesNo(name) | Cell::YesNoDefault(name) => element.with(name, value.as_int().map(yes_or_no)),
        Cell::Choice(name, words, default) => {
            let number = value.as_int();
            element.with(name, number.filter(|_| number != *default).and_then(|number| word(words, number)))
        }
        Cell::Word(name, words, default)
        | Cell::AnyCase(name, words, default)
        | Cell::Formatted(name, words, default) => {
            element.with(name, text.filter(|text| Some(*text) != *default).map(|text| text_word(words, text)))
        }
        Cell::Component
        | Cell::Directory
        | Cell::Parent
        | Cell::File
        | Cell::FilePath
        | Cell::Other
        | Cell::Fixed(_) => element,
    }
}

fn yes_or_no(number: i32) -> &'static str {
    if number == 0 { "no" } else { "yes" }
}

/// The word for `number`.
pub(super) fn word(words: Words, number: i32) -> Option<&'static str> {
    words.iter().find(|(_, known)| *known == number).map(|(word, _)| *word)
}

/// The word for `text`; the text itself where there is none.
pub(super) fn text_word(words: TextWords, text: &str) -> &str {
    words.iter().find(|(_, known)| *known == text).map_or(text, |(word, _)| *word)
}

/// Attributes for the bits of `number` that are not as in `start`.
pub(super) fn bits(element: Element, number: i32, start: i32, all: Bits) -> Element {
    let changed = all.iter().filter(|(_, bit, _)| (number ^ start) & bit != 0);
    changed.fold(element, |element, (name, bit, when)| {
        element.with(name, if (number & bit != 0) == *when { "yes" } else { "no" })
    })
}

/// The same where no attribute means null.
fn any_bits(element: Element, number: Option<i32>, all: Bits) -> Element {
    let (Some(number), Some((first, ..))) = (number, all.first()) else { return element };
    if all.iter().all(|(_, bit, _)| number & bit == 0) {
        return element.with(first, "no");
    }
    bits(element, number, 0, all)
}

/// `element` with another value of `name`, or without it.
pub(super) fn set(mut element: Element, name: &str, value: Option<String>) -> Element {
    element.attributes.retain(|attribute| attribute.name != name);
    element.with(name, value)
}
