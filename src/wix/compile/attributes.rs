//! Reading an element's attributes: each is taken once, as the type it should have, and what is left over at the
//! end was not expected. Problems go to the report with WiX's numbers.

use super::{language, names};
use crate::diag::{Diagnostic, Location};
use crate::report::Report;
use crate::source::{Attribute, Element};
use crate::symbol::{Access, Field, Id};
use std::cell::RefCell;
use std::ops::RangeInclusive;

/// What a GUID attribute may say besides a GUID.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GuidForms {
    /// `*`: make one up.
    pub star: bool,
    /// Empty: none.
    pub empty: bool,
}

/// Namespaces whose attributes an element may have besides its own.
pub(super) trait Foreign {
    /// Whether they are known.
    fn is_known(&self, namespace: &str) -> bool;
    /// What to do about one that is not.
    fn advice(&self, namespace: &str) -> String;
}

/// The attributes of an element, being read. When dropped, reports those that nobody took (WIX0004), so that an
/// element's function cannot forget to.
pub struct Attributes<'e> {
    element: &'e Element,
    report: &'e Report,
    foreign: Option<&'e dyn Foreign>,
    taken: RefCell<Vec<bool>>,
}

impl<'e> Attributes<'e> {
    /// The attributes of `element`.
    pub fn new(element: &'e Element, report: &'e Report) -> Self {
        // Declarations of namespaces and what the W3C defines (`xml:space`, ...) mean nothing to any element.
        let taken = element
            .attributes
            .iter()
            .map(|a| {
                (a.namespace.is_empty() && a.name == "xmlns") || a.namespace.starts_with("http://www.w3.org/")
            })
            .collect();
        Attributes { element, report, foreign: None, taken: RefCell::new(taken) }
    }

    /// With attributes of these namespaces, too.
    pub(super) fn with_foreign(mut self, foreign: &'e dyn Foreign) -> Self {
        self.foreign = Some(foreign);
        self
    }

    /// Whether the attribute `name` of a namespace that is known says `yes`.
    pub(super) fn foreign_flag(&self, namespace: &str, name: &str) -> bool {
        let is_it = |a: &Attribute| a.namespace == namespace && a.name == name;
        let Some(index) = self.element.attributes.iter().position(is_it) else { return false };
        if !self.foreign.is_some_and(|foreign| foreign.is_known(namespace)) {
            return false;
        }
        self.taken.borrow_mut()[index] = true;
        self.said_yes(&self.element.attributes[index]).unwrap_or(false)
    }

    /// Where the element stands.
    pub(super) fn at_element(&self) -> &'e Location {
        &self.element.at
    }

    /// Leaves the attributes unread that nobody took so far: the element is wrong already, and what they say does not count.
    pub fn leave_rest(&self) {
        self.taken.borrow_mut().fill(true);
    }

    /// Where the attribute `name` stands; where the element does, if it has none.
    pub fn at(&self, name: &str) -> &'e Location {
        self.find(name).map_or(&self.element.at, |attribute| &attribute.at)
    }

    /// Whether the attribute is there, whatever it says.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// What the attribute says, unread.
    pub(super) fn value(&self, name: &str) -> Option<&'e str> {
        self.find(name).map(|attribute| attribute.value.as_str())
    }

    /// Whether the attribute is there and says `value`.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.find(name).is_some_and(|attribute| attribute.value == value)
    }

    fn find(&self, name: &str) -> Option<&'e Attribute> {
        self.element.attributes.iter().find(|a| a.namespace.is_empty() && a.name == name)
    }

    fn take(&self, name: &str) -> Option<&'e Attribute> {
        let index = self.element.attributes.iter().position(|a| a.namespace.is_empty() && a.name == name)?;
        self.taken.borrow_mut()[index] = true;
        Some(&self.element.attributes[index])
    }

    /// Reports a problem with the value of `name`.
    pub fn illegal(&self, number: u16, name: &str, problem: impl std::fmt::Display) {
        self.report.error(number, self.at(name), format!("{} {problem}", self.title(name)));
    }

    fn title(&self, name: &str) -> String {
        format!("`{}/@{name}`", self.element.name)
    }

    /// WIX0010 if the attribute is not there; `value` either way. A value that was there but wrong has been
    /// reported already.
    pub fn required<T>(&self, name: &str, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.has(name) {
            let message = format!("{} is missing; every `{}` needs it", self.title(name), self.element.name);
            self.report.error(10, &self.element.at, message);
        }
        value
    }

    /// WIX0035 if both are there.
    pub fn exclusive(&self, name: &str, other: &str) {
        if self.has(name) && self.has(other) {
            self.illegal(
                35,
                name,
                format_args!("cannot be used together with `@{other}`; remove one of them"),
            );
        }
    }

    /// WIX0037 if `name` is there without `other`.
    pub fn only_with(&self, name: &str, other: &str) {
        if self.has(name) && !self.has(other) {
            self.illegal(37, name, format_args!("needs `@{other}`; add it, or remove `@{name}`"));
        }
    }

    /// The text; not empty (WIX0006).
    pub fn text(&self, name: &str) -> Option<String> {
        let attribute = self.take(name)?;
        if attribute.value.is_empty() {
            self.illegal(6, name, "is empty; give it a value, or remove it");
            return None;
        }
        Some(attribute.value.clone())
    }

    /// The text, which may be empty.
    pub fn text_or_empty(&self, name: &str) -> Option<String> {
        Some(self.take(name)?.value.clone())
    }

    /// The text, which must have something other than white space (WIX0006).
    pub fn visible_text(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        if text.trim().is_empty() {
            self.illegal(6, name, "is blank; give it a value, or remove it");
            return None;
        }
        Some(text)
    }

    /// `yes` or `no` (WIX0015).
    pub fn yes_no(&self, name: &str) -> Option<bool> {
        let _ = self.text(name)?;
        self.said_yes(self.find(name)?)
    }

    fn said_yes(&self, attribute: &Attribute) -> Option<bool> {
        match attribute.value.as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            other => {
                let name = &attribute.name;
                let message = format!("{} is `{other}`; expected `yes` or `no`", self.title(name));
                self.report.error(15, &attribute.at, message);
                None
            }
        }
    }

    /// Whether the attribute says `yes`.
    pub fn flag(&self, name: &str) -> bool {
        self.yes_no(name).unwrap_or(false)
    }

    /// `yes`, `no` or `default` (WIX0065); nothing for `default`.
    pub fn yes_no_default(&self, name: &str) -> Option<bool> {
        match self.text(name)?.as_str() {
            "yes" | "true" => Some(true),
            "no" | "false" => Some(false),
            "default" => None,
            other => {
                self.illegal(65, name, format_args!("is `{other}`; expected `yes`, `no` or `default`"));
                None
            }
        }
    }

    /// A whole number (WIX0008) in `range` (WIX0123).
    pub fn integer(&self, name: &str, range: RangeInclusive<i32>) -> Option<i32> {
        let text = self.text(name)?;
        let Ok(number) = text.trim().parse::<i32>() else {
            self.illegal(8, name, format_args!("is `{text}`; expected a whole number"));
            return None;
        };
        if !range.contains(&number) {
            let (least, most) = range.into_inner();
            self.illegal(123, name, format_args!("is {number}; expected {least} to {most}"));
            return None;
        }
        Some(number)
    }

    /// A date and time, as Windows Installer has them in a number (WIX0088).
    pub fn date(&self, name: &str) -> Option<i32> {
        let text = self.text(name)?;
        let number = date_number(text.trim());
        if number.is_none() {
            let expected = "expected a date such as `2026-01-31` or `2026-01-31T12:30:00`, from 1980 on";
            self.illegal(88, name, format_args!("is `{text}`; {expected}"));
        }
        number
    }

    /// A code page: a number or a name, given back as it stands, or a variable (WIX0276; WIX0349 for what is no ANSI
    /// one where only those are legal).
    pub fn codepage(&self, name: &str, only_ansi: bool) -> Option<String> {
        let text = self.text(name)?;
        if names::is_variable(&text) {
            return Some(text);
        }
        match crate::culture::codepage(&text) {
            None => {
                self.illegal(
                    276,
                    name,
                    format_args!("is `{text}`; expected a number such as 1252, or a name such as utf-8"),
                );
                None
            }
            Some(number) if only_ansi && !crate::culture::is_ansi(number) => {
                self.illegal(
                    349,
                    name,
                    format_args!(
                        "is {number}, which summary information cannot have; use an ANSI one such as 1252"
                    ),
                );
                None
            }
            Some(_) => Some(text),
        }
    }

    /// A whole number, or a `!(loc.…)` or `!(bind.…)` variable that will be one.
    pub fn localizable_integer(&self, name: &str, range: RangeInclusive<i32>) -> Option<Field> {
        let text = &self.find(name)?.value;
        if names::is_variable(text) {
            return self.text(name).map(Field::Text);
        }
        self.integer(name, range).map(Field::Int)
    }

    /// One of `choices` (WIX0021).
    pub fn choice<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let found = choices.iter().find(|(choice, _)| *choice == text).map(|(_, value)| *value);
        if found.is_none() {
            let list: Vec<String> = choices.iter().map(|(choice, _)| format!("`{choice}`")).collect();
            self.illegal(21, name, format_args!("is `{text}`; expected {}", list.join(", ")));
        }
        found
    }

    /// The id that the element declares (WIX0014), with an access modifier before it if there is one.
    pub fn id(&self, name: &str) -> Option<Id> {
        let value = &self.take(name)?.value;
        let (access, identifier) = match value.split_once(' ') {
            None => (Access::Global, value.as_str()),
            Some((modifier, rest)) => match access(modifier) {
                Some(access) => (access, rest.trim()),
                None => (Access::Global, value.as_str()),
            },
        };
        self.identifier(name, identifier).map(|name| Id { name, access })
    }

    /// The id of something declared elsewhere (WIX0014).
    pub fn reference(&self, name: &str) -> Option<String> {
        let value = self.text(name)?;
        self.identifier(name, &value)
    }

    fn identifier(&self, name: &str, value: &str) -> Option<String> {
        if names::is_identifier(value) {
            if value.len() > 72 {
                let message = format!("{} is longer than 72 characters: `{value}`", self.title(name));
                self.report.push(
                    Diagnostic::warning("WIX1026", message)
                        .at(self.at(name))
                        .help("shorten it: key columns of the database are 72 characters wide"),
                );
            }
            return Some(value.to_owned());
        }
        self.illegal(
            14,
            name,
            format_args!(
                "is `{value}`, which is not an identifier; expected a letter or `_`, then letters, digits, `_` or `.`"
            ),
        );
        None
    }

    /// A GUID, given back upper-case in braces, or a `!(loc.…)`, `!(wix.…)` variable; `*` or the empty string
    /// where `forms` lets them (WIX0009; WIX0040 for a placeholder).
    pub fn guid(&self, name: &str, forms: GuidForms) -> Option<String> {
        let text = if forms.empty { self.text_or_empty(name)? } else { self.text(name)? };
        if text.is_empty() || (forms.star && text == "*") || names::is_variable(&text) {
            return Some(text);
        }
        if let Some(guid) = names::guid(&text) {
            return Some(guid.to_string());
        }
        if text.trim_start_matches('{').to_ascii_uppercase().starts_with("PUT-GUID-") {
            self.illegal(40, name, format_args!("is the placeholder `{text}`; replace it with a new GUID"));
        } else {
            self.illegal(9, name, format_args!("is `{text}`, which is not a GUID"));
        }
        None
    }

    /// A version: one to four numbers with dots between, after a `v` if there is one (WIX0108); or a variable.
    pub fn version(&self, name: &str) -> Option<String> {
        let text = self.text(name)?;
        if names::is_version(&text) || names::is_variable(&text) {
            return Some(text);
        }
        self.illegal(108, name, format_args!("is `{text}`; expected one to four numbers with dots between"));
        None
    }

    /// A file's or directory's long name (WIX0027).
    pub fn long_name(&self, name: &str) -> Option<String> {
        self.checked_name(name, 27, names::is_long_name, r#"a name without \ / ? * | > < : ""#)
    }

    /// A long name in which `*` and `?` stand for other characters (WIX0027).
    pub fn wildcard_name(&self, name: &str) -> Option<String> {
        self.checked_name(name, 27, names::is_wildcard_name, r#"a name without \ / | > < : ""#)
    }

    /// A relative path (WIX0346), given back with `\` between its parts and none around them.
    pub fn relative_path(&self, name: &str) -> Option<String> {
        let path =
            self.checked_name(name, 346, names::is_relative_path, r#"a path without ? * | > < : ""#)?;
        Some(path.replace('/', "\\").trim_matches('\\').to_owned())
    }

    /// A short name, up to eight characters and three more after a dot (WIX0026).
    pub fn short_name(&self, name: &str) -> Option<String> {
        self.checked_name(name, 26, names::is_short_name, "up to 8 characters, and up to 3 more after a dot")
    }

    fn checked_name(
        &self,
        name: &str,
        number: u16,
        legal: fn(&str) -> bool,
        expected: &str,
    ) -> Option<String> {
        let text = self.text(name)?;
        if legal(&text) || names::is_variable(&text) {
            if names::is_ambiguous(&text) {
                let message =
                    format!("{} is `{text}`, which may be the short name of another file", self.title(name));
                self.report.push(
                    Diagnostic::warning("WIX1044", message)
                        .at(self.at(name))
                        .help("use a name without `~` and a number in it"),
                );
            }
            return Some(text);
        }
        self.illegal(number, name, format_args!("is `{text}`; expected {expected}"));
        None
    }
}

impl Drop for Attributes<'_> {
    fn drop(&mut self) {
        for (attribute, taken) in self.element.attributes.iter().zip(self.taken.get_mut()) {
            if *taken {
                continue;
            }
            let (element, name) = (&self.element.name, &attribute.name);
            let namespace = attribute.namespace.as_str();
            let is_known = self.foreign.is_some_and(|foreign| foreign.is_known(namespace));
            self.report.push(if namespace.is_empty() || is_known {
                let message = format!("`{element}` has no attribute `{name}` here");
                let help = language::no_attribute(name, (&self.element.namespace, element));
                Diagnostic::error("WIX0004", message).at(&attribute.at).help(help)
            } else {
                let message = format!("attribute `{name}` of `{element}` is from `{namespace}`");
                let help =
                    self.foreign.map_or_else(|| "remove it".to_owned(), |foreign| foreign.advice(namespace));
                Diagnostic::error("WIX0200", message).at(&attribute.at).help(help)
            });
        }
    }
}

/// A date in the format of MS-DOS: the date in the upper half, the time in the lower one
/// (<https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-filetimetodosdatetime>).
fn date_number(text: &str) -> Option<i32> {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "0:0:0"));
    let numbers = |text: &str, separator: char| -> Option<Vec<i32>> {
        text.split(separator).map(|part| part.parse().ok()).collect()
    };
    let [year, month, day] = match (numbers(date, '-'), numbers(date, '/')) {
        (Some(date), _) if date.len() == 3 => [date[0], date[1], date[2]],
        (_, Some(date)) if date.len() == 3 => [date[2], date[0], date[1]],
        _ => return None,
    };
    let time = time.trim_end_matches('Z').split('.').next().unwrap_or_default();
    let time = numbers(time, ':')?;
    let part = |index: usize| time.get(index).copied().unwrap_or(0);
    let (hour, minute, second) = (part(0), part(1), part(2));
    let legal = (1980..=2107).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days(year, month)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second)
        && (2..=3).contains(&time.len());
    let date = (year - 1980) * 512 + month * 32 + day;
    legal.then(|| date.wrapping_mul(65536).wrapping_add(hour * 2048 + minute * 32 + second / 2))
}

/// The days of a month.
fn days(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn access(modifier: &str) -> Option<Access> {
    Some(match modifier {
        "global" | "public" | "package" => Access::Global,
        "internal" | "library" => Access::Library,
        "file" | "protected" => Access::File,
        "private" | "fragment" | "section" => Access::Section,
        "virtual" => Access::Virtual,
        "override" => Access::Override,
        _ => return None,
    })
}
