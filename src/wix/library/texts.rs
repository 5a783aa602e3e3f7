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
    /// Whether it counts so in an extension, too.
    pub is_extension_default: bool,
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
            is_extension_default: texts.location == Place::ExtensionDefaultCulture,
            by_default: origin == Origin::Named || texts.location == Place::ExtensionDefaultCulture,
            culture: texts.culture,
            codepage: number(texts.codepage),
            summary_codepage: number(texts.summary_codepage),
            texts: variables.map(|text| (text.name, text.value, text.overridable, place(&text.ln))).collect(),
            changes: controls.collect(),
        }
    }

    /// The form in a library.
    pub(super) fn written(&self) -> document::Localization {
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        let variables = self.texts.iter().map(|(name, value, overridable, _)| document::Variable {
            name: name.clone(),
            value: value.clone(),
            overridable: *overridable,
            ln: None,
        });
        let controls = self.changes.iter().filter_map(|((dialog, control), change)| {
            let has = |bit: i32| change.attributes & bit != 0;
            let written = document::Control {
                dialog: Some(dialog.clone()),
                control: Some(control.clone()).filter(|control| !control.is_empty()),
                x: change.x.unwrap_or(NOT_SET),
                y: change.y.unwrap_or(NOT_SET),
                width: change.width.unwrap_or(NOT_SET),
                height: change.height.unwrap_or(NOT_SET),
                right_to_left: has(32),
                right_aligned: has(64),
                left_scroll: has(128),
                text: change.text.clone(),
            };
            Some((format!("{dialog}/{control}"), serde_json::to_value(written).ok()?))
        });
        document::Localization {
            location: if self.is_extension_default { Place::ExtensionDefaultCulture } else { Place::Library },
            codepage: number(&self.codepage),
            summary_codepage: number(&self.summary_codepage),
            culture: self.culture.to_lowercase(),
            variables: variables.collect(),
            controls: controls.collect(),
        }
    }
}
