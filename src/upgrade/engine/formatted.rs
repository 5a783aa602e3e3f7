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
        // what stands before the brackets that are open, and in each of them
        let mut open: Vec<String> = Vec::new();
        let mut last = String::with_capacity(2 * text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['[', ']']) {
            last.push_str(&rest[..at]);
            let is_opening = rest.as_bytes()[at] == b'[';
            rest = &rest[at + 1..];
            if is_opening && let Some(escaped) = rest.strip_prefix('\\') {
                let mut characters = escaped.chars();
                last.extend(characters.next());
                rest = characters.as_str();
                rest = rest.strip_prefix(']').unwrap_or(rest);
            } else if is_opening {
                open.push(std::mem::take(&mut last));
            } else if let Some(mut before) = open.pop() {
                let value = self.reference(&last, as_asked);
                length += value.len();
                if length > LONGEST {
                    return text.to_owned();
                }
                before.push_str(&value);
                last = before;
            } else {
                last.push(']');
            }
        }
        last.push_str(rest);
        open.push(last);
        open.join("[")
    }

    fn is_blank(&self, index: usize, as_asked: bool) -> bool {
        let action = self.actions[index];
        self.costed && (action == ComponentAction::Null || (action == ComponentAction::Vetoed && !as_asked))
    }

    fn reference<'t>(&'t self, name: &'t str, as_asked: bool) -> Cow<'t, str> {
        let unknown = || Cow::Owned(format!("[{name}]"));
        match name.chars().next() {
            Some('#' | '!') => match self.file(&name[1..]) {
                Some((component, position)) => {
                    let path = self.file_path(&self.package.components[component], position);
                    Cow::Owned(path.as_str().to_owned())
                }
                None => unknown(),
            },
            Some('$') => match self.component(&name[1..]) {
                Some(index) if self.is_blank(index, as_asked) => Cow::Borrowed(""),
                Some(index) => Cow::Owned(format!("{}\\", self.folder(&self.package.components[index]))),
                None => unknown(),
            },
            Some('%' | '~') | None => unknown(),
            Some(_) => match self.property(name) {
                // folders have their properties from CostFinalize on
                Value::Known(text) if text.is_empty() && self.costed => {
                    match self.package.directories.get(name) {
                        Some(_) => {
                            self.directory(name).map(|path| format!("{path}\\")).unwrap_or_default().into()
                        }
                        None => Cow::Borrowed(text),
                    }
                }
                Value::Known(text) => Cow::Borrowed(text),
                Value::Found | Value::Unknown => unknown(),
            },
        }
    }
}
