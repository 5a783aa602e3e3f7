//! Texts with references to properties, files and components.

use super::session::{ComponentAction, Session};
use installer_condition::Value;
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
        let mut made = String::with_capacity(2 * text.len());
        // where in it the brackets stand that are open
        let mut open: Vec<usize> = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'[' | b']')) {
            made.push_str(&rest[..at]);
            let is_opening = rest.as_bytes()[at] == b'[';
            rest = &rest[at + 1..];
            if is_opening && let Some(escaped) = rest.strip_prefix('\\') {
                let mut characters = escaped.chars();
                made.extend(characters.next());
                rest = characters.as_str();
                rest = rest.strip_prefix(']').unwrap_or(rest);
            } else if is_opening {
                open.push(made.len());
                made.push('[');
            } else if let Some(bracket) = open.pop() {
                let value = self.reference(&made[bracket + 1..], as_asked);
                length += value.len();
                if length > LONGEST {
                    return text.to_owned();
                }
                made.truncate(bracket);
                made.push_str(&value);
            } else {
                made.push(']');
            }
        }
        made.push_str(rest);
        made
    }

    fn is_blank(&self, index: usize, as_asked: bool) -> bool {
        let action = self.actions[index];
        self.costed && (action == ComponentAction::Null || (action == ComponentAction::Vetoed && !as_asked))
    }

    fn reference(&self, name: &str, as_asked: bool) -> Cow<'_, str> {
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
            Some(_) => match self.properties.get(name).unwrap_or(Value::Known("")) {
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
