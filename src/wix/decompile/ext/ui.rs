//! WixToolset.UI.wixext: a set of dialogs is one element, or each dialog is referred to.

use super::Wanted;
use super::cells::of;
use crate::compile::ext::processor;
use crate::decompile::tree::{Build, element};
use crate::decompile::work::Work;

/// The sets, by a dialog that none of those before has.
const SETS: [(&str, &str); 5] = [
    ("AdvancedWelcomeEulaDlg", "WixUI_Advanced"),
    ("SetupTypeDlg", "WixUI_Mondo"),
    ("CustomizeDlg", "WixUI_FeatureTree"),
    ("InstallDirDlg", "WixUI_InstallDir"),
    ("WelcomeEulaDlg", "WixUI_Minimal"),
];

/// `WixUI`, or what a set of the author's own refers to.
pub(super) fn elements(work: &mut Work<'_>, wanted: &Wanted<'_>) {
    let has = |table: &str, key: &str, id: &str| work.rows(table).any(|row| row.text(key) == Some(id));
    let suffix = processor(work.arch);
    let checks = wanted.acts(work, &format!("WixUIValidatePath_{suffix}"));
    let set = SETS.iter().find(|(dialog, _)| wanted.sets && has("Dialog", "Dialog", dialog));
    let mut inside = Vec::new();
    match set {
        Some((_, set)) => {
            let which = if checks { "_ExtendedPathValidation" } else { "" };
            if wanted.defines("WixUI", &format!("{set}{which}_{suffix}")) {
                let element = of(wanted.extension, "WixUI").with("Id", *set);
                inside.push(element.flag("ExtendedPathValidation", checks));
            }
        }
        None => {
            let dialogs = work.rows("Dialog").filter_map(|row| row.text("Dialog"));
            let known = dialogs.filter(|dialog| wanted.defines("Dialog", dialog));
            inside.extend(known.map(|dialog| element("DialogRef").with("Id", dialog)));
            if has("UIText", "Key", "NewFolder") && wanted.defines("WixUI", "WixUI_Common") {
                inside.push(element("UIRef").with("Id", "WixUI_Common"));
            }
        }
    }
    let is_told = wanted.progress && has("ActionText", "Action", "InstallFiles");
    if is_told && work.rows("Error").next().is_some() && wanted.defines("WixUI", "WixUI_ErrorProgressText") {
        inside.push(element("UIRef").with("Id", "WixUI_ErrorProgressText"));
    }
    inside.into_iter().for_each(|element| work.put("UI", "", element));
}
