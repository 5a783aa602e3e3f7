//! What a control of a dialog does.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::text;
use crate::tree::Id;

pub(crate) const RULES: &[Rule] = &[(Space::Wix, "Publish", publish)];

fn publish(session: &mut Session, id: Id) {
    if let Some(inner) = text::known(session, id, "Condition")
        && session.converts(
            kinds::INNER_TEXT,
            id,
            "the text of `Publish` stands in its attribute `Condition`",
        )
    {
        text::move_comments(session, id, &inner);
        session.tree.empty(id);
        session.tree.close(id);
        if inner.text != "1" {
            session.tree.set(id, "Condition", &inner.text);
        } else if !session.converts(kinds::PUBLISH_ONE, id, "`1` is the default of a condition of `Publish`")
        {
            session.tree.set(id, "Condition", "1");
        }
    }
    let value = |name| session.tree.value(id, name).unwrap_or_default();
    let (event, action) = (value("Event"), value("Value"));
    let starts =
        |prefix: &str| action.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if !event.eq_ignore_ascii_case("DoAction") {
        return;
    }
    if starts("WixUIPrintEula") {
        let message = "Windows Installer prints the license itself, by the control event `MsiPrint`";
        if session.converts(kinds::PRINT_EULA, id, message) {
            session.tree.remove(id);
        }
    } else if starts("WixUI") && !action.contains("$(") && !action.contains('_') {
        let new = format!("{action}_$(sys.BUILDARCHSHORT)");
        let message = format!("`{action}` has a name for each processor, `{new}`");
        if session.converts(kinds::ACTION_SUFFIX, id, message) {
            session.tree.set(id, "Value", &new);
        }
    }
}
