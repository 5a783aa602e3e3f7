//! The layout that `wix format` gives: one level of indentation for each element around, and nothing before an end tag
//! with nothing else before it.

use crate::kinds;
use crate::session::Session;
use crate::tree::{Content, DOCUMENT, Id};

/// Puts the layout of the whole source in order.
pub(crate) fn format(session: &mut Session) {
    nodes(session, DOCUMENT, 0);
}

/// What stands in `parent`, which is `level` elements deep.
fn nodes(session: &mut Session, parent: Id, level: usize) {
    for id in session.tree.children(parent) {
        if session.tree.element(id).is_some() {
            nodes(session, id, level + 1);
        } else if session.tree.blank(id).is_some() {
            blank(session, id, level);
        }
    }
    if session.tree.first(parent).is_none() {
        session.tree.close(parent);
    }
}

/// White space `id`, whose siblings are `level` elements deep.
fn blank(session: &mut Session, id: Id, level: usize) {
    let before =
        session.tree.before(id).map(|before| matches!(session.tree.content(before), Content::Cdata(_)));
    let Some(after) = session.tree.after(id) else {
        // before the end tag; the end of a file stays as it is
        return match (before, level) {
            (None | Some(true), 1..) => drop_blank(session, id, kinds::BLANK_BEFORE_END),
            (_, 0) => {}
            _ => indent(session, id, level - 1, kinds::BLANK_BEFORE_END),
        };
    };
    match session.tree.content(after) {
        Content::Cdata(_) => drop_blank(session, id, kinds::BLANK_BEFORE_NODE),
        Content::Element(_) => indent(session, id, level, kinds::BLANK_BEFORE_NODE),
        // what stands behind something stays there
        Content::Comment(_) if session.tree.blank(id).is_some_and(|text| text.contains('\n')) => {
            indent(session, id, level, kinds::BLANK_BEFORE_NODE);
        }
        _ => {}
    }
}

fn drop_blank(session: &mut Session, id: Id, kind: kinds::Kind) {
    let Some(at) = session.tree.parent(id) else { return };
    if session.converts(kind, at, "there is white space where none belongs") {
        session.tree.detach(id);
    }
}

/// Indents what follows the white space `id`; line breaks before it stay.
fn indent(session: &mut Session, id: Id, level: usize, kind: kinds::Kind) {
    let Some(text) = session.tree.blank(id) else { return };
    let breaks = text.trim_end_matches([' ', '\t']);
    let indentation = " ".repeat(level * session.options.indent);
    // a break of the file's own kind, where one is missing
    let first = if breaks.is_empty() && (level > 0 || session.tree.before(id).is_some()) {
        session.line_break
    } else {
        ""
    };
    let wanted = format!("{first}{}{indentation}", blank_lines(breaks));
    if text == wanted {
        return;
    }
    let at = session.tree.after(id).or_else(|| session.tree.parent(id)).unwrap_or(DOCUMENT);
    let message = format!("indented by {} columns here", indentation.len());
    if session.converts(kind, at, message)
        && let Content::Text(text) = session.tree.content_mut(id)
    {
        *text = wanted;
    }
}

/// The line breaks of `text`, without the white space that stands between them.
fn blank_lines(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\r' | '\n')).collect()
}
