//! What stands near a failure: the lines since the last thing that went well, by which action they were written, and what a
//! custom action wrote. Everything else is forgotten as soon as something succeeds.

use super::facts::{quoted, short};
use crate::diag::floor;
use crate::known::errors;
use crate::line::{self, Origin, Shape, fields, message as message_line};
use crate::story::{CustomAction, Evidence, EvidenceKind, Failure, Session};
use std::collections::VecDeque;

/// So many lines are kept near a failure.
const NEAR: usize = 160;
/// So many lines of a custom action's output are kept: the last ones.
const OUTPUT: usize = 24;
/// A message of several lines is kept to this length.
const MESSAGE: usize = 900;

/// What a line that has no form of its own goes on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Nothing,
    /// A message: its words go on.
    Message,
    /// A property's value, or something else of no interest.
    Data,
}

pub(super) struct Near {
    window: VecDeque<(String, Evidence)>,
    /// The action at work.
    action: String,
    custom: Option<CustomAction>,
    /// The last operation of the script.
    operation: String,
    /// The product that is being removed.
    removing: Option<String>,
    after: After,
}

impl Near {
    pub(super) fn new() -> Near {
        Near {
            window: VecDeque::new(),
            action: String::new(),
            custom: None,
            operation: String::new(),
            removing: None,
            after: After::Nothing,
        }
    }

    /// A line of a known form begins.
    pub(super) fn begins(&mut self, shape: &Shape) {
        self.after = match shape {
            Shape::Property { .. }
            | Shape::PropertyChange { .. }
            | Shape::Op { .. }
            | Shape::CommandLine(_) => After::Data,
            _ => After::Nothing,
        };
    }

    /// An installation begins or ends.
    pub(super) fn clear(&mut self) {
        self.window.clear();
        self.action.clear();
        self.custom = None;
        self.operation.clear();
    }

    /// An action is at work now.
    pub(super) fn enters(&mut self, name: &str) {
        name.clone_into(&mut self.action);
    }

    /// The action at work.
    pub(super) fn action(&self) -> &str {
        &self.action
    }

    /// RemoveExistingProducts is at a product.
    pub(super) fn removes(&mut self, product: &str) {
        self.removing = Some(product.to_owned());
    }

    fn push(&mut self, evidence: Evidence) {
        if self.window.len() >= NEAR {
            self.window.pop_front();
        }
        self.window.push_back((self.action.clone(), evidence));
    }

    /// Keeps the line where it says something about a failure.
    pub(super) fn evidence(
        &mut self,
        line: u64,
        shape: &Shape,
        origin: Origin,
        text: &str,
        session: &mut Session,
    ) {
        let make = |kind, number: Option<i64>, who: &str, text: &str| Evidence {
            line,
            kind,
            number,
            who: short(who),
            text: quoted(text),
        };
        let found = match *shape {
            Shape::Error { number, text } if matters(number, 1) => {
                Some(make(EvidenceKind::Error, Some(number.into()), "", text))
            }
            Shape::Information { number, text } if matters(number, 3) && errors::error(number).is_some() => {
                Some(make(EvidenceKind::Error, Some(number.into()), "", text))
            }
            Shape::Note { number, fields } if note_matters(number, fields) => {
                Some(make(EvidenceKind::Note, Some(number.into()), "", fields))
            }
            Shape::Message { product, text } => match message_line::code_in(text) {
                Some(number) if !matters(number, 1) => None,
                Some(number) => Some(make(EvidenceKind::Error, Some(number.into()), product, text)),
                None if is_last_word(text) => None,
                None => Some(make(EvidenceKind::Message, None, product, text)),
            },
            Shape::Returned { ignored: true, .. } | Shape::Returned { code: 0, .. } => {
                self.window.retain(|(_, evidence)| !is_output(evidence));
                None
            }
            Shape::Returned { name, code, .. } => {
                Some(make(EvidenceKind::Returned, Some(code), name, &format!("returned {code}")))
            }
            Shape::Notable(topic) => {
                let words = line::signed(text).map_or(text, |(_, words)| words);
                Some(make(EvidenceKind::Engine(topic), None, "", words))
            }
            Shape::Cancelled => Some(make(EvidenceKind::Message, None, "", text)),
            Shape::Registration(words) => Some(make(EvidenceKind::Output, None, "Registration", words)),
            Shape::Swap(words) => Some(make(EvidenceKind::Output, None, "Swap", words)),
            Shape::Invoking { entry } => {
                self.custom_begins(entry, line, session);
                None
            }
            Shape::Output { who, text } => return self.output(line, who, text, session),
            _ if origin.is_error && !matches!(shape, Shape::Returned { .. }) => {
                Some(make(EvidenceKind::Message, None, "", text))
            }
            _ => None,
        };
        if let Some(evidence) = found {
            if matches!(evidence.kind, EvidenceKind::Error | EvidenceKind::Message) {
                self.after = After::Message;
            }
            if !is_output(&evidence) {
                session.messages.push_late(evidence.clone());
            }
            self.push(evidence);
        }
    }

    /// A line of a custom action that says its name.
    fn output(&mut self, line: u64, who: &str, text: &str, session: &mut Session) {
        // WiX's actions, and the host of managed ones, say when they begin; the one before has ended well then
        let begins = text.starts_with("Entering ") || (who == "SFXCA" && text.starts_with("Extracting"));
        if begins || text.is_empty() {
            if begins {
                self.window.retain(|(_, evidence)| !is_output(evidence));
            }
            if self.custom.is_none() || begins || !who.is_empty() {
                self.custom_begins(if who == "SFXCA" { "" } else { who }, line, session);
            }
            if text.is_empty() || begins {
                return;
            }
        }
        self.wrote(line, who, text);
    }

    fn wrote(&mut self, line: u64, who: &str, text: &str) {
        let text = text.trim();
        // the host of managed actions tells its steps, and exceptions their stacks: neither says why
        let is_frame =
            text.starts_with("at ") || text.starts_with("--- ") || text.starts_with("Exception thrown by");
        if text.is_empty() || is_frame || (who == "SFXCA" && text.starts_with("Binding to")) {
            return;
        }
        let kind = if is_exception(text) { EvidenceKind::Exception } else { EvidenceKind::Output };
        if let Some(custom) = &mut self.custom {
            if custom.output.len() >= OUTPUT {
                custom.output.remove(0);
            }
            custom.output.push(short(text));
        }
        let name = self.custom.as_ref().map(|custom| custom.name.clone()).filter(|_| who.is_empty());
        self.push(Evidence {
            line,
            kind,
            number: None,
            who: name.unwrap_or_else(|| who.to_owned()),
            text: quoted(text),
        });
    }

    fn custom_begins(&mut self, name: &str, line: u64, session: &mut Session) {
        // `Invoking`, `SFXCA: …` and `Calling custom action` speak of the same one
        if let Some(custom) = &mut self.custom
            && custom.output.is_empty()
        {
            if custom.name.is_empty() {
                name.clone_into(&mut custom.name);
            }
            return;
        }
        self.custom_ends(session);
        self.custom = Some(CustomAction { name: short(name), line, output: Vec::new() });
    }

    fn custom_ends(&mut self, session: &mut Session) {
        if let Some(custom) = self.custom.take().filter(|custom| !custom.output.is_empty()) {
            session.custom_actions.push_late(custom);
        }
    }

    /// Takes words of no form of their own; false where they belong to nothing here.
    pub(super) fn words(&mut self, line: u64, words: &str, is_error: bool, session: &mut Session) -> bool {
        let text = words.trim();
        if is_error {
            let evidence = Evidence {
                line,
                kind: EvidenceKind::Message,
                number: message_line::code_in(text).map(i64::from),
                who: String::new(),
                text: quoted(text),
            };
            session.messages.push_late(evidence.clone());
            self.push(evidence);
            self.after = After::Message;
            return true;
        }
        if self.after == After::Message
            && let Some((_, evidence)) = self.window.back_mut()
            && evidence.text.len() < MESSAGE
        {
            if !evidence.text.contains(text) {
                evidence.text.push(' ');
                evidence.text.push_str(&short(text));
                if let Some(last) =
                    session.messages.items.last_mut().filter(|last| last.line == evidence.line)
                {
                    last.text.clone_from(&evidence.text);
                }
            }
            return true;
        }
        if self.action == "LaunchConditions" && self.after == After::Nothing && !text.starts_with("at ") {
            let number = message_line::code_in(text).map(i64::from);
            let kind = EvidenceKind::Message;
            self.push(Evidence { line, kind, number, who: String::new(), text: quoted(text) });
            self.after = After::Message;
            return true;
        }
        if is_exception(text) || self.custom.is_some() || is_custom(&self.action) {
            self.wrote(line, "", text);
            return true;
        }
        if self.after == After::Data || text.starts_with("at ") || text.starts_with("--- ") {
            return true;
        }
        // not known to belong to the action, and yet all that there may be
        self.wrote(line, "", text);
        false
    }

    /// An operation of the script begins, so the one before was done.
    pub(super) fn operation(
        &mut self,
        number: u64,
        name: &str,
        arguments: &str,
        undoing: bool,
        session: &mut Session,
    ) {
        if undoing {
            return;
        }
        self.window.clear();
        self.custom_ends(session);
        if name == "CustomActionSchedule" {
            let action = fields::field(arguments, "Action").unwrap_or("");
            self.custom = Some(CustomAction { name: short(action), line: number, output: Vec::new() });
        }
        let is_work =
            !matches!(name, "ActionStart" | "ProgressTotal" | "Header" | "ProductInfo" | "DialogInfo");
        self.operation.clear();
        if is_work {
            self.operation.push_str(name);
            self.operation.push('(');
            self.operation.push_str(&arguments[..floor(arguments, 300)]);
            self.operation.push(')');
        }
    }

    /// An action ended well.
    pub(super) fn succeeds(&mut self, name: &str) {
        self.window.retain(|(action, _)| action != name);
        if self.action == name {
            self.window.clear();
            self.custom = None;
        }
    }

    /// An action failed: the first one of an installation is the one that matters.
    pub(super) fn fails(
        &mut self,
        line: u64,
        name: &str,
        value: u32,
        deferred: Option<String>,
        session: &mut Session,
    ) {
        self.custom_ends(session);
        let evidence: Vec<Evidence> = self.window.drain(..).map(|(_, evidence)| evidence).collect();
        let in_script = matches!(name, "InstallFinalize" | "InstallExecute" | "InstallExecuteAgain");
        match &mut session.failure {
            None => {
                session.failure = Some(Failure {
                    action: short(name),
                    deferred: deferred.filter(|_| in_script),
                    operation: Some(short(&self.operation))
                        .filter(|operation| in_script && !operation.is_empty()),
                    line,
                    value,
                    evidence,
                });
            }
            // the same failure, seen from further out; what was said in between belongs to it
            Some(failure) if failure.evidence.is_empty() => failure.evidence = evidence,
            Some(_) => {}
        }
    }

    /// An installation ends: what was kept last is all that there is where it did not end well.
    pub(super) fn ends(&mut self, session: &mut Session) {
        self.custom_ends(session);
        if session.failure.is_none() {
            session.last_action = short(&self.action);
            session.last = self.window.drain(..).map(|(_, evidence)| evidence).collect();
        }
        self.clear();
    }
}

/// Whether an error's number says something; an unknown one does.
fn matters(number: u32, weight: u8) -> bool {
    number >= 1000 && errors::error(number).is_none_or(|known| known.weight >= weight)
}

/// Whether the engine's note says something: nearly all of them are about tables and keys that need not be there.
fn note_matters(number: u32, fields: &str) -> bool {
    match number {
        1402 => fields.ends_with("3: 5"),
        2203 => !(fields.contains(".ipi") && fields.contains("-2147287038")),
        _ => errors::error(number).is_some_and(|known| known.weight >= 3),
    }
}

fn is_output(evidence: &Evidence) -> bool {
    matches!(evidence.kind, EvidenceKind::Output | EvidenceKind::Exception)
}

/// `Product: x -- Installation failed.` and the like, which follow from a failure and say nothing about it.
fn is_last_word(text: &str) -> bool {
    let ends =
        ["Installation ", "Configuration ", "Removal ", "Update ", "Advertisement ", "Uninstallation "];
    text.len() < 70
        && ends.iter().any(|start| text.starts_with(start))
        && ["failed", "success", "completed"].iter().any(|word| text.contains(word))
}

/// `System.IO.FileNotFoundException: …`
pub(super) fn is_exception(text: &str) -> bool {
    let head = text.split(": ").next().unwrap_or(text);
    let head = head.trim_start_matches("--->").trim();
    let is_name = |name: &str| name.contains('.') && !name.contains(' ') && name.len() < 120;
    (head.ends_with("Exception") && is_name(head))
        || (text.contains("Exception: ") && (text.contains(" ---> ") || text.starts_with("Unhandled")))
}

/// Whether an action is none of Windows Installer's own, so that words near it are a custom action's.
fn is_custom(action: &str) -> bool {
    !action.is_empty()
        && !message_line::is_standard(action)
        && !matches!(action, "INSTALL" | "ExecuteAction" | "FindRelatedProducts" | "ADMIN" | "ADVERTISE")
        || matches!(action, "InstallFinalize" | "InstallExecute")
}
