//! What is for 32 or for 64 bits, GUIDs that are made, and the ids that files had by themselves.

use crate::kinds;
use crate::rule::Rule;
use crate::session::Session;
use crate::space::Space;
use crate::tree::{Content, Id};
use crate::variables::variable;

pub(crate) const RULES: &[Rule] = &[
    (Space::Wix, "ApprovedExeForElevation", bitness),
    (Space::Wix, "Component", component),
    (Space::Wix, "CustomAction", bitness),
    (Space::Wix, "RegistrySearch", bitness),
    (Space::Wix, "SoftwareTag", bitness),
    (Space::Util, "RegistrySearch", util_registry_search),
    (Space::Wix, "File", file),
    (Space::Util, "PermissionEx", permission),
    (Space::Iis, "Certificate", certificate),
];

fn component(session: &mut Session, id: Id) {
    let message = "a GUID that follows from the key path is the default";
    if session.tree.value(id, "Guid").as_deref() == Some("*")
        && session.converts(kinds::AUTO_GUID, id, message)
    {
        session.tree.unset(id, "Guid");
    }
    bitness(session, id);
}

/// `Win64` is `Bitness`.
pub(crate) fn bitness(session: &mut Session, id: Id) {
    let Some(win64) = session.tree.value(id, "Win64") else { return };
    let name = session.local(id);
    if !session.converts(kinds::WIN64, id, format!("`Win64` of `{name}` is `Bitness`")) {
        return;
    }
    session.tree.rename(id, "Win64", "Bitness");
    let word = match &*win64 {
        "yes" => "always64",
        "no" => "always32",
        value => {
            let known = session.variables.values(value);
            let known = known.filter(|(_, values)| values.iter().all(|value| matches!(*value, "yes" | "no")));
            let known = known.map(|(name, _)| name.to_owned());
            let elsewhere = || variable(value).filter(|name| session.options.shared.contains(*name));
            match known.or_else(|| elsewhere().map(str::to_owned)) {
                Some(variable) => drop(session.variables.bitness.insert(variable)),
                None => ask_for_bitness(session, id, value),
            }
            return;
        }
    };
    session.tree.set(id, "Bitness", word);
}

fn ask_for_bitness(session: &mut Session, id: Id, value: &str) {
    let message = format!("`Win64` was `{value}`, and nothing here says whether that is yes or no");
    let help = match variable(value) {
        Some(name) => format!(
            "define `{name}` as `always64` or `always32`, or remove `Bitness`: the default follows `-arch`"
        ),
        None => "write `always64` or `always32`, or remove `Bitness`: the default follows `-arch`".to_owned(),
    };
    session.asks(kinds::WIN64_VALUE, id, message, &help);
}

fn util_registry_search(session: &mut Session, id: Id) {
    bitness(session, id);
    let result = session.tree.value(id, "Result");
    if session.is_old && result.as_deref().is_none_or(|result| result == "value") {
        let message =
            "a search that finds no key or value leaves its variable as it is now, and does not clear it";
        let help = "give the variable its value for nothing found before, with `Variable` in `Bundle`";
        session.asks(kinds::UTIL_REGISTRY_SEARCH, id, message, help);
    }
}

/// The id that a file without one had in WiX 3: its name. WiX 4 makes another one, and what refers to it is lost.
fn file(session: &mut Session, id: Id) {
    if !session.is_old || session.tree.value(id, "Id").is_some() {
        return;
    }
    let names = ["LongName", "Name", "Source", "src"];
    let Some(path) = names.iter().find_map(|name| session.tree.value(id, name)) else { return };
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
    if name.contains("$(") || name.contains("!(") {
        let message = format!("in WiX 3, the id of this file was made of `{name}`; WiX 4 makes another one");
        let help = "write an `Id` if anything refers to this file, or if it is patched";
        return session.warns(kinds::FILE_NAME_VARIABLE, id, message, help);
    }
    let own = identifier(name);
    let message = format!("the id that WiX 3 made of the name, `{own}`, is written down");
    if session.converts(kinds::FILE_ID, id, message) {
        session.tree.set(id, "Id", &own);
        // first, as authors write it
        if let Some(element) = session.tree.element_mut(id)
            && let Some(mut attribute) = element.attributes.pop()
        {
            if let Some(first) = element.attributes.first_mut() {
                attribute.before.clone_from(&first.before);
                if !first.before.contains('\n') {
                    first.before = " ".to_owned();
                }
            }
            element.attributes.insert(0, attribute);
        }
    }
}

/// The identifier that WiX makes of a file's name.
fn identifier(name: &str) -> String {
    let mut id = String::new();
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '.' && letters.peek() == Some(&'.') {
            while letters.next_if_eq(&'.').is_some() {}
            id.push('_');
        } else {
            id.push(if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.') { letter } else { '_' });
        }
    }
    match name.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => id,
        _ => format!("_{id}"),
    }
}

fn permission(session: &mut Session, id: Id) {
    let in_folder =
        session.tree.parent(id).is_some_and(|parent| session.tree.is(parent, Space::Wix, "CreateFolder"));
    let message = "permissions are inherited by what stands below; `Inheritable=\"no\"` keeps what WiX 3 did";
    if session.is_old
        && !in_folder
        && session.tree.value(id, "Inheritable").is_none()
        && session.converts(kinds::INHERITABLE, id, message)
    {
        session.tree.set(id, "Inheritable", "no");
    }
}

fn certificate(session: &mut Session, id: Id) {
    let message = "`BinaryKey` is `BinaryRef`";
    if session.tree.value(id, "BinaryKey").is_some()
        && session.converts(kinds::CERTIFICATE_BINARY, id, message)
    {
        session.tree.rename(id, "BinaryKey", "BinaryRef");
    }
}

/// Gives the variables that stand in `Bitness` attributes now the words for it. One that stands elsewhere too keeps
/// its value, and a new one is defined beside it.
pub(crate) fn settle_bitness(session: &mut Session) {
    let mut names = std::mem::take(&mut session.variables.bitness);
    // other sources want the words, too
    let shared = session.options.shared.iter().filter(|name| !session.variables.definitions(name).is_empty());
    names.extend(shared.cloned());
    for name in names {
        let places = session.tree.all();
        let forms = [format!("$(var.{name})"), format!("$({name})")];
        let uses = |text: &str| forms.iter().any(|form| text.contains(form.as_str()));
        let is_bitness = |text: &str| forms.iter().any(|form| text == form);
        let is_elsewhere = places.iter().any(|id| match session.tree.content(*id) {
            Content::Element(element) => element.attributes.iter().any(|attribute| {
                uses(&attribute.raw) && !(attribute.name == "Bitness" && is_bitness(&attribute.raw))
            }),
            Content::Text(raw) | Content::Cdata(raw) | Content::Instruction(raw) => uses(raw),
            Content::Comment(_) | Content::Document => false,
        });
        let is_elsewhere = is_elsewhere || session.options.shared.contains(&name);
        let new_name = if is_elsewhere { format!("{name}Bitness") } else { name.clone() };
        let is_done = is_elsewhere && !session.variables.definitions(&new_name).is_empty();
        let definitions = session.variables.definitions(&name);
        for (id, value) in definitions.into_iter().filter(|_| !is_done) {
            let word = if value == "yes" { "always64" } else { "always32" };
            let message = format!("the variable `{name}` says `{value}`; a Bitness is `{word}`");
            if !session.converts(kinds::BITNESS_VARIABLE, id, message) {
                continue;
            }
            let raw = format!("<?define {new_name} = \"{word}\" ?>");
            if is_elsewhere {
                let new = session.tree.add(Content::Instruction(raw));
                session.tree.put_before(id, new);
            } else {
                *session.tree.content_mut(id) = Content::Instruction(raw);
            }
        }
        for id in places {
            if let Some(element) = session.tree.element_mut(id) {
                let attributes = element.attributes.iter_mut();
                attributes
                    .filter(|attribute| attribute.name == "Bitness" && is_bitness(&attribute.raw))
                    .for_each(|attribute| attribute.raw = format!("$(var.{new_name})"));
            }
        }
    }
}
