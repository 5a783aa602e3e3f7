//! Texts with references to properties, files and components.

use super::session::{ComponentAction, Session};
use installer_condition::{Lookup, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// The longest text that references are replaced in: that of Windows' paths and command lines.
const LONGEST: usize = 32_767;

impl Session<'_> {
    /// A formatted text with everything replaced that is known; unknown properties stay in their brackets
    /// (<https://learn.microsoft.com/windows/win32/msi/formatted>). A text that would grow longer than Windows' paths and
    /// command lines stays as it is.
    pub fn formatted<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match text.contains('[') {
            true => Cow::Owned(self.replaced(text, false)),
            false => Cow::Borrowed(text),
        }
    }

    /// Data of a registry value, in which a component counts by what was asked for it, not by what costing made of that.
    pub fn formatted_data(&self, text: &Arc<str>) -> Arc<str> {
        if text.contains('[') { self.replaced(text, true).into() } else { text.clone() }
    }

    fn replaced(&self, text: &str, as_asked: bool) -> String {
        let mut length = 0;
        let mut open: Vec<String> = vec![String::new()];
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '[' if characters.peek() == Some(&'\\') => {
                    characters.next();
                    open.last_mut().expect("never empty").extend(characters.next());
                    if characters.peek() == Some(&']') {
                        characters.next();
                    }
                }
                '[' => open.push(String::new()),
                ']' if open.len() > 1 => {
                    let name = open.pop().expect("more than one");
                    let value = self.reference(&name, as_asked);
                    length += value.len();
                    if length > LONGEST {
                        return text.to_owned();
                    }
                    open.last_mut().expect("one is left").push_str(&value);
                }
                other => open.last_mut().expect("never empty").push(other),
            }
        }
        open.join("[")
    }

    fn is_blank(&self, index: usize, as_asked: bool) -> bool {
        let action = self.actions[index];
        self.costed && (action == ComponentAction::Null || (action == ComponentAction::Vetoed && !as_asked))
    }

    fn reference(&self, name: &str, as_asked: bool) -> String {
        let unknown = || format!("[{name}]");
        match name.chars().next() {
            Some('#' | '!') => match self.file(&name[1..]) {
                Some((component, position)) => {
                    self.file_path(&self.package.components[component], position).as_str().to_owned()
                }
                None => unknown(),
            },
            Some('$') => match self.components.get(&name[1..]) {
                Some(index) if self.is_blank(*index, as_asked) => String::new(),
                Some(index) => format!("{}\\", self.folder(&self.package.components[*index])),
                None => unknown(),
            },
            Some('%' | '~') | None => unknown(),
            Some(_) => match self.property(name) {
                // folders have their properties from CostFinalize on
                Value::Known(text) if text.is_empty() && self.costed => {
                    match self.package.directories.get(name) {
                        Some(_) => self.directory(name).map(|path| format!("{path}\\")).unwrap_or_default(),
                        None => text,
                    }
                }
                Value::Known(text) => text,
                Value::Found | Value::Unknown => unknown(),
            },
        }
    }
}
