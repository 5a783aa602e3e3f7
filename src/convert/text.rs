//! Text within elements, which stands in attributes now.

use crate::kinds;
use crate::session::Session;
use crate::space::Space;
use crate::tree::{Content, Id, Tree, unescape};

/// Elements, and the attribute that has what was their text.
#[rustfmt::skip]
const TEXTS: &[(Space, &str, &str)] = &[
    (Space::Wix, "Custom", "Condition"),
    (Space::Wix, "Data", "Value"),
    (Space::Wix, "EmbeddedChainer", "Condition"),
    (Space::Wix, "Error", "Message"),
    (Space::Wix, "MultiStringValue", "Value"),
    (Space::Wix, "ProgressText", "Message"),
    (Space::Wix, "Property", "Value"),
    (Space::Wix, "RequiredPrivilege", "Name"),
    (Space::Wix, "ServiceArgument", "Value"),
    (Space::Wix, "SetDirectory", "Condition"),
    (Space::Wix, "SetProperty", "Condition"),
    (Space::Wix, "ShortcutProperty", "Value"),
    (Space::Wix, "Show", "Condition"),
    (Space::Wix, "Text", "Value"),
    (Space::Wix, "UIText", "Value"),
    (Space::Wxl, "String", "Value"),
    (Space::Wxl, "UI", "Text"),
    (Space::Bal, "Condition", "Condition"),
    (Space::Firewall, "RemoteAddress", "Value"),
    (Space::Util, "CloseApplication", "Condition"),
    (Space::Util, "XmlConfig", "Value"),
];

/// Elements in which every element, an action of Windows Installer's, has a condition.
const SEQUENCES: [&str; 5] = [
    "AdminExecuteSequence",
    "AdminUISequence",
    "AdvertiseExecuteSequence",
    "InstallExecuteSequence",
    "InstallUISequence",
];

/// What stood in an element as text.
pub(crate) struct Inner {
    /// The text, its white space put together; a CDATA section without text in it is one space, as WiX has it.
    pub(crate) text: String,
    /// Comments that stood in it.
    comments: Vec<Id>,
}

/// The text in `id`; nothing where there is none. Where instructions of the preprocessor or elements stand in it, which
/// text it is is not known: that is what `Err` says.
pub(crate) fn inner(tree: &Tree, id: Id) -> Result<Option<Inner>, ()> {
    let mut raw = String::new();
    let (mut comments, mut is_cdata, mut is_mixed) = (Vec::new(), false, false);
    for child in tree.children(id) {
        match tree.content(child) {
            Content::Text(text) => raw.push_str(&unescape(text)),
            Content::Cdata(text) => {
                is_cdata = true;
                raw.push_str(cdata(text));
            }
            Content::Comment(_) => comments.push(child),
            _ => is_mixed = true,
        }
    }
    let mut text =
        raw.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if text.is_empty() && !is_cdata {
        return Ok(None);
    }
    if is_mixed {
        return Err(());
    }
    if text.is_empty() {
        text.push(' ');
    }
    Ok(Some(Inner { text, comments }))
}

/// What stands in a CDATA section.
pub(crate) fn cdata(raw: &str) -> &str {
    raw.strip_prefix("<![CDATA[").and_then(|raw| raw.strip_suffix("]]>")).unwrap_or(raw)
}

/// Says that the text of `id` cannot be read without the preprocessor.
pub(crate) fn ask_for_mixed(session: &mut Session, id: Id, attribute: &str) {
    let name = session.local(id);
    let message = format!(
        "the text of `{name}` has elements or preprocessor instructions in it; it belongs into `{attribute}`"
    );
    let help = format!("define a variable in the instructions, and write `{attribute}=\"$(Name)\"`");
    session.asks(kinds::INNER_TEXT, id, message, &help);
}

/// The text of `id`, which is to go to `attribute`, where it is known; says so where it cannot be.
pub(crate) fn known(session: &mut Session, id: Id, attribute: &str) -> Option<Inner> {
    match inner(&session.tree, id) {
        Ok(inner) => inner,
        Err(()) => {
            ask_for_mixed(session, id, attribute);
            None
        }
    }
}

/// Moves the comments of `inner` before `id`.
pub(crate) fn move_comments(session: &mut Session, id: Id, inner: &Inner) {
    for comment in &inner.comments {
        session.tree.detach(*comment);
        session.tree.put_before(id, *comment);
    }
}

/// Moves the text of the element `id` to where it belongs now.
pub(crate) fn to_attribute(session: &mut Session, id: Id) {
    let Some(element) = session.tree.element(id) else { return };
    let (space, name) = (element.space, element.local());
    let in_sequence = || {
        let parent = session.tree.parent(id).and_then(|parent| session.tree.element(parent));
        parent.is_some_and(|parent| parent.space == Space::Wix && SEQUENCES.contains(&parent.local()))
    };
    let known_text = TEXTS.iter().find(|row| (row.0, row.1) == (space, name)).map(|row| row.2);
    if let Some(attribute) = known_text.or_else(|| in_sequence().then_some("Condition")) {
        to(session, id, attribute);
    }
}

/// Moves the text of `id` to its attribute `attribute`.
pub(crate) fn to(session: &mut Session, id: Id, attribute: &str) {
    let Some(inner) = known(session, id, attribute) else { return };
    let name = session.local(id);
    if session.tree.value(id, attribute).is_some() {
        let message = format!("`{name}` has text and `{attribute}`");
        return session.asks(kinds::INNER_TEXT, id, message, &format!("keep one of them, in `{attribute}`"));
    }
    let message = format!("the text of `{name}` stands in its attribute `{attribute}`");
    if session.converts(kinds::INNER_TEXT, id, message) {
        move_comments(session, id, &inner);
        session.tree.empty(id);
        session.tree.close(id);
        session.tree.set(id, attribute, &inner.text);
    }
}
