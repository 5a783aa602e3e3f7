//! The texts in a library.

use super::document::{self, NOT_SET, Place};
use crate::diag::Location;
use crate::localization::Change;
use std::sync::Arc;

/// How a library came into a build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was named itself.
    Named,
    /// It is part of an extension, whose texts count for the cultures that are asked for, or of a default one.
    Extension,
}

/// The texts of one culture.
#[derive(Clone, Debug)]
pub(crate) struct Culture {
    /// The culture; empty for none.
    pub culture: String,
    /// Whether it counts where no culture is asked for.
    pub by_default: bool,
    pub codepage: Option<String>,
    pub summary_codepage: Option<String>,
    /// Name, value, whether another definition may win, and where it is.
    pub texts: Vec<(String, String, bool, Location)>,
    /// What changes, by dialog and control.
    pub changes: Vec<((String, String), Change)>,
}

impl Culture {
    pub(super) fn of(texts: document::Localization, origin: Origin, library: &Arc<str>) -> Culture {
        let place = |line: &Option<document::Line>| match line {
            Some(line) => {
                Location { file: line.file.as_str().into(), line: line.line.unwrap_or(0), column: 0 }
            }
            None => Location { file: library.clone(), line: 0, column: 0 },
        };
        let variables = texts.variables.into_iter();
        let number = |number: Option<i32>| number.map(|number| number.to_string());
        let controls = texts.controls.into_iter().filter_map(|(_, control)| {
            let control: document::Control = serde_json::from_value(control).ok()?;
            let set = |number: i32| (number != NOT_SET).then_some(number);
            let bit = |set: bool, bit: i32| if set { bit } else { 0 };
            let attributes = bit(control.right_to_left, 32)
                | bit(control.right_aligned, 64)
                | bit(control.left_scroll, 128);
            let change = Change {
                x: set(control.x),
                y: set(control.y),
                width: set(control.width),
                height: set(control.height),
                attributes,
                text: control.text,
            };
            Some(((control.dialog.unwrap_or_default(), control.control.unwrap_or_default()), change))
        });
        Culture {
            by_default: origin == Origin::Named || texts.location == Place::ExtensionDefaultCulture,
            culture: texts.culture,
            codepage: number(texts.codepage),
            summary_codepage: number(texts.summary_codepage),
            texts: variables.map(|text| (text.name, text.value, text.overridable, place(&text.ln))).collect(),
            changes: controls.collect(),
        }
    }
}
