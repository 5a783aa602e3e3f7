//! Custom actions: those that set properties and folders and those that end the install are played, what is known of ANCM's
//! is followed, and the others are noted.

use super::properties::Worth;
use super::session::{Purpose, Session};
use super::{Engine, Failure, Fired, handlers, registration, swaps};
use crate::package::CustomAction;
use crate::rules::Rule;
use installer_condition::{Condition, Truth, Value};
use std::sync::Arc;

/// The low bits of `CustomAction.Type`, which say what the action does
/// (<https://learn.microsoft.com/windows/win32/msi/summary-list-of-all-custom-action-types>).
const KIND: i32 = 0x3F;
const ERROR: i32 = 19;
const SET_DIRECTORY: i32 = 35;
const SET_PROPERTY: i32 = 51;

impl<'a> Engine<'a> {
    /// The turn of `action`, where `condition` decides.
    pub(super) fn custom_action(
        &mut self,
        session: &mut Session<'a>,
        action: &Arc<CustomAction>,
        condition: &Condition,
    ) -> Result<(), Failure> {
        match action.kind & KIND {
            ERROR => {
                let answer = self.ask(session, condition, || format!("the error of `{}`", action.name));
                if answer.holds && !(answer.is_open && self.world.is_as_assumed()) {
                    let text = session.formatted(&action.target);
                    let reason = format!("custom action `{}`: {text}", action.name);
                    return Err(Failure { error: 1603, reason, rule: Rule::S05 });
                }
            }
            SET_DIRECTORY | SET_PROPERTY => {
                if self.ask_for_property(session, condition, &action.source) {
                    self.set(session, action);
                }
            }
            _ => {
                let truth = session.evaluate(condition);
                if truth == Truth::False {
                    return Ok(());
                }
                let of_handlers = action.target == handlers::ENTRY;
                let of_swaps = swaps::is_known(&action.target);
                let is_known = of_handlers || of_swaps || registration::is_known(session, action);
                let is_followed = is_known && self.can_afford(session.package.components.len());
                match is_followed {
                    true if of_handlers => self.find_abandoned(session),
                    true if of_swaps => self.swap_action(session, &action.target)?,
                    true => registration::follow(session, action),
                    false => {}
                }
                session.fired.push(Fired {
                    product: session.package.product_code,
                    upgrading: matches!(session.purpose, Purpose::Remove { upgrading: Some(_), .. }),
                    action: action.clone(),
                    is_followed,
                    unknown: truth == Truth::Unknown,
                });
            }
        }
        Ok(())
    }

    /// Gives the property that `action` names its value; type 35 moves the folder of that name too, and all below it
    /// (<https://learn.microsoft.com/windows/win32/msi/custom-action-type-35>).
    fn set(&mut self, session: &mut Session<'a>, action: &CustomAction) {
        let text = session.formatted(&action.target);
        let value = if text.contains('[') && has_unknown(session, &action.target) {
            Worth::Unknown
        } else {
            Worth::Known(text.into_owned())
        };
        session.properties.set(&action.source, value);
        if matches!(action.source.as_str(), "ALLUSERS" | "MSIINSTALLPERUSER") {
            session.choose_context();
        }
        let rows = session.package.directories.len() + session.package.components.len();
        if action.kind & KIND == SET_DIRECTORY
            && session.costed
            // a folder takes more than a comparison
            && self.can_afford(4 * rows)
            && session.move_directory(&action.source)
        {
            self.select_components(session);
        }
    }
}

/// Whether a formatted text names a property that only the machine knows.
fn has_unknown(session: &Session, text: &str) -> bool {
    text.split('[')
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
        .any(|name| matches!(session.properties.get(name), Some(Value::Unknown | Value::Found)))
}
