//! What properties, command lines and messages say about the product and the purpose of an installation.

use crate::diag::{floor, shortened};
use crate::line::fields;
use crate::story::{Purpose, Session};

/// Text that is kept: not longer than a few lines of a screen.
pub(crate) fn short(text: &str) -> String {
    cut(text, 320)
}

/// As [`short`], for lines that are quoted: their ends may have the command or the file that matters.
pub(super) fn quoted(text: &str) -> String {
    cut(text, 900)
}

fn cut(text: &str, limit: usize) -> String {
    shortened(text.trim(), limit).into_owned()
}

/// Takes a property's value, and what it says about the product.
pub(super) fn property(session: &mut Session, name: &str, value: &str) {
    let named = |slot: &mut Option<String>| {
        if !value.is_empty() {
            *slot = Some(short(value));
        }
    };
    match name {
        "ProductName" => named(&mut session.name),
        "ProductVersion" => named(&mut session.version),
        "ProductCode" => named(&mut session.product_code),
        "UPGRADINGPRODUCTCODE" if !value.is_empty() => session.purpose = Purpose::UpgradeRemoval,
        "REMOVE" if value == "ALL" && session.purpose == Purpose::Install => {
            session.purpose = Purpose::Removal
        }
        "REINSTALL" if !value.is_empty() && session.purpose == Purpose::Install => {
            session.purpose = Purpose::Repair
        }
        "PATCH" if !value.is_empty() && session.purpose == Purpose::Install => {
            session.purpose = Purpose::Patch
        }
        _ => {}
    }
    if let Some(known) = session.properties.get_mut(name) {
        known.clear();
        known.push_str(&value[..floor(value, 320)]);
    } else if session.properties.len() < 400 {
        session.properties.insert(name.to_owned(), short(value));
    }
}

pub(super) fn command_line(session: &mut Session, line: &str) {
    for (mark, purpose) in [
        ("UPGRADINGPRODUCTCODE=", Purpose::UpgradeRemoval),
        ("PATCH=", Purpose::Patch),
        ("REINSTALL=", Purpose::Repair),
        ("REMOVE=ALL", Purpose::Removal),
    ] {
        if line.split_whitespace().any(|word| word.starts_with(mark)) {
            session.purpose = purpose;
            break;
        }
    }
    property(session, "(command line)", line);
}

/// `1: name 2: {code} [3: result]`, with which an installation begins and ends, and `1: {product} 2: {component} 3: path`.
pub(super) fn numbered(session: &mut Session, text: &str) {
    if session.product_code.is_some() && session.name.is_some() {
        return;
    }
    let fields = fields::numbered(text);
    let is_code = |field: &str| field.len() == 38 && field.starts_with('{');
    match fields.as_slice() {
        [name, code, ..] if is_code(code) && !is_code(name) && name.len() > 1 => {
            session.name.get_or_insert_with(|| short(name));
            session.product_code.get_or_insert_with(|| (*code).to_owned());
        }
        [product, component, _path] if is_code(product) && is_code(component) => {
            session.product_code.get_or_insert_with(|| (*product).to_owned());
        }
        _ => {}
    }
}
